//! What is issued to who shows a certificate, grant by grant; and that nothing is to who shows none.

use serde_json::json;
use symbolon_testkit::{Answer, Attempt, Person, RelyingParty, http, on_both_databases};

use super::{
    DEVICE, EXCHANGE, HEADER, bound, confirmation, machine_token, party, post, present, said,
    shared,
};
use crate::fapi2::Keys;
use crate::support::ALICE;

/// What a server says to who shows no certificate.
const MISSING: (u16, &str) = (400, "invalid_request");

fn code_form<'a>(
    party: &'a RelyingParty,
    attempt: &'a Attempt,
    code: &'a str,
) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &party.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ]
}

/// The tokens of alice, bound to the certificate of these keys.
async fn of_alice(party: &RelyingParty, keys: &Keys) -> Answer {
    let attempt = party.authorize_url(&[("scope", "openid offline_access")]);
    let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
    let form = code_form(party, &attempt, callback.code());
    let refused = post(party, "token_endpoint", &form, None).await;
    assert_eq!(said(&refused), MISSING);
    // It was the request that was wrong: the code is good.
    let answer = post(party, "token_endpoint", &form, Some(keys)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

on_both_databases! {
    async fn a_code_is_redeemed_for_a_token_that_is_bound_to_the_certificate(backend) {
        for client in ["web", "confidential"] {
            let party = party(shared(backend), client).await;
            let tokens = of_alice(&party, Keys::of(0)).await;
            assert_eq!(tokens.json["token_type"], "Bearer");
            let token = tokens.json["access_token"].as_str().unwrap();
            assert_eq!(confirmation(token), bound(Keys::of(0)));
            let url = party.endpoint("userinfo_endpoint");
            let told = present(url.as_str(), token, &[], Some(Keys::of(0))).await;
            assert_eq!(told.status, 200, "{told:?}");
            for other in [None, Some(Keys::of(1))] {
                let refused = present(url.as_str(), token, &[], other).await;
                assert_eq!(said(&refused), (401, "invalid_token"));
                let challenge = refused.header("www-authenticate");
                assert!(challenge.starts_with("Bearer ") && challenge.contains("certificate"));
            }
            // In a form as in the header.
            let form = [("access_token", token)];
            let posted = http().post(url.clone()).form(&form);
            assert_eq!(said(&Answer::to(posted).await), (401, "invalid_token"));
            let posted = http().post(url).form(&form).header(HEADER, Keys::of(0).told());
            assert_eq!(Answer::to(posted).await.status, 200);
        }
    }

    async fn a_refresh_token_of_a_public_client_is_bound_to_its_certificate(backend) {
        let party = party(shared(backend), "web").await;
        let tokens = of_alice(&party, Keys::of(0)).await;
        let token = tokens.json["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let bare = post(&party, "token_endpoint", &form, None).await;
        assert_eq!(said(&bare), MISSING);
        let other = post(&party, "token_endpoint", &form, Some(Keys::of(1))).await;
        assert_eq!(said(&other), (400, "invalid_grant"));
        // Neither has used it up, or had it revoked.
        let refreshed = post(&party, "token_endpoint", &form, Some(Keys::of(0))).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
        assert_eq!(confirmation(refreshed.json["access_token"].as_str().unwrap()), bound(Keys::of(0)));
        assert_ne!(refreshed.json["refresh_token"], *token);
    }

    async fn a_confidential_client_may_renew_its_certificate(backend) {
        let party = party(shared(backend), "confidential").await;
        let tokens = of_alice(&party, Keys::of(0)).await;
        let token = tokens.json["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let bare = post(&party, "token_endpoint", &form, None).await;
        assert_eq!(said(&bare), MISSING);
        let renewed = post(&party, "token_endpoint", &form, Some(Keys::of(1))).await;
        assert_eq!(renewed.status, 200, "{renewed:?}");
        assert_eq!(confirmation(renewed.json["access_token"].as_str().unwrap()), bound(Keys::of(1)));
    }

    async fn a_device_shows_its_certificate_when_it_fetches_its_token(backend) {
        let party = party(shared(backend), "television").await;
        let form = [("scope", "openid")];
        let begun = party.post("device_authorization_endpoint", &form).await;
        let code = begun.json["device_code"].as_str().unwrap();
        let form = [("grant_type", DEVICE), ("device_code", code)];
        // Before anybody says yes it is told already what it lacks.
        assert_eq!(said(&post(&party, "token_endpoint", &form, None).await), MISSING);
        let waiting = post(&party, "token_endpoint", &form, Some(Keys::of(0))).await;
        assert_eq!(said(&waiting), (400, "authorization_pending"));
    }

    async fn a_machine_gets_a_bound_token_whatever_its_form(backend) {
        for client in ["machine", "machine-opaque"] {
            let own = party(shared(backend), client).await;
            let form = [("grant_type", "client_credentials")];
            assert_eq!(said(&post(&own, "token_endpoint", &form, None).await), MISSING);
            let token = machine_token(&own, "Invoices.v1.Read").await;
            let gate = party(shared(backend), "gate").await;
            let says = gate.introspect(&token).await.json;
            assert_eq!(says["active"], true, "{client}");
            assert_eq!(says["token_type"], "Bearer", "{client}");
            assert_eq!(says["cnf"], bound(Keys::of(0)), "{client}");
        }
    }

    async fn a2_13_an_exchange_never_takes_the_binding_away(backend) {
        let server = shared(backend);
        let machine = party(server, "machine").await;
        let token = machine_token(&machine, "Invoices.v1.Read").await;
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", &*token),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        // Whoever gets free tokens cannot bind to what it shows.
        let gate = party(server, "gate").await;
        for shown in [None, Some(Keys::of(0))] {
            let refused = post(&gate, "token_endpoint", &form, shown).await;
            assert_eq!(refused.status, 400, "{refused:?}");
        }
        let gate = party(server, "gate-bound").await;
        let other = post(&gate, "token_endpoint", &form, Some(Keys::of(1))).await;
        assert_eq!(other.status, 400, "{other:?}");
        let exchanged = post(&gate, "token_endpoint", &form, Some(Keys::of(0))).await;
        assert_eq!(exchanged.status, 200, "{exchanged:?}");
        let exchanged = exchanged.json["access_token"].as_str().unwrap();
        assert_eq!(confirmation(exchanged), bound(Keys::of(0)));
    }

    async fn a_client_is_not_bound_in_two_ways(backend) {
        let state = json!({"clients": [{
            "client_id": "both", "client_name": "Both", "grant_types": ["authorization_code"],
            "token_endpoint_auth_methods": ["none"], "redirect_uris": [crate::support::CALLBACK],
            "tls_client_certificate_bound_access_tokens": true, "dpop_bound_access_tokens": true,
        }]});
        let file = crate::support::file(&state.to_string());
        let path = file.path().to_str().unwrap();
        let url = backend.url();
        let output = crate::support::symbolon(&["apply", "--database", &url, "-f", path]);
        assert!(!output.status.success());
        let printed = crate::support::printed(&output);
        assert!(printed.contains("keep one of them"), "{printed}");
    }
}
