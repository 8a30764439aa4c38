//! The real binary, running as a child process on a free port of this machine.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::backend::lasting_file;
use crate::guardian::Guardian;

/// How long a server may take to be ready before a test gives it up. Long, because nothing is
/// measured by it: two cores may be running sixteen servers.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many lines of the server's log are kept for a test that fails.
const LOG_LINES: usize = 2_000;

/// The bytes 0 to 31.
const KEY_ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const READY: &str = "Symbolon is ready at ";

/// How to start a server. [`Options::on`] is what most tests want.
#[derive(Clone, Debug)]
pub struct Options {
    /// The database URL.
    pub database: String,
    /// Whether to load the demo state: its people and clients are what most tests use.
    pub demo: bool,
    /// Where to listen: port 0 takes a free one.
    pub listen: String,
    /// The issuer, when it is not to come from the address that is listened on.
    pub issuer: Option<String>,
    /// A state file to load at start.
    pub state: Option<PathBuf>,
    /// The key-encryption key: the same for all servers of all tests, so that several can share a
    /// database. `None` leaves the server to its own devices (a file that it makes).
    pub key_encryption_key: Option<String>,
    /// More arguments for `symbolon serve`.
    pub arguments: Vec<String>,
    /// More environment variables: the settings, as `SYMBOLON_<SETTING>`.
    pub environment: Vec<(String, String)>,
}

impl Options {
    /// The demo state on this database, on a free loopback port.
    pub fn on(database: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            demo: true,
            listen: "127.0.0.1:0".to_owned(),
            issuer: None,
            state: None,
            key_encryption_key: Some(KEY_ENCRYPTION_KEY.to_owned()),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Sets one more environment variable.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment
            .push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Sets more environment variables.
    #[must_use]
    pub fn with_all(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |options, (variable, value)| {
            options.with(variable, value)
        })
    }

    /// Loads a state of this text at start.
    ///
    /// # Panics
    /// When there is no room for it.
    #[must_use]
    pub fn declaring(mut self, state: &str) -> Self {
        self.state = Some(lasting_file(state));
        self
    }
}

/// A running server. Dropping it kills it; so does the end of the test process.
pub struct Server {
    url: String,
    issuer: String,
    process: Child,
    guardian: Option<Guardian>,
    log: Log,
}

impl Server {
    /// Starts `binary serve` and waits until it says that it is ready.
    ///
    /// # Panics
    /// When it ends or is silent instead: with what it had printed.
    pub fn start(binary: &Path, options: Options) -> Self {
        Self::try_start(binary, options).unwrap_or_else(|log| {
            panic!(
                "{} did not become ready. It printed:\n{log}",
                binary.display()
            )
        })
    }

    /// As [`Server::start`], for the tests in which it must refuse to start: the error is what it
    /// printed.
    ///
    /// # Errors
    /// When the server ends, or is silent for two minutes, before it is ready.
    pub fn try_start(binary: &Path, options: Options) -> Result<Self, String> {
        let mut command = Command::new(binary);
        command.arg("serve");
        if options.demo {
            command.arg("--demo");
        }
        command.args(["--listen", &options.listen, "--database", &options.database]);
        if let Some(issuer) = &options.issuer {
            command.args(["--issuer", issuer]);
        }
        if let Some(state) = &options.state {
            command.arg("--state").arg(state);
        }
        // The settings of whoever runs the tests are not the tests'.
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("SYMBOLON_") {
                command.env_remove(variable);
            }
        }
        if let Some(key) = &options.key_encryption_key {
            command.env("SYMBOLON_KEY_ENCRYPTION_KEY", key);
        }
        let mut process = command
            .args(&options.arguments)
            .envs(options.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", binary.display()));

        let guardian = Guardian::start("kill -KILL \"$1\"", &[&process.id().to_string()]);
        let log = Log::default();
        let ready = log.follow(process.stdout.take());
        log.follow(process.stderr.take());
        match ready.recv_timeout(PATIENCE) {
            Ok(url) => {
                let issuer = options.issuer.unwrap_or_else(|| url.clone());
                Ok(Self {
                    url,
                    issuer,
                    process,
                    guardian: Some(guardian),
                    log,
                })
            }
            Err(_) => {
                process.kill().ok();
                process.wait().ok();
                guardian.dismiss();
                Err(log.text_at_the_end())
            }
        }
    }

    /// Where the server listens, with no slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The issuer that it goes by.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The address of a path: `server.at("/healthz")`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What the server has printed so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Ends the server as a power cut would (SIGKILL).
    pub fn kill_hard(mut self) {
        self.end();
    }

