//! What was acknowledged outlives the process, and nothing is half written (requirement A9.1).
//!
//! Each test starts itself again as another process, which redeems codes as fast as it can and says
//! of each when it is done; it is killed in the middle of that. PostgreSQL itself is not killed: its
//! part of the promise is its own. Nor is a power cut tried: what the system has is as good as kept.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "the process that is killed learns from its environment that it is that one"
)]
#![expect(
    clippy::print_stdout,
    reason = "the process that is killed talks to its parent"
)]

#[expect(dead_code, reason = "a part of the samples is enough here")]
#[path = "conformance/sample.rs"]
mod sample;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection, query_scalar};
use symbolon_core::approval::ApprovalState;
use symbolon_storage::{Applied, Storage, open};

/// The database, and the number of the round: tells a process that it is the one to be killed.
const INSIDE: &str = "SYMBOLON_STORAGE_TO_BE_KILLED";

/// Several writers, so that there is always one in the middle of something.
const WRITERS: usize = 4;

const ROUNDS: usize = 3;

#[test]
fn what_sqlite_acknowledged_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/symbolon.db", directory.path().display());
    survive("what_sqlite_acknowledged_outlives_the_process", || url);
}

#[test]
fn what_postgres_acknowledged_outlives_the_process() {
    survive("what_postgres_acknowledged_outlives_the_process", || {
        symbolon_testkit::postgres().database()
    });
}

fn survive(test: &str, database: impl FnOnce() -> String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(inside) = std::env::var(INSIDE) {
        let (round, url) = inside.split_once(' ').unwrap();
        return runtime.block_on(write_until_killed(round.parse().unwrap(), url));
    }
    let url = database();
    runtime.block_on(async {
        let instance = open(&url).await.unwrap();
        instance.migrate().await.unwrap();
        sample::populate(&*instance).await;
        instance.close().await;
    });
    for round in 0..ROUNDS {
        let acknowledged = kill_after(test, &url, round, 1 + random_below(60));
        runtime.block_on(verify(&url, round, &acknowledged));
    }
}

async fn write_until_killed(round: usize, url: &str) {
    let instance = open(url).await.unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let instance = Arc::clone(&instance);
            tokio::spawn(async move {
                for number in 0.. {
                    let name = name(round, writer, number);
                    sample::approve(&*instance, &name).await;
                    let changes = [sample::issue(&name), sample::redeem(&name)];
                    let applied = instance.apply(&changes).await.unwrap();
                    assert_eq!(applied, Applied::Done);
                    println!("\n={name}");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Kills a writing process when it has acknowledged so many; what it acknowledged until the end.
fn kill_after(test: &str, url: &str, round: usize, count: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(INSIDE, format!("{round} {url}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut killed = false;
    // What stands in the pipe when the process is dead counts too.
    while let Some(line) = lines.next().transpose().unwrap() {
        acknowledged.extend(line.strip_prefix('=').map(str::to_owned));
        if acknowledged.len() >= count && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the process ended by itself");
    acknowledged
}

async fn verify(url: &str, round: usize, acknowledged: &[String]) {
    wait_for_the_end_of_the_killed(url).await;
    let instance = open(url).await.unwrap();
    for name in acknowledged {
        assert!(is_redeemed(&*instance, name).await, "{name} is lost");
    }
    let mut redeemed = 0;
    for writer in 0..WRITERS {
        for number in 0.. {
            let name = name(round, writer, number);
            let approval = instance.approval(&sample::id(&name)).await.unwrap();
            if approval.is_none() {
                break;
            }
            let token = instance.access_token(sample::digest(&name)).await.unwrap();
            let is_redeemed = is_redeemed(&*instance, &name).await;
            assert_eq!(is_redeemed, token.is_some(), "{name} is half written");
            redeemed += usize::from(is_redeemed);
        }
    }
    // One a writer may be done and not acknowledged.
    assert!((acknowledged.len()..=acknowledged.len() + WRITERS).contains(&redeemed));

    let after = format!("after-{round}");
    sample::approve_and_redeem(&*instance, &after).await;
    assert!(is_redeemed(&*instance, &after).await);
    instance.close().await;
}

async fn is_redeemed(instance: &dyn Storage, name: &str) -> bool {
    let approval = instance.approval(&sample::id(name)).await.unwrap();
    matches!(approval.unwrap().state, ApprovalState::Redeemed { .. })
}

/// A server may be about to commit what the killed process asked for last.
async fn wait_for_the_end_of_the_killed(url: &str) {
    if !url.starts_with("postgres") {
        return;
    }
    let mut server = PgConnection::connect(url).await.unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    loop {
        let others: i64 = query_scalar(others).fetch_one(&mut server).await.unwrap();
        if others == 0 {
            return server.close().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn name(round: usize, writer: usize, number: usize) -> String {
    format!("{round}-{writer}-{number}")
}

/// The process is to be killed at another moment every time.
fn random_below(limit: u64) -> usize {
    let random = RandomState::new().build_hasher().finish() % limit;
    random.try_into().unwrap()
}
