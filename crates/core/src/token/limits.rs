//! What a token may do of what its subject can, beyond its scope: the `limits` claim.
//!
//! A decision asks the roles that the subject holds *now*, not those that a token tells. So whatever a
//! token is limited to has to stand in it: the limits of the personal access token it was exchanged
//! for, the organization that somebody signed in to. Whoever decides hands them to the policy
//! ([`TokenLimits::for_decision`]); whoever tells roles filters them ([`TokenLimits::roles`]).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    id::Id,
    organization::Organization,
    policy::decision,
    role::{RoleKey, Roles},
};

/// The limits. The default limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLimits {
    /// The organizations it may act in; `None`: in all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organizations: Option<Vec<Id<Organization>>>,
    /// The roles that may be used; `None`: all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roles: Option<Vec<RoleKey>>,
}

impl TokenLimits {
    /// Limits to these organizations, if any are named.
    pub const fn to_organizations(organizations: Option<Vec<Id<Organization>>>) -> Self {
        Self {
            organizations,
            roles: None,
        }
    }

    /// Whether nothing is limited.
    pub const fn is_none(&self) -> bool {
        self.organizations.is_none() && self.roles.is_none()
    }

    /// What both permit.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            organizations: both(
                self.organizations.as_deref(),
                other.organizations.as_deref(),
            ),
            roles: both(self.roles.as_deref(), other.roles.as_deref()),
        }
    }

    /// The roles that may be used, of these; untouched if nothing is limited.
    pub fn within<'a>(&self, granted: Cow<'a, Roles>) -> Cow<'a, Roles> {
        if self.is_none() {
            granted
        } else {
            Cow::Owned(self.roles(&granted))
        }
    }

    /// The roles that may be used, of these.
    pub fn roles(&self, granted: &Roles) -> Roles {
        let organization = |id: &Id<_>| permits(self.organizations.as_deref(), id);
        let role = |key: &&RoleKey| permits(self.roles.as_deref(), *key);
        granted
            .iter()
            .filter(|(id, _)| organization(id))
            .map(|(id, keys)| (id.clone(), keys.iter().filter(role).cloned().collect()))
            .filter(|(_, keys): &(_, Vec<_>)| !keys.is_empty())
            .collect()
    }

    /// The limits as a policy asks for them.
    pub fn for_decision(&self) -> decision::Limits<'_> {
        decision::Limits {
            organizations: self.organizations.as_deref(),
            roles: self.roles.as_deref(),
        }
    }
}

fn permits<T: PartialEq>(only: Option<&[T]>, one: &T) -> bool {
    only.is_none_or(|only| only.contains(one))
}

fn both<T: Clone + PartialEq>(one: Option<&[T]>, other: Option<&[T]>) -> Option<Vec<T>> {
    match (one, other) {
        (Some(one), other) => Some(
            one.iter()
                .filter(|item| permits(other, item))
                .cloned()
                .collect(),
        ),
        (None, other) => other.map(<[T]>::to_vec),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn limits(organizations: Option<&[&str]>, roles: Option<&[&str]>) -> TokenLimits {
        let ids = |all: &[&str]| all.iter().map(|id| Id::parse(id).unwrap()).collect();
        let keys = |all: &[&str]| all.iter().map(|key| RoleKey::parse(key).unwrap()).collect();
        TokenLimits {
            organizations: organizations.map(ids),
            roles: roles.map(keys),
        }
    }

    #[test]
    fn two_limits_permit_what_both_permit() {
        let one = limits(Some(&["acme", "globex"]), None);
        let other = limits(Some(&["globex"]), Some(&["viewer"]));
        let both = limits(Some(&["globex"]), Some(&["viewer"]));
        assert_eq!((one.and(&other), other.and(&one)), (both.clone(), both));
        let none = limits(Some(&["acme"]), None).and(&limits(Some(&["globex"]), None));
        assert_eq!(none, limits(Some(&[]), None));
        assert_eq!(one.and(&TokenLimits::default()), one);
    }

    #[test]
    fn an_empty_list_permits_nothing() {
        let roles = serde_json::json!({"acme": ["viewer", "admin"], "globex": ["admin"]});
        let roles: Roles = serde_json::from_value(roles).unwrap();
        assert!(limits(Some(&[]), None).roles(&roles).is_empty());
        assert!(limits(None, Some(&[])).roles(&roles).is_empty());
        assert_eq!(TokenLimits::default().roles(&roles), roles);
        let viewer = limits(None, Some(&["viewer"])).roles(&roles);
        assert_eq!(
            serde_json::to_string(&viewer).unwrap(),
            r#"{"acme":["viewer"]}"#
        );
    }
}
