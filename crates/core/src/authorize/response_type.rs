//! What the authorization endpoint hands out by itself (OAuth 2.0 Multiple Response Type Encoding
//! Practices §3, §5; OIDC Core §3).
//!
//! A code travels through the browser and is good for nothing without its verifier. Tokens in the
//! front channel are good for whoever sees them (RFC 9700 §2.1.2), so every type but `code` has to
//! be switched on twice: by a setting, and for the client (requirement A1.12).
//!
//! Left out: `token` alone, which says nothing of who signed in, and `none`.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::client::GrantType;

/// A `response_type`. The order of its words means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum ResponseType {
    /// The code flow (OIDC Core §3.1).
    Code,
    /// The implicit flow (OIDC Core §3.2).
    IdToken,
    /// The implicit flow with an access token (OIDC Core §3.2).
    IdTokenToken,
    /// The hybrid flow (OIDC Core §3.3).
    CodeIdToken,
    /// The hybrid flow with an access token and no ID token at once (OIDC Core §3.3).
    CodeToken,
    /// The hybrid flow with everything (OIDC Core §3.3).
    CodeIdTokenToken,
}

/// A `response_type` that is not one of [`ResponseType::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "response types are code, id_token, id_token token, code id_token, code token and code id_token token"
)]
pub struct UnknownResponseType;

impl ResponseType {
    /// Every type, in the order in which they are advertised.
    pub const ALL: [Self; 6] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// The type of a text on the wire, its words in whatever order.
    pub fn from_wire(text: &str) -> Option<Self> {
        let mut words: Vec<_> = text.split(' ').collect();
        // The registered names have their words in the order of the alphabet.
        words.sort_unstable();
        let sorted = words.join(" ");
        Self::ALL.into_iter().find(|kind| kind.as_str() == sorted)
    }

    /// Whether a code is handed out.
    pub fn has_code(self) -> bool {
        self.has("code")
    }

    /// Whether an ID token is handed out at once.
    pub fn has_id_token(self) -> bool {
        self.has("id_token")
    }

    /// Whether an access token is handed out at once.
    pub fn has_token(self) -> bool {
        self.has("token")
    }

    /// Whether anything but a code travels through the browser.
    pub fn is_front_channel(self) -> bool {
        self != Self::Code
    }

    /// Whether what it hands out is what these grants are for (RFC 7591 §2.1).
    pub fn fits(self, grants: &[GrantType]) -> bool {
        (!self.has_code() || grants.contains(&GrantType::AuthorizationCode))
            && (!self.is_front_channel() || grants.contains(&GrantType::Implicit))
    }

    fn has(self, word: &str) -> bool {
        self.as_str().split(' ').any(|own| own == word)
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl TryFrom<String> for ResponseType {
    type Error = UnknownResponseType;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_wire(&text).ok_or(UnknownResponseType)
    }
}

impl Serialize for ResponseType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_words_means_nothing() {
        for kind in ResponseType::ALL {
            let mut words: Vec<_> = kind.as_str().split(' ').collect();
            words.reverse();
            assert_eq!(ResponseType::from_wire(&words.join(" ")), Some(kind));
        }
    }

    #[test]
    fn a_word_that_repeats_or_is_unknown_makes_no_type() {
        for text in ["", " ", "code code", "code  token", "token", "none", "Code"] {
            assert_eq!(ResponseType::from_wire(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_type_hands_out_what_its_name_says() {
        let all = ResponseType::CodeIdTokenToken;
        assert!(all.has_code() && all.has_id_token() && all.has_token());
        let id_token = ResponseType::IdToken;
        assert!(!id_token.has_code() && id_token.has_id_token() && !id_token.has_token());
        assert!(!ResponseType::Code.is_front_channel() && id_token.is_front_channel());
    }
}
