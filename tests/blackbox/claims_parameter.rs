//! The `claims` parameter (OIDC Core §5.5): claims by name, the subject, and the context of the
//! sign-in.

use serde_json::json;
use symbolon_testkit::{Person, jwt_payload, on_both_databases};

use crate::support::{ALICE_ID, BOB_ID, alice_in, public, shared, silently};

on_both_databases! {
    async fn the_claims_parameter_asks_for_claims_by_name(backend) {
        let server = shared(backend);
        for client_id in ["web", "web-opaque"] {
            let party = public(server, client_id).await;
            let claims = json!({
                "id_token": {"email": null, "name": {"essential": true}, "nobody_knows": null},
                "userinfo": {"phone_number": {"essential": true}, "given_name": null},
                "elsewhere": 1,
            });
            let claims = claims.to_string();
            let tokens = alice_in(&Person::new(), &party, &[("claims", &claims)]).await;
            let id = jwt_payload(tokens.id_token());
            assert_eq!(
                (&id["email"], &id["name"]),
                (&json!("alice@acme.example"), &json!("Alice Archer"))
            );
            assert_eq!(
                (id.get("phone_number"), id.get("nobody_knows")),
                (None, None),
                "{id}"
            );
            let userinfo = party.userinfo(&tokens.access_token).await.json;
            assert_eq!(
                userinfo,
                json!({
                    "sub": ALICE_ID, "phone_number": "+43 1 5550100", "given_name": "Alice",
                })
            );
            // Asked once, they stay for the tokens of a refresh.
            let refreshed = party.refresh(tokens.refresh_token()).await.tokens();
            assert_eq!(jwt_payload(refreshed.id_token())["name"], "Alice Archer");
            assert_eq!(party.userinfo(&refreshed.access_token).await.json, userinfo);
        }
    }

    async fn the_claims_parameter_can_name_the_subject(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let wanted = |sub: &str| json!({"id_token": {"sub": {"value": sub}}}).to_string();
        assert_eq!(
            silently(&browser, &party, &[("claims", &wanted(ALICE_ID))]).await,
            ""
        );
        for other in [BOB_ID, "nobody", ""] {
            let answer = silently(&browser, &party, &[("claims", &wanted(other))]).await;
            assert_eq!(answer, "login_required", "{other}");
        }
    }

    async fn a2_15_an_essential_acr_that_cannot_be_had_is_an_error(backend) {
        let party = public(shared(backend), "web").await;
        let known = party.metadata["acr_values_supported"][0]
            .as_str()
            .unwrap()
            .to_owned();
        let acr = |essential: bool, values: &[&str]| {
            json!({"id_token": {"acr": {"essential": essential, "values": values}}}).to_string()
        };
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        for (claims, error) in [
            (
                acr(true, &["urn:example:hardware"]),
                "unmet_authentication_requirements",
            ),
            (acr(true, &["urn:example:hardware", &known]), ""),
            (acr(false, &["urn:example:hardware"]), ""),
            (
                json!({"id_token": {"acr": {"essential": true, "value": "0"}}}).to_string(),
                "unmet_authentication_requirements",
            ),
        ] {
            assert_eq!(
                silently(&browser, &party, &[("claims", &claims)]).await,
                error,
                "{claims}"
            );
        }
        // Asked for voluntarily, the truth is told.
        let tokens = alice_in(&browser, &party, &[("acr_values", "urn:example:hardware")]).await;
        assert_eq!(jwt_payload(tokens.id_token())["acr"], known.as_str());
    }
}
