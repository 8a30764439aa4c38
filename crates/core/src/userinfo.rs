//! Userinfo: what the client may know about the person (OIDC Core §5.3).

use serde_json::{Map, Value};

use crate::{
    claims::{self, ClaimsRequest},
    error::{ErrorCode, OAuthError},
    subject::Subject,
    token::access::AccessTokenClaims,
};

/// Every way in which a good access token gets no answer here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not for this audience.
    OtherAudience,
    /// Without `openid`.
    ScopeMissing,
    /// The subject is disabled or gone.
    SubjectInactive,
}

impl Refusal {
    /// What the client is told (RFC 6750 §3.1).
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::ScopeMissing => OAuthError::new(
                ErrorCode::InsufficientScope,
                "userinfo needs an access token with the scope openid",
            ),
            Self::OtherAudience => OAuthError::new(
                ErrorCode::InvalidToken,
                "the access token is for another audience than this issuer",
            ),
            Self::SubjectInactive => OAuthError::new(
                ErrorCode::InvalidToken,
                "the access token is invalid, expired or revoked",
            ),
        }
    }
}

/// The rule.
///
/// # Errors
/// [`Refusal`].
pub fn decide(
    token: &AccessTokenClaims,
    issuer: &str,
    subject: Option<&Subject>,
    request: &ClaimsRequest,
) -> Result<Map<String, Value>, Refusal> {
    if !token.aud.contains(issuer) {
        return Err(Refusal::OtherAudience);
    }
    if !token.scope.contains("openid") {
        return Err(Refusal::ScopeMissing);
    }
    let subject = subject
        .filter(|subject| subject.is_active())
        .ok_or(Refusal::SubjectInactive)?;
    // OIDC Core §5.3.2: `sub` is always there (requirement A2.16).
    let mut answer = Map::from_iter([("sub".to_owned(), Value::from(subject.id.as_str()))]);
    answer.extend(claims::for_userinfo(subject, &token.scope, request));
    Ok(answer)
}
