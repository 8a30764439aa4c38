//! Declared states that are wrong: each is refused as a whole, and in words.

use symbolon_testkit::{Server, on_both_databases};

use crate::declared_state::SMALL;
use crate::support::{apply, binary, file, options, printed, run, symbolon};

on_both_databases! {
    async fn a_state_file_that_is_wrong_stops_the_start(backend) {
        let state = file("users: [{ username: milton }]");
        let mut options = options(backend.url());
        options.state = Some(state.path().to_owned());
        let Err(log) = Server::try_start(binary(), options) else {
            panic!("it started")
        };
        let path = state.path().to_str().unwrap();
        assert!(log.contains(path) && log.contains("organization"), "{log}");
    }

    async fn what_is_wrong_is_named_and_nothing_of_it_is_applied(backend) {
        let database = backend.url();
        let before = run(&["export", "--database", &database]);
        for (from, to, told) in [
            (
                "organizations:",
                "organisations:",
                &["organisations", "organizations"][..],
            ),
            (
                "  - { id: initech, name: Initech }",
                "  - { id: initech, nome: Initech }",
                &["nome"],
            ),
            ("id: initech", "id: in itech", &["identifier"]),
            ("key: clerk", "key: a clerk", &["role"]),
            (
                "password: where is my red stapler",
                "password: too short",
                &["user milton", "15 characters"],
            ),
            (
                "password: where is my red stapler",
                "password: milton milton milton",
                &["user milton"],
            ),
            (
                "password: where is my red stapler",
                "password_hash: plain",
                &["user milton", "password_hash"],
            ),
            (
                "password:",
                "password_hash: $2b$04$x\n    password:",
                &["user milton", "both"],
            ),
            (
                "username: milton",
                "username: \"mil\\u200bton\"",
                &["invisible"],
            ),
            (
                "organization: initech\n    password",
                "organization: nowhere\n    password",
                &["user milton", "nowhere"],
            ),
            (
                "initech: [clerk] }\nmachine",
                "nowhere: [clerk] }\nmachine",
                &["user milton", "nowhere"],
            ),
            (
                "initech: [clerk] }\nmachine",
                "initech: [king] }\nmachine",
                &["user milton", "king"],
            ),
            (
                "  - username: milton",
                "  - { username: MILTON, organization: initech }\n  - username: milton",
                &["user milton", "already"],
            ),
            ("name: printer,", "name: milton,", &["milton"]),
            (
                "machine_user: printer",
                "machine_user: fax",
                &["client reports", "fax"],
            ),
            (
                "machine_user: printer",
                "organization: nowhere",
                &["client reports", "nowhere"],
            ),
            (
                "    client_secret: a secret of the reports\n",
                "",
                &["client reports", "secret"],
            ),
            (
                "client_secret: a secret of the reports",
                "client_secret_sha256: [abc]",
                &["client reports", "client_secret_sha256"],
            ),
            (
                "    machine_user: printer\n",
                "",
                &["client reports", "machine"],
            ),
            (
                "client_credentials,",
                "password,",
                &["client reports", "password"],
            ),
            (
                "https://reports",
                "http://reports",
                &["client reports", "https"],
            ),
            (
                "https://reports.example/callback",
                "'https://reports.example/#x'",
                &["client reports", "fragment"],
            ),
            (
                "https://reports.example/callback",
                "'JavaScript:alert(1)'",
                &["client reports"],
            ),
            (
                "https://reports.example/callback",
                "https://a:b@reports.example/",
                &["client reports"],
            ),
            (
                "consent: implicit",
                "consents: implicit",
                &["client reports", "consents"],
            ),
            (
                "consent: implicit",
                "logo_uri: 'data:text/html,x'",
                &["client reports"],
            ),
            (
                "consent: implicit",
                "access_token_signed_response_alg: HS256",
                &["client reports", "HS256"],
            ),
            ("client_id: reports", "client_id: ''", &["identifier"]),
            ("roles:\n", "roles: clerk\n  x:\n", &["roles"]),
        ] {
            assert!(SMALL.contains(from), "{from}");
            let state = SMALL.replacen(from, to, 1);
            let output = refused(&database, &state);
            for word in told {
                assert!(
                    output.contains(word),
                    "{from} -> {to}: {word} is not in {output}"
                );
            }
            assert_eq!(
                run(&["export", "--database", &database]),
                before,
                "{from} -> {to}"
            );
        }
    }

    async fn a_file_that_is_not_there_or_not_yaml_is_named(backend) {
        let database = backend.url();
        let output = symbolon(&[
            "apply",
            "--database",
            &database,
            "-f",
            "/nowhere/state.yaml",
        ]);
        assert!(!output.status.success());
        assert!(
            printed(&output).contains("/nowhere/state.yaml"),
            "{}",
            printed(&output)
        );
        let output = refused(&database, "users: [");
        assert!(output.contains("line"), "{output}");
        refused(&database, "just words");
    }

    async fn a5_14_two_people_cannot_have_one_name(backend) {
        let database = backend.url();
        apply(&database, SMALL);
        for other in [
            "{ username: peter, id: other, organization: initech, \
               profile: { email: Milton@Initech.example, email_verified: true } }",
            "{ username: milton@initech.example, organization: initech }",
        ] {
            let output = refused(&database, &format!("users: [{other}]"));
            assert!(output.contains("already"), "{output}");
        }
        let output = refused(
            &database,
            "users: [{ username: milton, id: other, organization: initech }]",
        );
        assert!(output.contains("id"), "{output}");
    }

    async fn a2_14_a_client_and_a_subject_cannot_share_an_id(backend) {
        let database = backend.url();
        apply(&database, SMALL);
        let output = refused(
            &database,
            "users: [{ username: x, id: reports, organization: initech }]",
        );
        assert!(output.contains("client"), "{output}");
        apply(
            &database,
            "users: [{ username: x, id: somebody, organization: initech }]",
        );
        let output = refused(
            &database,
            &SMALL.replace("client_id: reports", "client_id: somebody"),
        );
        assert!(output.contains("subject"), "{output}");
    }
}

/// Applies a state that has to be refused; returns what is said.
fn refused(database: &str, state: &str) -> String {
    let file = file(state);
    let path = file.path().to_str().unwrap();
    let output = symbolon(&["apply", "--database", database, "-f", path]);
    let said = printed(&output);
    assert!(!output.status.success(), "accepted: {state}\n{said}");
    // For people: no panic, no SQL.
    assert!(
        !said.contains("panicked") && !said.contains("FOREIGN KEY"),
        "{said}"
    );
    said
}
