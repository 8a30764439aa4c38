//! The CIBA grant: a client asks whether the person has said yes, until they have, or until it was
//! told that they did. Who was told waits no less than who was not.
//!
//! Left out: pushed tokens, and so the claims that only those have in their ID token
//! (`urn:openid:params:jwt:claim:auth_req_id`, `urn:openid:params:jwt:claim:rt_hash`).
#![doc(alias = "CIBA §10.1")]

use crate::{
    client::Client,
    decision::Decision,
    error::{ErrorCode, OAuthError},
    grant::waiting,
    parameters::Parameters,
    secret::{AuthRequestId, Secret},
    token::{Issuance, Tokens, target::Targets},
};

pub use super::waiting::Facts;

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// What the request was answered with. `None`: it cannot be one of ours.
    pub auth_req_id: Option<Secret<AuthRequestId>>,
    targets: Targets,
}

/// Every reason for which a client gets nothing, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No `auth_req_id`.
    Missing,
    /// What it asked with gives nothing, or nothing yet.
    Waiting(waiting::Refusal),
}

impl Refusal {
    /// What the client is told (CIBA §11).
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::Missing => OAuthError::new(ErrorCode::InvalidRequest, "auth_req_id is missing"),
            Self::Waiting(refusal) => refusal.wire(
                "auth_req_id is invalid, used before, withdrawn, or was issued to another client",
            ),
        }
    }
}

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal`] when one is missing or malformed.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let auth_req_id = parameters.value("auth_req_id").ok_or(Refusal::Missing)?;
        let targets = Targets::parse(parameters)
            .map_err(|refusal| Refusal::Waiting(waiting::Refusal::Target(refusal)))?;
        Ok(Self {
            auth_req_id: Secret::parse(auth_req_id).ok(),
            targets,
        })
    }
}

/// The rule.
pub fn decide(
    request: &Request,
    client: &Client,
    facts: &Facts<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    waiting::decide(&request.targets, client, facts, issuance).map_err(Refusal::Waiting)
}
