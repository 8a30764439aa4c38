//! What the certification plans Implicit and Hybrid (and their form_post twins) check of requests and
//! responses: each test has the name of its module, and goes through every response type of the plans
//! that have it.

use serde_json::{Value, json};
use symbolon_jose::Algorithm;
use symbolon_testkit::{
    Attempt, Callback, Person, RelyingParty, ResponseMode, Server, jwt_header, jwt_payload, now,
    on_both_databases,
};

use super::{answer, claims, confidential, front_channel::TYPES, key, shared, signed_in};
use crate::support::{ALICE, CALLBACK, public, seconds_pass};

/// A signed-in browser and the client of these plans, which does without PKCE.
struct Plan {
    server: &'static Server,
    party: RelyingParty,
    browser: Person,
}

impl Plan {
    async fn on(backend: symbolon_testkit::Backend) -> Self {
        let server = shared(backend);
        Self {
            server,
            party: confidential(server, "hybrid").await,
            browser: signed_in(server).await,
        }
    }

    fn attempt(&self, kind: &str, more: &[(&str, &str)]) -> Attempt {
        let plain = self.party.authorize_url(&[("response_type", kind)]);
        let plain = plain
            .without("code_challenge")
            .without("code_challenge_method");
        more.iter()
            .fold(plain, |attempt, (name, value)| attempt.with(name, value))
    }

    /// Goes through an attempt, and checks all that the base class of the modules checks.
    async fn happy(&self, kind: &str, more: &[(&str, &str)]) -> Answered {
        let attempt = self.attempt(kind, more);
        let callback = self.browser.get(&attempt.url).await.callback();
        self.check(kind, &attempt, &callback).await
    }

    async fn check(&self, kind: &str, attempt: &Attempt, callback: &Callback) -> Answered {
        assert_ne!(callback.mode, ResponseMode::Query, "{kind}: {callback:?}");
        assert_eq!(callback.url.as_str(), CALLBACK, "{kind}");
        let answer = answer(&self.party, attempt, callback);
        let has = |word: &str| kind.split(' ').any(|own| own == word);
        let names: Vec<_> = callback
            .parameters
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let mut expected = Vec::new();
        if has("code") {
            expected.push("code");
        }
        if has("token") {
            expected.extend(["access_token", "token_type", "expires_in", "scope"]);
            assert_eq!(answer["token_type"], "Bearer");
            assert!(answer["expires_in"].parse::<u32>().unwrap() > 0);
        }
        if has("id_token") {
            expected.push("id_token");
        }
        expected.extend(["state", "iss"]);
        assert_eq!(names, expected, "{kind}");
        let access_token = answer.get("access_token").cloned();
        let mut front = None;
        if has("id_token") {
            let id_token = &answer["id_token"];
            let nonce = attempt.parameter("nonce");
            let claims = self
                .party
                .check_id_token(id_token, nonce.as_deref(), access_token.as_deref())
                .await;
            assert_eq!(claims["at_hash"].is_string(), has("token"), "{kind}");
            assert_eq!(claims["c_hash"].is_string(), has("code"), "{kind}");
            front = Some(claims);
        }
        let mut answered = Answered {
            front,
            back: None,
            access_token,
            code: None,
        };
        if has("code") {
            let redeemed = self.redeem(&answer["code"], attempt).await.tokens();
            let claims = jwt_payload(redeemed.id_token());
            assert_eq!(
                claims["nonce"].as_str(),
                attempt.parameter("nonce").as_deref()
            );
            answered.access_token.get_or_insert(redeemed.access_token);
            answered.back = Some(claims);
            answered.code = Some(answer["code"].clone());
        }
        if let (Some(front), Some(back)) = (&answered.front, &answered.back) {
            assert_eq!(
                (&front["iss"], &front["sub"]),
                (&back["iss"], &back["sub"]),
                "{kind}"
            );
        }
        answered
    }

    async fn redeem(&self, code: &str, attempt: &Attempt) -> symbolon_testkit::Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ];
        if attempt.parameter("code_challenge").is_some() {
            form.push(("code_verifier", &attempt.verifier));
        }
        self.party.post("token_endpoint", &form).await
    }

    /// The error that an attempt ends with, in the fragment.
    async fn error(&self, browser: &Person, attempt: &Attempt) -> String {
        let callback = browser.get(&attempt.url).await.callback();
        let answer = answer(&self.party, attempt, &callback);
        for name in ["code", "access_token", "id_token"] {
            assert!(!answer.contains_key(name), "{callback:?}");
        }
        answer["error"].clone()
    }
}

