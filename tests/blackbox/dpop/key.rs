//! A client's key and what it signs, right or wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use josekit::jws::{ES256, EdDSA, HS256, JwsSigner, PS256, RS256};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_testkit::{now, unique};

/// A key pair.
#[derive(Clone)]
pub struct Key {
    pair: Jwk,
    algorithm: &'static str,
}

/// A proof that is not signed yet.
#[derive(Clone)]
pub struct Proof {
    key: Key,
    header: Value,
    claims: Value,
}

impl Key {
    /// For ES256.
    pub fn new() -> Self {
        Self::of("ES256")
    }

    /// For any of the four.
    pub fn of(algorithm: &'static str) -> Self {
        let pair = match algorithm {
            "ES256" => Jwk::generate_ec_key(EcCurve::P256),
            "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519),
            _ => Jwk::generate_rsa_key(2048),
        };
        Self {
            pair: pair.unwrap(),
            algorithm,
        }
    }

    /// The same key pair, signing with another algorithm of its kind.
    pub fn also(&self, algorithm: &'static str) -> Self {
        Self {
            algorithm,
            ..self.clone()
        }
    }

    /// Its public JWK, the required members alone.
    pub fn public(&self) -> Value {
        let all: &Map<String, Value> = self.pair.as_ref();
        let public = all
            .iter()
            .filter(|(name, _)| ["crv", "e", "kty", "n", "x", "y"].contains(&name.as_str()));
        public
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Its private JWK.
    pub fn private(&self) -> Value {
        let all: &Map<String, Value> = self.pair.as_ref();
        all.clone().into()
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        let jwk = self.public();
        let mut names: Vec<_> = jwk.as_object().unwrap().keys().cloned().collect();
        names.sort();
        let members = names.iter().map(|name| format!("\"{name}\":{}", jwk[name]));
        let text = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
        URL_SAFE_NO_PAD.encode(Sha256::digest(text))
    }

    /// A good proof for a request.
    pub fn proof(&self, method: &str, url: impl AsRef<str>) -> Proof {
        Proof {
            key: self.clone(),
            header: json!({"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.public()}),
            claims: json!({"jti": unique(), "htm": method, "htu": url.as_ref(), "iat": now()}),
        }
    }

    /// Something else that it signs: with this `typ`, unless it is empty, and these claims.
    pub fn token(&self, typ: &str, claims: &Value) -> Proof {
        let mut header = json!({"alg": self.algorithm});
        if !typ.is_empty() {
            header["typ"] = typ.into();
        }
        Proof {
            key: self.clone(),
            header,
            claims: claims.clone(),
        }
    }
}

impl Proof {
    /// Made by another key, with its algorithm.
    pub fn by(mut self, key: &Key) -> Self {
        self.key = key.clone();
        let algorithm = key.algorithm;
        self.header("alg", algorithm)
    }

    /// With this header member.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// With this claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Without this claim or header member.
    pub fn without(mut self, name: &str) -> Self {
        for part in [&mut self.header, &mut self.claims] {
            part.as_object_mut().unwrap().remove(name);
        }
        self
    }

    /// For a request that presents this token.
    pub fn for_token(self, token: &str) -> Self {
        let digest = Sha256::digest(token.as_bytes());
        self.claim("ath", URL_SAFE_NO_PAD.encode(digest))
    }

    /// Signed with its key, whatever it says.
    pub fn sign(&self) -> String {
        self.sign_text(&self.claims.to_string())
    }

    /// Signed, with this text in the place of its claims.
    pub fn sign_text(&self, claims: &str) -> String {
        let pair = &self.key.pair;
        let signer: Box<dyn JwsSigner> = match self.key.algorithm {
            "ES256" => Box::new(ES256.signer_from_jwk(pair).unwrap()),
            "EdDSA" => Box::new(EdDSA.signer_from_jwk(pair).unwrap()),
            "PS256" => Box::new(PS256.signer_from_jwk(pair).unwrap()),
            _ => Box::new(RS256.signer_from_jwk(pair).unwrap()),
        };
        self.sealed(claims, |text| signer.sign(text).unwrap())
    }

    /// With an HMAC under the text of its public key.
    pub fn sign_with_hmac(&self) -> String {
        let signer = HS256
            .signer_from_bytes(self.key.public().to_string())
            .unwrap();
        let proof = self.clone().header("alg", "HS256");
        proof.sealed(&proof.claims.to_string(), |text| signer.sign(text).unwrap())
    }

    /// Without a signature.
    pub fn unsigned(&self) -> String {
        let proof = self.clone().header("alg", "none");
        proof.sealed(&proof.claims.to_string(), |_| Vec::new())
    }

    fn sealed(&self, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(&self.header.to_string()), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
