//! `fapi2-security-profile-final-`: discovery, and the happy path.

use symbolon_testkit::{Answer, Backend, http, jwt_header, on_both_databases};

use super::{Application, Way, application::answered, each, on, said, shared};

on_both_databases! {
    async fn discovery_end_point_verification(backend) {
        let server = shared(backend);
        let metadata = Application::new(server, Way::KeyDpop, 0).await.party.metadata;
        assert_eq!(metadata["issuer"], server.issuer());
        let list = |name: &str| -> Vec<String> {
            serde_json::from_value(metadata[name].clone()).unwrap_or_else(|_| panic!("{name}"))
        };
        let has = |name: &str, value: &str| list(name).iter().any(|own| own == value);
        assert!(has("token_endpoint_auth_methods_supported", "private_key_jwt"));
        assert!(has("token_endpoint_auth_methods_supported", "self_signed_tls_client_auth"));
        assert!(has("code_challenge_methods_supported", "S256"));
        assert!(has("response_types_supported", "code"));
        assert!(has("grant_types_supported", "authorization_code"));
        assert!(has("scopes_supported", "openid"));
        assert!(metadata["pushed_authorization_request_endpoint"].is_string());
        assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
        assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
        assert_eq!(list("dpop_signing_alg_values_supported"), ["ES256", "EdDSA", "PS256"]);
        // RS256 is there for clients of no profile: OpenID Connect Discovery §3 requires it.
        for name in [
            "id_token_signing_alg_values_supported",
            "authorization_signing_alg_values_supported",
            "introspection_signing_alg_values_supported",
        ] {
            assert_eq!(list(name), ["RS256", "ES256"], "{name}");
        }
        for name in [
            "token_endpoint_auth_signing_alg_values_supported",
            "request_object_signing_alg_values_supported",
        ] {
            assert!(has(name, "PS256") && has(name, "ES256"), "{name}");
        }
        // Nothing is said of another address that there is not.
        assert!(metadata.get("mtls_endpoint_aliases").is_none());
    }

    async fn happy_flow(backend) {
        let server = shared(backend);
        for way in Way::ALL {
            for number in [0, 1] {
                let own = Application::new(server, way, number).await;
                let attempt = own.party.authorize_url(&[]);
                let pushed = own.pushing(&attempt).send().await;
                assert_eq!(pushed.status, 201, "{way:?}: {pushed:?}");
                assert!(pushed.json["expires_in"].as_u64().unwrap() < 600);
                let reference = pushed.json["request_uri"].as_str().unwrap();
                // 128 bits at the least.
                assert!(reference.rsplit(':').next().unwrap().len() >= 22);
                let callback = own.authorize(&attempt).await;
                let answer = answered(&own, &attempt, &callback);
                assert!(answer["code"].len() >= 22);
                let tokens = own.redeeming(&attempt, &answer["code"]).send().await;
                own.check(&tokens);
                let token = tokens.json["access_token"].as_str().unwrap();
                assert!(tokens.json["expires_in"].as_u64().unwrap() > 0);
                let id_token = tokens.json["id_token"].as_str().unwrap();
                own.party.check_id_token(id_token, Some(&attempt.nonce), Some(token)).await;
                assert_eq!(jwt_header(id_token)["alg"], "ES256");
                let request = own.presenting(token).header("accept", "application/json;charset=UTF-8");
                let resource = request.send().await;
                assert_eq!(resource.status, 200, "{way:?}: {resource:?}");
                // In the query it is none (requirement A2.11).
                let mut url = own.party.endpoint("userinfo_endpoint");
                url.query_pairs_mut().append_pair("access_token", token);
                assert_eq!(Answer::to(http().get(url)).await.status, 401);
            }
        }
    }

    async fn access_token_type_header_case_sensitivity(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let tokens = own.tokens("openid").await;
            let token = tokens["access_token"].as_str().unwrap();
            let scheme = tokens["token_type"].as_str().unwrap();
            for scheme in [scheme.to_lowercase(), scheme.to_uppercase()] {
                let authorization = format!("{scheme} {token}");
                let answer = own.presenting(token).header("authorization", &authorization);
                assert_eq!(answer.send().await.status, 200, "{scheme}");
            }
        }
    }

    async fn client_credentials_are_bound_like_everything(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let form = [("grant_type", "client_credentials"), ("scope", "openid")];
            let request = own.to("token_endpoint", &form);
            let answer = request.send().await;
            own.check(&answer);
            let token = answer.json["access_token"].as_str().unwrap();
            assert_eq!(own.presenting(token).send().await.status, 200);
            assert!(own.presenting(token).bare().send().await.status.is_client_error());
            assert!(request.bare().send().await.status.is_client_error(), "{:?}", own.way);
        }
    }
}

#[tokio::test]
async fn clients_that_show_a_certificate_may_have_an_address_of_their_own() {
    let origin = "https://mtls.id.example";
    let settings = [("SYMBOLON_CLIENTS_CERTIFICATE_ORIGIN", origin)];
    let server = super::server(Backend::Sqlite, &settings);
    let own = Application::new(&server, Way::TlsDpop, 0).await;
    let aliases = own.party.metadata["mtls_endpoint_aliases"].clone();
    for name in [
        "pushed_authorization_request_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "device_authorization_endpoint",
        "backchannel_authentication_endpoint",
    ] {
        let path = own.party.endpoint(name).path().to_owned();
        assert_eq!(aliases[name], format!("{origin}{path}"), "{name}");
    }
    assert!(aliases.get("authorization_endpoint").is_none());
    // Proofs are for the address that the client called.
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    let request = own.to("token_endpoint", &form);
    let key = &own.keys.proving;
    let there = key.proof("POST", aliases["token_endpoint"].as_str().unwrap());
    let answer = request.clone().proving(&there.sign()).send().await;
    own.check(&answer);
    let other = key.proof("POST", "https://other.example/oauth/v2/token");
    let refused = request.proving(&other.sign()).send().await;
    assert_eq!(said(&refused), (400, "invalid_dpop_proof"));
    let token = answer.json["access_token"].as_str().unwrap();
    let there = key
        .proof("GET", aliases["userinfo_endpoint"].as_str().unwrap())
        .for_token(token);
    let answer = own.presenting(token).proving(&there.sign()).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn an_address_for_certificates_where_none_arrive_is_refused() {
    let settings = [
        (
            "SYMBOLON_CLIENTS_CERTIFICATE_ORIGIN",
            "https://mtls.id.example",
        ),
        ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", ""),
    ];
    let log = on(&Backend::Sqlite.url(), &[], &settings)
        .map(drop)
        .unwrap_err();
    assert!(log.contains("no certificate would arrive there"), "{log}");
}
