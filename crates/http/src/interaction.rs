//! The way of an authorization request through a person's browser.
//!
//! The request is kept as it came and checked again at every step, against the client as it is then;
//! what to do next is derived anew each time (`authorize::interaction::next_step`). So no step can
//! be skipped, and two requests in one browser do not mix (requirements A5.8, A6.6).

use std::sync::Arc;

use axum::response::Response;
use symbolon_core::{
    algorithm::Algorithm,
    authorize::{
        interaction::{self, Expected, Facts, Progress, Step},
        request::{self, AuthorizationRequest, PageRefusal, ProvenRedirect, Refusal},
        source,
    },
    client::Client,
    device::DeviceAuthorization,
    end_session::HintClaims,
    id::Id,
    pairwise::Sub,
    parameters::Parameters,
    restriction::Restriction,
    scope::Scope,
    secret::{Digest, InteractionHandle, RequestUri, Secret},
    session::Session,
    subject::Subject,
    token::id::TYPE,
};
use symbolon_jose as jose;
use symbolon_storage::{Applied, Interaction};
use symbolon_web::{browser::BrowserSession, guard::RequestId};

use crate::{
    answer,
    conclude::{self, approve},
    device,
    failure::Failure,
    organization::eligible_sessions,
    own_page,
    page::error,
    provider::Provider,
    source::{Arrived, hold},
};

/// A request that passed all checks.
#[derive(Debug)]
pub struct Asked {
    /// Who asks.
    pub client: Arc<Client>,
    /// For what.
    pub request: AuthorizationRequest,
    /// Whom the client means, if it says so.
    pub expected: Option<Id<Sub>>,
    /// The device that waits, if it is one that asks.
    pub device: Option<Box<DeviceAuthorization>>,
    /// Whether the person signs in for a page of ours ([`crate::own_page`]).
    pub own_page: bool,
}

/// A request that did not.
#[derive(Debug)]
pub enum Refused {
    /// There is nowhere to answer to.
    Page(PageRefusal),
    /// The client is told.
    Client(Arc<Client>, ProvenRedirect, Refusal),
    /// The parameters cannot be had; the client is told, if there is somewhere to tell it.
    Source(Arc<Client>, Option<ProvenRedirect>, source::Refusal),
}

/// An interaction that a browser came back to.
pub struct Open {
    /// Its handle, from the path.
    pub handle: Secret<InteractionHandle>,
    /// What is asked.
    pub asked: Asked,
    /// The reference that the request came by, if it was pushed.
    pub pushed: Option<Digest<RequestUri>>,
    /// What was done so far.
    pub progress: Progress,
    /// The browser.
    pub browser: BrowserSession,
}

/// Checks a request (the order is the table of contents of `authorize`).
///
/// # Errors
/// When storage fails.
pub async fn check(
    provider: &Provider,
    parameters: &Parameters,
) -> Result<Result<Asked, Refused>, Failure> {
    let client_id = match request::client_id(parameters) {
        Ok(client_id) => client_id,
        Err(refusal) => return Ok(Err(Refused::Page(refusal))),
    };
    let Some(client) = provider.client(&client_id).await? else {
        return Ok(Err(Refused::Page(PageRefusal::ClientUnknown)));
    };
    let redirect = match request::redirect(&client, parameters) {
        Ok(redirect) => redirect,
        Err(refusal) => return Ok(Err(Refused::Page(refusal))),
    };
    let policy = provider.policy().await?;
    let checked = request::check(&client, &redirect, parameters, provider.offer(&policy))
        .and_then(|request| Ok((expected_subject(provider, &client, &request)?, request)));
    Ok(match checked {
        Ok((expected, request)) => Ok(Asked {
            client,
            request,
            expected,
            device: None,
            own_page: false,
        }),
        Err(refusal) => Err(Refused::Client(client, redirect, refusal)),
    })
}

