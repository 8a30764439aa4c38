//! The end session endpoint.
#![doc(alias = "OpenID Connect RP-Initiated Logout")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use http::Uri;
use symbolon_core::parameters::Parameters;
use symbolon_web::{browser::BrowserSession, form, guard::RequestId};
use tower_sessions::Session;

use crate::{
    answer,
    failure::Failure,
    interaction,
    page::{error, post_as_get},
    provider::Provider,
    sign_out::{self, plan},
};

/// GET, the parameters in the query.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    cookie: Session,
    uri: Uri,
) -> Response {
    match form::query(&uri) {
        Ok(parameters) => sign_out(&provider, &request_id, cookie, &parameters)
            .await
            .unwrap_or_else(|failure| error::failure(&provider, &request_id, failure)),
        Err(unreadable) => error::unreadable(&provider, &request_id, unreadable),
    }
}

/// POST, the parameters in a form.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    post_as_get(&provider, &request_id, request).await
}

async fn sign_out(
    provider: &Arc<Provider>,
    request_id: &RequestId,
    cookie: Session,
    parameters: &Parameters,
) -> Result<Response, Failure> {
    if parameters.repeated().is_some() {
        let description = "a parameter stands twice in this request; send each parameter once";
        return Ok(error::bad_request(provider, request_id, description));
    }
    let mut browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let sessions = interaction::live_sessions(provider, &browser).await?;
    let (plan, hint, client) = plan(provider, parameters, &sessions).await?;
    if plan.confirm {
        // The person's answer is a request of its own, checked as this one was.
        browser.remember().await?;
        return Ok(answer::see_other(&sign_out::ask(
            provider,
            parameters,
            &plan,
            client.as_deref(),
        )));
    }
    let ended = match hint.filter(|hint| hint.sid.is_some()) {
        Some(hint) => sessions
            .into_iter()
            .filter(|session| hint.names(session))
            .collect(),
        None => sessions,
    };
    let frames = sign_out::end(provider, &mut browser, &ended).await?;
    sign_out::done(
        provider,
        request_id,
        &browser,
        &plan,
        client.as_deref(),
        &frames,
    )
}
