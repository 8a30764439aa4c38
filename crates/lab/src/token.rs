//! A compact token that can be taken apart, changed, and put together again.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::keys::{self, LabKey};

/// What stands behind the second dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// What belongs there.
    Right,
    /// The right one with its last byte changed.
    Broken,
    /// That of HS256 with these bytes as the secret.
    Hmac(Vec<u8>),
    /// Nothing.
    None,
}

/// A token on its way out.
pub(crate) struct Token {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// Claims that stand before the others, whether those have the same names or not.
    pub(crate) before: Vec<(&'static str, Value)>,
    pub(crate) key: Arc<LabKey>,
    pub(crate) signature: Signature,
}

impl Token {
    /// Takes a token apart; `None` when it is none, or no key of the lab signed it.
    pub(crate) fn parse(text: &str, key: impl Fn(&str) -> Option<Arc<LabKey>>) -> Option<Self> {
        let mut parts = text.split('.');
        let (header, claims) = (object(parts.next()?)?, object(parts.next()?)?);
        let key = key(header.get("kid")?.as_str()?)?;
        Some(Self {
            header,
            claims,
            before: Vec::new(),
            key,
            signature: Signature::Right,
        })
    }

    /// A new one.
    pub(crate) fn new(typ: &str, claims: Map<String, Value>, key: Arc<LabKey>) -> Self {
        let mut token = Self {
            header: Map::new(),
            claims,
            before: Vec::new(),
            key: Arc::clone(&key),
            signature: Signature::Right,
        };
        token.header.insert("typ".to_owned(), typ.into());
        token.sign_with(key);
        token
    }

    /// Another key signs, and the header says so.
    pub(crate) fn sign_with(&mut self, key: Arc<LabKey>) {
        let algorithm = key.algorithm.as_str();
        self.header.insert("alg".to_owned(), algorithm.into());
        self.header
            .insert("kid".to_owned(), key.kid.as_str().into());
        self.key = key;
    }

    /// Adds `more` to the end of a claim that is a text.
    pub(crate) fn append(&mut self, claim: &str, more: &str) {
        if let Some(Value::String(text)) = self.claims.get_mut(claim) {
            text.push_str(more);
        }
    }

    /// Puts it together.
    pub(crate) fn encode(&self) -> String {
        let header = serde_json::to_vec(&self.header).unwrap_or_default();
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(self.payload(), &mut token);
        let right = || self.key.sign(token.as_bytes()).unwrap_or_default();
        let signature = match &self.signature {
            Signature::Right => right(),
            Signature::Broken => {
                let mut signature = right();
                if let Some(last) = signature.last_mut() {
                    *last ^= 0x5A;
                }
                signature
            }
            Signature::Hmac(secret) => keys::hs256(secret, token.as_bytes()).unwrap_or_default(),
            Signature::None => Vec::new(),
        };
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    fn payload(&self) -> String {
        let mut payload = String::from("{");
        for (name, value) in &self.before {
            payload.push_str(&format!("{}:{value},", Value::from(*name)));
        }
        let claims = Value::Object(self.claims.clone()).to_string();
        payload.push_str(claims.get(1..).unwrap_or("}"));
        payload
    }
}

/// The claims of a token, whoever signed it.
pub(crate) fn claims(text: &str) -> Option<Map<String, Value>> {
    object(text.split('.').nth(1)?)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
