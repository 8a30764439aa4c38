//! The rules of the configuration as a whole.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, time::Duration};

use proptest::prelude::*;

use super::*;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Loads a file with this text, these variables and these overrides.
fn load(
    file: &str,
    environment: &[(&str, &str)],
    overrides: &[(&str, &str)],
) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("symbolon.toml");
    fs::write(&path, file).unwrap();
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    let overrides: Vec<_> = overrides.iter().map(owned).collect();
    Config::load(Some(&path), environment.iter().map(owned), &overrides).map_err(|error| {
        let directory = format!("{}/", folder.path().display());
        error
            .problems()
            .iter()
            .map(|p| p.to_string().replace(&directory, ""))
            .collect()
    })
}

fn problems(file: &str, environment: &[(&str, &str)], overrides: &[(&str, &str)]) -> Vec<String> {
    load(file, environment, overrides).unwrap_err()
}

#[test]
fn without_any_source_the_defaults_hold() {
    let config = Config::load(None, std::iter::empty(), &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(
        config.issuer_at(config.listen).as_str(),
        "http://127.0.0.1:8080"
    );
    assert_eq!(config.database.expose(), "sqlite:symbolon.db");
    assert_eq!(config.default_key_file(), Some("symbolon.db.key".into()));
    assert_eq!(config.token.access_lifetime.count(), 43_200);
    assert_eq!(
        Duration::from(config.token.code_lifetime),
        Duration::from_secs(60)
    );
    assert_eq!(config.paths.end_session, "/oidc/v1/end_session");
    assert_eq!(config.keys.algorithms, ["RS256", "PS256", "ES256", "EdDSA"]);
    assert_eq!(config.password.argon2_memory, 19_456);
    assert!(config.password.workers >= 1);
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.metrics.enabled);
    assert!(config.tls.is_none() && config.proxy.trusted.is_empty() && !config.demo);
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn the_command_line_beats_the_environment_and_that_the_file() {
    let file = "[token]\naccess_lifetime = '1h'\nid_lifetime = '1h'\ncode_lifetime = '30s'";
    let environment = [
        ("SYMBOLON_TOKEN_ACCESS_LIFETIME", "2h"),
        ("SYMBOLON_TOKEN_ID_LIFETIME", "2h"),
    ];
    let config = load(file, &environment, &[("token.access_lifetime", "3h")]).unwrap();
    assert_eq!(config.token.access_lifetime, Seconds::new(3 * 3600));
    assert_eq!(config.token.id_lifetime, Seconds::new(2 * 3600));
    assert_eq!(config.token.code_lifetime, Seconds::new(30));
}

#[test]
fn every_setting_can_be_set_by_variable() {
    let keys: BTreeSet<_> = settings().map(|setting| setting.key).collect();
    for setting in settings() {
        let value = match setting.key {
            "key_encryption_key" | "previous_key_encryption_keys" => KEY,
            _ => setting.example(),
        };
        let mut environment = vec![(setting.variable(), value.to_owned())];
        for (one, other, other_value) in [
            ("tls.certificate", "tls.key", "other.pem"),
            ("tls.key", "tls.certificate", "other.pem"),
            ("clients.certificate_header", "proxy.trusted", "127.0.0.1"),
            ("clients.certificate_origin", "proxy.trusted", "127.0.0.1"),
            (
                "clients.certificate_origin",
                "clients.certificate_header",
                "Client-Cert",
            ),
        ] {
            if setting.key == one {
                assert!(keys.contains(other));
                let variable = find(other).unwrap().variable();
                environment.push((variable, other_value.to_owned()));
            }
        }
        let loaded = Config::load(None, environment.into_iter(), &[]);
        assert!(loaded.is_ok(), "{}: {:?}", setting.key, loaded.err());
    }
}

#[test]
fn the_file_takes_its_own_types() {
    let file = "listen = '[::1]:0'\ndemo = true\ntoken.access_lifetime = 600\n\
        previous_key_encryption_keys = ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=']\n\
        [password]\nqueue = 1_000\nworkers = 0x10\n\
        [proxy]\ntrusted = ['10.0.0.0/8', 'fd00::1']\n[metrics]\nenabled = false\n";
    let config = load(file, &[], &[]).unwrap();
    assert!(config.demo && config.listen.is_ipv6() && !config.metrics.enabled);
    assert_eq!(config.token.access_lifetime, Seconds::new(600));
    assert_eq!(
        (config.password.queue, config.password.workers),
        (1_000, 16)
    );
    assert_eq!(config.proxy.trusted[1].to_string(), "fd00::1/128");
    assert_eq!(config.previous_key_encryption_keys.len(), 1);
}

#[test]
fn an_empty_variable_is_not_set() {
    let config = load(
        "issuer = 'https://id.example.com'",
        &[("SYMBOLON_ISSUER", "")],
        &[],
    )
    .unwrap();
    assert_eq!(config.issuer.unwrap().as_str(), "https://id.example.com");
}

#[test]
fn variables_of_others_and_of_the_tests_are_left_alone() {
    let environment = [
        ("PATH", "/usr/bin"),
        ("symbolon_listen", "nonsense"),
        ("SYMBOLON_TEST_POSTGRES", "anything"),
        ("SYMBOLON_PORT", "tcp://10.0.0.11:8080"),
    ];
    assert!(load("", &environment, &[]).is_ok());
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let file = "listn = '127.0.0.1:80'\n\n[token]\naccess_lifetime = '12x'\nrefresh_grace = '1m'\n\
        [sesion]\nidle_lifetime = '1d'\n[log]\nlevel = ['info']\n[password]\nqueue = 1979-05-27\n\
        [[proxy]]\ntrusted = []\n[listen]\nport = 1";
    let environment = [("SYMBOLON_DATABSE", "x"), ("SYMBOLON_DEMO", "yes")];
    let told = problems(
        file,
        &environment,
        &[("issuer", "id.example.com"), ("lissten", "x")],
    );
    assert_eq!(
        told,
        [
            "listn is no setting (from symbolon.toml, line 1). Did you mean listen?",
            "sesion is no setting (from symbolon.toml, line 6). Did you mean the table [session]?",
            "proxy is no setting (from symbolon.toml, line 12). Did you mean the table [proxy]?",
            "the environment variable SYMBOLON_DATABSE is no setting. Did you mean \
             SYMBOLON_DATABASE?",
            "lissten is no setting (from the command line). Did you mean listen?",
            "listen: the value is a table (from symbolon.toml, line 14). Expected an IP address \
             and a port, for example listen = \"127.0.0.1:8080\"",
            "issuer: `id.example.com` is not a URL (relative URL without a base) (from the command \
             line). Expected an https URL without query, fragment and `/` at its end (http on \
             loopback only), for example https://id.example.com",
            "demo: `yes` is neither true nor false (from the environment variable SYMBOLON_DEMO). \
             Expected true or false, for example SYMBOLON_DEMO=false",
            "token.access_lifetime: `12x` has the unit `x`: the units are d, h, m and s (from \
             symbolon.toml, line 4). Expected a duration from 1s to 30d (units d, h, m and s), for \
             example access_lifetime = \"12h\"",
            "token.refresh_grace: `1m` is more than 30s (from symbolon.toml, line 5). Expected a \
             duration from 0s to 30s (units d, h, m and s), for example refresh_grace = \"5s\"",
            "password.queue: the value is a date or time (from symbolon.toml, line 11). Expected a \
             whole number from 1 to 100000, for example queue = 64",
            "log.level: `info` is a list, where one value is due (from symbolon.toml, line 9). \
             Expected off, error, warn, info, debug or trace, or a list such as info,sqlx=warn, for \
             example level = \"info\"",
        ]
    );
}

#[test]
fn a_message_that_stands_alone_is_one_line_and_several_are_numbered() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let one = Config::load(Some(&missing), std::iter::empty(), &[])
        .unwrap_err()
        .to_string();
    assert!(
        one.starts_with("the configuration cannot be used: /"),
        "{one}"
    );
    assert!(
        one.contains("missing.toml cannot be read: No such file"),
        "{one}"
    );
    assert_eq!(one.lines().count(), 1);
    let wrong = [
        ("demo".to_owned(), "x".to_owned()),
        ("listen".to_owned(), "x".to_owned()),
    ];
    let two = Config::load(None, std::iter::empty(), &wrong)
        .unwrap_err()
        .to_string();
    let lines: Vec<_> = two.lines().collect();
    assert_eq!(lines[0], "the configuration cannot be used: 2 problems");
    assert!(lines[1].starts_with("  1. listen: `x` ") && lines[2].starts_with("  2. demo: `x` "));
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line_and_not_quoted() {
    let told = problems("demo = true\nkey_encryption_key = \"hunter2", &[], &[]);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("symbolon.toml, line 2: not valid TOML: "),
        "{}",
        told[0]
    );
    assert!(!told[0].contains("hunter2"), "{}", told[0]);
    let twice = problems("[log]\nlevel = 'info'\nlevel = 'warn'", &[], &[]);
    assert!(
        twice[0].starts_with("symbolon.toml, line 3: not valid TOML: duplicate key"),
        "{twice:?}"
    );
}

