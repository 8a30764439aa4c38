//! Two server processes on one database: each client is told exactly once when nothing fails.

use std::collections::BTreeSet;

use symbolon_testkit::{Options, Person, Server, jwt_payload, on_both_databases};

use super::{Host, back_channel::settled, listening, options_on, party};
use crate::support::{alice_in, binary};

/// How many people sign out, each by several requests at once.
const SESSIONS: usize = 8;

on_both_databases! {
    async fn each_client_is_told_once_whoever_ends_the_session(backend) {
        let (one, two) = (Host::start(), Host::start());
        let database = backend.url();
        let clients = [listening("one", &one), listening("two", &two)];
        let options = options_on(&database, &clients, &[]);
        let first = Server::start(binary(), options.clone());
        let second = Server::start(binary(), Options {
            issuer: Some(first.issuer().to_owned()),
            ..options
        });
        let parties = [party(&first, "one").await, party(&first, "two").await];
        let mut expected = [BTreeSet::new(), BTreeSet::new()];
        let mut requests = Vec::new();
        for _ in 0..SESSIONS {
            let browser = Person::new();
            for (party, sids) in parties.iter().zip(&mut expected) {
                let tokens = alice_in(&browser, party, &[]).await;
                let sid = jwt_payload(tokens.id_token())["sid"].to_string();
                assert!(sids.insert(sid), "a session has a name of its own");
                let hint = [("id_token_hint", tokens.id_token())];
                // The cookie is for both: they are one host.
                for server in [&first, &second] {
                    let url = party.clone().through(server.url()).end_session_url(&hint);
                    requests.push((browser.clone(), url));
                }
            }
        }
        let ends = requests.into_iter().map(|(browser, url)| {
            tokio::spawn(async move { browser.send(browser.http().get(url)).await.status })
        });
        for end in ends.collect::<Vec<_>>() {
            let status = end.await.unwrap();
            assert!(status == 200 || status == 303, "{status}");
        }
        settled(&database).await;
        for (host, expected) in [&one, &two].into_iter().zip(expected) {
            let told = host.tokens(SESSIONS).await;
            let sids: BTreeSet<_> =
                told.iter().map(|token| jwt_payload(token)["sid"].to_string()).collect();
            assert_eq!(sids, expected);
            assert_eq!(told.len(), SESSIONS, "nobody is told twice");
        }
    }
}
