//! SQLite: one file, one writer, any number of readers.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Sqlite, SqliteConnection, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
        SqliteSynchronous,
    },
};

use crate::{Result, migration};

// One text, compiled for each database: see decision 0001.
#[path = "sql/accounts.rs"]
mod accounts;
#[path = "sql/acts.rs"]
mod acts;
#[path = "sql/acts_owned.rs"]
mod acts_owned;
#[path = "sql/administration.rs"]
mod administration;
#[path = "sql/administration_reads.rs"]
mod administration_reads;
#[path = "sql/approvals.rs"]
mod approvals;
#[path = "sql/attempts.rs"]
mod attempts;
#[path = "sql/audit.rs"]
mod audit;
#[path = "sql/backchannel_requests.rs"]
mod backchannel_requests;
#[path = "sql/browsers.rs"]
mod browsers;
#[path = "sql/changes.rs"]
mod changes;
#[path = "sql/clients.rs"]
mod clients;
#[path = "sql/consents.rs"]
mod consents;
#[path = "sql/declared.rs"]
mod declared;
#[path = "sql/devices.rs"]
mod devices;
#[path = "sql/holders.rs"]
mod holders;
#[path = "sql/installation.rs"]
mod installation;
#[path = "sql/installation_secrets.rs"]
mod installation_secrets;
#[path = "sql/interactions.rs"]
mod interactions;
#[path = "sql/logouts.rs"]
mod logouts;
#[path = "sql/machine_keys.rs"]
mod machine_keys;
#[path = "sql/maintenance.rs"]
mod maintenance;
#[path = "sql/personal_tokens.rs"]
mod personal_tokens;
#[path = "sql/policies.rs"]
mod policies;
#[path = "sql/pushed_requests.rs"]
mod pushed_requests;
#[path = "sql/registrations.rs"]
mod registrations;
#[path = "sql/sessions.rs"]
mod sessions;
#[path = "sql/signing_keys.rs"]
mod signing_keys;
#[path = "sql/single_uses.rs"]
mod single_uses;
#[path = "sql/subjects.rs"]
mod subjects;
#[path = "sql/tokens.rs"]
mod tokens;
#[path = "sql/waiting.rs"]
mod waiting;

type Row = SqliteRow;
type Connection = SqliteConnection;

/// How often migrations are tried, ten times a second, while another process applies them.
const MIGRATION_TRIES: u32 = 20;

/// How many connections read at once.
const READERS: u32 = 4;

const MIGRATIONS: &[(i64, &str, &str)] = migration::SQLITE;

const COLUMNS: &str = "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%' \
     ORDER BY 1";

/// SQLite and the provider share one clock.
const DATABASE_TIME: Option<&str> = None;

/// An open database.
pub(crate) struct Database {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl Database {
    /// Opens what follows `sqlite:` in a URL.
    pub(crate) async fn open(path: &str) -> Result<Self> {
        let in_memory = path == ":memory:" || path == "//:memory:";
        let options = if in_memory {
            SqliteConnectOptions::new().in_memory(true)
        } else {
            SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
        };
        let options = options
            // An acknowledged write survives a power cut (requirement A9.1).
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(128);
        let writer = pool(1).connect_with(options.clone()).await?;
        // A database in memory belongs to its one connection.
        let reader = if in_memory {
            writer.clone()
        } else {
            pool(READERS).connect_with(options).await?
        };
        Ok(Self { reader, writer })
    }

    /// Applies the migrations that are due. SQLite has no lock for this: of two processes that start
    /// at once on a new file, one fails, and finds the work done when it tries again.
    async fn run(&self, migrator: &Migrator) -> std::result::Result<(), MigrateError> {
        let mut tries = 1;
        loop {
            match migrator.run(&self.writer).await {
                Err(_) if tries < MIGRATION_TRIES => tries += 1,
                outcome => return outcome,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// A transaction that writes. IMMEDIATE: a read lock that is upgraded later could fail at once
    /// with SQLITE_BUSY, whatever the timeout.
    async fn begin(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// A transaction that reads, and sees one moment only.
    async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.reader.begin().await
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
