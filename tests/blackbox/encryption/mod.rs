//! Tokens that are encrypted for the client, and answers of userinfo that are signed (OIDC Core
//! §5.3.2, §10). The tests decrypt with a library of their own.

mod met;
mod refused;

use std::sync::OnceLock;

use josekit::jwe::{self, ECDH_ES, ECDH_ES_A256KW, JweDecrypter, RSA_OAEP_256};
use josekit::jwk::Jwk;
use josekit::jwk::alg::{ec::EcCurve, ecx::EcxCurve};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use symbolon_testkit::{
    Authentication, Person, RelyingParty, Server, http, jwt_header, jwt_payload, on_both_databases,
};

use crate::support::{ALICE, ALICE_ID, binary, declaring, merged, personal_token};

/// The secret of every client of these tests.
const SECRET: &str = "encryption-secret";

const ENCODINGS: [&str; 5] = [
    "A128CBC-HS256",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
];

/// A private key of a client, and the `alg` that it is for.
struct Key {
    jwk: Jwk,
    algorithm: &'static str,
}

impl Key {
    fn public(&self) -> Value {
        let public = self.jwk.to_public_key().unwrap();
        let map: &serde_json::Map<String, Value> = public.as_ref();
        let mut public = Value::Object(map.clone());
        public["kid"] = self.jwk.key_id().unwrap().into();
        public["alg"] = self.algorithm.into();
        public
    }

    /// What was encrypted for this key, and the header that it came with.
    fn open(&self, token: &str) -> (Value, String) {
        let decrypter: Box<dyn JweDecrypter> = match self.algorithm {
            "RSA-OAEP-256" => Box::new(RSA_OAEP_256.decrypter_from_jwk(&self.jwk).unwrap()),
            "ECDH-ES" => Box::new(ECDH_ES.decrypter_from_jwk(&self.jwk).unwrap()),
            _ => Box::new(ECDH_ES_A256KW.decrypter_from_jwk(&self.jwk).unwrap()),
        };
        let (content, header) = jwe::deserialize_compact(token, &*decrypter).unwrap();
        let header = Value::Object(header.claims_set().clone());
        (header, String::from_utf8(content).unwrap())
    }
}

/// One key for each way, all of one client.
fn keys() -> &'static [Key; 4] {
    static KEYS: OnceLock<[Key; 4]> = OnceLock::new();
    KEYS.get_or_init(|| {
        [
            ("RSA-OAEP-256", Jwk::generate_rsa_key(2048), "rsa"),
            ("ECDH-ES", Jwk::generate_ec_key(EcCurve::P256), "ec"),
            (
                "ECDH-ES+A256KW",
                Jwk::generate_ec_key(EcCurve::P256),
                "ec-wrapped",
            ),
            ("ECDH-ES", Jwk::generate_ecx_key(EcxCurve::X25519), "okp"),
        ]
        .map(|(algorithm, jwk, kid)| {
            let mut jwk = jwk.unwrap();
            jwk.set_key_id(kid);
            jwk.set_key_use("enc");
            jwk.set_algorithm(algorithm);
            Key { jwk, algorithm }
        })
    })
}

/// A confidential client with this in its registration.
fn client(id: &str, more: Value) -> Value {
    let client = json!({
        "client_id": id, "client_name": id, "client_secret": SECRET,
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["http://127.0.0.1:5556/callback"],
        "consent": "implicit",
    });
    merged(client, &more)
}

fn server(database: &str, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    let state = json!({ "clients": clients });
    Server::start(binary(), declaring(database, &state, settings))
}

async fn party(server: &Server, id: &str) -> RelyingParty {
    let secret = Authentication::Basic(SECRET.to_owned());
    RelyingParty::new(server.issuer(), id, secret).await
}

/// Alice's tokens, her id token as it came, and the nonce that has to be in it.
async fn tokens(browser: &Person, party: &RelyingParty) -> (Value, String) {
    let attempt = party.authorize_url(&[]);
    let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
    party.check_callback(&attempt, &callback);
    let answer = party.exchange(callback.code(), &attempt.verifier).await;
    (answer.tokens().json, attempt.nonce)
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {json}"))
}

