//! Introspection: RFC 7662 §2.3 has the errors; whatever token is asked about, it is no error.

use symbolon_testkit::on_both_databases;

use super::{Add as _, Fields, HOSTILE, Place, Request, altered, bad_bodies};

const PATH: &str = "/oauth/v2/introspect";

on_both_databases! {
    async fn a_bad_introspection_gets_the_specified_error_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let own = &place.confidential_tokens.access_token;
        let client = Fields::of(&[
            ("client_id", "demo-confidential"),
            ("client_secret", "demo-confidential-secret"),
        ]);
        let good = client.and("token", own);
        let mut cases = bad_bodies(PATH, &good, "client_id", "401 invalid_client");
        let mut add = |name: &str, fields: Fields, outcome| {
            cases.add(name, Request::post(PATH, fields.encoded()), outcome);
        };
        add("a2_8 nobody asks", good.without("client_id").without("client_secret"), "401 invalid_client");
        add("a2_8 a public client asks", Fields::of(&[("client_id", "demo-web"), ("token", own)]), "401 invalid_client");
        add("a wrong secret", good.set("client_secret", "x"), "401 invalid_client");
        add("no token", client.clone(), "400 invalid_request");
        add("an empty token", client.and("token", ""), "400 invalid_request");
        for (name, value) in good.0.clone() {
            add(&format!("a1_9 {name} twice"), good.and(&name, &value), "400 invalid_request");
        }
        for token in [
            "x",
            "..",
            &"x".repeat(60_000),
            &".".repeat(60_000),
            &own[..own.len() - 1],
            &format!("{own}A"),
            &altered(own),
            place.confidential_tokens.id_token(),
            // Of another client.
            &place.tokens.access_token,
            place.tokens.refresh_token(),
            place.tokens.id_token(),
            &place.code,
        ] {
            add("a2_8 no token of the client's", client.and("token", token), "200 active=false");
        }
        for text in HOSTILE {
            add(text, client.and("token", text), "200 active=false");
            add(text, good.and("token_type_hint", text), "200 active=true");
            add(text, good.set("client_id", text), "401 invalid_client");
        }
        let query = format!("{PATH}?{}", good.encoded());
        cases.add("in the query", Request::post(&query, ""), "401 invalid_client");
        cases.add("a GET", Request::get(query), "405");
        let bearer = format!("authorization: Bearer {own}");
        let form = Fields::of(&[("token", own)]).encoded();
        cases.add("a bearer token asks", Request::post(PATH, form.clone()).with(&bearer), "401 invalid_client");
        let twice = Request::post(PATH, form).with("authorization: Basic eDp5").with(bearer);
        cases.add("two headers", twice, "400 invalid_request");
        place.survives(cases).await;
        place.still_works().await;
    }
}
