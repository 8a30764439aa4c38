//! The sign-in page.
//!
//! An unknown name, a wrong password and an account without a password look alike, in words, status
//! and time (requirement A5.6). An attempt is counted before the password is looked at
//! (requirement A5.3).

use std::borrow::Cow;

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use sha2::{Digest, Sha256};
use symbolon_core::{
    authorize::interaction::{Progress, Step},
    id::Id,
    parameters::Parameters,
    password::Password,
    session::Session,
    subject::{Identifier, Subject},
};
use symbolon_storage::Credential;
use symbolon_web::{
    browser::BrowserSession,
    password_pool::{PoolError, Verdict},
};

use super::{Shared, Visit, chrome, render, view, visit};
use crate::{
    answer,
    endpoint::client_logo,
    failure::Failure,
    interaction::{self, Asked},
    organization::{eligible_sessions, is_permitted},
    provider::Provider,
};

const PURPOSE: &str = "sign-in";

/// Shows the form.
pub async fn get(State(provider): Shared, request: Request) -> Response {
    let visit = match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let username = suggested_username(&visit).await;
    visit.answer(username.and_then(|name| form(&visit, StatusCode::OK, &name, None)))
}

/// Takes name and password.
pub async fn post(State(provider): Shared, request: Request) -> Response {
    let mut visit = match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if visit.form.value("decision") == Some("cancel") {
        return visit.deny().await;
    }
    let username = visit.form.value("username").unwrap_or_default().to_owned();
    let attempt = Attempt {
        provider: &visit.provider,
        browser: &visit.open.browser,
        form: &visit.form,
        asked: Some(&visit.open.asked),
    };
    match attempt.outcome(&username).await {
        Ok(Ok(subject)) => match sign_in(&mut visit, &subject).await {
            Ok(progress) => {
                visit.provider.metrics.sign_in("right");
                visit.advance(progress).await
            }
            Err(failure) => visit.answer(Err(failure)),
        },
        Ok(Err(refusal)) => {
            let again = |status, alert: &str| form(&visit, status, &username, Some(alert));
            visit.answer(refusal.answer(&visit.provider, again))
        }
        Err(failure) => visit.answer(Err(failure)),
    }
}

/// Makes a session for somebody who has just proven who they are, or renews the one they have in
/// this browser; the progress of the interaction with it.
///
/// # Errors
/// When storage fails.
pub async fn sign_in(visit: &mut Visit, subject: &Id<Subject>) -> Result<Progress, Failure> {
    let session = session(&visit.provider, &mut visit.open.browser, subject).await?;
    Ok(visit.open.progress.clone().with_session(session))
}

/// Makes a session for somebody who has just proven who they are, or renews the one they have in
/// this browser.
///
/// # Errors
/// When storage fails.
pub async fn session(
    provider: &Provider,
    browser: &mut BrowserSession,
    subject: &Id<Subject>,
) -> Result<Id<Session>, Failure> {
    let now = provider.now();
    let live = interaction::live_sessions(provider, browser).await?;
    let session = match live.into_iter().find(|session| session.subject == *subject) {
        Some(session) => {
            provider
                .storage
                .reauthenticate_session(&session.id, now)
                .await?;
            session.id
        }
        None => {
            let session = Session {
                id: Id::random(&*provider.entropy),
                subject: subject.clone(),
                authenticated_at: now,
                methods: vec!["pwd".to_owned()],
                created_at: now,
                seen_at: now,
                ended_at: None,
            };
            provider.storage.create_session(&session).await?;
            session.id
        }
    };
    browser.signed_in(&session, subject).await?;
    Ok(session)
}

/// A name and a password that were typed.
pub struct Attempt<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// Where.
    pub browser: &'a BrowserSession,
    /// The form.
    pub form: &'a Parameters,
    /// The request that they are typed for; `None`: a page of ours.
    pub asked: Option<&'a Asked>,
}

