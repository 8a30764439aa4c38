//! What an installation makes once, whichever of its instances does.

use symbolon_storage::Applied;

use crate::{
    database::{Database, race},
    sample::NOW,
};

on_every_back_end! {
    of_64_instances_that_make_a_secret_at_once_one_does_and_all_have_it,
    a_secret_that_is_sealed_anew_keeps_its_name,
}

async fn of_64_instances_that_make_a_secret_at_once_one_does_and_all_have_it(database: &Database) {
    assert_eq!(database.installation_secret("one").await.unwrap(), None);
    let made = race(
        &database.instances().await,
        64,
        |number, instance| async move {
            let sealed = number.to_string().into_bytes();
            let applied = instance
                .create_installation_secret("one", &sealed, NOW)
                .await
                .unwrap();
            (applied, sealed)
        },
    )
    .await;
    let done: Vec<_> = made
        .into_iter()
        .filter(|(applied, _)| *applied == Applied::Done)
        .collect();
    assert_eq!(done.len(), 1);
    let kept = database.installation_secret("one").await.unwrap();
    assert_eq!(kept.as_ref(), Some(&done[0].1));
}

async fn a_secret_that_is_sealed_anew_keeps_its_name(database: &Database) {
    for name in ["one", "other"] {
        let applied = database
            .create_installation_secret(name, b"old", NOW)
            .await
            .unwrap();
        assert_eq!(applied, Applied::Done);
    }
    database
        .reseal_installation_secret("one", b"new")
        .await
        .unwrap();
    let sealed = |name| database.installation_secret(name);
    assert_eq!(sealed("one").await.unwrap().as_deref(), Some(&b"new"[..]));
    assert_eq!(sealed("other").await.unwrap().as_deref(), Some(&b"old"[..]));
}
