//! Signing keys: one instance rotates, and all of them know.

use symbolon_core::algorithm::Algorithm;
use symbolon_storage::{Applied, StoredKey};

use crate::{
    database::{Database, race},
    sample::{NOW, id, signing_key},
};

on_every_back_end! {
    a_key_is_forgotten,
    a_key_is_sealed_anew,
    every_field_of_a_key_comes_back,
    of_32_that_make_the_same_generation_one_is_done,
}

async fn every_field_of_a_key_comes_back(database: &Database) {
    assert_eq!(keys(database).await, Vec::<String>::new());
    let mut written = Vec::new();
    for algorithm in Algorithm::ALL {
        for generation in [1, 2, u32::MAX] {
            let mut key = signing_key(&format!("{algorithm}-{generation}"), generation);
            key.record.algorithm = algorithm;
            key.sealed.push(generation.to_le_bytes()[0]);
            let created = database.create_signing_key(&key).await.unwrap();
            assert_eq!(created, Applied::Done);
            written.push(format!("{key:?}"));
        }
    }
    written.sort();
    assert_eq!(keys(database).await, written);
}

async fn of_32_that_make_the_same_generation_one_is_done(database: &Database) {
    let instances = database.instances().await;
    let outcomes = race(&instances, 32, |number, instance| async move {
        let key = signing_key(&format!("key-{number}"), 7);
        instance.create_signing_key(&key).await.unwrap()
    })
    .await;
    let winner = outcomes
        .iter()
        .position(|applied| *applied == Applied::Done)
        .unwrap();
    let others = outcomes
        .iter()
        .filter(|applied| **applied == Applied::Conflict);
    assert_eq!(others.count(), 31);
    for instance in &instances {
        let keys = instance.signing_keys().await.unwrap();
        let names: Vec<_> = keys.iter().map(|key| key.record.id.as_str()).collect();
        assert_eq!(names, [format!("key-{winner}")]);
    }
}

async fn a_key_is_sealed_anew(database: &Database) {
    for (name, generation) in [("one", 1), ("other", 2)] {
        let key = signing_key(name, generation);
        database.create_signing_key(&key).await.unwrap();
    }
    let resealed = database.reseal_signing_key(&id("one"), b"anew").await;
    resealed.unwrap();
    let expected = [
        StoredKey {
            sealed: b"anew".to_vec(),
            ..signing_key("one", 1)
        },
        signing_key("other", 2),
    ];
    assert_eq!(keys(database).await, expected.map(|key| format!("{key:?}")));
}

async fn a_key_is_forgotten(database: &Database) {
    for (name, generation) in [("one", 1), ("other", 2)] {
        let key = signing_key(name, generation);
        database.create_signing_key(&key).await.unwrap();
    }
    let deleted = database.delete_signing_key(&id("one"), NOW).await;
    deleted.unwrap();
    let expected = [format!("{:?}", signing_key("other", 2))];
    assert_eq!(keys(database).await, expected);
}

/// All keys as text, sorted.
async fn keys(database: &Database) -> Vec<String> {
    let keys = database.signing_keys().await.unwrap();
    let mut keys: Vec<_> = keys.iter().map(|key| format!("{key:?}")).collect();
    keys.sort();
    keys
}
