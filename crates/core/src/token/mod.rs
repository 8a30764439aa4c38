//! Tokens as values: what they say, before anybody signs them.

pub mod access;
pub mod confirmation;
pub mod granted;
pub mod id;
pub mod limits;
pub mod opaque;
pub mod personal;
pub mod refresh;
pub mod target;
pub mod telling;

use std::sync::Arc;

use crate::{
    approval::Approval,
    entropy::Entropy,
    id::Id,
    pairwise::PairwiseKey,
    policy::Policy,
    scope::Scope,
    secret::{RefreshToken, Secret},
    session::Session,
    settings::TokenSettings,
    time::Timestamp,
};

/// By whom, when and under which settings tokens are issued.
#[derive(Clone, Copy)]
pub struct Issuance<'a> {
    /// The `iss` claim.
    pub issuer: &'a Arc<str>,
    /// Lifetimes.
    pub settings: &'a TokenSettings,
    /// Which roles grant which scopes now.
    pub policy: &'a Policy,
    /// The present moment.
    pub now: Timestamp,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// What clients with names of their own call people.
    pub pairwise: &'a PairwiseKey,
    /// What successors of refresh tokens are derived with.
    pub succession: &'a refresh::SuccessionKeys,
    /// The key that the client has proved to have: what is issued is bound to it.
    pub confirmation: confirmation::Confirmation,
}

/// What a grant hands out, ready to be signed.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: access::AccessTokenPlan,
    /// The ID token, when `openid` was granted and a person signed in.
    pub id: Option<id::IdTokenPlan>,
    /// The refresh token, when the client gets one.
    pub refresh: Option<Secret<RefreshToken>>,
    /// What was granted.
    pub scope: Scope,
    /// `issued_token_type`, of an exchange (RFC 8693 §2.2.1).
    pub issued_token_type: Option<&'static str>,
}

/// How a person signed in, as tokens tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// `auth_time`.
    pub at: Timestamp,
    /// `acr`.
    pub acr: String,
    /// `amr`.
    pub methods: Vec<String>,
    /// `sid`.
    pub session: Id<Session>,
    /// `grant_id`.
    pub approval: Id<Approval>,
}
