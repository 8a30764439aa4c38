//! A database that is away is told apart from a mistake, and what comes back is used again.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection, Executor, PgConnection, query, query_scalar};
use symbolon_core::organization::Organization;
use symbolon_storage::{Result, open};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};
use url::Url;

use crate::{
    database::Database,
    proxy::Proxy,
    sample::{self, NOW, organization},
};

on_every_back_end! {
    a_closed_instance_is_unavailable,
}

on_shared_back_ends! {
    a_lock_that_somebody_keeps_is_unavailable_in_the_end,
    an_instance_that_closes_does_not_hurt_another,
}

/// As many connections as an instance has at the most.
const CONNECTIONS: usize = 16;

async fn a_closed_instance_is_unavailable(database: &Database) {
    database.close().await;
    for refused in [
        database.ping().await.unwrap_err(),
        database.pending_migrations().await.unwrap_err(),
        database.apply(&[sample::redeem("one")]).await.unwrap_err(),
    ] {
        assert!(refused.is_unavailable(), "{refused}");
    }
}

async fn an_instance_that_closes_does_not_hurt_another(database: &Database) {
    let other = database.second_instance().await;
    let acme = organization("acme");
    other.put_organization(&acme, NOW).await.unwrap();
    other.close().await;
    let globex = organization("globex");
    database.put_organization(&globex, NOW).await.unwrap();
    assert_eq!(database.organizations().await.unwrap().len(), 2);
    let third = database.second_instance().await;
    assert_eq!(third.organizations().await.unwrap().len(), 2);
}

async fn a_lock_that_somebody_keeps_is_unavailable_in_the_end(database: &Database) {
    let lock = if database.is_postgres() {
        "BEGIN; LOCK TABLE organization IN ACCESS EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    let keeper = database.keep(lock).await;
    let acme = organization("acme");
    let refused = database.put_organization(&acme, NOW).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    keeper.close().await;
    database.put_organization(&acme, NOW).await.unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = directory.path().join("nowhere/symbolon.db");
    let Err(refused) = open(&format!("sqlite:{}", nowhere.display())).await else {
        panic!("there is no such folder")
    };
    assert!(refused.is_unavailable(), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_a_connection_that_is_terminated_is_told_that_it_is_unavailable() {
    let database = Database::postgres().await;
    let mut server = PgConnection::connect(database.url()).await.unwrap();
    let waiting = occupy(&database, &mut server).await;
    terminate(&mut server).await;
    for waiting in waiting {
        let refused = waiting.await.unwrap().unwrap_err();
        assert!(refused.is_unavailable(), "{refused}");
    }
    server.execute("ROLLBACK").await.unwrap();
    assert_eq!(database.organizations().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_in_use_that_was_terminated_fails_once_and_is_replaced() {
    let database = Database::postgres().await;
    let mut server = PgConnection::connect(database.url()).await.unwrap();
    fill_pool(&database, &mut server).await;
    terminate(&mut server).await;
    let mut failures = 0;
    for _ in 0..2 * CONNECTIONS {
        if let Err(refused) = database.organizations().await {
            assert!(refused.is_unavailable(), "{refused}");
            failures += 1;
        }
    }
    assert!(failures <= CONNECTIONS, "{failures}");
    for _ in 0..CONNECTIONS {
        database.organizations().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_terminated_while_they_rested_fail_nobody() {
    let database = Database::postgres().await;
    let mut server = PgConnection::connect(database.url()).await.unwrap();
    fill_pool(&database, &mut server).await;
    rest(&mut server).await;
    terminate(&mut server).await;
    for _ in 0..CONNECTIONS {
        let acme = organization("acme");
        database.put_organization(&acme, NOW).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_is_unavailable_until_it_is_back() {
    let database = Database::postgres().await;
    let (proxy, url) = detour(database.url()).await;
    let instance = open(&url).await.unwrap();
    instance.ping().await.unwrap();
    let port = proxy.port;
    proxy.cut().await;
    let refused = instance.ping().await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let _proxy = Proxy::start(port, port_of(database.url())).await;
    instance.ping().await.unwrap();
    instance.organizations().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_fell_silent_while_it_rested_is_replaced() {
    let database = Database::postgres().await;
    let (proxy, url) = detour(database.url()).await;
    let instance = open(&url).await.unwrap();

    instance.ping().await.unwrap();
    let mut server = PgConnection::connect(database.url()).await.unwrap();
    rest(&mut server).await;
    proxy.fall_silent();
    let answer = timeout(Duration::from_secs(10), instance.ping()).await;
    answer.unwrap().unwrap();
}

/// Waits until nobody has said anything for twice as long as it takes to count as one that rested:
/// the pool too talks to the server, after the call that it has lent the connection to.
async fn rest(server: &mut PgConnection) {
    let talkative = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid() \
        AND (state <> 'idle' OR clock_timestamp() - state_change < interval '2 seconds')";
    loop {
        let talkative: i64 = query_scalar(talkative)
            .fetch_one(&mut *server)
            .await
            .unwrap();
        if talkative == 0 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Opens all connections that an instance may have, and leaves them in the pool.
async fn fill_pool(database: &Database, server: &mut PgConnection) {
    let waiting = occupy(database, server).await;
    server.execute("COMMIT").await.unwrap();
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
}

type Waiting = Vec<JoinHandle<Result<Vec<Organization>>>>;

/// Lets as many calls as there are connections wait for a lock that `server` holds until the end of
/// its transaction.
async fn occupy(database: &Database, server: &mut PgConnection) -> Waiting {
    server
        .execute("BEGIN; LOCK TABLE organization IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let waiting = (0..CONNECTIONS).map(|_| {
        let instance = Arc::clone(&database.instance);
        tokio::spawn(async move { instance.organizations().await })
    });
    let waiting = waiting.collect();
    let all_wait = async {
        let count = "SELECT count(*) FROM pg_locks \
            WHERE relation = 'organization'::regclass AND NOT granted";
        loop {
            let count: i64 = query_scalar(count).fetch_one(&mut *server).await.unwrap();
            if usize::try_from(count).unwrap() == CONNECTIONS {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(4), all_wait).await.unwrap();
    waiting
}

/// Ends all connections to the database but this one, as a restart or an administrator does.
async fn terminate(server: &mut PgConnection) {
    let terminate = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    query(terminate).fetch_all(server).await.unwrap();
}

/// A proxy to the server of a URL, and the URL that leads through it.
async fn detour(url: &str) -> (Proxy, String) {
    let proxy = Proxy::start(0, port_of(url)).await;
    let mut url = Url::parse(url).unwrap();
    url.set_port(Some(proxy.port)).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    (proxy, url.into())
}

fn port_of(url: &str) -> u16 {
    Url::parse(url).unwrap().port().unwrap_or(5432)
}
