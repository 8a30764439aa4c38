//! The authorization endpoint: an error page until the redirect URI is proven, a redirect from then
//! on (RFC 6749 §4.1.2.1).

use symbolon_testkit::on_both_databases;

use super::raw::send;
use super::{
    Add as _, Case, Fields, HOSTILE, Place, Request, altered, bad_bodies, broken_forms, run,
};

const PATH: &str = "/oauth/v2/authorize";

fn good() -> Fields {
    Fields::of(&[
        ("response_type", "code"),
        ("client_id", "demo-web"),
        ("redirect_uri", "http://127.0.0.1:5556/callback"),
        ("scope", "openid"),
        ("state", "s"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
    ])
}

on_both_databases! {
    async fn a_bad_authorization_request_gets_the_specified_error_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let mut cases = bad_bodies(PATH, &good(), "client_id", "400 page");
        let mut add = |name: &str, fields: &Fields, outcome| {
            let query = format!("{PATH}?{}", fields.encoded());
            // GET and POST do the same: OIDC Core §3.1.2.1.
            if query.len() < 16_000 {
                cases.add(format!("{name}, GET"), Request::get(query), outcome);
            }
            cases.add(format!("{name}, POST"), Request::post(PATH, fields.encoded()), outcome);
        };
        pages(&mut add);
        redirects(&place, &mut add);
        for (name, body) in broken_forms("client_id", "demo-web") {
            // What a request line cannot carry is refused before anybody looks at it.
            let target = [PATH.as_bytes(), b"?", &body].concat();
            cases.add(format!("{name}, GET"), Request::get(target), "400");
        }
        let in_query = Request::post(&format!("{PATH}?{}", good().encoded()), "");
        cases.add("a POST with everything in the query", in_query, "400 page");
        let long = format!("{PATH}?{}", good().set("state", &"x".repeat(20_000)).encoded());
        cases.add("20 KB of state, GET", Request::get(long), "413 page");
        let longer = format!("{PATH}?{}", good().set("state", &"x".repeat(100_000)).encoded());
        cases.add("100 KB of state, GET", Request::get(longer.clone()), "431");
        place.survives(cases).await;
        place.still_works().await;
    }

    async fn a_hostile_state_is_repeated_and_does_nothing(backend) {
        let place = Place::on(backend).await;
        let mut cases: Vec<Case> = Vec::new();
        for state in HOSTILE {
            for mode in ["query", "fragment", "form_post"] {
                let fields = good().set("state", state).set("prompt", "none").and("response_mode", mode);
                let request = Request::get(format!("{PATH}?{}", fields.encoded()));
                let outcome = if mode == "form_post" { "200 page" } else { "303 login_required" };
                let reply = send(&place.server, request.bytes()).await;
                let location = reply.header("location");
                if mode != "form_post" {
                    let url = url::Url::parse(location).unwrap();
                    let answer = if mode == "query" { url.query() } else { url.fragment() };
                    let answer = url::form_urlencoded::parse(answer.unwrap_or_default().as_bytes());
                    let states: Vec<_> = answer.filter(|(name, _)| name == "state").collect();
                    assert_eq!(states.len(), 1, "{location}");
                    assert_eq!(states[0].1, state, "{location}");
                }
                assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
                cases.add(format!("{state}, {mode}"), request, outcome);
            }
        }
        run(&place.server, cases).await;
    }
}

