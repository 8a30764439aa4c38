//! Revocation: RFC 7009 §2.2; what is not the client's is answered like success, and stays alive.

use symbolon_testkit::on_both_databases;

use super::{Add as _, Fields, HOSTILE, Place, Request, altered, bad_bodies};

const PATH: &str = "/oauth/v2/revoke";

on_both_databases! {
    async fn a_bad_revocation_gets_the_specified_error_and_revokes_nothing(backend) {
        let place = Place::on(backend).await;
        let token = &place.tokens.access_token;
        let client = Fields::of(&[
            ("client_id", "demo-confidential"),
            ("client_secret", "demo-confidential-secret"),
        ]);
        // A token of another client: to revoke it is no error, and no success either.
        let good = client.and("token", token);
        let own = place.confidential_tokens.refresh_token();
        let mut cases = bad_bodies(PATH, &good, "client_id", "401 invalid_client");
        let mut add = |name: &str, fields: Fields, outcome| {
            cases.add(name, Request::post(PATH, fields.encoded()), outcome);
        };
        add("a2_8 nobody asks", Fields::of(&[("token", token)]), "401 invalid_client");
        add("a wrong secret", client.set("client_secret", "x").and("token", own), "401 invalid_client");
        add("a confidential client without its secret", client.without("client_secret").and("token", own), "401 invalid_client");
        add("another client with the secret", client.set("client_id", "demo-machine").and("token", own), "401 invalid_client");
        add("no token", client.clone(), "400 invalid_request");
        add("an empty token", client.and("token", ""), "400 invalid_request");
        add("a1_9 two tokens", client.and("token", own).and("token", own), "400 invalid_request");
        for (name, value) in good.0.clone() {
            add(&format!("a1_9 {name} twice"), good.and(&name, &value), "400 invalid_request");
        }
        for other in [
            token,
            place.tokens.refresh_token(),
            &place.code,
            place.confidential_tokens.id_token(),
            &own[..own.len() - 1],
            &format!("{own}A"),
            &altered(own),
            &own.to_uppercase(),
            "x",
            "sy_rt_",
            "sy_at_",
            &"x".repeat(60_000),
        ] {
            add("nothing of the client's", client.and("token", other), "200");
        }
        let public = Fields::of(&[("client_id", "demo-web")]);
        add("a public client, another's token", public.and("token", own), "200");
        for text in HOSTILE {
            add(text, client.and("token", text), "200");
            add(text, good.and("token_type_hint", text), "200");
            add(text, good.set("client_id", text), "401 invalid_client");
        }
        let query = format!("{PATH}?{}", client.and("token", own).encoded());
        cases.add("in the query", Request::post(&query, ""), "401 invalid_client");
        cases.add("a GET", Request::get(query), "405");
        place.survives(cases).await;
        place.still_works().await;
    }
}
