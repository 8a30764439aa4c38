//! Step-up: a good access token whose sign-in is not good enough for what is asked.
//!
//! The resource says how the person has to sign in, and the client sends them to do so with the same
//! `acr_values` and `max_age` in its authorization request.
#![doc(alias = "RFC 9470")]

use crate::{
    error::{ErrorCode, OAuthError},
    time::{Lifetime, Timestamp},
    token::access::AccessTokenClaims,
};

/// How a person has to be signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The authentication contexts that are good enough; any when empty.
    pub acr_values: &'a [&'a str],
    /// How old the sign-in may be; however old when there is none.
    pub max_age: Option<Lifetime>,
}

/// The sign-in behind a token is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insufficient;

impl Insufficient {
    /// What the client is told (RFC 9470 §3).
    pub const fn wire(self) -> OAuthError {
        OAuthError::new(
            ErrorCode::InsufficientUserAuthentication,
            "the person has to sign in anew: send them to the authorization endpoint with these acr_values and max_age",
        )
    }
}

impl Requirement<'_> {
    /// Whether the sign-in behind a token is good enough. Behind the token of a machine there is
    /// none, and nobody who could sign in anew.
    ///
    /// # Errors
    /// [`Insufficient`].
    pub fn check(&self, token: &AccessTokenClaims, now: Timestamp) -> Result<(), Insufficient> {
        let context = self.acr_values.is_empty()
            || token
                .acr
                .as_deref()
                .is_some_and(|acr| self.acr_values.contains(&acr));
        let age = self.max_age.is_none_or(|max_age| {
            token
                .auth_time
                .is_some_and(|signed_in| now <= signed_in.plus(max_age))
        });
        if context && age {
            Ok(())
        } else {
            Err(Insufficient)
        }
    }

    /// What a challenge says of it (RFC 9470 §3): attributes of `WWW-Authenticate`, each with a
    /// comma before it.
    pub fn attributes(&self) -> String {
        let contexts = match self.acr_values {
            [] => String::new(),
            values => format!(", acr_values=\"{}\"", values.join(" ")),
        };
        let max_age = self
            .max_age
            .map(|max_age| format!(", max_age=\"{}\"", max_age.seconds()));
        contexts + &max_age.unwrap_or_default()
    }
}
