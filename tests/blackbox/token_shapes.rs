//! How tokens tell roles: the object, flat lists, the shape of Zitadel, and the limit on their length.

use serde_json::{Value, json};
use symbolon_testkit::{Backend, Person, RelyingParty, Tokens, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, alice_in, apply, eventually, issuing, issuing_on, machine, public, sign_in,
};

const ROSA: &str = "rosa's long pass phrase";

async fn app(backend: Backend, client_id: &str, scope: &str) -> (RelyingParty, Tokens) {
    let party = public(issuing(backend), client_id).await.asking_for(scope);
    let tokens = alice_in(&Person::new(), &party, &[]).await;
    (party, tokens)
}

/// The claims of the access token, of the ID token, and of userinfo.
async fn told(party: &RelyingParty, tokens: &Tokens) -> [Value; 3] {
    let userinfo = party.userinfo(&tokens.access_token).await;
    assert_eq!(userinfo.status, 200, "{userinfo:?}");
    [
        jwt_payload(&tokens.access_token),
        jwt_payload(tokens.id_token()),
        userinfo.json,
    ]
}

const ROLES: &str = "urn:zitadel:iam:org:project:roles";
const OF_42: &str = "urn:zitadel:iam:org:project:42:roles";
const OF_77: &str = "urn:zitadel:iam:org:project:77:roles";

