//! The client registration endpoint: POST makes a client.
#![doc(alias = "RFC 7591 §3")]

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing,
};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use symbolon_core::{
    client::{Client, Origin},
    error::{ErrorCode, OAuthError},
    id::Id,
    registration::{
        Registration, RegistrationMode, echo, initial_access_token::InitialAccessToken, policy,
    },
    secret::{self, ClientSecret, RegistrationAccessToken, Secret},
};
use symbolon_storage::{Act, Administered};
use symbolon_web::json;

use super::registration;
use crate::{
    answer, cors,
    failure::Failure,
    provider::Provider,
    registration::{Caller, NoToken, bearer, decide, event, new_secret, refused, unauthorized},
};

/// Who stands in the audit log for somebody who has shown nothing.
const ANYBODY: &str = "urn:symbolon:anybody";

/// The routes; none when nobody may register.
pub fn routes(provider: &Provider) -> Router<Arc<Provider>> {
    if provider.settings.registration.mode == RegistrationMode::Off {
        return Router::new();
    }
    let paths = &provider.paths;
    Router::new()
        .route(
            &format!("{}{}", paths.prefix, paths.register),
            routing::post(post).options(cors::preflight),
        )
        .route(
            &format!("{}{}/{{client}}", paths.prefix, paths.register),
            routing::get(registration::get)
                .put(registration::put)
                .delete(registration::delete),
        )
}

/// POST, the only method (RFC 7591 §3.1).
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let caller = Caller::of(request.extensions());
    let token = match admit(&provider, &headers, &caller).await {
        Ok(Ok(token)) => token,
        Ok(Err(response)) => return response,
        Err(failure) => return failure.into_response(),
    };
    let members = match json::object(request).await {
        Ok(members) => members,
        Err(unreadable) => return unreadable_body(unreadable),
    };
    match register(&provider, &caller, token, members).await {
        Ok(Ok((client, body))) => {
            let mut response = answer::json(StatusCode::CREATED, &body);
            cors::allow(&client, &headers, &mut response);
            response
        }
        Ok(Err(response)) => response,
        Err(failure) => failure.into_response(),
    }
}

/// A body that is no registration.
pub(super) fn unreadable_body(unreadable: json::Unreadable) -> Response {
    let error = OAuthError::new(
        ErrorCode::InvalidClientMetadata,
        "the body is a JSON object of at most 64 KiB (application/json)",
    );
    answer::oauth_error_with(unreadable.status(), error)
}

/// The answer about a client (RFC 7591 §3.2.1, RFC 7592 §3).
pub(super) fn told(
    provider: &Provider,
    client: &Client,
    registration: &Registration,
    token: &Secret<RegistrationAccessToken>,
    secret: Option<&Secret<ClientSecret>>,
) -> Map<String, Value> {
    let mut body = echo(client, &registration.details);
    let address = format!("{}/{}", provider.endpoints.register, client.id);
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add(
        "client_id_issued_at",
        json!(registration.registered_at.seconds()),
    );
    add("registration_access_token", json!(token.expose()));
    add("registration_client_uri", json!(address));
    if let Some(secret) = secret {
        add("client_secret", json!(secret.expose()));
        // It does not expire.
        add("client_secret_expires_at", json!(0));
    }
    body
}

/// Whether whoever asks may: the initial access token, if one is shown.
async fn admit(
    provider: &Provider,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Result<Option<InitialAccessToken>, Response>, Failure> {
    let open = provider.settings.registration.mode == RegistrationMode::Open;
    match bearer::<secret::InitialAccessToken>(headers) {
        Err(NoToken::Missing) if open => {
            if provider
                .registrars
                .is_exhausted(|| caller.address.to_string())
            {
                tracing::warn!(address = %caller.address, "too many registrations");
                return Ok(Err(throttled()));
            }
            Ok(Ok(None))
        }
        Err(shown) => Ok(Err(unauthorized(shown))),
        Ok(shown) => {
            let digest = shown.digest();
            let found = provider.storage.initial_access_token(digest).await?;
            let live = found.filter(|token| token.is_live(provider.now()));
            Ok(match live {
                Some(token) => Ok(Some(token)),
                None => Err(unauthorized(NoToken::Invalid)),
            })
        }
    }
}

async fn register(
    provider: &Provider,
    caller: &Caller,
    token: Option<InitialAccessToken>,
    members: Map<String, Value>,
) -> Result<Result<(Client, Map<String, Value>), Response>, Failure> {
    let settings = &provider.settings.registration;
    let policy = token.as_ref().map(|token| token.policy.clone());
    let permitted = policy.as_ref().unwrap_or(&settings.policy);
    let registered = match decide(provider, members, permitted, None).await {
        Ok(registered) => registered,
        Err(refusal) => return Ok(Err(refused(provider, &refusal))),
    };
    let now = provider.now();
    let id = Id::generate(now, &*provider.entropy);
    let methods = &registered.metadata.token_endpoint_auth_methods;
    let secret = registered
        .has_secret()
        .then(|| new_secret(provider, &id, methods));
    let (secret, stored) = secret.unzip();
    let organization = policy.as_ref().unwrap_or(&settings.policy);
    let client = Client {
        id,
        organization: organization.organization.clone(),
        machine: None,
        secrets: stored.into_iter().collect(),
        disabled_at: None,
        origin: Origin::Registered,
        metadata: registered.metadata,
    };
    if let Err(refusal) = policy::check(&client) {
        return Ok(Err(refused(provider, &refusal)));
    }
    let access = Secret::<RegistrationAccessToken>::generate(&*provider.entropy);
    let unused_until = token.is_none().then(|| now.plus(settings.unused_lifetime));
    let registration = Registration {
        client: client.id.clone(),
        token: Some(access.digest()),
        initial_token: token.as_ref().map(|token| token.id.clone()),
        policy,
        details: registered.details,
        registered_at: now,
        unused_until,
    };
    let actor = token.as_ref().map_or(ANYBODY.to_owned(), |token| {
        format!("urn:symbolon:initial-access-token:{}", token.id)
    });
    let event = event(provider, "client.register", &client, &actor, Some(caller));
    let act = Act::RegisterClient {
        client: Box::new(client.clone()),
        registration: Box::new(registration.clone()),
        most: settings.most,
    };
    match provider.storage.administer(&act, &event, None).await? {
        Administered::Done => {}
        Administered::Full => return Err(Failure::ClientsFull),
        // Somebody else has used it up meanwhile; or its organization is no more.
        Administered::Missing | Administered::InUse => {
            return Ok(Err(unauthorized(NoToken::Invalid)));
        }
        Administered::Raced | Administered::Stale | Administered::Taken => {
            return Err(Failure::Contended);
        }
    }
    if token.is_none() {
        provider.registrars.failed(&caller.address.to_string());
    }
    provider.cache.forget_client(&client.id);
    tracing::info!(client = %client.id, name = client.metadata.client_name, "a client registered");
    let body = told(provider, &client, &registration, &access, secret.as_ref());
    Ok(Ok((client, body)))
}

fn throttled() -> Response {
    let error = OAuthError::new(
        ErrorCode::TemporarilyUnavailable,
        "too many clients were registered from this address within an hour",
    );
    let mut response = answer::oauth_error_with(StatusCode::TOO_MANY_REQUESTS, error);
    answer::retry_after(&mut response, 3600);
    response
}
