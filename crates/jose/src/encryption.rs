//! Encrypting for somebody: the compact serialisation of JWE.
//!
//! The rule: what is encrypted with was decided by a registration, and the key is one that its owner
//! published for that and for nothing else. A key that says what it is for counts before one that
//! does not; of two that say the same, the first one (RFC 7517 §5 has no order, OIDC Core §10.2.1
//! has none either).
//!
//! `josekit` encrypts, behind checks of the members: the size of an RSA key, and that a point has the
//! length of its curve.
#![doc(alias = "RFC 7516")]

use std::sync::Arc;

use josekit::jwe::{ECDH_ES, ECDH_ES_A256KW, JweContext, JweEncrypter, JweHeader, RSA_OAEP_256};
use josekit::jwk::Jwk;
use serde_json::Value;
use symbolon_core::encryption::{Encryption, KeyManagement};

use crate::error::JoseError;
use crate::jwk::{EC, OKP, RSA, select};
use crate::public_key::{check_rsa, coordinate, has_private_member, unsigned};

/// The public keys of somebody that can be encrypted for. Cheap to clone.
#[derive(Clone, Default)]
pub struct EncryptingKeys {
    keys: Arc<[EncryptingKey]>,
}

/// One of them.
#[derive(Clone)]
pub struct EncryptingKey {
    kid: Option<String>,
    declared: Option<KeyManagement>,
    is_for_encryption: bool,
    kind: Kind,
    jwk: Jwk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    Curve,
}

impl EncryptingKeys {
    /// The keys of a JWK set that can be encrypted with; all others are passed over.
    pub fn from_jwks(jwks: &Value) -> Self {
        let keys = jwks.get("keys").and_then(Value::as_array);
        Self {
            keys: keys
                .into_iter()
                .flatten()
                .filter_map(|jwk| EncryptingKey::from_jwk(jwk).ok())
                .collect(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key to encrypt with in this way.
    pub fn find(&self, way: KeyManagement) -> Option<&EncryptingKey> {
        let fitting = self.keys.iter().filter(|key| {
            let fits = match way {
                KeyManagement::RsaOaep256 => key.kind == Kind::Rsa,
                KeyManagement::EcdhEs | KeyManagement::EcdhEsA256Kw => key.kind == Kind::Curve,
            };
            fits && key.declared.is_none_or(|declared| declared == way)
        });
        // `min_by_key` takes the first of several.
        fitting.min_by_key(|key| (key.declared.is_none(), !key.is_for_encryption))
    }
}

impl EncryptingKey {
    /// Reads a JWK.
    ///
    /// # Errors
    /// A [`JoseError`] that says why it cannot be encrypted with.
    pub fn from_jwk(jwk: &Value) -> Result<Self, JoseError> {
        if has_private_member(jwk) {
            return Err(JoseError::jwk("it has private members"));
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let declared_use = text("use");
        let operations = jwk.get("key_ops").and_then(Value::as_array);
        let permitted = |all: &Vec<Value>| {
            let known = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];
            all.iter().any(|one| known.iter().any(|known| one == known))
        };
        if declared_use.is_some_and(|declared| declared != "enc")
            || operations.is_some_and(|all| !permitted(all))
        {
            return Err(JoseError::jwk(
                "use or key_ops do not allow to encrypt with it",
            ));
        }
        let declared = match text("alg") {
            None => None,
            Some(name) => Some(KeyManagement::from_wire(name).ok_or(JoseError::jwk(
                "its alg is none that is encrypted with here",
            ))?),
        };
        let (kind, names) = match (text("kty"), text("crv")) {
            (Some("RSA"), _) => (Kind::Rsa, RSA.public),
            (Some("EC"), Some("P-256")) => (Kind::Curve, EC.public),
            (Some("OKP"), Some("X25519")) => (Kind::Curve, OKP.public),
            _ => {
                return Err(JoseError::jwk(
                    "it has to be RSA, EC with P-256, or OKP with X25519",
                ));
            }
        };
        // Only what is needed, so that nothing else is interpreted.
        let own = jwk.as_object().map(|members| select(members, names));
        let sparse = Jwk::from_map(own.unwrap_or_default())
            .map_err(|_| JoseError::jwk("a member is absent or of the wrong type"))?;
        match kind {
            Kind::Rsa => check_rsa(&unsigned(&sparse, "n")?, &unsigned(&sparse, "e")?)?,
            Kind::Curve => {
                for name in names.iter().filter(|name| matches!(**name, "x" | "y")) {
                    coordinate(&sparse, name)?;
                }
            }
        }
        let key = Self {
            kid: text("kid").map(str::to_owned),
            declared,
            is_for_encryption: declared_use == Some("enc"),
            kind,
            jwk: sparse,
        };
        key.encrypter(match kind {
            Kind::Rsa => KeyManagement::RsaOaep256,
            Kind::Curve => KeyManagement::EcdhEs,
        })?;
        Ok(key)
    }

    /// Encrypts. `content_type` is `JWT` for what is one (RFC 7519 §5.2).
    ///
    /// # Errors
    /// [`JoseError::KeyRejected`] when the key does not do it.
    pub fn encrypt(
        &self,
        how: Encryption,
        content_type: Option<&str>,
        content: &[u8],
    ) -> Result<String, JoseError> {
        let encrypter = self.encrypter(how.key)?;
        let mut header = JweHeader::new();
        header.set_content_encryption(how.content.as_str());
        if let Some(content_type) = content_type {
            header.set_content_type(content_type);
        }
        if let Some(kid) = &self.kid {
            header.set_key_id(kid.as_str());
        }
        context()
            .serialize_compact(content, &header, &*encrypter)
            .map_err(|_| JoseError::rejected("it does not encrypt"))
    }

    fn encrypter(&self, way: KeyManagement) -> Result<Box<dyn JweEncrypter>, JoseError> {
        let encrypter: Result<Box<dyn JweEncrypter>, _> = match way {
            KeyManagement::RsaOaep256 => RSA_OAEP_256
                .encrypter_from_jwk(&self.jwk)
                .map(|own| Box::new(own) as _),
            KeyManagement::EcdhEs => ECDH_ES
                .encrypter_from_jwk(&self.jwk)
                .map(|own| Box::new(own) as _),
            KeyManagement::EcdhEsA256Kw => ECDH_ES_A256KW
                .encrypter_from_jwk(&self.jwk)
                .map(|own| Box::new(own) as _),
        };
        encrypter.map_err(|_| JoseError::rejected("its members are no key"))
    }
}

impl std::fmt::Debug for EncryptingKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kids = self.keys.iter().map(|key| &key.kid);
        formatter.debug_list().entries(kids).finish()
    }
}

/// What is encrypted and decrypted with, and no compression (requirement A3.5).
pub(crate) fn context() -> JweContext {
    let mut context = JweContext::new();
    context.remove_compression("DEF");
    context
}