/// Nobody can be answered: the person sees a page, and is not sent anywhere.
fn pages(add: &mut impl FnMut(&str, &Fields, &'static str)) {
    let good = good();
    for name in ["client_id", "redirect_uri"] {
        add("one thing is missing", &good.without(name), "400 page");
        add("one thing is empty", &good.set(name, ""), "400 page");
        for text in HOSTILE {
            add(text, &good.set(name, text), "400 page");
            // Other mistakes in the same request change nothing of it (requirement A1.2).
            let worse = good
                .set(name, text)
                .without("response_type")
                .set("scope", "\"");
            add(text, &worse, "400 page");
        }
    }
    add(
        "a1_9 client_id twice",
        &good.and("client_id", "demo-web"),
        "400 page",
    );
    let uri = "http://127.0.0.1:5556/callback";
    add(
        "a1_9 redirect_uri twice",
        &good.and("redirect_uri", uri),
        "400 page",
    );
    add(
        "another redirect_uri beside it",
        &good.and("redirect_uri", "https://evil.example/"),
        "400 page",
    );
    add(
        "an unknown client",
        &good.set("client_id", "demo"),
        "400 page",
    );
    add(
        "another case",
        &good.set("client_id", "DEMO-WEB"),
        "400 page",
    );
    add(
        "a long client",
        &good.set("client_id", &"x".repeat(257)),
        "400 page",
    );
    add(
        "a client without redirects",
        &good.set("client_id", "demo-machine"),
        "400 page",
    );
    for uri in [
        "https://evil.example/",
        "http://127.0.0.1:5556/callback/",
        "http://127.0.0.1:5556/callback?x",
        "http://127.0.0.1:5556/callback#x",
        "http://127.0.0.1:5556/Callback",
        "http://127.0.0.1:5556/callback/../x",
        "http://127.0.0.1:5556/x/../callback",
        "http://127.0.0.1:5556//callback",
        "http://127.0.0.1:5556/%63allback",
        "http://127.0.0.1:5556@evil.example/callback",
        "http://127.0.0.1:@evil.example/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1\\@evil.example/callback",
        "http://x@127.0.0.1:5556/callback",
        "https://127.0.0.1:5556/callback",
        "HTTP://127.0.0.1:5556/callback",
        "http://localhost:5556/callback",
        "http://127.1:5556/callback",
        "http://2130706433:5556/callback",
        "http://[::1]:5556/callback",
        "//127.0.0.1:5556/callback",
        "/callback",
        "callback",
        "data:text/html,<script>alert(1)</script>",
        " http://127.0.0.1:5556/callback",
        "http://127.0.0.1:5556/callback ",
        "http://127.0.0.1:5556/callback\r\nx-injected: 1",
        "http://127.0.0.1:5556/callback\t",
    ] {
        add(uri, &good.set("redirect_uri", uri), "400 page");
    }
    let many: Vec<_> = (0..65).map(|number| format!("p{number}")).collect();
    let many = many.iter().fold(good, |fields, name| fields.and(name, "1"));
    add("71 parameters", &many, "400 page");
}

/// The client is told.
fn redirects(place: &Place, add: &mut impl FnMut(&str, &Fields, &'static str)) {
    let good = good();
    for (name, value) in good.0.clone() {
        if name != "client_id" && name != "redirect_uri" {
            add(
                &format!("a1_9 {name} twice"),
                &good.and(&name, &value),
                "303 invalid_request",
            );
        }
    }
    add(
        "a1_9 an unknown parameter twice",
        &good.and("x", "1").and("x", "2"),
        "303 invalid_request",
    );
    add(
        "no response_type",
        &good.without("response_type"),
        "303 invalid_request",
    );
    add(
        "an empty response_type",
        &good.set("response_type", ""),
        "303 invalid_request",
    );
    for kind in [
        "token",
        "id_token",
        "code id_token",
        "code token",
        "none",
        "CODE",
        " code",
        "code ",
    ] {
        add(
            kind,
            &good.set("response_type", kind),
            "303 unsupported_response_type",
        );
    }
    add("no scope", &good.without("scope"), "303 invalid_scope");
    add(
        "an empty scope",
        &good.set("scope", ""),
        "303 invalid_scope",
    );
    let words: Vec<_> = (0..65).map(|number| format!("s{number}")).collect();
    for scope in [
        "\"",
        "openid\\",
        "openid\nx",
        "ö",
        " ",
        "unknown",
        &words.join(" "),
        &"x".repeat(129),
    ] {
        add(
            "a bad scope",
            &good.set("scope", scope),
            "303 invalid_scope",
        );
    }
    add(
        "2,000 scopes",
        &good
            .set("scope", &"openid x ".repeat(1_000))
            .and("prompt", "none"),
        "303 login_required",
    );
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    add(
        "no challenge",
        &good.without("code_challenge"),
        "303 invalid_request",
    );
    for bad in [
        &challenge[..42],
        &format!("{challenge}="),
        &format!("{challenge}A"),
        "ä",
        &challenge.replace('-', "+"),
    ] {
        add(
            "a bad challenge",
            &good.set("code_challenge", bad),
            "303 invalid_request",
        );
    }
    for method in ["plain", "s256", "S512", "S256 ", "none"] {
        add(
            method,
            &good.and("code_challenge_method", method),
            "303 invalid_request",
        );
    }
    for prompt in [
        "none login",
        "NONE",
        "nothing",
        "create",
        "login none consent",
        "login;none",
    ] {
        add(prompt, &good.and("prompt", prompt), "303 invalid_request");
    }
    for age in ["-1", "abc", "1e3", "1.5", "0x10", " 1", "١"] {
        add(age, &good.and("max_age", age), "303 invalid_request");
    }
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let deep_object = format!("{}1{}", r#"{"userinfo":"#.repeat(500), "}".repeat(500));
    for claims in [
        "x",
        "[]",
        "1",
        "null",
        "\"\"",
        "{",
        r#"{"userinfo":1}"#,
        r#"{"id_token":[]}"#,
        &deep,
        &deep_object,
    ] {
        let start: String = claims.chars().take(30).collect();
        add(
            &format!("claims {start}"),
            &good.and("claims", claims),
            "303 invalid_request",
        );
    }
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
    add(
        "an acr that cannot be had",
        &good.and("claims", essential),
        "303 unmet_authentication_requirements",
    );
    add(
        "a long state",
        &good.set("state", &"x".repeat(2_049)),
        "303 invalid_request",
    );
    add(
        "a long nonce",
        &good.and("nonce", &"x".repeat(2_049)),
        "303 invalid_request",
    );
    add(
        "request",
        &good.and("request", "eyJhbGciOiJub25lIn0.e30."),
        "303 request_not_supported",
    );
    add(
        "request_uri",
        &good.and("request_uri", "http://169.254.169.254/"),
        "303 request_uri_not_supported",
    );
    add(
        "registration",
        &good.and("registration", "{}"),
        "303 registration_not_supported",
    );
    for mode in ["web_message", "QUERY", "query.JWT", "x"] {
        add(
            mode,
            &good.and("response_mode", mode),
            "303 invalid_request",
        );
    }
    add("display", &good.and("display", "vr"), "303 invalid_request");
    for hint in [
        "x",
        "..",
        place.tokens.id_token().rsplit_once('.').unwrap().0,
        &altered(place.tokens.id_token()),
        &place.tokens.access_token,
    ] {
        add(
            "a bad hint",
            &good.and("id_token_hint", hint),
            "303 invalid_request",
        );
    }
    let other = place.confidential_tokens.id_token();
    add(
        "another client's hint",
        &good.and("id_token_hint", other),
        "303 invalid_request",
    );
    add(
        "nobody is signed in",
        &good.and("prompt", "none"),
        "303 login_required",
    );
    for text in HOSTILE {
        for name in [
            "response_type",
            "response_mode",
            "prompt",
            "max_age",
            "claims",
            "display",
            "code_challenge",
            "code_challenge_method",
            "id_token_hint",
        ] {
            let outcome = if name == "response_type" {
                "303 unsupported_response_type"
            } else {
                "303 invalid_request"
            };
            add(&format!("{name} {text}"), &good.set(name, text), outcome);
        }
        // Whatever these say, they are wishes.
        for name in [
            "login_hint",
            "ui_locales",
            "acr_values",
            "nonce",
            "state",
            text,
        ] {
            let fields = good.set(name, text).and("prompt", "none");
            add(&format!("{name} {text}"), &fields, "303 login_required");
        }
    }
}
