//! Introspection: what a token says, for those whom it concerns.
#![doc(alias = "RFC 7662")]

use serde::Serialize;

use crate::{client::Client, time::Timestamp, token::access::AccessTokenClaims};

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(flatten)]
    claims: Option<&'a AccessTokenClaims>,
}

impl<'a> Answer<'a> {
    /// Not active: nothing more is said, whatever the reason (RFC 7662 §2.2).
    pub const INACTIVE: Self = Self {
        active: false,
        token_type: None,
        username: None,
        claims: None,
    };

    /// Active.
    pub const fn access_token(claims: &'a AccessTokenClaims, username: Option<&'a str>) -> Self {
        Self {
            active: true,
            token_type: Some("Bearer"),
            username,
            claims: Some(claims),
        }
    }
}

/// Whether a token concerns the client that asks: it was issued to it, is for it, or is for an
/// audience that it stands in front of (requirement A2.8).
pub fn concerns(caller: &Client, claims: &AccessTokenClaims) -> bool {
    let own = claims.client_id == caller.id || claims.aud.contains(caller.id.as_str());
    own || caller
        .metadata
        .introspects
        .iter()
        .any(|audience| claims.aud.contains(audience))
}

/// Whether the token is within its time.
pub fn is_current(claims: &AccessTokenClaims, now: Timestamp) -> bool {
    now < claims.exp
}
