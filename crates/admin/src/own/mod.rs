//! What everybody may do to the own account, without any role.
//!
//! One rule, and it stands here ([`check`]): the caller is a person in front of a browser, and an
//! operation of this folder acts on the caller and on what is the caller's. None of them is told whom
//! to act on, so there is nothing that a role could allow. They are not served over HTTP: no token,
//! whatever it names, changes a password, and the account pages ask them in the same process.

mod applications;
mod export;
mod password;
mod profile;
mod sessions;
mod tokens;

use symbolon_core::time::{Lifetime, Timestamp};
use symbolon_storage::{DeclaredSubject, Stored};

use crate::{
    call::{Call, Record},
    caller::{Caller, Token},
    operation::Operation,
    problem::Problem,
};

/// How long ago somebody may have signed in who changes what opens the account (requirement A5.9).
pub(crate) const FRESH: Lifetime = Lifetime::from_minutes(60);

/// Whether an operation is for the own account alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// It is, and takes a fresh sign-in.
    Fresh,
}

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [
        profile::operations(),
        password::operations(),
        sessions::operations(),
        applications::operations(),
        tokens::operations(),
        export::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether the caller may do such a thing.
///
/// # Errors
/// [`Kind::Missing`](crate::problem::Kind::Missing) without a browser's session,
/// [`Kind::Freshness`](crate::problem::Kind::Freshness).
pub(crate) fn check(own: Own, caller: &Caller, now: Timestamp) -> Result<(), Problem> {
    if own == Own::No {
        return Ok(());
    }
    let Token::Session {
        authenticated_at, ..
    } = &caller.token
    else {
        return Err(Problem::missing());
    };
    if caller.subject.person().is_none() {
        return Err(Problem::missing());
    }
    if own == Own::Fresh && authenticated_at.plus(FRESH) <= now {
        return Err(Problem::stale_sign_in(FRESH.seconds()));
    }
    Ok(())
}

/// The caller, as stored.
async fn myself(call: &Call) -> Result<Stored<DeclaredSubject>, Problem> {
    let found = call.admin.storage.stored_subject(call.me()).await?;
    found.ok_or_else(Problem::missing)
}

/// What an act on the own account is recorded as.
fn record(call: &Call, action: &'static str, detail: serde_json::Value) -> Record {
    Record {
        action,
        object: format!("user/{}", call.me()),
        organization: Some(call.guard.caller.subject.organization.clone()),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Shape;

    #[test]
    fn every_operation_here_says_that_it_is_one_and_none_is_served() {
        let own = operations();
        let served = crate::api::operations();
        for operation in &own {
            let Operation { id, own, needs, .. } = operation;
            assert!(*own != Own::No && needs.is_none(), "{id}");
            assert!(served.iter().all(|served| served.id != *id), "{id}");
            let Shape { paged, .. } = operation.shape;
            assert!(!paged || id.starts_with("list_"), "{id}");
        }
        assert!(served.iter().all(|operation| operation.own == Own::No));
    }
}
