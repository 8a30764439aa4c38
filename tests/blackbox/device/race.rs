//! What may happen once happens once, on several instances.

use symbolon_testkit::{Backend, Options, Person, RelyingParty, Server, on_both_databases};

use super::{allow, begin, decide, decision_page, poll};
use crate::support::{binary, options, seconds_pass};

/// Two servers that are one issuer, and the demo device at each.
async fn pair(backend: Backend, interval: &str) -> ([Server; 2], [RelyingParty; 2]) {
    let database = backend.url();
    let start = |issuer| {
        let options = Options {
            issuer,
            ..options(&database)
        };
        Server::start(
            binary(),
            options.with("SYMBOLON_DEVICE_POLL_INTERVAL", interval),
        )
    };
    let first = start(None);
    let second = start(Some(first.issuer().to_owned()));
    let public = symbolon_testkit::Authentication::Public;
    let party = RelyingParty::new(first.issuer(), "demo-device", public).await;
    let parties = [
        party.clone().through(first.url()),
        party.through(second.url()),
    ];
    ([first, second], parties)
}

on_both_databases! {
    async fn a6_8_of_32_questions_at_two_servers_one_gets_the_tokens_and_they_are_good(backend) {
        // Longer than all of this takes, however busy the machine is.
        let (_servers, parties) = pair(backend, "60s").await;
        let waiting = begin(&parties[0], "openid").await;
        allow(&Person::new(), &parties[0], &waiting.user_code).await;
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..32 {
            let party = parties[number % 2].clone();
            let code = waiting.device_code.clone();
            crowd.spawn(async move { poll(&party, &code).await });
        }
        let answers = crowd.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "{lost:?}");
        for answer in &lost {
            assert_eq!(answer.error(), "slow_down", "{answer:?}");
        }
        // Who asked too hastily has not harmed who got them.
        let tokens = won[0].tokens();
        for party in &parties {
            assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
        }
        assert_eq!(parties[1].refresh(tokens.refresh_token()).await.status, 200);
    }

    async fn the_interval_counts_on_both_servers_together(backend) {
        let (_servers, parties) = pair(backend, "2s").await;
        let waiting = begin(&parties[0], "openid").await;
        assert_eq!(poll(&parties[0], &waiting.device_code).await.error(), "authorization_pending");
        assert_eq!(poll(&parties[1], &waiting.device_code).await.error(), "slow_down");
        // Slowed down by one, slowed down for the other.
        seconds_pass(3).await;
        assert_eq!(poll(&parties[0], &waiting.device_code).await.error(), "slow_down");
    }

    async fn of_two_who_typed_the_same_code_the_first_decides(backend) {
        // Longer than all of this takes, however busy the machine is.
        let (_servers, parties) = pair(backend, "60s").await;
        let waiting = begin(&parties[0], "openid").await;
        let (one, other) = (Person::new(), Person::new());
        let page = decision_page(&one, &parties[0], &waiting.user_code).await;
        let late = decision_page(&other, &parties[0], &waiting.user_code).await;
        let done = decide(&one, &page, "allow").await;
        assert_eq!(done.status, 200);
        for decision in ["deny", "allow"] {
            let stale = decide(&other, &late, decision).await;
            assert_eq!(stale.status, 400, "{stale:?}");
        }
        assert_eq!(poll(&parties[0], &waiting.device_code).await.status, 200);
    }

    async fn of_16_who_allow_at_once_one_does(backend) {
        // Longer than all of this takes, however busy the machine is.
        let (_servers, parties) = pair(backend, "60s").await;
        let waiting = begin(&parties[0], "openid").await;
        let mut pages = Vec::new();
        for _ in 0..16 {
            let person = Person::new();
            let page = decision_page(&person, &parties[0], &waiting.user_code).await;
            pages.push((person, page));
        }
        let mut crowd = tokio::task::JoinSet::new();
        for (person, page) in pages {
            crowd.spawn(async move { decide(&person, &page, "allow").await.status });
        }
        let statuses = crowd.join_all().await;
        let done = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(done, 1, "{statuses:?}");
        assert_eq!(poll(&parties[0], &waiting.device_code).await.status, 200);
    }
}
