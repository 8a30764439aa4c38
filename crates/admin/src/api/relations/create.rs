//! `POST /admin/v1/relations`

use http::Method;
use symbolon_core::{
    id::Id, organization::Organization, policy::relation::Relation, role::RoleKey,
};
use symbolon_storage::Act;

use super::{View, record, view};
use crate::{
    api::grants::counts_in,
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/relations",
        Some(Needed::OrganizationsWrite),
        "create_relation",
        create,
    )
    .about(
        "Let those who hold a role in one organization act in another",
        "For those who may change the managed organization and see the managing one. Nobody gives \
         what he does not hold: every scope that `acts_as` opens there has to be open to you there.",
    )
}

async fn create(call: Call, _: NoQuery, new: Json<View>) -> Result<Reply<View>, Problem> {
    let Json(new) = new;
    let relation = Relation {
        manager: new.manager,
        held: new.held,
        managed: new.managed,
        acts_as: new.acts_as,
    };
    let places = [
        ("/managed", &relation.managed, Needed::OrganizationsWrite),
        ("/manager", &relation.manager, Needed::OrganizationsRead),
    ];
    for (pointer, place, needed) in places {
        check_place(&call, pointer, place, needed).await?;
    }
    if relation.manager == relation.managed {
        return Err(Problem::member("/managed", "is another than the manager"));
    }
    check_role(&call, "/held", &relation.held, &relation.manager).await?;
    check_role(&call, "/acts_as", &relation.acts_as, &relation.managed).await?;
    call.guard
        .holds_role_in(&relation.managed, &relation.acts_as)?;
    let record = record("relation.create", &relation);
    call.act(Act::CreateRelation(relation.clone()), record)
        .await?;
    Ok(Reply::of(view(relation)))
}

async fn check_place(
    call: &Call,
    pointer: &str,
    place: &Id<Organization>,
    needed: Needed,
) -> Result<(), Problem> {
    let none = || {
        Problem::member(
            pointer,
            "there is no such organization in which your roles allow this",
        )
    };
    if !call.guard.may(Some(place), needed) {
        return Err(none());
    }
    let found = call.admin.storage.stored_organization(place).await?;
    found.map(drop).ok_or_else(none)
}

async fn check_role(
    call: &Call,
    pointer: &str,
    key: &RoleKey,
    place: &Id<Organization>,
) -> Result<(), Problem> {
    let found = call.admin.storage.stored_role(key).await?;
    let counts = found.filter(|role| counts_in(&role.value, place));
    let counts = counts.map(drop);
    counts.ok_or_else(|| Problem::member(pointer, format!("no such role counts in {place}")))
}