    /// Asks the server to stop (SIGTERM) and waits until it has: everything that it printed is
    /// then in the answer.
    ///
    /// # Panics
    /// When it is still running after two minutes.
    pub fn stop(mut self) -> (ExitStatus, String) {
        self.ask_to_stop();
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.process.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => assert!(Instant::now() < end, "the server ignores SIGTERM"),
                Err(error) => panic!("cannot wait for the server: {error}"),
            }
            thread::sleep(Duration::from_millis(5));
        };
        if let Some(guardian) = self.guardian.take() {
            guardian.dismiss();
        }
        (status, self.log.text_at_the_end())
    }

    /// Sends SIGTERM without waiting for what follows.
    pub fn ask_to_stop(&self) {
        let pid = self.process.id().to_string();
        // `kill` is part of the shell, so that this needs no further program.
        let status = Command::new("sh")
            .args(["-c", "kill -TERM \"$1\"", "sh", &pid])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "cannot send a signal to {pid}"
        );
    }

    fn end(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        // Dismissed only now: the number of a process that is gone may be given to another.
        if let Some(guardian) = self.guardian.take() {
            guardian.dismiss();
        }
    }
}

impl Drop for Server {
    #[expect(
        clippy::print_stderr,
        reason = "the test runner shows it beside the failure"
    )]
    fn drop(&mut self) {
        self.end();
        if thread::panicking() {
            eprintln!(
                "--- what the server at {} printed ---\n{}",
                self.url,
                self.log.text_at_the_end()
            );
        }
    }
}

/// The last lines that a server printed, on either stream.
#[derive(Clone, Default)]
struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    readers: Arc<Mutex<Vec<thread::JoinHandle<()>>>>,
}

impl Log {
    /// Reads a stream to its end on a thread of its own (a full pipe would stop the server), and
    /// sends the URL of the line that says it is ready.
    fn follow(&self, stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
        let (sender, receiver) = channel();
        let Some(stream) = stream else {
            return receiver;
        };
        let lines = Arc::clone(&self.lines);
        let reader = thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).into_owned();
                if let Some(url) = line.strip_prefix(READY) {
                    sender
                        .send(url.trim().trim_end_matches('/').to_owned())
                        .ok();
                }
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == LOG_LINES {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
        });
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        receiver
    }

    fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// As [`Log::text`], once the process is gone: waits for the last of its words.
    fn text_at_the_end(&self) -> String {
        let readers =
            std::mem::take(&mut *self.readers.lock().unwrap_or_else(PoisonError::into_inner));
        for reader in readers {
            reader.join().ok();
        }
        self.text()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// A stand-in for the binary: what is tested here is how it is started, read and ended.
    fn script(body: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("binary");
        // Another process writes the file: a program that this one has open for writing cannot be
        // executed, and a test beside this one may be forking just then.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let status = Command::new("sh")
            .args(["-c", write, "sh"])
            .arg(&path)
            .arg(body)
            .status();
        assert!(status.unwrap().success());
        (directory, path)
    }

    fn is_running(process: u32) -> bool {
        let status = Command::new("sh")
            .args(["-c", &format!("kill -0 {process} 2>&-")])
            .status();
        status.unwrap().success()
    }

    #[test]
    fn a_server_is_started_with_what_was_asked_for() {
        let (_directory, binary) = script(
            "echo \"$@\" >&2; echo \"$A $SYMBOLON_KEY_ENCRYPTION_KEY\"; echo Symbolon is ready at http://x/; exec sleep 99",
        );
        let mut options = Options::on("sqlite::memory:").with("A", "the variable");
        options.issuer = Some("https://id.example".to_owned());
        let server = Server::start(&binary, options);
        assert_eq!(server.url(), "http://x");
        assert_eq!(server.issuer(), "https://id.example");
        let (_, log) = server.stop();
        let arguments = "serve --demo --listen 127.0.0.1:0 --database sqlite::memory: \
                         --issuer https://id.example\n";
        assert!(log.contains(arguments), "{log}");
        assert!(
            log.contains(&format!("the variable {KEY_ENCRYPTION_KEY}\n")),
            "{log}"
        );
    }

    #[test]
    fn a_server_that_refuses_to_start_leaves_its_reason() {
        let (_directory, binary) = script("echo the port is taken >&2; exit 3");
        let log = Server::try_start(&binary, Options::on("")).err().unwrap();
        assert_eq!(log, "the port is taken\n");
    }

    #[test]
    fn stopping_is_gentle_and_waits() {
        let (_directory, binary) = script(
            "trap 'echo draining; exit 7' TERM; echo Symbolon is ready at http://x; \
             while :; do sleep 0.01; done",
        );
        let (status, log) = Server::start(&binary, Options::on("")).stop();
        assert_eq!(status.code(), Some(7));
        assert!(log.ends_with("draining\n"), "{log}");
    }

    #[test]
    fn a_killed_server_is_gone_and_so_is_a_dropped_one() {
        let (_directory, binary) = script("echo Symbolon is ready at http://x; exec sleep 99");
        let killed = Server::start(&binary, Options::on(""));
        let dropped = Server::start(&binary, Options::on(""));
        let processes = [killed.process.id(), dropped.process.id()];
        assert_eq!(processes.map(is_running), [true, true]);
        killed.kill_hard();
        drop(dropped);
        assert_eq!(processes.map(is_running), [false, false]);
    }
}
