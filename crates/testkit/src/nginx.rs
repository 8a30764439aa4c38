//! A real nginx as a child process, with a configuration of the test's own.
//!
//! It runs as one process in the foreground, in a folder of its own, on a free port of this
//! machine, and is gone when the test process is, however that ends. A machine without nginx fails
//! the tests that need one: a skipped test looks like a passed one.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::guardian::Guardian;

/// How long nginx may take to listen before a test gives it up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where Debian and others put it; the PATH of ordinary users need not lead there.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

const ERROR_LOG: &str = "error.log";

/// What the package's compiled-in paths are replaced by: they are root's, and everybody's.
const OWN_PATHS: &str = "http {
    access_log access.log;
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
";

/// A running nginx. Dropping it kills it; so does the end of the test process.
pub struct Nginx {
    url: String,
    process: Child,
    guardian: Option<Guardian>,
    directory: TempDir,
}

impl Nginx {
    /// Starts nginx with what `configuration` makes of an address such as `127.0.0.1:41234`, a
    /// whole `nginx.conf` that listens there, and waits until it does.
    ///
    /// # Panics
    /// When there is no nginx on this machine, or it does not start: with what it said.
    pub fn start(configuration: impl Fn(&str) -> String) -> Self {
        let program = program();
        let mut said = String::new();
        // Another process can take the port between the moment it was found and that it is used.
        for _ in 0..3 {
            let address = free_address();
            match Self::start_at(&program, &address, &configuration(&address)) {
                Ok(nginx) => return nginx,
                Err(refusal) => said = refusal,
            }
        }
        panic!("nginx does not start: {said}");
    }

    /// Where it listens, with no slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of a path: `nginx.at("/invoices")`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What it wrote to its error log so far.
    pub fn error_log(&self) -> String {
        error_log(self.directory.path())
    }

    fn start_at(program: &Path, address: &str, configuration: &str) -> Result<Self, String> {
        assert!(
            configuration.contains("http {"),
            "a whole nginx.conf has a block that begins with `http {{`"
        );
        let directory = tempfile::Builder::new()
            .prefix("symbolon-nginx-")
            .tempdir()
            .unwrap_or_else(|error| panic!("cannot make a folder for nginx: {error}"));
        let path = directory.path();
        let file = path.join("nginx.conf");
        fs::write(&file, configuration.replacen("http {", OWN_PATHS, 1))
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
        // What is wrong with a configuration is said before the log that it names is open.
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path.join(ERROR_LOG))
            .unwrap_or_else(|error| panic!("cannot make a log for nginx: {error}"));
        let mut process = Command::new(program)
            .arg("-p")
            .arg(path)
            .arg("-c")
            .arg(&file)
            // One process: to kill it leaves no worker behind, and none needs another account.
            .args([
                "-g",
                "daemon off; master_process off; pid pid; error_log error.log;",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()));
        let guardian = Guardian::start(
            "kill -KILL \"$1\"; rm -rf -- \"$2\"",
            &[&process.id().to_string(), &path.to_string_lossy()],
        );
        let end = Instant::now() + PATIENCE;
        // The file is written when the sockets listen.
        while fs::read_to_string(path.join("pid")).map_or(true, |pid| pid.trim().is_empty()) {
            let ended = process.try_wait().is_ok_and(|status| status.is_some());
            if ended || Instant::now() > end {
                process.kill().ok();
                process.wait().ok();
                guardian.dismiss();
                return Err(error_log(path));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Self {
            url: format!("http://{address}"),
            process,
            guardian: Some(guardian),
            directory,
        })
    }
}

impl Drop for Nginx {
    #[expect(
        clippy::print_stderr,
        reason = "the test runner shows it beside the failure"
    )]
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        // Dismissed only now: the number of a process that is gone may be given to another.
        if let Some(guardian) = self.guardian.take() {
            guardian.dismiss();
        }
        if thread::panicking() {
            eprintln!(
                "--- what the nginx at {} said ---\n{}",
                self.url,
                self.error_log()
            );
        }
    }
}

fn error_log(directory: &Path) -> String {
    let bytes = fs::read(directory.join(ERROR_LOG)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("no free port on the loopback address: {error}"))
        .to_string()
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "no nginx on this machine (neither in PATH nor in /usr/sbin): install it \
                 (Debian: `apt-get install nginx`)"
            )
        })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn answering(address: &str) -> String {
        format!(
            "events {{}}\nhttp {{ server {{ listen {address}; location / {{ return 200 hello; }} }} }}"
        )
    }

    #[tokio::test]
    async fn nginx_answers_with_the_configuration_it_was_given() {
        let nginx = Nginx::start(answering);
        let answer = crate::http().get(nginx.at("/any")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "hello");
    }

    #[tokio::test]
    async fn a_dropped_nginx_is_gone_and_so_is_its_folder() {
        let nginx = Nginx::start(answering);
        let (url, directory) = (nginx.at("/"), nginx.directory.path().to_owned());
        drop(nginx);
        assert!(crate::http().get(url).send().await.is_err());
        assert!(!directory.exists());
    }

    #[test]
    #[should_panic(expected = "unknown directive \"nonsense\"")]
    fn a_wrong_configuration_fails_with_what_nginx_says_of_it() {
        drop(Nginx::start(|_| "nonsense;\nhttp {}".to_owned()));
    }
}
