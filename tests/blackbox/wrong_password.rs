//! What a wrong password tells, and how many there may be.

use std::collections::{BTreeMap, BTreeSet};

use symbolon_testkit::{Page, Person, RelyingParty, Server, Step, on_both_databases};
use tokio::task::JoinSet;

use crate::support::{
    ALICE, BOB, alice_in, binary, demo, options, public, seconds_pass, server, sign_in,
    sign_in_page, type_in,
};

/// Nobody's password.
pub const WRONG: &str = "not the pass phrase at all";

on_both_databases! {
    async fn a5_6_who_has_an_account_cannot_be_found_out(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "web").await;
        let mut seen = BTreeSet::new();
        for username in [
            "alice",
            "alice@acme.example",
            "nobody",
            "nobody@acme.example",
            "dora",
            "carol",
            "worker",
            "demo-machine",
            "demo-web",
            "al\u{200b}ice",
        ] {
            let browser = Person::new();
            let (_, page) = sign_in_page(&browser, &party).await;
            let answer = type_in(&browser, &page, username, WRONG).await.page();
            assert_eq!(answer.status, 401, "{username}");
            assert!(answer.alert().is_some(), "{username}");
            seen.insert(without_chance(&answer, username));
        }
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }

    async fn a5_6_being_throttled_tells_nothing_either(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "web").await;
        let mut seen = BTreeSet::new();
        for username in ["alice", "nobody", "dora", "worker"] {
            for _ in 0..5 {
                assert_eq!(
                    attempt(&party, username, WRONG).await.status,
                    401,
                    "{username}"
                );
            }
            let answer = attempt(&party, username, WRONG).await;
            assert_eq!(answer.status, 429, "{username}");
            // The seconds that are left depend on when within a second it happened.
            let answer = without_chance(&answer, username);
            seen.insert(
                answer
                    .replace("Wait 1 second", "Wait 2 seconds")
                    .replace("Wait 1s", "Wait 2s"),
            );
        }
        assert_eq!(seen.len(), 1, "{seen:#?}");
    }

    async fn a5_3_all_names_of_a_person_count_together(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for username in [
            "alice",
            "alice@acme.example",
            " ALICE ",
            "Alice@Acme.Example",
            "\u{ff41}lice",
        ] {
            assert_eq!(
                attempt(&party, username, WRONG).await.status,
                401,
                "{username}"
            );
        }
        for username in ["alice", "alice@acme.example"] {
            // Not even the right one is looked at.
            let answer = attempt(&party, username, ALICE).await;
            assert_eq!(answer.status, 429, "{username}");
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=2).contains(&seconds), "{seconds}");
            assert!(answer.alert().unwrap().contains("Too many attempts"));
        }
        // Nobody else is meant.
        sign_in(&Person::new(), &party, &[], "bob", BOB).await;
    }

    async fn a5_3_attempts_at_the_same_time_are_all_counted(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let mut tries = JoinSet::new();
        for _ in 0..12 {
            let browser = Person::new();
            let (_, page) = sign_in_page(&browser, &party).await;
            tries
                .spawn(async move { type_in(&browser, &page, "alice", WRONG).await.page().status });
        }
        let statuses = tries.join_all().await;
        let looked_at = statuses.iter().filter(|status| **status == 401).count();
        // Twelve in a second or two: five for nothing, then one each two, four, … seconds.
        assert!((5..=7).contains(&looked_at), "{statuses:?}");
        assert_eq!(
            looked_at + statuses.iter().filter(|s| **s == 429).count(),
            12,
            "{statuses:?}"
        );
    }

    async fn a5_4_nobody_is_locked_out_for_good(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for _ in 0..5 {
            attempt(&party, "alice", WRONG).await;
        }
        let answer = attempt(&party, "alice", ALICE).await;
        assert_eq!(answer.status, 429);
        seconds_pass(answer.header("retry-after").parse().unwrap()).await;
        // In, and the count is at nothing again.
        sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
        for _ in 0..5 {
            assert_eq!(attempt(&party, "alice", WRONG).await.status, 401);
        }
    }

    async fn a_right_password_clears_the_count(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(attempt(&party, "alice", WRONG).await.status, 401);
            }
            sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
        }
    }

    async fn a5_4_a_stranger_keeps_nobody_out_of_their_own_browser(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let own = Person::new();
        alice_in(&own, &party, &[]).await;
        for _ in 0..6 {
            attempt(&party, "alice", WRONG).await;
        }
        assert_eq!(attempt(&party, "alice", ALICE).await.status, 429);
        // A browser in which she signed in before has a count of its own…
        alice_in(&own, &party, &[("prompt", "login")]).await;
        // …which is one all the same.
        let page = again(&own, &party).await;
        for _ in 0..5 {
            assert_eq!(
                type_in(&own, &page, "alice", WRONG).await.page().status,
                401
            );
        }
        assert_eq!(
            type_in(&own, &page, "alice", ALICE).await.page().status,
            429
        );
    }

    async fn a5_3_the_count_outlives_a_restart(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        let party = RelyingParty::demo_web(server.issuer()).await;
        for _ in 0..5 {
            assert_eq!(attempt(&party, "alice", WRONG).await.status, 401);
        }
        server.stop();
        let server = Server::start(binary(), options(database));
        let party = RelyingParty::demo_web(server.issuer()).await;
        // After the two seconds that five cost there is one more: the first of five it is not.
        seconds_pass(2).await;
        assert_eq!(attempt(&party, "alice", WRONG).await.status, 401);
        assert_eq!(attempt(&party, "alice", ALICE).await.status, 429);
    }

    async fn a5_1_a_password_that_is_too_long_is_refused_before_it_is_hashed(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for _ in 0..7 {
            let answer = attempt(&party, "alice", &"x".repeat(1025)).await;
            assert_eq!(answer.status, 400);
            assert!(answer.alert().unwrap().contains("1024"));
        }
        // Seven that counted would have cost waiting. One of 1024 bytes is a password.
        assert_eq!(
            attempt(&party, "alice", &"x".repeat(1024)).await.status,
            401
        );
        sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
    }

    async fn nothing_typed_is_told_and_not_counted(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for _ in 0..3 {
            for (username, password) in [("", ""), ("alice", ""), ("", ALICE), ("  ", ALICE)] {
                let answer = attempt(&party, username, password).await;
                assert_eq!(answer.status, 400, "{username:?} {password:?}");
                assert!(answer.alert().is_some());
            }
        }
        sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
    }
}

