//! PostgreSQL, and what speaks its protocol: any number of instances on one database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection as _, PgConnection, Postgres, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow},
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

type Row = PgRow;
type Connection = PgConnection;

/// How many connections one instance has at the most.
const CONNECTIONS: u32 = 16;

/// After so long without use a connection is asked whether it still lives.
const REST: Duration = Duration::from_secs(1);

/// Within so long a server answers that has nothing to do.
const ANSWER: Duration = Duration::from_secs(2);

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
            // Asking every time whether a connection lives would cost a round trip on every
            // statement. One in steady use tells by a failure, and is replaced; one that rested is
            // asked, because all that rested may have died together.
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    if state.idle_for < REST {
                        return Ok(true);
                    }
                    let answer = tokio::time::timeout(ANSWER, connection.ping());
                    Ok(matches!(answer.await, Ok(Ok(()))))
                })
            })
            .idle_timeout(Duration::from_secs(60))
            .connect_with(options)
            .await?;
        Ok(Self {
            reader: pool.clone(),
            writer: pool,
        })
    }

    /// Applies the migrations that are due, on a connection of their own: a new index on a large
    /// table may take longer than a request may, and the advisory lock that holds back other
    /// instances goes with the connection, also when a migration fails.
    async fn run(&self, migrator: &Migrator) -> std::result::Result<(), MigrateError> {
        let options = (*self.writer.connect_options()).clone();
        let options = options.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect_with(options).await?;
        let outcome = migrator.run(&pool).await;
        pool.close().await;
        outcome
    }

    /// A transaction that writes.
    async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.writer.begin().await
    }

    /// A transaction that reads, and sees one moment only.
    async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let statement = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.reader.begin_with(statement).await
    }
}
