//! The end of an authorization: what the client is told, and how.

use std::sync::Arc;

use axum::response::Response;
use symbolon_core::{
    approval::Approval,
    authorize::{
        code,
        front_channel::{self, FrontChannel},
        request::ProvenRedirect,
    },
    client::Client,
    decision::Change,
    error::OAuthError,
    scope::Scope,
    session::{REFRESH_INTERVAL_SECONDS, Session},
    time::Lifetime,
    token::confirmation::Confirmation,
};
use symbolon_web::{browser::BrowserSession, guard::RequestId};

use crate::{
    browser_state, device,
    exchange::{apply, sign_access_token, sign_id_token},
    failure::Failure,
    interaction::Asked,
    own_page,
    page::{authorization_response, error},
    provider::Provider,
};

/// Records an approval and hands out what the response type has.
///
/// # Errors
/// When storage fails, or a key does not sign.
pub async fn approve(
    provider: &Provider,
    request_id: &RequestId,
    browser: &BrowserSession,
    asked: &Asked,
    session: &Session,
    consent: Option<&Scope>,
) -> Result<Response, Failure> {
    let now = provider.now();
    touch(provider, session).await?;
    if asked.own_page {
        return Ok(own_page::done(provider));
    }
    let Asked {
        client,
        request,
        device,
        ..
    } = asked;
    provider.keep(client).await?;
    if let Some(device) = device {
        return device::approve(provider, request_id, asked, device, session).await;
    }
    let settings = &provider.settings;
    let (approval, code) = code::approve(
        request,
        session,
        &settings.token,
        &settings.session,
        now,
        &*provider.entropy,
    );
    let kind = request.response_type;
    // Planned first: what the rules do not allow, nothing is recorded of.
    let tokens = if kind.is_front_channel() {
        let policy = provider.policy().await?;
        let Some(subject) = provider.cache.subject(&session.subject).await? else {
            return Ok(error::stale(provider, request_id));
        };
        let issuance = provider.issuance(&policy, Confirmation::default());
        let planned = front_channel::issue(request, client, &subject, &approval, &code, issuance);
        match planned {
            Ok(tokens) => Some(tokens),
            Err(refusal) => {
                let (redirect, error) = (&request.redirect, refusal.wire());
                return refuse(provider, request_id, client, redirect, &refusal, error);
            }
        }
    } else {
        None
    };
    provider
        .storage
        .create_approval(&approval, code.digest(), consent)
        .await?;
    tracing::info!(client = %approval.client, subject = %approval.subject, "approved");

    let mut answer = Vec::new();
    if kind.has_code() {
        answer.push(("code", code.expose().to_owned()));
    }
    if let Some(tokens) = tokens {
        answer.extend(sign(provider, client, &approval, tokens).await?);
        provider.metrics.issued("implicit");
    }
    if let Some(state) = browser_state::told(provider, browser, client, request) {
        answer.push(("session_state", state));
    }
    let answer: Vec<_> = answer
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let response =
        authorization_response::respond(provider, request_id, client, &request.redirect, &answer)?;
    Ok(browser_state::shown(provider, browser, response))
}

/// A session is used.
///
/// # Errors
/// When storage fails.
pub async fn touch(provider: &Provider, session: &Session) -> Result<(), Failure> {
    let exact_to = Lifetime::from_seconds(REFRESH_INTERVAL_SECONDS);
    let now = provider.now();
    if session.seen_at.plus(exact_to) < now {
        provider.storage.touch_session(&session.id, now).await?;
    }
    Ok(())
}

/// Makes the tokens of the front channel, as parameters of the answer (OIDC Core §3.2.2.5).
async fn sign(
    provider: &Provider,
    client: &Client,
    approval: &Approval,
    tokens: FrontChannel,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut parameters = Vec::new();
    let mut access_token = None;
    if let Some(plan) = tokens.access {
        if let Some(record) = plan.record(&approval.claims) {
            apply(
                provider,
                &[Change::IssueOpaqueAccessToken(Box::new(record))],
            )
            .await?;
        }
        let token = sign_access_token(provider, client, &plan)?;
        parameters.push(("access_token", token.clone()));
        parameters.push(("token_type", plan.claims.cnf.token_type().to_owned()));
        parameters.push(("expires_in", plan.expires_in().to_string()));
        parameters.push(("scope", plan.claims.scope.to_string()));
        access_token = Some(token);
    }
    if let Some(plan) = tokens.id {
        let now = approval.created_at;
        let token = sign_id_token(provider, client, plan, access_token.as_deref(), now).await?;
        parameters.push(("id_token", token));
    }
    Ok(parameters)
}

/// Tells the client what is wrong.
///
/// # Errors
/// When the answer does not render, or a key does not sign.
pub fn refuse(
    provider: &Provider,
    request_id: &RequestId,
    client: &Arc<Client>,
    redirect: &ProvenRedirect,
    refusal: &dyn std::fmt::Debug,
    error: OAuthError,
) -> Result<Response, Failure> {
    tracing::info!(client = %client.id, ?refusal, "authorization request refused");
    provider.metrics.refused(error.code.as_str());
    let answer = [
        ("error", error.code.as_str()),
        ("error_description", error.description),
    ];
    authorization_response::respond(provider, request_id, client, redirect, &answer)
}
