//! Clients that come by themselves: they register (RFC 7591, OpenID Connect Dynamic Client
//! Registration), manage their registration (RFC 7592), or are named by the address of a document
//! about them.
//!
//! The rule: what a client asks for and what a [`policy::RegistrationPolicy`] permits make its
//! metadata, by one pure function; nothing else widens it. Such a client is marked for as long as it
//! exists ([`crate::client::Origin`]): people are always asked, it acts for nobody but them, and a
//! page says that nobody here has checked it (requirement A7.12).
#![doc(alias = "RFC 7591")]
#![doc(alias = "RFC 7592")]

pub mod document;
pub mod initial_access_token;
pub mod policy;
mod refusal;
pub mod statement;
mod wire;

use serde::{Deserialize, Serialize};

use crate::{
    client::Client,
    id::Id,
    secret::{self, Digest},
    time::Timestamp,
};
use initial_access_token::InitialAccessToken;
use policy::RegistrationPolicy;

pub use refusal::Refusal;
pub use wire::{Requested, echo};

/// Who may register clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Nobody: there is no such endpoint.
    #[default]
    Off,
    /// Whoever has an initial access token (RFC 7591 §3).
    InitialAccessToken,
    /// Anybody; with an initial access token more may be permitted.
    Open,
}

/// What is known of a client that came by itself, beside what every client has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Which client.
    pub client: Id<Client>,
    /// What it manages its registration with; none for one that a document describes.
    pub token: Option<Digest<secret::RegistrationAccessToken>>,
    /// The initial access token it came with.
    pub initial_token: Option<Id<InitialAccessToken>>,
    /// What it may be; `None`: what the settings say at the time.
    pub policy: Option<RegistrationPolicy>,
    /// What it says of itself and nothing here rests on.
    pub details: Details,
    /// When it came.
    pub registered_at: Timestamp,
    /// From when on it is forgotten, unless somebody has signed in to it by then.
    pub unused_until: Option<Timestamp>,
}

/// What a client says of itself (RFC 7591 §2): kept to be told again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Whether it runs on a server or on the machine of its user (OIDC Registration §2).
    #[serde(default)]
    pub application_type: ApplicationType,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// What software it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// In which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Who vouches for the software, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_statement: Option<String>,
}

/// Where an application runs (OIDC Registration §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server, or in a browser.
    #[default]
    Web,
    /// On the machine of its user.
    Native,
}
