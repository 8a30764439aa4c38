//! `POST /admin/v1/rules/dry-run`

use std::collections::BTreeMap;

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    id::Id,
    policy::{
        change::DryRun,
        expiry::{RoleGrant, unexpired},
        rule::Rule,
        tally,
    },
    subject::Subject,
};

use super::{LONGEST_BODY, checked, current};
use crate::{
    call::Call,
    input::{Json, NoQuery},
    lockout::compiled,
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// How many subjects are read at once.
const PAGE: u32 = 1_000;

/// How many affected subjects are listed on each side, unless fewer are asked for.
const LISTED: u32 = 200;

/// Rules to try: these, or those of a version.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trial {
    #[schemars(schema_with = "schema::rules")]
    rules: Option<Vec<Rule>>,
    /// A version, to see what restoring it would do.
    version: Option<u64>,
    /// How many affected subjects are listed on each side: 0 to 200.
    limit: Option<u32>,
}

/// What the rules would do if they were put in force.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRun")]
struct View {
    /// The version in force, which they were compared to.
    version: u64,
    #[schemars(schema_with = "schema::rules")]
    added: Vec<Rule>,
    #[schemars(schema_with = "schema::rules")]
    removed: Vec<Rule>,
    /// What is allowed afterwards and is not now.
    gains: Side,
    /// What is allowed now and is not afterwards.
    loses: Side,
}

/// One side of a change: counted completely, listed up to the limit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRunSide")]
struct Side {
    /// How many subjects are affected in any organization.
    subjects: u64,
    /// How many in each.
    by_organization: BTreeMap<String, u64>,
    /// How often because of each role.
    by_role: BTreeMap<String, u64>,
    /// How often for each scope.
    by_scope: BTreeMap<String, u64>,
    listed: Vec<Affected>,
    /// Whether there are more than are listed.
    truncated: bool,
}

/// A subject that is affected in an organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DryRunAffected")]
struct Affected {
    subject: String,
    organization: String,
    /// Because of which roles.
    roles: Vec<String>,
    /// What is gained or lost.
    scopes: Vec<String>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/rules/dry-run",
        Some(Needed::RulesWrite),
        "dry_run_rules",
        dry_run,
    )
    .about(
        "See who would gain and who would lose what, before rules are put in force",
        "Looks at everybody who holds a role. Takes the permission that putting them in force takes.",
    )
    .asks()
    .body_limit(LONGEST_BODY)
}

async fn dry_run(call: Call, _: NoQuery, trial: Json<Trial>) -> Result<Reply<View>, Problem> {
    let Json(trial) = trial;
    call.guard.check(None, Needed::RulesWrite)?;
    let limit = trial.limit.unwrap_or(LISTED);
    if limit > LISTED {
        return Err(Problem::member("/limit", "is 0 to 200"));
    }
    let storage = &call.admin.storage;
    let rules = match (trial.rules, trial.version) {
        (Some(rules), None) => checked(&call, rules).await?,
        (None, Some(version)) => {
            let found = storage.rule_set(version).await?.map(|set| set.rules);
            found.ok_or_else(|| Problem::member("/version", "there is no such version"))?
        }
        _ => return Err(Problem::member("", "give either rules or a version")),
    };
    let current = current(&call).await?;
    let facts = storage.policy_facts().await?;
    let before = compiled(facts.clone())?;
    let mut changed = facts;
    changed.rules = rules.clone();
    let after = compiled(changed)?;
    let scopes: Vec<_> = after.scopes().into_iter().cloned().collect();
    let mut run = DryRun::new(&before, &after, scopes, usize::try_from(limit).unwrap_or(0));
    let mut behind = String::new();
    loop {
        let (grants, last) = storage.counting_grants(&behind, PAGE).await?;
        let Some(last) = last else {
            break;
        };
        behind = last.as_str().to_owned();
        let mut by_subject: BTreeMap<Id<Subject>, Vec<RoleGrant>> = BTreeMap::new();
        for grant in grants {
            by_subject
                .entry(grant.subject)
                .or_default()
                .push(RoleGrant {
                    organization: grant.organization,
                    role: grant.role,
                    expires_at: grant.expires_at,
                });
        }
        for (subject, grants) in by_subject {
            run.add(&subject, &unexpired(grants, call.now).roles);
        }
        // Pages of many subjects are work without a pause: others are let through in between.
        tokio::task::yield_now().await;
    }
    let effects = run.finish();
    let difference = current.rules.difference(&rules);
    Ok(Reply::of(View {
        version: current.version,
        added: difference.added,
        removed: difference.removed,
        gains: side(effects.gains),
        loses: side(effects.loses),
    }))
}

fn side(tally: tally::Tally) -> Side {
    fn texts<K: ToString>(counts: BTreeMap<K, u64>) -> BTreeMap<String, u64> {
        let counts = counts.into_iter();
        counts
            .map(|(key, count)| (key.to_string(), count))
            .collect()
    }
    fn words<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }
    let affected = |affected: tally::Affected| Affected {
        subject: affected.subject.to_string(),
        organization: affected.organization.to_string(),
        roles: words(&affected.roles),
        scopes: words(&affected.scopes),
    };
    Side {
        subjects: tally.subjects,
        by_organization: texts(tally.by_organization),
        by_role: texts(tally.by_role),
        by_scope: texts(tally.by_scope),
        listed: tally.listed.into_iter().map(affected).collect(),
        truncated: tally.truncated,
    }
}
