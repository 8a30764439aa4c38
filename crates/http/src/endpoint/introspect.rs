//! The introspection endpoint.
#![doc(alias = "RFC 7662")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use symbolon_core::{
    client::Client,
    client_auth,
    error::{ErrorCode, OAuthError},
    introspection::{self, Answer, SignedAnswer},
    secret::{RefreshToken, Secret},
};

use crate::{
    access::{self, Presented},
    answer,
    exchange::{Call, authenticate},
    failure::Failure,
    provider::Provider,
};

/// POST (RFC 7662 §2.1).
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match Call::read(request).await {
        Ok(call) => respond(&provider, &call)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, call: &Call) -> Result<Response, Failure> {
    let client = match authenticate(provider, call).await? {
        Ok(client) => client,
        Err(response) => return Ok(response),
    };
    if client.is_public() {
        // Whoever finds a token must not be able to ask what it is good for (RFC 7662 §4).
        let refusal = client_auth::Refusal::MethodNotRegistered;
        return Ok(answer::oauth_error(refusal.wire(), false));
    }
    let Some(token) = call.parameters.value("token") else {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        return Ok(answer::oauth_error(error, false));
    };
    if let Ok(secret) = Secret::<RefreshToken>::parse(token) {
        return refresh_token(provider, &client, &secret, call).await;
    }
    let live = access::known(provider, token).await?;
    let policy;
    let caller = (&*client, &provider.pairwise);
    let answer = match &live {
        None => Answer::INACTIVE,
        Some(live) => match &live.presented {
            Presented::Access(claims) if introspection::concerns(&client, claims) => {
                let issued_to = live.client.as_ref().unwrap_or(&client);
                policy = provider.policy().await?;
                Answer::access_token(caller, claims, &live.subject, issued_to, &policy)
            }
            Presented::Personal(token) if introspection::personal_token_concerns(&client) => {
                Answer::personal_token(caller, token, &live.subject, &provider.issuer)
            }
            Presented::Access(_) | Presented::Personal(_) => Answer::INACTIVE,
        },
    };
    told(provider, &client, call, &answer)
}

async fn refresh_token(
    provider: &Provider,
    client: &Client,
    token: &Secret<RefreshToken>,
    call: &Call,
) -> Result<Response, Failure> {
    let approval = provider
        .storage
        .approval_of_family(token.family_digest())
        .await?;
    let active = match &approval {
        Some(approval) => provider.cache.subject(&approval.subject).await?,
        None => None,
    };
    let answer = match (&approval, active.is_some_and(|subject| subject.is_active())) {
        (Some(approval), true) => {
            let settings = &provider.settings.token;
            let issuer = &provider.issuer;
            let caller = (client, &provider.pairwise);
            Answer::refresh_token(caller, token, approval, issuer, settings, provider.now())
        }
        _ => Answer::INACTIVE,
    };
    told(provider, client, call, &answer)
}

/// The answer as JSON; signed for who accepts that (RFC 9701 §4).
fn told(
    provider: &Provider,
    client: &Client,
    call: &Call,
    answer: &Answer<'_>,
) -> Result<Response, Failure> {
    if !accepts_signed(&call.headers) {
        return Ok(answer::json(StatusCode::OK, answer));
    }
    let now = provider.now();
    let claims = SignedAnswer {
        iss: &provider.issuer,
        aud: &client.id,
        iat: now,
        token_introspection: answer,
    };
    let algorithm = client.introspection_algorithm();
    let signed = provider.sign(algorithm, now, introspection::SIGNED_TYPE, &claims)?;
    Ok(answer::jwt(introspection::SIGNED, signed))
}

/// Whether a header `Accept` names the media type of signed answers, and not by `*/*`: who does not
/// know of them must not get one.
fn accepts_signed(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.into_iter().any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let names_it = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(introspection::SIGNED));
        // RFC 9110 §12.4.2: a weight of zero is a no.
        names_it && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}
