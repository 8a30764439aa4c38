//! The key that a token is bound to (RFC 7800 §3.1): a member a way of proving that one has it.

use serde::{Deserialize, Serialize};

use crate::dpop::Thumbprint;

/// The `cnf` claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The key of DPoP proofs (RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jkt: Option<Thumbprint>,
}

impl Confirmation {
    /// Whether the token is bound to nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// `token_type` of the token response and of introspection (RFC 6749 §7.1, RFC 9449 §5).
    pub fn token_type(&self) -> &'static str {
        match self.jkt {
            Some(_) => "DPoP",
            None => "Bearer",
        }
    }
}
