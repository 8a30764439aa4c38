//! Attempts are counted exactly, however many come at once and wherever they arrive.

use symbolon_core::{
    attempt::{FREE, delay},
    time::Lifetime,
};

use crate::{
    database::{Database, race},
    sample::{NOW, after},
};

on_every_back_end! {
    a_right_password_clears_the_count,
    accounts_are_counted_apart,
    an_attempt_that_is_taken_back_does_not_count,
    of_64_attempts_at_once_the_free_ones_count_and_the_rest_wait,
    who_waited_may_try_again_once,
}

const ALICE: &[u8] = b"alice";

async fn of_64_attempts_at_once_the_free_ones_count_and_the_rest_wait(database: &Database) {
    let outcomes = race(&database.instances().await, 64, |_, instance| async move {
        instance.begin_attempt(ALICE, NOW).await.unwrap()
    })
    .await;
    let (counted, told_to_wait): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    let mut counts: Vec<_> = counted
        .iter()
        .map(|counted| counted.unwrap().failures)
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=FREE).collect::<Vec<_>>());
    for wait in told_to_wait {
        assert_eq!(wait, Err(delay(FREE)));
    }
}

async fn who_waited_may_try_again_once(database: &Database) {
    let begin = async |seconds| database.begin_attempt(ALICE, after(seconds)).await.unwrap();
    for _ in 0..FREE {
        begin(0).await.unwrap();
    }
    assert_eq!(begin(0).await, Err(Lifetime::from_seconds(2)));
    assert_eq!(begin(1).await, Err(Lifetime::from_seconds(1)));
    let counted = begin(2).await.unwrap();
    assert_eq!(
        (counted.failures, counted.last_at),
        (FREE + 1, Some(after(2)))
    );
    assert_eq!(begin(2).await, Err(Lifetime::from_seconds(4)));
}

async fn a_right_password_clears_the_count(database: &Database) {
    let begin = async || database.begin_attempt(ALICE, NOW).await.unwrap();
    for _ in 0..FREE {
        begin().await.unwrap();
    }
    begin().await.unwrap_err();
    database.clear_attempts(ALICE).await.unwrap();
    assert_eq!(begin().await.unwrap().failures, 1);
    database.clear_attempts(b"nobody").await.unwrap();
}

async fn an_attempt_that_is_taken_back_does_not_count(database: &Database) {
    let begin = async || database.begin_attempt(ALICE, NOW).await.unwrap();
    let take_back = async |account| database.take_back_attempt(account).await.unwrap();
    for _ in 0..FREE {
        begin().await.unwrap();
    }
    begin().await.unwrap_err();
    take_back(ALICE).await;
    assert_eq!(begin().await.unwrap().failures, FREE);
    // Never below none, and nobody is made known by it.
    for _ in 0..=FREE {
        take_back(ALICE).await;
    }
    take_back(b"nobody").await;
    assert_eq!(begin().await.unwrap().failures, 1);
    let nobody = database.begin_attempt(b"nobody", NOW).await.unwrap();
    assert_eq!(nobody.unwrap().failures, 1);
}

async fn accounts_are_counted_apart(database: &Database) {
    // Accounts are named by digests: any bytes.
    for account in [ALICE, b"\0", b"\0\0", b"\xff\xfe", b""] {
        let begun = database.begin_attempt(account, NOW).await.unwrap();
        assert_eq!(begun.unwrap().failures, 1);
    }
}
