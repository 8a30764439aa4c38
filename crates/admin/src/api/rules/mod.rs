//! The rules: which role allows or denies which scopes. One whole set, in versions.

mod compare;
mod dry_run;
mod explain;
mod get;
mod matrix;
mod put;
mod restore;
mod versions;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use symbolon_core::policy::rule::{Rule, RuleSet};
use symbolon_storage::{Act, StoredRuleSet};

use crate::{
    call::{Call, Record, settled},
    lockout::Loss,
    moment::Moment,
    operation::Operation,
    problem::Problem,
    schema,
};

/// The longest body in bytes: 10000 rules of the usual length.
const LONGEST_BODY: usize = 4 * 1024 * 1024;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        get::operation(),
        matrix::operation(),
        put::operation(),
        versions::list_operation(),
        versions::get_operation(),
        restore::operation(),
        compare::operation(),
        dry_run::operation(),
        explain::operation(),
    ]
}

/// A version of the rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RuleSet")]
struct View {
    /// The number in its ETag.
    version: u64,
    /// In canonical order.
    #[schemars(schema_with = "schema::rules")]
    rules: RuleSet,
    /// Who made it: a `sub`, or what else it was.
    author: String,
    /// Why, in the author's words.
    comment: String,
    created_at: Moment,
}

fn view(stored: StoredRuleSet) -> View {
    View {
        version: stored.version,
        rules: stored.rules,
        author: stored.author,
        comment: stored.comment,
        created_at: Moment(stored.created_at),
    }
}

/// The version in force.
async fn current(call: &Call) -> Result<StoredRuleSet, Problem> {
    let latest = call.admin.storage.rule_sets_before(u64::MAX, 1).await?;
    latest.into_iter().next().ok_or_else(Problem::missing)
}

/// Puts rules in force, as the version behind the expected one.
async fn put_in_force(
    call: &Call,
    action: &'static str,
    rules: RuleSet,
    comment: String,
) -> Result<StoredRuleSet, Problem> {
    let before = current(call).await?;
    let expected = call.expected();
    if u64::try_from(expected) != Ok(before.version) {
        return Err(match settled(symbolon_storage::Administered::Stale) {
            Err(problem) => problem,
            Ok(()) => Problem::missing(),
        });
    }
    call.guard.holds_change(&before.rules, &rules)?;
    let difference = before.rules.difference(&rules);
    let next = StoredRuleSet {
        version: before.version + 1,
        rules,
        author: call.me().as_str().to_owned(),
        comment,
        created_at: call.now,
    };
    let record = || Record {
        action,
        object: format!("rules/{}", next.version),
        organization: None,
        detail: json!({
            "comment": next.comment,
            "added": difference.added.len(),
            "removed": difference.removed.len(),
        }),
    };
    let act = Act::PutRules(next.clone());
    call.act_unless_lockout(&act, &Loss::Rules(&next.rules), record)
        .await?;
    Ok(next)
}

/// A set of rules about roles and organizations that exist. What was in force before may name others.
async fn checked(call: &Call, rules: Vec<Rule>) -> Result<RuleSet, Problem> {
    let storage = &call.admin.storage;
    let facts = storage.policy_facts().await?;
    let roles: BTreeSet<_> = facts.roles.iter().map(|role| &role.key).collect();
    let mut organizations = BTreeSet::new();
    for (place, rule) in rules.iter().enumerate() {
        if facts.rules.contains(rule) {
            continue;
        }
        if !roles.contains(&rule.role) {
            let pointer = format!("/rules/{place}/role");
            return Err(Problem::member(&pointer, "there is no such role"));
        }
        if let Some(id) = &rule.organization
            && organizations.insert(id.clone())
            && storage.stored_organization(id).await?.is_none()
        {
            let pointer = format!("/rules/{place}/organization");
            return Err(Problem::member(&pointer, "there is no such organization"));
        }
    }
    RuleSet::new(rules).map_err(|error| Problem::member("/rules", error))
}

/// Why rules are changed.
fn checked_comment(comment: &str) -> Result<(), Problem> {
    let good =
        comment.len() <= 1_024 && !comment.chars().any(|own| own.is_control() && own != '\n');
    if good {
        Ok(())
    } else {
        Err(Problem::member(
            "/comment",
            "a comment has at most 1024 bytes, without control characters",
        ))
    }
}
