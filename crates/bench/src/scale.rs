//! Whether many organizations, people and role grants slow down who has nothing to do with them:
//! a second server, on a database with very many, beside the one with ten.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::Arguments;
use crate::place::{Place, START_PATIENCE};
use crate::process::Server;

const FILL: &str = include_str!("../scale.sql");

/// Reads statements from its standard input and runs them on the file.
const SQLITE: &str = "import sqlite3, sys\n\
    connection = sqlite3.connect(sys.argv[1], timeout=60)\n\
    connection.executescript(sys.stdin.read())\n\
    connection.commit()\n";

/// The server with very many of everything, and where it keeps them.
pub(crate) struct Large {
    pub(crate) server: Server,
    _place: Place,
}

impl Large {
    /// Fills a database and starts a server on it. Takes a minute.
    pub(crate) fn start(arguments: &Arguments) -> Result<Self, String> {
        if arguments.database.is_some() && arguments.scale_database.is_none() {
            return Err("name a second, empty database with --scale-database".to_owned());
        }
        let place = Place::on(arguments, arguments.scale_database.clone())?;
        let first = place.start_with_state()?;
        fill(place.database())?;
        // Filled behind its back: it is to find everything there when it starts.
        first.process.stop(START_PATIENCE)?;
        Ok(Self {
            server: place.start_with_state()?,
            _place: place,
        })
    }
}

fn fill(database: &str) -> Result<(), String> {
    let mut command = match database.strip_prefix("sqlite:") {
        Some(file) => {
            let mut python = Command::new("python3");
            python.args(["-c", SQLITE, file]);
            python
        }
        None => {
            let mut psql = Command::new("psql");
            psql.args([
                "--quiet",
                "--set",
                "ON_ERROR_STOP=1",
                "--single-transaction",
                database,
            ]);
            psql
        }
    };
    let failed = |error: std::io::Error| format!("filling the database: {error}");
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(FILL.as_bytes()).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("filling the database: {status}"))
    }
}
