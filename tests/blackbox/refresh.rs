//! Refresh tokens: rotation, the grace for a double submit, replay, scope, and every end there is.

use serde_json::json;
use symbolon_testkit::{
    Answer, Authentication, Backend, Options, Person, RelyingParty, Server, Step, Tokens,
    jwt_payload, on_both_databases,
};

use crate::support::{
    BOB, BOB_ID, alice, alice_in, apply, binary, eventually, options, presenting, public,
    seconds_pass, server, shared, sign_in, silently, type_in, with_settings,
};

/// A used token is a replay at once: no test waits for the end of the grace.
const NO_GRACE: (&str, &str) = ("SYMBOLON_TOKEN_REFRESH_GRACE", "0s");

on_both_databases! {
    async fn every_use_gives_a_successor(backend) {
        for client_id in ["web", "web-opaque"] {
            let party = public(shared(backend), client_id)
                .await
                .asking_for("openid email");
            let first = alice(&party).await;
            let second = party.refresh(first.refresh_token()).await.tokens();
            let third = party.refresh(second.refresh_token()).await.tokens();
            let all = [
                first.refresh_token(),
                second.refresh_token(),
                third.refresh_token(),
            ];
            for (index, token) in all.iter().enumerate() {
                assert!(token.starts_with("sy_rt_"), "{token}");
                assert!(!all[..index].contains(token), "{all:?}");
            }
            for tokens in [first, second, third] {
                assert_eq!(tokens.json["expires_in"], 43_200);
                assert_eq!(tokens.json["scope"], "openid email");
                assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
            }
        }
    }

    async fn a_refreshed_id_token_speaks_of_the_same_sign_in(backend) {
        let party = public(shared(backend), "web").await;
        let first = alice(&party).await;
        seconds_pass(1).await;
        let second = party.refresh(first.refresh_token()).await.tokens();
        // OIDC Core §12.2: without a nonce.
        party
            .check_id_token(second.id_token(), None, Some(&second.access_token))
            .await;
        let [first, second] = [first, second].map(|tokens| jwt_payload(tokens.id_token()));
        for same in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
            assert_eq!(first[same], second[same], "{same}");
        }
        assert!(second["iat"].as_u64() > first["iat"].as_u64(), "{second}");
    }

    async fn a2_5_a_double_submit_gets_the_same_successor(backend) {
        let party = public(shared(backend), "web").await;
        let first = alice(&party).await;
        let answers = [
            party.refresh(first.refresh_token()).await.tokens(),
            party.refresh(first.refresh_token()).await.tokens(),
            party.refresh(first.refresh_token()).await.tokens(),
        ];
        for answer in &answers {
            assert_eq!(
                answer.refresh_token(),
                answers[0].refresh_token(),
                "the family forked"
            );
            assert_eq!(party.userinfo(&answer.access_token).await.status, 200);
        }
        let next = party.refresh(answers[2].refresh_token()).await.tokens();
        assert_ne!(next.refresh_token(), answers[0].refresh_token());
    }

    async fn a2_5_many_submits_at_once_get_the_same_successor(backend) {
        let party = public(shared(backend), "web").await;
        let first = alice(&party).await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (party, token) = (party.clone(), first.refresh_token().to_owned());
            tries.spawn(async move {
                party
                    .refresh(&token)
                    .await
                    .tokens()
                    .refresh_token()
                    .to_owned()
            });
        }
        let mut successors = tries.join_all().await;
        successors.dedup();
        assert_eq!(successors.len(), 1, "the family forked: {successors:?}");
        party.refresh(&successors[0]).await.tokens();
    }

    async fn a2_5_the_grace_is_for_the_predecessor_alone(backend) {
        let party = public(shared(backend), "web").await;
        let first = alice(&party).await;
        let second = party.refresh(first.refresh_token()).await.tokens();
        let third = party.refresh(second.refresh_token()).await.tokens();
        is_refused(&party, first.refresh_token()).await;
        is_dead(&party, &[&first, &second, &third]).await;
    }

    async fn a2_5_a_replay_revokes_the_family_and_its_access_tokens(backend) {
        let server = server(backend, &[NO_GRACE]);
        for client_id in ["web", "web-opaque"] {
            let party = public(&server, client_id).await;
            let bystander = alice(&party).await;
            let first = alice(&party).await;
            let second = party.refresh(first.refresh_token()).await.tokens();
            assert_eq!(party.userinfo(&first.access_token).await.status, 200);
            is_refused(&party, first.refresh_token()).await;
            is_dead(&party, &[&first, &second]).await;
            // Another sign-in of hers is another family.
            party.refresh(bystander.refresh_token()).await.tokens();
        }
    }

    async fn a2_5_a_replay_is_told_at_introspection_too(backend) {
        let server = server(backend, &[NO_GRACE]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let first = alice(&party).await;
        assert_eq!(
            party.introspect(&first.access_token).await.json["active"],
            true
        );
        party.refresh(first.refresh_token()).await.tokens();
        is_refused(&party, first.refresh_token()).await;
        assert_eq!(
            party.introspect(&first.access_token).await.json,
            json!({"active": false})
        );
    }

    async fn a2_5_a_refresh_token_belongs_to_one_client(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let tokens = alice(&party).await;
        let other = public(server, "web-es256").await;
        for _ in 0..2 {
            is_refused(&other, tokens.refresh_token()).await;
        }
        // The thief has burnt nothing.
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn a_confidential_client_refreshes_with_its_secret_only(backend) {
        let server = server(backend, &[NO_GRACE]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let tokens = alice(&party).await;
        for stranger in [
            Authentication::Public,
            Authentication::Post("guess".to_owned()),
        ] {
            let thief = presenting(&party, stranger);
            let answer = thief.refresh(tokens.refresh_token()).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_client")
            );
        }
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn a2_13_a_scope_can_be_narrowed_for_once(backend) {
        let party = public(shared(backend), "web")
            .await
            .asking_for("openid email invoices.read");
        let first = alice(&party).await;
        let second = refresh_for(&party, &first, "invoices.read").await.tokens();
        assert_eq!(second.json["scope"], "invoices.read");
        assert_eq!(jwt_payload(&second.access_token)["scope"], "invoices.read");
        assert_eq!(second.id_token, None);
        // RFC 6749 §6: the refresh token still stands for all that was granted.
        let third = party.refresh(second.refresh_token()).await.tokens();
        assert_eq!(third.json["scope"], "openid email invoices.read");
    }

    async fn a2_13_a_scope_can_never_be_widened(backend) {
        let server = server(backend, &[NO_GRACE]);
        let party = public(&server, "web").await.asking_for("openid email");
        let tokens = alice(&party).await;
        for wider in [
            "openid email profile",
            "invoices.read",
            "openid nobody.knows",
            "a\"b",
        ] {
            let answer = refresh_for(&party, &tokens, wider).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_scope"),
                "{wider}"
            );
        }
        // To ask for too much uses nothing up.
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn a2_10_a_refresh_token_is_verified_over_its_whole_length(backend) {
        let server = server(backend, &[NO_GRACE]);
        let party = public(&server, "web").await;
        let tokens = alice(&party).await;
        let token = tokens.refresh_token();
        let swapped = format!("sy_rt_{}", token[6..].to_uppercase());
        for other in [
            &token[..token.len() - 1],
            &format!("{token}A"),
            &format!("{token}="),
            &swapped,
            &token[6..],
            "nonsense",
            &tokens.access_token,
            tokens.id_token(),
            &format!("{token}\n"),
        ] {
            is_refused(&party, other).await;
        }
        let missing = party.refresh("").await;
        assert_eq!(
            (missing.status.as_u16(), missing.error()),
            (400, "invalid_request")
        );
        party.refresh(token).await.tokens();
    }

    async fn a_refresh_token_that_is_not_used_dies(backend) {
        let server = server(
            backend,
            &[("SYMBOLON_TOKEN_REFRESH_IDLE_LIFETIME", "1s"), NO_GRACE],
        );
        let party = public(&server, "web")
            .await
            .asking_for("openid offline_access");
        let tokens = alice(&party).await;
        seconds_pass(1).await;
        is_refused(&party, tokens.refresh_token()).await;
    }

    async fn refreshing_ends_however_often_it_is_done(backend) {
        for (lifetime, scope) in [
            (
                "SYMBOLON_TOKEN_REFRESH_ABSOLUTE_LIFETIME",
                "openid offline_access",
            ),
            // Without offline_access it ends with the session at the latest.
            ("SYMBOLON_SESSION_ABSOLUTE_LIFETIME", "openid"),
        ] {
            let server = server(
                backend,
                &[
                    (lifetime, "3s"),
                    ("SYMBOLON_TOKEN_REFRESH_IDLE_LIFETIME", "3s"),
                    ("SYMBOLON_SESSION_IDLE_LIFETIME", "3s"),
                ],
            );
            let party = public(&server, "web").await.asking_for(scope);
            let latest = tokio::sync::Mutex::new(alice(&party).await.refresh_token().to_owned());
            eventually("refreshing ends", || async {
                let mut latest = latest.lock().await;
                let answer = party.refresh(&latest).await;
                if answer.status != 200 {
                    assert_eq!(answer.error(), "invalid_grant");
                    return true;
                }
                answer.tokens().refresh_token().clone_into(&mut latest);
                false
            })
            .await;
        }
    }

    async fn signing_out_ends_what_was_not_meant_to_last(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let session = alice_in(&browser, &party, &[]).await;
        let offline = alice_in(&browser, &party, &[("scope", "openid offline_access")]).await;
        let hint = [("id_token_hint", session.id_token())];
        browser.get(party.end_session_url(&hint)).await.page();
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        is_refused(&party, session.refresh_token()).await;
        assert_eq!(party.userinfo(&session.access_token).await.status, 401);
        let offline = party.refresh(offline.refresh_token()).await.tokens();
        assert_eq!(party.userinfo(&offline.access_token).await.status, 200);
    }

    async fn a2_6_a_disabled_person_refreshes_nothing(backend) {
        let (database, server) = own(backend);
        let party = public(&server, "web")
            .await
            .asking_for("openid offline_access");
        let browser = Person::new();
        let tokens = sign_in(&browser, &party, &[], "bob", BOB).await;
        let bystander = alice(&party).await;
        apply(&database, &bob("disabled: true"));
        // Refreshing reads what is so; userinfo learns of it within a second.
        eventually("bob's access token is dead", || async {
            party.userinfo(&tokens.access_token).await.status == 401
        })
        .await;
        is_refused(&party, tokens.refresh_token()).await;
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        party.refresh(bystander.refresh_token()).await.tokens();

        // Enabled again, he has to sign in again.
        apply(&database, &bob("disabled: false"));
        is_refused(&party, tokens.refresh_token()).await;
        eventually("bob can sign in", || async {
            let attempt = party.authorize_url(&[]);
            let page = browser.get(&attempt.url).await.page();
            let step = type_in(&browser, &page, "bob", BOB).await;
            matches!(step, Step::Callback(_))
        })
        .await;
    }

    async fn a6_3_a_new_password_ends_all_that_came_of_the_old_one(backend) {
        let (database, server) = own(backend);
        let party = public(&server, "web")
            .await
            .asking_for("openid offline_access");
        let browser = Person::new();
        let tokens = sign_in(&browser, &party, &[], "bob", BOB).await;
        apply(&database, &bob("password: bob's other long pass phrase"));
        is_refused(&party, tokens.refresh_token()).await;
        eventually("bob's access token is dead", || async {
            party.userinfo(&tokens.access_token).await.status == 401
        })
        .await;
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        sign_in(&browser, &party, &[], "bob", "bob's other long pass phrase").await;
    }

    async fn a2_6_a_refreshed_token_has_the_roles_of_today(backend) {
        let (database, server) = own(backend);
        let party = public(&server, "web").await;
        let first = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        assert_eq!(
            jwt_payload(&first.access_token)["roles"],
            json!({"globex": ["viewer"]})
        );
        apply(&database, &bob("roles: { acme: [admin] }"));
        let latest = tokio::sync::Mutex::new(first.refresh_token().to_owned());
        eventually("bob's new roles", || async {
            let mut latest = latest.lock().await;
            let tokens = party.refresh(&latest).await.tokens();
            tokens.refresh_token().clone_into(&mut latest);
            jwt_payload(&tokens.access_token)["roles"] == json!({"acme": ["admin"]})
        })
        .await;
    }

    async fn a2_6_a_disabled_client_refreshes_nothing(backend) {
        let (database, server) = own(backend);
        let party = public(&server, "web").await;
        let tokens = alice(&party).await;
        let client = |more: &str| {
            format!(
                "clients: [{{ client_id: web, client_name: W, token_endpoint_auth_methods: [none], \
             redirect_uris: ['http://127.0.0.1:5556/callback'], {more} }}]"
            )
        };
        apply(
            &database,
            &client("grant_types: [authorization_code], consent: implicit"),
        );
        eventually("the client has lost the grant", || async {
            party.refresh("sy_rt_x").await.error() == "unauthorized_client"
        })
        .await;
        apply(
            &database,
            &client("grant_types: [authorization_code, refresh_token], disabled: true"),
        );
        eventually("the client is disabled", || async {
            party.refresh(tokens.refresh_token()).await.error() == "invalid_client"
        })
        .await;
        eventually("its access token is dead", || async {
            party.userinfo(&tokens.access_token).await.status == 401
        })
        .await;
    }

    async fn a2_6_nobody_of_a_disabled_organization_refreshes(backend) {
        let (database, server) = own(backend);
        let party = public(&server, "web").await;
        let tokens = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        apply(
            &database,
            "organizations: [{ id: globex, name: Globex Industries, disabled: true }]",
        );
        eventually("bob's access token is dead", || async {
            party.userinfo(&tokens.access_token).await.status == 401
        })
        .await;
        is_refused(&party, tokens.refresh_token()).await;
    }
}

async fn refresh_for(party: &RelyingParty, tokens: &Tokens, scope: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh_token()),
        ("scope", scope),
    ];
    party.post("token_endpoint", &form).await
}

async fn is_refused(party: &RelyingParty, refresh_token: &str) {
    let answer = party.refresh(refresh_token).await;
    let seen = (answer.status.as_u16(), answer.error());
    assert_eq!(seen, (400, "invalid_grant"), "{answer:?}");
}

async fn is_dead(party: &RelyingParty, tokens: &[&Tokens]) {
    for tokens in tokens {
        is_refused(party, tokens.refresh_token()).await;
        let answer = party.userinfo(&tokens.access_token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_token")
        );
    }
}

/// A server of its own, and where its data is.
fn own(backend: Backend) -> (String, Server) {
    let database = backend.url();
    let options: Options = with_settings(options(database.clone()), &[]);
    (database, Server::start(binary(), options))
}

/// Bob as the demo declares him, but for this.
fn bob(change: &str) -> String {
    let roles = if change.starts_with("roles") {
        ""
    } else {
        "roles: { globex: [viewer] },"
    };
    format!(
        "users: [{{ username: bob, id: {BOB_ID}, organization: globex, {roles} \"profile\": \
         {{ name: Bob Baker }}, {change} }}]"
    )
}
