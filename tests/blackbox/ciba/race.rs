//! What may happen once happens once, on several instances.

use symbolon_testkit::{Answer, Backend, Server, http, on_both_databases};

use super::{GRANT, SECRET, alice_at_home, answer, begin, only_request, poll, post, server_on};
/// Two servers that are one issuer.
fn pair(backend: Backend, interval: &str) -> [Server; 2] {
    let database = backend.url();
    let settings = [("SYMBOLON_BACKCHANNEL_POLL_INTERVAL", interval)];
    let first = server_on(&database, None, &settings);
    let second = server_on(&database, Some(first.issuer().to_owned()), &settings);
    [first, second]
}

on_both_databases! {
    async fn of_32_polls_at_two_servers_for_an_approved_request_one_gets_the_tokens(backend) {
        // Longer than all of this takes, however busy the machine is.
        let servers = pair(backend, "60s");
        let id = begin(&servers[0], "plain", &[]).await;
        answer(&servers[0], "allow").await;
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..32 {
            let (url, id) = (servers[number % 2].at("/oauth/v2/token"), id.clone());
            crowd.spawn(async move {
                let form = [
                    ("client_id", "plain"), ("client_secret", SECRET), ("grant_type", GRANT),
                    ("auth_req_id", &id),
                ];
                Answer::to(http().post(url).form(&form)).await
            });
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
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())];
        assert_eq!(post(&servers[1], "/oauth/v2/token", "plain", &form).await.status, 200);
    }

    async fn of_16_decisions_at_once_one_counts(backend) {
        let servers = pair(backend, "2s");
        let id = begin(&servers[0], "plain", &[]).await;
        let person = alice_at_home(&servers[0]).await;
        let form = only_request(&person, &servers[0]).await.form();
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..16 {
            let (person, form) = (person.clone(), form.clone());
            let decision = if number % 2 == 0 { "allow" } else { "deny" };
            crowd.spawn(async move {
                let page = person.submit(&form, &[("decision", decision)]).await.page();
                (page.status.as_u16(), page.words().contains("You allowed it"))
            });
        }
        let answers = crowd.join_all().await;
        let done: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
        assert_eq!(done.len(), 1, "{answers:?}");
        let said = poll(&servers[1], "plain", &id).await;
        if done[0].1 {
            assert_eq!(said.status, 200, "{said:?}");
        } else {
            assert_eq!(said.error(), "access_denied");
        }
    }

    async fn the_interval_counts_on_both_servers_together(backend) {
        // Longer than all of this takes, however busy the machine is.
        let servers = pair(backend, "60s");
        let id = begin(&servers[0], "plain", &[]).await;
        assert_eq!(poll(&servers[0], "plain", &id).await.error(), "authorization_pending");
        for number in [1, 0, 1] {
            assert_eq!(poll(&servers[number], "plain", &id).await.error(), "slow_down");
        }
    }
}
