//! Introspection: what a token says, for those whom it concerns.
//!
//! The roles in an answer are those that are held now, not those of the time of issue: whoever asks
//! instead of reading the token wants to know what is true. Beside `roles`, which the token may use,
//! `granted_roles` has all that a decision asks for where these are more (`roles_partial`), and
//! `limits` says what the token is limited to: with both a decision is made as the provider itself
//! would make it ([`crate::policy::Question`]).
//!
//! `sub` is what the caller calls the subject, whatever the client calls it that the token was issued
//! to ([`crate::pairwise`]); a caller with names of its own is told no `username`.
//!
//! Whoever asks for it gets the answer as a JWT ([`SignedAnswer`]), to keep as evidence.
#![doc(alias = "RFC 7662")]
#![doc(alias = "RFC 9701")]

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    approval::{Approval, ApprovalState},
    client::{Client, Place},
    id::Id,
    organization::Organization,
    pairwise::{PairwiseKey, Sub},
    policy::Policy,
    restriction::Restriction,
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

/// The media type of a signed answer (RFC 9701 §4).
pub const SIGNED: &str = "application/token-introspection+jwt";

/// The `typ` of a signed answer (RFC 9701 §5), so that it is never taken for a token.
pub const SIGNED_TYPE: &str = "token-introspection+jwt";

/// The claims of a signed answer (RFC 9701 §5). It has no `sub` and no `exp`, which would be those of
/// a token.
#[derive(Debug, Serialize)]
pub struct SignedAnswer<'a> {
    /// Who answers.
    pub iss: &'a str,
    /// Who asked.
    pub aud: &'a Id<Client>,
    /// When.
    pub iat: Timestamp,
    /// The answer.
    pub token_introspection: &'a Answer<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Claims<'a> {
    Access {
        #[serde(flatten)]
        claims: Box<AccessTokenClaims>,
        #[serde(flatten)]
        told: Map<String, Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        granted_roles: Option<Cow<'a, Roles>>,
    },
    Personal(PersonalTokenClaims<'a>),
    Refresh(RefreshTokenClaims<'a>),
}

#[derive(Debug, Serialize)]
struct PersonalTokenClaims<'a> {
    iss: &'a str,
    sub: Id<Sub>,
    jti: &'a Id<PersonalAccessToken>,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: &'a Scope,
    org_id: &'a Id<Organization>,
    roles: Roles,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    roles_partial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted_roles: Option<&'a Roles>,
    #[serde(skip_serializing_if = "TokenLimits::is_none")]
    limits: TokenLimits,
    iat: Timestamp,
    exp: Timestamp,
}

#[derive(Debug, Serialize)]
struct RefreshTokenClaims<'a> {
    iss: &'a str,
    sub: Id<Sub>,
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

    /// An active access token, with the roles that it may use now, whatever it told when it was
    /// issued: in the shapes that the registration of the client asks for which it was issued to,
    /// and never shortened. `caller`: who asks.
    pub fn access_token(
        (caller, pairwise): (&Client, &PairwiseKey),
        claims: &AccessTokenClaims,
        subject: &'a Subject,
        issued_to: &Client,
        policy: &Policy,
    ) -> Self {
        let all = Restriction::of(&claims.scope).roles(subject, policy);
        let telling = Telling {
            client: issued_to,
            subject,
            scope: &claims.scope,
            limits: &claims.limits,
            roles: &claims.limits.roles(&all),
            roles_limit: usize::MAX,
        };
        let roles = telling.access_token_roles();
        let told = telling.claims(Place::AccessToken);
        let mut claims = Box::new(claims.clone());
        claims.sub = pairwise.told(caller, &subject.id).retyped();
        claims.roles = roles;
        claims.roles_partial = claims.told_roles() != *all;
        let decides = stands_in_front(caller, &claims);
        let granted_roles = (decides && claims.roles_partial).then_some(all);
        let username = username(caller, subject);
        let token_type = claims.cnf.token_type();
        let claims = Some(Claims::Access {
            claims,
            told,
            granted_roles,
        });
        Self {
            active: true,
            token_type: Some(token_type),
            username,
            claims,
        }
    }

    /// An active personal access token, with the roles that it has now.
    pub fn personal_token(
        (caller, pairwise): (&Client, &PairwiseKey),
        token: &'a PersonalAccessToken,
        owner: &'a Subject,
        issuer: &'a str,
    ) -> Self {
        let roles = token.roles(owner);
        let roles_partial = roles != owner.roles;
        let claims = PersonalTokenClaims {
            iss: issuer,
            sub: pairwise.told(caller, &owner.id),
            jti: &token.id,
            scope: &token.limits.scope,
            org_id: &owner.organization,
            roles,
            roles_partial,
            granted_roles: roles_partial.then_some(&owner.roles),
            limits: token.limits.within(),
            iat: token.created_at,
            exp: token.expires_at,
        };
        let username = username(caller, owner);
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
        (caller, pairwise): (&Client, &PairwiseKey),
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
            sub: pairwise.told(caller, &approval.subject),
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

fn username<'a>(caller: &Client, subject: &'a Subject) -> Option<&'a str> {
    let person = subject.person()?;
    let named = caller.metadata.subject_type.is_public();
    named.then_some(person.username.as_str())
}

/// Whether a token concerns the client that asks: it was issued to it, is for it, or is for an
/// audience that it stands in front of (requirement A2.8).
pub fn concerns(caller: &Client, claims: &AccessTokenClaims) -> bool {
    let own = claims.client_id == caller.id || claims.aud.contains(caller.id.as_str());
    own || stands_in_front(caller, claims)
}

/// Whether the client that asks stands in front of an API that the token is for, and so decides by
/// the answer. A rule may deny to a role that the token must not use, so it is told all roles of the
/// subject; an application that a token was issued to is not.
fn stands_in_front(caller: &Client, claims: &AccessTokenClaims) -> bool {
    let introspects = &caller.metadata.introspects;
    introspects
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
