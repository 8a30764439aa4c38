//! `fapi2-security-profile-final-`: the token endpoint.

use symbolon_testkit::{Attempt, Person, on_both_databases};

use super::{Application, Keys, Way, each, said, server, shared};
use crate::dpop::Key;
use crate::support::{ALICE, seconds_pass};

on_both_databases! {
    async fn ensure_client_id_in_token_endpoint(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let other = Application::new(shared(backend), own.way, 1).await;
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            // The second client's name, and the first one's credentials.
            let request = own.redeeming(&attempt, &code).with("client_id", &other.party.client_id);
            assert_eq!(said(&request.send().await), (401, "invalid_client"), "{:?}", own.way);
            own.check(&own.redeeming(&attempt, &code).send().await);
        }
    }

    async fn ensure_holder_of_key_required(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let refused = own.redeeming(&attempt, &code).bare().send().await;
            let expected = match own.way {
                Way::KeyDpop => (400, "invalid_dpop_proof"),
                Way::KeyTls => (400, "invalid_request"),
                // Who shows no certificate is not even the client.
                Way::TlsTls | Way::TlsDpop => (401, "invalid_client"),
            };
            assert_eq!(said(&refused), expected, "{:?}", own.way);
            if own.way == Way::TlsDpop {
                let refused = own.redeeming(&attempt, &code).without_header("dpop").send().await;
                assert_eq!(said(&refused), (400, "invalid_dpop_proof"));
            }
            // It was the request that was wrong, and the code is good.
            own.check(&own.redeeming(&attempt, &code).send().await);
        }
    }

    async fn what_binds_a_token_is_what_is_registered(backend) {
        for own in each(shared(backend), &[Way::KeyTls, Way::TlsTls]).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let proof = own.proof("token_endpoint").sign();
            let refused = own.redeeming(&attempt, &code).proving(&proof).send().await;
            assert_eq!(said(&refused), (400, "invalid_request"), "{:?}", own.way);
        }
        // A certificate beside the proof changes nothing.
        let own = Application::new(shared(backend), Way::KeyDpop, 0).await;
        let attempt = own.party.authorize_url(&[]);
        let code = own.code(&attempt).await;
        own.check(&own.redeeming(&attempt, &code).showing(own.keys).send().await);
    }

    async fn a_bound_token_is_good_for_its_holder_alone(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let tokens = own.tokens("openid").await;
            let token = tokens["access_token"].as_str().unwrap();
            let good = own.presenting(token);
            let stranger = Keys::of(2);
            let url = own.party.endpoint("userinfo_endpoint");
            let strange_proof = stranger.proving.proof("GET", &url).for_token(token).sign();
            let bearer = format!("Bearer {token}");
            let dpop = format!("DPoP {token}");
            let mut wrong = vec![("bare", good.clone().bare())];
            if own.way.proves_keys() {
                wrong.push(("another key", good.clone().proving(&strange_proof)));
                wrong.push(("as Bearer", good.clone().header("authorization", &bearer)));
            } else {
                wrong.push(("another certificate", good.clone().showing(stranger)));
                let with_proof = good.clone().proving(&strange_proof);
                wrong.push(("as DPoP", with_proof.header("authorization", &dpop)));
            }
            for (what, request) in wrong {
                let answer = request.send().await;
                let status = answer.status.as_u16();
                assert!([400, 401].contains(&status), "{:?} {what}: {answer:?}", own.way);
                assert!(answer.header("www-authenticate").contains("error="), "{what}");
            }
            assert_eq!(own.presenting(token).send().await.status, 200);
        }
    }

    async fn ensure_authorization_code_is_bound_to_client(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let other = Application::new(shared(backend), own.way, 1).await;
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let stolen = other.redeeming(&attempt, &code).send().await;
            assert_eq!(said(&stolen), (400, "invalid_grant"), "{:?}", own.way);
            own.check(&own.redeeming(&attempt, &code).send().await);
        }
    }

    async fn attempt_reuse_authorization_code_after_one_second(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let tokens = own.redeeming(&attempt, &code).send().await;
            own.check(&tokens);
            seconds_pass(1).await;
            let again = own.redeeming(&attempt, &code).send().await;
            assert_eq!(said(&again), (400, "invalid_grant"), "{:?}", own.way);
            // A2.3: what came of it is revoked.
            let token = tokens.json["access_token"].as_str().unwrap();
            assert_eq!(own.presenting(token).send().await.status, 401);
            let refresh = tokens.json["refresh_token"].as_str().unwrap();
            let refreshed = own.refreshing(refresh).send().await;
            assert_eq!(said(&refreshed), (400, "invalid_grant"));
        }
    }

    async fn ensure_token_endpoint_fails_with_expired_auth_code(backend) {
        // The rule that a code lives for a minute at the most is in the core; here it lives for less.
        let server = server(backend, &[("SYMBOLON_TOKEN_CODE_LIFETIME", "1s")]);
        for own in each(&server, &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            seconds_pass(1).await;
            let late = own.redeeming(&attempt, &code).send().await;
            assert_eq!(said(&late), (400, "invalid_grant"), "{:?}", own.way);
        }
    }

    async fn ensure_pkce_code_verifier_required(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let request = own.redeeming(&attempt, &code).without("code_verifier");
            assert_eq!(said(&request.send().await), (400, "invalid_grant"), "{:?}", own.way);
        }
    }

    async fn incorrect_pkce_code_verifier_rejected(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let code = own.code(&attempt).await;
            let request = own.redeeming(&attempt, &code).with("code_verifier", &"v".repeat(64));
            assert_eq!(said(&request.send().await), (400, "invalid_grant"), "{:?}", own.way);
        }
    }

    async fn ensure_mismatched_dpop_jkt_fails(backend) {
        for own in each(shared(backend), &[Way::KeyDpop, Way::TlsDpop]).await {
            let other = Key::new().thumbprint();
            let attempt = own.party.authorize_url(&[("dpop_jkt", &other)]);
            let proof = own.proof("pushed_authorization_request_endpoint").sign();
            let pushed = own.pushing(&attempt).proving(&proof).send().await;
            assert_eq!(said(&pushed), (400, "invalid_dpop_proof"));
        }
    }

    async fn ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(backend) {
        for own in each(shared(backend), &[Way::KeyDpop, Way::TlsDpop]).await {
            let attempt = own.party.authorize_url(&[]);
            let proof = own.proof("pushed_authorization_request_endpoint").sign();
            let code = code_of(&own, &attempt, &proof).await;
            let other = Key::new().proof("POST", own.party.endpoint("token_endpoint")).sign();
            let refused = own.redeeming(&attempt, &code).proving(&other).send().await;
            assert_eq!(said(&refused), (400, "invalid_grant"));
        }
    }

    async fn ensure_dpopproof_at_par_endpoint_binding_success(backend) {
        for own in each(shared(backend), &[Way::KeyDpop, Way::TlsDpop]).await {
            let attempt = own.party.authorize_url(&[]);
            let proof = own.proof("pushed_authorization_request_endpoint").sign();
            let code = code_of(&own, &attempt, &proof).await;
            own.check(&own.redeeming(&attempt, &code).send().await);
        }
    }

    async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt(backend) {
        for own in each(shared(backend), &[Way::KeyDpop, Way::TlsDpop]).await {
            let other = Key::new().thumbprint();
            let attempt = own.party.authorize_url(&[("dpop_jkt", &other)]);
            let code = own.code(&attempt).await;
            let refused = own.redeeming(&attempt, &code).send().await;
            assert_eq!(said(&refused), (400, "invalid_grant"));
        }
    }

    async fn ensure_dpop_auth_code_binding_success(backend) {
        for own in each(shared(backend), &[Way::KeyDpop, Way::TlsDpop]).await {
            let key = own.keys.proving.thumbprint();
            let attempt = own.party.authorize_url(&[("dpop_jkt", &key)]);
            let code = own.code(&attempt).await;
            own.check(&own.redeeming(&attempt, &code).send().await);
        }
    }
}

/// The code of an attempt that is pushed with this proof.
async fn code_of(own: &Application, attempt: &Attempt, proof: &str) -> String {
    let pushed = own.pushing(attempt).proving(proof).send().await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let carried = own.carried(attempt, pushed.json["request_uri"].as_str().unwrap());
    let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
    callback.code().to_owned()
}