/// What came of an attempt.
struct Answered {
    /// The claims of the ID token beside the answer.
    front: Option<Value>,
    /// The claims of the ID token for the code.
    back: Option<Value>,
    /// An access token, from wherever.
    access_token: Option<String>,
    code: Option<String>,
}

impl Answered {
    fn claims(&self) -> &Value {
        self.front.as_ref().or(self.back.as_ref()).unwrap()
    }
}

/// The types that have an ID token or a code in them, from which claims can be read.
const ALL: [&str; 5] = TYPES;

on_both_databases! {
    async fn oidcc_server(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let answered = plan.happy(kind, &[]).await;
            let claims = answered.claims();
            // No claim that nobody asked for.
            for name in claims.as_object().unwrap().keys() {
                let known = [
                    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid",
                    "at_hash", "c_hash", "s_hash",
                ];
                assert!(known.contains(&name.as_str()), "{kind}: {name}");
            }
            if let Some(token) = &answered.access_token {
                let userinfo = plan.party.userinfo(token).await;
                assert_eq!((userinfo.status.as_u16(), &userinfo.json["sub"]), (200, &claims["sub"]));
            }
            // 96 bits and more.
            assert!(answered.code.is_none_or(|code| code.len() > 40));
        }
    }

    async fn oidcc_server_in_a_form_post(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let attempt = plan.attempt(kind, &[("response_mode", "form_post")]);
            let callback = plan.browser.get(&attempt.url).await.callback();
            assert_eq!(callback.mode, ResponseMode::FormPost, "{kind}");
            plan.check(kind, &attempt, &callback).await;
        }
    }

    async fn oidcc_response_type_missing(backend) {
        let plan = Plan::on(backend).await;
        let attempt = plan.attempt("", &[]);
        assert_eq!(plan.error(&plan.browser, &attempt).await, "invalid_request");
    }

    async fn oidcc_idtoken_signature(backend) {
        let plan = Plan::on(backend).await;
        for kind in ["id_token", "code id_token"] {
            let attempt = plan.attempt(kind, &[]);
            let callback = plan.browser.get(&attempt.url).await.callback();
            let header = jwt_header(callback.parameter("id_token").unwrap());
            assert_eq!(header["alg"], "RS256");
            assert!(header["kid"].is_string());
        }
    }

    async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(backend) {
        let plan = Plan::on(backend).await;
        let attempt = plan.attempt("code token", &[]).without("nonce");
        let callback = plan.browser.get(&attempt.url).await.callback();
        let answered = plan.check("code token", &attempt, &callback).await;
        assert!(answered.back.unwrap().get("nonce").is_none());
    }

    async fn oidcc_ensure_request_without_nonce_fails(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL.into_iter().filter(|kind| kind.contains("id_token")) {
            let attempt = plan.attempt(kind, &[]).without("nonce");
            assert_eq!(plan.error(&plan.browser, &attempt).await, "invalid_request", "{kind}");
        }
    }

    async fn oidcc_scope_profile_email_address_phone_all(backend) {
        let plan = Plan::on(backend).await;
        for (scope, claim) in [
            ("openid profile", "name"),
            ("openid email", "email"),
            ("openid profile email address phone", "email_verified"),
        ] {
            for kind in ALL {
                let answered = plan.happy(kind, &[("scope", scope)]).await;
                // In the ID token only where there is no access token (OIDC Core §5.4).
                let inside = answered.claims().get(claim).is_some();
                assert_eq!(inside, kind == "id_token", "{kind} {scope}");
                if let Some(token) = &answered.access_token {
                    let userinfo = plan.party.userinfo(token).await;
                    assert!(!userinfo.json[claim].is_null(), "{kind} {scope}: {userinfo:?}");
                }
            }
        }
    }

    async fn oidcc_alternate_happy_flow(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let words: Vec<_> = kind.split(' ').rev().collect();
            let attempt = plan.attempt(&words.join(" "), &[("scope", "email openid")]);
            let mut pairs = attempt.parameters();
            pairs.reverse();
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
            let reversed = attempt.carrying(&pairs);
            let callback = plan.browser.get(&reversed.url).await.callback();
            plan.check(kind, &reversed, &callback).await;
        }
    }

    async fn what_must_not_break_a_request(backend) {
        let plan = Plan::on(backend).await;
        for (module, name, value) in [
            ("oidcc-display-page", "display", "page"),
            ("oidcc-display-popup", "display", "popup"),
            ("oidcc-ensure-request-with-unknown-parameter-succeeds", "extra", "foobar"),
            ("oidcc-login-hint", "login_hint", "buffy@127.0.0.1"),
            ("oidcc-ui-locales", "ui_locales", "se"),
            ("oidcc-claims-locales", "claims_locales", "se"),
            ("oidcc-ensure-request-with-acr-values-succeeds", "acr_values", "urn:symbolon:acr:password 1"),
        ] {
            for kind in ALL {
                let answered = plan.happy(kind, &[(name, value)]).await;
                assert_eq!(answered.claims()["acr"], "urn:symbolon:acr:password", "{module}");
            }
        }
    }

    async fn oidcc_prompt_login(backend) {
        let plan = Plan::on(backend).await;
        let first = plan.happy("id_token", &[]).await;
        seconds_pass(1).await;
        let attempt = plan.attempt("id_token", &[("prompt", "login")]);
        assert!(plan.browser.get(&attempt.url).await.page().url.path().contains("/sign-in/"));
        let callback = plan.browser.sign_in(&attempt.url, "alice", ALICE).await;
        let second = plan.check("id_token", &attempt, &callback).await;
        let at = |answered: &Answered| answered.claims()["auth_time"].as_u64().unwrap();
        assert!(at(&second) > at(&first));
    }

    async fn oidcc_prompt_none_not_logged_in(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let attempt = plan.attempt(kind, &[("prompt", "none")]);
            let callback = Person::new().get(&attempt.url).await.callback();
            assert_eq!(callback.mode, ResponseMode::Fragment, "{kind}");
            assert_eq!(plan.error(&Person::new(), &attempt).await, "login_required", "{kind}");
        }
    }

    async fn oidcc_prompt_none_logged_in(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let first = plan.happy(kind, &[]).await;
            let second = plan.happy(kind, &[("prompt", "none")]).await;
            for name in ["sub", "auth_time"] {
                assert_eq!(first.claims()[name], second.claims()[name], "{kind}");
            }
        }
    }

    async fn oidcc_max_age_1(backend) {
        let plan = Plan::on(backend).await;
        let first = plan.happy("id_token token", &[]).await;
        seconds_pass(2).await;
        let attempt = plan.attempt("id_token token", &[("max_age", "1")]);
        assert!(plan.browser.get(&attempt.url).await.page().url.path().contains("/sign-in/"));
        let callback = plan.browser.sign_in(&attempt.url, "alice", ALICE).await;
        let second = plan.check("id_token token", &attempt, &callback).await;
        let at = |answered: &Answered| answered.claims()["auth_time"].as_i64().unwrap();
        assert!(at(&second) > at(&first) && at(&second) + 60 > now());
    }

    async fn oidcc_max_age_10000(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let first = plan.happy(kind, &[("max_age", "15000")]).await;
            let second = plan.happy(kind, &[("max_age", "10000")]).await;
            for name in ["sub", "auth_time"] {
                assert!(!first.claims()[name].is_null());
                assert_eq!(first.claims()[name], second.claims()[name], "{kind}");
            }
        }
    }

    async fn default_max_age_holds_where_a_request_names_none(backend) {
        let server = shared(backend);
        let party = public(server, "hasty").await;
        let browser = signed_in(server).await;
        seconds_pass(2).await;
        let plain = party.authorize_url(&[]);
        assert!(browser.get(&plain.url).await.page().url.path().contains("/sign-in/"));
        // What the request says is stronger.
        let patient = party.authorize_url(&[("max_age", "1000")]);
        browser.get(&patient.url).await.callback().code();
    }

    async fn oidcc_id_token_hint(backend) {
        let plan = Plan::on(backend).await;
        for kind in ["id_token", "code id_token"] {
            let attempt = plan.attempt(kind, &[]);
            let callback = plan.browser.get(&attempt.url).await.callback();
            let hint = callback.parameter("id_token").unwrap();
            let second = plan.happy(kind, &[("prompt", "none"), ("id_token_hint", hint)]).await;
            assert_eq!(second.claims()["sub"], jwt_payload(hint)["sub"]);
        }
    }

    async fn oidcc_codereuse(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL.into_iter().filter(|kind| kind.contains("code")) {
            let answered = plan.happy(kind, &[]).await;
            let attempt = plan.attempt(kind, &[]);
            let again = plan.redeem(&answered.code.unwrap(), &attempt).await;
            assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"), "{kind}");
        }
    }

    async fn oidcc_ensure_registered_redirect_uri(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            for wrong in ["https://evil.example/", "http://127.0.0.1:5556/callback?foo=bar", ""] {
                let attempt = plan.attempt(kind, &[("redirect_uri", wrong)]);
                assert_eq!(plan.browser.get(&attempt.url).await.page().status, 400);
            }
        }
    }

    async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let attempt = plan.attempt(kind, &[("request_uri", "https://app.example/request.jwt")]);
            assert_eq!(plan.error(&plan.browser, &attempt).await, "request_uri_not_supported");
        }
    }

    async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let attempt = plan.attempt(kind, &[("request", "eyJhbGciOiJub25lIn0.e30.")]);
            assert_eq!(plan.error(&plan.browser, &attempt).await, "request_not_supported");
        }
    }

    async fn oidcc_claims_essential(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL {
            let claims = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"email":null}}"#;
            let answered = plan.happy(kind, &[("claims", claims)]).await;
            assert!(answered.claims()["email"].is_string(), "{kind}");
            if let Some(token) = &answered.access_token {
                assert!(plan.party.userinfo(token).await.json["name"].is_string(), "{kind}");
            }
            // OIDC Core §5.5.1.1.
            let essential = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
            let attempt = plan.attempt(kind, &[("claims", essential)]);
            let error = plan.error(&plan.browser, &attempt).await;
            assert_eq!(error, "unmet_authentication_requirements", "{kind}");
        }
    }

    async fn oidcc_ensure_request_object_with_redirect_uri(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let browser = signed_in(server).await;
        // Another one inside than outside: the inner one counts, and never a default.
        let attempt = party.authorize_url(&[]);
        for (inner, outer, answered) in [
            ("http://127.0.0.1:5556/other", CALLBACK, true),
            (CALLBACK, "https://evil.example/", true),
            ("https://evil.example/", CALLBACK, false),
        ] {
            let inside = claims(&party, &attempt, json!({ "redirect_uri": inner }));
            let object = key(Algorithm::ES256).sign("JWT", &inside).unwrap();
            let carried = attempt.carrying(&[
                ("client_id", "signing"),
                ("response_type", "code"),
                ("redirect_uri", outer),
                ("request", &object),
            ]);
            let step = browser.get(&carried.url).await;
            if answered {
                let callback = step.callback();
                assert!(callback.url.as_str().starts_with(inner), "{callback:?}");
                callback.code();
            } else {
                assert_eq!(step.page().status, 400);
            }
        }
    }

    async fn oidcc_refresh_token(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL.into_iter().filter(|kind| kind.contains("code")) {
            let attempt = plan.attempt(kind, &[("scope", "openid offline_access")]);
            let callback = plan.browser.get(&attempt.url).await.callback();
            let tokens = plan.redeem(callback.code(), &attempt).await.tokens();
            let first = jwt_payload(tokens.id_token());
            // Another client has no use for it.
            let stranger = RelyingParty::demo_confidential(plan.server.issuer()).await;
            let stolen = stranger.refresh(tokens.refresh_token()).await;
            assert_eq!((stolen.status.as_u16(), stolen.error()), (400, "invalid_grant"), "{kind}");
            let refreshed = plan.party.refresh(tokens.refresh_token()).await.tokens();
            let second = jwt_payload(refreshed.id_token());
            for name in ["iss", "sub", "aud", "auth_time"] {
                assert_eq!(first[name], second[name], "{kind} {name}");
            }
            assert!(second.get("c_hash").is_none() && second.get("s_hash").is_none());
        }
    }

    async fn oidcc_ensure_request_with_valid_pkce_succeeds(backend) {
        let plan = Plan::on(backend).await;
        for kind in ALL.into_iter().filter(|kind| kind.contains("code")) {
            let attempt = plan.party.authorize_url(&[("response_type", kind)]);
            let callback = plan.browser.get(&attempt.url).await.callback();
            plan.check(kind, &attempt, &callback).await;
        }
    }
}
