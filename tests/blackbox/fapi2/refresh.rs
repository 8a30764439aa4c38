//! `fapi2-security-profile-final-refresh-token`, and refresh tokens that do not rotate.

use symbolon_testkit::{jwt_payload, on_both_databases};

use super::{Application, HEADER, Keys, Way, each, said, shared};
use crate::support::eventually;

/// How many use one refresh token at once.
const CROWD: usize = 16;

on_both_databases! {
    async fn refresh_token(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let tokens = own.tokens("openid offline_access").await;
            let token = tokens["refresh_token"].as_str().unwrap();
            let other = Application::new(shared(backend), own.way, 1).await;
            let stolen = other.refreshing(token).send().await;
            assert_eq!(said(&stolen), (400, "invalid_grant"), "{:?}", own.way);
            let bare = own.refreshing(token).bare().send().await;
            assert!([400, 401].contains(&bare.status.as_u16()), "{bare:?}");
            let unauthenticated = own
                .refreshing(token)
                .without("client_assertion")
                .without("client_assertion_type")
                .with("client_id", &own.party.client_id)
                .without_header(HEADER);
            assert_eq!(said(&unauthenticated.send().await), (401, "invalid_client"));
            let refreshed = own.refreshing(token).send().await;
            own.check(&refreshed);
            let before = jwt_payload(tokens["id_token"].as_str().unwrap());
            let after = jwt_payload(refreshed.json["id_token"].as_str().unwrap());
            for claim in ["iss", "sub", "aud", "auth_time"] {
                assert_eq!(before[claim], after[claim], "{claim}");
            }
            let access = refreshed.json["access_token"].as_str().unwrap();
            assert_eq!(own.presenting(access).send().await.status, 200);
            assert!(own.presenting(access).bare().send().await.status.is_client_error());
        }
    }

    async fn a3_11_a_refresh_token_stays_what_it_is(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let tokens = own.tokens("openid offline_access").await;
            let token = tokens["refresh_token"].as_str().unwrap();
            for _ in 0..3 {
                let refreshed = own.refreshing(token).send().await;
                own.check(&refreshed);
                assert!(refreshed.json.get("refresh_token").is_none(), "{:?}", own.way);
            }
            // Introspection knows it as it always did.
            let form = [("token", token)];
            let says = own.to("introspection_endpoint", &form).send().await;
            assert_eq!(says.json["active"], true, "{says:?}");
        }
    }

    async fn many_may_use_it_at_once_and_nothing_is_revoked(backend) {
        let own = Application::new(shared(backend), Way::KeyDpop, 0).await;
        let tokens = own.tokens("openid offline_access").await;
        let token = tokens["refresh_token"].as_str().unwrap();
        let crowd = (0..CROWD).map(|_| {
            let request = own.refreshing(token);
            tokio::spawn(async move { request.send().await })
        });
        for answer in crowd.collect::<Vec<_>>() {
            own.check(&answer.await.unwrap());
        }
        own.check(&own.refreshing(token).send().await);
    }

    async fn what_is_revoked_stays_revoked_however_it_is_used(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let tokens = own.tokens("openid offline_access").await;
            let token = tokens["refresh_token"].as_str().unwrap();
            let access = tokens["access_token"].as_str().unwrap();
            own.check(&own.refreshing(token).send().await);
            let revoked = own.to("revocation_endpoint", &[("token", token)]).send().await;
            assert_eq!(revoked.status, 200);
            assert_eq!(said(&own.refreshing(token).send().await), (400, "invalid_grant"));
            eventually("the access token ends with it", || async {
                own.presenting(access).send().await.status == 401
            })
            .await;
        }
    }

    async fn a_client_may_renew_its_key_or_certificate_and_keeps_its_refresh_tokens(backend) {
        // The second client has other keys to prove, and the same to authenticate with.
        for way in [Way::KeyDpop, Way::KeyTls] {
            let own = Application::new(shared(backend), way, 0).await;
            let tokens = own.tokens("openid offline_access").await;
            let token = tokens["refresh_token"].as_str().unwrap();
            let renewed = Keys::of(2);
            let request = own.refreshing(token);
            let request = if way.proves_keys() {
                let url = own.party.endpoint("token_endpoint");
                request.proving(&renewed.proving.proof("POST", &url).sign())
            } else {
                request.showing(renewed)
            };
            let refreshed = request.send().await;
            assert_eq!(refreshed.status, 200, "{way:?}: {refreshed:?}");
            let access = refreshed.json["access_token"].as_str().unwrap();
            let confirmation = &jwt_payload(access)["cnf"];
            let expected = if way.proves_keys() {
                serde_json::json!({"jkt": renewed.proving.thumbprint()})
            } else {
                serde_json::json!({"x5t#S256": renewed.certificate_thumbprint()})
            };
            assert_eq!(*confirmation, expected);
        }
    }
}
