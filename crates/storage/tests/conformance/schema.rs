//! The schema is the same everywhere, and comes about by itself.

use symbolon_storage::{StorageError, open};

use crate::{database::Database, sample};

on_every_back_end! {
    every_statement_is_one_that_the_database_accepts,
    migrating_again_changes_nothing,
    the_database_answers,
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = Database::sqlite().await.columns().await.unwrap();
    let postgres = Database::postgres().await.columns().await.unwrap();
    assert_eq!(sqlite, postgres);
    assert!(sqlite.contains(&"approval.refresh_current".to_owned()));
    assert!(sqlite.is_sorted());
}

async fn every_statement_is_one_that_the_database_accepts(database: &Database) {
    assert_eq!(database.prepare_all().await, Vec::<String>::new());
}

#[tokio::test]
async fn statements_without_their_tables_are_not_accepted() {
    for database in [
        Database::empty_sqlite().await,
        Database::empty_postgres().await,
    ] {
        let refused = database.prepare_all().await;
        assert!(refused.iter().any(|one| one.contains("FROM approval")));
    }
}

#[tokio::test]
async fn migrations_are_pending_until_they_are_applied() {
    for database in [
        Database::empty_sqlite().await,
        Database::empty_postgres().await,
    ] {
        let pending = database.pending_migrations().await.unwrap();
        assert_eq!(pending.first().unwrap(), "0001 main job");
        assert_eq!(database.columns().await.unwrap(), Vec::<String>::new());

        database.migrate().await.unwrap();
        let pending = database.pending_migrations().await.unwrap();
        assert_eq!(pending, Vec::<String>::new());
        let elsewhere = database.second_instance().await;
        let pending = elsewhere.pending_migrations().await.unwrap();
        assert_eq!(pending, Vec::<String>::new());
    }
}

async fn migrating_again_changes_nothing(database: &Database) {
    sample::populate(&**database).await;
    let columns = database.columns().await.unwrap();
    database.migrate().await.unwrap();
    assert_eq!(database.columns().await.unwrap(), columns);
    assert_eq!(database.organizations().await.unwrap().len(), 2);
}

async fn the_database_answers(database: &Database) {
    database.ping().await.unwrap();
    // Only a server can have a clock that differs from that of an instance.
    let time = database.database_time().await.unwrap();
    assert_eq!(time.is_some(), database.is_postgres());
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_instances_may_migrate_a_fresh_sqlite_file_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/symbolon.db", directory.path().display());
    eight_instances_migrate(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_instances_may_migrate_a_fresh_postgres_database_at_once() {
    let database = Database::empty_postgres().await;
    eight_instances_migrate(database.url()).await;
}

async fn eight_instances_migrate(url: &str) {
    let instances: Vec<_> = (0..8)
        .map(|_| {
            let url = url.to_owned();
            tokio::spawn(async move {
                let instance = open(&url).await.unwrap();
                instance.migrate().await.unwrap();
                instance
            })
        })
        .collect();
    for instance in instances {
        let instance = instance.await.unwrap();
        let pending = instance.pending_migrations().await.unwrap();
        assert_eq!(pending, Vec::<String>::new());
        assert_eq!(instance.prepare_all().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_nothing_behind_and_stands_in_nobodys_way() {
    for database in [
        Database::empty_sqlite().await,
        Database::empty_postgres().await,
    ] {
        // In the way of one of the last statements of the migration.
        database.run("CREATE TABLE change_feed (id BIGINT)").await;
        let failed = database.migrate().await.unwrap_err();
        assert!(matches!(failed, StorageError::Migration(_)), "{failed}");
        let columns = database.columns().await.unwrap();
        assert_eq!(columns, ["change_feed.id"]);

        // The first instance still runs, and holds no lock that others would wait for.
        database.run("DROP TABLE change_feed").await;
        database.second_instance().await.migrate().await.unwrap();
        database.migrate().await.unwrap();
    }
}

#[tokio::test]
async fn a_url_of_no_database_is_refused() {
    for url in ["", "symbolon.db", "mysql://localhost/symbolon"] {
        assert!(matches!(open(url).await, Err(StorageError::Url)), "{url}");
    }
}
