//! A sign-in to one organization: who else's session does not count, and who else may not sign in
//! (requirement A7.3).

use symbolon_core::{restriction::Restriction, session::Session, subject::Subject};
use symbolon_web::browser::BrowserSession;

use crate::{
    failure::Failure,
    interaction::{Asked, live_sessions},
    provider::Provider,
};

/// The live sessions of a browser that may answer the request, latest first.
///
/// # Errors
/// When storage fails.
pub async fn eligible_sessions(
    provider: &Provider,
    browser: &BrowserSession,
    asked: &Asked,
) -> Result<Vec<Session>, Failure> {
    let live = live_sessions(provider, browser).await?;
    if Restriction::of(&asked.request.scope).is_none() {
        return Ok(live);
    }
    let mut eligible = Vec::with_capacity(live.len());
    for session in live {
        let subject = provider.cache.subject(&session.subject).await?;
        if let Some(subject) = subject
            && is_permitted(provider, asked, &subject).await?
        {
            eligible.push(session);
        }
    }
    Ok(eligible)
}

/// Whether somebody may sign in to what is asked for.
///
/// # Errors
/// When storage fails.
pub async fn is_permitted(
    provider: &Provider,
    asked: &Asked,
    subject: &Subject,
) -> Result<bool, Failure> {
    let restriction = Restriction::of(&asked.request.scope);
    Ok(restriction.is_none() || restriction.permits(subject, &*provider.policy().await?))
}
