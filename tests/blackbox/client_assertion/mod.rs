//! Clients that prove who they are by an assertion: `private_key_jwt` and `client_secret_jwt`.

mod accepted;
mod client_secret;
mod jwks_uri;
mod refused;
mod replay;

use std::sync::LazyLock;

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::{ES256, EdDSA, HS256, JwsHeader, JwsSigner, PS256, RS256, serialize_compact};
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Server, http, now, unique};

use crate::support::{binary, declaring, merged};

/// `client_assertion_type` (RFC 7523 §2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The secret of the clients of `client_secret_jwt`.
const SECRET: &str = "a shared secret of 32 bytes or so";

/// A key of a client: private, with its kid.
#[derive(Clone)]
pub struct Key {
    jwk: Jwk,
    algorithm: &'static str,
}

/// A key of each algorithm. Made once: an RSA key takes its time.
pub static KEYS: LazyLock<[Key; 4]> =
    LazyLock::new(|| ["RS256", "PS256", "ES256", "EdDSA"].map(key));

/// A new key.
pub fn key(algorithm: &'static str) -> Key {
    let mut jwk = match algorithm {
        "RS256" | "PS256" => RsaKeyPair::generate(2048).unwrap().to_jwk_key_pair(),
        "ES256" => EcKeyPair::generate(EcCurve::P256)
            .unwrap()
            .to_jwk_key_pair(),
        _ => EdKeyPair::generate(EdCurve::Ed25519)
            .unwrap()
            .to_jwk_key_pair(),
    };
    jwk.set_key_id(format!("{algorithm}-{}", unique()));
    Key { jwk, algorithm }
}

impl Key {
    pub fn kid(&self) -> &str {
        self.jwk.key_id().unwrap()
    }

    pub fn private(&self) -> &Jwk {
        &self.jwk
    }

    pub fn public(&self) -> Value {
        let mut jwk = self.jwk.to_public_key().unwrap();
        jwk.set_key_id(self.kid());
        jwk.set_algorithm(self.algorithm);
        jwk.set_key_use("sig");
        serde_json::to_value(jwk.as_ref()).unwrap()
    }

    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// Signs with this key, whatever it is meant for.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_as(self.algorithm, header, claims)
    }

    /// Signs with this key and another algorithm than its own.
    pub fn sign_as(&self, algorithm: &str, header: &Value, claims: &Value) -> String {
        let signer: Box<dyn JwsSigner> = match algorithm {
            "RS256" => Box::new(RS256.signer_from_jwk(&self.jwk).unwrap()),
            "PS256" => Box::new(PS256.signer_from_jwk(&self.jwk).unwrap()),
            "ES256" => Box::new(ES256.signer_from_jwk(&self.jwk).unwrap()),
            _ => Box::new(EdDSA.signer_from_jwk(&self.jwk).unwrap()),
        };
        compact(header, claims, &*signer)
    }

    /// A good assertion of a client.
    pub fn assertion(&self, client: &str, audience: &str) -> String {
        self.sign(&json!({"kid": self.kid()}), &claims(client, audience))
    }
}

/// An assertion under a MAC with this secret.
fn under_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let mut jwk = Jwk::new("oct");
    jwk.set_key_value(secret);
    compact(header, claims, &HS256.signer_from_jwk(&jwk).unwrap())
}

fn compact(header: &Value, claims: &Value, signer: &dyn JwsSigner) -> String {
    let mut full = JwsHeader::new();
    for (name, value) in header.as_object().unwrap() {
        full.set_claim(name, Some(value.clone())).unwrap();
    }
    serialize_compact(claims.to_string().as_bytes(), &full, signer).unwrap()
}

/// The claims of a good assertion, with a name that was never used before.
pub fn claims(client: &str, audience: &str) -> Value {
    json!({
        "iss": client, "sub": client, "aud": audience, "jti": unique(),
        "iat": now(), "exp": now() + 60,
    })
}

/// A client in the notation of a declared state, which acts as the machine user of the demo.
pub fn client(id: &str, more: &Value) -> Value {
    let client = json!({
        "client_id": id,
        "client_name": id,
        "machine_user": "demo-machine",
        "grant_types": ["client_credentials"],
    });
    merged(client, more)
}

/// A client with these public keys.
fn signing(id: &str, keys: &[Value]) -> Value {
    let more = json!({
        "token_endpoint_auth_methods": ["private_key_jwt"],
        "jwks": {"keys": keys},
    });
    client(id, &more)
}

/// A client that shares a secret.
fn sharing(id: &str, secret: &str) -> Value {
    let more = json!({
        "token_endpoint_auth_methods": ["client_secret_jwt"],
        "client_secret": secret,
    });
    client(id, &more)
}

/// A server with the demo state and these clients.
fn server(backend: Backend, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    server_on(&backend.url(), clients, settings)
}

fn server_on(database: &str, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    let state = json!({"clients": clients});
    Server::start(binary(), declaring(database, &state, settings))
}

/// A form with an assertion, to any endpoint.
async fn present(url: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    form.extend(more);
    Answer::to(http().post(url).form(&form)).await
}

/// Asks for a token with this assertion.
async fn token(server: &Server, assertion: &str) -> Answer {
    let more = [("grant_type", "client_credentials")];
    present(&server.at("/oauth/v2/token"), assertion, &more).await
}

/// Holds an answer to be a refusal of the client.
fn assert_refused(answer: &Answer, what: &str) {
    let found = (answer.status.as_u16(), answer.error());
    assert_eq!(found, (401, "invalid_client"), "{what}: {answer:?}");
}
