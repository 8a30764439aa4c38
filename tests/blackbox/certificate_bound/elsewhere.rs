//! Bound tokens at everything that takes a token: forward authentication, the Management API, AuthZEN.

use serde_json::json;
use symbolon_testkit::{Answer, http, on_both_databases};

use super::{AUDIENCE, HEADER, INVOICES, machine_token, on, party, post, present, said, shared};
use crate::fapi2::Keys;

on_both_databases! {
    async fn a_proxy_that_asks_tells_of_the_certificate(backend) {
        let server = shared(backend);
        for client in ["machine", "machine-opaque"] {
            let token = machine_token(&party(server, client).await, "Invoices.v1.Read").await;
            let nginx = server.at(&format!("/access/v1/forward-auth?audience={AUDIENCE}"));
            let original = [("x-original-method", "GET"), ("x-original-uri", INVOICES)];
            let audience = AUDIENCE.replace(':', "%3A").replace('/', "%2F");
            let envoy = server.at(&format!("/access/v1/ext-authz/{audience}{INVOICES}"));
            for (url, headers) in [(nginx, &original[..]), (envoy, &[])] {
                let through = present(&url, &token, headers, Some(Keys::of(0))).await;
                assert_eq!(through.status, 200, "{client}: {through:?}");
                for other in [None, Some(Keys::of(1))] {
                    let refused = present(&url, &token, headers, other).await;
                    assert_eq!(refused.status, 401, "{client}: {refused:?}");
                }
                // Told twice, it is not told.
                let told = Keys::of(0).told();
                let twice = [headers, &[(HEADER, told.as_str())]].concat();
                let refused = present(&url, &token, &twice, Some(Keys::of(0))).await;
                assert_eq!(refused.status, 401, "{client}: {refused:?}");
            }
        }
    }

    async fn the_management_api_asks_for_the_certificate(backend) {
        let server = shared(backend);
        let scope = "openid Symbolon.Admin.v1.Organizations.Read";
        let token = machine_token(&party(server, "administrator").await, scope).await;
        let url = server.at("/admin/v1/organizations");
        let listed = present(&url, &token, &[], Some(Keys::of(0))).await;
        assert_eq!(listed.status, 200, "{listed:?}");
        for other in [None, Some(Keys::of(1))] {
            assert_eq!(present(&url, &token, &[], other).await.status, 401);
        }
    }

    async fn whoever_asks_for_a_decision_shows_the_certificate(backend) {
        let server = shared(backend);
        let scope = "openid Symbolon.Access.v1.Evaluate";
        let token = machine_token(&party(server, "administrator").await, scope).await;
        let ask = async |shown: Option<&Keys>| {
            let question = json!({
                "subject": {"type": "user", "id": "alice"},
                "action": {"name": "Invoices.v1.Read"},
                "resource": {"type": "organization", "id": "acme"},
            });
            let request = http().post(server.at("/access/v1/evaluation")).bearer_auth(&token);
            let request = match shown {
                Some(keys) => request.header(HEADER, keys.told()),
                None => request,
            };
            Answer::to(request.json(&question)).await.status
        };
        assert_eq!(ask(Some(Keys::of(0))).await, 200);
        for other in [None, Some(Keys::of(1))] {
            assert_eq!(ask(other).await, 401);
        }
    }

    async fn a5_5_a_header_of_a_stranger_shows_nothing(backend) {
        let settings = [
            ("SYMBOLON_PROXY_TRUSTED", "10.0.0.0/8"),
            ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", HEADER),
        ];
        let server = on(&backend.url(), &settings);
        let party = party(&server, "machine").await;
        let form = [("grant_type", "client_credentials")];
        let answer = post(&party, "token_endpoint", &form, Some(Keys::of(0))).await;
        assert_eq!(said(&answer), (400, "invalid_request"));
    }
}
