//! What an operator writes, what the server says when it is wrong, and the doctor.

use std::net::TcpListener;
use std::process::Output;

use symbolon_testkit::{
    Backend, Person, RelyingParty, Server, http, jwt_payload, on_both_databases,
};

use crate::support::{ALICE, alice, binary, file, options, printed, run, symbolon, symbolon_with};

on_both_databases! {
    async fn the_file_the_environment_and_the_command_line_are_each_stronger(backend) {
        let config = file("[token]\naccess_lifetime = \"5m\"\nid_lifetime = \"6m\"\n");
        let path = config.path().to_str().unwrap().to_owned();
        let mut options = options(backend.url())
            .with("SYMBOLON_TOKEN_ACCESS_LIFETIME", "7m")
            .with("SYMBOLON_LISTEN", "127.0.0.1:1");
        options.arguments = vec!["--config".to_owned(), path];
        // `--listen 127.0.0.1:0` is an argument: port 1 is not asked for.
        let server = Server::start(binary(), options);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let tokens = alice(&party).await;
        assert_eq!(tokens.json["expires_in"], 420);
        let id = jwt_payload(tokens.id_token());
        assert_eq!(
            id["exp"].as_u64().unwrap() - id["iat"].as_u64().unwrap(),
            360
        );
    }

    async fn a_demo_is_not_shown_to_other_machines_by_accident(backend) {
        let mut options = options(backend.url());
        options.listen = "0.0.0.0:0".to_owned();
        let Err(log) = Server::try_start(binary(), options.clone()) else {
            panic!("the demo listens on every address")
        };
        assert!(
            log.contains("--listen-anyway") && log.contains("demo"),
            "{log}"
        );
        options.arguments = vec!["--listen-anyway".to_owned()];
        let server = Server::start(binary(), options);
        let (_, port) = server.url().rsplit_once(':').unwrap();
        let here = format!("http://127.0.0.1:{port}/healthz");
        assert_eq!(http().get(here).send().await.unwrap().status(), 200);
        assert!(server.log().contains("WARN"), "{}", server.log());
    }

    async fn other_machines_need_an_issuer_that_they_can_reach(backend) {
        let mut options = options(backend.url());
        options.demo = false;
        options.listen = "0.0.0.0:0".to_owned();
        let Err(log) = Server::try_start(binary(), options) else {
            panic!("it guessed an issuer")
        };
        assert!(log.contains("issuer"), "{log}");
    }

    async fn a_port_that_is_taken_is_named(backend) {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut options = options(backend.url());
        options.listen = taken.local_addr().unwrap().to_string();
        let Err(log) = Server::try_start(binary(), options.clone()) else {
            panic!("two listen there")
        };
        assert!(
            log.contains(&options.listen) && log.contains("--listen"),
            "{log}"
        );
    }

    async fn the_first_command_prints_lines_that_work(backend) {
        let server = Server::start(binary(), options(backend.url()));
        // The log comes by a stream of its own, and may come in between.
        let log = server.log();
        let said = log.lines().filter(|line| !line.contains(" INFO "));
        let log: String = said.map(|line| format!("{line}\n")).collect();
        let url = log
            .lines()
            .find(|line| line.contains("/oauth/v2/authorize?"))
            .unwrap()
            .trim();
        let callback = Person::new().sign_in(url, "alice", ALICE).await;
        let lines = log.replace("\\\n", " ");
        let commands: Vec<_> = lines
            .lines()
            .filter(|line| line.trim().starts_with("curl "))
            .collect();
        assert_eq!(commands.len(), 4, "{log}");
        let mut answer = curl(&commands[0].replace("THE_CODE", callback.code()));
        for (command, blank, member) in [
            (commands[1], "THE_ACCESS_TOKEN", "access_token"),
            (commands[2], "THE_REFRESH_TOKEN", "refresh_token"),
        ] {
            let filled_in = command.replace(blank, answer[member].as_str().unwrap());
            let next = curl(&filled_in);
            assert_eq!(next.get("error"), None, "{filled_in}: {next}");
            if member == "refresh_token" {
                answer = next;
            }
        }
        assert!(answer["access_token"].is_string(), "{answer}");
        assert!(curl(commands[3])["access_token"].is_string());
    }

    async fn the_doctor_finds_nothing_in_a_good_set_up(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        let output = doctor(&database, &[("SYMBOLON_ISSUER", server.issuer())]);
        let said = printed(&output);
        assert!(output.status.success(), "{said}");
        for checked in [
            "ok   configuration",
            "ok   database",
            "ok   clock",
            "ok   keys",
            "ok   issuer",
            "Nothing to fix.",
        ] {
            assert!(said.contains(checked), "{checked} is not in\n{said}");
        }
        assert!(!said.contains("FAIL"), "{said}");
    }

    async fn the_doctor_names_each_thing_that_is_broken(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        let issuer = ("SYMBOLON_ISSUER", server.issuer());
        let fails = |database: &str, environment: &[(&str, &str)], told: &[&str]| {
            let output = doctor(database, environment);
            let said = printed(&output);
            assert!(!output.status.success(), "{environment:?}: {said}");
            for word in told {
                assert!(
                    said.contains(word),
                    "{environment:?}: {word} is not in\n{said}"
                );
            }
            said
        };
        fails(
            &database,
            &[issuer, ("SYMBOLON_TOKEN_ACCESS_LIFETIM", "1h")],
            &["FAIL configuration", "SYMBOLON_TOKEN_ACCESS_LIFETIME"],
        );
        let wrong = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
        let said = fails(
            &database,
            &[issuer, ("SYMBOLON_KEY_ENCRYPTION_KEY", wrong)],
            &["FAIL keys"],
        );
        assert!(!said.contains(wrong), "{said}");
        fails(
            &database,
            &[issuer, ("SYMBOLON_KEY_ENCRYPTION_KEY", "short")],
            &["FAIL configuration", "key_encryption_key"],
        );
        let unreachable = match backend {
            Backend::Sqlite => "sqlite:/nowhere/at/all.db",
            Backend::Postgres => "postgres://somebody:a-password-of-theirs@127.0.0.1:1/nothing",
        };
        let said = fails(unreachable, &[issuer], &["FAIL database", "Check"]);
        assert!(!said.contains("a-password-of-theirs"), "{said}");
        // Something answers there that is not this issuer.
        let other = Server::start(binary(), options(backend.url()));
        let port = other.url().rsplit_once(':').unwrap().1;
        fails(
            &database,
            &[("SYMBOLON_ISSUER", &format!("http://localhost:{port}"))],
            &["FAIL issuer", "make them the same"],
        );
        fails(
            &database,
            &[("SYMBOLON_ISSUER", &format!("{}/nowhere", server.issuer()))],
            &["FAIL issuer", "404"],
        );
    }

    async fn the_doctor_says_what_only_has_to_be_done_yet(backend) {
        let said = printed(&doctor(
            &backend.url(),
            &[("SYMBOLON_ISSUER", "http://127.0.0.1:1")],
        ));
        assert!(
            said.contains("pending") && said.contains("migrate"),
            "{said}"
        );
        assert!(said.contains("warn issuer"), "{said}");
    }

    async fn a_database_is_migrated_once(backend) {
        let database = backend.url();
        let first = run(&["migrate", "--database", &database]);
        assert!(first.starts_with("applied "), "{first}");
        let second = run(&["migrate", "--database", &database]);
        assert!(second.contains("nothing to do"), "{second}");
    }
}

