//! The account that a throw-away PostgreSQL runs as.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;

use crate::guardian::Guardian;

/// Part of every Linux, in the same place; but the PATH of root need not lead there.
const RUNUSER: &str = "/usr/sbin/runuser";

/// The account that the server runs as. PostgreSQL refuses to run as root, as which tests in a
/// container often run: then it is somebody else, who owns the folder.
pub(crate) struct Account {
    name: Option<String>,
    /// User and group number.
    owner: Option<(u32, u32)>,
}

impl Account {
    /// The account for a folder that this process has just made.
    pub(crate) fn owning(directory: &Path) -> Self {
        // The owner of what this process has just made is the one that this process runs as.
        let ours = fs::metadata(directory)
            .unwrap_or_else(|error| panic!("cannot look at {}: {error}", directory.display()));
        if ours.uid() != 0 {
            return Self {
                name: None,
                owner: None,
            };
        }
        let (name, owner) = ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some((name.to_owned(), numbers(name)?)))
            .unwrap_or_else(|| {
                panic!(
                    "PostgreSQL does not run as root, and there is neither a user `postgres` nor \
                     `nobody` to run it as: install the package `postgresql`, or run the tests as \
                     another user"
                )
            });
        let account = Self {
            name: Some(name),
            owner: Some(owner),
        };
        account.give(directory);
        account
    }

    /// Gives it a file.
    pub(crate) fn give(&self, path: &Path) {
        if let Some((user, group)) = self.owner {
            chown(path, Some(user), Some(group))
                .unwrap_or_else(|error| panic!("cannot chown {}: {error}", path.display()));
        }
    }

    /// A command of this account.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = match &self.name {
            Some(name) => {
                let mut runuser = Command::new(RUNUSER);
                runuser.args(["-u", name, "--"]).arg(program);
                runuser
            }
            None => Command::new(program),
        };
        // The folder of the test process need not be one that the account may enter.
        command.current_dir("/");
        command
    }

    /// What stops the server and deletes its folder when this process is gone.
    pub(crate) fn guard(&self, programs: &Path, directory: &Path) -> Guardian {
        // "immediate" because nobody will read the data again.
        // A server that a test has frozen would not hear that it is to stop.
        let script = "directory=$1; pg_ctl=$2; shift 2\n\
                      kill -s CONT $(head -n 1 \"$directory/data/postmaster.pid\")\n\
                      \"$@\" \"$pg_ctl\" stop -m immediate -s -D \"$directory/data\"\n\
                      rm -rf -- \"$directory\"";
        let directory = directory.to_string_lossy();
        let pg_ctl = programs.join("pg_ctl");
        let pg_ctl = pg_ctl.to_string_lossy();
        match &self.name {
            Some(name) => {
                Guardian::start(script, &[&directory, &pg_ctl, RUNUSER, "-u", name, "--"])
            }
            None => Guardian::start(script, &[&directory, &pg_ctl]),
        }
    }
}

/// The user and group number of a user name, when there is such a user.
fn numbers(name: &str) -> Option<(u32, u32)> {
    let number = |option| {
        let output = Command::new("id").args([option, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    Some((number("-u")?, number("-g")?))
}
