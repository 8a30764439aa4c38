//! Who calls, as a bearer token proves it.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use symbolon_core::{
    client::Client,
    id::Id,
    policy::Policy,
    scope::Scope,
    session::Session,
    subject::Subject,
    time::Timestamp,
    token::{
        limits::TokenLimits,
        personal::{Limits, PersonalAccessToken},
    },
};
use symbolon_web::client_certificate::ClientCertificate;

/// Somebody with a live token that is meant for the Management API, or a person at the console.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who: active, with the roles held now.
    pub subject: Arc<Subject>,
    /// What is allowed to whom now.
    pub policy: Arc<Policy>,
    /// By what.
    pub token: Token,
}

/// What proves who calls.
#[derive(Clone, Debug)]
pub enum Token {
    /// An access token.
    Access {
        /// What it was granted.
        scope: Scope,
        /// What it is limited to beyond that.
        limits: TokenLimits,
        /// The client it was issued to.
        client: Id<Client>,
        /// When the person last signed in; `None`: a machine.
        authenticated_at: Option<Timestamp>,
        /// Whether it was exchanged for another token (RFC 8693), which may be a personal access
        /// token.
        exchanged: bool,
    },
    /// The session of a browser: the roles alone limit what it is good for.
    Session {
        /// When the person last signed in.
        authenticated_at: Timestamp,
        /// Which session.
        id: Id<Session>,
    },
    /// A personal access token.
    Personal {
        /// Which.
        id: Id<PersonalAccessToken>,
        /// What it may do of what its owner can.
        limits: Limits,
    },
}

/// Why nobody is proven to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No token (RFC 6750 §3.1).
    Missing,
    /// Another scheme, or a malformed header.
    Malformed,
    /// Not one of ours, not live, or for another API.
    Invalid,
    /// That cannot be found out now.
    Unavailable,
}

/// Makes a caller of the head of a request.
#[async_trait]
pub trait Callers: Send + Sync {
    /// Who calls, with the certificate that came along, if one did.
    ///
    /// # Errors
    /// [`Refused`].
    async fn caller(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Caller, Refused>;
}
