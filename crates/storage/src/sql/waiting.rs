//! What devices and requests in the back channel have in common: they wait for a person.

use sqlx::query;
use symbolon_core::{
    approval::Approval,
    secret::{AuthorizationCode, Digest},
    waiting::Said,
};

use super::{Database, Row, approvals};
use crate::{
    Applied, Result, StorageError,
    record::read::{optional_id, optional_instant},
};

/// The person said yes, which the statement records; `Conflict` when nobody waits any more.
pub(super) async fn approve(
    database: &Database,
    statement: &'static str,
    waiter: &[u8],
    approval: &Approval,
    code: Digest<AuthorizationCode>,
) -> Result<Applied> {
    let mut transaction = database.begin().await?;
    let approved = query(statement)
        .bind(waiter)
        .bind(approval.id.as_str())
        .bind(approval.created_at.seconds())
        .execute(&mut *transaction)
        .await?;
    if Applied::of(approved.rows_affected()) == Applied::Conflict {
        transaction.rollback().await?;
        return Ok(Applied::Conflict);
    }
    approvals::insert(&mut transaction, approval, code).await?;
    transaction.commit().await?;
    Ok(Applied::Done)
}

/// The columns of a row become a state, or the row is none of ours.
pub(super) fn said(row: &Row) -> Result<Said> {
    let approval = optional_id(row, "approval_id")?;
    let denied = optional_instant(row, "denied_at")?;
    match (approval, denied) {
        (None, None) => Ok(Said::Pending),
        (Some(approval), None) => Ok(Said::Approved { approval }),
        (None, Some(at)) => Ok(Said::Denied { at }),
        (Some(_), Some(_)) => Err(StorageError::corrupt("denied_at")),
    }
}
