//! What the person has to do next.
//!
//! The whole state machine is one pure function of what is known *now*: nothing a browser sends can
//! skip a step, since every step is derived anew from the request, the sessions that really exist
//! and the progress that was recorded (requirement A5.8).

use crate::{
    authorize::request::{AuthorizationRequest, Refusal},
    client::Client,
    consent,
    id::Id,
    scope::Scope,
    session::Session,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

/// What was done in this interaction so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the request arrived.
    pub started_at: Timestamp,
    /// The session that was chosen or made in this interaction.
    pub chosen: Option<Id<Session>>,
    /// Whether the person at that session allowed the request in this interaction.
    pub allowed: bool,
}

/// The next thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make an account.
    SignUp,
    /// Sign in; the account that is expected, if one is.
    SignIn,
    /// Choose one of the accounts that are signed in.
    ChooseAccount,
    /// Allow what is missing.
    Consent {
        /// In whose session.
        session: Id<Session>,
        /// What was not allowed before.
        missing: Scope,
    },
    /// Nothing: answer.
    Approve {
        /// In whose session.
        session: Id<Session>,
    },
}

/// What is known about the person at the browser.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The live sessions of this browser, latest first.
    pub sessions: &'a [Session],
    /// Whom the client means by `id_token_hint` or `claims`.
    pub expected: Expected<'a>,
    /// What the person at [`current`] allowed this client before.
    pub allowed: &'a Scope,
}

/// Whom a client means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    /// Whoever is there.
    Anybody,
    /// Somebody who has no session here.
    Stranger,
    /// This person.
    This(&'a Id<Subject>),
}

impl Expected<'_> {
    fn is_other_than(self, subject: &Id<Subject>) -> bool {
        match self {
            Self::Anybody => false,
            Self::Stranger => true,
            Self::This(expected) => expected != subject,
        }
    }
}

impl Progress {
    /// The progress of a request that has just arrived.
    pub const fn begun(now: Timestamp) -> Self {
        Self {
            started_at: now,
            chosen: None,
            allowed: false,
        }
    }

    /// The person chose or made a session. What somebody else allowed before does not count.
    #[must_use]
    pub fn with_session(self, session: Id<Session>) -> Self {
        let same = self.chosen.as_ref() == Some(&session);
        Self {
            allowed: self.allowed && same,
            chosen: Some(session),
            ..self
        }
    }
}

/// The session that the interaction is about: the chosen one, else the one of the expected person,
/// else the only one (the latest, when the client does not ask to choose).
pub fn current<'a>(facts: &Facts<'a>, progress: &Progress) -> Option<&'a Session> {
    match (&progress.chosen, facts.expected) {
        (Some(chosen), _) => facts.sessions.iter().find(|session| session.id == *chosen),
        (None, Expected::This(expected)) => facts
            .sessions
            .iter()
            .find(|session| session.subject == *expected),
        (None, Expected::Stranger) => None,
        (None, Expected::Anybody) => facts.sessions.first(),
    }
}

/// The rule.
///
/// # Errors
/// A [`Refusal`] when the person would have to do something and `prompt=none` forbids it, or when
/// somebody else signed in than the client expects.
pub fn next_step(
    request: &AuthorizationRequest,
    client: &Client,
    progress: &Progress,
    facts: &Facts<'_>,
    now: Timestamp,
) -> Result<Step, Refusal> {
    let prompt = request.prompt;
    let untouched = progress.chosen.is_none();
    if prompt.create && untouched {
        return Ok(Step::SignUp);
    }
    if prompt.select_account && untouched && !facts.sessions.is_empty() && !prompt.login {
        return Ok(Step::ChooseAccount);
    }
    let ask = |step: Step, refusal: Refusal| if prompt.none { Err(refusal) } else { Ok(step) };

    let session = match current(facts, progress) {
        Some(session) if is_fresh(request, session, progress, now) => session,
        _ => return ask(Step::SignIn, Refusal::LoginRequired),
    };
    // OIDC Core §3.1.2.1: the hinted person, or an error; never somebody else in their place.
    if facts.expected.is_other_than(&session.subject) {
        return Err(Refusal::LoginRequired);
    }
    // With prompt=none nobody can say which of several they are (OIDC Core §3.1.2.6).
    if prompt.none && facts.expected == Expected::Anybody && facts.sessions.len() > 1 {
        return Err(Refusal::AccountSelectionRequired);
    }

    let session_id = session.id.clone();
    if progress.allowed && progress.chosen.as_ref() == Some(&session_id) {
        return Ok(Step::Approve {
            session: session_id,
        });
    }
    let missing = if prompt.consent {
        request.scope.clone()
    } else {
        consent::missing(client, &request.scope, facts.allowed)
    };
    // A yes to one payment is none to the next.
    let details = !request.details.is_empty() && !client.is_trusted();
    // Who is to be asked is asked, even about nothing but being signed in.
    if missing.is_empty() && !prompt.consent && !details {
        Ok(Step::Approve {
            session: session_id,
        })
    } else {
        ask(
            Step::Consent {
                session: session_id,
                missing,
            },
            Refusal::ConsentRequired,
        )
    }
}

/// Whether the sign-in is recent enough for the request. `prompt=login` and `max_age=0` want one
/// that happened after the request arrived (requirement A2.15).
fn is_fresh(
    request: &AuthorizationRequest,
    session: &Session,
    progress: &Progress,
    now: Timestamp,
) -> bool {
    let chosen_here = progress.chosen.as_ref() == Some(&session.id);
    if request.prompt.login || request.max_age == Some(0) {
        return chosen_here && session.authenticated_at >= progress.started_at;
    }
    match request.max_age {
        None => true,
        Some(max_age) => {
            // A sign-in within this interaction counts even if the person took long over consent.
            let signed_in_here = chosen_here && session.authenticated_at >= progress.started_at;
            let limit = session
                .authenticated_at
                .plus(Lifetime::from_seconds(max_age));
            signed_in_here || now <= limit
        }
    }
}
