//! Token exchange (RFC 8693): a token for a shorter and narrower JWT, never for more.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Person, RelyingParty, Server, jwt_header, jwt_payload, on_both_databases,
};

use crate::support::{
    alice, apply, eventually, issuing, issuing_on, machine, personal_token, public, run, silently,
    symbolon,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const PERSONAL: &str = "urn:symbolon:token-type:personal-access-token";
const INVOICES: &str = "https://invoices.example";
const OTHER: &str = "https://other.example/v1";
const CLERK: &str = "01900000-0000-7000-8000-00000000c1e4";
const NONE: &str = "urn:symbolon:no-api-scope";

/// Exchanges a token; the parameters are added.
async fn exchange(party: &RelyingParty, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", GRANT), ("subject_token", token)];
    if !more.iter().any(|(name, _)| *name == "subject_token_type") {
        form.push(("subject_token_type", ACCESS_TOKEN));
    }
    form.extend(more);
    party.post("token_endpoint", &form).await
}

/// The claims of a good exchange, which is held against what RFC 8693 §2.2.1 and RFC 9068 say.
async fn exchanged(party: &RelyingParty, token: &str, more: &[(&str, &str)]) -> Value {
    let tokens = exchange(party, token, more).await.tokens();
    assert_eq!(
        tokens.json["issued_token_type"], ACCESS_TOKEN,
        "{}",
        tokens.json
    );
    assert_eq!((tokens.refresh_token, tokens.id_token), (None, None));
    assert_eq!(jwt_header(&tokens.access_token)["typ"], "at+jwt");
    party.verify(&tokens.access_token).await;
    let claims = jwt_payload(&tokens.access_token);
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(tokens.json["expires_in"], lifetime);
    assert!((1..=300).contains(&lifetime), "{claims}");
    assert_eq!(claims["client_id"], party.client_id.as_str());
    claims
}

/// A server of its own, and its database.
fn start(backend: symbolon_testkit::Backend) -> (Server, String) {
    let database = backend.url();
    (issuing_on(&database, &[]), database)
}

async fn clerks(server: &Server, client_id: &str, scope: &str) -> String {
    let clerk = machine(server, client_id).await.asking_for(scope);
    clerk.client_credentials().await.tokens().access_token
}

on_both_databases! {
    async fn a_personal_access_token_becomes_a_short_jwt_of_its_owner(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let token = personal_token(&database, "clerk", &["--scope", ""]);
        for of_type in [ACCESS_TOKEN, PERSONAL] {
            let claims = exchanged(&gate, &token, &[("subject_token_type", of_type)]).await;
            assert_eq!((&claims["sub"], &claims["org_id"]), (&json!(CLERK), &json!("globex")));
            assert_eq!(claims["aud"], INVOICES);
            let roles = json!({ "acme": ["admin"], "globex": ["robot", "viewer"] });
            assert_eq!(claims["roles"], roles);
            // Nobody signed in, and nothing was limited.
            for absent in ["acr", "amr", "auth_time", "grant_id", "scope", "limits", "act"] {
                assert_eq!(claims.get(absent), None, "{claims}");
            }
        }
        let claims = exchanged(&gate, &token, &[("scope", "Invoices.v1.Read")]).await;
        assert_eq!(claims["scope"], "Invoices.v1.Read");
    }

    async fn a2_13_the_limits_of_a_personal_access_token_live_on(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let limits = ["--organization", "globex", "--role", "viewer", "--role", "admin"];
        let limited = personal_token(&database, "clerk", &limits);
        let claims = exchanged(&gate, &limited, &[]).await;
        assert_eq!(claims["roles"], json!({ "globex": ["viewer"] }));
        let expected = json!({ "organizations": ["globex"], "roles": ["viewer", "admin"] });
        assert_eq!(claims["limits"], expected);
        assert_eq!(claims["roles_partial"], true);
        let answer = gate.introspect(&limited).await.json;
        assert_eq!((&answer["limits"], &answer["roles_partial"]), (&expected, &json!(true)));
        // Allowed in acme, of which the token knows nothing.
        let scope = ("scope", "Invoices.v1.Read Invoices.v1.Write");
        let claims = exchanged(&gate, &limited, &[scope]).await;
        assert_eq!(claims["scope"], "Invoices.v1.Read");
        // And no exchange of the exchanged one takes them off.
        let first = exchange(&gate, &limited, &[]).await.tokens().access_token;
        let second = exchanged(&gate, &first, &[]).await;
        assert_eq!((&second["limits"], &second["roles"]), (&expected, &json!({ "globex": ["viewer"] })));
        let answer = gate.introspect(&first).await.json;
        assert_eq!((&answer["limits"], &answer["active"]), (&expected, &json!(true)));
        // Not to an organization outside, in whichever words.
        let acme = ("scope", "urn:symbolon:organization:acme");
        assert_eq!(exchange(&gate, &limited, &[acme]).await.error(), "invalid_scope");
    }

    async fn a2_13_the_scope_of_a_personal_access_token_is_not_exceeded(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let reads = personal_token(&database, "clerk", &["--scope", "openid Invoices.v1.Read"]);
        let claims = exchanged(&gate, &reads, &[]).await;
        assert_eq!(claims["scope"], "openid Invoices.v1.Read");
        for wider in ["Invoices.v1.Write", "Invoices.v1.Read Invoices.v1.Write", "profile", "a.b"] {
            let answer = exchange(&gate, &reads, &[("scope", wider)]).await;
            assert_eq!(answer.error(), "invalid_scope", "{wider}");
        }
        // Narrowed to openid, it is not one that names no scope and so has all.
        let claims = exchanged(&gate, &reads, &[("scope", "openid")]).await;
        assert_eq!(claims["scope"], format!("openid {NONE}"));
        // To name a scope takes from a token that names none; the gate has none for this API.
        let open = personal_token(&database, "clerk", &["--scope", ""]);
        let answer = exchange(&gate, &open, &[("scope", "Other.Read")]).await;
        assert_eq!(answer.error(), "invalid_scope");
    }

    async fn a2_13_an_access_token_becomes_a_narrower_one_and_never_a_wider_one(backend) {
        let server = issuing(backend);
        let gate = machine(server, "gate").await;
        let token = clerks(server, "clerk", "openid Invoices.v1.Read").await;
        let own = jwt_payload(&token);
        let claims = exchanged(&gate, &token, &[]).await;
        for same in ["sub", "org_id", "aud", "scope", "roles"] {
            assert_eq!(claims[same], own[same], "{same}");
        }
        assert_ne!(claims["jti"], own["jti"]);
        assert_eq!(claims["exchanged_from"], json!([own["jti"]]));
        let narrow = [("resource", OTHER), ("scope", "Invoices.v1.Read")];
        let claims = exchanged(&gate, &token, &narrow).await;
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!(OTHER), &json!("Invoices.v1.Read")));
        let by_name = [("audience", OTHER), ("audience", INVOICES), ("scope", "Invoices.v1.Read")];
        assert_eq!(exchanged(&gate, &token, &by_name).await["aud"], json!([INVOICES, OTHER]));
        for wider in [
            ("scope", "Invoices.v1.Read Invoices.v1.Write"),
            ("scope", "profile"),
            ("scope", "\u{22}"),
            ("resource", "https://unknown.example"),
            ("resource", "urn:symbolon:api"),
            ("resource", "invoices"),
            ("audience", "https://unknown.example"),
            ("audience", "gate"),
        ] {
            let expected = if wider.0 == "scope" { "invalid_scope" } else { "invalid_target" };
            let answer = exchange(&gate, &token, &[wider]).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, expected), "{wider:?}");
        }
        // For one API of two, that stays so.
        let one = exchange(&gate, &token, &[("resource", INVOICES), ("scope", "Invoices.v1.Read")]).await;
        let one = one.tokens().access_token;
        let answer = exchange(&gate, &one, &[("resource", OTHER)]).await;
        assert_eq!(answer.error(), "invalid_target");
    }

    async fn a2_13_a_role_that_came_after_the_token_is_not_in_what_it_is_exchanged_for(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let token = clerks(&server, "clerk", "").await;
        let roles = |roles: &str| format!(
            "machine_users:\n  - {{ name: clerk, organization: globex, roles: {roles} }}\n"
        );
        let changed = roles("{ acme: [viewer], globex: [admin, viewer], initrode: [viewer] }");
        apply(&database, &changed);
        // What it lost is gone, what it got is not there.
        eventually("the roles changed", async || {
            exchanged(&gate, &token, &[]).await["roles"] == json!({ "globex": ["viewer"] })
        })
        .await;
    }

    async fn what_comes_out_is_a_jwt_in_the_shape_of_the_client_that_asks(backend) {
        let server = issuing(backend);
        let token = clerks(server, "clerk", "").await;
        let flat = machine(server, "gate-flat").await;
        let claims = exchanged(&flat, &token, &[]).await;
        assert_eq!(claims["roles"], json!(["robot", "viewer"]));
        // A list tells of one organization, and so does what it is exchanged for.
        let first = exchange(&flat, &token, &[]).await.tokens().access_token;
        let gate = machine(server, "gate").await;
        let claims = exchanged(&gate, &first, &[]).await;
        assert_eq!(claims["roles"], json!({ "globex": ["robot", "viewer"] }));
    }

    async fn it_never_lives_longer_than_what_it_was_exchanged_for(backend) {
        let server = issuing(backend);
        let gate = machine(server, "gate").await;
        let token = clerks(server, "clerk-short", "").await;
        let claims = exchanged(&gate, &token, &[]).await;
        assert_eq!(claims["exp"], jwt_payload(&token)["exp"]);
        let first = exchange(&gate, &token, &[]).await.tokens().access_token;
        assert_eq!(exchanged(&gate, &first, &[]).await["exp"], claims["exp"]);
    }

    async fn a_chain_of_exchanges_ends(backend) {
        let server = issuing(backend);
        let gate = machine(server, "gate").await;
        let mut token = clerks(server, "clerk", "").await;
        for _ in 0..4 {
            token = exchange(&gate, &token, &[]).await.tokens().access_token;
        }
        assert_eq!(jwt_payload(&token)["exchanged_from"].as_array().unwrap().len(), 4);
        assert_eq!(exchange(&gate, &token, &[]).await.error(), "invalid_request");
    }

    async fn a_token_that_came_of_a_sign_in_says_so_and_ends_with_it(backend) {
        let (server, _) = start(backend);
        let app = public(&server, "app").await;
        let tokens = alice(&app).await;
        let gate = machine(&server, "gate").await;
        let own = jwt_payload(&tokens.access_token);
        let claims = exchanged(&gate, &tokens.access_token, &[]).await;
        for same in ["sub", "acr", "amr", "auth_time", "grant_id", "scope", "aud"] {
            assert_eq!(claims[same], own[same], "{same}");
        }
        let short = exchange(&gate, &tokens.access_token, &[]).await.tokens().access_token;
        assert_eq!(gate.userinfo(&short).await.status, 200);
        app.revoke(tokens.refresh_token()).await;
        eventually("the exchanged token has ended", async || {
            gate.userinfo(&short).await.status == 401
        })
        .await;
    }

    async fn a2_13_what_was_exchanged_is_revoked_with_what_it_came_of(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let active = async |token: &str| gate.introspect(token).await.json["active"] == true;
        let personal = personal_token(&database, "clerk", &[]);
        let [jwt, opaque] = [
            clerks(&server, "clerk", "openid").await,
            clerks(&server, "clerk-opaque", "openid").await,
        ];
        for (token, owner) in [(&personal, ""), (&jwt, "clerk"), (&opaque, "clerk-opaque")] {
            let first = exchange(&gate, token, &[]).await.tokens().access_token;
            let second = exchange(&gate, &first, &[]).await.tokens().access_token;
            assert!(active(&first).await && active(&second).await);
            if owner.is_empty() {
                let place = ["pat", "--database", &database];
                let list = run(&[&place[..], &["list", "--owner", "clerk"]].concat());
                let id = list.split_whitespace().nth(1).unwrap();
                run(&[&place[..], &["revoke", id]].concat());
            } else {
                machine(&server, owner).await.revoke(token).await;
            }
            eventually("both have ended", async || {
                !active(&first).await && !active(&second).await
            })
            .await;
            assert_eq!(exchange(&gate, token, &[]).await.error(), "invalid_request");
            assert_eq!(exchange(&gate, &first, &[]).await.error(), "invalid_request");
        }
    }

    async fn only_a_client_with_the_grant_that_the_token_concerns_may_exchange_it(backend) {
        let server = issuing(backend);
        let token = clerks(server, "clerk", "").await;
        let stranger = machine(server, "stranger").await;
        let answer = exchange(&stranger, &token, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"));
        let clerk = machine(server, "clerk").await;
        assert_eq!(exchange(&clerk, &token, &[]).await.error(), "unauthorized_client");
        let app = public(server, "app").await;
        assert_eq!(exchange(&app, &token, &[]).await.error(), "unauthorized_client");
        let wrong = crate::support::presenting(
            &machine(server, "gate").await,
            symbolon_testkit::Authentication::Basic("wrong".to_owned()),
        );
        assert_eq!(exchange(&wrong, &token, &[]).await.status, 401);
    }

    async fn a_public_client_cannot_be_registered_for_it(backend) {
        let state = format!(
            "clients:\n  - client_id: a\n    client_name: A\n    \
             token_endpoint_auth_methods: [none]\n    grant_types: [{GRANT}]\n"
        );
        let file = crate::support::file(&state);
        let path = file.path().to_str().unwrap();
        let output = symbolon(&["apply", "--database", &backend.url(), "-f", path]);
        assert!(!output.status.success());
        let printed = crate::support::printed(&output);
        assert!(printed.contains("confidential clients"), "{printed}");
    }

    async fn what_is_no_subject_token_is_refused(backend) {
        let server = issuing(backend);
        let gate = machine(server, "gate").await;
        let app = public(server, "app").await;
        let tokens = alice(&app).await;
        let token = tokens.access_token.clone();
        let cut = &token[..token.len() - 2];
        for (what, text) in [
            ("an ID token", tokens.id_token()),
            ("a refresh token", tokens.refresh_token()),
            ("a cut token", cut),
            ("a word", "token"),
            ("a PAT of nobody", "sy_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            let answer = exchange(&gate, text, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"), "{what}");
        }
        for (name, value) in [
            ("subject_token", ""),
            ("subject_token_type", ""),
            ("subject_token_type", "access_token"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
            // It is an access token, not a personal one.
            ("subject_token_type", PERSONAL),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:id_token"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
            ("requested_token_type", PERSONAL),
            ("actor_token", &token),
            ("actor_token_type", ACCESS_TOKEN),
        ] {
            let good = [
                ("grant_type", GRANT),
                ("subject_token", &token),
                ("subject_token_type", ACCESS_TOKEN),
            ];
            let mut form: Vec<_> = good.into_iter().filter(|(known, _)| *known != name).collect();
            form.push((name, value));
            let answer = gate.post("token_endpoint", &form).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"), "{name}={value}");
        }
        let jwt = "urn:ietf:params:oauth:token-type:jwt";
        let answer = exchange(&gate, &token, &[("requested_token_type", jwt)]).await;
        assert_eq!(answer.tokens().json["issued_token_type"], jwt);
    }

    async fn a7_5_a_personal_access_token_makes_no_session_and_no_other_token_of_its_kind(backend) {
        let (server, database) = start(backend);
        let token = personal_token(&database, "alice", &[]);
        let app = public(&server, "app").await;
        let browser = Person::new();
        for parameter in ["id_token_hint", "login_hint", "code", "access_token", "token"] {
            let error = silently(&browser, &app, &[(parameter, &token)]).await;
            let refused = matches!(error.as_str(), "login_required" | "invalid_request");
            assert!(refused, "{parameter}: {error}");
        }
        // Nor as a header beside the request.
        let attempt = app.authorize_url(&[("prompt", "none")]);
        let request = browser.http().get(attempt.url.clone()).bearer_auth(&token);
        let callback = browser.send(request).await.location();
        assert!(callback.query().unwrap().contains("error=login_required"), "{callback}");
        assert_eq!(app.refresh(&token).await.error(), "invalid_grant");
        assert_eq!(app.exchange(&token, &"v".repeat(43)).await.error(), "invalid_grant");
        let gate = machine(&server, "gate").await;
        let answer = exchange(&gate, &token, &[("requested_token_type", PERSONAL)]).await;
        assert_eq!(answer.error(), "invalid_request");
        // The JWT that it becomes says of no sign-in, so it passes no step-up.
        let claims = exchanged(&gate, &token, &[]).await;
        assert_eq!((claims.get("acr"), claims.get("auth_time")), (None, None));
    }

    async fn a7_5_a_personal_access_token_ends_with_its_owner_and_the_organization(backend) {
        let (server, database) = start(backend);
        let gate = machine(&server, "gate").await;
        let [one, other] = ["clerk", "bob"].map(|owner| personal_token(&database, owner, &[]));
        let short = exchange(&gate, &one, &[]).await.tokens().access_token;
        assert_eq!(exchange(&gate, &other, &[]).await.status, 200);
        let ended = async |token: &str| {
            gate.userinfo(token).await.status == 401
                && exchange(&gate, token, &[]).await.error() == "invalid_request"
        };
        let disabled = "machine_users:\n  - { name: clerk, organization: globex, disabled: true }\n";
        apply(&database, disabled);
        eventually("the owner is disabled", async || ended(&one).await && ended(&short).await).await;
        assert_eq!(gate.userinfo(&other).await.status, 200);
        apply(&database, "organizations:\n  - { id: globex, name: Globex, disabled: true }\n");
        eventually("the organization is disabled", async || ended(&other).await).await;
    }

    async fn a7_5_a_personal_access_token_stands_in_no_log_error_address_or_list(backend) {
        let database = backend.url();
        let server = issuing_on(&database, &[("SYMBOLON_LOG_LEVEL", "trace")]);
        let token = personal_token(&database, "clerk", &[]);
        let gate = machine(&server, "gate").await;
        let mut said = String::new();
        for (path, form) in [
            ("token_endpoint", &[("grant_type", GRANT), ("subject_token", &*token), ("subject_token_type", "x")][..]),
            ("token_endpoint", &[("grant_type", GRANT), ("subject_token", &*token), ("subject_token_type", PERSONAL), ("scope", "a.b")]),
            ("token_endpoint", &[("grant_type", "refresh_token"), ("refresh_token", &*token)]),
            ("token_endpoint", &[("grant_type", &*token)]),
            ("introspection_endpoint", &[("token", &*token)]),
            ("revocation_endpoint", &[("token", &*token)]),
        ] {
            let answer = gate.post(path, form).await;
            said += &format!("{:?} {}", answer.headers, answer.json);
        }
        let good = exchange(&gate, &token, &[]).await;
        said += &format!("{:?} {}", good.headers, jwt_payload(&good.tokens().access_token));
        let userinfo = gate.userinfo(&token).await;
        said += &format!("{:?} {}", userinfo.headers, userinfo.json);
        said += &run(&["pat", "--database", &database, "list", "--owner", "clerk"]);
        said += &run(&["export", "--database", &database, "--with-hashes"]);
        let metrics = symbolon_testkit::http().get(server.at("/metrics")).send().await.unwrap();
        said += &metrics.text().await.unwrap();
        let (_, log) = server.stop();
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "nothing was logged:\n{log}");
        let secret = token.trim_start_matches("sy_pat_");
        for (place, text) in [("an answer", &said), ("the log", &log)] {
            assert!(!text.contains(secret), "in {place}: {text}");
        }
    }

    async fn a_subject_token_in_the_query_is_no_subject_token(backend) {
        let server = issuing(backend);
        let gate = machine(server, "gate").await;
        let token = clerks(server, "clerk", "").await;
        let mut url = gate.endpoint("token_endpoint");
        url.query_pairs_mut().append_pair("subject_token", &token);
        let form = [("grant_type", GRANT), ("subject_token_type", ACCESS_TOKEN)];
        let request = symbolon_testkit::http()
            .post(url)
            .basic_auth("gate", Some("machine-secret"))
            .timeout(Duration::from_secs(10))
            .form(&form);
        assert_eq!(Answer::to(request).await.error(), "invalid_request");
    }
}
