//! Symbolon's own API, which is protected as any other: who may manage what, and who may ask for
//! decisions, is decided by the rules.
//!
//! It has no endpoints here: its handlers know their scopes.

use crate::{
    id::Id,
    policy::{
        api::{Api, ApiError, ScopeDefinition},
        api_scope::{ApiScope, ApiScopeError},
    },
};

/// Its audience. No stored API may have it.
pub const AUDIENCE: &str = "urn:symbolon:api";

/// Every scope starts with this segment; no other API may define one that does.
pub const NAMESPACE: &str = "Symbolon";

/// Its scopes, each with what it is for.
pub const SCOPES: &[(&str, &str)] = &[
    ("Symbolon.Access.v1.Evaluate", "ask for decisions"),
    (
        "Symbolon.Access.v1.Policy",
        "fetch the policy bundle of an API",
    ),
    ("Symbolon.Access.v1.Search", "search who may do what where"),
    (
        "Symbolon.Admin.v1.Apis.Read",
        "see APIs and their endpoints",
    ),
    (
        "Symbolon.Admin.v1.Apis.Write",
        "change APIs and their endpoints",
    ),
    ("Symbolon.Admin.v1.Audit.Read", "read the audit log"),
    ("Symbolon.Admin.v1.Clients.Read", "see applications"),
    (
        "Symbolon.Admin.v1.Clients.Write",
        "change applications and their secrets",
    ),
    ("Symbolon.Admin.v1.Grants.Read", "see who holds which role"),
    ("Symbolon.Admin.v1.Grants.Write", "give roles and take them"),
    ("Symbolon.Admin.v1.Keys.Read", "see signing keys"),
    ("Symbolon.Admin.v1.Keys.Write", "rotate signing keys"),
    ("Symbolon.Admin.v1.Machines.Read", "see machine users"),
    ("Symbolon.Admin.v1.Machines.Write", "change machine users"),
    ("Symbolon.Admin.v1.Organizations.Read", "see organizations"),
    (
        "Symbolon.Admin.v1.Organizations.Write",
        "change organizations and relations between them",
    ),
    ("Symbolon.Admin.v1.Roles.Read", "see roles"),
    ("Symbolon.Admin.v1.Roles.Write", "change roles"),
    (
        "Symbolon.Admin.v1.Rules.Read",
        "see which roles grant which scopes",
    ),
    (
        "Symbolon.Admin.v1.Rules.Write",
        "change which roles grant which scopes",
    ),
    ("Symbolon.Admin.v1.Sessions.Read", "see sessions"),
    ("Symbolon.Admin.v1.Sessions.Write", "end sessions"),
    (
        "Symbolon.Admin.v1.Tokens.Read",
        "see personal access tokens",
    ),
    (
        "Symbolon.Admin.v1.Tokens.Write",
        "make and revoke personal access tokens",
    ),
    ("Symbolon.Admin.v1.Users.Read", "see people"),
    ("Symbolon.Admin.v1.Users.Write", "change people"),
];

/// Why this API cannot be made: a mistake in this file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnApiError {
    /// As a whole.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Its audience.
    #[error(transparent)]
    Audience(#[from] crate::id::IdError),
    /// A scope.
    #[error(transparent)]
    Scope(#[from] ApiScopeError),
}

/// The API.
///
/// # Errors
/// None: a test makes it.
pub fn api() -> Result<Api, OwnApiError> {
    let mut scopes = Vec::with_capacity(SCOPES.len());
    for (scope, description) in SCOPES {
        scopes.push(ScopeDefinition {
            scope: ApiScope::parse(scope)?,
            description: (*description).to_owned(),
        });
    }
    let audience = Id::parse(AUDIENCE)?;
    Ok(Api::assemble(
        audience,
        "Symbolon".to_owned(),
        scopes,
        Vec::new(),
    )?)
}

/// Whether a scope is one of Symbolon's own, or says it is.
pub fn is_own(scope: &ApiScope) -> bool {
    scope.as_str().split('.').next() == Some(NAMESPACE)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_own_api_is_well_formed_and_keeps_to_its_namespace() {
        let api = api().unwrap();
        assert_eq!(api.scopes().len(), SCOPES.len());
        assert!(api.scopes().iter().all(|own| is_own(&own.scope)));
        assert!(SCOPES.is_sorted());
    }

    #[test]
    fn a_scope_that_only_begins_alike_is_anothers() {
        assert!(!is_own(&ApiScope::parse("Symbolons.Admin").unwrap()));
    }
}
