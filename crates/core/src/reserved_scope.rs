//! Scope words that say something about the token instead of naming a part of an API.
//!
//! `urn:symbolon:organization:{id}` asks for a sign-in to one organization: only who counts there may
//! sign in, the token is good for nothing outside it, and its roles are those there (requirement
//! A7.3). Words that restrict hold for every client, whether it registered them or not: who leaves
//! out a restriction that it does not know has opened a door.
//!
//! The words that begin with `urn:zitadel:iam:` mean what Zitadel documents them to mean, so that an
//! application built for it works unchanged; those that ask for claims need [`crate::client::Zitadel`]
//! in the registration. An organization has no domain here: where a word names one, it is the
//! organization's identifier.
//!
//! None of them counts as a scope of an API: a token that names only these is limited by roles alone.
//! The one that does is [`NO_API`], which this provider adds by itself.
//!
//! Left out, and so ignored like every unknown scope: user metadata and identity providers.

use crate::{id::Id, organization::Organization, role::RoleKey};

/// Stands in the scope of a token for which scopes of APIs were asked and none is granted: without
/// it, the token would name none and so be good for everything that the roles give.
pub const NO_API: &str = "urn:symbolon:no-api-scope";

/// What a reserved word says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved<'a> {
    /// The project is to be an audience.
    Audience(&'a str),
    /// Only people of this organization may sign in, and the token is for it alone.
    Home(Id<Organization>),
    /// [`NO_API`].
    NoApi,
    /// Restricts to something that does not exist.
    Nowhere,
    /// Only who counts in this organization may sign in, and the token is for it alone.
    Organization(Id<Organization>),
    /// The home organization is to be told.
    ResourceOwner,
    /// This role is to be told, if it is held.
    Role(RoleKey),
    /// All roles are to be told.
    Roles,
    /// All roles are to be told for each project that is an audience.
    RolesByProject,
    /// The token is for no other organizations than those named like this.
    Within(Id<Organization>),
}

impl<'a> Reserved<'a> {
    /// The meaning of a word; `None` when it is not reserved.
    pub fn of(word: &'a str) -> Option<Self> {
        if let Some(id) = word.strip_prefix("urn:symbolon:organization:") {
            return Some(Id::parse(id).map_or(Self::Nowhere, Self::Organization));
        }
        if word == NO_API {
            return Some(Self::NoApi);
        }
        let word = word.strip_prefix("urn:zitadel:iam:")?;
        let home = |id: &str| Id::parse(id).map_or(Self::Nowhere, Self::Home);
        Some(match word {
            "user:resourceowner" => Self::ResourceOwner,
            "org:project:roles" => Self::Roles,
            "org:projects:roles" => Self::RolesByProject,
            _ => {
                if let Some(project) = word.strip_prefix("org:project:id:") {
                    Self::Audience(project.strip_suffix(":aud")?)
                } else if let Some(role) = word.strip_prefix("org:project:role:") {
                    Self::Role(RoleKey::parse(role).ok()?)
                } else if let Some(id) = word.strip_prefix("org:roles:id:") {
                    Id::parse(id).map_or(Self::Nowhere, Self::Within)
                } else if let Some(id) = word.strip_prefix("org:domain:primary:") {
                    home(id)
                } else {
                    home(word.strip_prefix("org:id:")?)
                }
            }
        })
    }

    /// Whether the word takes something away, so that it is never left out.
    pub const fn restricts(&self) -> bool {
        matches!(
            self,
            Self::Home(_) | Self::Nowhere | Self::Organization(_) | Self::Within(_)
        )
    }
}

/// Whether a word is one that names part of an API, though it is of none: [`Reserved`], but for
/// [`NO_API`].
pub fn is_no_limit(word: &str) -> bool {
    Reserved::of(word).is_some_and(|reserved| reserved != Reserved::NoApi)
}

/// Whether a word restricts.
pub fn restricts(word: &str) -> bool {
    Reserved::of(word).is_some_and(|reserved| reserved.restricts())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_word_is_reserved_in_exactly_the_documented_forms() {
        for (word, meaning) in [
            ("urn:zitadel:iam:org:project:roles", Reserved::Roles),
            (
                "urn:zitadel:iam:org:projects:roles",
                Reserved::RolesByProject,
            ),
            (
                "urn:zitadel:iam:user:resourceowner",
                Reserved::ResourceOwner,
            ),
            (
                "urn:zitadel:iam:org:project:id:42:aud",
                Reserved::Audience("42"),
            ),
            (
                "urn:zitadel:iam:org:id:acme",
                Reserved::Home(Id::parse("acme").unwrap()),
            ),
            (
                "urn:zitadel:iam:org:domain:primary:acme.example",
                Reserved::Home(Id::parse("acme.example").unwrap()),
            ),
            (
                "urn:zitadel:iam:org:roles:id:acme",
                Reserved::Within(Id::parse("acme").unwrap()),
            ),
            (
                "urn:zitadel:iam:org:project:role:admin",
                Reserved::Role(RoleKey::parse("admin").unwrap()),
            ),
            (
                "urn:symbolon:organization:acme",
                Reserved::Organization(Id::parse("acme").unwrap()),
            ),
            ("urn:symbolon:organization:", Reserved::Nowhere),
            ("urn:zitadel:iam:org:id:", Reserved::Nowhere),
            ("urn:zitadel:iam:org:id:a!b", Reserved::Nowhere),
            (NO_API, Reserved::NoApi),
        ] {
            assert_eq!(Reserved::of(word), Some(meaning), "{word}");
        }
        for word in [
            "openid",
            "Invoices.Read",
            "urn:zitadel:iam:user:metadata",
            "urn:zitadel:iam:org:project:id:42",
            "urn:zitadel:iam:org:project:role:",
            "urn:zitadel:iam:org:idp:id:7",
            "urn:zitadel:iam:ORG:id:acme",
            "URN:symbolon:organization:acme",
        ] {
            assert_eq!(Reserved::of(word), None, "{word}");
        }
    }
}
