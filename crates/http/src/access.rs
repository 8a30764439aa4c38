//! Access tokens that come back: is this one of ours, and still good?

use std::sync::Arc;

use http::{HeaderMap, header};
use symbolon_core::{
    claims::ClaimsRequest,
    client::{Client, profile::Demands},
    dpop::Refusal,
    error::{ErrorCode, OAuthError},
    id::Id,
    introspection,
    parameters::Parameters,
    policy::decision,
    scope::Scope,
    secret::{self, AccessToken, Kind, Secret},
    subject::Subject,
    time::Timestamp,
    token::{
        access::{AccessTokenClaims, Audience},
        confirmation::{Confirmation, Shown, Unconfirmed},
        personal::PersonalAccessToken,
    },
};
use symbolon_jose::VerifyError;
use symbolon_web::client_certificate::ClientCertificate;

use crate::{
    dpop::{self, ProvenCall},
    failure::Failure,
    provider::Provider,
};

/// A token that is good now.
#[derive(Debug)]
pub struct LiveToken {
    /// What was presented.
    pub presented: Presented,
    /// The claims that were asked for by name when it was approved.
    pub claims_request: ClaimsRequest,
    /// Whom it speaks of: active.
    pub subject: Arc<Subject>,
    /// The client that an access token was issued to; nobody's, for a personal access token.
    pub client: Option<Arc<Client>>,
}

/// What can be presented as a bearer token.
#[derive(Debug)]
pub enum Presented {
    /// An access token, a JWT or opaque.
    Access(Arc<AccessTokenClaims>),
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

    /// What it is limited to beyond its scope: whoever decides from the roles of the subject hands
    /// this to the policy (`policy::Question`).
    pub fn limits(&self) -> decision::Limits<'_> {
        match &self.presented {
            Presented::Access(claims) => claims.limits.for_decision(),
            Presented::Personal(token) => token.limits.for_decision(),
        }
    }

    /// What it is bound to.
    pub fn confirmation(&self) -> Confirmation {
        match &self.presented {
            Presented::Access(claims) => claims.cnf,
            Presented::Personal(_) => Confirmation::default(),
        }
    }

    /// What the profile of its client asks.
    fn demands(&self) -> &'static Demands {
        self.client
            .as_ref()
            .map_or(Demands::NONE, |client| client.demands())
    }

    /// Whom it is for; `None`: every API of its owner.
    pub fn audience(&self) -> Option<&Audience> {
        match &self.presented {
            Presented::Access(claims) => Some(&claims.aud),
            Presented::Personal(_) => None,
        }
    }

    /// Which client it was given to; `None`: to none, as it is a personal access token.
    pub fn client(&self) -> Option<&Id<Client>> {
        match &self.presented {
            Presented::Access(claims) => Some(&claims.client_id),
            Presented::Personal(_) => None,
        }
    }

    /// Until when it is good, if nothing else happens.
    pub fn end(&self) -> Timestamp {
        match &self.presented {
            Presented::Access(claims) => claims.exp,
            Presented::Personal(token) => token.expires_at,
        }
    }
}

/// How a token is presented (RFC 6750 §2.1, RFC 9449 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever bears it may use it.
    Bearer,
    /// Who presents it proves to have the key that it is bound to.
    Dpop,
}

impl Scheme {
    /// Its name in headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// A token, and how it is presented.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// By which scheme.
    pub scheme: Scheme,
    /// The token.
    pub token: &'a str,
}

/// Why a token that is presented opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is bound to a key, and presented as if it were not.
    BoundAsBearer,
    /// It is bound to a certificate, and none is shown.
    CertificateMissing,
    /// It is bound to another certificate than is shown.
    CertificateOther,
    /// It is bound to another key than the proof shows.
    KeyOther,
    /// It is bound to nothing, and presented as if it were.
    NotBound,
    /// None of ours, or not good any more.
    NotLive,
    /// The proof is none.
    Proof(Refusal),
}

impl Denied {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        let description = match self {
            Self::Proof(refusal) => return refusal.wire(),
            Self::NotLive => "the access token is invalid, expired or revoked",
            Self::BoundAsBearer => {
                "the access token is bound to a key: present it as Authorization: DPoP, with a proof (RFC 9449 7.1)"
            }
            Self::CertificateMissing => {
                "the access token is bound to a certificate: show it in the TLS handshake (RFC 8705 3)"
            }
            Self::CertificateOther => {
                "another certificate is shown than the access token is bound to"
            }
            Self::KeyOther => "the DPoP proof is made with another key than the token is bound to",
            Self::NotBound => {
                "the access token is not bound to a key: present it as Authorization: Bearer"
            }
        };
        OAuthError::new(ErrorCode::InvalidToken, description)
    }
}

impl From<Unconfirmed> for Denied {
    fn from(unconfirmed: Unconfirmed) -> Self {
        match unconfirmed {
            Unconfirmed::CertificateMissing => Self::CertificateMissing,
            Unconfirmed::CertificateOther => Self::CertificateOther,
            Unconfirmed::KeyMissing => Self::Proof(Refusal::Missing),
            Unconfirmed::KeyOther => Self::KeyOther,
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
                "present the access token once: as Authorization: Bearer or DPoP, or as access_token in a form body",
            )),
        }
    }
}

