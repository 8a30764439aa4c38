//! A throw-away PostgreSQL for tests: one cluster per test process, one database per test.
//!
//! Started at first use and gone when the process is, however it ends. A machine without
//! PostgreSQL fails the tests that need one: a skipped test looks like a passed one.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock, PoisonError};

use url::Url;

use crate::account::Account;
use crate::guardian::Guardian;
use crate::random_hex;

/// Names a server to use instead of a throw-away one: the URL of a database on a server where the
/// named user may create databases. What the tests create there they drop again.
pub const SERVER_VARIABLE: &str = "SYMBOLON_TEST_POSTGRES";

/// A PostgreSQL server on which tests create databases.
pub struct Cluster {
    /// How a throw-away server is stopped and started.
    control: Option<Control>,
    /// The database that one connects to in order to create others.
    maintenance: Url,
    psql: PathBuf,
    /// For a throw-away server one that removes it, for a named one those that drop what the tests
    /// created there.
    guardians: Mutex<Vec<Guardian>>,
}

/// What it takes to stop a throw-away server and to start it again.
struct Control {
    account: Account,
    programs: PathBuf,
    directory: PathBuf,
    port: u16,
}

/// The cluster of this test process, started at the first call.
///
/// # Panics
/// When there is no PostgreSQL on this machine, or when it does not start.
pub fn postgres() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var(SERVER_VARIABLE) {
        Ok(url) if !url.is_empty() => Cluster::named(&url),
        _ => Cluster::start(),
    })
}

impl Cluster {
    /// A throw-away server of one test's own, which it can stop. It is gone when it is dropped.
    ///
    /// # Panics
    /// When there is no PostgreSQL on this machine, or when it does not start.
    pub fn private() -> Self {
        Self::start()
    }

    /// Stops a private server as a crash would: its clients are cut off in the middle of a word.
    ///
    /// # Panics
    /// When it is not private, or does not stop.
    pub fn stop(&self) {
        let control = self.control();
        let output = control
            .account
            .command(&control.programs.join("pg_ctl"))
            .args(["stop", "-w", "-m", "immediate", "-s", "-D"])
            .arg(control.directory.join("data"))
            .output()
            .unwrap_or_else(|error| panic!("cannot run pg_ctl: {error}"));
        assert!(output.status.success(), "no stop: {}", text(&output));
    }

    /// Starts a private server again at the same address.
    ///
    /// # Panics
    /// When it is not private, or does not start.
    pub fn start_again(&self) {
        let Control {
            account,
            programs,
            directory,
            port,
        } = self.control();
        if let Err(refusal) = start_server_at(account, programs, directory, *port) {
            panic!("PostgreSQL does not start again: {refusal}");
        }
    }

    /// Makes a private server vanish without a word, as behind a broken cable: it takes connections
    /// and never answers again, until [`Cluster::thaw`].
    ///
    /// # Panics
    /// When it is not private, or not there.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets a server go on that was frozen.
    ///
    /// # Panics
    /// When it is not private, or not there.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Sends a signal to all processes of a private server.
    fn signal(&self, signal: &str) {
        let script = format!("{PROCESSES}; kill -s \"$2\" $processes");
        let output = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(self.control().directory.join("data"))
            .arg(signal)
            .output()
            .unwrap_or_else(|error| panic!("cannot run sh: {error}"));
        // One of them may have ended in between.
        assert!(!text(&output).contains("No such file"), "{}", text(&output));
    }

    fn control(&self) -> &Control {
        let control = self.control.as_ref();
        control.unwrap_or_else(|| panic!("only a throw-away server is stopped by a test"))
    }

