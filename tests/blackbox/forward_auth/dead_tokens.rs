//! Tokens that were good a moment ago, and those that are good for something else.

use symbolon_testkit::{jwt_payload, on_both_databases};

use super::{BAKER_ID, LIST, Place, refused};
use crate::support::{apply, eventually, run};

const NOT_LIVE: &str = "token_not_live";

on_both_databases! {
    async fn a_revoked_token_is_refused(backend) {
        let place = Place::on(backend);
        let party = place.client("baker").await;
        let (revoked, other) = (place.token("baker").await, place.token("baker").await);
        assert_eq!(place.status(&revoked).await, 200);
        assert_eq!(party.revoke(&revoked).await.status, 200);
        eventually("the revoked token is refused", async || place.status(&revoked).await == 401).await;
        let called = place.call("GET", LIST, &revoked, &[]).await;
        assert_eq!(called.refusal(), refused(401, NOT_LIVE));
        assert_eq!(
            called.challenge(),
            "Bearer realm=\"https://api.invora.example\", error=\"invalid_token\", \
             error_description=\"the access token is invalid, expired or revoked\""
        );
        assert_eq!(place.status(&other).await, 200);
    }

    async fn a7_5_a_revoked_personal_access_token_is_refused(backend) {
        let place = Place::on(backend);
        let token = place.personal("baker", &[]);
        assert_eq!(place.status(&token).await, 200);
        let list = run(&["pat", "--database", &place.database, "list", "--owner", "baker"]);
        let id = list.split_whitespace().nth(1).unwrap();
        run(&["pat", "--database", &place.database, "revoke", id]);
        eventually("the revoked token is refused", async || place.status(&token).await == 401).await;
    }

    async fn tokens_of_who_is_shut_out_are_refused(backend) {
        let place = Place::on(backend);
        let token = place.token("baker").await;
        let personal = place.personal("baker", &[]);
        let machine = |disabled| format!(
            "machine_users:\n  - {{ name: baker, organization: bakery, disabled: {disabled}, \
             roles: {{ bakery: [accountant] }} }}\n"
        );
        let client = |disabled| format!(
            "clients:\n  - {{ client_id: baker, client_name: Baker, machine_user: baker, \
             client_secret: baker-secret, grant_types: [client_credentials], \
             token_endpoint_auth_methods: [client_secret_post], \
             audience: [\"https://api.invora.example\"], disabled: {disabled} }}\n"
        );
        let organization = |disabled| format!(
            "organizations:\n  - {{ id: bakery, name: Bakery, disabled: {disabled} }}\n"
        );
        let states = [
            ("the machine user", machine(true), machine(false), 401),
            ("the organization", organization(true), organization(false), 401),
            // A personal access token was given to no client.
            ("the client", client(true), client(false), 200),
        ];
        for (what, disabled, enabled, of_personal) in states {
            apply(&place.database, &disabled);
            eventually(what, async || place.status(&token).await == 401).await;
            assert_eq!(place.status(&personal).await, of_personal, "{what}");
            apply(&place.database, &enabled);
            eventually(what, async || place.status(&token).await == 200).await;
            eventually(what, async || place.status(&personal).await == 200).await;
        }
    }

    async fn a_role_counts_until_its_end_and_not_after_and_so_does_what_the_api_was_handed(backend) {
        let place = Place::on(backend);
        let token = place.token("baker").await;
        let end = issued_at(&token) + 5;
        apply(&place.database, &format!(
            "machine_users:\n  - {{ name: baker, organization: bakery, roles: \
             {{ bakery: [{{ role: accountant, until: \"{}\" }}] }} }}\n", utc(end)
        ));
        // It was clerk too: from now on it may do what accountants may, for a while.
        eventually("it is no clerk any more", async || {
            let called = place.call("GET", LIST, &token, &[]).await;
            called.0.status != 200 || called.seen_header("x-auth-roles") == "accountant"
        }).await;
        let called = place.call("GET", LIST, &token, &[]).await;
        if called.0.status == 200 {
            let claims = jwt_payload(&called.seen_token());
            assert!(claims["exp"].as_i64().unwrap() <= end, "{claims} ends after {end}");
        }
        eventually("the role has ended", async || place.status(&token).await == 403).await;
        assert!(issued_at(&place.token("baker").await) >= end, "it ended early");
        let called = place.call("GET", LIST, &token, &[]).await;
        assert_eq!(called.refusal(), refused(403, "no_role_in_organization"));
    }

    async fn a7_5_a_personal_access_token_is_good_within_its_limits_alone(backend) {
        let place = Place::shared(backend);
        let call = async |token: &str, headers: &[&str]| place.call("GET", LIST, token, headers).await;
        let florist = place.personal("connector", &["--organization", "florist"]);
        assert_eq!(call(&florist, &[]).await.refusal(), refused(403, "organization_not_in_token"));
        let called = call(&florist, &["x-target-org-id: florist"]).await;
        assert_eq!(called.seen_header("x-auth-roles"), "clerk");
        let clerk = place.personal("baker", &["--role", "clerk"]);
        assert_eq!(call(&clerk, &[]).await.seen_header("x-auth-roles"), "clerk");
        let export = place.call("GET", "/api/v1/simple/reports/export", &clerk, &[]).await;
        assert_eq!(export.refusal(), refused(403, "no_rule_grants"));
        let scope = ["--scope", "Invora.Simple.Invoices.v1.Read.Get"];
        let narrow = place.personal("baker", &scope);
        assert_eq!(call(&narrow, &[]).await.refusal(), refused(403, "scope_not_in_token"));
        let one = place.call("GET", "/api/v1/simple/invoices/7", &narrow, &[]).await;
        assert_eq!(one.seen_header("x-auth-subject"), BAKER_ID);
    }

    async fn a_token_for_another_audience_is_refused(backend) {
        let place = Place::shared(backend);
        // One for another API, and one for the issuer alone.
        for client in ["elsewhere", "nowhere"] {
            let token = place.token(client).await;
            let called = place.call("GET", LIST, &token, &[]).await;
            assert_eq!(called.refusal(), refused(401, "other_audience"), "{client}");
        }
    }

    async fn a2_10_a_changed_token_is_refused(backend) {
        let place = Place::shared(backend);
        for token in [place.token("baker").await, place.token("opaque").await, place.personal("baker", &[])] {
            assert_eq!(place.status(&token).await, 200);
            let middle = token.len() / 2;
            let other = if &token[middle..=middle] == "A" { "B" } else { "A" };
            let altered = format!("{}{other}{}", &token[..middle], &token[middle + 1..]);
            for changed in [&altered, &token[..token.len() - 1], &format!("{token}A"), &token.to_lowercase()] {
                let called = place.call("GET", LIST, changed, &[]).await;
                assert_eq!(called.refusal(), refused(401, NOT_LIVE), "{changed}");
            }
        }
    }
}

/// The time of the server, when it made this token.
fn issued_at(token: &str) -> i64 {
    jwt_payload(token)["iat"].as_i64().unwrap()
}

fn utc(seconds: i64) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    moment
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}