/// The token that a request presents (RFC 6750 §2): in the header, or in a form body; never in the
/// query, and not in two places (requirement A2.11).
///
/// # Errors
/// [`Absent`].
pub fn presented<'a>(
    headers: &'a HeaderMap,
    body: &'a Parameters,
) -> Result<Presentation<'a>, Absent> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let header = values.next();
    if values.next().is_some() || body.repeated().is_some() {
        return Err(Absent::Malformed);
    }
    let in_body = body.value("access_token");
    match (header, in_body) {
        (None, None) => Err(Absent::Missing),
        (None, Some(token)) => Ok(Presentation {
            scheme: Scheme::Bearer,
            token,
        }),
        (Some(_), Some(_)) => Err(Absent::Malformed),
        (Some(header), None) => {
            let text = header.to_str().map_err(|_| Absent::Malformed)?;
            let (scheme, token) = text.split_once(' ').ok_or(Absent::Malformed)?;
            // RFC 6750 §2.1: b64token.
            let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
            let scheme = [Scheme::Bearer, Scheme::Dpop]
                .into_iter()
                .find(|known| scheme.eq_ignore_ascii_case(known.as_str()));
            match scheme {
                Some(scheme) if !token.is_empty() && token.bytes().all(permitted) => {
                    Ok(Presentation { scheme, token })
                }
                _ => Err(Absent::Malformed),
            }
        }
    }
}

/// The token, if it opens something to who presents it: it is good, and who presents it has the key
/// or shows the certificate that it is bound to. A token that is bound to a key is not good as a
/// bearer token, nor the other way round (RFC 9449 §7.2); one that is bound to a certificate is a
/// bearer token in its name (RFC 8705 §3). `call` is the request that it comes with; its URL is the
/// one that the caller used.
///
/// # Errors
/// When storage fails.
pub async fn admit(
    provider: &Provider,
    presentation: Presentation<'_>,
    call: ProvenCall<'_>,
) -> Result<Result<LiveToken, Denied>, Failure> {
    let Some(live) = known(provider, presentation.token).await? else {
        return Ok(Err(Denied::NotLive));
    };
    let mut shown = Shown {
        key: None,
        certificate: call.certificate.map(dpop::thumbprint),
    };
    match (presentation.scheme, live.confirmation()) {
        (Scheme::Bearer, Confirmation::Key(_)) => return Ok(Err(Denied::BoundAsBearer)),
        (Scheme::Dpop, Confirmation::Nothing | Confirmation::Certificate(_)) => {
            return Ok(Err(Denied::NotBound));
        }
        (Scheme::Bearer, Confirmation::Nothing | Confirmation::Certificate(_)) => {}
        (Scheme::Dpop, Confirmation::Key(_)) => {
            let call = ProvenCall {
                access_token: Some(presentation.token),
                ..call
            };
            match dpop::prove(provider, live.demands(), call).await? {
                Ok(key) => shown.key = key,
                Err(refusal) => return Ok(Err(Denied::Proof(refusal))),
            }
        }
    }
    let confirmed = live.confirmation().check(shown);
    Ok(confirmed.map(|()| live).map_err(Denied::from))
}

/// As [`admit`], where nobody knows under which URL the caller called, so that no proof can be
/// checked: a token that is bound to a key opens nothing here. One that is bound to a certificate
/// does if whoever asks hands it on.
///
/// # Errors
/// When storage fails.
pub async fn admit_without_proof(
    provider: &Provider,
    presentation: Presentation<'_>,
    certificate: Option<&ClientCertificate>,
) -> Result<Option<LiveToken>, Failure> {
    let shown = Shown {
        key: None,
        certificate: certificate.map(dpop::thumbprint),
    };
    match presentation.scheme {
        Scheme::Bearer => Ok(known(provider, presentation.token)
            .await?
            .filter(|live| live.confirmation().check(shown).is_ok())),
        Scheme::Dpop => Ok(None),
    }
}

/// The token, if it is ours and still good, whoever has it: signature or record, time, revocation of
/// itself and of the approval it came of, its client and its subject (requirement A2.6). To let
/// somebody in, ask [`admit`].
///
/// # Errors
/// When storage fails.
pub async fn known(provider: &Provider, token: &str) -> Result<Option<LiveToken>, Failure> {
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
    // It ends with each token that it was exchanged for.
    for name in claims.exchanged_from.iter().chain([&claims.jti]) {
        if provider.cache.is_revoked(name).await? {
            return Ok(None);
        }
    }
    let client = provider.cache.client(&claims.client_id).await?;
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else {
        return Ok(None);
    };
    let subject = active(provider, &claims.sub).await?;
    let presented = Presented::Access(claims);
    Ok(subject.map(|subject| LiveToken {
        presented,
        claims_request,
        subject,
        client: Some(client),
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
        client: None,
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
) -> Result<Option<(Arc<AccessTokenClaims>, ClaimsRequest)>, Failure> {
    if token.starts_with(AccessToken::PREFIX) {
        let Ok(secret) = Secret::<AccessToken>::parse(token) else {
            return Ok(None);
        };
        let found = provider.cache.opaque(secret.digest()).await?;
        return Ok(found
            .filter(|record| record.revoked_at.is_none())
            .map(|record| {
                (
                    Arc::new(record.claims.clone()),
                    record.claims_request.clone(),
                )
            }));
    }
    let mut verified = provider.keyring.load().access_token(token);
    if matches!(verified, Err(VerifyError::KeyUnknown)) && provider.catch_up_with_keys().await {
        verified = provider.keyring.load().access_token(token);
    }
    Ok(verified
        .ok()
        .flatten()
        .map(|claims| (claims, ClaimsRequest::default())))
}
