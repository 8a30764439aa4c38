//! Proofs that come with a pushed authorization request (RFC 9449 §10.1), and step-up of a bound
//! token.

use symbolon_testkit::{Answer, Attempt, Person, RelyingParty, Server, on_both_databases};

use super::{Key, Proof, bound_to, post, proof, userinfo, userinfo_proof};
use crate::support::{ALICE, binary, options, public, seconds_pass, shared};

const ENDPOINT: &str = "pushed_authorization_request_endpoint";

async fn push(party: &RelyingParty, attempt: &Attempt, proof: Option<&Proof>) -> Answer {
    let text = proof.map(Proof::sign);
    let headers: Vec<_> = text.iter().map(|text| ("DPoP", text.as_str())).collect();
    party.push(attempt, &headers).await
}

async fn redeem(party: &RelyingParty, attempt: &Attempt, code: &str, key: &Key) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &party.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ];
    post(party, &form, Some(&proof(party, key))).await
}

on_both_databases! {
    async fn a_proof_that_is_pushed_binds_the_code(backend) {
        let party = public(shared(backend), "web").await;
        let key = Key::new();
        let attempt = party.authorize_url(&[]);
        let once = key.proof("POST", party.endpoint(ENDPOINT));
        let pushed = push(&party, &attempt, Some(&once)).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let carried = party.carried(&attempt, pushed.json["request_uri"].as_str().unwrap());
        let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
        let answer = redeem(&party, &attempt, callback.code(), &Key::new()).await;
        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
        let answer = redeem(&party, &attempt, callback.code(), &key).await;
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), key.thumbprint());
    }

    async fn a_pushed_proof_is_held_to_what_every_proof_is(backend) {
        let party = public(shared(backend), "web").await;
        let key = Key::new();
        let attempt = party.authorize_url(&[]);
        let good = || key.proof("POST", party.endpoint(ENDPOINT));
        let once = good();
        assert_eq!(push(&party, &attempt, Some(&once)).await.status, 201);
        for wrong in [once, good().without("jti"), proof(&party, &key)] {
            let pushed = push(&party, &attempt, Some(&wrong)).await;
            let found = (pushed.status.as_u16(), pushed.error());
            assert_eq!(found, (400, "invalid_dpop_proof"), "{pushed:?}");
        }
        // dpop_jkt has to be of the same key.
        let same = party.authorize_url(&[("dpop_jkt", &key.thumbprint())]);
        for proof in [None, Some(good())] {
            assert_eq!(push(&party, &same, proof.as_ref()).await.status, 201);
        }
        let other = party.authorize_url(&[("dpop_jkt", &Key::new().thumbprint())]);
        let pushed = push(&party, &other, Some(&good())).await;
        assert_eq!((pushed.status.as_u16(), pushed.error()), (400, "invalid_dpop_proof"));
    }

    async fn a_bound_token_whose_sign_in_is_too_old_is_challenged_in_its_own_scheme(backend) {
        let server = Server::start(
            binary(),
            options(backend.url()).with("SYMBOLON_USERINFO_MAX_AGE", "3s"),
        );
        let party = RelyingParty::demo_web(server.issuer()).await;
        let key = Key::new();
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let answer = redeem(&party, &attempt, callback.code(), &key).await;
        let token = answer.json["access_token"].as_str().unwrap();
        let authorization = format!("DPoP {token}");
        seconds_pass(4).await;
        let proofs = [userinfo_proof(&party, &key, token).sign()];
        let answer = userinfo(&party, &authorization, &proofs).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "insufficient_user_authentication"));
        let challenge = answer.header("www-authenticate");
        for part in ["DPoP realm=\"userinfo\"", "max_age=\"3\"", "algs=\"ES256"] {
            assert!(challenge.contains(part), "{challenge}");
        }
    }
}
