//! What token-like endpoints share: who asks, what changes, what is signed.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use axum::{extract::Request, response::Response};
use http::{Extensions, HeaderMap, StatusCode, header};
use serde::Serialize;
use symbolon_core::{
    authorization_details::AuthorizationDetails,
    client::{AuthenticationMethod, Client},
    client_auth::{self, Credentials, Evidence, ShownCertificate},
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    id::Id,
    parameters::Parameters,
    scope::Scope,
    time::Timestamp,
    token::{Tokens, access, id},
};
use symbolon_storage::Applied;
use symbolon_web::{client_certificate::ClientCertificate, form, guard::ClientAddress};

use crate::{
    answer, assertion, certificate, encrypt, failure::Failure, provider::Provider,
    throttle::Throttle,
};

/// How often a decision is made anew when others were faster. Each time somebody else succeeded, so
/// a request that loses this often is one of hundreds for the same row.
pub const TRIES: u32 = 8;

/// Wrong secrets of a client from an address, within [`SECRETS_WINDOW`], after which nothing is tried
/// any more (requirement A3.3).
const MOST_WRONG_SECRETS: u32 = 30;

/// For how long wrong secrets are remembered.
const SECRETS_WINDOW: Duration = Duration::from_secs(60);

/// Wrong client secrets. A generated secret has 256 bits and cannot be guessed; a declared one may be
/// worse. Counting by client *and* address keeps a stranger from shutting a client out.
pub fn wrong_secrets() -> Throttle {
    Throttle::new(MOST_WRONG_SECRETS, SECRETS_WINDOW, 10_000)
}

fn who_was_wrong(client: &Id<Client>, address: IpAddr) -> String {
    format!("{client} {address}")
}

/// A request of a client to an endpoint that takes a form.
#[derive(Debug)]
pub struct Call {
    /// The headers.
    pub headers: HeaderMap,
    /// The form; no parameter in it repeats.
    pub parameters: Parameters,
    /// Where it comes from.
    pub address: IpAddr,
    /// The certificate that its client has shown.
    pub certificate: Option<ClientCertificate>,
}

impl Call {
    /// A request whose body is no form: who asks can only be in its header.
    pub fn of_header(request: &Request) -> Self {
        Self {
            headers: request.headers().clone(),
            parameters: Parameters::default(),
            address: address(request.extensions()),
            certificate: request.extensions().get().cloned(),
        }
    }

    /// Reads a request.
    ///
    /// # Errors
    /// The answer to give when it cannot be read, or a parameter stands twice.
    pub async fn read(request: Request) -> Result<Self, Response> {
        let address = address(request.extensions());
        let headers = request.headers().clone();
        let certificate = request.extensions().get().cloned();
        let parameters = form::body(request).await.map_err(|unreadable| {
            answer::oauth_error_with(unreadable.status(), unreadable.wire())
        })?;
        parameters
            .refuse_repeated()
            .map_err(|error| answer::oauth_error(error, false))?;
        Ok(Self {
            headers,
            parameters,
            address,
            certificate,
        })
    }
}

