//! `fapi2-security-profile-final-`: assertions of clients with `private_key_jwt`, at the endpoint for
//! tokens and at that for pushed requests.

use serde_json::json;
use symbolon_testkit::{Answer, now, on_both_databases, unique};

use super::{Application, Way, client, each, on, said, shared};
use crate::dpop::{Key, Proof};

const WAYS: [Way; 2] = [Way::KeyDpop, Way::KeyTls];

on_both_databases! {
    async fn ensure_signed_client_assertion_with_rs256_fails(backend) {
        let key = Key::of("RS256");
        // The very client, with an RSA key: it signs with PS256, and with RS256 it does not.
        let mut client = client("rsa", Way::KeyDpop, 0, "fapi2_security");
        let mut jwk = key.public();
        jwk["kid"] = "signing".into();
        client["jwks"] = json!({"keys": [jwk]});
        let server = on(&backend.url(), &[client], &[]).unwrap();
        let own = Application::named(&server, "rsa", Way::KeyDpop, 0).await;
        let form = [("grant_type", "client_credentials"), ("scope", "openid")];
        let with = async |key: &Key| {
            let assertion = own.assertion().by(key).header("kid", "signing").sign();
            own.to("token_endpoint", &form).authenticated_by(&assertion).send().await
        };
        assert_eq!(said(&with(&key).await), (401, "invalid_client"));
        own.check(&with(&key.also("PS256")).await);
    }

    async fn ensure_client_assertion_in_token_endpoint(backend) {
        for own in each(shared(backend), &WAYS).await {
            let form = [("grant_type", "client_credentials"), ("scope", "openid")];
            let request = own
                .to("token_endpoint", &form)
                .without("client_assertion")
                .without("client_assertion_type")
                .with("client_id", &own.party.client_id);
            assert_eq!(said(&request.send().await), (401, "invalid_client"));
        }
    }

    async fn ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(backend) {
        refused(backend, |assertion, _| assertion.claim("exp", now() - 300)).await;
    }

    async fn ensure_client_assertion_with_wrong_aud_fails(backend) {
        refused(backend, |assertion, _| assertion.claim("aud", "https://other.example")).await;
    }

    async fn ensure_client_assertion_with_no_sub_fails(backend) {
        refused(backend, |assertion, _| assertion.without("sub")).await;
    }

    async fn par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(backend) {
        for own in each(shared(backend), &WAYS).await {
            for claim in ["nbf", "iat"] {
                for answer in both(&own, &own_assertion(&own, claim, 8)).await {
                    assert!(answer.status.is_success(), "{claim}: {answer:?}");
                }
            }
        }
    }

    async fn par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(backend) {
        for claim in ["nbf", "iat"] {
            refused(backend, |_, own| own_assertion(own, claim, 65)).await;
        }
    }

    async fn par_test_array_as_audience_fails(backend) {
        refused(backend, |assertion, own| {
            assertion.claim("aud", json!([own.party.metadata["issuer"]]))
        })
        .await;
    }

    async fn par_test_par_endpoint_url_as_audience_fails(backend) {
        refused(backend, |assertion, own| {
            let url = own.party.endpoint("pushed_authorization_request_endpoint");
            assertion.claim("aud", url.as_str())
        })
        .await;
    }

    async fn par_test_token_endpoint_url_as_audience_fails(backend) {
        refused(backend, |assertion, own| {
            assertion.claim("aud", own.party.endpoint("token_endpoint").as_str())
        })
        .await;
    }

    async fn an_assertion_is_good_once(backend) {
        for own in each(shared(backend), &WAYS).await {
            let assertion = own.assertion().sign();
            let attempt = own.party.authorize_url(&[]);
            let push = own.pushing(&attempt).authenticated_by(&assertion);
            assert_eq!(push.send().await.status, 201);
            assert_eq!(said(&push.send().await), (401, "invalid_client"));
        }
    }
}

/// With a claim so many seconds ahead, and a name that was not used.
fn own_assertion(own: &Application, claim: &str, ahead: i64) -> Proof {
    own.assertion().claim(claim, now() + ahead)
}

/// Holds what becomes of an assertion against a refusal, at both endpoints.
async fn refused(
    backend: symbolon_testkit::Backend,
    change: impl Fn(Proof, &Application) -> Proof,
) {
    for own in each(shared(backend), &WAYS).await {
        for answer in both(&own, &change(own.assertion(), &own)).await {
            assert_eq!(said(&answer), (401, "invalid_client"), "{:?}", own.way);
        }
    }
}

/// What the endpoint for pushed requests and that for tokens answer to an assertion, which has a name
/// of its own at each.
async fn both(own: &Application, assertion: &Proof) -> [Answer; 2] {
    let attempt = own.party.authorize_url(&[]);
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    let named = || assertion.clone().claim("jti", unique()).sign();
    let push = own.pushing(&attempt).authenticated_by(&named());
    let token = own.to("token_endpoint", &form).authenticated_by(&named());
    [push.send().await, token.send().await]
}
