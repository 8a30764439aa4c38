//! A key that others encrypt for: the strict reading of the compact serialisation of JWE.
//!
//! The rule is the one of [`crate::verify`]: the key says how it decrypts, and the token has to agree.
//! `alg` is that of the key, `enc` one of a closed list; `zip` is refused, so that nothing inflates;
//! `crit` too. An ephemeral key has to be a point of the one curve that is used here, with coordinates
//! of its length. Why something does not decrypt is nobody's business: there is one error.
//!
//! What is in it is worth nothing until its own signature is checked: anybody can encrypt.
#![doc(alias = "RFC 7516")]

use std::{fmt, sync::Arc};

use josekit::jwe::{ECDH_ES, ECDH_ES_A256KW, JweDecrypter, RSA_OAEP_256};
use josekit::jwk::{Jwk, alg::ec::EcCurve};
use serde::Deserialize;
use serde_json::{Map, Value};
use symbolon_core::encryption::{ContentEncryption, KeyManagement};
use zeroize::Zeroizing;

use crate::encryption::context;
use crate::error::JoseError;
use crate::jwk::{self, private_text, select, wipe};
use crate::private_key::RSA_BITS;
use crate::strict_json;
use crate::thumbprint::thumbprint;
use crate::verify::{LONGEST_TOKEN_BYTES, decode, present, text};

/// How many keys are tried for a token that names none: the pending, the active and a retiring one.
const MOST_TRIED: usize = 3;

/// A private key for one way of encrypting. `Debug` shows its name alone.
#[derive(Clone)]
pub struct DecryptionKey {
    inner: Arc<Inner>,
}

struct Inner {
    kid: String,
    way: KeyManagement,
    private_jwk: Zeroizing<String>,
    public_jwk: Value,
    decrypter: Box<dyn JweDecrypter>,
}

/// It was not encrypted for this key, or not in a way that is accepted, or it was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token does not decrypt")]
pub struct DecryptError;

/// An encrypted token, of which the header was read.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted<'a> {
    token: &'a str,
}

/// The members of a header that are looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    enc: String,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
    #[serde(default, deserialize_with = "text")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    cty: Option<String>,
    #[serde(default)]
    epk: Option<Ephemeral>,
}

#[derive(Deserialize)]
struct Ephemeral {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

impl<'a> Encrypted<'a> {
    /// What has the form of an encrypted token: five parts (RFC 7516 §7.1).
    pub fn of(token: &'a str) -> Option<Self> {
        let has_form = token.bytes().filter(|byte| *byte == b'.').count() == 4;
        has_form.then_some(Self { token })
    }

    /// The signed token in it, decrypted with one of these keys: the one that it names, or one that
    /// is for its `alg`.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn open<'b>(
        self,
        keys: impl IntoIterator<Item = &'b DecryptionKey>,
    ) -> Result<String, DecryptError> {
        let header = self.header()?;
        let way = KeyManagement::from_wire(&header.alg).ok_or(DecryptError)?;
        let meant = keys
            .into_iter()
            .filter(|key| key.inner.way == way)
            .filter(|key| header.kid.as_ref().is_none_or(|kid| *kid == key.inner.kid));
        let context = context();
        let content = meant.take(MOST_TRIED).find_map(|key| {
            let decrypter = &*key.inner.decrypter;
            context.deserialize_compact(self.token, decrypter).ok()
        });
        let (content, _) = content.ok_or(DecryptError)?;
        String::from_utf8(content).map_err(|_| DecryptError)
    }

    fn header(self) -> Result<Header, DecryptError> {
        if self.token.len() > LONGEST_TOKEN_BYTES {
            return Err(DecryptError);
        }
        let mut parts = self.token.split('.');
        let first = decode(parts.next().unwrap_or_default()).map_err(|_| DecryptError)?;
        if parts.any(|part| decode(part).is_err()) {
            return Err(DecryptError);
        }
        let header: Header = strict_json::object_from_slice(&first).map_err(|_| DecryptError)?;
        let agreed = header.alg != KeyManagement::RsaOaep256.as_str();
        // RFC 7519 §5.2: what is nested says so.
        let nested = header
            .cty
            .as_ref()
            .is_none_or(|cty| cty.eq_ignore_ascii_case("JWT"));
        let good = !header.crit
            && !header.zip
            && nested
            && ContentEncryption::from_wire(&header.enc).is_some()
            && header.epk.is_some() == agreed
            && header.epk.as_ref().is_none_or(Ephemeral::is_point);
        good.then_some(header).ok_or(DecryptError)
    }
}

