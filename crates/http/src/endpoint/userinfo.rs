//! The userinfo endpoint (OIDC Core §5.3).
#![doc(alias = "RFC 6750")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Map, Value};
use symbolon_core::{
    client::Client,
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    userinfo,
};
use symbolon_web::{client_certificate::ClientCertificate, form};

use crate::{
    access::{self, Denied, Presented, Scheme},
    answer, cors,
    dpop::{self, ProvenCall},
    encrypt,
    failure::Failure,
    provider::Provider,
};

/// GET with the token in the header.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    method: Method,
    headers: HeaderMap,
    certificate: Option<Extension<ClientCertificate>>,
) -> Response {
    let certificate = certificate.map(|Extension(certificate)| certificate);
    let caller = Caller {
        method: &method,
        headers: &headers,
        certificate: certificate.as_ref(),
    };
    let answer = respond(&provider, caller, &Parameters::default()).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// POST with the token in the header or in a form.
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let certificate: Option<ClientCertificate> = request.extensions().get().cloned();
    let parameters = match form::body(request).await {
        Ok(parameters) => parameters,
        Err(unreadable) => {
            return answer::oauth_error_with(unreadable.status(), unreadable.wire());
        }
    };
    let caller = Caller {
        method: &Method::POST,
        headers: &headers,
        certificate: certificate.as_ref(),
    };
    respond(&provider, caller, &parameters)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// The head of a request, and the certificate that came with it.
#[derive(Clone, Copy)]
struct Caller<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    certificate: Option<&'a ClientCertificate>,
}

async fn respond(
    provider: &Provider,
    caller: Caller<'_>,
    body: &Parameters,
) -> Result<Response, Failure> {
    let headers = caller.headers;
    let presentation = match access::presented(headers, body) {
        Ok(presentation) => presentation,
        Err(absent) => return Ok(challenge(provider, Scheme::Bearer, absent.wire(), "")),
    };
    let call = ProvenCall {
        headers,
        method: caller.method,
        url: &provider.endpoints.userinfo,
        alias: provider.alias(|aliases| &aliases.userinfo),
        certificate: caller.certificate,
        access_token: None,
    };
    let live = match access::admit(provider, presentation, call).await? {
        Ok(live) => live,
        Err(denied) => {
            tracing::info!(?denied, "access token not accepted");
            let scheme = match denied {
                Denied::BoundAsBearer => Scheme::Dpop,
                _ => presentation.scheme,
            };
            let mut response = challenge(provider, scheme, Some(denied.wire()), "");
            dpop::hand_out_nonce(provider, headers, &mut response);
            return Ok(response);
        }
    };
    let policy = provider.policy().await?;
    let roles = match (&live.presented, &live.client) {
        (Presented::Access(claims), Some(client)) => Some(userinfo::RolesFacts {
            client,
            limits: &claims.limits,
            policy: &policy,
            roles_limit: provider.settings.token.roles_limit,
        }),
        _ => None,
    };
    let sub = match &live.client {
        Some(client) => provider.pairwise.told(client, &live.subject.id),
        None => live.subject.id.retyped(),
    };
    let facts = userinfo::Facts {
        audience: live.audience(),
        scope: live.scope(),
        request: &live.claims_request,
        subject: Some(&live.subject),
        sub: &sub,
        roles,
    };
    let decided = userinfo::decide(facts, &provider.issuer);
    let mut response = match decided {
        Ok(claims) => match step_up(provider, presentation.scheme, &live.presented) {
            Some(challenge) => challenge,
            None => tell(provider, live.client.as_deref(), claims).await?,
        },
        Err(refusal) => challenge(provider, presentation.scheme, Some(refusal.wire()), ""),
    };
    dpop::hand_out_nonce(provider, headers, &mut response);
    if let Some(client) = &live.client {
        cors::allow(client, headers, &mut response);
    }
    Ok(response)
}

/// The claims as the client registered: in plain, signed, encrypted, or signed and encrypted (OIDC
/// Core §5.3.2). A personal access token is no client's, and gets them in plain.
async fn tell(
    provider: &Provider,
    client: Option<&Client>,
    mut claims: Map<String, Value>,
) -> Result<Response, Failure> {
    let Some(client) = client else {
        return Ok(answer::json(StatusCode::OK, &claims));
    };
    let encryption = client.metadata.userinfo_encryption();
    let token = match (client.metadata.userinfo_signed_response_alg, encryption) {
        (None, None) => return Ok(answer::json(StatusCode::OK, &claims)),
        (None, Some(how)) => {
            let content = serde_json::to_vec(&claims).unwrap_or_default();
            encrypt::encrypt(provider, client, how, None, &content).await?
        }
        (Some(algorithm), encryption) => {
            claims.insert("iss".to_owned(), Value::from(&*provider.issuer));
            claims.insert("aud".to_owned(), Value::from(client.id.as_str()));
            let token = provider.sign(algorithm, provider.now(), userinfo::TYPE, &claims)?;
            encrypt::nested(provider, client, encryption, token).await?
        }
    };
    Ok(answer::jwt("application/jwt", token))
}

/// The challenge, when the sign-in behind a token is not good enough here (RFC 9470 §3). A personal
/// access token has no sign-in behind it, and is not for people to sign in anew with.
fn step_up(provider: &Provider, scheme: Scheme, presented: &Presented) -> Option<Response> {
    let requirement = provider.userinfo_requirement()?;
    let Presented::Access(claims) = presented else {
        return None;
    };
    let insufficient = requirement.check(claims, provider.now()).err()?;
    let error = Some(insufficient.wire());
    Some(challenge(
        provider,
        scheme,
        error,
        &requirement.attributes(),
    ))
}

/// RFC 6750 §3, RFC 9449 §7.1: the challenge says what is wrong, if anything was presented at all.
/// `more` are further attributes, each with a comma before it.
fn challenge(
    provider: &Provider,
    scheme: Scheme,
    error: Option<OAuthError>,
    more: &str,
) -> Response {
    let Some(error) = error else {
        let mut response = (
            StatusCode::UNAUTHORIZED,
            [(header::CACHE_CONTROL, "no-store")],
        )
            .into_response();
        for scheme in [Scheme::Bearer, Scheme::Dpop] {
            add_challenge(provider, scheme, "", &mut response);
        }
        return response;
    };
    let status = match error.code {
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response = answer::oauth_error_with(status, error);
    let says = format!(
        ", error=\"{}\", error_description=\"{}\"{more}",
        error.code, error.description
    );
    add_challenge(provider, scheme, &says, &mut response);
    response
}

fn add_challenge(provider: &Provider, scheme: Scheme, says: &str, response: &mut Response) {
    let algorithms = match scheme {
        Scheme::Bearer => String::new(),
        Scheme::Dpop => dpop::algorithms(provider),
    };
    let value = format!("{} realm=\"userinfo\"{says}{algorithms}", scheme.as_str());
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .append(header::WWW_AUTHENTICATE, value);
    }
}
