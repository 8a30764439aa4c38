//! The client configuration endpoint: a client looks at its registration, changes it, or ends it.
//!
//! The token stays the same: whoever changes a registration and does not get the answer would have
//! lost it otherwise. The secret is not told again, since only its digest is kept.
#![doc(alias = "RFC 7592")]

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use symbolon_core::{
    client::{AuthenticationMethod, Client},
    id::Id,
    registration::{Refusal, Registration, Requested, policy},
    secret::{ClientSecret, Digest, RegistrationAccessToken, Secret},
};
use symbolon_storage::{Act, Administered, Stored};
use symbolon_web::json;

use super::register::{told, unreadable_body};
use crate::{
    answer,
    exchange::TRIES,
    failure::Failure,
    provider::Provider,
    registration::{Caller, NoToken, bearer, decide, event, new_secret, refused, unauthorized},
};

/// A client that has shown its token.
struct Own {
    client: Stored<Client>,
    registration: Registration,
    token: Secret<RegistrationAccessToken>,
}

/// GET: what is registered (RFC 7592 §2.1).
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match own(&provider, &id, &headers).await {
        Ok(Ok(own)) => answer::json(StatusCode::OK, &tell(&provider, &own, None)),
        Ok(Err(shown)) => unauthorized(shown),
        Err(failure) => failure.into_response(),
    }
}

/// PUT: everything anew; what is left out is as if it had never been said (RFC 7592 §2.2).
pub async fn put(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let caller = Caller::of(request.extensions());
    // Whoever may not is not told what would be wrong with the body.
    match own(&provider, &id, &headers).await {
        Ok(Ok(_)) => {}
        Ok(Err(shown)) => return unauthorized(shown),
        Err(failure) => return failure.into_response(),
    }
    let members = match json::object(request).await {
        Ok(members) => members,
        Err(unreadable) => return unreadable_body(unreadable),
    };
    let changed = change(&provider, &caller, &id, &headers, &members).await;
    changed.unwrap_or_else(IntoResponse::into_response)
}

/// DELETE: the client, and all that came of it (RFC 7592 §2.3).
pub async fn delete(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let caller = Caller::of(request.extensions());
    let ended = end(&provider, &caller, &id, &headers).await;
    ended.unwrap_or_else(IntoResponse::into_response)
}

/// The client of a path, if the token is its own. Everything else looks alike.
async fn own(
    provider: &Provider,
    id: &str,
    headers: &HeaderMap,
) -> Result<Result<Own, NoToken>, Failure> {
    let token: Secret<RegistrationAccessToken> = match bearer(headers) {
        Ok(token) => token,
        Err(shown) => return Ok(Err(shown)),
    };
    let Ok(id) = Id::<Client>::parse(id) else {
        return Ok(Err(NoToken::Invalid));
    };
    let registration = provider.storage.registration(&id).await?;
    let registration = registration.filter(|found| found.token == Some(token.digest()));
    let client = provider.storage.stored_client(&id).await?;
    let client = client.filter(|(found, _)| found.value.disabled_at.is_none());
    Ok(match (registration, client) {
        (Some(registration), Some((client, _))) => Ok(Own {
            client,
            registration,
            token,
        }),
        _ => Err(NoToken::Invalid),
    })
}

fn tell(
    provider: &Provider,
    own: &Own,
    secret: Option<&Secret<ClientSecret>>,
) -> Map<String, Value> {
    let Own {
        client,
        registration,
        token,
    } = own;
    told(provider, &client.value, registration, token, secret)
}

async fn change(
    provider: &Provider,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    members: &Map<String, Value>,
) -> Result<Response, Failure> {
    for _ in 0..TRIES {
        let mut own = match own(provider, id, headers).await? {
            Ok(own) => own,
            Err(shown) => return Ok(unauthorized(shown)),
        };
        let (client, secret) = match changed(provider, &mut own, members).await {
            Ok(changed) => changed,
            Err(refusal) => return Ok(refused(provider, &refusal)),
        };
        let act = Act::UpdateRegistration {
            client: Box::new(client.clone()),
            version: own.client.version,
            details: Box::new(own.registration.details.clone()),
            secrets: (client.secrets != own.client.value.secrets).then(|| client.secrets.clone()),
        };
        let action = "client.update_registration";
        let event = event(provider, action, &client, client.id.as_str(), Some(caller));
        let done = provider.storage.administer(&act, &event, None).await?;
        provider.cache.forget_client(&client.id);
        if done == Administered::Done {
            own.client.value = client;
            let body = tell(provider, &own, secret.as_ref());
            return Ok(answer::json(StatusCode::OK, &body));
        }
    }
    Err(Failure::Contended)
}

/// The client as it is to be, and its secret if it gets a new one.
async fn changed(
    provider: &Provider,
    own: &mut Own,
    members: &Map<String, Value>,
) -> Result<(Client, Option<Secret<ClientSecret>>), Refusal> {
    let client = &own.client.value;
    let requested = Requested::read(members.clone())?;
    if requested.text("client_id")? != Some(client.id.as_str()) {
        return Err(Refusal::ClientIdMismatch);
    }
    if let Some(secret) = requested.text("client_secret")? {
        let digest = Digest::of(secret.as_bytes());
        if !client.secrets.iter().any(|own| own.digest == digest) {
            return Err(Refusal::ClientSecretMismatch);
        }
    }
    let policy = own.registration.policy.as_ref();
    let policy = policy.unwrap_or(&provider.settings.registration.policy);
    let registered = decide(provider, members.clone(), policy, Some(&client.metadata)).await?;
    let methods = &registered.metadata.token_endpoint_auth_methods;
    let mut secrets = client.secrets.clone();
    let mut new = None;
    if !registered.has_secret() {
        secrets.clear();
    } else if secrets.is_empty()
        || methods.contains(&AuthenticationMethod::ClientSecretJwt)
            && secrets.iter().all(|secret| secret.sealed.is_none())
    {
        let (secret, stored) = new_secret(provider, &client.id, methods);
        secrets = vec![stored];
        new = Some(secret);
    }
    let changed = Client {
        secrets,
        metadata: registered.metadata,
        ..client.clone()
    };
    policy::check(&changed)?;
    own.registration.details = registered.details;
    Ok((changed, new))
}

async fn end(
    provider: &Provider,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    for _ in 0..TRIES {
        let own = match own(provider, id, headers).await? {
            Ok(own) => own,
            Err(shown) => return Ok(unauthorized(shown)),
        };
        let client = &own.client.value;
        let act = Act::DeleteClient(client.id.clone(), own.client.version);
        let actor = client.id.as_str();
        let event = event(provider, "client.unregister", client, actor, Some(caller));
        let done = provider.storage.administer(&act, &event, None).await?;
        provider.cache.forget_client(&client.id);
        if done == Administered::Done {
            let head = [(header::CACHE_CONTROL, "no-store")];
            return Ok((StatusCode::NO_CONTENT, head).into_response());
        }
    }
    Err(Failure::Contended)
}
