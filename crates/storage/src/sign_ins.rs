//! The interface of what belongs to a person at a browser: the browser, the session, the request that
//! waits, and what was allowed.

use async_trait::async_trait;
use symbolon_core::{
    authorize::interaction::Progress,
    client::Client,
    id::Id,
    scope::Scope,
    secret::{Digest, InteractionHandle},
    session::Session,
    subject::Subject,
    time::Timestamp,
};

use crate::{Applied, Browser, Interaction, Result};

/// What the cookie of a browser stands for.
#[async_trait]
pub trait Browsers: Send + Sync {
    /// Records a new browser under the digest of its cookie.
    async fn create_browser(&self, digest: &[u8], browser: &Browser) -> Result<()>;

    /// Changes a browser. One that was deleted meanwhile stays deleted: an identifier from before a
    /// sign-in must not come back to life (requirement A6.1).
    async fn save_browser(&self, digest: &[u8], browser: &Browser) -> Result<()>;

    /// The browser of a cookie, unless it has expired.
    async fn browser(&self, digest: &[u8], now: Timestamp) -> Result<Option<Browser>>;

    /// Forgets a browser.
    async fn delete_browser(&self, digest: &[u8]) -> Result<()>;
}

/// Single sign-on sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Records a new session.
    async fn create_session(&self, session: &Session) -> Result<()>;

    /// The session of this name.
    async fn session(&self, id: &Id<Session>) -> Result<Option<Session>>;

    /// The person proved anew who they are.
    async fn reauthenticate_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()>;

    /// The session was used.
    async fn touch_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()>;

    /// Ends a session, and revokes what came of it without `offline_access`.
    async fn end_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()>;

    /// Ends all sessions of a subject and revokes all that came of them (requirement A6.3).
    async fn end_sessions_of(&self, subject: &Id<Subject>, now: Timestamp) -> Result<()>;
}

/// Authorization requests that wait for a person.
#[async_trait]
pub trait Interactions: Send + Sync {
    /// Records a new one.
    async fn create_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        interaction: &Interaction,
    ) -> Result<()>;

    /// The interaction of a handle, unless it has expired.
    async fn interaction(
        &self,
        handle: Digest<InteractionHandle>,
        now: Timestamp,
    ) -> Result<Option<Interaction>>;

    /// Records progress; `Conflict` when it is finished already.
    async fn advance_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        progress: &Progress,
        now: Timestamp,
    ) -> Result<Applied>;

    /// Finishes it; `Conflict` when it is finished already, so that it is answered once.
    async fn finish_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        now: Timestamp,
    ) -> Result<Applied>;
}

/// What people allowed clients.
#[async_trait]
pub trait Consents: Send + Sync {
    /// What the person allowed the client so far.
    async fn consent(&self, subject: &Id<Subject>, client: &Id<Client>) -> Result<Scope>;
}
