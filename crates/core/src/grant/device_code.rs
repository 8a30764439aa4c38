//! The device grant: a device asks whether the person has said yes, until they have.
#![doc(alias = "RFC 8628 §3.4")]

use crate::{
    client::Client,
    decision::Decision,
    error::{ErrorCode, OAuthError},
    grant::waiting,
    parameters::Parameters,
    secret::{DeviceCode, Secret},
    token::{Issuance, Tokens, target::Targets},
};

pub use super::waiting::Facts;

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// The code. `None`: it cannot be one of ours.
    pub code: Option<Secret<DeviceCode>>,
    targets: Targets,
}

/// Every reason for which a device gets nothing, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No `device_code`.
    Missing,
    /// What it asked with gives nothing, or nothing yet.
    Waiting(waiting::Refusal),
}

impl Refusal {
    /// What the client is told (RFC 8628 §3.5).
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::Missing => OAuthError::new(ErrorCode::InvalidRequest, "device_code is missing"),
            Self::Waiting(refusal) => refusal.wire(
                "the device code is invalid, used before, withdrawn, or was issued to another client",
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
        let code = parameters.value("device_code").ok_or(Refusal::Missing)?;
        let targets = Targets::parse(parameters)
            .map_err(|refusal| Refusal::Waiting(waiting::Refusal::Target(refusal)))?;
        Ok(Self {
            code: Secret::parse(code).ok(),
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
