//! Decisions: each change checks what it presupposes, and several are one.

use symbolon_core::{approval::ApprovalState, decision::Change};
use symbolon_storage::Applied;

use crate::{
    database::Database,
    sample::{self, NOW, after, digest, id, issue, redeem, revoke, rotate},
};

on_every_back_end! {
    a_code_is_redeemed_once_and_not_after_a_revocation,
    a_code_is_redeemed_without_a_family_too,
    a_conflict_in_the_second_change_undoes_the_first,
    a_failure_in_the_second_change_undoes_the_first,
    a_revocation_presupposes_nothing_and_keeps_its_first_instant,
    a_revoked_token_is_remembered,
    an_opaque_token_is_recorded_once,
    no_change_is_done_at_once,
    only_the_current_generation_rotates,
    several_changes_are_done_together,
}

async fn no_change_is_done_at_once(database: &Database) {
    assert_eq!(database.apply(&[]).await.unwrap(), Applied::Done);
}

async fn a_code_is_redeemed_once_and_not_after_a_revocation(database: &Database) {
    sample::populate(&**database).await;
    let apply = async |change| database.apply(&[change]).await.unwrap();
    sample::approve(&**database, "one").await;
    assert_eq!(apply(redeem("one")).await, Applied::Done);
    assert_eq!(apply(redeem("one")).await, Applied::Conflict);

    sample::approve(&**database, "revoked").await;
    assert_eq!(apply(revoke("revoked")).await, Applied::Done);
    assert_eq!(apply(redeem("revoked")).await, Applied::Conflict);
    let left = database.approval(&id("revoked")).await.unwrap().unwrap();
    assert_eq!(left.state, ApprovalState::Revoked { at: after(20) });

    assert_eq!(apply(redeem("unknown")).await, Applied::Conflict);
}

async fn a_code_is_redeemed_without_a_family_too(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let redemption = Change::RedeemCode {
        approval: id("one"),
        at: NOW,
        refresh: None,
    };
    let applied = database.apply(&[redemption]).await.unwrap();
    assert_eq!(applied, Applied::Done);
    let read = database.approval(&id("one")).await.unwrap().unwrap();
    assert_eq!(read.state, ApprovalState::Redeemed { refresh: None });
}

async fn only_the_current_generation_rotates(database: &Database) {
    sample::populate(&**database).await;
    let apply = async |change| database.apply(&[change]).await.unwrap();
    let (first, second, third) = ("generation 1", "generation 2", "generation 3");
    sample::approve(&**database, "one").await;
    // Not before the family begins.
    assert_eq!(apply(rotate("one", first, second)).await, Applied::Conflict);
    apply(redeem("one")).await;
    assert_eq!(apply(rotate("one", second, third)).await, Applied::Conflict);
    assert_eq!(apply(rotate("one", first, second)).await, Applied::Done);
    assert_eq!(apply(rotate("one", first, third)).await, Applied::Conflict);
    let read = database.approval(&id("one")).await.unwrap().unwrap();
    let ApprovalState::Redeemed {
        refresh: Some(family),
    } = read.state
    else {
        panic!("{:?}", read.state)
    };
    assert_eq!(family.current, digest(second));

    apply(revoke("one")).await;
    assert_eq!(apply(rotate("one", second, third)).await, Applied::Conflict);
    let unknown = rotate("unknown", first, second);
    assert_eq!(apply(unknown).await, Applied::Conflict);
}

async fn a_revocation_presupposes_nothing_and_keeps_its_first_instant(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    database.apply(&[issue("opaque")]).await.unwrap();
    for (approval, token, at) in [
        ("one", "opaque", after(1)),
        ("one", "opaque", after(2)),
        ("unknown", "unknown", after(3)),
    ] {
        let approval = Change::RevokeApproval {
            approval: id(approval),
            at,
        };
        let opaque = Change::RevokeOpaqueAccessToken {
            token: digest(token),
            at,
        };
        for change in [approval, opaque] {
            assert_eq!(database.apply(&[change]).await.unwrap(), Applied::Done);
        }
    }
    let read = database.approval(&id("one")).await.unwrap().unwrap();
    assert_eq!(read.state, ApprovalState::Revoked { at: after(1) });
    let read = database.access_token(digest("opaque")).await;
    assert_eq!(read.unwrap().unwrap().revoked_at, Some(after(1)));
    let unknown = database.access_token(digest("unknown")).await;
    assert!(unknown.unwrap().is_none());
}

async fn a_revoked_token_is_remembered(database: &Database) {
    let revocation = |jti: &str| Change::RevokeAccessToken {
        jti: jti.to_owned(),
        expires_at: after(3600),
        at: NOW,
    };
    for change in [revocation("one"), revocation("one"), revocation("two")] {
        assert_eq!(database.apply(&[change]).await.unwrap(), Applied::Done);
    }
    assert!(database.is_revoked("one").await.unwrap());
    assert!(database.is_revoked("two").await.unwrap());
    assert!(!database.is_revoked("One").await.unwrap());
    assert!(!database.is_revoked("three").await.unwrap());
}

async fn an_opaque_token_is_recorded_once(database: &Database) {
    let issued = database.apply(&[issue("opaque")]).await.unwrap();
    assert_eq!(issued, Applied::Done);
    let again = database.apply(&[issue("opaque")]).await.unwrap_err();
    assert!(!again.is_unavailable(), "{again}");
}

async fn several_changes_are_done_together(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let rotation = rotate("one", "generation 1", "generation 2");
    let changes = [redeem("one"), rotation, issue("opaque"), revoke("one")];
    assert_eq!(database.apply(&changes).await.unwrap(), Applied::Done);
    assert!(!sample::is_live(&**database, "one").await);
    let token = database.access_token(digest("opaque")).await.unwrap();
    assert!(token.is_some());
}

async fn a_conflict_in_the_second_change_undoes_the_first(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "used").await;
    database.apply(&[redeem("used")]).await.unwrap();
    sample::approve(&**database, "fresh").await;
    let before = database.changed_since(NOW).await.unwrap();
    let jti = Change::RevokeAccessToken {
        jti: "jti".to_owned(),
        expires_at: after(3600),
        at: NOW,
    };
    for first in [issue("opaque"), redeem("fresh"), revoke("fresh"), jti] {
        let applied = database.apply(&[first, redeem("used")]).await;
        assert_eq!(applied.unwrap(), Applied::Conflict);
    }
    assert_nothing_happened(database).await;
    assert!(!database.is_revoked("jti").await.unwrap());
    let feed = database.changed_since(NOW).await.unwrap();
    assert_eq!(feed.len(), before.len());
}

async fn a_failure_in_the_second_change_undoes_the_first(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "fresh").await;
    database.apply(&[issue("taken")]).await.unwrap();
    for first in [issue("opaque"), redeem("fresh"), revoke("fresh")] {
        let failed = database.apply(&[first, issue("taken")]).await;
        failed.unwrap_err();
    }
    assert_nothing_happened(database).await;
    // The connection is as good as before.
    let applied = database.apply(&[redeem("fresh")]).await.unwrap();
    assert_eq!(applied, Applied::Done);
}

async fn assert_nothing_happened(database: &Database) {
    let token = database.access_token(digest("opaque")).await.unwrap();
    assert!(token.is_none());
    let fresh = database.approval(&id("fresh")).await.unwrap().unwrap();
    assert_eq!(fresh.state, ApprovalState::Pending);
}
