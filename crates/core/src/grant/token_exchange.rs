//! The token exchange grant: a token for a shorter and narrower one, always a JWT.
//!
//! A gateway or a service that got an access token or a personal access token hands on a JWT that is
//! good for a few minutes and for less: no scope, audience, role or organization that the subject
//! token is not good for, and not a second longer than it (requirement A2.13). Whatever the subject
//! token is limited to lives on in the `limits` claim, and with the subject token the JWT is revoked:
//! it names the tokens it came of.
//!
//! The subject token is live, not only well signed, and concerns the client: it was issued to it, is
//! for it, or for an audience that the client introspects. A personal access token concerns every
//! client that is registered for the grant, and is for the audiences of that client.
//!
//! Left out: `actor_token`, and with it delegation and impersonation; refresh tokens and ID tokens,
//! neither as what comes in nor as what goes out.
#![doc(alias = "RFC 8693")]

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    client::Client,
    decision::Decision,
    error::{ErrorCode, OAuthError},
    introspection,
    parameters::Parameters,
    policy::api_scope,
    reserved_scope::{NO_API, restricts},
    role::Roles,
    scope::{STANDARD, Scope},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{
        Issuance, Tokens,
        access::{AccessTokenClaims, AccessTokenPlan, Audience},
        granted::{Granted, NotGranted},
        limits::TokenLimits,
        personal::PersonalAccessToken,
        target::{TargetRefusal, Targets},
    },
};

/// An access token (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A JWT (RFC 8693 §3): what is issued is both.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// A personal access token and nothing else.
pub const PERSONAL_ACCESS_TOKEN: &str = "urn:symbolon:token-type:personal-access-token";

/// How long a JWT that comes of an exchange lives at the most.
pub const LIFETIME: Lifetime = Lifetime::from_seconds(300);

/// The most times in a row that tokens are exchanged.
pub const MOST: usize = 4;

/// What the client sends.
pub struct Request {
    /// The token to exchange.
    pub subject_token: Zeroizing<String>,
    personal: bool,
    issued: &'static str,
    scope: Option<Scope>,
    resources: Targets,
    audiences: Vec<String>,
}

/// A subject token that is live.
#[derive(Clone, Copy, Debug)]
pub enum SubjectToken<'a> {
    /// An access token, a JWT or opaque.
    Access(&'a AccessTokenClaims),
    /// A personal access token.
    Personal(&'a PersonalAccessToken),
}

/// What is known when the request is decided.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The subject token and whom it speaks of; `None`: it is not live.
    pub live: Option<(SubjectToken<'a>, &'a Subject)>,
}

/// Every way an exchange can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `actor_token`, or its type.
    ActorToken,
    /// The subject token does not concern the client.
    NotConcerned,
    /// Another organization than the subject's, or than those that the subject token is good for.
    OutsideOrganization,
    /// A `requested_token_type` that is not issued.
    RequestedType,
    /// `scope` is no scope.
    ScopeMalformed,
    /// The rules allow nothing of it now.
    ScopeNotAllowed,
    /// `scope` asks for more than the subject token has.
    ScopeWidened,
    /// Not one of ours, or not good any more.
    SubjectInactive,
    /// No `subject_token`.
    SubjectMissing,
    /// No `subject_token_type`.
    SubjectTypeMissing,
    /// A `subject_token_type` that is not accepted, or that the token is not of.
    SubjectType,
    /// `resource` is no absolute URI.
    TargetMalformed,
    /// `resource` or `audience` is not of this client.
    TargetNotRegistered,
    /// `resource` or `audience` is not of the subject token.
    TargetWidened,
    /// The subject token came of too many exchanges.
    TooDeep,
}

