//! The token endpoint: RFC 6749 §5.2 has the errors.

use symbolon_testkit::on_both_databases;

use super::{Add as _, Case, Fields, HOSTILE, Place, Request, altered, bad_bodies};

const PATH: &str = "/oauth/v2/token";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// `demo-machine:demo-machine-secret`.
const MACHINE: &str = "authorization: Basic ZGVtby1tYWNoaW5lOmRlbW8tbWFjaGluZS1zZWNyZXQ=";

on_both_databases! {
    async fn a_bad_token_request_gets_the_specified_error_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let machine = Fields::of(&[
            ("grant_type", "client_credentials"),
            ("client_id", "demo-machine"),
            ("client_secret", "demo-machine-secret"),
        ]);
        let mut cases = bad_bodies(PATH, &machine, "client_id", "401 invalid_client");
        cases.extend(grant_types(&machine));
        cases.extend(authentication(&machine));
        cases.extend(codes(&place));
        cases.extend(refresh_tokens(&place));
        cases.extend(scopes(&machine));
        place.survives(cases).await;
        place.still_works().await;
    }
}

fn grant_types(machine: &Fields) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, fields: Fields, outcome| {
        cases.add(name, Request::post(PATH, fields.encoded()), outcome);
    };
    add(
        "no grant",
        machine.without("grant_type"),
        "400 invalid_request",
    );
    add(
        "an empty grant",
        machine.set("grant_type", ""),
        "400 invalid_request",
    );
    add(
        "a list of grants",
        machine.set("grant_type[]", "x").without("grant_type"),
        "400 invalid_request",
    );
    let twice = machine.and("grant_type", "client_credentials");
    add("a1_9 the same grant twice", twice, "400 invalid_request");
    add(
        "a1_9 an unknown parameter twice",
        machine.and("x", "1").and("x", "1"),
        "400 invalid_request",
    );
    add(
        "a1_9 an empty parameter twice",
        machine.and("scope", "").and("scope", ""),
        "400 invalid_request",
    );
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code ",
        "urn:ietf:params:oauth:grant-type:token-exchange ",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "CLIENT_CREDENTIALS",
        " client_credentials",
        "client_credentials ",
        "client_credentials\n",
        "client_credentials,authorization_code",
    ] {
        add(
            grant,
            machine.set("grant_type", grant),
            "400 unsupported_grant_type",
        );
    }
    for text in HOSTILE {
        add(
            text,
            machine.set("grant_type", text),
            "400 unsupported_grant_type",
        );
        // Unknown parameters are ignored, whatever they say.
        add(text, machine.and(text, text), "200 token");
    }
    let web = Fields::of(&[
        ("grant_type", "client_credentials"),
        ("client_id", "demo-web"),
    ]);
    add("a grant of others", web, "400 unauthorized_client");
    let code = machine.set("grant_type", "authorization_code");
    let code = code.and("code", "x").and("code_verifier", VERIFIER);
    add("a code for a machine", code, "400 unauthorized_client");
    let refresh = machine
        .set("grant_type", "refresh_token")
        .and("refresh_token", "x");
    add(
        "a refresh token for a machine",
        refresh,
        "400 unauthorized_client",
    );
    let exchange = machine
        .set(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        )
        .and("subject_token", "x")
        .and(
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        );
    add(
        "an exchange for a machine",
        exchange.clone(),
        "400 unauthorized_client",
    );
    add(
        "a1_9 two subject tokens",
        exchange.and("subject_token", "x"),
        "400 invalid_request",
    );
    cases
}

