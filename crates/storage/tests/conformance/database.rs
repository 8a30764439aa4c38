//! The databases that the rules run on. Each test has one of its own.

use std::{future::Future, ops::Deref, sync::Arc};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use symbolon_storage::{Storage, open};
use tempfile::TempDir;
use tokio::sync::Barrier;

/// A database with an open instance on it.
pub(crate) struct Database {
    pub(crate) instance: Arc<dyn Storage>,
    url: String,
    kind: Kind,
}

/// A connection of another program.
pub(crate) enum Stranger {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

enum Kind {
    InMemory,
    Postgres,
    /// The folder goes with the test.
    Sqlite(TempDir),
}

impl Database {
    /// A file with an up-to-date schema.
    pub(crate) async fn sqlite() -> Self {
        Self::empty_sqlite().await.migrated().await
    }

    /// In memory, with an up-to-date schema.
    pub(crate) async fn sqlite_in_memory() -> Self {
        let database = Self::opened("sqlite::memory:".to_owned(), Kind::InMemory).await;
        database.migrated().await
    }

    /// On a server, with an up-to-date schema.
    pub(crate) async fn postgres() -> Self {
        Self::empty_postgres().await.migrated().await
    }

    /// A file without a schema.
    pub(crate) async fn empty_sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/symbolon.db", directory.path().display());
        Self::opened(url, Kind::Sqlite(directory)).await
    }

    /// On a server, without a schema.
    pub(crate) async fn empty_postgres() -> Self {
        Self::opened(symbolon_testkit::postgres().database(), Kind::Postgres).await
    }

    /// Another instance on the same database. What is in memory belongs to one instance: there it
    /// is the same one again.
    pub(crate) async fn second_instance(&self) -> Arc<dyn Storage> {
        match self.kind {
            Kind::InMemory => Arc::clone(&self.instance),
            Kind::Postgres | Kind::Sqlite(_) => open(&self.url).await.unwrap(),
        }
    }

    /// Two instances, of which the first is [`Self::instance`].
    pub(crate) async fn instances(&self) -> [Arc<dyn Storage>; 2] {
        [Arc::clone(&self.instance), self.second_instance().await]
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.kind, Kind::Postgres)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL past the instance, as another program would.
    pub(crate) async fn run(&self, statement: &str) {
        self.keep(statement).await.close().await;
    }

    /// Runs SQL past the instance, on a connection that stays open.
    pub(crate) async fn keep(&self, statement: &str) -> Stranger {
        let statement = AssertSqlSafe(statement.to_owned());
        match &self.kind {
            Kind::InMemory => panic!("nobody else reaches a database in memory"),
            Kind::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                connection.execute(statement).await.unwrap();
                Stranger::Postgres(connection)
            }
            Kind::Sqlite(directory) => {
                // Also what the keys forbid must be writable, or nothing could be corrupt.
                let options = SqliteConnectOptions::new().foreign_keys(false);
                let options = options.filename(directory.path().join("symbolon.db"));
                let mut connection = options.connect().await.unwrap();
                connection.execute(statement).await.unwrap();
                Stranger::Sqlite(connection)
            }
        }
    }

    async fn opened(url: String, kind: Kind) -> Self {
        Self {
            instance: open(&url).await.unwrap(),
            url,
            kind,
        }
    }

    async fn migrated(self) -> Self {
        self.instance.migrate().await.unwrap();
        self
    }
}

impl Stranger {
    pub(crate) async fn close(self) {
        match self {
            Self::Postgres(connection) => connection.close().await.unwrap(),
            Self::Sqlite(connection) => connection.close().await.unwrap(),
        }
    }
}

impl Deref for Database {
    type Target = dyn Storage;

    fn deref(&self) -> &Self::Target {
        &*self.instance
    }
}

/// Lets `contenders` start at once, in turn on each of two instances, and collects what became of
/// them in the order of their numbers.
pub(crate) async fn race<T, F>(
    instances: &[Arc<dyn Storage>; 2],
    contenders: usize,
    contend: impl Fn(usize, Arc<dyn Storage>) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(contenders));
    let tasks: Vec<_> = (0..contenders)
        .zip(instances.iter().cycle())
        .map(|(number, instance)| {
            let barrier = Arc::clone(&barrier);
            let contender = contend(number, Arc::clone(instance));
            tokio::spawn(async move {
                barrier.wait().await;
                contender.await
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(contenders);
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}
