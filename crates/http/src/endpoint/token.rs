//! The token endpoint.
#![doc(alias = "RFC 6749 §3.2")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};
use symbolon_core::{
    approval::Approval,
    backchannel::BackchannelRequest,
    client::Client,
    device::DeviceAuthorization,
    error::OAuthError,
    grant::{
        self, authorization_code, backchannel, client_credentials, device_code, jwt_bearer,
        refresh_token,
        token_exchange::{self, SubjectToken},
    },
    subject::Subject,
    token::{Tokens, confirmation::Confirmation},
    waiting::{Said, Waiting},
};

use crate::{
    access::{self, Presented},
    answer, cors,
    dpop::{self, ProvenCall},
    exchange::{Call, TRIES, authenticate, commit, sign},
    failure::Failure,
    machine_assertion,
    provider::Provider,
};

/// POST, the only method (RFC 6749 §3.2).
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match Call::read(request).await {
        Ok(call) => respond(&provider, &call)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, call: &Call) -> Result<Response, Failure> {
    // An assertion of a machine user is all the proof there has to be (RFC 7521 §4.1).
    let client = match machine_assertion::client(provider, &call.headers, &call.parameters).await? {
        Some(client) => client,
        None => match authenticate(provider, call).await? {
            Ok(client) => client,
            Err(response) => return Ok(response),
        },
    };
    let mut response = match exchange(provider, &client, call).await? {
        Err(error) => refuse(provider, error, false),
        Ok((grant_type, tokens)) => {
            let response = sign(provider, &client, tokens).await?;
            provider.metrics.issued(grant_type);
            answer::json(StatusCode::OK, &response)
        }
    };
    dpop::hand_out_nonce(provider, &call.headers, &mut response);
    cors::allow(&client, &call.headers, &mut response);
    Ok(response)
}

async fn exchange(
    provider: &Provider,
    client: &Client,
    call: &Call,
) -> Result<Result<(&'static str, Tokens), OAuthError>, Failure> {
    let request = match grant::Request::parse(&call.parameters) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error)),
    };
    let grant_type = request.grant_type();
    if let Err(error) = grant::permit(client, grant_type) {
        return Ok(Err(error));
    }
    let proven = ProvenCall {
        headers: &call.headers,
        method: &Method::POST,
        url: &provider.endpoints.token,
        alias: provider.alias(|aliases| &aliases.token),
        certificate: call.certificate.as_ref(),
        access_token: None,
    };
    let confirmation = match dpop::confirm(provider, client, proven).await? {
        Ok(confirmation) => confirmation,
        Err(refusal) => return Ok(Err(log(client, &refusal, refusal.wire()))),
    };
    let outcome = match &request {
        grant::Request::ClientCredentials(request) => {
            client_credentials(provider, client, request, confirmation).await?
        }
        grant::Request::Backchannel(request) => {
            backchannel(provider, client, request, confirmation).await?
        }
        grant::Request::AuthorizationCode(request) => {
            authorization_code(provider, client, request, confirmation).await?
        }
        grant::Request::DeviceCode(request) => {
            device_code(provider, client, request, confirmation).await?
        }
        grant::Request::JwtBearer(request) => {
            jwt_bearer(provider, client, request, confirmation).await?
        }
        grant::Request::RefreshToken(request) => {
            refresh_token(provider, client, request, confirmation).await?
        }
        grant::Request::TokenExchange(request) => {
            token_exchange(provider, client, request, confirmation).await?
        }
    };
    Ok(outcome.map(|tokens| (grant_type.as_str(), tokens)))
}

async fn client_credentials(
    provider: &Provider,
    client: &Client,
    request: &client_credentials::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    let machine = match &client.machine {
        Some(machine) => provider.cache.subject(machine).await?,
        None => None,
    };
    let policy = provider.policy().await?;
    let issuance = provider.issuance(&policy, confirmation);
    let decision = client_credentials::decide(request, client, machine.as_deref(), issuance);
    let outcome = commit(provider, decision)
        .await?
        .ok_or(Failure::Contended)?;
    Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())))
}

async fn authorization_code(
    provider: &Provider,
    client: &Client,
    request: &authorization_code::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    for _ in 0..TRIES {
        let approval = match &request.code {
            Some(code) => provider.storage.approval_of_code(code.digest()).await?,
            None => None,
        };
        let subject = subject_of(provider, approval.as_ref()).await?;
        let facts = authorization_code::Facts {
            approval: approval.as_ref(),
            subject: subject.as_deref(),
        };
        let policy = provider.policy().await?;
        let issuance = provider.issuance(&policy, confirmation);
        let decision = authorization_code::decide(request, client, &facts, issuance);
        if let Some(outcome) = commit(provider, decision).await? {
            return Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())));
        }
    }
    Err(Failure::Contended)
}

