//! What can go wrong with a database: always ours, never the caller's.

use std::fmt;

/// Why a storage call failed.
#[derive(thiserror::Error)]
pub enum StorageError {
    /// A row that cannot be: written by something else, or by a newer version.
    #[error("the row {row} of the table {table} is not one that this version writes")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        row: String,
    },
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migration(String),
    /// The database is away, full, locked or overloaded.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The statement failed.
    #[error("the database refused a statement: {0}")]
    Statement(#[source] sqlx::Error),
    /// The URL names no database.
    #[error("the database URL must begin with sqlite: or postgres://")]
    Url,
}

impl StorageError {
    /// Whether trying again later can help (requirement A9.3).
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub(crate) fn corrupt(table: &'static str, row: impl Into<String>) -> Self {
        Self::Corrupt {
            table,
            row: row.into(),
        }
    }
}

impl fmt::Debug for StorageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(database) if is_passing(database.code().as_deref()) => {
                Self::Unavailable(error)
            }
            _ => Self::Statement(error),
        }
    }
}

/// SQLite: busy (5), locked (6), I/O (10), full (13), each with extended codes. PostgreSQL:
/// connection (08), resources (53), operator intervention such as a shutdown or a time-out (57),
/// system error (58), read-only after a failover (25006).
fn is_passing(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 && !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return ["57P"].iter().any(|class| code.starts_with(class));
    }
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 10 | 13),
        _ => ["08", "53", "57", "58", "25006"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}

/// Whether a statement failed because a transaction of another instance came in between
/// (SQLSTATE 40001, 40P01): to be decided anew.
pub(crate) fn is_serialization(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|database| database.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
