//! Where the measured server comes from and what it runs on.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::Arguments;
use crate::process::Server;
use crate::report::Environment;

/// The clients and people of this driver, joined to the demo state of the server.
const STATE: &str = include_str!("../bench.yaml");
/// Where a server may have its key-encryption key from.
const KEY_VARIABLES: [&str; 2] = [
    "SYMBOLON_KEY_ENCRYPTION_KEY",
    "SYMBOLON_KEY_ENCRYPTION_KEY_FILE",
];
/// Always the same, so that one database can be measured again; what it protects are the signing
/// keys of a server that nobody relies on.
const KEY: &str = "dGhlIGxvYWQgZHJpdmVyIGtlZXBzIG5vIHNlY3JldHM=";
/// A first start migrates, makes keys and hashes the passwords of the state.
pub(crate) const START_PATIENCE: Duration = Duration::from_secs(60);

/// Where the server and its data are.
pub(crate) struct Place {
    binary: PathBuf,
    database: String,
    directory: TempDir,
}

impl Place {
    pub(crate) fn new(arguments: &Arguments) -> Result<Self, String> {
        Self::on(arguments, arguments.database.clone())
    }

    /// On this database, or on SQLite in a temporary folder.
    pub(crate) fn on(arguments: &Arguments, database: Option<String>) -> Result<Self, String> {
        let directory = TempDir::with_prefix("symbolon-bench-")
            .map_err(|error| format!("temporary folder: {error}"))?;
        fs::write(directory.path().join("bench.yaml"), STATE)
            .map_err(|error| format!("temporary folder: {error}"))?;
        if arguments.url.is_none() && !arguments.binary.is_file() {
            return Err(format!(
                "there is no {}: build it with `cargo build --release -p symbolon` or name \
                 another with --binary",
                arguments.binary.display()
            ));
        }
        let file = directory.path().join("bench.db");
        let database = database.unwrap_or_else(|| format!("sqlite:{}", file.display()));
        Ok(Self {
            binary: arguments.binary.clone(),
            database,
            directory,
        })
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// `serve` on the database of this run.
    pub(crate) fn serve(&self, listen: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", listen, "--database", &self.database]);
        // With SQLite the server keeps its key beside the file; with PostgreSQL it would leave one
        // in the folder where the driver was started.
        let has_key = KEY_VARIABLES.iter().any(|name| env::var_os(name).is_some());
        if !self.database.starts_with("sqlite:") && !has_key {
            command.env(KEY_VARIABLES[0], KEY);
        }
        command
    }

    pub(crate) fn start_with_state(&self) -> Result<Server, String> {
        let log = self.directory.path().join("server.log");
        let mut command = self.serve("127.0.0.1:0");
        command
            .args(["--demo", "--state"])
            .arg(self.directory.path().join("bench.yaml"))
            .stderr(File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?);
        Server::start(command, START_PATIENCE)
            .map_err(|message| format!("{message}\n{}", last_lines(&log)))
    }

    pub(crate) fn environment(&self, arguments: &Arguments) -> Environment {
        let database = match &arguments.url {
            Some(_) => "of the running server",
            None => self.database.split(':').next().unwrap_or_default(),
        };
        let binary = arguments
            .url
            .is_none()
            .then(|| fs::metadata(&self.binary).ok())
            .flatten();
        Environment {
            processor: processor(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            database: database.to_owned(),
            seconds: arguments.seconds,
            rounds: arguments.rounds,
            binary_bytes: binary.map(|metadata| metadata.len()),
        }
    }
}

fn processor() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    model.and_then(|rest| rest.split_once(':')).map_or_else(
        || "unknown processor".to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}

fn last_lines(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