/// Why nobody was signed in.
pub enum SignInRefusal {
    /// The name or the password is wrong, or there is no such account.
    Wrong,
    /// The account is disabled; said only to somebody who has its password.
    Disabled,
    /// Too many passwords are being checked.
    Busy,
    /// Of another organization than the client asks for; said only to somebody who has the password.
    Elsewhere,
    /// Nothing was typed, or more than a password can have.
    Input(&'static str),
    /// Too many attempts.
    Throttled(symbolon_core::time::Lifetime),
}

impl Attempt<'_> {
    /// Who signed in, or why nobody did.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn outcome(
        &self,
        username: &str,
    ) -> Result<Result<Id<Subject>, SignInRefusal>, Failure> {
        let provider = self.provider;
        let password = match Password::typed(self.form.value("password").unwrap_or_default()) {
            Ok(password) if !username.trim().is_empty() => password,
            Ok(_) => return Ok(Err(SignInRefusal::Input("Type your username."))),
            Err(symbolon_core::password::PasswordError::TooLong) => {
                let text = "A password has at most 1024 bytes. Check that you did not paste something else.";
                return Ok(Err(SignInRefusal::Input(text)));
            }
            Err(_) => return Ok(Err(SignInRefusal::Input("Type your password."))),
        };
        let credential = match Identifier::parse(username) {
            Ok(identifier) => provider.storage.credential(&identifier).await?,
            Err(_) => None,
        };
        let account = self.account(username, credential.as_ref());
        let _turn = provider.gate.pass(&account).await;
        if let Err(wait) = provider
            .storage
            .begin_attempt(&account, provider.now())
            .await?
        {
            return Ok(Err(SignInRefusal::Throttled(wait)));
        }
        let stored = credential
            .as_ref()
            .and_then(|credential| credential.password_hash.clone());
        let verdict = match provider.passwords.verify(password, stored.clone()).await {
            Ok(verdict) => verdict,
            Err(PoolError::Full) => {
                provider.storage.take_back_attempt(&account).await?;
                return Ok(Err(SignInRefusal::Busy));
            }
            Err(error) => return Err(error.into()),
        };
        let (Verdict::Right { upgrade }, Some(credential)) = (verdict, credential) else {
            return Ok(Err(SignInRefusal::Wrong));
        };
        provider.storage.clear_attempts(&account).await?;
        if let (Some(new), Some(old)) = (upgrade, stored) {
            provider
                .storage
                .upgrade_password_hash(&credential.subject, &old, &new)
                .await?;
        }
        let subject = provider.cache.subject(&credential.subject).await?;
        let Some(subject) = subject.filter(|subject| subject.is_active()) else {
            return Ok(Err(SignInRefusal::Disabled));
        };
        match self.asked {
            Some(asked) if !is_permitted(provider, asked, &subject).await? => {
                Ok(Err(SignInRefusal::Elsewhere))
            }
            _ => Ok(Ok(credential.subject)),
        }
    }

    /// What attempts are counted for: the person whatever name was typed, or the name if nobody has it;
    /// and apart from that a browser in which the person signed in before (requirement A5.4).
    fn account(&self, username: &str, credential: Option<&Credential>) -> Vec<u8> {
        let mut digest = Sha256::new();
        match credential {
            Some(credential) => {
                digest.update(b"subject:");
                digest.update(credential.subject.as_str());
                if self.browser.knows(&credential.subject) {
                    digest.update(b"\0browser:");
                    digest.update(self.browser.binding());
                }
            }
            None => {
                digest.update(b"name:");
                match Identifier::parse(username) {
                    Ok(identifier) => digest.update(identifier.as_str()),
                    Err(_) => digest.update(username),
                }
            }
        }
        digest.finalize().to_vec()
    }
}

