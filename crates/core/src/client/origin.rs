//! How clients come to be known, and what follows from it.

use std::fmt;

use super::{Client, ConsentPolicy, GrantType};
use crate::registration::policy::GRANTS;

/// How a client came to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An operator declared it, or somebody who may made it.
    #[default]
    Operator,
    /// It registered itself (RFC 7591).
    Registered,
    /// Its identifier is the address of a document that says what it is.
    Document,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 3] = [Self::Operator, Self::Registered, Self::Document];

    /// The name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Registered => "registered",
            Self::Document => "document",
        }
    }

    /// The origin of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Whether nobody here has vouched for it.
    pub const fn is_own_word(self) -> bool {
        !matches!(self, Self::Operator)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Client {
    /// Whether people are spared the question: only of what an operator vouches for, whatever else
    /// is stored (requirement A6.5).
    pub fn is_trusted(&self) -> bool {
        self.origin == Origin::Operator && self.metadata.consent == ConsentPolicy::Implicit
    }

    /// Whether it is more than what a client may be that nobody vouches for (requirement A7.12): no
    /// machine user, nobody's roles in claims, nobody else's tokens, and never unasked.
    pub(super) fn exceeds_its_origin(&self) -> bool {
        let metadata = &self.metadata;
        self.origin.is_own_word()
            && (metadata.consent == ConsentPolicy::Implicit
                || self.machine.is_some()
                || !metadata.introspects.is_empty()
                || metadata.zitadel.is_some()
                || !metadata.role_claims.is_none()
                || !metadata.grant_types.iter().all(in_person))
    }
}

/// Whether a person takes part in it.
fn in_person(grant: &GrantType) -> bool {
    GRANTS.contains(grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_back_by_its_name() {
        for origin in Origin::ALL {
            assert_eq!(Origin::from_name(origin.as_str()), Some(origin));
        }
        assert_eq!(Origin::from_name("Operator"), None);
    }
}
