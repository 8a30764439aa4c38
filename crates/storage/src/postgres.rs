//! PostgreSQL, and what speaks its protocol: any number of instances on one database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgConnection, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow},
};

use crate::{Result, migration};

// One text, compiled for each database: see decision 0001.
#[path = "sql/approvals.rs"]
mod approvals;
#[path = "sql/attempts.rs"]
mod attempts;
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
#[path = "sql/interactions.rs"]
mod interactions;
#[path = "sql/maintenance.rs"]
mod maintenance;
#[path = "sql/sessions.rs"]
mod sessions;
#[path = "sql/signing_keys.rs"]
mod signing_keys;
#[path = "sql/subjects.rs"]
mod subjects;
#[path = "sql/tokens.rs"]
mod tokens;

type Row = PgRow;
type Connection = PgConnection;

/// How many connections one instance has at the most.
const CONNECTIONS: u32 = 16;

const MIGRATIONS: &[(i64, &str, &str)] = migration::POSTGRES;

const COLUMNS: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns \
     WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%' \
     ORDER BY (table_name || '.' || column_name) COLLATE \"C\"";

const DATABASE_TIME: Option<&str> =
    Some("SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) AS BIGINT)");

/// An open database.
pub(crate) struct Database {
    reader: PgPool,
    writer: PgPool,
}

impl Database {
    /// Connects to a URL.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("symbolon")
            .statement_cache_capacity(128)
            // A request must not wait for longer than people do (requirement A9.3).
            .options([("statement_timeout", "10s"), ("lock_timeout", "5s")]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(5))
            // Asking first whether a connection lives would cost a round trip on every statement.
            // One that died in the pool fails its first statement and is replaced.
            .test_before_acquire(false)
            .idle_timeout(Duration::from_secs(60))
            .connect_with(options)
            .await?;
        Ok(Self {
            reader: pool.clone(),
            writer: pool,
        })
    }

    /// A transaction that writes.
    async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.writer.begin().await
    }
}
