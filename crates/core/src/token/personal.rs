//! Personal access tokens: a text that stands for a person or a machine user, for as long as its
//! owner says.
//!
//! It can do what its owner can do at the moment of use, and of that only what it was limited to:
//! some organizations, some roles, some scopes (requirement A7.5). It makes no session, no other
//! token of its kind, and passes no step-up. Stored as a digest, shown once.

use std::fmt;

use crate::{
    entropy::Entropy,
    id::Id,
    organization::Organization,
    policy::decision,
    reserved_scope::restricts,
    restriction::Restriction,
    role::{RoleKey, Roles},
    scope::Scope,
    secret::{self, Digest, Secret},
    subject::Subject,
    time::Timestamp,
    token::limits::TokenLimits,
};

/// A personal access token as it is stored.
#[derive(Clone)]
pub struct PersonalAccessToken {
    /// What it is called in lists, logs and revocations.
    pub id: Id<PersonalAccessToken>,
    /// What it is looked up by.
    pub digest: Digest<secret::PersonalAccessToken>,
    /// Whom it stands for.
    pub owner: Id<Subject>,
    /// What the owner calls it.
    pub name: String,
    /// What it may do of what the owner can.
    pub limits: Limits,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Since when it is revoked, if so.
    pub revoked_at: Option<Timestamp>,
}

/// What a token may do of what its owner can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// In which organizations it may act; `None`: in all of the owner's.
    pub organizations: Option<Vec<Id<Organization>>>,
    /// With which roles; `None`: with all of the owner's.
    pub roles: Option<Vec<RoleKey>>,
    /// For which scopes. No API scope in it: for all that the roles give.
    pub scope: Scope,
}

impl PersonalAccessToken {
    /// A new token and its text, which is shown once.
    pub fn issue(
        owner: &Id<Subject>,
        name: String,
        limits: Limits,
        now: Timestamp,
        expires_at: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, Secret<secret::PersonalAccessToken>) {
        let text = Secret::generate(entropy);
        let limits = limits.normal();
        let token = Self {
            id: Id::generate(now, entropy),
            digest: text.digest(),
            owner: owner.clone(),
            name,
            limits,
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        (token, text)
    }

    /// Whether it may be used now, as far as it goes by itself.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// The roles it acts with: those that the owner holds now, within the limits.
    pub fn roles(&self, owner: &Subject) -> Roles {
        self.limits.within().roles(&owner.roles)
    }
}

impl Limits {
    /// The same limits, with what the scope says of organizations where it is looked for
    /// ([`crate::reserved_scope`]).
    fn normal(self) -> Self {
        let restriction = Restriction::of(&self.scope);
        let named = if restriction.contradictory {
            Some(Vec::new())
        } else {
            restriction.organizations()
        };
        let within = self.within().and(&TokenLimits::to_organizations(named));
        Self {
            organizations: within.organizations,
            scope: self.scope.filtered(|word| !restricts(word)),
            ..self
        }
    }

    /// The limits beyond the scope, as a token that comes of this one carries them.
    pub fn within(&self) -> TokenLimits {
        TokenLimits {
            organizations: self.organizations.clone(),
            roles: self.roles.clone(),
        }
    }

    /// The limits beyond the scope, as a policy asks for them.
    pub fn for_decision(&self) -> decision::Limits<'_> {
        decision::Limits {
            organizations: self.organizations.as_deref(),
            roles: self.roles.as_deref(),
        }
    }
}

impl fmt::Debug for PersonalAccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PersonalAccessToken")
            .field("id", &self.id)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::subject::SubjectKind;

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    fn token(limits: Limits) -> PersonalAccessToken {
        struct Zero;
        impl Entropy for Zero {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0);
            }
        }
        let owner = Id::parse("machine").unwrap();
        let (now, then) = (Timestamp::from_seconds(10), Timestamp::from_seconds(20));
        PersonalAccessToken::issue(&owner, "ci".into(), limits, now, then, &Zero).0
    }

    fn owner(roles: &[(&str, &[&str])]) -> Subject {
        Subject {
            id: Id::parse("machine").unwrap(),
            organization: Id::parse("acme").unwrap(),
            organization_name: "Acme".into(),
            kind: SubjectKind::Machine { name: "ci".into() },
            disabled_at: None,
            roles_until: None,
            roles: roles
                .iter()
                .map(|(id, keys)| {
                    (
                        Id::parse(id).unwrap(),
                        keys.iter().map(|k| key(k)).collect(),
                    )
                })
                .collect(),
        }
    }

    #[test]
    fn a7_5_a_token_never_has_a_role_that_its_owner_has_not_now() {
        let limits = Limits {
            roles: Some(vec![key("admin"), key("viewer")]),
            ..Limits::default()
        };
        let token = token(limits);
        let now = owner(&[("acme", &["viewer", "robot"]), ("globex", &["robot"])]);
        let roles = token.roles(&now);
        assert_eq!(roles, owner(&[("acme", &["viewer"])]).roles);
    }

    #[test]
    fn a_token_acts_only_in_the_organizations_it_is_limited_to() {
        let only = Limits {
            organizations: Some(vec![Id::parse("globex").unwrap()]),
            ..Limits::default()
        };
        let both = owner(&[("acme", &["viewer"]), ("globex", &["viewer"])]);
        assert_eq!(
            token(only).roles(&both),
            owner(&[("globex", &["viewer"])]).roles
        );
        assert_eq!(token(Limits::default()).roles(&both), both.roles);
    }

    #[test]
    fn an_organization_in_the_scope_of_a_token_is_a_limit_as_well() {
        let in_scope = |scope: &str, organizations: Option<&[&str]>| {
            let ids = |all: &[&str]| all.iter().map(|id| Id::parse(id).unwrap()).collect();
            let limits = Limits {
                organizations: organizations.map(ids),
                scope: Scope::parse(scope).unwrap(),
                ..Limits::default()
            };
            let token = token(limits);
            let both = owner(&[("acme", &["viewer"]), ("globex", &["viewer"])]);
            let roles: Vec<_> = token
                .roles(&both)
                .into_keys()
                .map(|id| id.to_string())
                .collect();
            (token.limits.scope.to_string(), roles.join(" "))
        };
        let word = "openid urn:symbolon:organization:acme";
        assert_eq!(in_scope(word, None), ("openid".into(), "acme".into()));
        assert_eq!(
            in_scope(word, Some(&["globex"])),
            ("openid".into(), String::new())
        );
        let two = "urn:symbolon:organization:acme urn:symbolon:organization:globex";
        assert_eq!(in_scope(two, None), (String::new(), String::new()));
    }

    #[test]
    fn a7_5_a_token_ends_to_the_second() {
        let token = token(Limits::default());
        assert!(token.is_live(Timestamp::from_seconds(19)));
        assert!(!token.is_live(Timestamp::from_seconds(20)));
    }
}
