//! `fapi2-message-signing-final-`: what that plan adds to the security profile. Signed requests, signed
//! answers, and signed answers about tokens.

use serde_json::json;
use symbolon_testkit::{Person, http, jwt_header, jwt_payload, now, on_both_databases};

use super::{Application, Keys, Way, application::answered, client, on, said, shared};
use crate::dpop::{Key, Proof};
use crate::support::ALICE;

on_both_databases! {
    async fn happy_flow(backend) {
        for own in signing(backend).await {
            let attempt = own.party.authorize_url(&[]);
            let callback = own.authorize(&attempt).await;
            let answer = answered(&own, &attempt, &callback);
            let tokens = own.redeeming(&attempt, &answer["code"]).send().await;
            own.check(&tokens);
            let token = tokens.json["access_token"].as_str().unwrap();
            assert_eq!(own.presenting(token).send().await.status, 200);
        }
    }

    async fn ensure_request_object_with_multiple_aud_succeeds(backend) {
        accepted(backend, |object, own| {
            let issuer = &own.party.metadata["issuer"];
            object.claim("aud", json!(["https://other.example", issuer]))
        })
        .await;
    }

    async fn ensure_request_object_without_exp_fails(backend) {
        refused(backend, |object, _| object.without("exp")).await;
    }

    async fn ensure_request_object_without_nbf_fails(backend) {
        refused(backend, |object, _| object.without("nbf")).await;
    }

    async fn ensure_expired_request_object_fails(backend) {
        refused(backend, |object, _| {
            object.claim("nbf", now() - 600).claim("exp", now() - 300)
        })
        .await;
    }

    async fn ensure_request_object_with_bad_aud_fails(backend) {
        refused(backend, |object, _| object.claim("aud", "https://other.example")).await;
        refused(backend, |object, _| object.without("aud")).await;
    }

    async fn ensure_request_object_with_exp_over_60_fails(backend) {
        refused(backend, |object, _| object.claim("exp", now() + 70 * 60)).await;
    }

    async fn ensure_request_object_with_nbf_over_60_fails(backend) {
        refused(backend, |object, _| object.claim("nbf", now() - 70 * 60)).await;
    }

    async fn ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(backend) {
        accepted(backend, |object, _| object.claim("nbf", now() + 8)).await;
    }

    async fn a3_11_an_object_that_is_made_more_than_a_minute_from_now_is_refused(backend) {
        accepted(backend, |object, _| object.claim("iat", now() + 8)).await;
        refused(backend, |object, _| object.claim("iat", now() + 65)).await;
        refused(backend, |object, _| object.claim("nbf", now() + 65)).await;
    }

    async fn ensure_signed_request_object_with_rs256_fails(backend) {
        let key = Key::of("RS256");
        let mut client = client("rsa", Way::TlsTls, 0, "fapi2_message_signing");
        let mut jwk = key.public();
        jwk["kid"] = "signing".into();
        let mut keys = client["jwks"]["keys"].as_array().unwrap().clone();
        keys[0] = jwk;
        client["jwks"] = json!({"keys": keys});
        let server = on(&backend.url(), &[client], &[]).unwrap();
        let mut own = Application::named(&server, "rsa", Way::TlsTls, 0).await;
        own.signs = true;
        let attempt = own.party.authorize_url(&[]);
        let with = async |key: &Key| {
            let object = own.object(&attempt).by(key).sign();
            own.pushing(&attempt).with("request", &object).send().await
        };
        assert_eq!(said(&with(&key).await), (400, "invalid_request_object"));
        assert_eq!(with(&key.also("PS256")).await.status, 201);
    }

    async fn ensure_request_object_signature_algorithm_is_not_none(backend) {
        for own in signing(backend).await {
            let attempt = own.party.authorize_url(&[]);
            let object = own.object(&attempt).unsigned();
            let pushed = own.pushing(&attempt).with("request", &object).send().await;
            assert_eq!(said(&pushed), (400, "invalid_request_object"));
        }
    }

    async fn ensure_request_object_with_invalid_signature_fails(backend) {
        for own in signing(backend).await {
            let attempt = own.party.authorize_url(&[]);
            let good = own.object(&attempt).sign();
            let (signed, signature) = good.rsplit_once('.').unwrap();
            let reversed: String = signature.chars().rev().collect();
            let object = format!("{signed}.{reversed}");
            let pushed = own.pushing(&attempt).with("request", &object).send().await;
            assert_eq!(said(&pushed), (400, "invalid_request_object"));
        }
    }

    async fn ensure_matching_key_in_authorization_request(backend) {
        refused(backend, |object, _| object.by(&Keys::of(1).signing)).await;
    }

    async fn ensure_unsigned_request_at_par_endpoint_fails(backend) {
        for mut own in signing(backend).await {
            own.signs = false;
            let attempt = own.party.authorize_url(&[]);
            let pushed = own.pushing(&attempt).send().await;
            assert_eq!(said(&pushed), (400, "invalid_request"));
        }
    }

    async fn par_authorization_request_containing_request_uri(backend) {
        refused(backend, |object, _| {
            object.claim("request_uri", "urn:ietf:params:oauth:request_uri:x")
        })
        .await;
    }

    async fn an_object_is_typed(backend) {
        for typ in ["JWT", "dpop+jwt", "client-authentication+jwt"] {
            refused(backend, |object, _| object.header("typ", typ)).await;
        }
        refused(backend, |object, _| object.without("typ")).await;
    }

    async fn answers_are_signed_for_who_asks(backend) {
        for own in signing(backend).await {
            let attempt = own.party.authorize_url(&[("response_mode", "jwt")]);
            let callback = own.authorize(&attempt).await;
            let [(name, token)] = &callback.parameters[..] else {
                panic!("{callback:?}")
            };
            assert_eq!(name, "response");
            own.party.verify(token).await;
            // What signs ID tokens, as RS256 is none of the profile.
            assert_eq!(jwt_header(token)["alg"], "ES256");
            let claims = jwt_payload(token);
            assert_eq!(claims["iss"], own.party.metadata["issuer"]);
            assert_eq!(claims["aud"], own.party.client_id);
            assert_eq!(claims["state"], attempt.state);
            let tokens = own.redeeming(&attempt, claims["code"].as_str().unwrap()).send().await;
            own.check(&tokens);
        }
    }

    async fn errors_are_signed_as_well(backend) {
        for own in signing(backend).await {
            let attempt = own.party.authorize_url(&[("response_mode", "jwt"), ("prompt", "none")]);
            let carried = own.carried(&attempt, &own.push(&attempt).await);
            let callback = Person::new().get(&carried.url).await.callback();
            let token = callback.parameter("response").unwrap();
            own.party.verify(token).await;
            assert_eq!(jwt_payload(token)["error"], "login_required");
        }
    }

    async fn a_code_that_is_bound_to_a_key_in_a_signed_request_is_redeemed_with_it(backend) {
        for way in [Way::KeyDpop, Way::TlsDpop] {
            let own = Application::signing(shared(backend), way).await;
            let key = own.keys.proving.thumbprint();
            let asked = [("dpop_jkt", key.as_str()), ("response_mode", "jwt")];
            let attempt = own.party.authorize_url(&asked);
            // The proof beside the object is for its own endpoint, and of the same key.
            let proof = own.proof("pushed_authorization_request_endpoint").sign();
            let pushed = own.pushing(&attempt).proving(&proof).send().await;
            let carried = own.carried(&attempt, pushed.json["request_uri"].as_str().unwrap());
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            let claims = jwt_payload(callback.parameter("response").unwrap());
            let code = claims["code"].as_str().unwrap();
            let url = own.party.endpoint("token_endpoint");
            let other = Keys::of(2).proving.proof("POST", &url).sign();
            let refused = own.redeeming(&attempt, code).proving(&other).send().await;
            assert_eq!(said(&refused), (400, "invalid_grant"));
            own.check(&own.redeeming(&attempt, code).send().await);
        }
    }

    async fn who_asks_gets_a_signed_answer_about_a_token(backend) {
        const SIGNED: &str = "application/token-introspection+jwt";
        for own in signing(backend).await {
            let tokens = own.tokens("openid").await;
            let token = tokens["access_token"].as_str().unwrap();
            let asking = |token| own.to("introspection_endpoint", &[("token", token)]);
            let plain = asking(token).send().await;
            assert_eq!(plain.json["active"], true, "{plain:?}");
            assert_eq!(plain.header("content-type"), "application/json");
            for accept in [SIGNED, "application/json;q=0.5, Application/Token-Introspection+JWT"] {
                let (kind, answer) = asking(token).header("accept", accept).text().await;
                assert_eq!(kind, SIGNED);
                own.party.verify(&answer).await;
                let header = jwt_header(&answer);
                assert_eq!(header["typ"], "token-introspection+jwt");
                assert_eq!(header["alg"], "ES256");
                let claims = jwt_payload(&answer);
                assert_eq!(claims["iss"], own.party.metadata["issuer"]);
                assert_eq!(claims["aud"], own.party.client_id);
                assert_eq!(claims["token_introspection"], plain.json);
                let names: Vec<_> = claims.as_object().unwrap().keys().collect();
                assert_eq!(names, ["iss", "aud", "iat", "token_introspection"]);
                // It is no access token, and no client assertion.
                let userinfo = http().get(own.party.endpoint("userinfo_endpoint")).bearer_auth(&answer);
                assert_eq!(symbolon_testkit::Answer::to(userinfo).await.status, 401);
            }
            let (kind, answer) = asking("nonsense").header("accept", SIGNED).text().await;
            assert_eq!(kind, SIGNED);
            let about = &jwt_payload(&answer)["token_introspection"];
            assert_eq!(*about, json!({"active": false}));
            for accept in ["*/*", "application/*", &format!("{SIGNED};q=0")] {
                let answer = asking(token).header("accept", accept).send().await;
                assert_eq!(answer.header("content-type"), "application/json", "{accept}");
            }
        }
    }
}

/// The clients of the four ways that sign.
async fn signing(backend: symbolon_testkit::Backend) -> Vec<Application> {
    let mut all = Vec::new();
    for way in Way::ALL {
        all.push(Application::signing(shared(backend), way).await);
    }
    all
}

async fn accepted(
    backend: symbolon_testkit::Backend,
    change: impl Fn(Proof, &Application) -> Proof,
) {
    for own in signing(backend).await {
        let attempt = own.party.authorize_url(&[]);
        let object = change(own.object(&attempt), &own).sign();
        let pushed = own.pushing(&attempt).with("request", &object).send().await;
        assert_eq!(pushed.status, 201, "{:?}: {pushed:?}", own.way);
    }
}

async fn refused(
    backend: symbolon_testkit::Backend,
    change: impl Fn(Proof, &Application) -> Proof,
) {
    for own in signing(backend).await {
        let attempt = own.party.authorize_url(&[]);
        let object = change(own.object(&attempt), &own).sign();
        let pushed = own.pushing(&attempt).with("request", &object).send().await;
        assert_eq!(
            said(&pushed),
            (400, "invalid_request_object"),
            "{:?}",
            own.way
        );
    }
}
