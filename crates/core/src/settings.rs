//! The lifetimes and limits that rules obey; filled from the configuration.

use crate::{
    registration::{RegistrationMode, policy::RegistrationPolicy},
    time::Lifetime,
};

/// Lifetimes of codes and tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// Access tokens, unless the client says otherwise.
    pub access_lifetime: Lifetime,
    /// ID tokens.
    pub id_lifetime: Lifetime,
    /// Authorization codes (requirement A2.1: 60 seconds).
    pub code_lifetime: Lifetime,
    /// A refresh token that is not used for so long is dead.
    pub refresh_idle_lifetime: Lifetime,
    /// A family of refresh tokens is dead after so long, used or not.
    pub refresh_absolute_lifetime: Lifetime,
    /// For how long the predecessor of a refresh token gets the same successor again (requirement
    /// A2.5). Zero turns the grace off.
    pub refresh_grace: Lifetime,
    /// The longest claim about the roles in several organizations, in bytes of JSON. A longer one
    /// tells the roles of one organization alone.
    pub roles_limit: usize,
}

/// Lifetimes of sessions at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// A session that is not used for so long is over.
    pub idle_lifetime: Lifetime,
    /// A session is over after so long, used or not.
    pub absolute_lifetime: Lifetime,
}

/// What the browser is told of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserSettings {
    /// Whether clients may poll a frame of ours for changes (Session Management §3).
    pub check_session_frame: bool,
}

/// Policy bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleSettings {
    /// For how long one may be decided by.
    pub lifetime: Lifetime,
    /// By how much the clocks of two instances on one database may differ (requirement A9.5).
    pub clock_tolerance: Lifetime,
}

/// How devices without a browser wait (RFC 8628).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSettings {
    /// How long a pair of codes is good (`expires_in`).
    pub code_lifetime: Lifetime,
    /// How long a device waits between two questions (`interval`).
    pub poll_interval: Lifetime,
}

/// How requests in the back channel wait (CIBA).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackchannelSettings {
    /// How long a person may take, if the client does not ask for less (`expires_in`).
    pub request_lifetime: Lifetime,
    /// How long a client waits between two questions (`interval`).
    pub poll_interval: Lifetime,
}

/// Which authorization requests are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSettings {
    /// For how long a pushed request waits for the browser (requirement A3.8).
    pub pushed_lifetime: Lifetime,
    /// Whether every request has to be pushed (RFC 9126 §5).
    pub require_pushed: bool,
    /// Whether request objects may be unsigned, for clients that are registered for it.
    pub unsigned_objects: bool,
    /// Whether request objects are fetched from where clients registered them (RFC 9101 §5.2).
    pub fetched_objects: bool,
    /// Whether request objects may be encrypted for this provider (RFC 9101 §6.1).
    pub encrypted_objects: bool,
    /// Whether tokens may travel through the browser, for clients that are registered for it.
    pub front_channel_tokens: bool,
}

/// Clients that come by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationSettings {
    /// Who may register clients.
    pub mode: RegistrationMode,
    /// Whether the address of a document that says what a client is may be its identifier.
    pub documents: bool,
    /// What clients may be that nothing but this permits.
    pub policy: RegistrationPolicy,
    /// How many of those there may be.
    pub most: u32,
    /// For how long one of those is kept that nobody signs in to.
    pub unused_lifetime: Lifetime,
    /// How many of those may register from one address within an hour.
    pub per_hour: u32,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            access_lifetime: Lifetime::from_hours(12),
            id_lifetime: Lifetime::from_hours(1),
            code_lifetime: Lifetime::from_seconds(60),
            refresh_idle_lifetime: Lifetime::from_days(30),
            refresh_absolute_lifetime: Lifetime::from_days(90),
            refresh_grace: Lifetime::from_seconds(5),
            // Header lines of 8 KiB are what most servers take; base64 adds a third, and the rest
            // of a token and its signature need room as well.
            roles_limit: 4096,
        }
    }
}

impl Default for BundleSettings {
    fn default() -> Self {
        Self {
            lifetime: Lifetime::from_minutes(5),
            clock_tolerance: Lifetime::from_minutes(1),
        }
    }
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self {
            code_lifetime: Lifetime::from_minutes(10),
            poll_interval: Lifetime::from_seconds(5),
        }
    }
}

impl Default for RequestSettings {
    fn default() -> Self {
        Self {
            pushed_lifetime: Lifetime::from_seconds(60),
            require_pushed: false,
            unsigned_objects: false,
            fetched_objects: false,
            encrypted_objects: false,
            front_channel_tokens: false,
        }
    }
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            idle_lifetime: Lifetime::from_days(1),
            absolute_lifetime: Lifetime::from_days(30),
        }
    }
}