fn authentication(machine: &Fields) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut post = |name: &str, fields: Fields, outcome| {
        cases.add(name, Request::post(PATH, fields.encoded()), outcome);
    };
    post(
        "no client",
        machine.without("client_id"),
        "401 invalid_client",
    );
    post(
        "no secret",
        machine.without("client_secret"),
        "401 invalid_client",
    );
    post(
        "an empty secret",
        machine.set("client_secret", ""),
        "401 invalid_client",
    );
    post(
        "two clients",
        machine.and("client_id", "demo-web"),
        "400 invalid_request",
    );
    post(
        "two secrets",
        machine.and("client_secret", "x"),
        "400 invalid_request",
    );
    for secret in [
        "demo-machine-secre",
        "demo-machine-secret ",
        "DEMO-MACHINE-SECRET",
        "x",
    ] {
        post(
            secret,
            machine.set("client_secret", secret),
            "401 invalid_client",
        );
    }
    post(
        "a long secret",
        machine.set("client_secret", &"x".repeat(60_000)),
        "401 invalid_client",
    );
    post(
        "a long client",
        machine.set("client_id", &"x".repeat(60_000)),
        "401 invalid_client",
    );
    post(
        "a public client with a secret",
        machine.set("client_id", "demo-web"),
        "401 invalid_client",
    );
    for text in HOSTILE {
        post(text, machine.set("client_id", text), "401 invalid_client");
        post(
            text,
            machine.set("client_secret", text),
            "401 invalid_client",
        );
    }

    let grant = Request::post(PATH, "grant_type=client_credentials");
    let mut header = |name: &str, line: &[u8], outcome| {
        cases.add(name, grant.clone().with(line), outcome);
    };
    for line in [
        &b"authorization:"[..],
        b"authorization: Basic",
        b"authorization: Basic ",
        b"authorization: Basic *",
        b"authorization: Basic ZGVtby1tYWNoaW5lOmRlbW8tbWFjaGluZS1zZWNyZXQ",
        // Without a colon; UTF-16; not UTF-8; a broken percent sign; a NUL.
        b"authorization: Basic ZGVtby1tYWNoaW5l",
        b"authorization: Basic ZABlAG0AbwA6AHMA",
        b"authorization: Basic /zr/",
        b"authorization: Basic ZGVtby1tYWNoaW5lOiV6eg==",
        b"authorization: Basic ZGVtby1tYWNoaW5lOiUwMA==",
        b"authorization: Bearer ZGVtby1tYWNoaW5lOmRlbW8tbWFjaGluZS1zZWNyZXQ=",
        b"authorization: Digest username=\"demo-machine\"",
        b"authorization: Basic ZGVtby1tYWNoaW5lOmRlbW8tbWFjaGluZS1zZWNyZXQ=, Basic eDp5",
        b"authorization: \xff\xfe",
    ] {
        header(&String::from_utf8_lossy(line), line, "401 invalid_client");
    }
    let long = format!("authorization: Basic {}", "QUFB".repeat(15_000));
    header("60 KB of Basic", long.as_bytes(), "401 invalid_client");
    let twice = grant
        .clone()
        .with(MACHINE)
        .with("authorization: Basic eDp5");
    cases.add("a3_1 two headers", twice, "400 invalid_request");
    let twice = grant.clone().with(MACHINE).with(MACHINE);
    cases.add("a3_1 the same header twice", twice, "400 invalid_request");
    let both = Request::post(PATH, machine.encoded()).with(MACHINE);
    cases.add("a3_1 header and body", both, "400 invalid_request");
    let other = Request::post(PATH, "grant_type=client_credentials&client_id=demo-web");
    cases.add(
        "two names of the client",
        other.with(MACHINE),
        "400 invalid_request",
    );
    let query = format!("{PATH}?{}", machine.encoded());
    cases.add(
        "everything in the query",
        Request::post(&query, ""),
        "401 invalid_client",
    );
    cases.add("a GET", Request::get(query), "405");
    let overridden = Request::get(PATH).with("x-http-method-override: POST");
    cases.add("a GET that says it is a POST", overridden, "405");
    cases
}

