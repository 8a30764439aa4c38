//! The scopes of the Management API, as the built-in API `urn:symbolon:api` defines them.

use symbolon_core::policy::{api_scope::ApiScope, own};

/// Whether a scope is one of Symbolon itself: it gives power over the installation.
pub(crate) fn is_own(scope: &ApiScope) -> bool {
    own::is_own(scope)
}

macro_rules! scopes {
    ($($name:ident = $noun:literal $verb:literal;)*) => {
        /// What an operation needs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Needed { $($name,)* }

        impl Needed {
            /// Every one of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The scope as text.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => concat!("Symbolon.Admin.v1.", $noun, ".", $verb),)* }
            }
        }
    };
}

scopes! {
    ApisRead = "Apis" "Read";
    ApisWrite = "Apis" "Write";
    AuditRead = "Audit" "Read";
    ClientsRead = "Clients" "Read";
    ClientsWrite = "Clients" "Write";
    GrantsRead = "Grants" "Read";
    GrantsWrite = "Grants" "Write";
    KeysRead = "Keys" "Read";
    KeysWrite = "Keys" "Write";
    MachinesRead = "Machines" "Read";
    MachinesWrite = "Machines" "Write";
    OrganizationsRead = "Organizations" "Read";
    OrganizationsWrite = "Organizations" "Write";
    RolesRead = "Roles" "Read";
    RolesWrite = "Roles" "Write";
    RulesRead = "Rules" "Read";
    RulesWrite = "Rules" "Write";
    SessionsRead = "Sessions" "Read";
    SessionsWrite = "Sessions" "Write";
    TokensRead = "Tokens" "Read";
    TokensWrite = "Tokens" "Write";
    UsersRead = "Users" "Read";
    UsersWrite = "Users" "Write";
}

impl Needed {
    /// The scope.
    pub(crate) fn scope(self) -> ApiScope {
        match ApiScope::parse(self.as_str()) {
            Ok(scope) => scope,
            Err(error) => unreachable!("{} is a scope: {error}", self.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needed_scope_is_a_scope_of_symbolon() {
        for needed in Needed::ALL {
            assert!(is_own(&needed.scope()), "{needed:?}");
        }
    }
}