    /// Every row of every table of a database, as text, sorted.
    pub(crate) fn rows(&self, url: &str) -> Vec<String> {
        let each = "SELECT format('SELECT %L || t::text FROM %I t', table_name || ' ', table_name) \
                    FROM information_schema.tables WHERE table_schema = 'public' \\gexec\n";
        let script = "printf %s \"$2\" | exec \"$1\" -X -q -A -t -v ON_ERROR_STOP=1 -d \"$3\"";
        let output = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(&self.psql)
            .args([each, url])
            .output()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", self.psql.display()));
        assert!(output.status.success(), "no rows: {}", text(&output));
        let mut rows: Vec<_> = text(&output).lines().map(str::to_owned).collect();
        rows.sort();
        rows
    }

    /// Runs a statement in a database.
    pub(crate) fn execute_in(&self, url: &str, sql: &str) {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql])
            .output()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", self.psql.display()));
        assert!(output.status.success(), "not done: {}", text(&output));
    }

    /// Creates an empty database with a name of its own and returns its URL.
    ///
    /// # Panics
    /// When the server refuses to create it.
    pub fn database(&self) -> String {
        let name = format!("symbolon_test_{}", random_hex(8));
        // template0 has no sessions of its own, so that tests can copy it side by side.
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        if self.control.is_none() {
            self.watch(Guardian::start(
                "exec \"$1\" -X -q -d \"$2\" -c \"DROP DATABASE IF EXISTS $3 WITH (FORCE)\"",
                &[
                    &self.psql.to_string_lossy(),
                    self.maintenance.as_str(),
                    &name,
                ],
            ));
        }
        let mut url = self.maintenance.clone();
        url.set_path(&name);
        url.into()
    }

    /// Runs one SQL statement in the maintenance database, as a child process. Returns the bare
    /// values that it yields.
    fn execute(&self, sql: &str) -> String {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-d", self.maintenance.as_str(), "-c", sql])
            .output()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", self.psql.display()));
        assert!(
            output.status.success(),
            "PostgreSQL refused `{sql}`: {}",
            text(&output)
        );
        text(&output)
    }

    fn watch(&self, guardian: Guardian) {
        self.guardians
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(guardian);
    }

    fn named(url: &str) -> Self {
        let maintenance = Url::parse(url)
            .unwrap_or_else(|error| panic!("{SERVER_VARIABLE} is not a URL: {error}"));
        let psql = programs("psql").join("psql");
        Self {
            maintenance,
            psql,
            guardians: Mutex::default(),
            control: None,
        }
    }

    fn start() -> Self {
        let programs = programs("initdb");
        let directory = tempfile::Builder::new()
            .prefix("symbolon-postgres-")
            .tempdir()
            .unwrap_or_else(|error| panic!("cannot make a folder for PostgreSQL: {error}"));
        let account = Account::owning(directory.path());
        // The guardian comes before the first thing that it has to remove.
        let guardian = account.guard(&programs, directory.path());
        let directory = directory.keep();

        let password = random_hex(16);
        let password_file = directory.join("password");
        fs::write(&password_file, &password)
            .and_then(|()| fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600)))
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", password_file.display()));
        account.give(&password_file);

        let data = directory.join("data");
        let output = account
            .command(&programs.join("initdb"))
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "--username=symbolon",
            ])
            .args(["--auth=scram-sha-256", "--pwfile"])
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&data)
            .output()
            .unwrap_or_else(|error| panic!("cannot run initdb: {error}"));
        assert!(output.status.success(), "initdb failed: {}", text(&output));

        let port = start_server(&account, &programs, &directory);
        let maintenance = Url::parse(&format!(
            "postgres://symbolon:{password}@127.0.0.1:{port}/postgres"
        ))
        .unwrap_or_else(|error| panic!("a URL made here is not one: {error}"));
        Self {
            maintenance,
            psql: programs.join("psql"),
            guardians: Mutex::new(vec![guardian]),
            control: Some(Control {
                account,
                programs,
                directory,
                port,
            }),
        }
    }
}

/// Starts the server on a free port, which it returns. Another process can take the port between
/// the moment it was found and the moment it is used, so that a second and third try are due.
fn start_server(account: &Account, programs: &Path, directory: &Path) -> u16 {
    let mut refusal = String::new();
    for _ in 0..3 {
        let port = free_port();
        match start_server_at(account, programs, directory, port) {
            Ok(()) => return port,
            Err(said) => refusal = said,
        }
    }
    panic!("PostgreSQL does not start: {refusal}");
}

