//! client_credentials: how a machine says who it is, what it may ask for, and what its token says.

use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, RelyingParty, Server, http, jwt_header, jwt_payload, on_both_databases,
};

use crate::support::{MACHINE_SECRET, WORKER_ID, machine, presenting, published_keys, shared};

on_both_databases! {
    async fn the_token_of_a_machine_says_what_rfc_9068_asks_for(backend) {
        let party = machine(shared(backend), "machine-rs256")
            .await
            .asking_for("openid invoices.read");
        let tokens = party.client_credentials().await.tokens();
        assert_eq!(tokens.json["expires_in"], 43_200);
        assert_eq!(tokens.json["scope"], "openid invoices.read");
        assert_eq!(
            (tokens.id_token, tokens.refresh_token),
            (None, None),
            "nobody signed in"
        );

        let header = jwt_header(&tokens.access_token);
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&json!("at+jwt"), &json!("RS256"))
        );
        party.verify(&tokens.access_token).await;
        let claims = jwt_payload(&tokens.access_token);
        let issuer = &party.metadata["issuer"];
        assert_eq!(claims["iss"], *issuer);
        assert_eq!(claims["aud"], *issuer);
        assert_eq!(claims["sub"], WORKER_ID);
        assert_eq!(claims["client_id"], "machine-rs256");
        assert_eq!(claims["scope"], "openid invoices.read");
        assert_eq!(claims["org_id"], "globex");
        assert_eq!(
            claims["roles"],
            json!({"acme": ["viewer"], "globex": ["robot", "viewer"]})
        );
        let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
        assert_eq!(lifetime, 43_200);
        for of_a_person in ["auth_time", "acr", "amr", "grant_id", "sid", "nonce"] {
            assert_eq!(claims.get(of_a_person), None, "{claims}");
        }
    }

    async fn every_token_has_a_name_of_its_own(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let first = party.client_credentials().await.tokens();
        let second = party.client_credentials().await.tokens();
        let name = |token: &str| jwt_payload(token)["jti"].as_str().unwrap().to_owned();
        assert_ne!(name(&first.access_token), name(&second.access_token));
        assert!(name(&first.access_token).len() >= 22, "fewer than 128 bits");
    }

    async fn each_algorithm_signs_for_the_clients_registered_with_it(backend) {
        for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
            let client_id = format!("machine-{}", algorithm.to_lowercase());
            let party = machine(shared(backend), &client_id).await;
            let token = party.client_credentials().await.tokens().access_token;
            let claims = verify_with_josekit(&party, &token, algorithm).await;
            assert_eq!(claims["client_id"], client_id.as_str());
        }
    }

    async fn header_and_body_both_carry_the_secret(backend) {
        let by = |way: Authentication| async {
            let issuer = shared(backend).issuer();
            RelyingParty::new(issuer, "machine-rs256", way)
                .await
                .client_credentials()
                .await
        };
        by(Authentication::Basic(MACHINE_SECRET.to_owned()))
            .await
            .tokens();
        by(Authentication::Post(MACHINE_SECRET.to_owned()))
            .await
            .tokens();
    }

    async fn an_id_and_a_secret_of_any_characters_pass_through_the_header(backend) {
        // RFC 6749 §2.3.1: form-encoded before they are joined with a colon.
        let secret = Authentication::Basic("se:cret +%&= ü".to_owned());
        let issuer = shared(backend).issuer();
        let party = RelyingParty::new(issuer, "machine:50%", secret).await;
        let token = party.client_credentials().await.tokens().access_token;
        assert_eq!(jwt_payload(&token)["client_id"], "machine:50%");
    }

    async fn a3_1_only_the_registered_method_is_accepted(backend) {
        let issuer = shared(backend).issuer();
        let secret = || MACHINE_SECRET.to_owned();
        for (client_id, accepted, refused) in [
            (
                "machine-basic",
                Authentication::Basic(secret()),
                Authentication::Post(secret()),
            ),
            (
                "machine-post",
                Authentication::Post(secret()),
                Authentication::Basic(secret()),
            ),
        ] {
            let party = RelyingParty::new(issuer, client_id, accepted).await;
            party.client_credentials().await.tokens();
            for refused in [refused, Authentication::Public] {
                let party = presenting(&party, refused);
                let answer = party.client_credentials().await;
                assert_eq!(
                    (answer.status.as_u16(), answer.error()),
                    (401, "invalid_client")
                );
            }
        }
    }

    async fn a3_1_two_methods_in_one_request_are_refused(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        for second in [("client_secret", MACHINE_SECRET), ("client_id", "gateway")] {
            let form = [("grant_type", "client_credentials"), second];
            let answer = party.post("token_endpoint", &form).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_request")
            );
        }
        // To repeat the name is no second method.
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "machine-rs256"),
        ];
        party.post("token_endpoint", &form).await.tokens();
    }

    async fn a3_1_wrong_unknown_and_disabled_look_alike(backend) {
        let issuer = shared(backend).issuer();
        let mut answers = Vec::new();
        for (client_id, secret) in [
            ("machine-rs256", "wrong"),
            ("machine-rs256", "Machine-secret"),
            ("machine-rs256", "machine-secre"),
            ("machine-unknown", MACHINE_SECRET),
            ("machine-disabled", MACHINE_SECRET),
            ("no client can have this id\u{202e}", MACHINE_SECRET),
        ] {
            for (basic, way) in [
                (true, Authentication::Basic(secret.to_owned())),
                (false, Authentication::Post(secret.to_owned())),
            ] {
                let party = RelyingParty::new(issuer, client_id, way).await;
                let answer = party.client_credentials().await;
                assert_eq!(answer.status, 401, "{client_id} {answer:?}");
                // RFC 6749 §5.2: the scheme is told to whoever tried it.
                let challenge = answer.header("www-authenticate");
                assert_eq!(
                    challenge.starts_with("Basic "),
                    basic,
                    "{client_id} {answer:?}"
                );
                answers.push(answer.json);
            }
        }
        assert_eq!(answers[0]["error"], "invalid_client");
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }

    async fn a_request_without_any_authentication_is_told_what_to_send(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let answer = party.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_client")
        );
        let description = answer.json["error_description"].as_str().unwrap();
        assert!(description.contains("client_id"), "{description}");
    }

    async fn a_header_that_is_not_basic_is_refused(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        for header in [
            "Bearer abc",
            "Basic",
            "Basic !!!",
            "Basic bm9jb2xvbg==",
            "Basic /w==",
        ] {
            let request = http()
                .post(party.endpoint("token_endpoint"))
                .header("authorization", header)
                .form(&[("grant_type", "client_credentials")]);
            let answer = Answer::to(request).await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (401, "invalid_client"), "{header}");
        }
    }

    async fn a_client_without_the_grant_is_refused(backend) {
        let server = shared(backend);
        for party in [
            RelyingParty::demo_web(server.issuer()).await,
            RelyingParty::demo_confidential(server.issuer()).await,
        ] {
            let answer = party.client_credentials().await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (400, "unauthorized_client"), "{}", party.client_id);
        }
    }

    async fn a1_12_the_password_and_implicit_grants_do_not_exist(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let password = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", "x"),
        ];
        for form in [
            &password[..],
            &[("grant_type", "implicit")],
            &[("grant_type", "CODE")],
        ] {
            let answer = party.post("token_endpoint", form).await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (400, "unsupported_grant_type"), "{form:?}");
        }
        let answer = party.post("token_endpoint", &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_request")
        );
    }

    async fn a_scope_is_granted_as_far_as_it_is_registered(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let granted = async |asked: &str| {
            let tokens = party
                .clone()
                .asking_for(asked)
                .client_credentials()
                .await
                .tokens();
            let claims = jwt_payload(&tokens.access_token);
            assert_eq!(tokens.json.get("scope"), claims.get("scope"), "{claims}");
            claims.get("scope").cloned()
        };
        let both = Some(json!("invoices.write invoices.read"));
        assert_eq!(granted("invoices.write invoices.read").await, both);
        assert_eq!(
            granted("invoices.read nobody.knows").await,
            Some(json!("invoices.read"))
        );
        assert_eq!(
            granted("invoices.read invoices.read").await,
            Some(json!("invoices.read"))
        );
        // Nobody is away who could come back: RFC 6749 §4.4.3.
        assert_eq!(
            granted("openid offline_access").await,
            Some(json!("openid"))
        );
        // A1.9: empty is absent.
        assert_eq!(granted("").await, None);
    }

    async fn a_scope_of_which_nothing_is_registered_is_refused(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        for asked in [
            "nobody.knows",
            "INVOICES.READ",
            "offline_access",
            "a\"b",
            "ä",
            "a\\b",
        ] {
            let answer = party.clone().asking_for(asked).client_credentials().await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (400, "invalid_scope"), "{asked}");
        }
    }

    async fn a2_9_a_token_is_for_the_audience_of_its_client(backend) {
        let party = machine(shared(backend), "machine-api").await;
        let audience = async |asked: &str| {
            let answer = party.clone().asking_for(asked).client_credentials().await;
            jwt_payload(&answer.tokens().access_token)["aud"].clone()
        };
        assert_eq!(audience("invoices.read").await, "https://api.example");
        let with_userinfo = json!(["https://api.example", party.metadata["issuer"]]);
        assert_eq!(audience("openid").await, with_userinfo);
    }

    async fn a_client_can_have_a_shorter_lifetime_and_not_a_longer_one(backend) {
        for (client_id, seconds) in [("machine-short", 60), ("machine-long", 43_200)] {
            let party = machine(shared(backend), client_id).await;
            let tokens = party.client_credentials().await.tokens();
            assert_eq!(tokens.json["expires_in"], seconds);
        }
    }

    async fn an_opaque_token_says_nothing_by_itself(backend) {
        let party = machine(shared(backend), "machine-opaque")
            .await
            .asking_for("openid");
        let tokens = party.client_credentials().await.tokens();
        assert_eq!(tokens.json["expires_in"], 43_200);
        assert!(
            !tokens.access_token.contains('.'),
            "{}",
            tokens.access_token
        );
        let told = party.introspect(&tokens.access_token).await.json;
        assert_eq!(told["active"], true);
        assert_eq!(told["sub"], WORKER_ID);
        assert_eq!(told["scope"], "openid");
        assert_eq!(
            told["roles"],
            json!({"acme": ["viewer"], "globex": ["robot", "viewer"]})
        );
    }

    async fn a2_10_an_opaque_token_is_verified_over_its_whole_length(backend) {
        let party = machine(shared(backend), "machine-opaque").await;
        let token = party.client_credentials().await.tokens().access_token;
        let shorter = &token[..token.len() - 1];
        let swapped: String = token
            .chars()
            .map(|c| {
                if c.is_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect();
        for other in [
            shorter,
            &format!("{token}A"),
            &format!("{token}="),
            &swapped,
        ] {
            let told = party.introspect(other).await.json;
            assert_eq!(told, json!({"active": false}), "{other}");
        }
        assert_eq!(party.introspect(&token).await.json["active"], true);
    }

    async fn a2_6_a_disabled_machine_user_gets_no_token(backend) {
        let answer = machine(shared(backend), "machine-retired")
            .await
            .client_credentials()
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "unauthorized_client")
        );
    }

    async fn a1_9_a_parameter_counts_once_or_not_at_all(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let grant = ("grant_type", "client_credentials");
        for twice in [
            [grant, grant].as_slice(),
            &[grant, ("scope", "openid"), ("scope", "invoices.read")],
            &[grant, ("unknown", "a"), ("unknown", "b")],
        ] {
            let answer = party.post("token_endpoint", twice).await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (400, "invalid_request"), "{twice:?}");
        }
        let unknown = [
            grant,
            ("unknown", "ignored"),
            ("audience", "https://elsewhere.example"),
        ];
        let token = party
            .post("token_endpoint", &unknown)
            .await
            .tokens()
            .access_token;
        assert_eq!(jwt_payload(&token)["aud"], party.metadata["issuer"]);
    }

    async fn the_token_endpoint_takes_a_posted_form_and_nothing_else(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let url = party.endpoint("token_endpoint");
        let json = http()
            .post(url.clone())
            .json(&json!({"grant_type": "client_credentials"}));
        let answer = Answer::to(json).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_request")
        );
        let query = [
            ("grant_type", "client_credentials"),
            ("client_id", "machine-rs256"),
            ("client_secret", MACHINE_SECRET),
        ];
        let mut with_query = url.clone();
        with_query.query_pairs_mut().extend_pairs(query);
        assert_eq!(Answer::to(http().get(with_query.clone())).await.status, 405);
        let answer = Answer::to(http().post(with_query)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_client")
        );
    }

    async fn a2_12_nobody_may_keep_what_the_token_endpoint_answers(backend) {
        let server: &Server = shared(backend);
        let good = machine(server, "machine-rs256")
            .await
            .client_credentials()
            .await;
        let bad = machine(server, "machine-unknown")
            .await
            .client_credentials()
            .await;
        for answer in [good, bad] {
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("content-type"), "application/json");
        }
    }
}

/// Verifies a token with another implementation, and returns its claims.
pub async fn verify_with_josekit(party: &RelyingParty, token: &str, algorithm: &str) -> Value {
    let header = jwt_header(token);
    assert_eq!(header["alg"], algorithm);
    let keys = published_keys(party).await;
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["kid"] == header["kid"]).unwrap();
    let key = Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
    let verifier: Box<dyn JwsVerifier> = match algorithm {
        "RS256" => Box::new(RS256.verifier_from_jwk(&key).unwrap()),
        "PS256" => Box::new(PS256.verifier_from_jwk(&key).unwrap()),
        "ES256" => Box::new(ES256.verifier_from_jwk(&key).unwrap()),
        _ => Box::new(EdDSA.verifier_from_jwk(&key).unwrap()),
    };
    let (payload, _) = josekit::jws::deserialize_compact(token, &*verifier).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