impl Ephemeral {
    fn is_point(&self) -> bool {
        let coordinate = |text: &str| decode(text).is_ok_and(|bytes| bytes.len() == 32);
        self.kty == "EC" && self.crv == "P-256" && coordinate(&self.x) && coordinate(&self.y)
    }
}

impl DecryptionKey {
    /// Makes a new key: RSA with 2048 bits, or P-256. Its `kid` is its thumbprint.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn generate(way: KeyManagement) -> Result<Self, JoseError> {
        let made = match way {
            KeyManagement::RsaOaep256 => Jwk::generate_rsa_key(RSA_BITS),
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA256Kw => {
                Jwk::generate_ec_key(EcCurve::P256)
            }
        };
        let jwk = made.map_err(|_| JoseError::rejected("none could be generated"))?;
        Self::from_members(way, jwk.into())
    }

    /// Reads a private JWK of ours.
    ///
    /// # Errors
    /// A [`JoseError`] that quotes nothing of the key.
    pub fn from_private_jwk(json: &str) -> Result<Self, JoseError> {
        let members: Map<String, Value> = strict_json::object_from_slice(json.as_bytes())
            .map_err(|_| JoseError::jwk("it is not a JSON object"))?;
        let way = members
            .get("alg")
            .and_then(Value::as_str)
            .and_then(KeyManagement::from_wire);
        let way = way.ok_or(JoseError::jwk("its alg is none that is decrypted here"))?;
        Self::from_members(way, members)
    }

    /// The name of the key.
    pub fn kid(&self) -> &str {
        &self.inner.kid
    }

    /// The whole key, for storing it sealed.
    pub fn private_jwk(&self) -> Zeroizing<String> {
        self.inner.private_jwk.clone()
    }

    /// The public key as it is published.
    pub fn public_jwk(&self) -> Value {
        self.inner.public_jwk.clone()
    }

    fn from_members(
        way: KeyManagement,
        mut members: Map<String, Value>,
    ) -> Result<Self, JoseError> {
        let key = Self::read(way, &members);
        wipe(&mut members);
        key
    }

    fn read(way: KeyManagement, members: &Map<String, Value>) -> Result<Self, JoseError> {
        let names = match way {
            KeyManagement::RsaOaep256 => jwk::RSA,
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA256Kw => jwk::EC,
        };
        let mut public_jwk = Value::Object(select(members, names.public));
        let kid = thumbprint(&public_jwk)?;
        let all = [names.public, names.private].concat();
        let sparse = Jwk::from_map(select(members, &all))
            .map_err(|_| JoseError::jwk("a member is absent or of the wrong type"))?;
        let decrypter = decrypter(way, &sparse);
        wipe(&mut sparse.into());
        public_jwk["alg"] = way.as_str().into();
        let private_jwk = private_text(&public_jwk, members, names.private);
        public_jwk["use"] = "enc".into();
        public_jwk["kid"] = kid.as_str().into();
        Ok(Self {
            inner: Arc::new(Inner {
                kid,
                way,
                private_jwk,
                public_jwk,
                decrypter: decrypter?,
            }),
        })
    }
}

