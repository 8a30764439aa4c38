//! `DELETE /admin/v1/relations/{manager}/{held}/{managed}/{acts_as}`

use http::Method;
use symbolon_core::policy::relation::Relation;
use symbolon_storage::Act;

use super::record;
use crate::{
    call::Call,
    input::{NoBody, NoQuery},
    lockout::Loss,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/relations/{manager}/{held}/{managed}/{acts_as}",
        Some(Needed::OrganizationsWrite),
        "delete_relation",
        delete,
    )
    .about(
        "Take a relation away",
        "For those who may change the managed organization.",
    )
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let relation = Relation {
        manager: call.id("manager")?,
        held: call.role("held")?,
        managed: call.id("managed")?,
        acts_as: call.role("acts_as")?,
    };
    let managed = Some(&relation.managed);
    call.guard.check(managed, Needed::OrganizationsWrite)?;
    call.guard.holds_denied(&relation.acts_as, managed)?;
    let act = Act::DeleteRelation(relation.clone());
    let loss = Loss::Relation(&relation);
    call.act_unless_lockout(&act, &loss, || record("relation.delete", &relation))
        .await?;
    Ok(Reply::of(Nothing))
}