fn address(extensions: &Extensions) -> IpAddr {
    let known = extensions.get::<ClientAddress>();
    known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// Authenticates the client of a call.
///
/// # Errors
/// The inner error is the answer when it is none of ours, the outer one when we cannot tell.
pub async fn authenticate(
    provider: &Provider,
    call: &Call,
) -> Result<Result<Arc<Client>, Response>, Failure> {
    let mut presented = call.headers.get_all(header::AUTHORIZATION).iter();
    let authorization = presented.next();
    let basic = authorization.is_some();
    let refuse = |refusal: client_auth::Refusal| {
        tracing::info!(?refusal, "client not authenticated");
        provider.metrics.refused(refusal.wire().code.as_str());
        Ok(Err(answer::oauth_error(refusal.wire(), basic)))
    };
    // Whoever is in front of us may have looked at the other one (requirement A3.1).
    if presented.next().is_some() {
        return refuse(client_auth::Refusal::SeveralMethods);
    }
    // A header that is not text is presented, and is not Basic.
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    let credentials = match Credentials::parse(authorization, &call.parameters) {
        Ok(credentials) => credentials,
        Err(refusal) => return refuse(refusal),
    };
    if provider
        .throttle
        .is_exhausted(|| who_was_wrong(&credentials.client, call.address))
    {
        tracing::warn!(client = %credentials.client, "too many wrong client secrets");
        return Ok(Err(throttled()));
    }
    let Some(client) = provider.client(&credentials.client).await? else {
        return refuse(client_auth::Refusal::Unknown);
    };
    match verify(provider, &client, &credentials, call).await? {
        Ok(()) => Ok(Ok(client)),
        Err(refusal) => {
            if matches!(
                (refusal, credentials.method),
                (client_auth::Refusal::WrongSecret, _)
                    // Each of them is a guess at the secret too.
                    | (
                        client_auth::Refusal::AssertionSignature,
                        AuthenticationMethod::ClientSecretJwt
                    )
            ) {
                provider
                    .throttle
                    .failed(&who_was_wrong(&client.id, call.address));
            }
            refuse(refusal)
        }
    }
}

/// Whether the credentials are the client's; an assertion is used up by that.
async fn verify(
    provider: &Provider,
    client: &Client,
    credentials: &Credentials,
    call: &Call,
) -> Result<Result<(), client_auth::Refusal>, Failure> {
    let claims = match assertion::claims(provider, client, credentials).await? {
        Ok(claims) => claims,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let shown = certificate::shown(provider, client, call.certificate.as_ref()).await;
    let evidence = Evidence {
        assertion: claims.as_ref(),
        certificate: shown.as_ref().map(|shown| ShownCertificate {
            certificate: &shown.certificate,
            vouched_for: shown.vouched_for,
            registered: &shown.registered,
        }),
        rules: &provider.assertion_rules,
        now: provider.now(),
    };
    let used_up = match credentials.verify(client, &evidence) {
        Ok(Some(used_up)) => used_up,
        Ok(None) => return Ok(Ok(())),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let storage = &provider.storage;
    Ok(
        match storage.use_once(&used_up.digest, used_up.until).await? {
            Applied::Done => Ok(()),
            Applied::Conflict => Err(client_auth::Refusal::AssertionReplayed),
        },
    )
}

fn throttled() -> Response {
    let error = OAuthError::new(
        ErrorCode::InvalidClient,
        "too many wrong secrets for this client from this address; wait a minute",
    );
    let mut response = answer::oauth_error_with(StatusCode::TOO_MANY_REQUESTS, error);
    answer::retry_after(&mut response, 60);
    response
}

/// Applies what a decision changes. The outcome is told only when that is durable; `None` when
/// somebody else was faster: load the facts again and decide again, [`TRIES`] times at the most.
///
/// # Errors
/// When storage fails.
pub async fn commit<O>(provider: &Provider, decision: Decision<O>) -> Result<Option<O>, Failure> {
    let applied = apply(provider, &decision.changes).await?;
    Ok((applied == Applied::Done).then_some(decision.outcome))
}

/// Applies changes and forgets what they make untrue.
///
/// # Errors
/// When storage fails.
pub async fn apply(provider: &Provider, changes: &[Change]) -> Result<Applied, Failure> {
    let applied = provider.storage.apply(changes).await?;
    provider.cache.applied(changes);
    Ok(applied)
}

/// The token response (RFC 6749 §5.1, OIDC Core §3.1.3.3, RFC 8693 §2.2.1, RFC 9396 §7).
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
    #[serde(skip_serializing_if = "AuthorizationDetails::is_empty")]
    authorization_details: AuthorizationDetails,
}

/// Signs what a grant hands out.
///
/// # Errors
/// When a key is missing or does not sign.
pub async fn sign(
    provider: &Provider,
    client: &Client,
    tokens: Tokens,
) -> Result<TokenResponse, Failure> {
    let now = tokens.access.claims.iat;
    let expires_in = tokens.access.expires_in();
    let token_type = tokens.access.claims.cnf.token_type();
    let authorization_details = tokens.access.claims.authorization_details.clone();
    let access_token = sign_access_token(provider, client, &tokens.access)?;
    let id_token = match tokens.id {
        Some(plan) => Some(sign_id_token(provider, client, plan, Some(&access_token), now).await?),
        None => None,
    };
    Ok(TokenResponse {
        access_token,
        token_type,
        expires_in,
        issued_token_type: tokens.issued_token_type,
        refresh_token: tokens.refresh.map(|secret| secret.expose().to_owned()),
        id_token,
        scope: tokens.scope,
        authorization_details,
    })
}

/// Makes an access token of a plan: signed, or opaque.
///
/// # Errors
/// When a key is missing or does not sign.
pub fn sign_access_token(
    provider: &Provider,
    client: &Client,
    plan: &access::AccessTokenPlan,
) -> Result<String, Failure> {
    if let Some(secret) = &plan.opaque {
        return Ok(secret.expose().to_owned());
    }
    let algorithm = client.metadata.access_token_signed_response_alg;
    provider.sign(algorithm, plan.claims.iat, access::TYPE, &plan.signed())
}

/// Makes an ID token of a plan, tied to the access token that is handed out beside it; encrypted if
/// the client wants that.
///
/// # Errors
/// When a key is missing or does not sign.
pub async fn sign_id_token(
    provider: &Provider,
    client: &Client,
    plan: id::IdTokenPlan,
    access_token: Option<&str>,
    now: Timestamp,
) -> Result<String, Failure> {
    let algorithm = plan.algorithm;
    let claims = match access_token {
        Some(access_token) => plan.tied_to(access_token),
        None => plan.claims,
    };
    let token = provider.sign(algorithm, now, id::TYPE, &claims)?;
    encrypt::nested(
        provider,
        client,
        client.metadata.id_token_encryption(),
        token,
    )
    .await
}
