//! The token that an API behind a proxy is handed instead of the caller's own: short, for this API
//! alone, in one organization, for one scope. So the API sees a JWT whatever the caller presented.
//!
//! It is an access token of RFC 9068 to whoever checks its signature. Symbolon itself accepts it
//! nowhere: else a caller could ask for one, with a token that is revoked a moment later, and go on
//! with that.

use std::sync::Arc;

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    client::Client,
    forward_auth::Admission,
    id::Id,
    organization::Organization,
    policy::{api::Api, api_scope::ApiScope},
    role::Roles,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

/// How long it lives at most.
pub const LIFETIME: Lifetime = Lifetime::from_seconds(60);

/// For how long it is handed out: whoever gets one has at least the rest of its life to use it.
pub const HANDED_OUT: Lifetime = Lifetime::from_seconds(30);

/// What it says, but for its name and its times. Two calls for which this is the same can be
/// answered with the same token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UpstreamToken {
    iss: Arc<str>,
    sub: Id<Subject>,
    aud: Id<Api>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<Id<Client>>,
    /// The home organization, as in every access token.
    org_id: Id<Organization>,
    /// The organization that is acted in. No other token has this claim.
    organization_id: Id<Organization>,
    /// The roles there.
    roles: Roles,
    scope: ApiScope,
}

/// What tells such a token from all others.
#[derive(Debug, Deserialize)]
pub struct Mark {
    #[serde(default)]
    organization_id: Option<IgnoredAny>,
}

/// The claims to sign.
#[derive(Debug, Serialize)]
pub struct UpstreamTokenClaims<'a> {
    #[serde(flatten)]
    says: &'a UpstreamToken,
    jti: Id<UpstreamToken>,
    iat: Timestamp,
    exp: Timestamp,
}

impl UpstreamToken {
    /// What the token of an admitted call says.
    pub fn new(issuer: &Arc<str>, admission: &Admission<'_>) -> Self {
        let roles = (admission.acting.clone(), admission.roles.clone());
        Self {
            iss: Arc::clone(issuer),
            sub: admission.subject.id.clone(),
            aud: admission.api.audience().clone(),
            client_id: admission.client.cloned(),
            org_id: admission.subject.organization.clone(),
            organization_id: admission.acting.clone(),
            roles: Roles::from([roles]),
            scope: admission.needed.clone(),
        }
    }

    /// The claims of a token of this name.
    pub const fn claims(
        &self,
        jti: Id<Self>,
        iat: Timestamp,
        exp: Timestamp,
    ) -> UpstreamTokenClaims<'_> {
        UpstreamTokenClaims {
            says: self,
            jti,
            iat,
            exp,
        }
    }
}

impl Mark {
    /// Whether claims with this mark are those of a token for an API behind a proxy.
    pub const fn is_of_upstream_token(&self) -> bool {
        self.organization_id.is_some()
    }
}

/// When a token that is made now ends: never later than what it stands for.
pub fn end(now: Timestamp, presented: Timestamp, roles: Option<Timestamp>) -> Timestamp {
    let end = now.plus(LIFETIME).min(presented);
    roles.map_or(end, |roles| end.min(roles))
}
