//! Resource indicators: which API a token is for (RFC 8707).

use serde_json::{Value, json};
use symbolon_testkit::{Attempt, Person, RelyingParty, Tokens, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, alice_in, apply, eventually, issuing, issuing_on, machine, public, sign_in,
};

const INVOICES: &str = "https://invoices.example";
const OTHER: &str = "https://other.example/v1";

/// The audiences of a token without the issuer, which is there for userinfo.
fn audience(party: &RelyingParty, tokens: &Tokens) -> Value {
    let claims = jwt_payload(&tokens.access_token);
    let issuer = &party.metadata["issuer"];
    let all = claims["aud"].as_array().unwrap().iter();
    all.filter(|one| *one != issuer).cloned().collect()
}

fn naming(mut attempt: Attempt, resources: &[&str]) -> Attempt {
    for resource in resources {
        attempt
            .url
            .query_pairs_mut()
            .append_pair("resource", resource);
    }
    attempt
}

async fn signed_in(party: &RelyingParty, resources: &[&str]) -> Tokens {
    let attempt = naming(party.authorize_url(&[]), resources);
    let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
    party.finish(&attempt, &callback).await
}

async fn refreshed(
    party: &RelyingParty,
    tokens: &Tokens,
    resources: &[&str],
) -> symbolon_testkit::Answer {
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh_token()),
    ];
    form.extend(resources.iter().map(|resource| ("resource", *resource)));
    party.post("token_endpoint", &form).await
}

