//! Scopes of APIs stand in a token as far as the rules allow them to its subject, at each issue.

use symbolon_testkit::{Person, jwt_payload, on_both_databases};

use crate::support::{
    BOB, alice_in, apply, eventually, issuing, issuing_on, machine, public, sign_in,
};

const READ: &str = "Invoices.v1.Read";
const BOTH: &str = "openid Invoices.v1.Read Invoices.v1.Write";

/// Stands for scopes of APIs that were asked for and not granted.
const NONE: &str = "urn:symbolon:no-api-scope";

on_both_databases! {
    async fn a_scope_is_granted_where_the_rules_allow_it_in_any_organization(backend) {
        let app = public(issuing(backend), "app").await.asking_for(BOTH);
        // Alice is admin of acme, bob viewer in globex.
        let alice = alice_in(&Person::new(), &app, &[]).await;
        assert_eq!(alice.json["scope"], BOTH);
        let bob = sign_in(&Person::new(), &app, &[], "bob", BOB).await;
        assert_eq!(bob.json["scope"], format!("openid {READ}"));
        assert_eq!(jwt_payload(&bob.access_token)["scope"], bob.json["scope"]);
    }

    async fn in_a_sign_in_to_one_organization_only_that_one_counts(backend) {
        let globex = format!("{BOTH} urn:symbolon:organization:globex");
        let app = public(issuing(backend), "app").await.asking_for(&globex);
        let alice = alice_in(&Person::new(), &app, &[]).await;
        let granted = format!("openid {READ} urn:symbolon:organization:globex");
        assert_eq!(alice.json["scope"], granted);
    }

    async fn a_token_that_is_left_without_its_scopes_is_good_for_no_api(backend) {
        let app = public(issuing(backend), "app").await.asking_for("openid Invoices.v1.Write");
        let bob = sign_in(&Person::new(), &app, &[], "bob", BOB).await;
        assert_eq!(bob.json["scope"], format!("openid {NONE}"));
        assert_eq!(app.userinfo(&bob.access_token).await.status, 200);
        // What we said can be said to us.
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", bob.refresh_token()),
            ("scope", &format!("openid {NONE}")),
        ];
        let again = app.post("token_endpoint", &form).await.tokens();
        assert_eq!(again.json["scope"], format!("openid {NONE}"));
    }

    async fn nobody_can_ask_for_what_stands_for_nothing(backend) {
        let app = public(issuing(backend), "app").await.asking_for(&format!("openid {NONE}"));
        let tokens = alice_in(&Person::new(), &app, &[]).await;
        assert_eq!(tokens.json["scope"], "openid");
    }

    async fn a2_13_who_narrows_a_refresh_to_openid_gets_no_token_for_all_apis(backend) {
        let app = public(issuing(backend), "app").await.asking_for(BOTH);
        let tokens = alice_in(&Person::new(), &app, &[]).await;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh_token()),
            ("scope", "openid"),
        ];
        let narrow = app.post("token_endpoint", &form).await.tokens();
        assert_eq!(narrow.json["scope"], format!("openid {NONE}"));
        assert_eq!(app.refresh(narrow.refresh_token()).await.tokens().json["scope"], BOTH);
    }

    async fn a2_6_each_refresh_asks_the_rules_again(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let app = public(&server, "app").await.asking_for(BOTH);
        let mut bob = sign_in(&Person::new(), &app, &[], "bob", BOB).await;
        let rules = |more: &str| format!(
            "rules:\n  - {{ role: viewer, pattern: Invoices.v1.Read, effect: allow }}\n  \
             - {{ role: admin, pattern: Invoices.*, effect: allow }}\n{more}"
        );
        let write = "  - { role: viewer, pattern: Invoices.v1.Write, effect: allow }\n";
        let deny = "  - { role: viewer, pattern: Invoices.*, effect: deny }\n";
        for (more, expected) in [
            (write, BOTH.to_owned()),
            ("", format!("openid {READ}")),
            (deny, format!("openid {NONE}")),
        ] {
            apply(&database, &rules(more));
            let mut scope = String::new();
            // Refresh tokens are used up, so each try takes the next one.
            for _ in 0..400 {
                bob = app.refresh(bob.refresh_token()).await.tokens();
                bob.json["scope"].as_str().unwrap().clone_into(&mut scope);
                if scope == expected {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
            assert_eq!(scope, expected);
        }
    }

    async fn a_machine_gets_what_the_rules_allow_it_and_an_error_when_that_is_nothing(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let clerk = machine(&server, "clerk").await.asking_for(BOTH);
        assert_eq!(clerk.client_credentials().await.tokens().json["scope"], BOTH);
        apply(
            &database,
            "machine_users:\n  - { name: clerk, organization: globex, roles: { acme: [], globex: [viewer] } }\n",
        );
        eventually("the clerk reads", async || {
            let answer = clerk.client_credentials().await.tokens();
            answer.json["scope"] == format!("openid {READ}").as_str()
        })
        .await;
        let answer = clerk.asking_for("Invoices.v1.Write").client_credentials().await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_scope"));
    }
}
