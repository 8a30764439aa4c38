//! Introspection: what a token says, for those whom it concerns.
#![doc(alias = "RFC 7662")]

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    approval::{Approval, ApprovalState},
    client::{Client, Place},
    id::Id,
    organization::Organization,
    role::Roles,
    scope::Scope,
    secret::{RefreshToken, Secret},
    settings::TokenSettings,
    subject::Subject,
    time::Timestamp,
    token::{
        access::AccessTokenClaims, limits::TokenLimits, personal::PersonalAccessToken,
        telling::Telling,
    },
};

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(flatten)]
    claims: Option<Claims<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Claims<'a> {
    Access {
        #[serde(flatten)]
        claims: &'a AccessTokenClaims,
        #[serde(flatten)]
        told: Map<String, Value>,
    },
    Personal(PersonalTokenClaims<'a>),
    Refresh(RefreshTokenClaims<'a>),
}

#[derive(Debug, Serialize)]
struct PersonalTokenClaims<'a> {
    iss: &'a str,
    sub: &'a Id<Subject>,
    jti: &'a Id<PersonalAccessToken>,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: &'a Scope,
    org_id: &'a Id<Organization>,
    roles: &'a Roles,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    roles_partial: bool,
    #[serde(skip_serializing_if = "TokenLimits::is_none")]
    limits: TokenLimits,
    iat: Timestamp,
    exp: Timestamp,
}

#[derive(Debug, Serialize)]
struct RefreshTokenClaims<'a> {
    iss: &'a str,
    sub: &'a Id<Subject>,
    client_id: &'a Id<Client>,
    scope: &'a Scope,
    iat: Timestamp,
    exp: Timestamp,
}

impl<'a> Answer<'a> {
    /// Not active: nothing more is said, whatever the reason (RFC 7662 §2.2).
    pub const INACTIVE: Self = Self {
        active: false,
        token_type: None,
        username: None,
        claims: None,
    };

    /// An active access token. `issued_to`: the client whose registration says in which other shapes
    /// the roles are told.
    pub fn access_token(
        claims: &'a AccessTokenClaims,
        subject: &'a Subject,
        issued_to: &Client,
        roles_limit: usize,
    ) -> Self {
        // What the token told when it was issued, so that both say the same.
        let told = Telling {
            client: issued_to,
            subject,
            scope: &claims.scope,
            limits: &claims.limits,
            roles: &claims.told_roles(),
            roles_limit,
        }
        .claims(Place::AccessToken);
        let username = subject.person().map(|person| person.username.as_str());
        let claims = Some(Claims::Access { claims, told });
        Self {
            active: true,
            token_type: Some("Bearer"),
            username,
            claims,
        }
    }

    /// An active personal access token, with the roles that it has now.
    pub fn personal_token(
        token: &'a PersonalAccessToken,
        owner: &'a Subject,
        roles: &'a Roles,
        issuer: &'a str,
    ) -> Self {
        let claims = PersonalTokenClaims {
            iss: issuer,
            sub: &owner.id,
            jti: &token.id,
            scope: &token.limits.scope,
            org_id: &owner.organization,
            roles,
            roles_partial: *roles != owner.roles,
            limits: token.limits.within(),
            iat: token.created_at,
            exp: token.expires_at,
        };
        let username = owner.person().map(|person| person.username.as_str());
        let claims = Some(Claims::Personal(claims));
        Self {
            active: true,
            token_type: Some("Bearer"),
            username,
            claims,
        }
    }

    /// A refresh token: active if it is the current one of a living family of the client that
    /// asks. It has no `token_type`: nothing accepts it but the token endpoint.
    pub fn refresh_token(
        caller: &Client,
        token: &Secret<RefreshToken>,
        approval: &'a Approval,
        issuer: &'a str,
        settings: &TokenSettings,
        now: Timestamp,
    ) -> Self {
        let ApprovalState::Redeemed {
            refresh: Some(family),
        } = &approval.state
        else {
            return Self::INACTIVE;
        };
        let idle = family.rotated_at.plus(settings.refresh_idle_lifetime);
        let exp = idle.min(approval.refresh_expires_at);
        let current = family.current == token.generation_digest();
        if approval.client != caller.id || !current || now >= exp {
            return Self::INACTIVE;
        }
        let claims = RefreshTokenClaims {
            iss: issuer,
            sub: &approval.subject,
            client_id: &approval.client,
            scope: &approval.scope,
            iat: family.rotated_at,
            exp,
        };
        let claims = Some(Claims::Refresh(claims));
        Self {
            active: true,
            token_type: None,
            username: None,
            claims,
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

/// Whether a personal access token concerns the client that asks: it has no audience, so whoever
/// stands in front of an API may ask about it.
pub fn personal_token_concerns(caller: &Client) -> bool {
    !caller.metadata.introspects.is_empty()
}

/// Whether the token is within its time.
pub fn is_current(claims: &AccessTokenClaims, now: Timestamp) -> bool {
    now < claims.exp
}
