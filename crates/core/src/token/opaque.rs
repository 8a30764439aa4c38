//! Opaque access tokens: a random text, and a record of what it says.

use crate::{
    claims::ClaimsRequest,
    secret::{AccessToken, Digest},
    time::Timestamp,
    token::access::AccessTokenClaims,
};

/// The record of an opaque access token.
#[derive(Clone, Debug)]
pub struct OpaqueAccessToken {
    /// What it is looked up by.
    pub digest: Digest<AccessToken>,
    /// What it says.
    pub claims: AccessTokenClaims,
    /// The claims that were asked for by name.
    pub claims_request: ClaimsRequest,
    /// Since when it is revoked, if so.
    pub revoked_at: Option<Timestamp>,
}