/// Answers a request that did not pass.
///
/// # Errors
/// When a page does not render.
pub fn refuse(
    provider: &Provider,
    request_id: &RequestId,
    refused: &Refused,
) -> Result<Response, Failure> {
    match refused {
        Refused::Page(refusal) => {
            tracing::info!(?refusal, "authorization request refused on a page");
            provider.metrics.refused("authorization_page");
            Ok(error::bad_request(
                provider,
                request_id,
                &refusal.to_string(),
            ))
        }
        Refused::Client(client, redirect, refusal) => {
            refuse_client(provider, request_id, client, redirect, *refusal)
        }
        Refused::Source(client, Some(redirect), refusal) => {
            let error = refusal.wire();
            conclude::refuse(provider, request_id, client, redirect, refusal, error)
        }
        Refused::Source(client, None, refusal) => {
            tracing::info!(client = %client.id, ?refusal, "authorization request refused on a page");
            provider.metrics.refused("authorization_page");
            let description = refusal.wire().description;
            Ok(error::bad_request(provider, request_id, description))
        }
    }
}

/// The sessions of a browser that live, latest first.
///
/// # Errors
/// When storage fails.
pub async fn live_sessions(
    provider: &Provider,
    browser: &BrowserSession,
) -> Result<Vec<Session>, Failure> {
    let mut live = Vec::new();
    for id in browser.sessions() {
        let Some(session) = provider.storage.session(id).await? else {
            continue;
        };
        let subject = provider.cache.subject(&session.subject).await?;
        let active = subject.is_some_and(|subject| subject.is_active());
        if active && session.is_live(&provider.settings.session, provider.now()) {
            live.push(session);
        }
    }
    Ok(live)
}