/// What userinfo says, its media type before it.
async fn userinfo(party: &RelyingParty, token: &str) -> (String, String) {
    let request = http()
        .get(party.endpoint("userinfo_endpoint"))
        .header(AUTHORIZATION, format!("Bearer {token}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (kind, response.text().await.unwrap())
}

on_both_databases! {
    async fn every_way_to_encrypt_is_one_that_the_client_can_open(backend) {
        let set: Vec<_> = keys().iter().map(Key::public).collect();
        let mut clients = Vec::new();
        for key in keys() {
            for encoding in ENCODINGS {
                let own = [json!({"kty": "RSA"}), key.public()];
                let id = format!("{}-{encoding}", text(&key.public(), "kid"));
                clients.push(client(&id, json!({
                    "jwks": {"keys": own},
                    "id_token_encrypted_response_alg": key.algorithm,
                    "id_token_encrypted_response_enc": encoding,
                    "userinfo_signed_response_alg": "ES256",
                    "userinfo_encrypted_response_alg": key.algorithm,
                    "userinfo_encrypted_response_enc": encoding,
                })));
            }
        }
        // One of several keys, by what it is for; and the encoding that is meant by none.
        clients.push(client("several", json!({
            "jwks": {"keys": set},
            "id_token_encrypted_response_alg": "ECDH-ES+A256KW",
        })));
        let server = server(&backend.url(), &clients, &[]);
        let browser = Person::new();
        for key in keys() {
            let public = key.public();
            let kid = text(&public, "kid");
            for encoding in ENCODINGS {
                let party = party(&server, &format!("{kid}-{encoding}")).await;
                let (tokens, nonce) = tokens(&browser, &party).await;
                let (header, id_token) = key.open(text(&tokens, "id_token"));
                assert_eq!(header["alg"], key.algorithm);
                assert_eq!(header["enc"], encoding);
                assert_eq!(header["cty"], "JWT");
                assert_eq!(header["kid"], kid);
                assert_eq!(header["zip"], Value::Null);
                let access_token = text(&tokens, "access_token");
                party.check_id_token(&id_token, Some(&nonce), Some(access_token)).await;
                let (kind, body) = userinfo(&party, access_token).await;
                assert_eq!(kind, "application/jwt");
                let (header, signed) = key.open(&body);
                assert_eq!((&header["cty"], &header["enc"]), (&json!("JWT"), &json!(encoding)));
                party.verify(&signed).await;
                assert_eq!(jwt_header(&signed)["alg"], "ES256");
                assert_eq!(jwt_payload(&signed)["sub"], ALICE_ID);
            }
        }
        let party = party(&server, "several").await;
        let (tokens, _) = tokens(&browser, &party).await;
        let (header, _) = keys()[2].open(text(&tokens, "id_token"));
        assert_eq!((&header["kid"], &header["enc"]), (&json!("ec-wrapped"), &json!("A128CBC-HS256")));
        // A refreshed one is encrypted too.
        let refreshed = party.refresh(text(&tokens, "refresh_token")).await.tokens();
        keys()[2].open(refreshed.id_token());
    }

    async fn oidcc_userinfo_rs256(backend) {
        let keys_of_it = json!({"keys": [keys()[0].public()]});
        let server = server(&backend.url(), &[
            client("signed", json!({"userinfo_signed_response_alg": "RS256"})),
            client("encrypted", json!({
                "jwks": keys_of_it,
                "userinfo_encrypted_response_alg": "RSA-OAEP-256",
                "userinfo_encrypted_response_enc": "A256GCM",
            })),
            client("plain", json!({})),
        ], &[]);
        let browser = Person::new();
        let signed = party(&server, "signed").await;
        let algorithms = &signed.metadata["userinfo_signing_alg_values_supported"];
        assert!(algorithms.as_array().unwrap().contains(&json!("RS256")), "{algorithms}");
        let (tokens_of_it, _) = tokens(&browser, &signed).await;
        let (kind, body) = userinfo(&signed, text(&tokens_of_it, "access_token")).await;
        assert_eq!(kind, "application/jwt");
        assert_eq!(jwt_header(&body)["alg"], "RS256");
        signed.verify(&body).await;
        let claims = jwt_payload(&body);
        assert_eq!(claims["iss"], server.issuer());
        assert_eq!(claims["aud"], "signed");
        assert_eq!(claims["sub"], ALICE_ID);
        assert_eq!(claims["nonce"], Value::Null);
        // A2.9: it is no ID token, though it is signed and about her.
        let attempt = signed.authorize_url(&[("prompt", "none"), ("id_token_hint", &body)]);
        assert_eq!(browser.get(&attempt.url).await.callback().error(), "invalid_request");
        assert_eq!(userinfo(&signed, &body).await.0, "application/json", "nor an access token");

        let encrypted = party(&server, "encrypted").await;
        let (tokens_of_it, _) = tokens(&browser, &encrypted).await;
        let (kind, body) = userinfo(&encrypted, text(&tokens_of_it, "access_token")).await;
        assert_eq!(kind, "application/jwt");
        let (header, content) = keys()[0].open(&body);
        assert_eq!(header["cty"], Value::Null, "what is in it is no JWT");
        let claims: Value = serde_json::from_str(&content).unwrap();
        assert_eq!(claims["sub"], ALICE_ID);

        let plain = party(&server, "plain").await;
        let (tokens_of_it, _) = tokens(&browser, &plain).await;
        let (kind, _) = userinfo(&plain, text(&tokens_of_it, "access_token")).await;
        assert_eq!(kind, "application/json");
    }

    async fn a_personal_access_token_gets_plain_answers(backend) {
        let database = backend.url();
        let server = server(&database, &[], &[]);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let token = personal_token(&database, "alice", &["--scope", "openid"]);
        assert_eq!(userinfo(&party, &token).await.0, "application/json");
    }
}