/// One attempt in a browser that nobody used before; what came of it is a page.
pub async fn attempt(party: &RelyingParty, username: &str, password: &str) -> Page {
    let browser = Person::new();
    let (_, page) = sign_in_page(&browser, party).await;
    match type_in(&browser, &page, username, password).await {
        Step::Page(page) => page,
        Step::Callback(callback) => panic!("{username} is signed in: {callback:?}"),
    }
}

/// The sign-in page in a browser in which somebody is signed in.
async fn again(browser: &Person, party: &RelyingParty) -> Page {
    let attempt = party.authorize_url(&[("prompt", "login")]);
    browser.get(&attempt.url).await.page()
}

/// Everything of an answer that could tell something: not what is different in every answer, and
/// not what the person typed.
fn without_chance(page: &Page, username: &str) -> String {
    let form = page.form();
    let encoded = username.replace('&', "&amp;").replace('"', "&quot;");
    let body = page
        .body
        .replace(form.hidden("csrf").unwrap(), "CSRF")
        .replace(page.header("x-request-id"), "REQUEST")
        .replace(page.url.path(), "PATH")
        .replace(&format!("value=\"{encoded}\""), "value=\"USERNAME\"");
    let chance = [
        "date",
        "x-request-id",
        "content-length",
        "set-cookie",
        "retry-after",
    ];
    let headers: BTreeMap<_, _> = page
        .headers
        .iter()
        .filter(|(name, _)| !chance.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let cookies = page.headers.get_all("set-cookie").iter().count();
    format!("{} {headers:?} {cookies} cookies {body}", page.status)
}
