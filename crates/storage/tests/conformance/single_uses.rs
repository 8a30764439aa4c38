//! What may be used once is used once, on whichever instance.

use symbolon_storage::Applied;

use crate::{
    database::{Database, race},
    sample::{NOW, after},
};

on_every_back_end! {
    a3_9_of_64_uses_at_once_one_counts,
    another_name_is_another_use,
}

async fn a3_9_of_64_uses_at_once_one_counts(database: &Database) {
    let outcomes = race(&database.instances().await, 64, |_, instance| async move {
        instance.use_once(&[7; 32], after(60)).await.unwrap()
    })
    .await;
    let done = outcomes.iter().filter(|outcome| **outcome == Applied::Done);
    assert_eq!(done.count(), 1);
}

async fn another_name_is_another_use(database: &Database) {
    for byte in 0..3 {
        let used = database.use_once(&[byte; 32], NOW).await.unwrap();
        assert_eq!(used, Applied::Done);
    }
}
