//! The keys of machine users: their own, each by its name.

use serde_json::json;
use symbolon_core::machine_key::MachineKey;

use crate::{
    database::Database,
    sample::{self, NOW, after, id},
};

on_every_back_end! {
    a_machine_user_has_the_keys_that_were_put_and_no_others,
}

fn key(machine: &str, name: &str) -> MachineKey {
    MachineKey {
        id: id(name),
        machine: id(machine),
        jwk: json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": name}),
        created_at: NOW,
        expires_at: None,
    }
}

async fn a_machine_user_has_the_keys_that_were_put_and_no_others(database: &Database) {
    sample::populate(&**database).await;
    let ending = MachineKey {
        created_at: after(1),
        expires_at: Some(after(60)),
        ..key("alice", "a")
    };
    for key in [&key("alice", "b"), &ending, &key("bob", "a")] {
        database.put_machine_key(key).await.unwrap();
    }
    let of = async |machine: &str| database.machine_keys(&id(machine)).await.unwrap();
    assert_eq!(of("alice").await, [key("alice", "b"), ending.clone()]);
    let longer = MachineKey {
        expires_at: Some(after(90)),
        ..ending
    };
    database.put_machine_key(&longer).await.unwrap();
    assert_eq!(of("alice").await, [key("alice", "b"), longer.clone()]);
    let exactly = [longer];
    let alice = id("alice");
    let put = database.put_machine_keys(&alice, &exactly);
    put.await.unwrap();
    assert_eq!(of("alice").await, exactly);
    assert_eq!(of("bob").await, [key("bob", "a")]);
    database.put_machine_keys(&id("bob"), &[]).await.unwrap();
    assert_eq!(of("bob").await, []);
}
