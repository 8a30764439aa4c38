//! How the roles of a subject are told to a client, beyond what every access token says.

use serde::{Deserialize, Serialize};

use super::Place;

/// Where the role keys of one organization are told as a flat list: of the organization that was
/// asked for ([`crate::reserved_scope`]), else of the home organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleClaims {
    /// Where the claim `roles` is such a list. In the access token it takes the place of the object
    /// that has the roles of every organization.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Place>,
    /// Where the claim `groups` is such a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Place>,
}

/// What makes a client one that was built for Zitadel: its reserved scopes count, and its claims are
/// told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zitadel {
    /// The project that the application believes to belong to: a part of the name of a claim, and an
    /// audience of its access tokens.
    pub project: String,
    /// Where the roles are told without being asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Place>,
}

impl RoleClaims {
    /// Whether no flat list is told anywhere.
    pub const fn is_none(&self) -> bool {
        self.roles.is_empty() && self.groups.is_empty()
    }
}

impl Zitadel {
    pub(super) fn is_valid(&self) -> bool {
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~".contains(&byte);
        (1..=64).contains(&self.project.len()) && self.project.bytes().all(permitted)
    }
}
