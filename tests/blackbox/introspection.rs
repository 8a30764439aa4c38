//! Introspection (RFC 7662): who may ask, about what, and what the answer says.

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, RelyingParty, Server, http, jwt_payload, on_both_databases,
};

use crate::support::{
    ALICE_ID, MACHINE_SECRET, WORKER_ID, alice, apply, binary, eventually, machine, options,
    public, seconds_pass, server, shared, with_settings,
};

on_both_databases! {
    async fn a_token_is_described_as_it_describes_itself(backend) {
        let server = server(backend, &[]);
        let party = RelyingParty::demo_confidential(server.issuer())
            .await
            .asking_for("openid email");
        let tokens = alice(&party).await;
        let answer = party.introspect(&tokens.access_token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("cache-control")),
            (200, "no-store")
        );
        let mut told = answer.json;
        let told = told.as_object_mut().unwrap();
        assert_eq!(told.remove("active"), Some(json!(true)));
        assert_eq!(told.remove("token_type"), Some(json!("Bearer")));
        assert_eq!(told.remove("username"), Some(json!("alice")));
        assert_eq!(
            Value::Object(told.clone()),
            jwt_payload(&tokens.access_token)
        );
        assert_eq!(told["sub"], ALICE_ID);
    }

    async fn the_roles_in_an_answer_are_those_held_now(backend) {
        let database = backend.url();
        let server = Server::start(binary(), with_settings(options(&database), &[]));
        let (owner, gateway) = (machine(&server, "machine-api").await, machine(&server, "gateway").await);
        let token = owner.client_credentials().await.tokens().access_token;
        let before = json!({ "acme": ["viewer"], "globex": ["robot", "viewer"] });
        assert_eq!(gateway.introspect(&token).await.json["roles"], before);
        apply(
            &database,
            "machine_users:\n  - { name: worker, organization: globex, roles: { acme: [admin] } }\n",
        );
        let now = json!({ "acme": ["admin"] });
        eventually("the roles are others", async || {
            let [own, seen] = [&owner, &gateway].map(|party| party.introspect(&token));
            own.await.json["roles"] == now && seen.await.json["roles"] == now
        })
        .await;
        assert_eq!(jwt_payload(&token)["roles"], before);
    }

    async fn only_who_stands_in_front_of_an_api_is_told_the_roles_that_a_token_must_not_use(backend) {
        let server = shared(backend);
        let (owner, gateway) = (machine(server, "machine-api").await, machine(server, "gateway").await);
        let owner = owner.asking_for("urn:zitadel:iam:org:roles:id:acme");
        let token = owner.client_credentials().await.tokens().access_token;
        let usable = json!({ "acme": ["viewer"] });
        let (own, seen) = (owner.introspect(&token).await.json, gateway.introspect(&token).await.json);
        for answer in [&own, &seen] {
            assert_eq!(answer["roles"], usable);
            assert_eq!(answer["limits"], json!({ "organizations": ["acme"] }));
        }
        assert_eq!(own.get("granted_roles"), None);
        assert_eq!(
            seen["granted_roles"],
            json!({ "acme": ["viewer"], "globex": ["robot", "viewer"] })
        );
    }

    async fn an_opaque_token_has_the_same_members_as_a_jwt(backend) {
        let opaque = machine(shared(backend), "machine-opaque")
            .await
            .asking_for("openid");
        let jwt = machine(shared(backend), "machine-rs256")
            .await
            .asking_for("openid");
        let members = async |party: &RelyingParty| {
            let token = party.client_credentials().await.tokens().access_token;
            let told = party.introspect(&token).await.json;
            assert_eq!(told["sub"], WORKER_ID);
            told.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(members(&opaque).await, members(&jwt).await);
    }

    async fn a2_8_a_client_learns_only_what_concerns_it(backend) {
        let server = shared(backend);
        let other = machine(server, "machine-es256").await;
        let gateway = machine(server, "gateway").await;
        for (client_id, scope, to_gateway) in [
            ("machine-rs256", "invoices.read", false),
            ("machine-opaque", "invoices.read", false),
            // Meant for the API that the gateway stands in front of.
            ("machine-api", "invoices.read", true),
        ] {
            let owner = machine(server, client_id).await.asking_for(scope);
            let token = owner.client_credentials().await.tokens().access_token;
            assert_eq!(
                owner.introspect(&token).await.json["active"],
                true,
                "{client_id}"
            );
            assert_eq!(
                other.introspect(&token).await.json,
                json!({"active": false}),
                "{client_id}"
            );
            assert_eq!(
                gateway.introspect(&token).await.json["active"],
                to_gateway,
                "{client_id}"
            );
        }
        let token = alice(&public(server, "web-api").await).await.access_token;
        assert_eq!(gateway.introspect(&token).await.json["username"], "alice");
    }

    async fn whatever_is_no_live_access_token_is_not_active_and_no_more(backend) {
        let server = server(backend, &[]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let tokens = alice(&party).await;
        for other in [
            "nonsense",
            "a.b.c",
            tokens.id_token(),
            "sy_rt_nonsense",
            &tokens.access_token[1..],
            &format!("{}A", tokens.access_token),
            "sy_at_nonsense",
            "ü",
        ] {
            let answer = party.introspect(other).await;
            assert_eq!(
                (answer.status.as_u16(), answer.json),
                (200, json!({"active": false})),
                "{other}"
            );
        }
    }

    async fn a_refresh_token_is_described_to_its_client_while_it_is_the_current_one(backend) {
        let server = server(backend, &[]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let first = alice(&party).await;
        let told = party.introspect(first.refresh_token()).await.json;
        assert_eq!(
            (&told["active"], &told["sub"]),
            (&json!(true), &json!(ALICE_ID))
        );
        // An API that is handed one must not take it for an access token.
        assert_eq!(told.get("token_type"), None, "{told}");
        let inactive = json!({"active": false});
        let other = machine(&server, "gateway").await;
        assert_eq!(other.introspect(first.refresh_token()).await.json, inactive);

        let second = party.refresh(first.refresh_token()).await.tokens();
        assert_eq!(party.introspect(first.refresh_token()).await.json, inactive);
        assert_eq!(
            party.introspect(second.refresh_token()).await.json["active"],
            true
        );
        // To ask is not to use: the family goes on.
        party.refresh(second.refresh_token()).await.tokens();
        party.revoke(second.refresh_token()).await;
        assert_eq!(
            party.introspect(second.refresh_token()).await.json,
            inactive
        );
    }

    async fn an_expired_token_is_not_active(backend) {
        let server = server(backend, &[("SYMBOLON_TOKEN_ACCESS_LIFETIME", "1s")]);
        let mut all = Vec::new();
        for client_id in ["machine-rs256", "machine-opaque"] {
            let party = machine(&server, client_id).await;
            let token = party.client_credentials().await.tokens().access_token;
            all.push((party, token));
        }
        seconds_pass(1).await;
        for (party, token) in all {
            assert_eq!(
                party.introspect(&token).await.json,
                json!({"active": false})
            );
        }
    }

    async fn a2_8_nobody_asks_without_saying_who_they_are(backend) {
        let server = shared(backend);
        let machine = machine(server, "machine-rs256").await;
        let token = machine.client_credentials().await.tokens().access_token;
        for (client_id, authentication) in [
            ("machine-rs256", Authentication::Public),
            ("machine-rs256", Authentication::Basic("guess".to_owned())),
            ("machine-rs256", Authentication::Post("guess".to_owned())),
            // Whoever finds a token must not be able to ask what it is good for: RFC 7662 §4.
            ("web", Authentication::Public),
            ("nobody", Authentication::Public),
        ] {
            let party = RelyingParty::new(server.issuer(), client_id, authentication).await;
            let answer = party.introspect(&token).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_client"),
                "{client_id}"
            );
        }
        // RFC 7662 §2.1 lets a server take a bearer token here; this one does not.
        let bearer = http()
            .post(machine.endpoint("introspection_endpoint"))
            .bearer_auth(&token)
            .form(&[("token", &token)]);
        assert_eq!(Answer::to(bearer).await.status, 401);
    }

    async fn both_methods_of_a_client_work_here(backend) {
        let server = shared(backend);
        let secret = Authentication::Post(MACHINE_SECRET.to_owned());
        let party = RelyingParty::new(server.issuer(), "machine-post", secret).await;
        let token = party.client_credentials().await.tokens().access_token;
        assert_eq!(party.introspect(&token).await.json["active"], true);
    }

    async fn a_hint_about_the_kind_of_token_does_not_matter(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        let token = party.client_credentials().await.tokens().access_token;
        for hint in ["access_token", "refresh_token", "nonsense"] {
            let form = [("token", token.as_str()), ("token_type_hint", hint)];
            assert_eq!(
                party.post("introspection_endpoint", &form).await.json["active"],
                true
            );
        }
    }

    async fn a_request_without_a_token_or_with_two_is_wrong(backend) {
        let party = machine(shared(backend), "machine-rs256").await;
        for form in [
            vec![],
            vec![("token", "")],
            vec![("token", "a"), ("token", "b")],
        ] {
            let answer = party.post("introspection_endpoint", &form).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_request"),
                "{form:?}"
            );
        }
        let mut url = party.endpoint("introspection_endpoint");
        url.query_pairs_mut().append_pair("token", "a");
        assert_eq!(Answer::to(http().get(url)).await.status, 405);
    }
}
