//! Userinfo: RFC 6750 §3.1 has the errors, and §3 says that nobody who presents nothing gets one.

use symbolon_testkit::on_both_databases;

use super::{Add as _, Case, Fields, HOSTILE, Place, Request, altered, bad_bodies};

const PATH: &str = "/oidc/v1/userinfo";

on_both_databases! {
    async fn a_bad_userinfo_request_gets_the_specified_error_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let token = &place.tokens.access_token;
        let machine = symbolon_testkit::RelyingParty::demo_machine(place.server.issuer()).await;
        let form = Fields::of(&[("access_token", token)]);

        // With `access_token` missing there is nothing to be wrong.
        let mut cases = bad_bodies(PATH, &form, "access_token", "401");
        cases.extend(places(token));
        cases.extend(tokens(&place));
        let without_openid = [("grant_type", "client_credentials")];
        let answer = machine.post("token_endpoint", &without_openid).await.tokens();
        let header = format!("authorization: Bearer {}", answer.access_token);
        cases.add("no openid", Request::get(PATH).with(header), "403 insufficient_scope");
        place.survives(cases).await;
        place.still_works().await;
    }
}

/// Where a token can stand, and cannot.
fn places(token: &str) -> Vec<Case> {
    let bearer = format!("authorization: Bearer {token}");
    let form = Fields::of(&[("access_token", token)]);
    let post = |fields: &Fields| Request::post(PATH, fields.encoded());
    let mut cases = Vec::new();
    cases.add("nothing", Request::get(PATH), "401");
    let query = format!("{PATH}?{}", form.encoded());
    cases.add("a2_11 in the query", Request::get(query.clone()), "401");
    cases.add(
        "a2_11 in the query of a POST",
        Request::post(&query, ""),
        "401",
    );
    let get_with_body = post(&form).by("GET");
    cases.add("a2_11 in the body of a GET", get_with_body, "401");
    cases.add(
        "in a cookie",
        Request::get(PATH).with(format!("cookie: access_token={token}")),
        "401",
    );
    cases.add(
        "empty in a body",
        post(&form.set("access_token", "")),
        "401",
    );
    for (name, request) in [
        ("a2_11 header and body", post(&form).with(&bearer)),
        (
            "a2_11 two headers",
            Request::get(PATH).with(&bearer).with(&bearer),
        ),
        (
            "a2_11 twice in a body",
            post(&form.and("access_token", token)),
        ),
        (
            "a1_9 another parameter twice",
            post(&form.and("x", "1").and("x", "2")),
        ),
        (
            "two schemes",
            Request::get(PATH)
                .with(&bearer)
                .with("authorization: Basic eDp5"),
        ),
        (
            "Basic",
            Request::get(PATH).with("authorization: Basic eDp5"),
        ),
        (
            "no scheme",
            Request::get(PATH).with(format!("authorization: {token}")),
        ),
        ("no token", Request::get(PATH).with("authorization: Bearer")),
        (
            "an empty token",
            Request::get(PATH).with("authorization: Bearer "),
        ),
        (
            "two spaces",
            Request::get(PATH).with(format!("authorization: Bearer  {token}")),
        ),
        (
            "a tab",
            Request::get(PATH).with(format!("authorization: Bearer\t{token}")),
        ),
        (
            "a list",
            Request::get(PATH).with(format!("{bearer}, Bearer {token}")),
        ),
        (
            "a quoted token",
            Request::get(PATH).with(format!("authorization: Bearer \"{token}\"")),
        ),
        (
            "bytes",
            Request::get(PATH).with(b"authorization: Bearer \xff\xfe"),
        ),
    ] {
        cases.add(name, request, "400 invalid_request");
    }
    let free = Request::get(PATH).with(format!("authorization: DPoP {token}"));
    cases.add("DPoP", free, "401 invalid_token");
    cases.add(
        "small letters",
        Request::get(PATH).with(bearer.replace("Bearer", "bEARER")),
        "200 claims",
    );
    cases
}

/// What looks like a token.
fn tokens(place: &Place) -> Vec<Case> {
    let token = &place.tokens.access_token;
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("{token} is no JWT")
    };
    // {"alg":"none","typ":"at+jwt"} and {"alg":"HS256","typ":"at+jwt"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let hmac = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9";
    let mut cases = Vec::new();
    for (name, text) in [
        ("a2_10 truncated", token[..token.len() - 1].to_owned()),
        ("a2_10 extended", format!("{token}A")),
        ("a2_10 padded", format!("{token}=")),
        (
            "a2_10 altered claims",
            format!("{header}.{}.{signature}", altered(claims)),
        ),
        (
            "altered header",
            format!("{}.{claims}.{signature}", altered(header)),
        ),
        (
            "altered signature",
            format!("{header}.{claims}.{}", altered(signature)),
        ),
        ("a3_4 alg none", format!("{none}.{claims}.")),
        (
            "a3_4 alg none, signed",
            format!("{none}.{claims}.{signature}"),
        ),
        ("a3_4 HMAC", format!("{hmac}.{claims}.{signature}")),
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("five parts", format!("{token}.a.b")),
        ("dots", ".".repeat(60_000)),
        ("two dots", "..".to_owned()),
        (
            "60 KB",
            format!("{header}.{}.{signature}", "A".repeat(60_000)),
        ),
        ("a2_9 an ID token", place.tokens.id_token().to_owned()),
        ("a refresh token", place.tokens.refresh_token().to_owned()),
        ("a code", place.code.clone()),
        (
            "an opaque token of nobody",
            "sy_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        ),
        ("a word", "x".to_owned()),
    ] {
        let header = Request::get(PATH).with(format!("authorization: Bearer {text}"));
        cases.add(
            format!("{name}, in the header"),
            header,
            "401 invalid_token",
        );
        let form = Fields::of(&[("access_token", &text)]).encoded();
        cases.add(
            format!("{name}, in the body"),
            Request::post(PATH, form),
            "401 invalid_token",
        );
    }
    for text in HOSTILE {
        let form = Fields::of(&[("access_token", text)]).encoded();
        cases.add(text, Request::post(PATH, form), "401 invalid_token");
    }
    cases
}
