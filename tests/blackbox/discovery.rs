//! The metadata document: it is complete, it can be kept and asked for again, and every word of it
//! works.

use reqwest::header::IF_NONE_MATCH;
use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, Person, RelyingParty, Server, http, jwt_header, jwt_payload,
    on_both_databases,
};

use crate::support::{
    ALICE, MACHINE_SECRET, alice, alice_in, binary, demo, issuing, machine, options, public,
    published_keys, shared, silently,
};

/// The two places of the document.
pub const DOCUMENTS: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

on_both_databases! {
    async fn both_well_known_paths_give_the_same_document(backend) {
        let server = shared(backend);
        let [one, other] = [
            document(&server.at(DOCUMENTS[0])).await,
            document(&server.at(DOCUMENTS[1])).await,
        ];
        assert_eq!(one, other);
        assert_eq!(one["issuer"], server.issuer());
        // RFC 8414 §2 and OIDC Discovery §3: what has to be there.
        for member in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "scopes_supported",
            "response_types_supported",
            "response_modes_supported",
            "grant_types_supported",
            "acr_values_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "claims_supported",
            "claims_parameter_supported",
            "request_uri_parameter_supported",
            "code_challenge_methods_supported",
            "end_session_endpoint",
            "introspection_endpoint",
            "revocation_endpoint",
            "authorization_response_iss_parameter_supported",
            "prompt_values_supported",
        ] {
            assert!(!one[member].is_null(), "{member} is missing");
        }
    }

    async fn the_documents_can_be_kept_and_asked_for_again(backend) {
        let server = shared(backend);
        for path in [DOCUMENTS[0], DOCUMENTS[1], "/oauth/v2/keys"] {
            let answer = Answer::to(http().get(server.at(path))).await;
            assert_eq!(answer.header("content-type"), "application/json", "{path}");
            assert!(
                answer.header("cache-control").contains("max-age="),
                "{path}"
            );
            let etag = answer.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.len() > 8, "{path}: {etag}");
            for known in [
                etag.clone(),
                format!("W/{etag}"),
                format!("\"x\", {etag}"),
                "*".to_owned(),
            ] {
                let again =
                    Answer::to(http().get(server.at(path)).header(IF_NONE_MATCH, &known)).await;
                assert_eq!(
                    (again.status.as_u16(), again.header("etag")),
                    (304, etag.as_str()),
                    "{known}"
                );
                assert!(again.json.is_null());
            }
            let other =
                Answer::to(http().get(server.at(path)).header(IF_NONE_MATCH, "\"x\"")).await;
            assert_eq!((other.status.as_u16(), other.json), (200, answer.json));
        }
    }

    async fn every_address_answers_below_the_issuer(backend) {
        let server = shared(backend);
        let metadata = document(&server.at(DOCUMENTS[0])).await;
        let mut addresses = 0;
        for (name, value) in metadata.as_object().unwrap() {
            let Some(url) = value
                .as_str()
                .filter(|_| name.ends_with("_endpoint") || name == "jwks_uri")
            else {
                continue;
            };
            addresses += 1;
            assert!(
                url.starts_with(&format!("{}/", server.issuer())),
                "{name}: {url}"
            );
            let status = http().get(url).send().await.unwrap().status();
            assert_ne!(status, 404, "{name}: {url}");
        }
        assert_eq!(addresses, 10);
    }

    async fn every_scope_works_and_no_other(backend) {
        let party = public(shared(backend), "web").await;
        let scopes = words(&party.metadata, "scopes_supported");
        assert_eq!(
            scopes,
            [
                "openid",
                "profile",
                "email",
                "address",
                "phone",
                "offline_access"
            ]
        );
        let tokens = alice(&party.clone().asking_for(&scopes.join(" "))).await;
        assert_eq!(tokens.json["scope"], scopes.join(" "));
    }

    async fn every_response_type_and_mode_works(backend) {
        let party = public(shared(backend), "web").await;
        assert_eq!(words(&party.metadata, "response_types_supported"), ["code"]);
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let modes = words(&party.metadata, "response_modes_supported");
        assert_eq!(modes.len(), 7);
        for mode in modes {
            let attempt = party.authorize_url(&[("response_mode", &mode)]);
            let callback = browser.get(&attempt.url).await.callback();
            let travelled = format!("{:?}", callback.mode).to_lowercase();
            let place = if mode == "jwt" { "query" } else { mode.trim_end_matches(".jwt") };
            assert_eq!(travelled, place.replace('_', ""));
            // What is signed, the tests of signed answers read.
            if !mode.ends_with("jwt") {
                party.finish(&attempt, &callback).await;
            }
        }
    }

    async fn every_grant_works(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let grants = words(&party.metadata, "grant_types_supported");
        assert_eq!(
            grants,
            [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:ietf:params:oauth:grant-type:device_code",
                // These two have servers of their own: jwt_bearer.rs and ciba/flow.rs.
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:openid:params:grant-type:ciba",
            ]
        );
        let tokens = alice(&party).await;
        party.refresh(tokens.refresh_token()).await.tokens();
        machine(server, "machine-rs256")
            .await
            .client_credentials()
            .await
            .tokens();
        let server = issuing(backend);
        let clerk = machine(server, "clerk").await.client_credentials().await;
        let form = [
            ("grant_type", &*grants[3]),
            ("subject_token", &clerk.tokens().access_token),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
        ];
        let gate = machine(server, "gate").await;
        gate.post("token_endpoint", &form).await.tokens();
        let television = public(shared(backend), "television").await;
        let waiting = television.post("device_authorization_endpoint", &[]).await;
        let form = [
            ("grant_type", &*grants[4]),
            ("device_code", waiting.json["device_code"].as_str().unwrap()),
        ];
        let pending = television.post("token_endpoint", &form).await;
        assert_eq!(pending.error(), "authorization_pending");
    }

    async fn every_signing_algorithm_signs(backend) {
        let server = shared(backend);
        let algorithms = words(
            &public(server, "web").await.metadata,
            "id_token_signing_alg_values_supported",
        );
        assert!(
            algorithms.contains(&"RS256".to_owned()),
            "OIDC Discovery §3: {algorithms:?}"
        );
        assert_eq!(algorithms.len(), 4);
        for algorithm in algorithms {
            let client_id = match algorithm.as_str() {
                "RS256" => "web".to_owned(),
                other => format!("web-{}", other.to_lowercase()),
            };
            // Verified against the published keys.
            let tokens = alice(&public(server, &client_id).await).await;
            assert_eq!(jwt_header(tokens.id_token())["alg"], algorithm.as_str());
        }
    }

    async fn every_authentication_method_works_where_it_is_advertised(backend) {
        let server = shared(backend);
        let metadata = public(server, "web").await.metadata;
        for endpoint in ["token", "introspection", "revocation"] {
            let methods = words(
                &metadata,
                &format!("{endpoint}_endpoint_auth_methods_supported"),
            );
            let has_none = methods.contains(&"none".to_owned());
            assert_eq!(has_none, endpoint != "introspection");
            for method in methods {
                let secret = MACHINE_SECRET.to_owned();
                let (client_id, authentication) = match method.as_str() {
                    "client_secret_basic" => ("machine-basic", Authentication::Basic(secret)),
                    "client_secret_post" => ("machine-post", Authentication::Post(secret)),
                    "none" => ("web", Authentication::Public),
                    // `client_assertion` uses them at each endpoint.
                    "client_secret_jwt" | "private_key_jwt" => continue,
                    other => panic!("{other} is advertised and not tried here"),
                };
                let party = RelyingParty::new(server.issuer(), client_id, authentication).await;
                let form = [
                    (
                        "grant_type",
                        if method == "none" {
                            "refresh_token"
                        } else {
                            "client_credentials"
                        },
                    ),
                    ("refresh_token", "x"),
                    ("token", "x"),
                ];
                let answer = party.post(&format!("{endpoint}_endpoint"), &form).await;
                assert_ne!(answer.error(), "invalid_client", "{method} at {endpoint}");
                assert_ne!(
                    answer.error(),
                    "unauthorized_client",
                    "{method} at {endpoint}"
                );
            }
        }
    }

    async fn every_prompt_and_display_works(backend) {
        let party = public(shared(backend), "web").await;
        let prompts = words(&party.metadata, "prompt_values_supported");
        assert_eq!(prompts, ["none", "login", "consent", "select_account"]);
        for (name, values) in [
            ("prompt", prompts),
            (
                "display",
                words(&party.metadata, "display_values_supported"),
            ),
        ] {
            for value in values {
                let browser = Person::new();
                alice_in(&browser, &party, &[]).await;
                alice_in(&browser, &party, &[(name, &value)]).await;
            }
        }
    }

    async fn every_claim_can_be_asked_for_and_what_is_there_comes(backend) {
        let party = public(shared(backend), "web").await;
        let claims = words(&party.metadata, "claims_supported");
        assert!(
            party.metadata["claims_parameter_supported"]
                .as_bool()
                .unwrap()
        );
        let wanted: serde_json::Map<_, _> = claims
            .iter()
            .map(|claim| (claim.clone(), Value::Null))
            .collect();
        let request = json!({"userinfo": wanted, "id_token": wanted}).to_string();
        let tokens = alice_in(&Person::new(), &party, &[("claims", &request)]).await;
        let id = jwt_payload(tokens.id_token());
        let userinfo = party.userinfo(&tokens.access_token).await.json;
        for claim in [
            "name",
            "given_name",
            "family_name",
            "preferred_username",
            "locale",
            "zoneinfo",
            "updated_at",
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
            "address",
        ] {
            assert!(
                claims.contains(&claim.to_owned()),
                "{claim} is given and not advertised"
            );
            assert!(!userinfo[claim].is_null(), "{claim}: {userinfo}");
            assert_eq!(userinfo[claim], id[claim], "{claim}");
        }
        for claim in id
            .as_object()
            .unwrap()
            .keys()
            .filter(|claim| *claim != "at_hash")
        {
            assert!(
                claims.contains(claim),
                "{claim} is in an ID token and not advertised"
            );
        }
    }

    async fn every_acr_is_given_and_can_be_demanded(backend) {
        let party = public(shared(backend), "web").await;
        for acr in words(&party.metadata, "acr_values_supported") {
            let demand =
                json!({"id_token": {"acr": {"essential": true, "value": acr}}}).to_string();
            let tokens = alice_in(&Person::new(), &party, &[("claims", &demand)]).await;
            assert_eq!(jwt_payload(tokens.id_token())["acr"], acr.as_str());
        }
    }

    async fn what_is_not_advertised_does_not_work(backend) {
        let party = public(shared(backend), "web").await;
        let metadata = &party.metadata;
        assert_eq!(
            words(metadata, "code_challenge_methods_supported"),
            ["S256"]
        );
        let algorithms = words(metadata, "request_object_signing_alg_values_supported");
        assert!(!algorithms.contains(&"none".to_owned()));
        assert_eq!(metadata["request_uri_parameter_supported"], false);
        for (name, value, error) in [
            ("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
            ("request_uri", "https://a.example", "request_uri_not_supported"),
        ] {
            assert_eq!(
                silently(&Person::new(), &party, &[(name, value)]).await,
                error
            );
        }
        for absent in [
            "registration_endpoint",
            "check_session_iframe",
        ] {
            assert_eq!(metadata.get(absent), None, "{absent}");
        }
    }

    async fn the_algorithms_are_those_of_the_settings(backend) {
        let server = Server::start(
            binary(),
            options(backend.url()).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256"),
        );
        let party = RelyingParty::demo_web(server.issuer()).await;
        let algorithms = words(&party.metadata, "id_token_signing_alg_values_supported");
        assert_eq!(algorithms, ["RS256", "ES256"]);
        let keys = published_keys(&party).await;
        let mut published: Vec<_> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["alg"].clone())
            .collect();
        published.sort_by_key(ToString::to_string);
        assert_eq!(published, ["ES256", "RS256"]);
        alice(&party).await;
    }

    async fn the_home_page_of_a_demo_shows_a_link_that_works(backend) {
        let server = demo(backend);
        let page = Person::new().get(server.at("/")).await.page();
        assert_eq!(page.status, 200);
        let (_, rest) = page
            .body
            .split_once(&format!("href=\"{}/oauth/v2/authorize", server.url()))
            .unwrap();
        let (link, _) = rest.split_once('"').unwrap();
        let link = link.replace("&amp;", "&").replace("&#38;", "&");
        let url = server.at(&format!("/oauth/v2/authorize{link}"));
        Person::new().sign_in(url, "alice", ALICE).await;
    }
}

/// Reads a document.
pub async fn document(url: &str) -> Value {
    let answer = Answer::to(http().get(url)).await;
    assert_eq!(answer.status, 200, "{url}");
    answer.json
}

fn words(metadata: &Value, member: &str) -> Vec<String> {
    let values = metadata[member]
        .as_array()
        .unwrap_or_else(|| panic!("no {member}"));
    values
        .iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}
