//! The members of a JWK: listed, never filtered, so that what is not known stays out.

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

/// What makes a public key of a kind, and what makes it a private one.
pub(crate) struct Members {
    pub(crate) public: &'static [&'static str],
    pub(crate) private: &'static [&'static str],
}

/// RFC 7518 §6.3.
pub(crate) const RSA: Members = Members {
    public: &["kty", "n", "e"],
    private: &["d", "p", "q", "dp", "dq", "qi"],
};

/// RFC 7518 §6.2.
pub(crate) const EC: Members = Members {
    public: &["kty", "crv", "x", "y"],
    private: &["d"],
};

/// RFC 8037 §2.
pub(crate) const OKP: Members = Members {
    public: &["kty", "crv", "x"],
    private: &["d"],
};

/// The members with these names, as far as they are there.
pub(crate) fn select(members: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), members.get(*name)?.clone())))
        .collect()
}

/// A published JWK with private members added, as text.
pub(crate) fn private_text(
    public_jwk: &Value,
    members: &Map<String, Value>,
    names: &[&str],
) -> Zeroizing<String> {
    let mut whole = public_jwk.as_object().cloned().unwrap_or_default();
    whole.extend(select(members, names));
    let mut whole = Value::Object(whole);
    let text = Zeroizing::new(whole.to_string());
    whole.as_object_mut().into_iter().for_each(wipe);
    text
}

/// Overwrites the strings of a private JWK, which has no destructor of its own.
pub(crate) fn wipe(members: &mut Map<String, Value>) {
    for (_, member) in members {
        if let Value::String(text) = member {
            text.zeroize();
        }
    }
}
