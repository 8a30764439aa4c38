//! Request objects that are encrypted for the server.

use josekit::jwe::{self, ECDH_ES, ECDH_ES_A256KW, JweEncrypter, JweHeader, RSA_OAEP_256};
use josekit::jwk::Jwk;
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{Person, Site, on_both_databases, unsigned_jwt};

use super::{JWT, ON, claims, client, party, published, refusal, server};
use crate::support::LOOPBACK;
use crate::support::{ALICE, eventually, symbolon_with};

const ENCRYPTED: (&str, &str) = ("SYMBOLON_REQUESTS_ENCRYPTED_OBJECTS", "true");

/// Encrypts for a key that a server publishes.
fn encrypt(jwk: &Value, encoding: &str, object: &str) -> String {
    let key = Jwk::from_map(jwk.as_object().unwrap().clone()).unwrap();
    let encrypter: Box<dyn JweEncrypter> = match jwk["alg"].as_str().unwrap() {
        "RSA-OAEP-256" => Box::new(RSA_OAEP_256.encrypter_from_jwk(&key).unwrap()),
        "ECDH-ES" => Box::new(ECDH_ES.encrypter_from_jwk(&key).unwrap()),
        _ => Box::new(ECDH_ES_A256KW.encrypter_from_jwk(&key).unwrap()),
    };
    let mut header = JweHeader::new();
    header.set_content_encryption(encoding);
    header.set_content_type("JWT");
    jwe::serialize_compact(object.as_bytes(), &header, &*encrypter).unwrap()
}

fn for_encryption(keys: Vec<Value>) -> Vec<Value> {
    keys.into_iter().filter(|key| key["use"] == "enc").collect()
}

on_both_databases! {
    async fn an_object_is_opened_in_every_way_that_is_announced(backend) {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let server = server(&backend.url(), &[client("app", &key, &[])], &[ENCRYPTED]);
        let party = party(&server, "app").await;
        let announced = |name: &str| party.metadata[name].as_array().unwrap().clone();
        let ways = announced("request_object_encryption_alg_values_supported");
        assert_eq!(ways, ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"]);
        let keys = for_encryption(published(&party).await);
        assert_eq!(keys.len(), 3, "{keys:?}");
        let browser = Person::new();
        for jwk in &keys {
            assert!(ways.contains(&jwk["alg"]));
            assert!(jwk.get("d").is_none() && jwk.get("p").is_none());
            for encoding in announced("request_object_encryption_enc_values_supported") {
                let attempt = party.authorize_url(&[]);
                let object = key.sign("oauth-authz-req+jwt", &claims(&attempt, json!({}))).unwrap();
                let object = encrypt(jwk, encoding.as_str().unwrap(), &object);
                let sent = attempt.carrying(&[("client_id", "app"), ("request", &object)]);
                let callback = browser.sign_in(&sent.url, "alice", ALICE).await;
                party.finish(&attempt, &callback).await;
            }
        }
    }

    async fn a3_5_what_is_encrypted_is_signed_all_the_same(backend) {
        let [key, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::ES256).unwrap());
        let server = server(&backend.url(), &[client("app", &key, &[])], &[ENCRYPTED]);
        let party = party(&server, "app").await;
        let jwk = &for_encryption(published(&party).await)[0];
        let attempt = party.authorize_url(&[]);
        let plain = claims(&attempt, json!({})).to_string();
        let good = key.sign("JWT", &claims(&attempt, json!({}))).unwrap();
        let unsigned = unsigned_jwt(&claims(&attempt, json!({})));
        let foreign = other.sign("JWT", &claims(&attempt, json!({}))).unwrap();
        let twice = encrypt(jwk, "A128GCM", &good);
        for inside in [plain, unsigned, foreign, twice] {
            let object = encrypt(jwk, "A128GCM", &inside);
            let refused = refusal(&party, &[("request", &object)]).await;
            assert_eq!(refused, "invalid_request_object", "{inside:.40}");
        }
        let object = encrypt(jwk, "A128GCM", &good);
        let altered = format!("{}AAAA", &object[..object.len() - 4]);
        assert_eq!(refusal(&party, &[("request", &altered)]).await, "invalid_request_object");
    }

    async fn it_is_off_and_then_no_key_is_there_for_it(backend) {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let database = backend.url();
        let clients = [client("app", &key, &[])];
        let jwk = {
            let on = server(&database, &clients, &[ENCRYPTED]);
            let party = party(&on, "app").await;
            for_encryption(published(&party).await).remove(0)
        };
        let off = server(&database, &clients, &[]);
        let party = party(&off, "app").await;
        assert!(for_encryption(published(&party).await).is_empty());
        assert_eq!(party.metadata["request_object_encryption_alg_values_supported"], Value::Null);
        let object = key.sign("JWT", &claims(&party.authorize_url(&[]), json!({}))).unwrap();
        let object = encrypt(&jwk, "A128GCM", &object);
        assert_eq!(refusal(&party, &[("request", &object)]).await, "invalid_request_object");
    }

    async fn a3_10_the_keys_rotate_and_both_open(backend) {
        let host = Site::plain();
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let database = backend.url();
        let uri = host.at("/object");
        let clients = [client("app", &key, std::slice::from_ref(&uri))];
        let settings = [ENCRYPTED, ON, LOOPBACK];
        let first = server(&database, &clients, &settings);
        let second = server(&database, &clients, &settings);
        let (one, two) = (party(&first, "app").await, party(&second, "app").await);
        let before = for_encryption(published(&one).await);
        // Two instances, one set of keys.
        assert_eq!(for_encryption(published(&two).await), before);
        let rotate = ["keys", "--database", &database, "rotate", "--now"];
        let done = symbolon_with(&rotate, &[ENCRYPTED]);
        assert!(done.status.success(), "{done:?}");
        eventually("both publish the new keys", async || {
            let [one, two] = [published(&one).await, published(&two).await].map(for_encryption);
            one.len() == 6 && one == two
        })
        .await;
        let after = for_encryption(published(&one).await);
        assert!(before.iter().all(|key| after.contains(key)), "{after:?}");
        let browser = Person::new();
        for (number, jwk) in after.iter().enumerate() {
            let attempt = two.authorize_url(&[]);
            let mut inside = claims(&attempt, json!({}));
            // Each issuer is an instance of one provider, by another name.
            inside["aud"] = two.metadata["issuer"].clone();
            let object = encrypt(jwk, "A256CBC-HS512", &key.sign("JWT", &inside).unwrap());
            host.serve("/object", JWT, &*object);
            let uri = format!("{uri}#{number}");
            let sent = attempt.carrying(&[("client_id", "app"), ("request_uri", &uri)]);
            let callback = browser.sign_in(&sent.url, "alice", ALICE).await;
            two.finish(&attempt, &callback).await;
        }
    }
}