impl Refusal {
    /// What the client is told (RFC 8693 §2.2.2).
    pub const fn wire(self) -> OAuthError {
        const fn request(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidRequest, description)
        }
        const fn scope(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidScope, description)
        }
        match self {
            Self::ActorToken => request(
                "actor_token is not supported: the token that is issued speaks of the subject alone",
            ),
            Self::NotConcerned | Self::SubjectInactive => request(
                "subject_token is invalid, expired or revoked, or was not issued to or for this client",
            ),
            Self::OutsideOrganization => {
                scope("scope restricts to an organization that the subject token is not good for")
            }
            Self::RequestedType => request(
                "requested_token_type must be urn:ietf:params:oauth:token-type:access_token or ...:jwt",
            ),
            Self::ScopeMalformed => {
                scope("scope is not words of visible ASCII separated by spaces (RFC 6749 3.3)")
            }
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::ScopeWidened => scope(
                "scope asks for more than the subject token has; leave it out to keep what it has",
            ),
            Self::SubjectMissing => request("subject_token is missing"),
            Self::SubjectTypeMissing => request("subject_token_type is missing"),
            Self::SubjectType => request(
                "subject_token_type must be urn:ietf:params:oauth:token-type:access_token, or urn:symbolon:token-type:personal-access-token for such a token",
            ),
            Self::TargetMalformed => TargetRefusal::Malformed.wire(),
            Self::TargetNotRegistered => TargetRefusal::NotRegistered.wire(),
            Self::TargetWidened => TargetRefusal::Widened.wire(),
            Self::TooDeep => {
                request("subject_token came of 4 exchanges in a row; exchange an earlier one")
            }
        }
    }
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        match refusal {
            TargetRefusal::Malformed => Self::TargetMalformed,
            TargetRefusal::NotRegistered => Self::TargetNotRegistered,
            TargetRefusal::Widened => Self::TargetWidened,
        }
    }
}

