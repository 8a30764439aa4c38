//! The two databases, and the macro that makes one test into a test on each.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::{fmt, fs};

use crate::guardian::Guardian;
use crate::{postgres, random_hex};

/// A kind of database that the server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one, in a file.
    Sqlite,
    /// A real PostgreSQL: see [`postgres`].
    Postgres,
}

impl Backend {
    /// The URL of a fresh, empty database, which is there until the test process ends.
    ///
    /// # Panics
    /// When there is no PostgreSQL on this machine.
    pub fn url(self) -> String {
        match self {
            Self::Sqlite => {
                format!(
                    "sqlite:{}",
                    folder().join(format!("{}.db", random_hex(8))).display()
                )
            }
            Self::Postgres => postgres().database(),
        }
    }
}

/// Every row of every table of a database, as text, sorted: two of them that are equal prove that
/// nothing was written in between. The server may be running: what its sweeps note for themselves,
/// at any time, is left out.
///
/// # Panics
/// When the database cannot be read: for SQLite by `python3`, for PostgreSQL by `psql`.
pub fn rows(url: &str) -> Vec<String> {
    let mut rows = match url.strip_prefix("sqlite:") {
        Some(path) => sqlite_rows(path),
        None => postgres().rows(url),
    };
    rows.retain(|row| !(row.starts_with("change_feed ") && row.contains("complete_since")));
    rows
}

fn sqlite_rows(path: &str) -> Vec<String> {
    let script = "import sqlite3, sys\n\
        connection = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n\
        tables = connection.execute(\"SELECT name FROM sqlite_schema WHERE type = 'table'\")\n\
        for (table,) in tables.fetchall():\n    \
            for row in connection.execute(f'SELECT * FROM \"{table}\"'):\n        \
                print(table, ascii(row))\n";
    let output = Command::new("python3").args(["-c", script, path]).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run python3: {error}"));
    assert!(
        output.status.success(),
        "no rows: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let mut rows: Vec<_> = text.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

/// Runs a statement on a database, as if time or another program had changed it. The server may be
/// running.
///
/// # Panics
/// When it cannot: for SQLite by `python3`, for PostgreSQL by `psql`.
pub fn execute(url: &str, sql: &str) {
    let Some(path) = url.strip_prefix("sqlite:") else {
        postgres().execute_in(url, sql);
        return;
    };
    let script = "import sqlite3, sys\n\
        connection = sqlite3.connect(sys.argv[1], timeout=10)\n\
        connection.execute(sys.argv[2])\n\
        connection.commit()\n";
    let output = Command::new("python3")
        .args(["-c", script, path, sql])
        .output();
    let output = output.unwrap_or_else(|error| panic!("cannot run python3: {error}"));
    assert!(
        output.status.success(),
        "not done: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A file with this content, which is there until the test process ends.
pub(crate) fn lasting_file(content: &str) -> PathBuf {
    let file = folder().join(random_hex(8));
    fs::write(&file, content)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
    file
}

/// The folder of what this process keeps until it ends: SQLite files, declared states.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<(PathBuf, Guardian)> = OnceLock::new();
    let (folder, _) = FOLDER.get_or_init(|| {
        let folder = tempfile::Builder::new()
            .prefix("symbolon-tests-")
            .tempdir()
            .unwrap_or_else(|error| panic!("cannot make a folder for the files of tests: {error}"))
            .keep();
        let guardian = Guardian::start("rm -rf -- \"$1\"", &[&folder.to_string_lossy()]);
        (folder, guardian)
    });
    folder
}

/// Makes each test into two, `name::sqlite` and `name::postgres`.
///
/// ```ignore
/// symbolon_testkit::on_both_databases! {
///     async fn a_code_works_once(backend) {
///         let server = Server::start(binary(), Options::on(backend.url()));
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($backend:ident) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "a rule may need nothing of the file around it")]
            use super::*;

            async fn rule($backend: $crate::Backend) $body

            #[tokio::test]
            async fn sqlite() {
                rule($crate::Backend::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                rule($crate::Backend::Postgres).await;
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::on_both_databases! {
        async fn every_database_is_another_one(backend) {
            assert_ne!(backend.url(), backend.url());
        }
    }

    #[test]
    fn the_url_says_which_kind_of_database_it_is() {
        assert!(Backend::Sqlite.url().starts_with("sqlite:/"));
        assert!(Backend::Postgres.url().starts_with("postgres://"));
    }
}
