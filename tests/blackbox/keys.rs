//! Signing keys: what is published, how they rotate, and what lies in the database.

use std::fs;

use serde_json::{Value, json};
use symbolon_jose::{KeyEncryptionKey, Seal};
use symbolon_testkit::{
    Answer, Backend, Options, RelyingParty, Server, http, jwt_header, on_both_databases,
};

use crate::support::{
    alice, binary, eventually, options, printed, public, published_keys, run, shared, symbolon_with,
};

on_both_databases! {
    async fn a3_10_only_public_halves_are_published(backend) {
        let party = public(shared(backend), "web").await;
        let keys = published_keys(&party).await;
        let mut seen = Vec::new();
        for key in keys["keys"].as_array().unwrap() {
            let mut members: Vec<_> = key
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            members.sort_unstable();
            let expected: &[&str] = match key["kty"].as_str().unwrap() {
                "RSA" => &["alg", "e", "kid", "kty", "n", "use"],
                "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                "OKP" => &["alg", "crv", "kid", "kty", "use", "x"],
                other => panic!("{other}"),
            };
            assert_eq!(members, expected);
            assert_eq!(key["use"], "sig");
            if key["kty"] == "RSA" {
                assert!(
                    key["n"].as_str().unwrap().len() >= 342,
                    "fewer than 2048 bits"
                );
            }
            seen.push(key["alg"].as_str().unwrap().to_owned());
        }
        seen.sort();
        assert_eq!(seen, ["ES256", "EdDSA", "PS256", "RS256"]);
    }

    async fn every_key_has_a_name_of_its_own(backend) {
        let keys = published_keys(&public(shared(backend), "web").await).await;
        let mut names: Vec<_> = kids(&keys);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), keys["keys"].as_array().unwrap().len());
    }

    async fn a3_10_a_rotated_key_is_published_before_it_signs(backend) {
        let (database, server) = own(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let old = alice(&party).await;
        let before = published_keys(&party).await;
        let printed = run(&["keys", "--database", &database, "rotate"]);
        assert_eq!(printed.matches("made ").count(), 4, "{printed}");

        eventually("the new keys are published", || async {
            kids(&published_keys(&party).await).len() == 8
        })
        .await;
        let after = published_keys(&party).await;
        assert!(kids(&before).iter().all(|kid| kids(&after).contains(kid)));
        // The old one still signs, and what it signed is good.
        let new = alice(&party).await;
        assert_eq!(kid(new.id_token()), kid(old.id_token()));
        assert_eq!(
            party.introspect(&old.access_token).await.json["active"],
            true
        );
        assert_eq!(party.userinfo(&old.access_token).await.status, 200);
        let again = run(&["keys", "--database", &database, "rotate"]);
        assert!(again.contains("nothing to do"), "{again}");
    }

    async fn a3_10_a_key_can_be_replaced_at_once(backend) {
        let (database, server) = own(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let old = alice(&party).await;
        run(&["keys", "--database", &database, "rotate", "--now"]);
        eventually("a new key signs", || async {
            let machine = RelyingParty::demo_machine(server.issuer()).await;
            let token = machine.client_credentials().await.tokens().access_token;
            kid(&token) != kid(&old.access_token)
        })
        .await;
        // `finish` verifies with the published keys.
        let new = alice(&party).await;
        assert_ne!(kid(new.id_token()), kid(old.id_token()));
        // Old tokens stay good for as long as they live, here and at whoever has the key set.
        party.verify(&old.access_token).await;
        assert_eq!(party.userinfo(&old.access_token).await.status, 200);
        assert_eq!(
            party.introspect(&old.access_token).await.json["active"],
            true
        );
        party.refresh(old.refresh_token()).await.tokens();
    }

    async fn a3_10_a_key_is_published_until_its_last_token_has_expired(backend) {
        let database = backend.url();
        let start = || {
            let options = options(database.clone())
                .with("SYMBOLON_TOKEN_ACCESS_LIFETIME", "1s")
                .with("SYMBOLON_TOKEN_ID_LIFETIME", "1s");
            Server::start(binary(), options)
        };
        let server = start();
        let party = RelyingParty::demo_web(server.issuer()).await;
        let old = kids(&published_keys(&party).await);
        run(&["keys", "--database", &database, "rotate", "--now"]);
        eventually("new keys are published", || async {
            kids(&published_keys(&party).await)
                .iter()
                .any(|kid| !old.contains(kid))
        })
        .await;
        crate::support::seconds_pass(1).await;
        // A running server looks every half minute; one that starts sees what is so.
        drop(server);
        let server = start();
        let party = RelyingParty::demo_web(server.issuer()).await;
        let now = kids(&published_keys(&party).await);
        assert_eq!(now.len(), 4);
        assert!(now.iter().all(|kid| !old.contains(kid)), "{now:?}");
    }

    async fn the_key_set_has_another_tag_after_a_rotation(backend) {
        let (database, server) = own(backend);
        let url = server.at("/oauth/v2/keys");
        let tag = || async { Answer::to(http().get(&url)).await.header("etag").to_owned() };
        let before = tag().await;
        run(&["keys", "--database", &database, "rotate"]);
        eventually("another tag", || async { tag().await != before }).await;
    }

    async fn keys_outlive_a_restart(backend) {
        let (database, server) = own(backend);
        let before = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        server.stop();
        let server = Server::start(binary(), options(database));
        let after = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        assert_eq!(sorted(&before), sorted(&after));
    }

    async fn the_keys_are_listed_with_their_state(backend) {
        let (database, server) = own(backend);
        run(&["keys", "--database", &database, "rotate"]);
        let list = run(&["keys", "--database", &database, "list"]);
        assert_eq!(
            list.lines()
                .filter(|line| line.starts_with("active "))
                .count(),
            4,
            "{list}"
        );
        assert_eq!(
            list.lines()
                .filter(|line| line.starts_with("pending "))
                .count(),
            4,
            "{list}"
        );
        for kid in kids(&published_keys(&RelyingParty::demo_web(server.issuer()).await).await) {
            assert!(list.contains(&kid), "{list}");
        }
    }

    async fn a3_10_no_private_key_lies_open_in_the_database(backend) {
        let (database, server) = own(backend);
        drop(server);
        let seal = Seal::new(
            KeyEncryptionKey::from_base64(&key_encryption_key()).unwrap(),
            vec![],
        );
        let storage = symbolon_storage::open(&database).await.unwrap();
        let stored = storage.signing_keys().await.unwrap();
        storage.close().await;
        let mut private = Vec::new();
        for key in &stored {
            let context = format!("signing-key:{}", key.record.id);
            let opened = seal.open(context.as_bytes(), &key.sealed).unwrap();
            let jwk: Value = serde_json::from_slice(&opened).unwrap();
            for member in ["d", "p", "q", "dp", "dq", "qi"] {
                private.extend(jwk[member].as_str().map(str::to_owned));
            }
        }
        assert!(
            private.len() >= 4,
            "what is looked for was not found in the keys themselves"
        );
        let dump = dump(backend, &database);
        for name in kids_of(&stored) {
            assert!(
                contains(&dump, name.as_bytes()),
                "the dump does not even have the names"
            );
        }
        for text in private {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(&text)
                .unwrap();
            assert!(
                !contains(&dump, text.as_bytes()),
                "a private key lies in the database"
            );
            assert!(
                !contains(&dump, &bytes),
                "a private key lies in the database"
            );
            assert!(
                !contains(&dump, hexadecimal(&bytes).as_bytes()),
                "a private key lies in the database"
            );
        }
        for word in ["PRIVATE KEY", "\"d\":", &key_encryption_key()] {
            assert!(!contains(&dump, word.as_bytes()), "{word}");
        }
    }

    async fn the_wrong_key_encryption_key_stops_the_start_and_changes_nothing(backend) {
        let (database, server) = own(backend);
        let before = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        drop(server);
        let mut wrong = options(database.clone());
        wrong.key_encryption_key = Some("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=".to_owned());
        let Err(log) = Server::try_start(binary(), wrong) else {
            panic!("it opened the keys")
        };
        assert!(log.contains("key-encryption key"), "{log}");
        assert!(!log.contains("ICEiIyQl"), "{log}");
        let server = Server::start(binary(), options(database));
        let after = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        assert_eq!(sorted(&before), sorted(&after));
    }

    async fn a3_10_the_key_encryption_key_can_be_replaced(backend) {
        let (database, server) = own(backend);
        let before = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        drop(server);
        let new = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
        let old = key_encryption_key();
        let environment = [
            ("SYMBOLON_KEY_ENCRYPTION_KEY", new),
            ("SYMBOLON_PREVIOUS_KEY_ENCRYPTION_KEYS", old.as_str()),
        ];
        let output = symbolon_with(&["keys", "--database", &database, "reseal"], &environment);
        assert!(
            printed(&output).contains("sealed 4 keys"),
            "{}",
            printed(&output)
        );
        let mut options: Options = options(database);
        options.key_encryption_key = Some(new.to_owned());
        let server = Server::start(binary(), options);
        let after = published_keys(&RelyingParty::demo_web(server.issuer()).await).await;
        assert_eq!(sorted(&before), sorted(&after));
    }

    async fn a_first_start_makes_a_key_file_for_its_owner_alone(backend) {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("the.key");
        let start = |database: String| {
            let mut options =
                options(database).with("SYMBOLON_KEY_ENCRYPTION_KEY_FILE", file.to_str().unwrap());
            options.key_encryption_key = None;
            Server::try_start(binary(), options)
        };
        if backend == Backend::Sqlite {
            // Beside the database, where nothing says otherwise.
            let database = folder.path().join("symbolon.db");
            let mut options = options(format!("sqlite:{}", database.display()));
            options.key_encryption_key = None;
            let server = Server::start(binary(), options);
            let key = folder.path().join("symbolon.db.key");
            let mode = fs::metadata(&key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{mode:o}");
            let log = server.stop().1;
            let text = fs::read_to_string(&key).unwrap();
            assert!(!log.contains(text.trim()), "{log}");
        }
        // A file that was named has to be there.
        let Err(log) = start(backend.url()) else {
            panic!("it started without its key")
        };
        assert!(log.contains("the.key"), "{log}");
        fs::write(&file, key_encryption_key()).unwrap();
        start(backend.url()).unwrap();
    }
}

/// A server of its own, and where its data is.
fn own(backend: Backend) -> (String, Server) {
    let database = backend.url();
    (database.clone(), Server::start(binary(), options(database)))
}

fn kid(token: &str) -> String {
    jwt_header(token)["kid"].as_str().unwrap().to_owned()
}

fn kids(keys: &Value) -> Vec<String> {
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kids_of(stored: &[symbolon_storage::StoredKey]) -> Vec<String> {
    stored.iter().map(|key| key.record.id.to_string()).collect()
}

fn sorted(keys: &Value) -> Value {
    let mut all = keys["keys"].as_array().unwrap().clone();
    all.sort_by_key(|key| key["kid"].to_string());
    json!(all)
}

fn key_encryption_key() -> String {
    options("").key_encryption_key.unwrap()
}

/// Everything that lies in a database: the bytes of its files, or what `pg_dump` would read.
fn dump(backend: Backend, database: &str) -> Vec<u8> {
    match backend {
        Backend::Sqlite => {
            let path = database.strip_prefix("sqlite:").unwrap();
            let mut bytes = fs::read(path).unwrap();
            bytes.extend(fs::read(format!("{path}-wal")).unwrap_or_default());
            bytes
        }
        Backend::Postgres => {
            let copy = "SELECT row_to_json(signing_key)::text FROM signing_key";
            let output = std::process::Command::new("psql")
                .args(["-X", "-A", "-t", "-d", database, "-c", copy])
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "this test needs `psql` (Debian: postgresql-client)"
            );
            output.stdout
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
