//! What a request restricts itself to: one organization to sign in to, some organizations to act in
//! (requirement A7.3). It is read anew from the scope wherever that is used: at the authorization
//! endpoint, at every step of an interaction, at every issue of a token.

use std::borrow::Cow;

use crate::{
    id::Id,
    organization::Organization,
    policy::{Policy, standing::roles_in},
    reserved_scope::Reserved,
    role::{RoleKey, Roles},
    scope::Scope,
    subject::Subject,
};

/// What the scope of a request says about organizations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restriction {
    /// The one to sign in to, if one is named.
    pub organization: Option<Id<Organization>>,
    /// Whether that has to be the home of whoever signs in.
    pub home: bool,
    /// The only ones that the token may be for; `None`: not restricted.
    pub within: Option<Vec<Id<Organization>>>,
    /// Whether nobody can fulfil it: two organizations to sign in to, or none that can exist.
    pub contradictory: bool,
}

impl Restriction {
    /// What a scope says.
    pub fn of(scope: &Scope) -> Self {
        let mut restriction = Self::default();
        for reserved in scope.words().filter_map(Reserved::of) {
            match reserved {
                Reserved::Home(id) => {
                    restriction.home = true;
                    restriction.name(id);
                }
                Reserved::Organization(id) => restriction.name(id),
                Reserved::Within(id) => restriction.within.get_or_insert_default().push(id),
                Reserved::Nowhere => restriction.contradictory = true,
                Reserved::Audience(_)
                | Reserved::NoApi
                | Reserved::ResourceOwner
                | Reserved::Role(_)
                | Reserved::Roles
                | Reserved::RolesByProject => {}
            }
        }
        restriction
    }

    /// Whether nothing is restricted.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether somebody may sign in, or have a token, under this restriction. An organization that
    /// does not exist and one in which the subject counts as nothing give the same answer.
    pub fn permits(&self, subject: &Subject, policy: &Policy) -> bool {
        if self.contradictory {
            return false;
        }
        self.organization.as_ref().is_none_or(|organization| {
            subject.organization == *organization
                || (!self.home
                    && !roles_in(organization, &subject.roles, policy.standing()).is_empty())
        })
    }

    /// The organizations that a token may be for; `None`: all.
    pub fn organizations(&self) -> Option<Vec<Id<Organization>>> {
        let one = self.organization.as_ref().map(|id| vec![id.clone()]);
        match (one, &self.within) {
            (Some(one), Some(within)) => {
                Some(one.into_iter().filter(|id| within.contains(id)).collect())
            }
            (one, within) => one.or_else(|| within.clone()),
        }
    }

    /// The roles that a token tells of somebody: those that were granted; for one organization that
    /// was asked for also those that come through a relation, since nobody else is going to look
    /// them up.
    pub fn roles<'a>(&self, subject: &'a Subject, policy: &Policy) -> Cow<'a, Roles> {
        let Some(organization) = &self.organization else {
            return Cow::Borrowed(&subject.roles);
        };
        let held = roles_in(organization, &subject.roles, policy.standing());
        let mut keys: Vec<RoleKey> = held.into_iter().map(|held| held.role).collect();
        keys.dedup();
        let roles = (organization.clone(), keys);
        Cow::Owned(Roles::from_iter((!roles.1.is_empty()).then_some(roles)))
    }

    fn name(&mut self, id: Id<Organization>) {
        self.contradictory |= self.organization.as_ref().is_some_and(|other| *other != id);
        self.organization = Some(id);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn of(scope: &str) -> Restriction {
        Restriction::of(&Scope::parse(scope).unwrap())
    }

    #[test]
    fn a7_3_two_organizations_at_once_are_a_contradiction() {
        assert!(!of("urn:symbolon:organization:a urn:zitadel:iam:org:id:a").contradictory);
        assert!(of("urn:symbolon:organization:a urn:symbolon:organization:b").contradictory);
        assert!(of("urn:zitadel:iam:org:id:").contradictory);
        assert!(of("openid profile urn:zitadel:iam:org:project:roles").is_none());
    }

    #[test]
    fn the_organizations_of_a_token_are_in_every_restriction() {
        let named = |scope: &str| of(scope).organizations();
        let ids = |all: &[&str]| Some(all.iter().map(|id| Id::parse(id).unwrap()).collect());
        assert_eq!(named("openid"), None);
        assert_eq!(named("urn:symbolon:organization:a"), ids(&["a"]));
        let two = "urn:zitadel:iam:org:roles:id:a urn:zitadel:iam:org:roles:id:b";
        assert_eq!(named(two), ids(&["a", "b"]));
        let both = |id: &str| named(&format!("{two} urn:symbolon:organization:{id}"));
        assert_eq!((both("b"), both("c")), (ids(&["b"]), ids(&[])));
    }
}
