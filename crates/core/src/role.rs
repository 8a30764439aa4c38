//! Roles: what a subject is in an organization.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{id::Id, organization::Organization};

/// The key of a role, such as `admin`: 1 to 64 characters of `A-Z a-z 0-9 _ - . :`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RoleKey(Box<str>);

/// Which roles a subject holds in which organization; the `roles` claim as it is.
pub type Roles = BTreeMap<Id<Organization>, Vec<RoleKey>>;

/// A role that may be granted, and that rules may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What grants, rules and tokens call it.
    pub key: RoleKey,
    /// What people call it.
    pub name: String,
    /// The one organization in which it counts; `None`: in all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
}

/// Why a text is no role key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role key has 1 to 64 characters out of A-Z a-z 0-9 _ - . :")]
pub struct RoleKeyError;

impl RoleKey {
    /// Reads a role key.
    ///
    /// # Errors
    /// [`RoleKeyError`].
    pub fn parse(text: &str) -> Result<Self, RoleKeyError> {
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(permitted) {
            Ok(Self(text.into()))
        } else {
            Err(RoleKeyError)
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RoleKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for RoleKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RoleKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
