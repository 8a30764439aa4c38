//! Access tokens that come back: is this one of ours, and still good?

use std::sync::Arc;

use http::{HeaderMap, header};
use symbolon_core::{
    algorithm::Algorithm,
    claims::ClaimsRequest,
    error::{ErrorCode, OAuthError},
    id::Id,
    introspection,
    parameters::Parameters,
    policy::decision::Limits,
    scope::Scope,
    secret::{self, AccessToken, Kind, Secret},
    subject::Subject,
    token::{
        access::{AccessTokenClaims, Audience, TYPE},
        personal::PersonalAccessToken,
    },
};
use symbolon_jose::{Expected, VerifyError};

use crate::{failure::Failure, provider::Provider};

/// A token that is good now.
#[derive(Debug)]
pub struct LiveToken {
    /// What was presented.
    pub presented: Presented,
    /// The claims that were asked for by name when it was approved.
    pub claims_request: ClaimsRequest,
    /// Whom it speaks of: active.
    pub subject: Arc<Subject>,
}

/// What can be presented as a bearer token.
#[derive(Debug)]
pub enum Presented {
    /// An access token, a JWT or opaque.
    Access(Box<AccessTokenClaims>),
    /// A personal access token.
    Personal(Arc<PersonalAccessToken>),
}

impl LiveToken {
    /// What it was granted.
    pub fn scope(&self) -> &Scope {
        match &self.presented {
            Presented::Access(claims) => &claims.scope,
            Presented::Personal(token) => &token.limits.scope,
        }
    }

    /// Whom it is for; `None`: every API of its owner.
    pub fn audience(&self) -> Option<&Audience> {
        match &self.presented {
            Presented::Access(claims) => Some(&claims.aud),
            Presented::Personal(_) => None,
        }
    }

    /// What it is limited to beyond its scope.
    pub fn limits(&self) -> Limits<'_> {
        match &self.presented {
            Presented::Access(_) => Limits::default(),
            Presented::Personal(token) => Limits {
                organizations: token.limits.organizations.as_deref(),
                roles: token.limits.roles.as_deref(),
            },
        }
    }
}

/// Why there is no token to look at (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing was presented: the answer says which scheme to use, and no error code.
    Missing,
    /// Another scheme, or a malformed header, or two ways at once.
    Malformed,
}

impl Absent {
    /// What the client is told, if it did something wrong.
    pub const fn wire(self) -> Option<OAuthError> {
        match self {
            Self::Missing => None,
            Self::Malformed => Some(OAuthError::new(
                ErrorCode::InvalidRequest,
                "present the access token once: as Authorization: Bearer, or as access_token in a form body",
            )),
        }
    }
}

/// The token that a request presents (RFC 6750 §2): in the header, or in a form body; never in the
/// query, and not in two places (requirement A2.11).
///
/// # Errors
/// [`Absent`].
pub fn presented<'a>(headers: &'a HeaderMap, body: &'a Parameters) -> Result<&'a str, Absent> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let header = values.next();
    if values.next().is_some() || body.repeated().is_some() {
        return Err(Absent::Malformed);
    }
    let in_body = body.value("access_token");
    match (header, in_body) {
        (None, None) => Err(Absent::Missing),
        (None, Some(token)) => Ok(token),
        (Some(_), Some(_)) => Err(Absent::Malformed),
        (Some(header), None) => {
            let text = header.to_str().map_err(|_| Absent::Malformed)?;
            let (scheme, token) = text.split_once(' ').ok_or(Absent::Malformed)?;
            // RFC 6750 §2.1: b64token.
            let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
            let good = scheme.eq_ignore_ascii_case("bearer")
                && !token.is_empty()
                && token.bytes().all(permitted);
            if good {
                Ok(token)
            } else {
                Err(Absent::Malformed)
            }
        }
    }
}

/// The token, if it is ours and still good: signature or record, time, revocation of itself and of
/// the approval it came of, its client and its subject (requirement A2.6).
///
/// # Errors
/// When storage fails.
pub async fn live(provider: &Provider, token: &str) -> Result<Option<LiveToken>, Failure> {
    if let Ok(secret) = Secret::<secret::PersonalAccessToken>::parse(token) {
        return live_personal(provider, &secret).await;
    }
    let Some((claims, request)) = recognise(provider, token).await? else {
        return Ok(None);
    };
    if *claims.iss != *provider.issuer || !introspection::is_current(&claims, provider.now()) {
        return Ok(None);
    }
    let claims_request = match &claims.grant_id {
        None => request,
        Some(approval) => match provider.cache.approval(approval).await? {
            Some(facts) if facts.live => facts.claims.clone(),
            _ => return Ok(None),
        },
    };
    if provider.cache.is_revoked(&claims.jti).await? {
        return Ok(None);
    }
    let client = provider.cache.client(&claims.client_id).await?;
    if client.is_none_or(|client| client.disabled_at.is_some()) {
        return Ok(None);
    }
    let subject = active(provider, &claims.sub).await?;
    let presented = Presented::Access(Box::new(claims));
    Ok(subject.map(|subject| LiveToken {
        presented,
        claims_request,
        subject,
    }))
}

async fn live_personal(
    provider: &Provider,
    secret: &Secret<secret::PersonalAccessToken>,
) -> Result<Option<LiveToken>, Failure> {
    let now = provider.now();
    let found = provider.cache.personal(secret.digest()).await?;
    let Some(token) = found.filter(|token| token.is_live(now)) else {
        return Ok(None);
    };
    let Some(subject) = active(provider, &token.owner).await? else {
        return Ok(None);
    };
    if provider.cache.is_use_to_be_recorded(&token.id) {
        provider
            .storage
            .touch_personal_token(&token.id, now)
            .await?;
    }
    let presented = Presented::Personal(token);
    Ok(Some(LiveToken {
        presented,
        claims_request: ClaimsRequest::default(),
        subject,
    }))
}

async fn active(provider: &Provider, id: &Id<Subject>) -> Result<Option<Arc<Subject>>, Failure> {
    let subject = provider.cache.subject(id).await?;
    Ok(subject.filter(|subject| subject.is_active()))
}

/// What a token says, if it is one of ours.
///
/// # Errors
/// When storage fails.
pub async fn recognise(
    provider: &Provider,
    token: &str,
) -> Result<Option<(AccessTokenClaims, ClaimsRequest)>, Failure> {
    if token.starts_with(AccessToken::PREFIX) {
        let Ok(secret) = Secret::<AccessToken>::parse(token) else {
            return Ok(None);
        };
        let found = provider.cache.opaque(secret.digest()).await?;
        return Ok(found
            .filter(|record| record.revoked_at.is_none())
            .map(|record| (record.claims.clone(), record.claims_request.clone())));
    }
    // Only the one type: an ID token is no access token (requirement A2.9).
    let expected = Expected {
        typ: &[TYPE],
        typ_may_be_absent: false,
        algorithms: &Algorithm::ALL,
    };
    let mut verified = provider.keyring.load().verifying().verify(token, expected);
    if matches!(verified, Err(VerifyError::KeyUnknown)) && provider.cache.take_keys_changed() {
        // Another instance has just rotated.
        provider.renew_keys(true).await;
        verified = provider.keyring.load().verifying().verify(token, expected);
    }
    Ok(verified
        .ok()
        .and_then(|verified| verified.claims().ok())
        .map(|claims| (claims, ClaimsRequest::default())))
}
