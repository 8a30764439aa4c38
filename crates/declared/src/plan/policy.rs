//! Roles, relations, APIs and rules of a declared state.

use std::collections::BTreeSet;

use symbolon_core::{
    policy::{own, relation::Relation, rule::Rule, rule::RuleSet},
    role::RoleKey,
};
use symbolon_storage::StoredRuleSet;

use super::{Maker, Step, sign};
use crate::form::{Form, StateError};

impl Maker<'_> {
    pub(super) async fn roles(&mut self, form: &Form) -> Result<(), StateError> {
        let existing = self.storage.roles().await?;
        let known = existing
            .iter()
            .map(|own| (own.key.clone(), own.organization.clone()));
        self.roles.extend(known);
        for role in &form.roles {
            if let Some(organization) = &role.organization {
                self.check_organization("role", role.key.as_str(), organization)?;
            }
            self.roles
                .insert(role.key.clone(), role.organization.clone());
            let old = existing.iter().find(|old| old.key == role.key);
            if old != Some(role) {
                let line = format!("{} role {}", sign(old.is_some()), role.key);
                self.steps.push((line, Step::Role(role.clone())));
            }
        }
        Ok(())
    }

    /// The relations become exactly those of the file, if it names any or an empty list.
    pub(super) async fn relations(&mut self, form: &Form) -> Result<(), StateError> {
        let Some(declared) = &form.relations else {
            return Ok(());
        };
        let existing: BTreeSet<_> = self.storage.relations().await?.into_iter().collect();
        let declared: BTreeSet<_> = declared.iter().cloned().collect();
        for relation in &declared {
            let name = named(relation);
            for organization in [&relation.manager, &relation.managed] {
                self.check_organization("relation", &name, organization)?;
            }
            for role in [&relation.held, &relation.acts_as] {
                self.check_role_exists("relation", &name, role)?;
            }
        }
        for relation in existing.symmetric_difference(&declared) {
            let is_new = declared.contains(relation);
            let sign = if is_new { "+" } else { "-" };
            let line = format!("{sign} relation {}", named(relation));
            self.steps
                .push((line, Step::Relation(relation.clone(), is_new)));
        }
        Ok(())
    }

    pub(super) async fn apis(&mut self, form: &Form) -> Result<(), StateError> {
        let existing = self.storage.apis().await?;
        for api in &form.apis {
            let old = existing.iter().find(|old| old.audience() == api.audience());
            if old != Some(api) {
                let line = format!("{} api {}", sign(old.is_some()), api.audience());
                self.steps.push((line, Step::Api(Box::new(api.clone()))));
            }
        }
        Ok(())
    }

    /// The rules become exactly those of the file, if it has the key. Rules about Symbolon's own
    /// scopes stay as they are unless the file has one: whoever lists the rules of an API does not
    /// mean to shut every administrator out.
    pub(super) async fn rules(&mut self, form: &Form) -> Result<(), StateError> {
        let Some(declared) = &form.rules else {
            return Ok(());
        };
        for rule in declared {
            let name = format!("{} -> {}", rule.role, rule.pattern);
            self.check_role_exists("rule", &name, &rule.role)?;
            if let Some(organization) = &rule.organization {
                self.check_organization("rule", &name, organization)?;
            }
        }
        let facts = self.storage.policy_facts().await?;
        let kept = facts.rules.iter().filter(|rule| is_own(rule)).cloned();
        let kept = kept.filter(|_| !declared.iter().any(is_own));
        let rules = RuleSet::new(declared.iter().cloned().chain(kept))
            .map_err(|error| StateError::noun("rules", "of the file", error))?;
        let difference = facts.rules.difference(&rules);
        if difference.is_empty() {
            return Ok(());
        }
        let line = format!(
            "~ rules: version {}, {} more and {} less",
            facts.version + 1,
            difference.added.len(),
            difference.removed.len()
        );
        let next = StoredRuleSet {
            version: facts.version + 1,
            rules,
            author: "declared state".to_owned(),
            comment: "as the file says".to_owned(),
            created_at: self.now,
        };
        self.steps.push((line, Step::Rules(next)));
        Ok(())
    }

    fn check_role_exists(&self, kind: &str, name: &str, role: &RoleKey) -> Result<(), StateError> {
        if self.roles.contains_key(role) {
            return Ok(());
        }
        let why = format!("role {role} is not declared and does not exist");
        Err(StateError::noun(kind, name, why))
    }
}

fn named(relation: &Relation) -> String {
    let Relation {
        manager,
        held,
        managed,
        acts_as,
    } = relation;
    format!("{held} of {manager} as {acts_as} in {managed}")
}

fn is_own(rule: &Rule) -> bool {
    rule.pattern.to_string().split('.').next() == Some(own::NAMESPACE)
}
