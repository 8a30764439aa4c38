//! Grants of roles that end.
//!
//! A decision is made with the roles that somebody holds *now*. Whoever remembers them for longer
//! than a moment has to know until when they are right: [`unexpired`] says both.

use crate::{
    id::Id,
    organization::Organization,
    role::{RoleKey, Roles},
    time::Timestamp,
};

/// A role that a subject was granted in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Where.
    pub organization: Id<Organization>,
    /// Which.
    pub role: RoleKey,
    /// The first moment at which it no longer counts; `None`: it does not end.
    pub expires_at: Option<Timestamp>,
}

/// The roles that somebody holds, and for how long this is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unexpired {
    /// The roles, sorted, each once.
    pub roles: Roles,
    /// When the first of these grants ends: from then on `roles` has too many.
    pub until: Option<Timestamp>,
}

/// The grants that count at `now`.
pub fn unexpired(grants: impl IntoIterator<Item = RoleGrant>, now: Timestamp) -> Unexpired {
    let mut live = Unexpired::default();
    for grant in grants {
        if grant.expires_at.is_some_and(|end| end <= now) {
            continue;
        }
        // `None` is less than any moment, but later than all of them here.
        live.until = live.until.into_iter().chain(grant.expires_at).min();
        let keys = live.roles.entry(grant.organization).or_default();
        if let Err(place) = keys.binary_search(&grant.role) {
            keys.insert(place, grant.role);
        }
    }
    live
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn grant(organization: &str, role: &str, end: Option<i64>) -> RoleGrant {
        RoleGrant {
            organization: Id::parse(organization).unwrap(),
            role: RoleKey::parse(role).unwrap(),
            expires_at: end.map(Timestamp::from_seconds),
        }
    }

    fn at(now: i64) -> (String, Option<i64>) {
        let grants = [
            grant("globex", "viewer", None),
            grant("acme", "viewer", Some(30)),
            grant("acme", "admin", Some(20)),
            grant("acme", "admin", Some(20)),
        ];
        let live = unexpired(grants, Timestamp::from_seconds(now));
        let roles = serde_json::to_string(&live.roles).unwrap();
        (roles, live.until.map(Timestamp::seconds))
    }

    #[test]
    fn a_grant_ends_to_the_second() {
        let all = r#"{"acme":["admin","viewer"],"globex":["viewer"]}"#;
        assert_eq!(at(19), (all.into(), Some(20)));
        let fewer = r#"{"acme":["viewer"],"globex":["viewer"]}"#;
        assert_eq!(at(20), (fewer.into(), Some(30)));
        assert_eq!(at(30), (r#"{"globex":["viewer"]}"#.into(), None));
    }
}
