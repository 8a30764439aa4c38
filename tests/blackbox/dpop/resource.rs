//! Bound tokens at userinfo and introspection (RFC 9449 §6, §7).

use serde_json::json;
use symbolon_testkit::{Answer, RelyingParty, now, on_both_databases};

use super::{Key, bound_to, machine_token, post, proof, userinfo, userinfo_proof};
use crate::support::{ALICE, ALICE_ID, WORKER_ID, machine, public, shared};

/// A token of the machine user with the scope `openid`, bound to a new key.
async fn bound(party: &RelyingParty) -> (Key, String) {
    let key = Key::new();
    let answer = machine_token(party, &proof(party, &key)).await;
    let token = answer.json["access_token"].as_str().unwrap().to_owned();
    (key, token)
}

fn is_refused(answer: &Answer, error: &str, what: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (401, error),
        "{what}: {answer:?}"
    );
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("DPoP "), "{what}: {challenge}");
    for part in [
        format!("error=\"{error}\""),
        "algs=\"ES256 EdDSA PS256 RS256\"".to_owned(),
    ] {
        assert!(challenge.contains(&part), "{what}: {challenge}");
    }
}

on_both_databases! {
    async fn who_has_the_key_is_let_in_with_a_jwt_and_with_an_opaque_token(backend) {
        for client_id in ["machine-es256", "machine-opaque"] {
            let party = machine(shared(backend), client_id).await;
            let (key, token) = bound(&party).await;
            for scheme in ["DPoP", "dpop", "DPOP"] {
                let proof = userinfo_proof(&party, &key, &token).sign();
                let answer = userinfo(&party, &format!("{scheme} {token}"), &[proof]).await;
                assert_eq!(answer.json, json!({"sub": WORKER_ID}), "{client_id} {scheme}: {answer:?}");
            }
            let post = symbolon_testkit::http()
                .post(party.endpoint("userinfo_endpoint"))
                .header("authorization", format!("DPoP {token}"))
                .header(
                    "DPoP",
                    key.proof("POST", party.endpoint("userinfo_endpoint"))
                        .for_token(&token)
                        .sign(),
                );
            assert_eq!(Answer::to(post).await.status, 200);
        }
    }

    async fn a_bound_token_is_no_bearer_token(backend) {
        for client_id in ["machine-es256", "machine-opaque"] {
            let party = machine(shared(backend), client_id).await;
            let (key, token) = bound(&party).await;
            let answer = party.userinfo(&token).await;
            is_refused(&answer, "invalid_token", "as Bearer");
            let proof = userinfo_proof(&party, &key, &token).sign();
            let answer = userinfo(&party, &format!("Bearer {token}"), &[proof]).await;
            is_refused(&answer, "invalid_token", "as Bearer with a proof");
            let form = symbolon_testkit::http()
                .post(party.endpoint("userinfo_endpoint"))
                .form(&[("access_token", &token)]);
            is_refused(&Answer::to(form).await, "invalid_token", "in a form");
        }
    }

    async fn a_free_token_is_not_presented_with_a_proof(backend) {
        let party = machine(shared(backend), "machine-es256").await.asking_for("openid");
        let token = party.client_credentials().await.tokens().access_token;
        let proof = userinfo_proof(&party, &Key::new(), &token).sign();
        let answer = userinfo(&party, &format!("DPoP {token}"), &[proof]).await;
        is_refused(&answer, "invalid_token", "a free token");
        assert_eq!(party.userinfo(&token).await.status, 200);
    }

    async fn a3_9_every_check_of_the_proof_refuses(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let (key, token) = bound(&party).await;
        let good = || userinfo_proof(&party, &key, &token);
        let stranger = userinfo_proof(&party, &Key::new(), &token).sign();
        let used = good().sign();
        let authorization = format!("DPoP {token}");
        assert_eq!(userinfo(&party, &authorization, std::slice::from_ref(&used)).await.status, 200);
        for (what, error, proofs) in [
            ("none", "invalid_dpop_proof", Vec::new()),
            ("two", "invalid_dpop_proof", vec![good().sign(), good().sign()]),
            ("malformed", "invalid_dpop_proof", vec!["x".to_owned()]),
            ("unsigned", "invalid_dpop_proof", vec![good().unsigned()]),
            ("used", "invalid_dpop_proof", vec![used]),
            ("another key", "invalid_token", vec![stranger]),
            ("without ath", "invalid_dpop_proof", vec![good().without("ath").sign()]),
            ("another ath", "invalid_dpop_proof", vec![good().for_token("other").sign()]),
            ("another method", "invalid_dpop_proof", vec![good().claim("htm", "POST").sign()]),
            (
                "the token endpoint",
                "invalid_dpop_proof",
                vec![good().claim("htu", party.endpoint("token_endpoint").as_str()).sign()],
            ),
            ("an hour ago", "invalid_dpop_proof", vec![good().claim("iat", now() - 3_600).sign()]),
        ] {
            let answer = userinfo(&party, &authorization, &proofs).await;
            is_refused(&answer, error, what);
        }
        // None of these has used up the token, or a proof.
        assert_eq!(userinfo(&party, &authorization, &[good().sign()]).await.status, 200);
    }

    async fn who_presents_nothing_learns_of_both_schemes(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let request = symbolon_testkit::http().get(party.endpoint("userinfo_endpoint"));
        let answer = Answer::to(request).await;
        let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(
            challenges,
            [
                "Bearer realm=\"userinfo\"",
                "DPoP realm=\"userinfo\", algs=\"ES256 EdDSA PS256 RS256\""
            ]
        );
    }

    async fn introspection_says_what_a_token_is_bound_to(backend) {
        for client_id in ["machine-es256", "machine-opaque"] {
            let party = machine(shared(backend), client_id).await;
            let (key, token) = bound(&party).await;
            let says = party.introspect(&token).await.json;
            assert_eq!(says["active"], true, "{client_id}");
            assert_eq!(says["token_type"], "DPoP", "{client_id}");
            assert_eq!(says["cnf"], json!({"jkt": key.thumbprint()}), "{client_id}");
        }
        let party = machine(shared(backend), "machine-es256").await;
        let free = party.client_credentials().await.tokens().access_token;
        let says = party.introspect(&free).await.json;
        assert_eq!(says["token_type"], "Bearer");
        assert!(says.get("cnf").is_none());
    }

    async fn a_bound_token_is_revoked_like_any_other(backend) {
        let party = machine(shared(backend), "machine-opaque").await;
        let (key, token) = bound(&party).await;
        party.revoke(&token).await;
        let proof = userinfo_proof(&party, &key, &token).sign();
        let answer = userinfo(&party, &format!("DPoP {token}"), &[proof]).await;
        is_refused(&answer, "invalid_token", "revoked");
    }

    async fn a_person_is_told_of_with_a_bound_token(backend) {
        let party = public(shared(backend), "web-dpop").await;
        let attempt = party.authorize_url(&[]);
        let person = symbolon_testkit::Person::new();
        let callback = person.sign_in(&attempt.url, "alice", ALICE).await;
        let key = Key::new();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", &party.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        let tokens = post(&party, &form, Some(&proof(&party, &key))).await;
        let token = tokens.json["access_token"].as_str().unwrap();
        assert_eq!(bound_to(token), key.thumbprint());
        // The ID token is not bound: it opens nothing.
        let id_token = tokens.json["id_token"].as_str().unwrap();
        party.check_id_token(id_token, Some(&attempt.nonce), Some(token)).await;
        let proof = userinfo_proof(&party, &key, token).sign();
        let answer = userinfo(&party, &format!("DPoP {token}"), &[proof]).await;
        assert_eq!(answer.json["sub"], ALICE_ID);
    }
}
