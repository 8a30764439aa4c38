//! The parameters of the authorization endpoint, one by one: what each of them does, and which
//! error each of them earns when it is wrong.

use symbolon_testkit::{Answers, Person, ResponseMode, Step, jwt_payload, on_both_databases};

use crate::support::{ALICE, ALICE_ID, CALLBACK, alice, alice_in, called_back_at, public, shared};

/// What a client may send as `state`: RFC 6749 asks for visible ASCII, and no browser minds.
const STRANGE: &str = "a b+c%20d&e=f#g?h/i\\j\"k'l<m>n;o,pü日本\u{1f511}~.-_";

on_both_databases! {
    async fn a1_2_without_a_known_client_there_is_a_page_and_no_redirect(backend) {
        let party = public(shared(backend), "web").await;
        let base = party.authorize_url(&[("scope", ""), ("response_type", "token")]);
        let mut repeated = base.clone();
        repeated
            .url
            .query_pairs_mut()
            .append_pair("client_id", "web");
        for attempt in [
            base.clone().without("client_id"),
            base.clone().with("client_id", ""),
            base.clone().with("client_id", "nobody"),
            base.clone().with("client_id", "web\n"),
            base.clone().with("client_id", "web-disabled"),
            repeated,
        ] {
            is_a_page(&attempt.url).await;
        }
    }

    async fn a1_1_a_redirect_uri_is_one_of_the_registered_letter_by_letter(backend) {
        let party = public(shared(backend), "web-places").await;
        let base = party.authorize_url(&[("redirect_uri", "https://app.example/callback")]);
        let mut repeated = base.clone();
        repeated
            .url
            .query_pairs_mut()
            .append_pair("redirect_uri", "https://app.example/callback");
        is_a_page(&repeated.url).await;
        is_a_page(&base.clone().without("redirect_uri").url).await;
        for wrong in [
            "",
            "https://app.example/callback/",
            "https://app.example/callback?",
            "https://app.example/Callback",
            "https://app.example/callback#",
            "https://app.example/callback?tenant=globex",
            "https://app.example/callback?tenant=acme&x=y",
            "https://app.example:443/callback",
            "HTTPS://app.example/callback",
            "https://app.example/./callback",
            "https://app.example/%63allback",
            "https://app.example.evil.example/callback",
            "https://app.example@evil.example/callback",
            "https://evil.example/https://app.example/callback",
            "http://app.example/callback",
            "//app.example/callback",
            "/callback",
            "javascript:alert(1)",
            "https://app.example/callback\n",
            "http://localhost/callback",
            "http://127.0.0.1:80:80/callback",
            "http://127.0.0.1:1@evil.example/callback",
            "http://127.1/callback",
            "com.example.app:/callback2",
            "com.example.app://callback",
        ] {
            is_a_page(&base.clone().with("redirect_uri", wrong).url).await;
        }
    }

    async fn a1_1_the_port_of_a_loopback_address_is_free(backend) {
        let party = public(shared(backend), "web-places").await;
        for uri in [
            "http://127.0.0.1/callback",
            "http://127.0.0.1:1/callback",
            "http://127.0.0.1:65535/callback",
            "https://app.example/callback",
            "https://app.example/callback?tenant=acme",
            "com.example.app:/callback",
        ] {
            let party = called_back_at(&party, uri);
            let tokens = alice(&party).await;
            assert_eq!(jwt_payload(tokens.id_token())["sub"], ALICE_ID, "{uri}");
        }
    }

    async fn a_registered_query_is_kept(backend) {
        let party = public(shared(backend), "web-places").await;
        let party = called_back_at(&party, "https://app.example/callback?tenant=acme");
        for mode in ["query", "fragment", "form_post"] {
            let attempt = party.authorize_url(&[("response_mode", mode)]);
            let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
            let tenant = callback
                .url
                .query_pairs()
                .find(|(name, _)| name == "tenant");
            assert_eq!(tenant.unwrap().1, "acme", "{callback:?}");
            party.finish(&attempt, &callback).await;
        }
    }

    async fn each_wrong_parameter_has_its_error(backend) {
        let party = public(shared(backend), "web").await;
        let long = "x".repeat(2049);
        let huge_claims = format!("{{\"userinfo\":{{\"{}\":null}}}}", "x".repeat(4096));
        let scopes: Vec<_> = (0..65).map(|number| format!("s{number}")).collect();
        for (name, value, error) in [
            ("response_type", "", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "id_token", "unsupported_response_type"),
            (
                "response_type",
                "code id_token",
                "unsupported_response_type",
            ),
            ("response_type", "none", "unsupported_response_type"),
            ("response_type", "Code", "unsupported_response_type"),
            ("response_mode", "web_message", "invalid_request"),
            ("response_mode", "pigeon.jwt", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", "nobody.knows", "invalid_scope"),
            ("scope", "openid \"", "invalid_scope"),
            ("scope", "openid ü", "invalid_scope"),
            ("scope", &scopes.join(" "), "invalid_scope"),
            ("prompt", "nothing", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("prompt", "none consent select_account", "invalid_request"),
            ("prompt", "Login", "invalid_request"),
            ("prompt", "create", "invalid_request"),
            ("max_age", "-1", "invalid_request"),
            ("max_age", "+1", "invalid_request"),
            ("max_age", "1.5", "invalid_request"),
            ("max_age", "soon", "invalid_request"),
            ("display", "paper", "invalid_request"),
            ("id_token_hint", "nonsense", "invalid_request"),
            ("claims", "nonsense", "invalid_request"),
            ("claims", "[]", "invalid_request"),
            ("claims", r#"{"userinfo":[]}"#, "invalid_request"),
            ("claims", r#"{"id_token":{"acr":1}}"#, "invalid_request"),
            ("claims", &huge_claims, "invalid_request"),
            ("state", &long, "invalid_request"),
            ("nonce", &long, "invalid_request"),
            ("request", "e30.e30.", "request_not_supported"),
            (
                "request_uri",
                "https://app.example/request",
                "request_uri_not_supported",
            ),
            ("registration", "{}", "registration_not_supported"),
        ] {
            let attempt = party.authorize_url(&[(name, value)]);
            let callback = Person::new().get(&attempt.url).await.callback();
            party.check_callback(&attempt, &callback);
            assert_eq!(callback.error(), error, "{name}={value}");
            assert!(
                callback.parameter("error_description").is_some(),
                "{callback:?}"
            );
            assert_eq!(callback.parameter("code"), None, "{callback:?}");
        }
    }

    async fn a1_9_a_repeated_parameter_is_an_error_for_the_client(backend) {
        let party = public(shared(backend), "web").await;
        for name in ["nonce", "scope", "state", "prompt", "unknown"] {
            let mut attempt = party.authorize_url(&[(name, "openid")]);
            attempt.url.query_pairs_mut().append_pair(name, "openid");
            let callback = Person::new().get(&attempt.url).await.callback();
            assert_eq!(callback.error(), "invalid_request", "{name}");
            assert_eq!(callback.parameter("iss"), Some(shared(backend).issuer()));
        }
    }

    async fn a1_9_empty_is_absent_and_unknown_is_ignored(backend) {
        let party = public(shared(backend), "web").await;
        let empty = [
            "prompt",
            "max_age",
            "display",
            "claims",
            "request",
            "id_token_hint",
            "response_mode",
            "code_challenge_method",
            "ui_locales",
            "acr_values",
            "login_hint",
        ];
        let mut parameters: Vec<_> = empty.iter().map(|name| (*name, "")).collect();
        parameters.extend([("unknown", "x"), ("resource", ""), ("audience", "y")]);
        let tokens = alice_in(&Person::new(), &party, &parameters).await;
        assert_eq!(
            jwt_payload(&tokens.access_token)["aud"],
            party.metadata["issuer"]
        );
    }

    async fn a1_8_every_answer_carries_the_issuer_and_the_state_verbatim(backend) {
        let party = public(shared(backend), "web").await;
        for (name, mode) in [
            ("query", ResponseMode::Query),
            ("fragment", ResponseMode::Fragment),
            ("form_post", ResponseMode::FormPost),
        ] {
            let parameters = [("response_mode", name), ("state", STRANGE)];
            let good = party.authorize_url(&parameters);
            let callback = Person::new().sign_in(&good.url, "alice", ALICE).await;
            assert_eq!(callback.mode, mode);
            assert!(callback.url.as_str().starts_with(CALLBACK), "{callback:?}");
            assert_eq!(
                callback.url.query().is_some(),
                mode == ResponseMode::Query,
                "{callback:?}"
            );
            // Checks state and issuer.
            party.finish(&good, &callback).await;
            assert_eq!(names(&callback.parameters), ["code", "state", "iss"]);

            let bad = party.authorize_url(&parameters).with("prompt", "none");
            let callback = Person::new().get(&bad.url).await.callback();
            assert_eq!((callback.mode, callback.error()), (mode, "login_required"));
            party.check_callback(&bad, &callback);
            assert_eq!(
                names(&callback.parameters),
                ["error", "error_description", "state", "iss"]
            );
        }
    }

    async fn without_a_state_none_comes_back(backend) {
        let party = public(shared(backend), "web").await;
        let attempt = party.authorize_url(&[]).without("state");
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        assert_eq!(names(&callback.parameters), ["code", "iss"]);
    }

    async fn the_form_of_form_post_works_with_and_without_scripts(backend) {
        let party = public(shared(backend), "web").await;
        let attempt = party.authorize_url(&[("response_mode", "form_post"), ("prompt", "none")]);
        let browser = Person::new();
        let page = browser.send(browser.http().get(attempt.url.clone())).await;
        assert_eq!(page.status, 200);
        let form = page.form();
        assert_eq!(
            (form.method.as_str(), form.action.as_str()),
            ("POST", CALLBACK)
        );
        assert_eq!(form.buttons.len(), 1, "a button for whoever has no script");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("form-action 'self' http://127.0.0.1:5556;"),
            "{policy}"
        );
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
    }

    async fn the_parameters_may_be_posted(backend) {
        let party = public(shared(backend), "web").await;
        let attempt = party.authorize_url(&[("state", STRANGE)]);
        let browser = Person::new();
        let request = browser
            .http()
            .post(party.endpoint("authorization_endpoint"))
            .form(&attempt.parameters());
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 303);
        let callback = browser.sign_in(answer.location(), "alice", ALICE).await;
        party.finish(&attempt, &callback).await;
    }

    async fn a_post_that_is_no_form_is_answered_with_a_page(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let post = |body: &'static str, kind: &str| {
            let request = browser
                .http()
                .post(party.endpoint("authorization_endpoint"));
            browser.send(request.header("content-type", kind).body(body))
        };
        let form = "application/x-www-form-urlencoded";
        for (body, kind) in [
            ("{}", "application/json"),
            ("client_id=%", form),
            ("client_id=%ff", form),
            ("a=%00", form),
        ] {
            let page = post(body, kind).await;
            assert_eq!(
                (page.status.as_u16(), page.header("location")),
                (400, ""),
                "{body}"
            );
        }
    }

    async fn a3_6_the_length_of_a_request_is_bounded(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[("unknown", &"x".repeat(17_000))]);
        let page = browser.send(browser.http().get(attempt.url)).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (413, ""));
        let many: Vec<_> = (0..65).map(|number| (format!("p{number}"), "x")).collect();
        let request = browser
            .http()
            .post(party.endpoint("authorization_endpoint"))
            .form(&many);
        assert_eq!(browser.send(request).await.status, 400);
    }

    async fn display_and_languages_change_nothing_that_counts(backend) {
        let party = public(shared(backend), "web").await;
        for (name, value) in [
            ("display", "page"),
            ("display", "popup"),
            ("display", "touch"),
            ("display", "wap"),
            ("ui_locales", "de-AT fr en"),
            ("ui_locales", "not a language tag at all !"),
            ("claims_locales", "de"),
        ] {
            alice_in(&Person::new(), &party, &[(name, value)]).await;
        }
    }

    async fn a_sign_in_can_be_cancelled(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let page = browser.get(&attempt.url).await.page();
        let callback = browser
            .submit(&page.form(), &[("decision", "cancel")])
            .await
            .callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "access_denied");
    }

    async fn a1_13_nobody_is_sent_on_without_having_signed_in(backend) {
        let party = public(shared(backend), "web").await;
        let attempt = party.authorize_url(&[]);
        let step = Person::new()
            .walk(&attempt.url, Answers::of("nobody", "not the pass phrase"))
            .await;
        assert!(matches!(step, Step::Page(page) if page.status == 401));
    }
}

/// Asserts that an address answers with an error page, whatever it asks for.
async fn is_a_page(url: &url::Url) {
    let browser = Person::new();
    let page = browser.send(browser.http().get(url.clone())).await;
    assert_eq!(
        (page.status.as_u16(), page.header("location")),
        (400, ""),
        "{url}"
    );
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{page:?}"
    );
    assert!(page.forms().is_empty(), "{page:?}");
}

fn names(parameters: &[(String, String)]) -> Vec<&str> {
    parameters.iter().map(|(name, _)| name.as_str()).collect()
}
