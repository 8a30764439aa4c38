//! A rule is changed while 64 clients call through two instances: every instance obeys it within a
//! second of the commit, with no error on the way, and without going back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use symbolon_testkit::{Nginx, Options, Server, http, on_both_databases};

use super::{LIST, client, declared, nginx};
use crate::support::{apply, binary, eventually};

/// How many call at once, half of them through each instance.
const CLIENTS: usize = 64;

/// How soon a change is in force (the issue, "Outcome").
const SECOND: Duration = Duration::from_secs(1);

const CLOSED: &str = "rules: []\n";

const OPEN: &str =
    "rules:\n  - { role: accountant, pattern: Invora.Simple.Invoices.v1.Read.*, effect: allow }\n";

/// A call, and what came of it.
struct Called {
    instance: usize,
    sent: Instant,
    received: Instant,
    status: u16,
}

/// A change of the rules, and what the answer is from then on.
struct Change {
    began: Instant,
    /// When it was known to be committed: a moment after it was.
    committed: Instant,
    status: u16,
}

on_both_databases! {
    async fn a_rule_that_is_changed_while_64_clients_call_flips_two_instances_within_a_second(backend) {
        let database = backend.url();
        let first = Server::start(binary(), declared(&database));
        let second = Server::start(binary(), Options {
            issuer: Some(first.issuer().to_owned()),
            ..declared(&database)
        });
        let proxies = [nginx(&first), nginx(&second)];
        let answer = client(&first, "baker").await.client_credentials().await;
        let token = answer.tokens().access_token;

        let (done, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let clients: Vec<_> = (0..CLIENTS).map(|index| {
            let instance = index % proxies.len();
            let request = http().get(proxies[instance].at(LIST)).bearer_auth(&token);
            let (done, calls) = (Arc::clone(&done), Arc::clone(&calls));
            tokio::spawn(call(instance, request, done, calls))
        }).collect();
        let mut changes = Vec::new();
        for (state, status) in [(CLOSED, 403), (OPEN, 200), (CLOSED, 403)] {
            everybody_calls(&calls).await;
            let began = now();
            let database = database.clone();
            tokio::task::spawn_blocking(move || apply(&database, state)).await.unwrap();
            let committed = now();
            tokio::time::sleep_until((committed + SECOND).into()).await;
            changes.push(Change { began, committed, status });
        }
        everybody_calls(&calls).await;
        done.store(true, Ordering::Release);
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.await.unwrap());
        }
        judge(&all, &changes, &proxies);
    }
}

/// Calls until all is done.
async fn call(
    instance: usize,
    request: reqwest::RequestBuilder,
    done: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
) -> Vec<Called> {
    let mut all = Vec::new();
    while !done.load(Ordering::Acquire) {
        let request = request.try_clone().unwrap();
        let sent = now();
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        let received = now();
        all.push(Called {
            instance,
            sent,
            received,
            status,
        });
        calls.fetch_add(1, Ordering::AcqRel);
    }
    all
}

/// Waits until every client has most likely called some times more, and both instances have.
async fn everybody_calls(calls: &AtomicUsize) {
    let enough = calls.load(Ordering::Acquire) + 8 * CLIENTS;
    eventually("the clients call", async || {
        calls.load(Ordering::Acquire) >= enough
    })
    .await;
}

fn judge(all: &[Called], changes: &[Change], proxies: &[Nginx; 2]) {
    let wrong: Vec<_> = all
        .iter()
        .filter(|called| !matches!(called.status, 200 | 403))
        .map(|called| called.status)
        .collect();
    let logs = proxies.each_ref().map(Nginx::error_log).concat();
    assert!(wrong.is_empty(), "errors in between: {wrong:?}\n{logs}");
    let mut before = 200;
    for (index, change) in changes.iter().enumerate() {
        let next = changes.get(index + 1).map(|next| next.began);
        let start = index
            .checked_sub(1)
            .map(|last| changes[last].committed + SECOND);
        for instance in 0..proxies.len() {
            let own = || {
                let until_next = |called: &&Called| next.is_none_or(|next| called.received < next);
                let since_last = |called: &&Called| start.is_none_or(|start| called.sent > start);
                let of_instance = |called: &&Called| called.instance == instance;
                all.iter()
                    .filter(of_instance)
                    .filter(until_next)
                    .filter(since_last)
            };
            let is_new = |called: &&Called| called.status == change.status;
            assert!(
                own().any(|called| called.status == before),
                "nobody saw it before"
            );
            assert!(
                own()
                    .filter(is_new)
                    .all(|called| called.received > change.began),
                "instance {instance} flipped before the change"
            );
            let late = own().filter(|called| called.sent > change.committed + SECOND);
            let late: Vec<_> = late.map(|called| called.status).collect();
            assert!(
                !late.is_empty(),
                "nobody asked instance {instance} afterwards"
            );
            assert!(
                late.iter().all(|status| *status == change.status),
                "instance {instance} obeys later than a second after the commit: {late:?}"
            );
            let flipped = own()
                .filter(is_new)
                .map(|called| called.received)
                .min()
                .unwrap();
            let back = own().filter(|called| called.sent > flipped);
            let back = back.filter(|called| called.status != change.status).count();
            assert_eq!(back, 0, "instance {instance} went back");
        }
        before = change.status;
    }
}

#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
fn now() -> Instant {
    Instant::now()
}
