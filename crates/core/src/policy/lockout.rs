//! Whether anybody is left who can undo a change.
//!
//! A super admin is nothing special: somebody whose roles allow certain scopes. Before the rules, the
//! relations or the definitions of roles change, [`locks_out`] looks for one who is left. Before a
//! grant is withdrawn or a subject disabled, [`holds_all`] of those who remain says the same.

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy,
        api_scope::ApiScope,
        decision::{Limits, Question},
    },
    role::Roles,
    scope::Scope,
};

/// Whether somebody with these granted roles is allowed all of the scopes in one organization: in
/// `organization` or, without one, in any.
pub fn holds_all(
    policy: &Policy,
    granted: &Roles,
    organization: Option<&Id<Organization>>,
    scopes: &[ApiScope],
) -> bool {
    let (token_scope, limits) = (Scope::default(), Limits::default());
    let all_in = |acting: &Id<Organization>| {
        scopes.iter().all(|needed| {
            policy.allows(&Question {
                acting,
                granted,
                needed,
                token_scope: &token_scope,
                limits,
            })
        })
    };
    match organization {
        Some(organization) => all_in(organization),
        None => policy.organizations(granted).iter().any(all_in),
    }
}

/// Whether the change from `before` to `after` takes the `scopes` of the super admin from the last
/// who has them: somebody had all of them in one organization (in `organization`, if there is one),
/// and nobody has them any more. `subjects` are the granted roles of every *active* subject.
///
/// Where nobody had them before, nothing is lost, and the first super admin can be made.
pub fn locks_out<'r>(
    before: &Policy,
    after: &Policy,
    organization: Option<&Id<Organization>>,
    scopes: &[ApiScope],
    subjects: impl IntoIterator<Item = &'r Roles>,
) -> bool {
    let mut somebody_had = false;
    for granted in subjects {
        if holds_all(after, granted, organization, scopes) {
            return false;
        }
        somebody_had = somebody_had || holds_all(before, granted, organization, scopes);
    }
    somebody_had
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{
        policy::rule::RuleSet,
        role::{Role, RoleKey},
    };

    fn id<K>(text: &str) -> Id<K> {
        Id::parse(text).unwrap()
    }

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    fn scopes() -> Vec<ApiScope> {
        ["a.read", "b.read"]
            .map(|text| ApiScope::parse(text).unwrap())
            .to_vec()
    }

    fn granted(roles: &[(&str, &str)]) -> Roles {
        let mut granted = Roles::new();
        for (organization, role) in roles {
            let keys = granted.entry(id(organization)).or_default();
            keys.push(key(role));
        }
        granted
    }

    fn policy(rules: &str) -> Policy {
        let rules: RuleSet = serde_json::from_str(rules).unwrap();
        let role = |name: &str| Role {
            key: key(name),
            name: name.into(),
            organization: None,
        };
        Policy::compile(1, rules, &[], &[role("admin"), role("viewer")], []).unwrap()
    }

    #[test]
    fn the_last_super_admin_is_not_locked_out() {
        let before = policy(r#"[{"role":"admin","pattern":"*","effect":"allow"}]"#);
        let after = policy(
            r#"[{"role":"admin","pattern":"*","effect":"allow"},
                {"role":"admin","pattern":"a.read","effect":"deny"}]"#,
        );
        let all = [
            granted(&[("globex", "viewer")]),
            granted(&[("acme", "admin")]),
        ];
        assert!(locks_out(&before, &after, None, &scopes(), &all));
        assert!(!locks_out(&before, &before, None, &scopes(), &all));
        // The way back is open, and so is one from where nobody was.
        assert!(!locks_out(&after, &before, None, &scopes(), &all));
        assert!(!locks_out(&before, &after, None, &scopes(), []));
        // In acme somebody has all, and in no other place.
        let (acme, globex) = (id("acme"), id("globex"));
        assert!(locks_out(&before, &after, Some(&acme), &scopes(), &all));
        assert!(!locks_out(&before, &after, Some(&globex), &scopes(), &all));
    }

    #[test]
    fn scopes_held_in_different_organizations_make_no_super_admin() {
        let policy = policy(
            r#"[{"role":"viewer","pattern":"a.*","effect":"allow"},
                {"role":"admin","pattern":"b.*","effect":"allow"}]"#,
        );
        let split = granted(&[("acme", "admin"), ("globex", "viewer")]);
        assert!(!holds_all(&policy, &split, None, &scopes()));
        let both = granted(&[("acme", "admin"), ("acme", "viewer")]);
        assert!(holds_all(&policy, &both, None, &scopes()));
        assert!(!holds_all(&policy, &both, Some(&id("globex")), &scopes()));
    }
}
