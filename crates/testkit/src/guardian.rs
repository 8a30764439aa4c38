//! A child process that cleans up after this one, however this one ends.
//!
//! A destructor does not run when a test process is killed, and a `static` is never dropped at
//! all. The kernel, however, closes the files of every process that ends: so a small `sh` waits at
//! the reading end of a pipe of which this process holds the only writing end, and acts at its end
//! of file.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Runs a shell command when this value is dropped or this process ends in any way.
pub(crate) struct Guardian {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guardian {
    /// Starts a guardian that will run `script` with `arguments` as its `$1`, `$2`, ...
    pub(crate) fn start(script: &str, arguments: &[&str]) -> Self {
        // A Ctrl-C goes to every process of the terminal's foreground group: the guardian ignores
        // it, and stands in a group of its own, because its work begins where the others' ends.
        let waiting =
            format!("trap '' HUP INT TERM\nread -r dismissed && exit 0\ncd / || exit 1\n{script}");
        let mut shell = Command::new("sh")
            .args(["-c", &waiting, "guardian"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start sh, which every test needs: {error}"));
        let pipe = shell.stdin.take();
        Self { shell, pipe }
    }

    /// Sends the guardian home without its command having been run: what it guarded is gone.
    pub(crate) fn dismiss(mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // A guardian that is already gone cannot be dismissed, nor need it be.
            writeln!(pipe, "dismissed").ok();
        }
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Waiting makes "dropped" mean "cleaned up", and leaves no zombie.
        self.shell.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_dropped_guardian_runs_its_command() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("it was here");
        drop(Guardian::start(": > \"$1\"", &[file.to_str().unwrap()]));
        assert!(file.exists());
    }

    #[test]
    fn a_dismissed_guardian_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("it was here");
        Guardian::start(": > \"$1\"", &[file.to_str().unwrap()]).dismiss();
        assert!(!file.exists());
    }
}