#[test]
fn an_unknown_name_in_the_file_is_answered_with_the_nearest() {
    let said = refused("[token]\naccess_lifetim = \"1h\"\n", &[]);
    assert!(
        said.contains("token.access_lifetim is no setting"),
        "{said}"
    );
    assert!(
        said.contains("Did you mean token.access_lifetime?"),
        "{said}"
    );
    assert!(said.contains("line 2"), "{said}");
}

#[test]
fn an_unknown_variable_is_answered_with_the_nearest() {
    let said = refused("", &[("SYMBOLON_DATABASE_URL", "x")]);
    assert!(said.contains("Did you mean SYMBOLON_DATABASE?"), "{said}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = refused(
        "listn = \"x\"\n[token]\ncode_lifetime = \"1h\"\n[keys]\nalgorithms = [\"HS256\"]\n",
        &[
            ("SYMBOLON_LOG_FORMAT", "xml"),
            ("SYMBOLON_TLS_KEY", "key.pem"),
        ],
    );
    for part in ["listn", "token.code_lifetime", "HS256", "xml"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn settings_that_do_not_go_together_are_named() {
    for (config, told) in [
        (
            "[tls]\ncertificate = \"c.pem\"\n",
            &["tls.certificate", "tls.key"][..],
        ),
        (
            "[session]\nidle_lifetime = \"2d\"\nabsolute_lifetime = \"1d\"\n",
            &["session.idle_lifetime", "session.absolute_lifetime"],
        ),
        (
            "[paths]\ntoken = \"/same\"\nkeys = \"/same\"\n",
            &["paths.token", "paths.keys"],
        ),
        (
            "[paths]\ntoken = \"/healthz\"\n",
            &["paths.token", "healthz"],
        ),
        ("issuer = \"http://id.example\"\n", &["issuer", "https"]),
        ("issuer = \"https://id.example/\"\n", &["issuer", "`/`"]),
    ] {
        let said = refused(config, &[]);
        for word in told {
            assert!(said.contains(word), "{config}: {word} is not in\n{said}");
        }
    }
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    let said = refused(
        "",
        &[("SYMBOLON_KEY_ENCRYPTION_KEY", "c2VjcmV0LWJ1dC1zaG9ydA==")],
    );
    assert!(said.contains("key_encryption_key"), "{said}");
    assert!(!said.contains("c2VjcmV0"), "{said}");
    let said = refused(
        "",
        &[("SYMBOLON_DATABASE", "mysql://root:hunter22hunter22@db/x")],
    );
    assert!(said.contains("database"), "{said}");
    assert!(!said.contains("hunter22"), "{said}");
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_named() {
    let output = symbolon(&["doctor", "--config", "/nowhere/symbolon.toml"]);
    assert!(
        printed(&output).contains("/nowhere/symbolon.toml"),
        "{}",
        printed(&output)
    );
    let said = refused("listen = \n", &[]);
    assert!(said.contains("line 1") && said.contains("TOML"), "{said}");
}

#[test]
fn the_printed_configuration_is_one_to_start_from() {
    let text = run(&["config"]);
    let config = file(&text);
    let mut options = options(Backend::Sqlite.url());
    options.arguments = vec![
        "--config".to_owned(),
        config.path().to_str().unwrap().to_owned(),
    ];
    drop(Server::start(binary(), options.clone()));
    // With every setting that has a default written out, it says the same.
    let spelt_out: Vec<_> = text
        .lines()
        .scan(false, |has_default, line| {
            if line.starts_with("# Default: ") {
                *has_default = true;
            }
            let setting = line
                .strip_prefix('#')
                .filter(|rest| rest.contains(" = ") && !rest.starts_with(' '));
            let spelt_out = match setting {
                Some(setting) if *has_default => setting,
                _ => line,
            };
            if setting.is_some() {
                *has_default = false;
            }
            Some(spelt_out.to_owned())
        })
        // Those of which no default is a value: they are examples.
        .filter(|line| {
            ![
                "issuer",
                "key_encryption_key",
                "previous_",
                "state",
                "certificate",
                "key =",
                "trusted",
                "ca_file",
                "allowed_networks",
                "organization",
                "software_statement",
                "listen",
                "database",
                "demo",
            ]
            .iter()
            .any(|name| line.starts_with(name))
        })
        .collect();
    assert!(
        spelt_out
            .iter()
            .any(|line| line == "access_lifetime = \"12h\""),
        "{spelt_out:#?}"
    );
    std::fs::write(config.path(), spelt_out.join("\n")).unwrap();
    drop(Server::start(binary(), options));
}

#[test]
fn a_command_that_does_not_exist_is_answered_with_those_that_do() {
    let output = symbolon(&["server"]);
    assert!(!output.status.success());
    assert!(printed(&output).contains("serve"), "{}", printed(&output));
    let help = run(&["--help"]);
    for command in [
        "serve", "migrate", "apply", "export", "keys", "doctor", "config",
    ] {
        assert!(help.contains(command), "{help}");
    }
}

fn doctor(database: &str, environment: &[(&str, &str)]) -> Output {
    symbolon_with(&["doctor", "--database", database], environment)
}

/// Loads a configuration that has to be refused; returns what is said.
fn refused(config: &str, environment: &[(&str, &str)]) -> String {
    let config = file(config);
    let path = config.path().to_str().unwrap();
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        "sqlite::memory:",
        "--config",
        path,
    ];
    // Where the database is the thing that is wrong, it is not said on the command line.
    let names_database = environment
        .iter()
        .any(|(name, _)| *name == "SYMBOLON_DATABASE");
    let arguments = arguments.iter().filter(|argument| {
        !names_database || (**argument != "--database" && **argument != "sqlite::memory:")
    });
    let output = symbolon_with(&arguments.copied().collect::<Vec<_>>(), environment);
    let said = printed(&output);
    assert!(!output.status.success(), "accepted: {said}");
    said
}

fn curl(line: &str) -> serde_json::Value {
    let output = std::process::Command::new("sh")
        .args(["-c", line])
        .env("no_proxy", "*")
        .output()
        .unwrap();
    assert!(output.status.success(), "this test needs `curl`: {line}");
    serde_json::from_slice(&output.stdout).unwrap()
}