#[test]
fn no_secret_is_ever_printed() {
    let told = problems(
        "previous_key_encryption_keys = ['hunter2', 'hunter3']",
        &[
            ("SYMBOLON_KEY_ENCRYPTION_KEY", "hunter4!"),
            ("SYMBOLON_KEY_ENCRYPTION_KY", "hunter5"),
        ],
        &[
            ("database", "postgress://someone:hunter6@localhost/x"),
            ("issuer", "https://a:hunter7@id.example.com"),
        ],
    );
    assert_eq!(
        told,
        [
            "the environment variable SYMBOLON_KEY_ENCRYPTION_KY is no setting. Did you mean \
             SYMBOLON_KEY_ENCRYPTION_KEY?",
            "issuer: the value contains a user name or a password (from the command line). \
             Expected an https URL without query, fragment and `/` at its end (http on loopback \
             only), for example https://id.example.com",
            "database: `postgress:...` begins with neither `sqlite:` nor `postgres://` (from the \
             command line). Expected sqlite:PATH, sqlite::memory: or postgres://..., for example \
             sqlite:symbolon.db",
            "key_encryption_key: the value is not base64 (from the environment variable \
             SYMBOLON_KEY_ENCRYPTION_KEY). Expected 32 random bytes in base64, for example the \
             output of `openssl rand -base64 32`",
            "previous_key_encryption_keys: the value is not base64 (item 1) (from symbolon.toml, \
             line 1). Expected a list of keys, each 32 bytes in base64, for example a list of \
             former keys, separated by commas",
        ]
    );
    let environment = [
        ("SYMBOLON_KEY_ENCRYPTION_KEY", KEY),
        ("SYMBOLON_PREVIOUS_KEY_ENCRYPTION_KEYS", KEY),
        (
            "SYMBOLON_DATABASE",
            "postgres://someone:hunter8@localhost/x?password=hunter9",
        ),
    ];
    let printed = format!("{:?}", load("", &environment, &[]).unwrap());
    assert!(
        !printed.contains("hunter") && !printed.contains(&KEY[..8]),
        "{printed}"
    );
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    for (file, told) in [
        (
            "tls.key = 'k.pem'",
            "tls.key = k.pem (from symbolon.toml, line 1) is set and tls.certificate is not: set \
             both, or neither",
        ),
        (
            "tls.certificate = 'c.pem'",
            "tls.certificate = c.pem (from symbolon.toml, line 1) is set and tls.key is not: set \
             both, or neither",
        ),
        (
            "key_encryption_key_file = 'k'\n\
             key_encryption_key = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='",
            "key_encryption_key (from symbolon.toml, line 2) and key_encryption_key_file = k (from \
             symbolon.toml, line 1) are both set: keep one of them",
        ),
        (
            "token.refresh_idle_lifetime = '91d'",
            "token.refresh_idle_lifetime = 91d (from symbolon.toml, line 1) is longer than \
             token.refresh_absolute_lifetime = 90d (the default): lower the first or raise the \
             second",
        ),
        (
            "session.absolute_lifetime = '1h'",
            "session.idle_lifetime = 1d (the default) is longer than session.absolute_lifetime = \
             1h (from symbolon.toml, line 1): lower the first or raise the second",
        ),
        (
            "keys.rotation_interval = '1d'",
            "keys.publish_before_use = 1d (the default) is not shorter than keys.rotation_interval \
             = 1d (from symbolon.toml, line 1): a key would be due for replacement before it signs",
        ),
        (
            "paths.token = '/oauth/v2/keys'",
            "paths.token = /oauth/v2/keys (from symbolon.toml, line 1) and paths.keys = \
             /oauth/v2/keys (the default) are the same path",
        ),
        (
            "paths.check_session = '/oauth/v2/keys'",
            "paths.keys = /oauth/v2/keys (the default) and paths.check_session = /oauth/v2/keys \
             (from symbolon.toml, line 1) are the same path",
        ),
        (
            "demo = true\nlisten = '0.0.0.0:80'\nissuer = 'https://id.example.com'",
            "demo is on and listen = 0.0.0.0:80 (from symbolon.toml, line 2) is not a loopback \
             address: everybody knows the passwords of the demo state. Listen on 127.0.0.1, or set \
             listen_anyway (--listen-anyway) if only you can reach that address",
        ),
        (
            "listen = '[::]:80'",
            "listen = [::]:80 (from symbolon.toml, line 1) is not a loopback address and issuer is \
             not set: set issuer to the URL under which browsers reach this server, for example \
             issuer = \"https://id.example.com\"",
        ),
    ] {
        assert_eq!(problems(file, &[], &[]), [told], "{file}");
    }
}