/// Opens the interaction of a handle for the browser it belongs to, or says what a person can do.
///
/// # Errors
/// When storage fails.
pub async fn open(
    provider: &Provider,
    request_id: &RequestId,
    handle: &str,
    cookie: tower_sessions::Session,
) -> Result<Result<Open, Response>, Failure> {
    let stale = || Ok(Err(error::stale(provider, request_id)));
    let Ok(handle) = Secret::<InteractionHandle>::parse(handle) else {
        return stale();
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let found = provider
        .storage
        .interaction(handle.digest(), provider.now())
        .await?;
    let Some(found) = found.filter(|found| found.finished_at.is_none()) else {
        return stale();
    };
    if found.browser != browser.binding() {
        return Ok(Err(error::no_cookie(provider, request_id)));
    }
    let checked = match found.device {
        None if found.own_page.is_some() => Ok(own_page::ask(provider, false)),
        None => check(provider, &found.parameters).await?,
        Some(code) => match device::ask(provider, code).await? {
            Some(asked) => Ok(asked),
            None => return stale(),
        },
    };
    match checked {
        Ok(asked) => Ok(Ok(Open {
            handle,
            asked,
            pushed: found.pushed,
            progress: found.progress,
            browser,
        })),
        Err(refused) => refuse(provider, request_id, &refused).map(Err),
    }
}

/// Starts an authorization: answers at once if nothing is left to do, else begins an interaction.
///
/// # Errors
/// When storage fails.
pub async fn begin(
    provider: &Provider,
    request_id: &RequestId,
    browser: &BrowserSession,
    asked: &Asked,
    arrived: Arrived,
) -> Result<Response, Failure> {
    let now = provider.now();
    let progress = Progress::begun(now);
    let next = next(provider, browser, asked, &progress).await?;
    let ends = !matches!(next, Ok(Next::Ask(_)));
    if !hold(provider, arrived.pushed, browser, ends).await? {
        let refusal = source::Refusal::ReferenceInvalid;
        let refused = Refused::Source(Arc::clone(&asked.client), None, refusal);
        return refuse(provider, request_id, &refused);
    }
    let step = match next {
        Ok(Next::Approve(session, _)) => {
            return approve(provider, request_id, browser, asked, &session, None).await;
        }
        Ok(Next::Ask(step)) => step,
        Err(refusal) => {
            let redirect = &asked.request.redirect;
            return refuse_client(provider, request_id, &asked.client, redirect, refusal);
        }
    };
    let handle = Secret::<InteractionHandle>::generate(&*provider.entropy);
    let interaction = Interaction {
        browser: browser.binding().to_owned(),
        parameters: arrived.parameters,
        device: asked.device.as_ref().map(|device| device.digest),
        pushed: arrived.pushed,
        own_page: asked.own_page.then(|| own_page::NAME.to_owned()),
        progress,
        expires_at: now.plus(provider.settings.interaction_lifetime),
        finished_at: None,
    };
    provider
        .storage
        .create_interaction(handle.digest(), &interaction)
        .await?;
    browser.remember().await?;
    Ok(answer::see_other(&page_of(provider, &step, &handle)))
}

/// Goes on with an interaction whose progress was recorded: to the next page, or to the end.
///
/// # Errors
/// When storage fails.
pub async fn proceed(
    provider: &Provider,
    request_id: &RequestId,
    open: &Open,
) -> Result<Response, Failure> {
    match next(provider, &open.browser, &open.asked, &open.progress).await? {
        Ok(Next::Ask(step)) => Ok(answer::see_other(&page_of(provider, &step, &open.handle))),
        Ok(Next::Approve(session, allowed)) => {
            if !finish(provider, open).await? {
                return Ok(error::stale(provider, request_id));
            }
            // A yes to a token for one organization is none to a token for all of them.
            let scope = &open.asked.request.scope;
            let lasting = open.progress.allowed && Restriction::of(scope).is_none();
            let consent = lasting.then(|| scope.union(&allowed));
            approve(
                provider,
                request_id,
                &open.browser,
                &open.asked,
                &session,
                consent.as_ref(),
            )
            .await
        }
        Err(refusal) => give_up(provider, request_id, open, refusal).await,
    }
}

/// Ends an interaction with an error for the client.
///
/// # Errors
/// When storage fails.
pub async fn give_up(
    provider: &Provider,
    request_id: &RequestId,
    open: &Open,
    refusal: Refusal,
) -> Result<Response, Failure> {
    if !finish(provider, open).await? {
        return Ok(error::stale(provider, request_id));
    }
    let Asked {
        client,
        request,
        device,
        ..
    } = &open.asked;
    if open.asked.own_page {
        return Ok(own_page::give_up(provider));
    }
    if let Some(device) = device {
        return device::deny(provider, request_id, &open.asked, device).await;
    }
    refuse_client(provider, request_id, client, &request.redirect, refusal)
}

/// Records progress and goes on.
///
/// # Errors
/// When storage fails.
pub async fn advance(
    provider: &Provider,
    request_id: &RequestId,
    open: Open,
    progress: Progress,
) -> Result<Response, Failure> {
    let handle = open.handle.digest();
    let advanced = provider
        .storage
        .advance_interaction(handle, &progress, provider.now())
        .await?;
    if advanced == Applied::Conflict {
        return Ok(error::stale(provider, request_id));
    }
    proceed(provider, request_id, &Open { progress, ..open }).await
}

/// The step that the person is at, for a page that wants to know whether it is its turn.
///
/// # Errors
/// When storage fails.
pub async fn step(provider: &Provider, open: &Open) -> Result<Option<Step>, Failure> {
    Ok(
        match next(provider, &open.browser, &open.asked, &open.progress).await? {
            Ok(Next::Ask(step)) => Some(step),
            Ok(Next::Approve(..)) | Err(_) => None,
        },
    )
}

/// The claims of an ID token of ours that comes back as a hint. It may have expired, and its key may
/// be retired.
pub fn hint(provider: &Provider, token: &str) -> Option<HintClaims> {
    let expected = jose::Expected {
        typ: &[TYPE],
        typ_may_be_absent: false,
        algorithms: &Algorithm::ALL,
    };
    let verified = provider
        .keyring
        .load()
        .verifying()
        .verify(token, expected)
        .ok()?;
    let claims: HintClaims = verified.claims().ok()?;
    (claims.iss == *provider.issuer).then_some(claims)
}

/// Whom the client means, if it says so: one of these people, or none of them.
pub fn expected_among(
    provider: &Provider,
    asked: &Asked,
    sessions: &[Session],
) -> Option<Option<Id<Subject>>> {
    let expected = asked.expected.as_ref()?;
    let people = sessions.iter().map(|session| &session.subject);
    let found = provider.pairwise.find(&asked.client, expected, people);
    Some(found.cloned())
}

enum Next {
    Ask(Step),
    Approve(Session, Scope),
}

async fn next(
    provider: &Provider,
    browser: &BrowserSession,
    asked: &Asked,
    progress: &Progress,
) -> Result<Result<Next, Refusal>, Failure> {
    let sessions = eligible_sessions(provider, browser, asked).await?;
    let nothing = Scope::default();
    let expected = expected_among(provider, asked, &sessions);
    let facts = Facts {
        sessions: &sessions,
        expected: match &expected {
            None => Expected::Anybody,
            Some(None) => Expected::Stranger,
            Some(Some(subject)) => Expected::This(subject),
        },
        allowed: &nothing,
    };
    let current = interaction::current(&facts, progress);
    let allowed = match current {
        Some(session) if !asked.client.is_trusted() => {
            provider
                .storage
                .consent(&session.subject, &asked.client.id)
                .await?
        }
        _ => Scope::default(),
    };
    let facts = Facts {
        allowed: &allowed,
        ..facts
    };
    let step = interaction::next_step(
        &asked.request,
        &asked.client,
        progress,
        &facts,
        provider.now(),
    );
    Ok(step.map(|step| match step {
        Step::Approve { session } => match sessions.iter().find(|own| own.id == session) {
            Some(session) => Next::Approve(session.clone(), allowed.clone()),
            None => Next::Ask(Step::SignIn),
        },
        step => Next::Ask(step),
    }))
}

fn refuse_client(
    provider: &Provider,
    request_id: &RequestId,
    client: &Arc<Client>,
    redirect: &ProvenRedirect,
    refusal: Refusal,
) -> Result<Response, Failure> {
    conclude::refuse(
        provider,
        request_id,
        client,
        redirect,
        &refusal,
        refusal.wire(),
    )
}

/// Whether the interaction is answered now, for the first time, and so is the request that it is
/// about.
async fn finish(provider: &Provider, open: &Open) -> Result<bool, Failure> {
    if !hold(provider, open.pushed, &open.browser, true).await? {
        return Ok(false);
    }
    let finished = provider
        .storage
        .finish_interaction(open.handle.digest(), provider.now())
        .await?;
    Ok(finished == Applied::Done)
}

fn page_of(provider: &Provider, step: &Step, handle: &Secret<InteractionHandle>) -> String {
    let page = match step {
        Step::SignUp => "sign-up",
        Step::SignIn | Step::Approve { .. } => "sign-in",
        Step::ChooseAccount => "choose-account",
        Step::Consent { .. } => "consent",
    };
    provider.path(&format!("/{page}/{}", handle.expose()))
}

fn expected_subject(
    provider: &Provider,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<Option<Id<Sub>>, Refusal> {
    let hinted = match &request.id_token_hint {
        None => None,
        Some(text) => {
            let claims = hint(provider, text).filter(|claims| claims.aud == client.id);
            Some(claims.ok_or(Refusal::HintInvalid)?.sub)
        }
    };
    // A subject that cannot be one of ours is nobody who is signed in.
    let wanted = request.claims.wanted_subject().map(Id::parse).transpose();
    let wanted = wanted.map_err(|_| Refusal::LoginRequired)?;
    match (hinted, wanted) {
        (Some(hinted), Some(wanted)) if hinted != wanted => Err(Refusal::LoginRequired),
        (hinted, wanted) => Ok(hinted.or(wanted)),
    }
}
