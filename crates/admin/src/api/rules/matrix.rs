//! `GET /admin/v1/rules/matrix`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        api_scope::ApiScope,
        matrix::{Cell, Matrix},
        rule::{Effect, Rule},
    },
    role::Role,
};

use super::current;
use crate::{
    call::{Call, Page},
    input::NoBody,
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// How many scopes are looked at in one table.
const MOST_SCOPES: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// The scopes, with spaces between: 50 at the most.
    #[serde(default)]
    scopes: String,
    /// Only roles with this in their key or name, in whatever case.
    #[serde(default)]
    role: String,
    /// In whom one acts: roles and rules of this organization count too.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
}

/// What the rules say of one role.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MatrixRow")]
struct Row {
    role: String,
    /// What people call it.
    name: String,
    /// Where the role counts; left out: everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// One for each scope, in the order in which they were asked for.
    cells: Vec<View>,
}

/// What the rules about a role say of a scope.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MatrixCell")]
struct View {
    /// `allow`, `deny`, or nothing, which is a no.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["allow", "deny"]))]
    effect: Option<&'static str>,
    /// The rules that decide.
    #[schemars(schema_with = "schema::rules")]
    rules: Vec<Rule>,
    /// Whether there are rules of other organizations about it too.
    elsewhere: bool,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/rules/matrix",
        Some(Needed::RulesRead),
        "list_rule_matrix",
        list,
    )
    .about(
        "Look at roles against scopes",
        "By role: what the rules about it, taken alone, say of each of the scopes. Somebody with \
         several roles is denied what one of them is denied.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<Row>>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let scopes = filter.scopes.split_whitespace().map(ApiScope::parse);
    let scopes: Vec<ApiScope> = scopes
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::parameter("scopes", error.to_string()))?;
    if scopes.len() > MOST_SCOPES {
        return Err(Problem::parameter("scopes", "are 50 at the most"));
    }
    let rules = current(&call).await?.rules;
    let facts = call.admin.storage.policy_facts().await?;
    let matrix = Matrix::of(&rules);
    let acting = filter.organization.as_ref();
    let part = filter.role.to_ascii_lowercase();
    let has = |text: &str| text.to_ascii_lowercase().contains(&part);
    let wanted = facts.roles.into_iter().filter(|role: &Role| {
        let counts = acting.is_none() || role.organization.is_none();
        let counts = counts || role.organization.as_ref() == acting;
        let behind = role.key.as_str() > call.after(0);
        behind && counts && (has(role.key.as_str()) || has(&role.name))
    });
    let limit = usize::try_from(call.limit()).unwrap_or(usize::MAX);
    let found: Vec<Role> = wanted.take(limit.saturating_add(1)).collect();
    let row = |role: Role| {
        let cells = scopes.iter();
        let cells = cells.map(|scope| view(matrix.cell(&role.key, scope, acting)));
        Row {
            cells: cells.collect(),
            role: role.key.to_string(),
            name: role.name,
            organization: role.organization.map(|id| id.to_string()),
        }
    };
    let position = |role: &Role| vec![role.key.as_str().to_owned()];
    Ok(Reply::of(call.paged(found, position, row)))
}

fn view(cell: Cell<'_>) -> View {
    View {
        effect: cell.effect.map(|effect| match effect {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
        }),
        rules: cell.rules.into_iter().cloned().collect(),
        elsewhere: cell.elsewhere,
    }
}