#[test]
fn the_demo_may_be_public_when_told_twice() {
    let overrides = [
        ("demo", "true"),
        ("listen", "0.0.0.0:8080"),
        ("listen_anyway", "true"),
    ];
    let config = load("", &[], &overrides).unwrap();
    assert_eq!(
        config.issuer_at(config.listen).as_str(),
        "http://127.0.0.1:8080"
    );
    assert_eq!(config.warnings.len(), 2, "{:?}", config.warnings);
}

#[test]
fn choices_that_weaken_are_warned_of() {
    for (file, beginning) in [
        (
            "token.code_lifetime = '61s'",
            "token.code_lifetime is 1m1s: ",
        ),
        (
            "password.argon2_memory = 8192",
            "password.argon2_memory 8192 with ",
        ),
        (
            "password.argon2_iterations = 1",
            "password.argon2_memory 19456 with ",
        ),
        ("proxy.trusted = ['::/0']", "proxy.trusted contains ::/0: "),
        (
            "listen = '192.0.2.1:80'\nissuer = 'https://id.example.com'",
            "plain HTTP on 192.0.2.1:80: ",
        ),
    ] {
        let warnings = load(file, &[], &[]).unwrap().warnings;
        assert_eq!(warnings.len(), 1, "{file}: {warnings:?}");
        assert!(warnings[0].starts_with(beginning), "{file}: {warnings:?}");
    }
    for file in [
        "token.code_lifetime = '60s'",
        "password.argon2_memory = 12288\npassword.argon2_iterations = 3",
        "listen = '192.0.2.1:80'\nissuer = 'https://id.example.com'\nproxy.trusted = ['192.0.2.2']",
    ] {
        assert_eq!(
            load(file, &[], &[]).unwrap().warnings,
            Vec::<String>::new(),
            "{file}"
        );
    }
}

#[test]
fn the_key_lies_beside_the_database() {
    for (database, file) in [
        (
            "sqlite:/var/lib/symbolon/x.db",
            Some("/var/lib/symbolon/x.db.key"),
        ),
        ("postgres://localhost/x", Some("symbolon.key")),
        ("sqlite::memory:", None),
    ] {
        let config = load("", &[], &[("database", database)]).unwrap();
        assert_eq!(
            config.default_key_file(),
            file.map(PathBuf::from),
            "{database}"
        );
    }
}

proptest! {
    #[test]
    fn no_file_makes_the_reader_panic(file in "[a-z_.='\\[\\]{}0-9\"\n ,#]{0,60}") {
        let _ = load(&file, &[], &[]);
    }

    #[test]
    fn no_value_makes_a_setting_panic(index in 0..settings().count(), value in ".{0,40}") {
        let _ = load("", &[], &[(settings().nth(index).unwrap().key, &value)]);
    }
}
