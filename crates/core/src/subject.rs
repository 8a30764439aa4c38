//! Subjects: the people and machine users that tokens speak of (`sub`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::{id::Id, organization::Organization, role::Roles, time::Timestamp};

/// A person or a machine user, with what decisions need of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The `sub` claim: never reused, never a client's identifier (RFC 9700 §4.15).
    pub id: Id<Subject>,
    /// Its home: the `org_id` claim.
    pub organization: Id<Organization>,
    /// The home's display name.
    pub organization_name: String,
    /// Person or machine.
    pub kind: SubjectKind,
    /// Since when it is shut out, if so: by itself or with its organization.
    pub disabled_at: Option<Timestamp>,
    /// The roles it holds in organizations that are active, until [`Self::roles_until`].
    pub roles: Roles,
    /// When the first of these roles ends: from then on `roles` has too many.
    pub roles_until: Option<Timestamp>,
}

/// What a subject is.
#[derive(Clone, Debug, PartialEq)]
pub enum SubjectKind {
    /// Somebody who signs in.
    Person(Box<Person>),
    /// A machine user: acts through a client or a personal access token.
    Machine {
        /// What people call it.
        name: String,
    },
}

/// What is known of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// As the person writes it.
    pub username: String,
    /// The standard claims (OIDC Core §5.1).
    pub profile: Profile,
    /// When any of it last changed: the `updated_at` claim.
    pub updated_at: Timestamp,
}

/// The standard claims of OIDC Core §5.1, but for `sub`, `preferred_username` and `updated_at`,
/// which follow from the subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Full name for display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Web page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address was proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Birthday, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// Time zone, such as `Europe/Vienna`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// Language, such as `de-AT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Telephone number, E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the number was proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    /// Postal address (OIDC Core §5.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Map<String, Value>>,
}

impl Subject {
    /// What to call it on a page.
    pub fn display_name(&self) -> &str {
        match &self.kind {
            SubjectKind::Person(person) => {
                person.profile.name.as_deref().unwrap_or(&person.username)
            }
            SubjectKind::Machine { name } => name,
        }
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match &self.kind {
            SubjectKind::Person(person) => Some(person),
            SubjectKind::Machine { .. } => None,
        }
    }

    /// Whether it may act now.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// What a person types to say who they are (user name or proven e-mail address), in the one form in
/// which it is compared: NFKC, lower case, trimmed (requirement A5.14).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

/// Why a text identifies nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a user name has 1 to 254 characters, and no control, invisible or direction-changing ones"
)]
pub struct IdentifierError;

impl Identifier {
    /// Reads what was typed or declared.
    ///
    /// # Errors
    /// [`IdentifierError`] when it is empty, longer than an e-mail address can be (RFC 5321
    /// §4.5.3.1), or has characters that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.len() > 1024 {
            return Err(IdentifierError);
        }
        let mut canonical = fold(text);
        // Folding a compatibility form may give one that folds further; a name has to be what its
        // own canonical form says. Two rounds suffice for every character there is.
        for _ in 0..2 {
            canonical = fold(&canonical);
        }
        if canonical.is_empty()
            || canonical.chars().count() > 254
            || canonical.chars().any(is_invisible)
        {
            return Err(IdentifierError);
        }
        Ok(Self(canonical))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// NFKC, trimmed, without case: through upper case, so that `ß` is `ss` and `ς` is `σ`.
fn fold(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    let upper = normal.trim().chars().flat_map(char::to_uppercase);
    let lower: String = upper.flat_map(char::to_lowercase).collect();
    lower.nfkc().collect::<String>().trim().to_owned()
}

pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a5_14_an_identifier_has_one_canonical_form() {
        let alice = Identifier::parse("alice").unwrap();
        for spelling in [" Alice ", "ALICE", "\u{ff21}lice"] {
            assert_eq!(Identifier::parse(spelling).unwrap(), alice);
        }
        for (one, other) in [("Νίκος", "ΝΊΚΟΣ"), ("Strauß", "STRAUSS")] {
            assert_eq!(Identifier::parse(one), Identifier::parse(other));
        }
    }

    #[test]
    fn a5_14_invisible_characters_identify_nobody() {
        for text in [
            "",
            "  ",
            "al\u{200b}ice",
            "ali\u{202e}ce",
            "a\nb",
            "a\u{0}b",
        ] {
            assert_eq!(Identifier::parse(text), Err(IdentifierError), "{text:?}");
        }
    }
}
