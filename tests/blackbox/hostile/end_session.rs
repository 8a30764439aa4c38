//! The sign-out endpoint: what cannot be proven redirects nobody and signs nobody out.

use symbolon_testkit::on_both_databases;

use super::pages::cookie;
use super::{
    Add as _, Case, Fields, HOSTILE, Place, Request, altered, bad_bodies, broken_forms,
    check_manners, settled,
};
use crate::support::silently;

const PATH: &str = "/oidc/v1/end_session";

on_both_databases! {
    async fn a_bad_sign_out_request_leads_nowhere_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let cases = cases(&place);
        place.survives(cases).await;
        place.still_works().await;
    }

    async fn a_bad_sign_out_request_of_somebody_who_is_signed_in_asks_first(backend) {
        let place = Place::on(backend).await;
        let cookie = cookie(&place.browser, &place.server);
        for (name, mut bytes, _) in cases(&place) {
            let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
            bytes.splice(end..end, format!("\r\n{cookie}").bytes());
            let reply = settled(&place.server, &bytes, Some(&cookie)).await;
            check_manners(&name, &reply);
            let outcome = reply.outcome();
            assert!(outcome == "303 /sign-out" || reply.status >= 400, "{name}: {outcome}");
        }
        assert_eq!(silently(&place.browser, &place.web, &[]).await, "", "the session lives");
    }
}

fn cases(place: &Place) -> Vec<Case> {
    let hint = place.tokens.id_token();
    let home = "http://127.0.0.1:5556/";
    let none = Fields::default();
    let bad_hint = none.and("id_token_hint", "x");
    let mut cases = bad_bodies(PATH, &bad_hint, "id_token_hint", "200 page");
    let mut add = |name: &str, fields: &Fields, outcome| {
        let query = format!("{PATH}?{}", fields.encoded());
        if query.len() < 16_000 {
            cases.add(format!("{name}, GET"), Request::get(query), outcome);
        }
        cases.add(
            format!("{name}, POST"),
            Request::post(PATH, fields.encoded()),
            outcome,
        );
    };
    add("nothing", &none, "200 page");
    for bad in [
        "x",
        "..",
        &hint[..hint.len() - 1],
        &format!("{hint}A"),
        &altered(hint),
        &place.tokens.access_token,
        place.tokens.refresh_token(),
        &"x".repeat(12_000),
    ] {
        let fields = bad_hint
            .set("id_token_hint", bad)
            .and("post_logout_redirect_uri", home);
        add("a bad hint", &fields, "200 page");
        add(
            "a bad hint and a client",
            &fields.and("client_id", "demo-web"),
            "200 page",
        );
    }
    let contradictory = none
        .and("id_token_hint", hint)
        .and("client_id", "demo-confidential");
    add(
        "two clients",
        &contradictory.and("post_logout_redirect_uri", home),
        "200 page",
    );
    for name in [
        "id_token_hint",
        "client_id",
        "state",
        "post_logout_redirect_uri",
        "x",
    ] {
        add(
            "a1_9 twice",
            &none.and(name, "a").and(name, "a"),
            "400 page",
        );
    }
    let known = none.and("client_id", "demo-web");
    for uri in [
        "https://evil.example/",
        "//evil.example/",
        "http://127.0.0.1:5556/callback",
        "http://127.0.0.1:5556",
        "http://127.0.0.1:5556/?x",
        "http://127.0.0.1:5556/#x",
        "http://127.0.0.1:5556@evil.example/",
        "http://127.0.0.1:5556/\r\nx-injected: 1",
        "data:text/html,<script>alert(1)</script>",
        "/",
    ] {
        add(uri, &known.and("post_logout_redirect_uri", uri), "200 page");
    }
    add(
        "a redirect without a client",
        &none.and("post_logout_redirect_uri", home),
        "200 page",
    );
    for text in HOSTILE {
        add(
            text,
            &known.and("post_logout_redirect_uri", text),
            "200 page",
        );
        add(
            text,
            &none
                .and("client_id", text)
                .and("post_logout_redirect_uri", home),
            "200 page",
        );
        add(text, &none.and("id_token_hint", text), "200 page");
        add(
            text,
            &none.and("ui_locales", text).and("logout_hint", text),
            "200 page",
        );
    }
    for (name, body) in broken_forms("client_id", "demo-web") {
        let target = [PATH.as_bytes(), b"?", &body].concat();
        cases.add(format!("{name}, GET"), Request::get(target), "400");
    }
    let long = format!("{PATH}?state={}", "x".repeat(20_000));
    cases.add("20 KB, GET", Request::get(long), "413 page");
    cases
}
