//! Authorization code with PKCE, from the authorization URL to the tokens.

use serde_json::{Value, json};
use symbolon_testkit::{
    Authentication, Person, RelyingParty, http, jwt_header, jwt_payload, on_both_databases,
};

use crate::machine::verify_with_josekit;
use crate::support::{
    ALICE, ALICE_ID, alice, alice_in, called_back_at, demo, post_raw, presenting, public,
    seconds_pass, server, shared, sign_in_page,
};

on_both_databases! {
    async fn a_public_client_gets_an_id_token_an_access_token_and_a_refresh_token(backend) {
        let party = RelyingParty::demo_web(shared(backend).issuer())
            .await
            .asking_for("openid profile");
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(tokens.json["scope"], "openid profile");
        assert_eq!(tokens.json["expires_in"], 43_200);
        assert!(
            tokens.refresh_token().starts_with("sy_rt_"),
            "{}",
            tokens.json
        );

        let id = jwt_payload(tokens.id_token());
        assert_eq!(jwt_header(tokens.id_token())["typ"], "JWT");
        assert_eq!(id["sub"], ALICE_ID);
        assert_eq!(id["aud"], "demo-web");
        assert_eq!(id["nonce"], attempt.nonce.as_str());
        assert_eq!(id["amr"], json!(["pwd"]));
        assert!(
            id["acr"].is_string() && id["sid"].is_string() && id["at_hash"].is_string(),
            "{id}"
        );
        let seconds = |claims: &Value, name: &str| claims[name].as_u64().unwrap();
        assert_eq!(seconds(&id, "exp") - seconds(&id, "iat"), 3_600);
        assert!(seconds(&id, "auth_time") <= seconds(&id, "iat"), "{id}");
        // OIDC Core §5.4: with an access token beside it, scopes put nothing here.
        assert_eq!(id.get("name"), None, "{id}");

        party.verify(&tokens.access_token).await;
        let access = jwt_payload(&tokens.access_token);
        assert_eq!(jwt_header(&tokens.access_token)["typ"], "at+jwt");
        assert_eq!(access["sub"], id["sub"]);
        assert_eq!(access["aud"], party.metadata["issuer"]);
        assert_eq!(access["client_id"], "demo-web");
        assert_eq!(access["scope"], "openid profile");
        assert_eq!(access["org_id"], "acme");
        assert_eq!(
            access["roles"],
            json!({"acme": ["admin"], "globex": ["viewer"]})
        );
        for of_the_sign_in in ["auth_time", "acr", "amr"] {
            assert_eq!(access[of_the_sign_in], id[of_the_sign_in]);
        }
    }

    async fn a_confidential_client_authenticates_in_header_or_body(backend) {
        let server = demo(backend);
        for authentication in [Authentication::Basic, Authentication::Post] {
            let secret = authentication("demo-confidential-secret".to_owned());
            let party = RelyingParty::new(server.issuer(), "demo-confidential", secret).await;
            let tokens = alice(&party).await;
            assert_eq!(jwt_payload(tokens.id_token())["aud"], "demo-confidential");
        }
    }

    async fn a_confidential_client_redeems_nothing_without_its_secret(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        for stranger in [
            Authentication::Public,
            Authentication::Basic("guess".to_owned()),
        ] {
            let thief = presenting(&party, stranger);
            let answer = thief.exchange(callback.code(), &attempt.verifier).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_client")
            );
        }
        party.finish(&attempt, &callback).await;
    }

    async fn each_algorithm_signs_id_and_access_tokens(backend) {
        for (client_id, algorithm) in [
            ("web", "RS256"),
            ("web-ps256", "PS256"),
            ("web-es256", "ES256"),
            ("web-eddsa", "EdDSA"),
        ] {
            let party = public(shared(backend), client_id).await;
            let tokens = alice(&party).await;
            let id = verify_with_josekit(&party, tokens.id_token(), algorithm).await;
            assert_eq!(id["aud"], client_id);
            let access = verify_with_josekit(&party, &tokens.access_token, algorithm).await;
            assert_eq!(access["client_id"], client_id);
        }
    }

    async fn a_client_of_opaque_tokens_gets_an_id_token_all_the_same(backend) {
        let party = public(shared(backend), "web-opaque")
            .await
            .asking_for("openid email");
        let tokens = alice(&party).await;
        assert!(!tokens.access_token.contains('.'), "{}", tokens.json);
        assert_eq!(jwt_payload(tokens.id_token())["sub"], ALICE_ID);
        let userinfo = party.userinfo(&tokens.access_token).await.json;
        assert_eq!(userinfo["email"], "alice@acme.example");
    }

    async fn a2_1_a_code_belongs_to_one_client(backend) {
        let server = shared(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let other = public(server, "web").await;
        let answer = other.exchange(callback.code(), &attempt.verifier).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_grant")
        );
        // The thief has burnt nothing.
        party.finish(&attempt, &callback).await;
    }

    async fn a2_1_a_code_belongs_to_one_redirect_uri(backend) {
        let server = shared(backend);
        let party = public(server, "web-places").await;
        let party = called_back_at(&party, "https://app.example/callback");
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let code = ("code", callback.code());
        let grant = ("grant_type", "authorization_code");
        let verifier = ("code_verifier", attempt.verifier.as_str());
        for other in [
            [grant, code, verifier].as_slice(),
            &[
                grant,
                code,
                verifier,
                ("redirect_uri", "https://app.example/callback/"),
            ],
            &[
                grant,
                code,
                verifier,
                ("redirect_uri", "https://app.example/callback?tenant=acme"),
            ],
            &[
                grant,
                code,
                verifier,
                ("redirect_uri", "http://127.0.0.1/callback"),
            ],
        ] {
            let answer = party.post("token_endpoint", other).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_grant"),
                "{other:?}"
            );
        }
        party.finish(&attempt, &callback).await;
    }

    async fn a_client_with_one_redirect_uri_need_not_repeat_it(backend) {
        let party = RelyingParty::demo_web(shared(backend).issuer()).await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("code_verifier", &attempt.verifier),
        ];
        party.post("token_endpoint", &form).await.tokens();
    }

    async fn a2_4_a_code_needs_the_verifier_of_its_challenge(backend) {
        let party = RelyingParty::demo_web(shared(backend).issuer()).await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let challenge = attempt.parameter("code_challenge").unwrap();
        let long = "a".repeat(129);
        for (verifier, error) in [
            ("", "invalid_grant"),
            ("short", "invalid_request"),
            (&long, "invalid_request"),
            (
                "forty-three-characters-with-a-space-in-them ",
                "invalid_request",
            ),
            (
                "forty-three-characters-of-another-verifier.",
                "invalid_grant",
            ),
            (&challenge, "invalid_grant"),
        ] {
            let answer = party.exchange(callback.code(), verifier).await;
            let seen = (answer.status.as_u16(), answer.error());
            assert_eq!(seen, (400, error), "{verifier}");
        }
        party.finish(&attempt, &callback).await;
    }

    async fn a2_4_every_client_needs_a_challenge_and_it_is_s256(backend) {
        let server = shared(backend);
        for party in [
            RelyingParty::demo_web(server.issuer()).await,
            RelyingParty::demo_confidential(server.issuer()).await,
        ] {
            for attempt in [
                party.authorize_url(&[]).without("code_challenge"),
                party
                    .authorize_url(&[])
                    .without("code_challenge")
                    .without("code_challenge_method"),
                party.authorize_url(&[("code_challenge_method", "plain")]),
                party.authorize_url(&[("code_challenge_method", "s256")]),
                party.authorize_url(&[("code_challenge", "short")]),
                party.authorize_url(&[("code_challenge", &"=".repeat(43))]),
            ] {
                let callback = Person::new().get(&attempt.url).await.callback();
                party.check_callback(&attempt, &callback);
                assert_eq!(callback.error(), "invalid_request", "{callback:?}");
            }
        }
    }

    async fn a2_1_a_code_expires(backend) {
        let server = server(backend, &[("SYMBOLON_TOKEN_CODE_LIFETIME", "1s")]);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        seconds_pass(1).await;
        let answer = party.exchange(callback.code(), &attempt.verifier).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_grant")
        );
    }

    async fn a2_3_a_reused_code_revokes_its_tokens(backend) {
        let server = shared(backend);
        for client_id in ["web", "web-opaque"] {
            let party = public(server, client_id).await;
            let attempt = party.authorize_url(&[]);
            let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
            let first = party.finish(&attempt, &callback).await;
            // The descendants too.
            let second = party.refresh(first.refresh_token()).await.tokens();
            assert_eq!(party.userinfo(&first.access_token).await.status, 200);
            assert_eq!(party.userinfo(&second.access_token).await.status, 200);

            for _ in 0..2 {
                let answer = party.exchange(callback.code(), &attempt.verifier).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.error()),
                    (400, "invalid_grant")
                );
            }
            for tokens in [first, second] {
                assert_eq!(party.userinfo(&tokens.access_token).await.status, 401);
                let answer = party.refresh(tokens.refresh_token()).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.error()),
                    (400, "invalid_grant")
                );
            }
        }
    }

    async fn a2_3_a_reuse_that_proves_nothing_revokes_nothing(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let tokens = party.finish(&attempt, &callback).await;
        let guess = "forty-three-characters-of-another-verifier.";
        assert_eq!(
            party.exchange(callback.code(), guess).await.error(),
            "invalid_grant"
        );
        let other = RelyingParty::demo_web(server.issuer()).await;
        let answer = other.exchange(callback.code(), &attempt.verifier).await;
        assert_eq!(answer.error(), "invalid_grant");
        assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn what_is_no_code_of_ours_is_refused(backend) {
        let party = public(shared(backend), "web").await;
        let attempt = party.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let code = callback.code();
        for other in [
            "nonsense",
            &code[..code.len() - 1],
            &format!("{code}A"),
            &code.to_uppercase(),
        ] {
            let answer = party.exchange(other, &attempt.verifier).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_grant"),
                "{other}"
            );
        }
        let missing = party.exchange("", &attempt.verifier).await;
        assert_eq!(
            (missing.status.as_u16(), missing.error()),
            (400, "invalid_request")
        );
    }

    async fn a2_15_the_nonce_is_repeated_verbatim(backend) {
        let party = public(shared(backend), "web").await;
        let nonce = "ü&=+%20 \"'<>#日本";
        let tokens = alice_in(&Person::new(), &party, &[("nonce", nonce)]).await;
        assert_eq!(jwt_payload(tokens.id_token())["nonce"], nonce);
        let attempt = party.authorize_url(&[]).without("nonce");
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let answer = party.exchange(callback.code(), &attempt.verifier).await;
        assert_eq!(jwt_payload(answer.tokens().id_token()).get("nonce"), None);
    }

    async fn without_openid_it_is_plain_oauth(backend) {
        let party = public(shared(backend), "web")
            .await
            .asking_for("invoices.read");
        let tokens = alice(&party).await;
        assert_eq!(tokens.id_token, None);
        assert_eq!(tokens.json["scope"], "invoices.read");
        assert_eq!(jwt_payload(&tokens.access_token)["sub"], ALICE_ID);
    }

    async fn unknown_scopes_are_left_out(backend) {
        let party = public(shared(backend), "web").await;
        let party = party.asking_for("openid nobody.knows invoices.write invoices.read");
        let tokens = alice(&party).await;
        assert_eq!(tokens.json["scope"], "openid invoices.read");
    }

    async fn a_client_without_the_refresh_grant_gets_no_refresh_token(backend) {
        let party = public(shared(backend), "web-once")
            .await
            .asking_for("openid offline_access");
        let tokens = alice(&party).await;
        assert_eq!(tokens.refresh_token, None);
        assert_eq!(tokens.json["scope"], "openid");
        assert_eq!(
            party.refresh("sy_rt_whatever").await.error(),
            "unauthorized_client"
        );
    }

    async fn a_second_application_needs_no_second_sign_in(backend) {
        let server = shared(backend);
        let browser = Person::new();
        let first = alice_in(&browser, &public(server, "web").await, &[]).await;
        let party = public(server, "web-es256").await;
        let attempt = party.authorize_url(&[]);
        let callback = browser.get(&attempt.url).await.callback();
        let second = party.finish(&attempt, &callback).await;
        let [first, second] = [first, second].map(|tokens| jwt_payload(tokens.id_token()));
        for same in ["sub", "auth_time", "acr", "amr"] {
            assert_eq!(first[same], second[same], "{same}");
        }
        // Two applications cannot tell by it that they have the same session.
        assert_ne!(first["sid"], second["sid"]);
    }

    async fn a1_7_a_posted_password_is_never_posted_on(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let form = page.form();
        let csrf = form.hidden("csrf").unwrap();
        let fields = [("csrf", csrf), ("username", "alice"), ("password", ALICE)];
        let answer = post_raw(&browser, &form, &fields).await;
        assert_eq!(answer.status, 303);
        assert!(
            answer.location().as_str().starts_with(&party.redirect_uri),
            "{answer:?}"
        );
        // A2.12: the location carries a code.
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }

    async fn a_code_cannot_be_redeemed_with_get(backend) {
        let party = public(shared(backend), "web").await;
        let mut url = party.endpoint("token_endpoint");
        url.set_query(Some("grant_type=authorization_code&code=x&client_id=web"));
        let answer = http().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 405);
    }
}