fn codes(place: &Place) -> Vec<Case> {
    let Place { code, verifier, .. } = place;
    let good = Fields::of(&[
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("code", code),
        ("code_verifier", verifier),
        ("redirect_uri", "http://127.0.0.1:5556/callback"),
    ]);
    let mut cases = Vec::new();
    let mut add = |name: &str, fields: Fields, outcome| {
        cases.add(name, Request::post(PATH, fields.encoded()), outcome);
    };
    for (missing, outcome) in [
        ("code", "400 invalid_request"),
        ("code_verifier", "400 invalid_grant"),
    ] {
        add("one thing is missing", good.without(missing), outcome);
        add("one thing is empty", good.set(missing, ""), outcome);
    }
    for (name, value) in good.0.clone() {
        add(
            &format!("{name} twice"),
            good.and(&name, &value),
            "400 invalid_request",
        );
    }
    for malformed in [
        &verifier[..42],
        &"a".repeat(129),
        &format!("{verifier} "),
        "ä",
        "=",
    ] {
        add(
            "a malformed verifier",
            good.set("code_verifier", malformed),
            "400 invalid_request",
        );
    }
    for other in [
        VERIFIER,
        &verifier.to_uppercase(),
        &format!("{verifier}a"),
        &altered(verifier),
    ] {
        add(
            "another verifier",
            good.set("code_verifier", other),
            "400 invalid_grant",
        );
    }
    for other in [
        "http://127.0.0.1:5556/callback/",
        "http://127.0.0.1:5556/Callback",
        "http://127.0.0.1:5557/callback",
        "http://127.0.0.1:5556/callback?",
        "http://127.0.0.1:5556/callback#",
        "https://127.0.0.1:5556/callback",
        "http://localhost:5556/callback",
    ] {
        add(other, good.set("redirect_uri", other), "400 invalid_grant");
    }
    for other in [
        &code[..code.len() - 1],
        &format!("{code}A"),
        &format!("{code} "),
        &format!(" {code}"),
        &altered(code),
        &code.to_uppercase(),
        &"x".repeat(60_000),
        place.tokens.refresh_token(),
        place.tokens.id_token(),
        &place.tokens.access_token,
    ] {
        add(
            "a2_10 no code",
            good.set("code", other),
            "400 invalid_grant",
        );
    }
    for text in HOSTILE {
        add(text, good.set("code", text), "400 invalid_grant");
        add(text, good.set("redirect_uri", text), "400 invalid_grant");
        add(text, good.set("code_verifier", text), "400 invalid_request");
    }
    let thief = good.set("client_id", "demo-confidential");
    let thief = thief.and("client_secret", "demo-confidential-secret");
    add("another client", thief, "400 invalid_grant");
    cases
}

fn refresh_tokens(place: &Place) -> Vec<Case> {
    let token = place.tokens.refresh_token();
    let good = Fields::of(&[
        ("grant_type", "refresh_token"),
        ("client_id", "demo-web"),
        ("refresh_token", token),
    ]);
    let mut cases = Vec::new();
    let mut add = |name: &str, fields: Fields, outcome| {
        cases.add(name, Request::post(PATH, fields.encoded()), outcome);
    };
    add(
        "no refresh token",
        good.without("refresh_token"),
        "400 invalid_request",
    );
    add(
        "an empty one",
        good.set("refresh_token", ""),
        "400 invalid_request",
    );
    add(
        "two",
        good.and("refresh_token", token),
        "400 invalid_request",
    );
    for other in [
        &token[..token.len() - 1],
        &format!("{token}A"),
        &format!("{token}\n"),
        &altered(token),
        &token.to_uppercase(),
        &token.replace("sy_rt_", ""),
        &token.replace("sy_rt_", "sy_at_"),
        "sy_rt_",
        &"sy_rt_".repeat(10_000),
        &place.code,
        &place.tokens.access_token,
        place.tokens.id_token(),
        place.confidential_tokens.refresh_token(),
    ] {
        add(
            "a2_10 no refresh token",
            good.set("refresh_token", other),
            "400 invalid_grant",
        );
    }
    for text in HOSTILE {
        add(text, good.set("refresh_token", text), "400 invalid_grant");
    }
    add(
        "a2_13 more scope",
        good.and("scope", "openid email"),
        "400 invalid_scope",
    );
    add(
        "another scope",
        good.and("scope", "admin"),
        "400 invalid_scope",
    );
    add("no scope", good.and("scope", "\"\\"), "400 invalid_scope");
    let thief = good.set("client_id", "demo-confidential");
    let thief = thief.and("client_secret", "demo-confidential-secret");
    add("another client", thief, "400 invalid_grant");
    cases
}

fn scopes(machine: &Fields) -> Vec<Case> {
    let mut cases = Vec::new();
    let words: Vec<_> = (0..65).map(|number| format!("s{number}")).collect();
    for scope in [
        "\"",
        "openid\\",
        "openid\topenid",
        "openid\nprofile",
        "öffnen",
        &words.join(" "),
        &"x".repeat(129),
        &"x ".repeat(20_000),
        "unknown",
    ] {
        let request = Request::post(PATH, machine.and("scope", scope).encoded());
        let start: String = scope.chars().take(20).collect();
        cases.add(format!("the scope {start:?}"), request, "400 invalid_scope");
    }
    for scope in ["openid", "openid unknown", " openid  openid ", ""] {
        let request = Request::post(PATH, machine.and("scope", scope).encoded());
        cases.add(format!("the scope {scope:?}"), request, "200 token");
    }
    cases
}