fn decrypter(way: KeyManagement, jwk: &Jwk) -> Result<Box<dyn JweDecrypter>, JoseError> {
    let decrypter: Result<Box<dyn JweDecrypter>, _> = match way {
        KeyManagement::RsaOaep256 => RSA_OAEP_256
            .decrypter_from_jwk(jwk)
            .map(|own| Box::new(own) as _),
        KeyManagement::EcdhEs => ECDH_ES
            .decrypter_from_jwk(jwk)
            .map(|own| Box::new(own) as _),
        KeyManagement::EcdhEsA256Kw => ECDH_ES_A256KW
            .decrypter_from_jwk(jwk)
            .map(|own| Box::new(own) as _),
    };
    decrypter.map_err(|_| JoseError::rejected("its members are no key"))
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecryptionKey")
            .field("kid", &self.inner.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;
    use symbolon_core::encryption::Encryption;

    use super::*;
    use crate::encryption::EncryptingKey;

    fn sealed_for(key: &DecryptionKey, content: ContentEncryption) -> String {
        let public = EncryptingKey::from_jwk(&key.public_jwk()).unwrap();
        let how = Encryption {
            key: key.inner.way,
            content,
        };
        public.encrypt(how, Some("JWT"), b"a.b.c").unwrap()
    }

    /// The token with its header changed.
    fn changed(token: &str, change: impl Fn(&mut Value)) -> String {
        let (header, rest) = token.split_once('.').unwrap();
        let mut header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        change(&mut header);
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    fn open(token: &str, key: &DecryptionKey) -> Result<String, DecryptError> {
        Encrypted::of(token).ok_or(DecryptError)?.open([key])
    }

    #[test]
    fn what_is_encrypted_for_a_key_it_opens_and_after_a_restart_too() {
        for way in KeyManagement::ALL {
            let key = DecryptionKey::generate(way).unwrap();
            let other = DecryptionKey::generate(way).unwrap();
            let again = DecryptionKey::from_private_jwk(&key.private_jwk()).unwrap();
            assert_eq!(key.kid(), again.kid());
            for content in ContentEncryption::ALL {
                let token = sealed_for(&key, content);
                assert_eq!(open(&token, &again).as_deref(), Ok("a.b.c"));
                assert_eq!(open(&token, &other), Err(DecryptError));
                let nameless = changed(&token, |header| {
                    header.as_object_mut().unwrap().remove("kid");
                });
                // The header is authenticated.
                assert_eq!(open(&nameless, &again), Err(DecryptError));
            }
        }
    }

    #[test]
    fn a3_5_a_token_does_not_choose_how_it_is_opened() {
        let key = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap();
        let rsa = DecryptionKey::generate(KeyManagement::RsaOaep256).unwrap();
        let token = sealed_for(&key, ContentEncryption::A256Gcm);
        let long = "A".repeat(LONGEST_TOKEN_BYTES);
        let mut hostile = vec![
            changed(&token, |header| header["zip"] = json!("DEF")),
            changed(&token, |header| header["crit"] = json!(["x"])),
            changed(&token, |header| header["alg"] = json!("dir")),
            changed(&token, |header| header["alg"] = json!("RSA1_5")),
            changed(&token, |header| header["alg"] = json!("PBES2-HS256+A128KW")),
            changed(&token, |header| header["enc"] = json!("A192CBC-HS384")),
            changed(&token, |header| header["cty"] = json!("text/plain")),
            changed(&token, |header| header["epk"]["crv"] = json!("P-521")),
            changed(&token, |header| header["epk"]["x"] = json!("AAAA")),
            changed(&token, |header| {
                let x = header["epk"]["x"].clone();
                header["epk"]["y"] = x;
            }),
            changed(&token, |header| header["epk"] = json!(null)),
            changed(&sealed_for(&rsa, ContentEncryption::A256Gcm), |header| {
                header["alg"] = json!("RSA1_5");
            }),
            token.replace('.', ".."),
            token[..token.len() - 1].to_owned(),
            format!("{token}="),
            format!("{long}.{long}.{long}.{long}.{long}"),
            "....".to_owned(),
            "a.b.c".to_owned(),
        ];
        for place in [0, 2, 3, 4] {
            let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
            parts[place] = "AAAA".to_owned();
            hostile.push(parts.join("."));
        }
        for token in hostile {
            assert_eq!(open(&token, &key), Err(DecryptError), "{token:.60}");
            assert_eq!(open(&token, &rsa), Err(DecryptError), "{token:.60}");
        }
    }
}
