//! What the endpoints share at which clients come by themselves.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use axum::response::Response;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    client::{AuthenticationMethod, Client, ClientMetadata, StoredSecret},
    error::{ErrorCode, OAuthError},
    id::Id,
    pairwise,
    parameters::Parameters,
    registration::{
        Refusal, Requested,
        policy::{Offer, Registered, RegistrationPolicy},
        statement,
    },
    secret::{ClientSecret, Kind, Secret},
    settings::RegistrationSettings,
};
use symbolon_jose::{Expected, VerifyingKeys, strict_json};
use symbolon_storage::AuditEvent;
use symbolon_web::guard::{ClientAddress, RequestId};

use crate::{
    access::{self, Scheme},
    answer,
    provider::Provider,
    sector,
    throttle::Throttle,
};

/// Who has registered clients with nothing to show, by address.
pub fn registrars(settings: &RegistrationSettings) -> Throttle {
    Throttle::new(settings.per_hour, Duration::from_secs(60 * 60), 100_000)
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    /// From which address.
    pub address: IpAddr,
    /// What the log calls the request.
    pub request_id: Option<String>,
}

/// Why what a request shows is of no use (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoToken {
    /// Nothing.
    Missing,
    /// Another scheme, two of them, or a token of another kind.
    Invalid,
}

impl Caller {
    /// What is known of whoever sends a request.
    pub fn of(extensions: &Extensions) -> Self {
        let address = extensions.get::<ClientAddress>();
        let request_id = extensions.get::<RequestId>();
        Self {
            address: address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0),
            request_id: request_id.map(|id| id.as_str().to_owned()),
        }
    }
}

/// The secret that a request shows as a bearer token.
///
/// # Errors
/// [`NoToken`].
pub fn bearer<K: Kind>(headers: &HeaderMap) -> Result<Secret<K>, NoToken> {
    let nothing = Parameters::default();
    match access::presented(headers, &nothing) {
        Err(access::Absent::Missing) => Err(NoToken::Missing),
        Ok(shown) if shown.scheme == Scheme::Bearer => {
            Secret::parse(shown.token).map_err(|_| NoToken::Invalid)
        }
        _ => Err(NoToken::Invalid),
    }
}

/// The answer to who shows no token that is good here.
pub fn unauthorized(shown: NoToken) -> Response {
    let challenge = match shown {
        NoToken::Missing => "Bearer realm=\"registration\"",
        NoToken::Invalid => "Bearer realm=\"registration\", error=\"invalid_token\"",
    };
    let error = OAuthError::new(
        ErrorCode::InvalidToken,
        "present the token for this: Authorization: Bearer ...",
    );
    let mut response = answer::oauth_error_with(StatusCode::UNAUTHORIZED, error);
    let challenge = HeaderValue::from_static(challenge);
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// The answer to who asks for what is not registered (RFC 7591 §3.2.2).
pub fn refused(provider: &Provider, refusal: &Refusal) -> Response {
    let (code, description) = refusal.wire();
    tracing::info!(?refusal, "registration refused");
    provider.metrics.refused(code.as_str());
    let body = json!({ "error": code.as_str(), "error_description": description });
    answer::json(StatusCode::BAD_REQUEST, &body)
}

/// What this provider can do, as far as clients choose.
pub fn offer<'a>(provider: &'a Provider, methods: &'a [AuthenticationMethod]) -> Offer<'a> {
    Offer {
        methods,
        algorithms: &provider.settings.keys.algorithms,
        front_channel_tokens: provider.settings.requests.front_channel_tokens,
        unsigned_objects: provider.settings.requests.unsigned_objects,
    }
}

/// What comes of what a client asks for. `before`: as it is, so that what was looked at then is not
/// looked at again.
///
/// # Errors
/// [`Refusal`].
pub async fn decide(
    provider: &Provider,
    members: Map<String, Value>,
    policy: &RegistrationPolicy,
    before: Option<&ClientMetadata>,
) -> Result<Registered, Refusal> {
    let mut requested = Requested::read(members)?;
    let vouched = match requested.text("software_statement")? {
        None => None,
        Some(statement) => Some(vouched(provider, statement)?),
    };
    if let Some(claims) = vouched {
        requested = requested.vouched(claims);
    }
    let methods = provider.certificates.methods();
    let registered = policy.decide(&requested, offer(provider, &methods))?;
    if let Some(jwks) = &registered.metadata.jwks {
        VerifyingKeys::check_registered(jwks).map_err(|_| Refusal::Keys)?;
    }
    if pairwise::is_document_due(&registered.metadata, before) {
        let checked = sector::check(&provider.outbound, &registered.metadata).await;
        checked.map_err(|_| Refusal::Sector)?;
    }
    Ok(registered)
}

/// What the issuer of a software statement vouches for.
fn vouched(provider: &Provider, statement: &str) -> Result<Map<String, Value>, Refusal> {
    let issuer = statement::claimed_issuer(statement)?;
    let keys = provider.statement_issuers.get(&issuer);
    let keys = keys.ok_or(Refusal::StatementUnapproved)?;
    let expected = Expected {
        typ: &["JWT"],
        typ_may_be_absent: true,
        algorithms: &Algorithm::ALL,
    };
    let verified = keys.verify(statement, expected);
    let verified = verified.map_err(|_| Refusal::StatementInvalid)?;
    let claims: Map<String, Value> =
        strict_json::object_from_slice(&verified.payload).map_err(|_| Refusal::StatementInvalid)?;
    statement::metadata(claims, &issuer, provider.now())
}

/// A secret for a client, and what is stored of it.
pub fn new_secret(
    provider: &Provider,
    client: &Id<Client>,
    methods: &[AuthenticationMethod],
) -> (Secret<ClientSecret>, StoredSecret) {
    let secret = Secret::<ClientSecret>::generate(&*provider.entropy);
    let digest = secret.digest();
    let kept = methods.contains(&AuthenticationMethod::ClientSecretJwt);
    let stored = StoredSecret {
        digest,
        expires_at: None,
        sealed: kept.then(|| {
            let place = StoredSecret::place(client, &digest);
            provider
                .seal
                .seal(place.as_bytes(), secret.expose().as_bytes())
        }),
    };
    (secret, stored)
}

/// The event of what a client does with itself.
pub fn event(
    provider: &Provider,
    action: &str,
    client: &Client,
    actor: &str,
    caller: Option<&Caller>,
) -> AuditEvent {
    let now = provider.now();
    AuditEvent {
        id: Id::generate(now, &*provider.entropy),
        happened_at: now,
        actor: actor.to_owned(),
        client: Some(client.id.as_str().to_owned()),
        address: caller.map(|caller| caller.address.to_string()),
        request_id: caller.and_then(|caller| caller.request_id.clone()),
        action: action.to_owned(),
        object: format!("client/{}", client.id),
        organization: client.organization.clone(),
        detail: json!({ "name": client.metadata.client_name }),
    }
}
