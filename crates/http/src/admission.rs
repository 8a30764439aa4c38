//! What proxies are answered, whichever way they ask: see `symbolon_core::forward_auth`.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use symbolon_core::{
    error::ErrorCode,
    forward_auth::{
        Admission, Asked, Bearer, Refusal, decide,
        report::{Header, OriginalRequest, target_organization},
        upstream_token::{self, UpstreamToken},
    },
    id::Id,
    parameters::Parameters,
    policy::{api::Api, decision::Reason},
    resource_metadata::challenge as challenge_with,
};
use symbolon_web::client_certificate::ClientCertificate;

use crate::{
    access::{self, Absent, LiveToken},
    endpoint::resource_metadata,
    failure::Failure,
    provider::Provider,
};

/// The organization that the caller wants to act in.
const TARGET: HeaderName = HeaderName::from_static("x-target-org-id");

/// Why not, as one word of a fixed set.
const REASON: HeaderName = HeaderName::from_static("x-auth-reason");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a proxy asks.
#[derive(Debug)]
pub struct Inquiry<'a> {
    /// The request that it holds.
    pub original: OriginalRequest<'a>,
    /// The API that it stands in front of, if it says so.
    pub audience: Option<Id<Api>>,
    /// Whether the API is to get a token of its own.
    pub token: bool,
}

/// The request that it asks with.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Its headers: the caller's own are among them.
    pub headers: &'a HeaderMap,
    /// The certificate of the caller, if the proxy is trusted to tell of it.
    pub certificate: Option<&'a ClientCertificate>,
}

impl<'a> Asking<'a> {
    /// The head of a request.
    pub fn of(request: &'a Request) -> Self {
        Self {
            headers: request.headers(),
            certificate: request.extensions().get(),
        }
    }
}

/// What stands in a header.
pub fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Header<'a> {
    Header::of(headers.get_all(name).iter().map(HeaderValue::as_bytes))
}

/// The answer.
pub async fn answer(
    provider: &Provider,
    asking: Asking<'_>,
    inquiry: Result<Inquiry<'_>, Refusal>,
) -> Response {
    let audience = inquiry
        .as_ref()
        .ok()
        .and_then(|inquiry| inquiry.audience.clone());
    let answered = match inquiry {
        Ok(inquiry) => admit(provider, asking, &inquiry).await,
        Err(refusal) => Ok(Err(refusal)),
    };
    match answered {
        Ok(Ok(response)) => {
            provider.metrics.decided(Reason::Allowed.as_str());
            response
        }
        Ok(Err(refusal)) => {
            provider.metrics.decided(refusal.as_str());
            let metadata = match &audience {
                Some(audience) => resource_metadata::address(provider, audience).await,
                None => None,
            };
            let realm = audience.as_ref().map_or("api", Id::as_str);
            refuse(&refusal, realm, metadata.as_deref())
        }
        Err(failure) => failure.into_response(),
    }
}

async fn admit(
    provider: &Provider,
    asking: Asking<'_>,
    inquiry: &Inquiry<'_>,
) -> Result<Result<Response, Refusal>, Failure> {
    let headers = asking.headers;
    let target = match target_organization(header(headers, &TARGET)) {
        Ok(target) => target,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let no_body = Parameters::default();
    let presentation = match access::presented(headers, &no_body) {
        Ok(presentation) => presentation,
        Err(Absent::Missing) => return Ok(Err(Refusal::CredentialsMissing)),
        Err(Absent::Malformed) => return Ok(Err(Refusal::CredentialsMalformed)),
    };
    let Some(live) =
        access::admit_without_proof(provider, presentation, asking.certificate).await?
    else {
        return Ok(Err(Refusal::TokenNotLive));
    };
    let policy = provider.policy().await?;
    let asked = Asked {
        original: inquiry.original,
        audience: inquiry.audience.as_ref(),
        target: target.as_ref(),
    };
    let bearer = Bearer {
        audience: live.audience(),
        client: live.client(),
        limits: live.limits(),
        scope: live.scope(),
        subject: &live.subject,
    };
    match decide(&asked, &bearer, &policy) {
        Ok(admission) => Ok(Ok(let_through(provider, &live, &admission, inquiry.token)?)),
        Err(refusal) => {
            let acting = target.as_ref().unwrap_or(&live.subject.organization);
            tracing::info!(subject = %live.subject.id, %acting, ?refusal, "call not let through");
            Ok(Err(refusal))
        }
    }
}

fn let_through(
    provider: &Provider,
    live: &LiveToken,
    admission: &Admission<'_>,
    token: bool,
) -> Result<Response, Failure> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    for (name, value) in admission.headers() {
        // Identifiers, role keys and scopes are visible ASCII.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if token {
        let says = UpstreamToken::new(&provider.issuer, admission);
        let roles_until = live.subject.roles_until;
        let end = upstream_token::end(provider.now(), live.end(), roles_until);
        let authorization = provider
            .upstream_tokens
            .authorization(provider, says, end)?;
        headers.insert(header::AUTHORIZATION, authorization);
    }
    Ok(response)
}

/// A problem of RFC 9457.
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: &'static str,
    reason: &'static str,
}

fn refuse(refusal: &Refusal, realm: &str, metadata: Option<&str>) -> Response {
    let wire = refusal.wire();
    let status = match wire.map(|error| error.code) {
        Some(ErrorCode::InvalidRequest) => StatusCode::BAD_REQUEST,
        Some(ErrorCode::InsufficientScope) => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let problem = Problem {
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        detail: wire.map_or(
            "present an access token, as Authorization: Bearer",
            |error| error.description,
        ),
        reason: refusal.as_str(),
    };
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let problem_json = HeaderValue::from_static("application/problem+json");
    headers.insert(header::CONTENT_TYPE, problem_json);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(REASON, HeaderValue::from_static(refusal.as_str()));
    let challenge = refusal.challenge(realm);
    let challenge = match metadata {
        Some(address) => challenge_with(&challenge, address),
        None => challenge,
    };
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
