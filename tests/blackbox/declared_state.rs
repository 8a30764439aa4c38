//! The declared state: what is planned, what is applied, what is written back, what a running
//! server makes of it, and what is refused.

use serde_json::json;
use symbolon_testkit::{
    Answers, Authentication, Backend, Person, RelyingParty, Server, Step, jwt_payload,
    on_both_databases,
};

use crate::support::{
    alice, alice_in, apply, binary, eventually, file, options, public, run, sign_in,
};

/// A state with one of each.
pub const SMALL: &str = "
organizations:
  - { id: initech, name: Initech }
roles:
  - { key: clerk, name: Clerk }
users:
  - username: milton
    organization: initech
    password: where is my red stapler
    profile: { name: Milton, email: milton@initech.example, email_verified: true }
    roles: { initech: [clerk] }
machine_users:
  - { name: printer, organization: initech, roles: { initech: [clerk] } }
clients:
  - client_id: reports
    client_name: Reports
    client_secret: a secret of the reports
    machine_user: printer
    grant_types: [client_credentials, authorization_code]
    redirect_uris: [https://reports.example/callback]
    scope: reports.read
    consent: implicit
";

on_both_databases! {
    async fn a_plan_says_what_would_change_and_changes_nothing(backend) {
        let database = backend.url();
        let state = file(SMALL);
        let path = state.path().to_str().unwrap();
        let planned = run(&["apply", "--plan", "--database", &database, "-f", path]);
        let lines: Vec<_> = planned.lines().collect();
        assert_eq!(
            lines,
            [
                "+ organization initech",
                "+ role clerk",
                "+ user milton",
                "~ user milton: roles in initech: clerk",
                "+ machine user printer",
                "~ machine user printer: roles in initech: clerk",
                "+ client reports",
            ]
        );
        assert_eq!(
            run(&["apply", "--plan", "--database", &database, "-f", path]),
            planned
        );
        assert!(!run(&["export", "--database", &database]).contains("initech"));
        assert!(
            !planned.contains("stapler") && !planned.contains("a secret"),
            "{planned}"
        );
    }

    async fn to_apply_twice_is_to_apply_once(backend) {
        let database = backend.url();
        let done = apply(&database, SMALL);
        assert!(done.contains("Applied 7 changes"), "{done}");
        let before = run(&["export", "--with-hashes", "--database", &database]);
        assert_eq!(
            apply(&database, SMALL),
            "Nothing to change: the state is as declared.\n"
        );
        assert_eq!(
            run(&["export", "--with-hashes", "--database", &database]),
            before
        );
    }

    async fn only_what_is_different_is_planned(backend) {
        let database = backend.url();
        apply(&database, SMALL);
        for (from, to, line) in [
            ("name: Initech", "name: Initrode", "~ organization initech"),
            ("name: Clerk", "name: Accounting clerk", "~ role clerk"),
            (
                "where is my red stapler",
                "I could set the building on fire",
                "~ user milton (password)",
            ),
            ("name: Milton,", "name: Milton Waddams,", "~ user milton"),
            (
                "client_name: Reports",
                "client_name: TPS reports",
                "~ client reports",
            ),
            (
                "a secret of the reports",
                "another secret of them",
                "~ client reports",
            ),
            (
                "scope: reports.read",
                "scope: reports.read reports.write",
                "~ client reports",
            ),
        ] {
            let state = file(&SMALL.replace(from, to));
            let path = state.path().to_str().unwrap();
            let planned = run(&["apply", "--plan", "--database", &database, "-f", path]);
            assert_eq!(planned, format!("{line}\n"), "{from} -> {to}");
        }
    }

    async fn what_is_not_declared_is_left_alone(backend) {
        let database = backend.url();
        apply(&database, SMALL);
        let before = run(&["export", "--with-hashes", "--database", &database]);
        apply(&database, "{}");
        apply(&database, "roles: [{ key: boss, name: Boss }]");
        let after = run(&["export", "--with-hashes", "--database", &database]);
        assert_eq!(after.replace("- key: boss\n  name: Boss\n", ""), before);
    }

    async fn an_export_can_be_applied_elsewhere(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        apply(&database, SMALL);
        let exported = run(&["export", "--with-hashes", "--database", &database]);
        drop(server);
        for other in [Backend::Sqlite, Backend::Postgres] {
            let copy = other.url();
            apply(&copy, &exported);
            assert_eq!(
                run(&["export", "--with-hashes", "--database", &copy]),
                exported
            );
            assert_eq!(
                apply(&copy, &exported),
                "Nothing to change: the state is as declared.\n"
            );
            let mut options = options(copy);
            options.demo = false;
            let server = Server::start(binary(), options);
            alice(&RelyingParty::demo_web(server.issuer()).await).await;
            let secret = Authentication::Basic("a secret of the reports".to_owned());
            let reports = RelyingParty::new(server.issuer(), "reports", secret).await;
            let token = reports
                .asking_for("reports.read")
                .client_credentials()
                .await
                .tokens();
            assert_eq!(
                jwt_payload(&token.access_token)["roles"],
                json!({"initech": ["clerk"]})
            );
        }
    }

    async fn a7_6_an_export_has_no_secrets_and_hashes_only_when_asked(backend) {
        let database = backend.url();
        apply(&database, SMALL);
        let plain = run(&["export", "--database", &database]);
        for word in ["argon2", "password", "secret", "sha256", "stapler"] {
            // The name of a method has the word in it, and is none.
            let text = plain
                .replace("client_secret_basic", "")
                .replace("client_secret_post", "");
            assert!(!text.contains(word), "{word} is in\n{plain}");
        }
        let with_hashes = run(&["export", "--with-hashes", "--database", &database]);
        assert!(with_hashes.contains("$argon2id$") && with_hashes.contains("client_secret_sha256"));
        assert!(!with_hashes.contains("stapler") && !with_hashes.contains("a secret of"));
        // Applied to where it came from, one without hashes takes nothing away.
        assert_eq!(
            apply(&database, &plain),
            "Nothing to change: the state is as declared.\n"
        );
    }

    async fn a_running_server_sees_a_change_within_a_second(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        apply(&database, SMALL);
        let reports = || async {
            let secret = Authentication::Basic("a secret of the reports".to_owned());
            RelyingParty::new(server.issuer(), "reports", secret).await
        };
        eventually("a new client", || async {
            reports().await.client_credentials().await.status == 200
        })
        .await;
        let mut party = reports().await;
        party.redirect_uri = "https://reports.example/callback".to_owned();
        sign_in(
            &Person::new(),
            &party,
            &[],
            "milton",
            "where is my red stapler",
        )
        .await;

        apply(
            &database,
            &SMALL.replace("reports.read", "reports.read reports.write"),
        );
        eventually("a new scope", || async {
            let answer = reports()
                .await
                .asking_for("reports.write")
                .client_credentials()
                .await;
            answer.status == 200
        })
        .await;
        apply(
            &database,
            &SMALL.replace(
                "{ name: printer, organization: initech, roles: { initech: [clerk] } }",
                "{ name: printer, organization: initech, roles: {} }",
            ),
        );
        eventually("a role less", || async {
            let token = reports()
                .await
                .client_credentials()
                .await
                .tokens()
                .access_token;
            jwt_payload(&token)["roles"] == json!({})
        })
        .await;
        apply(
            &database,
            &SMALL.replace(
                "https://reports.example/callback",
                "https://elsewhere.example/cb",
            ),
        );
        eventually("another redirect URI", || async {
            let browser = Person::new();
            browser
                .send(browser.http().get(party.authorize_url(&[]).url))
                .await
                .status
                == 400
        })
        .await;
        apply(
            &database,
            &SMALL.replace("a secret of the reports", "another secret of them"),
        );
        eventually("another secret", || async {
            reports().await.client_credentials().await.status == 401
        })
        .await;
        apply(&database, &format!("{SMALL}    disabled: true\n"));
        eventually("a disabled client", || async {
            let secret = Authentication::Basic("another secret of them".to_owned());
            let party = RelyingParty::new(server.issuer(), "reports", secret).await;
            party.client_credentials().await.status == 401
        })
        .await;
    }

    async fn a_state_file_is_applied_at_every_start(backend) {
        let database = backend.url();
        let state = file(SMALL);
        let start = || {
            let mut options = options(database.clone());
            options.demo = false;
            options.state = Some(state.path().to_owned());
            Server::start(binary(), options)
        };
        let server = start();
        let page = sign_in_as_milton(&server, "where is my red stapler").await;
        assert!(matches!(page, Step::Callback(_)), "{page:?}");
        server.stop();
        std::fs::write(
            state.path(),
            SMALL.replace("where is my red", "I will burn down my"),
        )
        .unwrap();
        let server = start();
        let page = sign_in_as_milton(&server, "I will burn down my stapler").await;
        assert!(matches!(page, Step::Callback(_)), "{page:?}");
        // Without the demo there are no people of the demo.
        assert!(!run(&["export", "--database", &database]).contains("alice"));
    }

    async fn the_demo_state_is_an_example_to_start_from(backend) {
        let database = backend.url();
        let demo = include_str!("../../crates/wire/src/demo.yaml");
        apply(&database, demo);
        let mut options = options(database.clone());
        options.demo = false;
        let server = Server::start(binary(), options);
        let browser = Person::new();
        let tokens = alice_in(&browser, &public(&server, "demo-web").await, &[]).await;
        assert_eq!(jwt_payload(&tokens.access_token)["org_id"], "acme");
        assert_eq!(
            apply(&database, demo),
            "Nothing to change: the state is as declared.\n"
        );
    }
}

async fn sign_in_as_milton(server: &Server, password: &str) -> Step {
    let secret = Authentication::Basic("a secret of the reports".to_owned());
    let mut party = RelyingParty::new(server.issuer(), "reports", secret).await;
    party.redirect_uri = "https://reports.example/callback".to_owned();
    let attempt = party.authorize_url(&[]);
    Person::new()
        .walk(&attempt.url, Answers::of("milton", password))
        .await
}
