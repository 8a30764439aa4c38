//! JWT access tokens.
#![doc(alias = "RFC 9068")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    approval::Approval,
    claims::ClaimsRequest,
    client::{AccessTokenFormat, Client},
    id::Id,
    organization::Organization,
    role::Roles,
    scope::Scope,
    secret::{AccessToken, Secret},
    subject::Subject,
    time::Timestamp,
    token::{Authentication, Issuance, opaque::OpaqueAccessToken},
};

/// The `typ` header of an access token (RFC 9068 §2.1), so that it is never taken for an ID token
/// (requirement A2.9).
pub const TYPE: &str = "at+jwt";

/// An access token to be made.
#[derive(Debug)]
pub struct AccessTokenPlan {
    /// What it says.
    pub claims: AccessTokenClaims,
    /// The opaque text, if the client's tokens are opaque; else it is signed.
    pub opaque: Option<Secret<AccessToken>>,
}

/// The claims of an access token. The same for a JWT, for the record of an opaque token and for an
/// answer of introspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Issuer.
    pub iss: Arc<str>,
    /// Whom it speaks of.
    pub sub: Id<Subject>,
    /// Which APIs it is for.
    pub aud: Audience,
    /// Which client it was given to.
    pub client_id: Id<Client>,
    /// Until when.
    pub exp: Timestamp,
    /// Since when.
    pub iat: Timestamp,
    /// Its name.
    pub jti: String,
    /// What was granted.
    #[serde(skip_serializing_if = "Scope::is_empty", default)]
    pub scope: Scope,
    /// The home organization of the subject.
    pub org_id: Id<Organization>,
    /// Role keys by organization.
    pub roles: Roles,
    /// When the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<Timestamp>,
    /// How strongly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    /// By what means.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// The approval it came of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub grant_id: Option<Id<Approval>>,
}

/// The `aud` claim: one text, or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(Arc<str>),
    /// Several.
    Many(Vec<Arc<str>>),
}

impl Audience {
    /// The audiences of a client's tokens: its own, and the issuer when userinfo is to accept the
    /// token or nothing else is named.
    pub fn of(client: &Client, issuer: &Arc<str>, scope: &Scope) -> Self {
        let own = &client.metadata.audience;
        if own.is_empty() {
            return Self::One(Arc::clone(issuer));
        }
        let mut all: Vec<Arc<str>> = own.iter().map(|one| Arc::from(one.as_str())).collect();
        if scope.contains("openid") && !all.contains(issuer) {
            all.push(Arc::clone(issuer));
        }
        match <[Arc<str>; 1]>::try_from(all) {
            Ok([one]) => Self::One(one),
            Err(all) => Self::Many(all),
        }
    }

    /// Whether it is for this audience.
    pub fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => **one == *audience,
            Self::Many(many) => many.iter().any(|one| **one == *audience),
        }
    }
}

impl AccessTokenPlan {
    /// Plans the access token of a grant.
    pub fn new(
        issuance: Issuance<'_>,
        client: &Client,
        subject: &Subject,
        authentication: Option<&Authentication>,
        scope: &Scope,
    ) -> Self {
        let Issuance {
            issuer,
            settings,
            now,
            entropy,
            ..
        } = issuance;
        // A client may have a shorter lifetime than the setting, never a longer one: how long a
        // retired key stays published follows from the setting alone.
        let own = client
            .metadata
            .access_token_lifetime
            .unwrap_or(settings.access_lifetime);
        let lifetime = own.min(settings.access_lifetime);
        let claims = AccessTokenClaims {
            iss: Arc::clone(issuer),
            sub: subject.id.clone(),
            aud: Audience::of(client, issuer, scope),
            client_id: client.id.clone(),
            exp: now.plus(lifetime),
            iat: now,
            jti: Id::<Self>::random(entropy).as_str().to_owned(),
            scope: scope.clone(),
            org_id: subject.organization.clone(),
            roles: subject.roles.clone(),
            auth_time: authentication.map(|by| by.at),
            acr: authentication.map(|by| by.acr.clone()),
            amr: authentication
                .map(|by| by.methods.clone())
                .unwrap_or_default(),
            grant_id: authentication.map(|by| by.approval.clone()),
        };
        let opaque = match client.metadata.access_token_format {
            AccessTokenFormat::Jwt => None,
            AccessTokenFormat::Opaque => Some(Secret::generate(entropy)),
        };
        Self { claims, opaque }
    }

    /// The record of the token, if it is opaque.
    pub fn record(&self, request: &ClaimsRequest) -> Option<OpaqueAccessToken> {
        self.opaque.as_ref().map(|secret| OpaqueAccessToken {
            digest: secret.digest(),
            claims: self.claims.clone(),
            claims_request: request.clone(),
            revoked_at: None,
        })
    }

    /// `expires_in` of the token response (RFC 6749 §5.1), in seconds.
    pub fn expires_in(&self) -> u32 {
        self.claims.exp.since(self.claims.iat).seconds()
    }
}
