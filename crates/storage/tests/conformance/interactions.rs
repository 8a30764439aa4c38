//! Interactions: they go forward, end once and expire.

use symbolon_core::{
    authorize::interaction::Progress,
    parameters::Parameters,
    secret::{Digest, InteractionHandle},
    time::Timestamp,
};
use symbolon_storage::{Applied, Interaction};

use crate::{
    database::{Database, race},
    sample::{NOW, ODD, after, digest, id, interaction},
};

on_every_back_end! {
    an_interaction_expires,
    an_interaction_goes_forward_until_it_is_finished,
    every_field_of_an_interaction_comes_back,
    of_32_that_finish_an_interaction_one_is_done,
}

fn handle(name: &str) -> Digest<InteractionHandle> {
    digest(name)
}

async fn every_field_of_an_interaction_comes_back(database: &Database) {
    let pairs = [
        ("state", ODD),
        ("resource", "a"),
        ("resource", "b"),
        (ODD, ""),
        ("nul", "\0"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let written = Interaction {
        browser: ODD.to_owned(),
        parameters: Parameters::from_pairs(pairs.clone()),
        device: Some(digest("device")),
        pushed: Some(digest("a reference")),
        expires_at: Timestamp::from_seconds(i64::MAX),
        ..interaction()
    };
    let created = database.create_interaction(handle("one"), &written).await;
    created.unwrap();
    let read = database.interaction(handle("one"), NOW).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.parameters.pairs(), pairs);
    assert_eq!(read.device, written.device);
    assert_eq!(format!("{read:?}"), format!("{written:?}"));
    let unknown = database.interaction(handle("unknown"), NOW).await;
    assert!(unknown.unwrap().is_none());
    // A handle is taken once.
    let again = database
        .create_interaction(handle("one"), &interaction())
        .await;
    again.unwrap_err();
}

async fn an_interaction_goes_forward_until_it_is_finished(database: &Database) {
    for name in ["one", "other"] {
        let created = database
            .create_interaction(handle(name), &interaction())
            .await;
        created.unwrap();
    }
    let read = async || {
        let read = database.interaction(handle("one"), after(1)).await;
        read.unwrap().unwrap()
    };
    let begun = Progress::begun(NOW);
    let chosen = begun.clone().with_session(id("session"));
    let allowed = Progress {
        allowed: true,
        ..chosen.clone()
    };
    for progress in [&chosen, &allowed, &begun, &allowed] {
        let advanced = database
            .advance_interaction(handle("one"), progress, after(1))
            .await;
        assert_eq!(advanced.unwrap(), Applied::Done);
        assert_eq!(read().await.progress, *progress);
    }
    let finished = database.finish_interaction(handle("one"), after(2)).await;
    assert_eq!(finished.unwrap(), Applied::Done);
    assert_eq!(read().await.finished_at, Some(after(2)));

    let again = database.finish_interaction(handle("one"), after(3)).await;
    assert_eq!(again.unwrap(), Applied::Conflict);
    let advanced = database
        .advance_interaction(handle("one"), &begun, after(3))
        .await;
    assert_eq!(advanced.unwrap(), Applied::Conflict);
    assert_eq!(read().await.finished_at, Some(after(2)));
    assert_eq!(read().await.progress, allowed);

    let unknown = database.finish_interaction(handle("unknown"), NOW).await;
    assert_eq!(unknown.unwrap(), Applied::Conflict);
    let other = database.interaction(handle("other"), NOW).await;
    let other = other.unwrap().unwrap();
    assert_eq!(format!("{other:?}"), format!("{:?}", interaction()));
}

async fn an_interaction_expires(database: &Database) {
    let created = database
        .create_interaction(handle("one"), &interaction())
        .await;
    created.unwrap();
    for (now, there) in [(after(599), true), (after(600), false), (after(601), false)] {
        let read = database.interaction(handle("one"), now).await;
        assert_eq!(read.unwrap().is_some(), there, "{now:?}");
    }
}

async fn of_32_that_finish_an_interaction_one_is_done(database: &Database) {
    let created = database
        .create_interaction(handle("one"), &interaction())
        .await;
    created.unwrap();
    let outcomes = race(&database.instances().await, 32, |_, instance| async move {
        let finished = instance.finish_interaction(handle("one"), NOW).await;
        finished.unwrap()
    })
    .await;
    let done = outcomes.iter().filter(|applied| **applied == Applied::Done);
    assert_eq!(done.count(), 1);
}
