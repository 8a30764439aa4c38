//! Userinfo: what the client may know about the person (OIDC Core §5.3).

use serde_json::{Map, Value};

use crate::{
    claims::{self, ClaimsRequest},
    client::{Client, Place},
    error::{ErrorCode, OAuthError},
    id::Id,
    pairwise::Sub,
    policy::Policy,
    restriction::Restriction,
    scope::Scope,
    subject::Subject,
    token::{access::Audience, limits::TokenLimits, telling::Telling},
};

/// The `typ` header of an answer that is signed. Client libraries expect it; what keeps it from being
/// taken for an ID token is that it never ends (it has no `exp`).
pub const TYPE: &str = "JWT";

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

/// What is known of the token that is presented.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Whom it is for; `None` for a personal access token, which is for every API of its owner.
    pub audience: Option<&'a Audience>,
    /// What it was granted.
    pub scope: &'a Scope,
    /// The claims that were asked for by name.
    pub request: &'a ClaimsRequest,
    /// Whom it speaks of, if still there.
    pub subject: Option<&'a Subject>,
    /// What the client calls them.
    pub sub: &'a Id<Sub>,
    /// How roles are told; `None` for a personal access token, which no registration shapes.
    pub roles: Option<RolesFacts<'a>>,
}

/// What is known when roles are told.
#[derive(Clone, Copy, Debug)]
pub struct RolesFacts<'a> {
    /// The client that the token was issued to.
    pub client: &'a Client,
    /// What the token is limited to.
    pub limits: &'a TokenLimits,
    /// Roles and relations now.
    pub policy: &'a Policy,
    /// The longest claim about roles of several organizations, in bytes.
    pub roles_limit: usize,
}

/// The rule.
///
/// # Errors
/// [`Refusal`].
pub fn decide(facts: Facts<'_>, issuer: &str) -> Result<Map<String, Value>, Refusal> {
    if facts
        .audience
        .is_some_and(|audience| !audience.contains(issuer))
    {
        return Err(Refusal::OtherAudience);
    }
    if !facts.scope.contains("openid") {
        return Err(Refusal::ScopeMissing);
    }
    let subject = facts
        .subject
        .filter(|subject| subject.is_active())
        .ok_or(Refusal::SubjectInactive)?;
    // OIDC Core §5.3.2: `sub` is always there (requirement A2.16).
    let mut answer = Map::from_iter([("sub".to_owned(), Value::from(facts.sub.as_str()))]);
    answer.extend(claims::for_userinfo(subject, facts.scope, facts.request));
    if let Some(known) = facts.roles {
        let roles = Restriction::of(facts.scope).roles(subject, known.policy);
        let telling = Telling {
            client: known.client,
            subject,
            scope: facts.scope,
            limits: known.limits,
            roles: &known.limits.roles(&roles),
            roles_limit: known.roles_limit,
        };
        answer.extend(telling.claims(Place::Userinfo));
    }
    Ok(answer)
}