impl From<NotGranted> for Refusal {
    fn from(refusal: NotGranted) -> Self {
        match refusal {
            NotGranted::NothingAllowed => Self::ScopeNotAllowed,
            NotGranted::OutsideOrganization => Self::OutsideOrganization,
        }
    }
}

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal`] when one is missing or malformed.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        // RFC 8693 §2.1: not ignored, since whoever sends it wants it to count.
        let actor = ["actor_token", "actor_token_type"];
        if actor.iter().any(|name| parameters.value(name).is_some()) {
            return Err(Refusal::ActorToken);
        }
        let token = parameters.value("subject_token");
        let token = token.ok_or(Refusal::SubjectMissing)?;
        let personal = match parameters.value("subject_token_type") {
            Some(ACCESS_TOKEN) => false,
            Some(PERSONAL_ACCESS_TOKEN) => true,
            Some(_) => return Err(Refusal::SubjectType),
            None => return Err(Refusal::SubjectTypeMissing),
        };
        let issued = match parameters.value("requested_token_type") {
            None | Some(ACCESS_TOKEN) => ACCESS_TOKEN,
            Some(JWT) => JWT,
            Some(_) => return Err(Refusal::RequestedType),
        };
        let scope = parameters.value("scope").map(Scope::parse).transpose();
        let audiences = parameters.values("audience");
        Ok(Self {
            subject_token: Zeroizing::new(token.to_owned()),
            personal,
            issued,
            scope: scope.map_err(|_| Refusal::ScopeMalformed)?,
            resources: Targets::parse(parameters)?,
            audiences: audiences.into_iter().map(str::to_owned).collect(),
        })
    }
}

/// The rule.
pub fn decide(
    request: &Request,
    client: &Client,
    facts: Facts<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    Decision::unchanged(exchange(request, client, facts, issuance))
}

fn exchange(
    request: &Request,
    client: &Client,
    facts: Facts<'_>,
    issuance: Issuance<'_>,
) -> Result<Tokens, Refusal> {
    let (token, subject) = facts.live.ok_or(Refusal::SubjectInactive)?;
    if !subject.is_active() {
        return Err(Refusal::SubjectInactive);
    }
    token.check(request, client)?;
    let scope = token.scope(request.scope.as_ref(), client)?;
    let targets = token.targets(request, client, issuance)?;
    let limits = token.limits();
    let told = token.told();
    let granted = Granted::within(
        issuance,
        client,
        subject,
        &scope,
        targets,
        (&limits, told.as_ref()),
    )?;
    let aud = token.audience(issuance, &granted);
    let mut access = AccessTokenPlan::jwt(issuance, &granted, aud, LIFETIME);
    token.mark(&mut access.claims);
    Ok(Tokens {
        access,
        id: None,
        refresh: None,
        scope: granted.scope,
        issued_token_type: Some(request.issued),
    })
}

impl SubjectToken<'_> {
    fn check(&self, request: &Request, client: &Client) -> Result<(), Refusal> {
        match self {
            Self::Personal(_) => Ok(()),
            Self::Access(_) if request.personal => Err(Refusal::SubjectType),
            Self::Access(claims) if !introspection::concerns(client, claims) => {
                Err(Refusal::NotConcerned)
            }
            Self::Access(claims) if claims.exchanged_from.len() >= MOST => Err(Refusal::TooDeep),
            Self::Access(_) => Ok(()),
        }
    }

    /// What is left of the scope. An access token has what it names and nothing more; a personal
    /// access token that names no scope of an API is good for all that the roles give, so to name
    /// one takes away.
    fn scope(&self, asked: Option<&Scope>, client: &Client) -> Result<Scope, Refusal> {
        let (own, open) = match self {
            Self::Access(claims) => (&claims.scope, false),
            Self::Personal(token) => {
                let own = &token.limits.scope;
                (own, !api_scope::limits(own))
            }
        };
        // Nobody is offline: no refresh token comes of an exchange.
        let own = &own.filtered(|word| word != "offline_access");
        let Some(asked) = asked else {
            return Ok(own.clone());
        };
        let asked = &asked.filtered(|word| word != NO_API && word != "offline_access");
        let addable = |word: &str| restricts(word) || (open && !STANDARD.contains(&word));
        if !own.covers(&asked.filtered(|word| !addable(word))) {
            return Err(Refusal::ScopeWidened);
        }
        let added = asked.filtered(|word| {
            restricts(word) || (!own.contains(word) && client.metadata.scope.contains(word))
        });
        let added = api_scope::narrowed(asked, &added);
        Ok(api_scope::narrowed(own, asked).union(&added.filtered(addable)))
    }

    fn targets(
        &self,
        request: &Request,
        client: &Client,
        issuance: Issuance<'_>,
    ) -> Result<Targets, TargetRefusal> {
        let resources = request.resources.as_slice().iter();
        let picked: Vec<String> = resources.chain(&request.audiences).cloned().collect();
        let picked = Targets::trusted(picked);
        match self {
            Self::Access(claims) => {
                let mut own = picked.as_slice().iter();
                let within = own.all(|target| claims.aud.contains(target));
                within.then_some(()).ok_or(TargetRefusal::Widened)?;
            }
            Self::Personal(_) => picked.check(client, issuance.policy)?,
        }
        Ok(picked)
    }

    fn limits(&self) -> TokenLimits {
        match self {
            Self::Access(claims) => claims.limits.clone(),
            Self::Personal(token) => token.limits.within(),
        }
    }

    /// The roles that the subject token tells, if it tells any.
    fn told(&self) -> Option<Roles> {
        match self {
            Self::Access(claims) => Some(claims.told_roles()),
            Self::Personal(_) => None,
        }
    }

    fn audience(&self, issuance: Issuance<'_>, granted: &Granted<'_>) -> Audience {
        let Granted {
            client,
            scope,
            targets,
            ..
        } = granted;
        let Self::Access(claims) = self else {
            return Audience::of(client, issuance.issuer, scope, targets);
        };
        let issuer = issuance.issuer;
        let picked = |audience: &&Arc<str>| {
            let for_userinfo = scope.contains("openid") && **audience == *issuer;
            let mut all = targets.as_slice().iter();
            targets.is_empty() || for_userinfo || all.any(|target| **target == ***audience)
        };
        Audience::from_all(
            claims
                .aud
                .as_slice()
                .iter()
                .filter(picked)
                .cloned()
                .collect(),
        )
    }

    /// Ties the new token to the old one: to its end, to its revocation, and to who signed in.
    fn mark(&self, claims: &mut AccessTokenClaims) {
        claims.exp = claims.exp.min(self.expires_at());
        match self {
            Self::Access(own) => {
                claims.auth_time = own.auth_time;
                claims.acr.clone_from(&own.acr);
                claims.amr.clone_from(&own.amr);
                claims.grant_id.clone_from(&own.grant_id);
                claims.exchanged_from.clone_from(&own.exchanged_from);
                claims.exchanged_from.push(own.jti.clone());
            }
            Self::Personal(token) => claims.exchanged_from.push(token.id.as_str().to_owned()),
        }
    }

    fn expires_at(&self) -> Timestamp {
        match self {
            Self::Access(claims) => claims.exp,
            Self::Personal(token) => token.expires_at,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("scope", &self.scope)
            .field("resources", &self.resources)
            .field("audiences", &self.audiences)
            .finish_non_exhaustive()
    }
}
