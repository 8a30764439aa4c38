//! Which scopes of APIs may stand in a token: those that the rules allow its subject now.
//!
//! In any organization: the organization to act in is named with each call and not when a token is
//! issued, so a scope that is allowed in one of them is of use. Each call is decided again, in the
//! organization that it names; to leave a scope out of a token is a courtesy to its reader and one
//! more door that is closed, never the only one.

use crate::{
    policy::{
        Policy,
        api_scope::{self, ApiScope},
        decision::{Limits, Question},
    },
    role::Roles,
    scope::Scope,
};

/// The part of a scope that the rules allow. A word that no API defines is none of theirs.
#[must_use]
pub fn granted(policy: &Policy, roles: &Roles, limits: Limits<'_>, scope: &Scope) -> Scope {
    api_scope::reduced(scope, |word| match ApiScope::parse(word) {
        Ok(needed) if policy.defines(&needed) => policy.allows_anywhere(roles, limits, &needed),
        _ => true,
    })
}

impl Policy {
    /// Whether the rules allow the scope in some organization.
    pub fn allows_anywhere(&self, granted: &Roles, limits: Limits<'_>, needed: &ApiScope) -> bool {
        let token_scope = &Scope::default();
        let allows = |acting| {
            self.allows(&Question {
                acting,
                granted,
                needed,
                token_scope,
                limits,
            })
        };
        match limits.organizations {
            Some(only) => only.iter().any(allows),
            // Those through relations last: there may be many of them.
            None => granted.keys().any(allows) || self.organizations(granted).iter().any(allows),
        }
    }
}
