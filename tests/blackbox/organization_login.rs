//! A sign-in to one organization: who may sign in, and what the tokens are good for (A7.3).

use serde_json::json;
use symbolon_testkit::{Person, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, BOB, alice_in, apply, eventually, issuing, issuing_on, machine, public, sign_in,
    silently, type_in,
};

const GLOBEX: &str = "openid urn:symbolon:organization:globex";
const HOME_GLOBEX: &str = "openid urn:zitadel:iam:org:id:globex";

on_both_databases! {
    async fn a7_3_who_counts_there_signs_in_and_gets_a_token_for_there_alone(backend) {
        let party = public(issuing(backend), "app").await.asking_for(GLOBEX);
        let alice = alice_in(&Person::new(), &party, &[]).await;
        let bob = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        for (tokens, home) in [(alice, "acme"), (bob, "globex")] {
            assert_eq!(tokens.json["scope"], GLOBEX);
            let claims = jwt_payload(&tokens.access_token);
            assert_eq!(claims["org_id"], home);
            assert_eq!(claims["roles"], json!({ "globex": ["viewer"] }));
            assert_eq!(claims["limits"], json!({ "organizations": ["globex"] }));
        }
    }

    async fn a7_3_nobody_else_signs_in_however_right_the_password_is(backend) {
        let server = issuing(backend);
        for scope in [
            // Bob belongs to globex and has no role elsewhere; of alice it is the home that counts.
            ("bob", BOB, "openid urn:symbolon:organization:acme"),
            ("bob", BOB, "openid urn:zitadel:iam:org:id:acme"),
            ("bob", BOB, "openid urn:zitadel:iam:org:domain:primary:acme"),
            ("bob", BOB, "openid urn:symbolon:organization:no-such-organization"),
            ("alice", ALICE, HOME_GLOBEX),
            ("alice", ALICE, "openid urn:zitadel:iam:org:id:no-such-organization"),
        ] {
            let (name, password, scope) = scope;
            let party = public(server, "app").await.asking_for(scope);
            let browser = Person::new();
            let attempt = party.authorize_url(&[]);
            let page = browser.get(&attempt.url).await.page();
            let refused = type_in(&browser, &page, name, password).await.page();
            assert_eq!(refused.status, 403, "{scope}");
            let alert = refused.alert().unwrap();
            assert!(alert.contains("does not belong to the organization"), "{alert}");
            // And there is no session of them either.
            let plain = public(server, "app").await;
            assert_eq!(silently(&browser, &plain, &[]).await, "login_required", "{scope}");
        }
    }

    async fn a7_3_the_session_of_somebody_else_does_not_count(backend) {
        let server = issuing(backend);
        let (plain, app) = (public(server, "app").await, public(server, "app").await);
        let browser = Person::new();
        sign_in(&browser, &plain, &[], "bob", BOB).await;
        assert_eq!(silently(&browser, &plain, &[]).await, "");
        let globex = app.clone().asking_for(GLOBEX);
        assert_eq!(silently(&browser, &globex, &[]).await, "");
        let acme = app.asking_for("openid urn:symbolon:organization:acme");
        assert_eq!(silently(&browser, &acme, &[]).await, "login_required");
        // With a page the right one can sign in beside.
        let tokens = alice_in(&browser, &acme, &[]).await;
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(claims["roles"], json!({ "acme": ["admin"] }));
    }

    async fn a7_3_only_the_accounts_of_the_organization_can_be_chosen(backend) {
        let server = issuing(backend);
        let plain = public(server, "app").await;
        let browser = Person::new();
        sign_in(&browser, &plain, &[], "bob", BOB).await;
        alice_in(&browser, &plain, &[("prompt", "login")]).await;
        let acme = plain.asking_for("openid urn:symbolon:organization:acme");
        let attempt = acme.authorize_url(&[("prompt", "select_account")]);
        let page = browser.get(&attempt.url).await.page();
        let words = page.words();
        assert!(words.contains("Alice Archer") && !words.contains("Bob Baker"), "{words}");
    }

    async fn two_organizations_or_an_impossible_one_are_refused(backend) {
        let server = issuing(backend);
        for more in [
            "urn:symbolon:organization:acme urn:symbolon:organization:globex",
            "urn:symbolon:organization:acme urn:zitadel:iam:org:id:globex",
            "urn:zitadel:iam:org:id:",
            "urn:symbolon:organization:a!b",
        ] {
            let party = public(server, "app").await.asking_for(&format!("openid {more}"));
            assert_eq!(silently(&Person::new(), &party, &[]).await, "invalid_scope", "{more}");
        }
    }

    async fn a7_3_a_refresh_stays_in_the_organization_and_ends_with_the_role(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let party = public(&server, "app").await.asking_for(GLOBEX);
        let first = alice_in(&Person::new(), &party, &[]).await;
        // The word is left out, and holds.
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh_token()),
            ("scope", "openid"),
        ];
        let second = party.post("token_endpoint", &form).await.tokens();
        assert_eq!(second.json["scope"], GLOBEX);
        let claims = jwt_payload(&second.access_token);
        assert_eq!(claims["roles"], json!({ "globex": ["viewer"] }));
        assert_eq!(claims["limits"], json!({ "organizations": ["globex"] }));
        apply(
            &database,
            "users:\n  - username: alice\n    organization: acme\n    roles: { acme: [admin] }\n",
        );
        eventually("alice is out", async || {
            let answer = party.refresh(second.refresh_token()).await;
            answer.status == 400 && answer.error() == "invalid_grant"
        })
        .await;
    }

    async fn a7_3_a_machine_gets_a_token_for_an_organization_of_its_own_only(backend) {
        let clerk = machine(issuing(backend), "clerk").await;
        let acme = clerk.clone().asking_for("urn:symbolon:organization:acme");
        let claims = jwt_payload(&acme.client_credentials().await.tokens().access_token);
        assert_eq!(claims["roles"], json!({ "acme": ["admin"] }));
        assert_eq!(claims["limits"], json!({ "organizations": ["acme"] }));
        for scope in [
            "urn:symbolon:organization:initrode",
            "urn:symbolon:organization:no-such-organization",
            "urn:zitadel:iam:org:id:acme",
        ] {
            let answer = clerk.clone().asking_for(scope).client_credentials().await;
            assert_eq!(answer.error(), "invalid_scope", "{scope}");
        }
    }

    async fn a6_5_a_yes_for_one_organization_is_none_for_all(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let party = public(&server, "app-asking").await;
        let browser = Person::new();
        alice_in(&browser, &party.clone().asking_for(GLOBEX), &[]).await;
        assert_eq!(silently(&browser, &party, &[]).await, "consent_required");
        alice_in(&browser, &party, &[]).await;
        // The other way round it is.
        let globex = party.asking_for(GLOBEX);
        assert_eq!(silently(&browser, &globex, &[]).await, "");
    }
}