/// Starts the server on a port, or says what it said.
fn start_server_at(
    account: &Account,
    programs: &Path,
    directory: &Path,
    port: u16,
) -> Result<(), String> {
    let log = directory.join("log");
    // Nothing here has to survive a power cut.
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={} \
         -c max_connections=300 -c shared_buffers=64MB -c fsync=off \
         -c synchronous_commit=off -c full_page_writes=off",
        directory.display(),
    );
    let output = account
        .command(&programs.join("pg_ctl"))
        .args(["start", "-w", "-t", "120", "-s", "-D"])
        .arg(directory.join("data"))
        .arg("-l")
        .arg(&log)
        .args(["-o", &options])
        .output()
        .unwrap_or_else(|error| panic!("cannot run pg_ctl: {error}"));
    if output.status.success() {
        return Ok(());
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    Err(format!("{}\n{said}", text(&output)))
}

/// Finds the processes of the server whose data folder is `$1`: the first, and its children.
const PROCESSES: &str = "first=$(head -n 1 \"$1/postmaster.pid\"); \
                         processes=\"$first $(cat \"/proc/$first/task/$first/children\")\"";

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("no free port on the loopback address: {error}"))
        .port()
}

/// The folder that holds `program` and its siblings: one of PATH, else the newest version where
/// Debian's packages put them.
fn programs(program: &str) -> PathBuf {
    in_path(program)
        .or_else(|| newest_packaged(program))
        .unwrap_or_else(|| {
            panic!(
                "no PostgreSQL on this machine (`{program}` is neither in PATH nor under \
             /usr/lib/postgresql): install it (Debian: `apt-get install postgresql`), or name a \
             server in {SERVER_VARIABLE}"
            )
        })
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| {
        // A lone link elsewhere (to a wrapper, or to one program) has no siblings beside it.
        let real = folder.join(program).canonicalize().ok()?;
        let folder = real.parent()?;
        let complete = ["psql", program]
            .iter()
            .all(|name| folder.join(name).is_file());
        complete.then(|| folder.to_owned())
    })
}

fn newest_packaged(program: &str) -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join(program).is_file().then_some((version, folder))
        })
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder)
}

fn text(output: &Output) -> String {
    let words = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&words).trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_database_of_a_named_server_is_dropped_again() {
        let count = |url: &Url| {
            let name = url.path().trim_start_matches('/').to_owned();
            let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
            postgres().execute(&sql)
        };
        let named = Cluster::named(postgres().maintenance.as_str());
        let database = Url::parse(&named.database()).unwrap();
        assert_eq!(count(&database), "1");
        drop(named);
        assert_eq!(count(&database), "0");
    }

    #[test]
    #[expect(
        clippy::print_stdout,
        reason = "the process that is killed talks to its parent"
    )]
    fn the_server_is_gone_with_its_process_even_when_that_is_killed() {
        const INSIDE: &str = "SYMBOLON_TESTKIT_TO_BE_KILLED";
        if std::env::var_os(INSIDE).is_some() {
            let server = Cluster::start();
            println!("\n=data {}", server.execute("SHOW data_directory"));
            // Until the process is killed: the other end of the pipe stays open for longer.
            std::io::stdin().lines().next();
            return;
        }
        let name = "the_server_is_gone_with_its_process_even_when_that_is_killed";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                &format!("postgres::tests::{name}"),
            ])
            .env(INSIDE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let data = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .find_map(|line| line.unwrap().strip_prefix("=data ").map(PathBuf::from))
            .unwrap();
        assert!(data.join("postmaster.pid").exists());

        child.kill().unwrap();
        child.wait().unwrap();

        let end = Instant::now() + Duration::from_secs(60);
        while data.parent().unwrap().exists() {
            assert!(Instant::now() < end, "{} is still there", data.display());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