impl SignInRefusal {
    /// The answer: `again` is the form with this status and why it did not work.
    ///
    /// # Errors
    /// When the page does not render.
    pub fn answer(
        &self,
        provider: &Provider,
        again: impl FnOnce(StatusCode, &str) -> Result<Response, Failure>,
    ) -> Result<Response, Failure> {
        let (status, outcome, alert) = self.told();
        provider.metrics.sign_in(outcome);
        tracing::info!(outcome, "sign-in refused");
        let mut response = again(status, &alert)?;
        if let Some(seconds) = self.retry_after() {
            answer::retry_after(&mut response, seconds);
        }
        Ok(response)
    }

    /// The status of the page, what the metrics count, and what the person is told.
    fn told(&self) -> (StatusCode, &'static str, Cow<'static, str>) {
        match self {
            Self::Wrong => (
                StatusCode::UNAUTHORIZED,
                "wrong",
                "The username or the password is not right. Check both and try again.".into(),
            ),
            Self::Disabled => (
                StatusCode::FORBIDDEN,
                "disabled",
                "This account is disabled. Ask your administrator to enable it.".into(),
            ),
            Self::Elsewhere => (
                StatusCode::FORBIDDEN,
                "elsewhere",
                "This account does not belong to the organization that the application asks for. Sign in with another one.".into(),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Too many people are signing in at this moment. Try again in a few seconds.".into(),
            ),
            Self::Input(text) => (StatusCode::BAD_REQUEST, "input", (*text).into()),
            Self::Throttled(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "throttled",
                format!("Too many attempts. Wait {wait}, then try again.").into(),
            ),
        }
    }

    /// After how many seconds to try again.
    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Busy => Some(2),
            Self::Throttled(wait) => Some(wait.seconds()),
            _ => None,
        }
    }
}

fn form(
    visit: &Visit,
    status: StatusCode,
    username: &str,
    alert: Option<&str>,
) -> Result<Response, Failure> {
    let metadata = &visit.open.asked.client.metadata;
    let sign_up = visit
        .provider
        .settings
        .sign_up
        .as_ref()
        .map(|_| visit.address("sign-up"));
    let logo = client_logo::address(&visit.provider, &visit.open.asked.client);
    let page = view::SignIn {
        chrome: chrome(&visit.provider, &visit.request_id),
        client_name: &metadata.client_name,
        purpose: view::Purpose::Application,
        client_uri: metadata.client_uri.as_deref(),
        logo_uri: logo.as_deref(),
        policy_uri: metadata.policy_uri.as_deref(),
        tos_uri: metadata.tos_uri.as_deref(),
        action: &visit.address("sign-in"),
        csrf: &visit.csrf(PURPOSE),
        username,
        alert,
        sign_up: sign_up.as_deref(),
        other_account: None,
        cancel: true,
    };
    render(status, &page, visit.policy())
}

/// The name to start with: the client's hint, or who is signed in and has to prove it anew.
async fn suggested_username(visit: &Visit) -> Result<String, Failure> {
    if let Some(hint) = &visit.open.asked.request.login_hint {
        return Ok(hint.chars().take(254).collect());
    }
    if interaction::step(&visit.provider, &visit.open).await? != Some(Step::SignIn) {
        return Ok(String::new());
    }
    let (provider, asked) = (&visit.provider, &visit.open.asked);
    let live = eligible_sessions(provider, &visit.open.browser, asked).await?;
    let expected = match (
        &asked.expected,
        interaction::expected_among(provider, asked, &live),
    ) {
        (Some(sub), _) if asked.client.metadata.subject_type.is_public() => Some(sub.retyped()),
        (_, Some(found)) => found,
        (_, None) => live.into_iter().next().map(|session| session.subject),
    };
    match expected {
        Some(expected) => username_of(&visit.provider, &expected).await,
        None => Ok(String::new()),
    }
}

/// The name to sign in with of somebody.
///
/// # Errors
/// When storage fails.
pub async fn username_of(provider: &Provider, subject: &Id<Subject>) -> Result<String, Failure> {
    let subject = provider.cache.subject(subject).await?;
    let person = subject.as_deref().and_then(Subject::person);
    Ok(person
        .map(|person| person.username.clone())
        .unwrap_or_default())
}