async fn device_code(
    provider: &Provider,
    client: &Client,
    request: &device_code::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    for _ in 0..TRIES {
        let device = match &request.code {
            Some(code) => provider.storage.device(code.digest()).await?,
            None => None,
        };
        let waiting = device.as_ref().map(DeviceAuthorization::waiting);
        let approval = approval_of(provider, waiting.as_ref()).await?;
        let subject = subject_of(provider, approval.as_ref()).await?;
        let facts = device_code::Facts {
            waiting,
            approval: approval.as_ref(),
            subject: subject.as_deref(),
        };
        let policy = provider.policy().await?;
        let issuance = provider.issuance(&policy, confirmation);
        let decision = device_code::decide(request, client, &facts, issuance);
        if let Some(outcome) = commit(provider, decision).await? {
            return Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())));
        }
    }
    Err(Failure::Contended)
}

async fn backchannel(
    provider: &Provider,
    client: &Client,
    request: &backchannel::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    for _ in 0..TRIES {
        let asked = match &request.auth_req_id {
            Some(secret) => {
                provider
                    .storage
                    .backchannel_request(secret.digest())
                    .await?
            }
            None => None,
        };
        let waiting = asked.as_ref().map(BackchannelRequest::waiting);
        let approval = approval_of(provider, waiting.as_ref()).await?;
        let subject = subject_of(provider, approval.as_ref()).await?;
        let facts = backchannel::Facts {
            waiting,
            approval: approval.as_ref(),
            subject: subject.as_deref(),
        };
        let policy = provider.policy().await?;
        let issuance = provider.issuance(&policy, confirmation);
        let decision = backchannel::decide(request, client, &facts, issuance);
        if let Some(outcome) = commit(provider, decision).await? {
            return Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())));
        }
    }
    Err(Failure::Contended)
}

async fn jwt_bearer(
    provider: &Provider,
    client: &Client,
    request: &jwt_bearer::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    if let Err(refusal) = machine_assertion::verify(provider, request).await? {
        return Ok(Err(log(client, &refusal, refusal.wire())));
    }
    let signer = provider.cache.subject(&request.signer).await?;
    let policy = provider.policy().await?;
    let issuance = provider.issuance(&policy, confirmation);
    let decision = jwt_bearer::decide(request, client, signer.as_deref(), issuance);
    let outcome = commit(provider, decision)
        .await?
        .ok_or(Failure::Contended)?;
    Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())))
}

async fn refresh_token(
    provider: &Provider,
    client: &Client,
    request: &refresh_token::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    for _ in 0..TRIES {
        let approval = match &request.token {
            Some(token) => {
                provider
                    .storage
                    .approval_of_family(token.family_digest())
                    .await?
            }
            None => None,
        };
        let subject = subject_of(provider, approval.as_ref()).await?;
        let facts = refresh_token::Facts {
            approval: approval.as_ref(),
            subject: subject.as_deref(),
        };
        let policy = provider.policy().await?;
        let issuance = provider.issuance(&policy, confirmation);
        let decision = refresh_token::decide(request, client, &facts, issuance);
        if let Some(outcome) = commit(provider, decision).await? {
            return Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())));
        }
    }
    Err(Failure::Contended)
}

async fn token_exchange(
    provider: &Provider,
    client: &Client,
    request: &token_exchange::Request,
    confirmation: Confirmation,
) -> Result<Result<Tokens, OAuthError>, Failure> {
    // Whoever exchanges a bound token has its key, and gets one that is bound to it: no exchange
    // takes the binding away (requirement A2.13).
    let live = access::known(provider, &request.subject_token)
        .await?
        .filter(|live| live.confirmation().is_none() || live.confirmation() == confirmation);
    let live = live.as_ref().map(|live| {
        let token = match &live.presented {
            Presented::Access(claims) => SubjectToken::Access(claims),
            Presented::Personal(token) => SubjectToken::Personal(token),
        };
        (token, &*live.subject)
    });
    let policy = provider.policy().await?;
    let facts = token_exchange::Facts { live };
    let decision = token_exchange::decide(
        request,
        client,
        facts,
        provider.issuance(&policy, confirmation),
    );
    let outcome = commit(provider, decision)
        .await?
        .ok_or(Failure::Contended)?;
    Ok(outcome.map_err(|refusal| log(client, &refusal, refusal.wire())))
}

/// What a person allowed who was waited for, if they did.
async fn approval_of(
    provider: &Provider,
    waiting: Option<&Waiting<'_>>,
) -> Result<Option<Approval>, Failure> {
    match waiting.map(|waiting| waiting.said) {
        Some(Said::Approved { approval }) => Ok(provider.storage.approval(approval).await?),
        _ => Ok(None),
    }
}

async fn subject_of(
    provider: &Provider,
    approval: Option<&Approval>,
) -> Result<Option<Arc<Subject>>, Failure> {
    match approval {
        Some(approval) => provider.cache.subject(&approval.subject).await,
        None => Ok(None),
    }
}

/// The log has the exact reason; the client gets the one of the specification.
fn log(client: &Client, refusal: &impl std::fmt::Debug, error: OAuthError) -> OAuthError {
    tracing::info!(client = %client.id, ?refusal, "token request refused");
    error
}

fn refuse(provider: &Provider, error: OAuthError, basic: bool) -> Response {
    provider.metrics.refused(error.code.as_str());
    answer::oauth_error(error, basic)
}
