//! Relations between organizations: who holds a role in the manager acts in the managed one.

mod create;
mod delete;
mod list;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_core::{
    id::Id, organization::Organization, policy::relation::Relation, role::RoleKey,
};

use crate::{call::Record, operation::Operation};

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation(), create::operation(), delete::operation()]
}

/// Those who hold `held` in `manager` act as `acts_as` in `managed`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Relation")]
struct View {
    /// Where they were granted a role.
    #[schemars(with = "String")]
    manager: Id<Organization>,
    /// Which role.
    #[schemars(with = "String")]
    held: RoleKey,
    /// Where they may act because of it.
    #[schemars(with = "String")]
    managed: Id<Organization>,
    /// As what.
    #[schemars(with = "String")]
    acts_as: RoleKey,
}

fn view(relation: Relation) -> View {
    View {
        manager: relation.manager,
        held: relation.held,
        managed: relation.managed,
        acts_as: relation.acts_as,
    }
}

fn record(action: &'static str, relation: &Relation) -> Record {
    Record {
        action,
        object: format!("relation/{}/{}", relation.manager, relation.managed),
        // It gives power over this one.
        organization: Some(relation.managed.clone()),
        detail: json!({ "held": relation.held.as_str(), "acts_as": relation.acts_as.as_str() }),
    }
}