on_both_databases! {
    async fn without_a_wish_the_access_token_has_the_object_and_the_others_nothing(backend) {
        let (party, tokens) = app(backend, "app", "openid").await;
        let [access, id, userinfo] = told(&party, &tokens).await;
        assert_eq!(access["roles"], json!({ "acme": ["admin"], "globex": ["viewer"] }));
        for claims in [&access, &id, &userinfo] {
            assert_eq!(claims.get("groups"), None, "{claims}");
            assert_eq!(claims.get("limits"), None, "{claims}");
            assert_eq!(claims.get("roles_partial"), None, "{claims}");
        }
        assert_eq!((id.get("roles"), userinfo.get("roles")), (None, None));
    }

    async fn a_flat_list_has_the_roles_of_the_home_organization_where_the_client_wants_it(backend) {
        let (party, tokens) = app(backend, "app-flat", "openid").await;
        let [access, id, userinfo] = told(&party, &tokens).await;
        assert_eq!((&access["roles"], access.get("groups")), (&json!(["admin"]), None));
        assert_eq!((id.get("roles"), &id["groups"]), (None, &json!(["admin"])));
        assert_eq!(
            (&userinfo["roles"], userinfo.get("groups")),
            (&json!(["admin"]), None)
        );
    }

    async fn a_flat_list_has_the_roles_of_the_organization_that_was_asked_for(backend) {
        let scope = "openid urn:symbolon:organization:globex";
        let (party, tokens) = app(backend, "app-flat", scope).await;
        assert_eq!(tokens.json["scope"], scope);
        let [access, id, userinfo] = told(&party, &tokens).await;
        assert_eq!(access["roles"], json!(["viewer"]));
        assert_eq!(access["limits"], json!({ "organizations": ["globex"] }));
        assert_eq!(access["org_id"], "acme", "the home stays the home");
        assert_eq!((&id["groups"], &userinfo["roles"]), (&json!(["viewer"]), &json!(["viewer"])));
    }

    async fn a_role_through_a_relation_is_told_for_the_organization_that_was_asked_for(backend) {
        let scope = "openid urn:symbolon:organization:initech";
        let (party, tokens) = app(backend, "app-flat", scope).await;
        let [access, id, userinfo] = told(&party, &tokens).await;
        let viewer = json!(["viewer"]);
        assert_eq!(
            [&access["roles"], &id["groups"], &userinfo["roles"]],
            [&viewer, &viewer, &viewer]
        );
        let (_, tokens) = app(backend, "app", scope).await;
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(claims["roles"], json!({ "initech": ["viewer"] }));
    }

    async fn the_shape_of_zitadel_is_told_when_it_is_asked_for(backend) {
        let roles = json!({ "admin": { "acme": "acme" }, "viewer": { "globex": "globex" } });
        let (party, tokens) = app(backend, "app-zitadel", &format!("openid {ROLES}")).await;
        for claims in told(&party, &tokens).await {
            assert_eq!((&claims[ROLES], &claims[OF_42]), (&roles, &roles), "{claims}");
            assert_eq!(claims.get(OF_77), None, "{claims}");
        }
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(claims["roles"], json!({ "acme": ["admin"], "globex": ["viewer"] }));
        // The project is an audience, as are the client's own.
        assert_eq!(claims["aud"], json!(["77", "42", party.metadata["issuer"]]));

        let (party, tokens) = app(backend, "app-zitadel", "openid").await;
        for claims in told(&party, &tokens).await {
            assert_eq!((claims.get(ROLES), claims.get(OF_42)), (None, None), "{claims}");
        }
    }

    async fn each_project_that_is_an_audience_has_a_claim(backend) {
        let scope = "openid urn:zitadel:iam:org:projects:roles \
            urn:zitadel:iam:org:project:id:77:aud urn:zitadel:iam:org:project:id:unknown:aud";
        let (party, tokens) = app(backend, "app-zitadel", scope).await;
        let granted = scope.replace(" urn:zitadel:iam:org:project:id:unknown:aud", "");
        assert_eq!(tokens.json["scope"], granted, "no audience that is not registered");
        for claims in told(&party, &tokens).await {
            assert_eq!(claims[OF_77], claims[OF_42], "{claims}");
            assert_eq!(claims[OF_77]["admin"], json!({ "acme": "acme" }), "{claims}");
        }
    }

    async fn one_role_can_be_asked_for(backend) {
        let scope = "openid urn:zitadel:iam:org:project:role:viewer \
            urn:zitadel:iam:org:project:role:robot";
        let (party, tokens) = app(backend, "app-zitadel", scope).await;
        for claims in told(&party, &tokens).await {
            assert_eq!(claims[ROLES], json!({ "viewer": { "globex": "globex" } }), "{claims}");
        }
    }

    async fn the_home_organization_is_told_when_it_is_asked_for(backend) {
        let of = |part: &str| format!("urn:zitadel:iam:user:resourceowner:{part}");
        for scope in [
            "openid urn:zitadel:iam:user:resourceowner",
            "openid urn:zitadel:iam:org:id:acme",
        ] {
            let (party, tokens) = app(backend, "app-zitadel", scope).await;
            for claims in told(&party, &tokens).await {
                assert_eq!(claims[of("id")], "acme", "{claims}");
                assert_eq!(claims[of("name")], "Acme Corporation", "{claims}");
                assert_eq!(claims[of("primary_domain")], "acme", "{claims}");
            }
        }
    }

    async fn the_scope_can_limit_the_roles_to_some_organizations(backend) {
        let scope = format!("openid {ROLES} urn:zitadel:iam:org:roles:id:globex \
            urn:zitadel:iam:org:roles:id:nowhere");
        let (party, tokens) = app(backend, "app-zitadel", &scope).await;
        for claims in told(&party, &tokens).await {
            assert_eq!(claims[ROLES], json!({ "viewer": { "globex": "globex" } }), "{claims}");
        }
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(claims["roles"], json!({ "globex": ["viewer"] }));
    }

    async fn what_the_registration_tells_everywhere_needs_no_scope_and_is_introspected(backend) {
        let server = issuing(backend);
        let party = machine(server, "app-zitadel-always").await;
        let tokens = alice_in(&Person::new(), &party, &[]).await;
        let roles = json!({ "admin": { "acme": "acme" }, "viewer": { "globex": "globex" } });
        assert_eq!(jwt_payload(tokens.id_token())[ROLES], roles);
        let answer = party.introspect(&tokens.access_token).await.json;
        assert_eq!((&answer["active"], &answer[ROLES]), (&json!(true), &roles));
        let userinfo = party.userinfo(&tokens.access_token).await.json;
        assert_eq!(userinfo.get(ROLES), None, "not wished for: {userinfo}");
    }

    async fn an_application_that_was_not_built_for_zitadel_gets_none_of_it(backend) {
        let scope = format!("openid {ROLES} urn:zitadel:iam:user:resourceowner");
        let (party, tokens) = app(backend, "app", &scope).await;
        assert_eq!(tokens.json["scope"], "openid");
        for claims in told(&party, &tokens).await {
            assert_eq!(claims.get(ROLES), None, "{claims}");
        }
    }

    async fn a_claim_that_would_be_too_long_has_the_roles_of_one_organization(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[("SYMBOLON_TOKEN_ROLES_LIMIT", "64")]);
        let of = async |client: &str, scope: &str, name: &str, password: &str| {
            let party = public(&server, client).await.asking_for(scope);
            let tokens = sign_in(&Person::new(), &party, &[], name, password).await;
            told(&party, &tokens).await
        };
        let [alice, ..] = of("app", "openid", "alice", ALICE).await;
        let both = json!({ "acme": ["admin"], "globex": ["viewer"] });
        assert_eq!(alice["roles"], both, "short enough");
        assert_eq!(alice.get("roles_partial"), None);
        let [rosa, ..] = of("app", "openid", "rosa", ROSA).await;
        assert_eq!(rosa["roles"], json!({ "acme": ["admin", "robot", "viewer"] }));
        assert_eq!(rosa["roles_partial"], true);
        let globex = "openid urn:symbolon:organization:globex";
        let [rosa, ..] = of("app", globex, "rosa", ROSA).await;
        assert_eq!(rosa["roles"], json!({ "globex": ["robot", "viewer"] }));
        assert_eq!(rosa.get("roles_partial"), None, "all that count there");
        for rosa in of("app-zitadel", &format!("openid {ROLES}"), "rosa", ROSA).await {
            let viewer = json!({ "acme": "acme" });
            assert_eq!(rosa[ROLES]["viewer"], viewer, "{rosa}");
        }
    }

    async fn a_token_does_not_outlive_a_role_that_it_tells(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[]);
        let clerk = machine(&server, "clerk").await;
        let token = clerk.client_credentials().await.tokens().access_token;
        let until = jwt_payload(&token)["iat"].as_i64().unwrap() + 1_800;
        let text = time::OffsetDateTime::from_unix_timestamp(until)
            .unwrap()
            .format(&time::format_description::well_known::Rfc3339)
            .unwrap();
        apply(
            &database,
            &format!(
                "machine_users:\n  - name: clerk\n    organization: globex\n    roles:\n      \
                 globex: [viewer, {{ role: robot, until: {text} }}]\n"
            ),
        );
        eventually("the role is about to end", async || {
            let token = clerk.client_credentials().await.tokens().access_token;
            jwt_payload(&token)["exp"] == until
        })
        .await;
    }
}
