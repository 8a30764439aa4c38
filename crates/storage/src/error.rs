//! What can go wrong with a database: always ours, never the caller's.

use std::fmt;

/// Why a storage call failed.
#[derive(thiserror::Error)]
pub enum StorageError {
    /// A row that cannot be: written by something else, or by a newer version.
    #[error(
        "the row {row} of the table {table} is not one that this version writes: see its {column}"
    )]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        row: String,
        /// Which of its columns, or the first of those that contradict each other.
        column: String,
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

    /// A column that this version does not write; [`Self::within`] says in which row.
    pub(crate) fn corrupt(column: impl Into<String>) -> Self {
        Self::Corrupt {
            table: "unknown",
            row: "unknown".to_owned(),
            column: column.into(),
        }
    }

    /// The same error, and the row that it was found in.
    pub(crate) fn within(self, table: &'static str, row: &str) -> Self {
        match self {
            Self::Corrupt { column, .. } => Self::Corrupt {
                table,
                row: row.to_owned(),
                column,
            },
            other => other,
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
            // SQLite keeps any value in any column.
            sqlx::Error::ColumnDecode { index, .. } => Self::corrupt(index.trim_matches('"')),
            _ => Self::Statement(error),
        }
    }
}

/// SQLite: busy (5), locked (6), I/O (10), full (13), cannot open (14), each with extended codes.
/// PostgreSQL: connection (08), read-only after a failover (25006), serialization and deadlock
/// (40), resources (53), a lock that was waited for too long (55P03), operator intervention such
/// as a shutdown or a time-out (57), system error (58).
fn is_passing(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    // An SQLSTATE has five characters; the codes of SQLite are numbers below 10000.
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 10 | 13 | 14),
        _ => ["08", "25006", "40", "53", "55P03", "57", "58"]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_over_soon_is_told_from_a_mistake() {
        // SQLITE_BUSY_SNAPSHOT and SQLITE_IOERR_FSYNC among them.
        for code in [
            "5", "6", "10", "13", "14", "517", "1034", "08006", "08P01", "25006", "40001", "40P01",
            "53300", "55P03", "57014", "57P01", "57P03", "58030",
        ] {
            assert!(is_passing(Some(code)), "{code}");
        }
        // SQLITE_CONSTRAINT_UNIQUE, a corrupt file and a read-only one among them.
        for code in [
            "", "1", "8", "11", "19", "2067", "22021", "23505", "25001", "28P01", "42P01",
        ] {
            assert!(!is_passing(Some(code)), "{code}");
        }
        assert!(!is_passing(None));
    }
}
