//! Codes and refresh tokens that are bound to a key (RFC 9449 §5, §10), and races.

use symbolon_testkit::{
    Answer, Attempt, Callback, Options, Person, RelyingParty, Server, on_both_databases,
};

use super::{Key, bound_to, machine_token, post, proof};
use crate::support::{ALICE, binary, options, public, shared};

async fn sign_in(party: &RelyingParty, more: &[(&str, &str)]) -> (Attempt, Callback) {
    let attempt = party.authorize_url(more);
    let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
    (attempt, callback)
}

async fn redeem(
    party: &RelyingParty,
    (attempt, callback): &(Attempt, Callback),
    key: Option<&Key>,
) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", callback.code()),
        ("redirect_uri", &party.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ];
    post(party, &form, key.map(|key| proof(party, key)).as_ref()).await
}

async fn refresh(party: &RelyingParty, token: &str, key: Option<&Key>) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    post(party, &form, key.map(|key| proof(party, key)).as_ref()).await
}

fn refresh_token(answer: &Answer) -> String {
    answer.json["refresh_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

on_both_databases! {
    async fn a3_9_a_code_that_is_bound_by_dpop_jkt_is_redeemed_with_that_key_alone(backend) {
        let party = public(shared(backend), "web").await;
        let key = Key::new();
        let code = sign_in(&party, &[("dpop_jkt", &key.thumbprint())]).await;
        for other in [None, Some(&Key::new())] {
            let answer = redeem(&party, &code, other).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"));
        }
        // Who did not have the key has not used it up.
        let answer = redeem(&party, &code, Some(&key)).await;
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), key.thumbprint());
    }

    async fn a_dpop_jkt_that_is_no_thumbprint_is_refused(backend) {
        let party = public(shared(backend), "web").await;
        for bad in ["short", &"!".repeat(43), &"A".repeat(44)] {
            let attempt = party.authorize_url(&[("dpop_jkt", bad)]);
            let callback = Person::new().get(&attempt.url).await.callback();
            party.check_callback(&attempt, &callback);
            assert_eq!(callback.error(), "invalid_request", "{bad}");
        }
    }

    async fn a_refresh_token_of_a_public_client_is_bound_to_the_key(backend) {
        let party = public(shared(backend), "web").await;
        let key = Key::new();
        let code = sign_in(&party, &[]).await;
        let first = refresh_token(&redeem(&party, &code, Some(&key)).await);
        for other in [None, Some(&Key::new())] {
            let answer = refresh(&party, &first, other).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"));
        }
        let answer = refresh(&party, &first, Some(&key)).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), key.thumbprint());
        let second = refresh_token(&answer);
        // Nor is the successor free.
        assert_eq!(refresh(&party, &second, None).await.error(), "invalid_grant");
        assert_eq!(refresh(&party, &second, Some(&key)).await.status, 200);
    }

    async fn a_confidential_client_may_change_its_key_and_never_go_without(backend) {
        let party = RelyingParty::demo_confidential(shared(backend).issuer()).await;
        let code = sign_in(&party, &[]).await;
        let first = refresh_token(&redeem(&party, &code, Some(&Key::new())).await);
        assert_eq!(refresh(&party, &first, None).await.error(), "invalid_grant");
        let other = Key::new();
        let answer = refresh(&party, &first, Some(&other)).await;
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), other.thumbprint());
    }

    async fn a_double_submit_within_the_grace_gets_the_same_successor_with_the_key_alone(backend) {
        let party = public(shared(backend), "web").await;
        let key = Key::new();
        let code = sign_in(&party, &[]).await;
        let first = refresh_token(&redeem(&party, &code, Some(&key)).await);
        let second = refresh_token(&refresh(&party, &first, Some(&key)).await);
        assert_eq!(refresh_token(&refresh(&party, &first, Some(&key)).await), second);
        // A thief of the old one gets nothing, and takes nothing from who has the key.
        assert_eq!(refresh(&party, &first, None).await.error(), "invalid_grant");
        assert_eq!(refresh(&party, &second, Some(&key)).await.status, 200);
    }

    async fn a3_9_of_32_who_present_one_proof_at_two_servers_one_is_served(backend) {
        let database = backend.url();
        let start = |issuer| Server::start(binary(), Options { issuer, ..options(&database) });
        let first = start(None);
        let second = start(Some(first.issuer().to_owned()));
        let party = RelyingParty::demo_machine(first.issuer()).await;
        // The issuer's URL counts, whichever instance is asked under whatever address.
        let once = proof(&party, &Key::new());
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..32 {
            let server = if number % 2 == 0 { &first } else { &second };
            let (party, once) = (party.clone().through(server.url()), once.clone());
            crowd.spawn(async move { machine_token(&party, &once).await });
        }
        let answers = crowd.join_all().await;
        let served = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(served, 1, "{answers:?}");
        let refused = answers.iter().filter(|answer| answer.error() == "invalid_dpop_proof");
        assert_eq!(refused.count(), 31, "{answers:?}");
    }

    async fn behind_a_proxy_the_url_of_the_issuer_counts(backend) {
        let issuer = "https://id.example/tenant".to_owned();
        let server = Server::start(binary(), Options {
            issuer: Some(issuer.clone()),
            ..options(backend.url())
        }
        .with("SYMBOLON_PROXY_TRUSTED", "127.0.0.1"));
        let ask = async |url: String, forwarded: &str| {
            let request = symbolon_testkit::http()
                .post(server.at("/tenant/oauth/v2/token"))
                .basic_auth("demo-machine", Some("demo-machine-secret"))
                .header("x-forwarded-host", forwarded)
                .header("x-forwarded-proto", "https")
                .header("DPoP", Key::new().proof("POST", url).sign())
                .form(&[("grant_type", "client_credentials")]);
            Answer::to(request).await
        };
        let ours = format!("{issuer}/oauth/v2/token");
        assert_eq!(ask(ours, "id.example").await.json["token_type"], "DPoP");
        for other in [
            server.at("/tenant/oauth/v2/token"),
            "https://evil.example/tenant/oauth/v2/token".to_owned(),
        ] {
            assert_eq!(ask(other, "evil.example").await.error(), "invalid_dpop_proof");
        }
    }
}
