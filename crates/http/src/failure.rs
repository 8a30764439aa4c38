//! What is our fault: never a caller's, and never more told than that.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use symbolon_core::{client::Client, id::Id, policy::api::Api};
use symbolon_jose::{JoseError, SealError};
use symbolon_storage::{PolicyFactsError, StorageError};
use symbolon_web::password_pool::PoolError;

use crate::answer;

/// A request that we could not serve.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A policy has grown past what can be served as a bundle.
    #[error(
        "the policy bundle of {0} is longer than 16 MiB: protect this API by forward authentication"
    )]
    BundleTooLong(Id<Api>),
    /// As many clients came by themselves as there may be.
    #[error(
        "there are as many clients that came by themselves as clients.registration_limit permits"
    )]
    ClientsFull,
    /// Other requests were faster time after time.
    #[error("the request lost every race for its row")]
    Contended,
    /// A client wants something encrypted, and its key cannot be had.
    #[error("client {0} has no key for {1} in its jwks or at its jwks_uri")]
    EncryptionKeyMissing(Id<Client>, &'static str),
    /// A key does not sign.
    #[error(transparent)]
    Jose(#[from] JoseError),
    /// There is no active key for an algorithm that a client is registered with.
    #[error("no active signing key for {0}; add it to keys.algorithms")]
    KeyMissing(symbolon_core::algorithm::Algorithm),
    /// There is no active key at all.
    #[error("no active signing key")]
    NoKey,
    /// Passwords are not hashed.
    #[error(transparent)]
    Passwords(#[from] PoolError),
    /// What is stored makes no policy.
    #[error(transparent)]
    Policy(#[from] PolicyFactsError),
    /// A secret that is kept sealed does not open.
    #[error("a client secret does not open: {0}")]
    Seal(#[from] SealError),
    /// The browser's record cannot be read or written.
    #[error("the session layer failed: {0}")]
    Session(#[from] tower_sessions::session::Error),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A page does not render.
    #[error(transparent)]
    Template(#[from] askama::Error),
}

impl Failure {
    /// Whether trying again in a moment can help (requirement A9.3).
    fn is_passing(&self) -> bool {
        match self {
            Self::ClientsFull | Self::Contended | Self::Passwords(PoolError::Full) => true,
            Self::Storage(error) => error.is_unavailable(),
            // The session layer hides the error of the storage below; when that is away, this is
            // the first thing a page meets.
            Self::Session(tower_sessions::session::Error::Store(
                tower_sessions::session_store::Error::Backend(_),
            )) => true,
            Self::BundleTooLong(_)
            | Self::EncryptionKeyMissing(..)
            | Self::Jose(_)
            | Self::KeyMissing(_)
            | Self::NoKey
            | Self::Passwords(_)
            | Self::Policy(_)
            | Self::Seal(_)
            | Self::Session(_)
            | Self::Template(_) => false,
        }
    }
}

/// As JSON (RFC 6749 §5.2 has no code for it; `server_error` and `temporarily_unavailable` are those
/// of §4.1.2.1). The reason is in the log, under the request's id.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "request failed");
        let (status, code, description) = if self.is_passing() {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the server cannot answer at the moment; try again in a few seconds",
            )
        } else {
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "the server failed; its operator finds the reason under the x-request-id of this answer",
            )
        };
        let body = serde_json::json!({ "error": code, "error_description": description });
        let mut response = answer::json(status, &body);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, answer::RETRY_SOON);
        }
        response
    }
}