on_both_databases! {
    async fn the_resources_of_the_request_are_the_audience(backend) {
        let party = public(issuing(backend), "app").await;
        for resources in [&[INVOICES][..], &[OTHER], &[OTHER, INVOICES]] {
            let tokens = signed_in(&party, resources).await;
            assert_eq!(audience(&party, &tokens), json!(resources));
            assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
        }
        let tokens = signed_in(&party, &[]).await;
        assert_eq!(audience(&party, &tokens), json!([INVOICES, OTHER, "plain"]));
        // Twice the same is one.
        let tokens = signed_in(&party, &[OTHER, OTHER]).await;
        assert_eq!(audience(&party, &tokens), json!([OTHER]));
    }

    async fn a_resource_is_an_absolute_uri_that_is_registered(backend) {
        let party = public(issuing(backend), "app").await;
        for resource in [
            "plain",
            "/v1",
            "//invoices.example",
            "https://invoices.example#",
            "https://invoices.example#part",
            "https://invoices.example/",
            "HTTPS://invoices.example",
            "https://unknown.example",
            "https://invoices.example https://other.example/v1",
            "urn:symbolon:api",
        ] {
            for resources in [&[resource][..], &[INVOICES, resource]] {
                let attempt = naming(party.authorize_url(&[("prompt", "none")]), resources);
                let callback = Person::new().get(&attempt.url).await.callback();
                party.check_callback(&attempt, &callback);
                assert_eq!(callback.error(), "invalid_target", "{resources:?}");
            }
        }
    }

    async fn a2_13_a_token_request_picks_of_what_was_authorized(backend) {
        let party = public(issuing(backend), "app").await;
        let redeem = async |authorized: &[&str], picked: &[&str]| {
            let attempt = naming(party.authorize_url(&[]), authorized);
            let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
            let mut form = vec![
                ("grant_type", "authorization_code"),
                ("code", callback.code()),
                ("redirect_uri", &party.redirect_uri),
                ("code_verifier", &attempt.verifier),
            ];
            form.extend(picked.iter().map(|resource| ("resource", *resource)));
            party.post("token_endpoint", &form).await
        };
        let tokens = redeem(&[INVOICES, OTHER], &[OTHER]).await.tokens();
        assert_eq!(audience(&party, &tokens), json!([OTHER]));
        let tokens = redeem(&[], &[OTHER]).await.tokens();
        assert_eq!(audience(&party, &tokens), json!([OTHER]));
        for (authorized, picked) in [
            (&[INVOICES][..], OTHER),
            (&[INVOICES], "not a uri"),
            (&[], "https://unknown.example"),
        ] {
            let answer = redeem(authorized, &[picked]).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_target"));
        }
    }

    async fn a2_13_a_refresh_narrows_and_never_widens(backend) {
        let party = public(issuing(backend), "app").await;
        let first = signed_in(&party, &[INVOICES, OTHER]).await;
        let second = refreshed(&party, &first, &[OTHER]).await.tokens();
        assert_eq!(audience(&party, &second), json!([OTHER]));
        // Narrowed this once: the next one has all that was authorized.
        let third = refreshed(&party, &second, &[]).await.tokens();
        assert_eq!(audience(&party, &third), json!([INVOICES, OTHER]));
        let only = signed_in(&party, &[INVOICES]).await;
        for wider in [&[OTHER][..], &[INVOICES, OTHER], &["plain"], &["https://unknown.example"]] {
            let answer = refreshed(&party, &only, wider).await;
            assert_eq!(answer.error(), "invalid_target", "{wider:?}");
        }
        refreshed(&party, &only, &[INVOICES]).await.tokens();
    }

    async fn a2_6_what_the_client_lost_falls_away_at_the_next_refresh(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let party = public(&server, "app").await;
        let both = signed_in(&party, &[INVOICES, OTHER]).await;
        let other = signed_in(&party, &[OTHER]).await;
        apply(
            &database,
            "clients:\n  - client_id: app\n    client_name: An application\n    \
             token_endpoint_auth_methods: [none]\n    \
             grant_types: [authorization_code, refresh_token]\n    \
             redirect_uris: [http://127.0.0.1:5556/callback]\n    consent: implicit\n    \
             audience: [\"https://invoices.example\"]\n",
        );
        eventually("there is nothing left", async || {
            refreshed(&party, &other, &[]).await.error() == "invalid_target"
        })
        .await;
        let left = refreshed(&party, &both, &[]).await.tokens();
        assert_eq!(audience(&party, &left), json!([INVOICES]));
    }

    async fn a_scope_of_an_api_makes_the_client_one_for_that_api(backend) {
        let party = public(issuing(backend), "app-scope").await;
        let tokens = signed_in(&party, &[INVOICES]).await;
        assert_eq!(audience(&party, &tokens), json!([INVOICES]));
        let tokens = alice_in(&Person::new(), &party, &[]).await;
        assert_eq!(jwt_payload(&tokens.access_token)["aud"], party.metadata["issuer"]);
    }

    async fn symbolons_own_api_is_one_like_any_other(backend) {
        let scope = "openid Symbolon.Admin.v1.Users.Read";
        let party = public(issuing(backend), "app-admin").await.asking_for(scope);
        let own = [("resource", "urn:symbolon:api")];
        let password = "demo administrator pass phrase";
        let admin = sign_in(&Person::new(), &party, &own, "admin", password).await;
        assert_eq!(audience(&party, &admin), json!(["urn:symbolon:api"]));
        assert_eq!(admin.json["scope"], scope);
        // Who is no administrator gets a token that is good for nothing there.
        let alice = alice_in(&Person::new(), &party, &own).await;
        assert_eq!(alice.json["scope"], "openid urn:symbolon:no-api-scope");
    }

    async fn a_machine_picks_of_what_it_is_registered_for(backend) {
        let party = machine(issuing(backend), "clerk").await;
        let ask = async |resources: &[&str]| {
            let mut form = vec![("grant_type", "client_credentials")];
            form.extend(resources.iter().map(|resource| ("resource", *resource)));
            party.post("token_endpoint", &form).await
        };
        let aud = |answer: symbolon_testkit::Answer| {
            jwt_payload(&answer.tokens().access_token)["aud"].clone()
        };
        assert_eq!(aud(ask(&[]).await), json!([INVOICES, OTHER]));
        assert_eq!(aud(ask(&[OTHER]).await), OTHER);
        assert_eq!(aud(ask(&[OTHER, INVOICES]).await), json!([OTHER, INVOICES]));
        for wrong in ["https://unknown.example", "invoices", "https://invoices.example#"] {
            assert_eq!(ask(&[INVOICES, wrong]).await.error(), "invalid_target", "{wrong}");
        }
    }
}
