//! Clients that came by themselves: as many as there may be, each as often as it may.

use symbolon_core::{
    client::{Client, Origin},
    registration::{
        ApplicationType, Details, Registration, initial_access_token::InitialAccessToken,
        policy::RegistrationPolicy,
    },
    time::Lifetime,
};
use symbolon_storage::{Act, Administered, AuditEvent, Storage};

use crate::{
    database::{Database, race},
    sample::{self, NOW, ODD, after, digest, id, scope},
};

on_every_back_end! {
    a_client_that_nobody_signed_in_to_is_forgotten,
    every_field_of_a_registration_comes_back,
    every_field_of_an_initial_access_token_comes_back,
    of_32_registrations_as_many_are_done_as_there_may_be,
    of_32_uses_of_an_initial_access_token_two_are_done,
    what_is_not_registered_uses_nothing_up,
}

fn event(name: &str) -> AuditEvent {
    AuditEvent {
        id: id(name),
        happened_at: NOW,
        actor: name.to_owned(),
        client: None,
        address: None,
        request_id: None,
        action: "client.register".to_owned(),
        object: format!("client/{name}"),
        organization: None,
        detail: serde_json::json!({}),
    }
}

async fn act(storage: &dyn Storage, name: &str, act: Act) -> Administered {
    storage.administer(&act, &event(name), None).await.unwrap()
}

fn client(name: &str) -> Client {
    Client {
        origin: Origin::Registered,
        ..sample::client(name)
    }
}

fn registration(name: &str) -> Registration {
    Registration {
        client: id(name),
        token: Some(digest(name)),
        initial_token: None,
        policy: None,
        details: Details::default(),
        registered_at: NOW,
        unused_until: Some(after(60)),
    }
}

fn register(name: &str, registration: Registration, most: u32) -> Act {
    Act::RegisterClient {
        client: Box::new(client(name)),
        registration: Box::new(registration),
        most,
    }
}

fn token(uses_left: u32) -> InitialAccessToken {
    InitialAccessToken {
        id: id("token"),
        digest: digest("token"),
        name: ODD.to_owned(),
        policy: RegistrationPolicy {
            scope: scope("Invoices.Read"),
            organization: Some(id("acme")),
            ..RegistrationPolicy::default()
        },
        uses_left,
        created_at: NOW,
        expires_at: after(60),
        revoked_at: None,
    }
}

fn with_token(name: &str) -> Registration {
    Registration {
        initial_token: Some(id("token")),
        policy: Some(token(1).policy),
        unused_until: None,
        ..registration(name)
    }
}

async fn every_field_of_a_registration_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let created = act(
        &**database,
        "token",
        Act::CreateInitialToken(Box::new(token(3))),
    );
    assert_eq!(created.await, Administered::Done);
    let written = Registration {
        details: Details {
            application_type: ApplicationType::Native,
            contacts: vec![ODD.to_owned()],
            software_id: Some(ODD.to_owned()),
            software_version: Some("1".to_owned()),
            software_statement: Some("a.b.c".to_owned()),
        },
        ..with_token("one")
    };
    let done = act(&**database, "one", register("one", written.clone(), 0)).await;
    assert_eq!(done, Administered::Done);
    let read = database.registration(&id("one")).await.unwrap();
    assert_eq!(read, Some(written.clone()));
    let read = database.client(&id("one")).await.unwrap().unwrap();
    assert_eq!(read, client("one"));
    assert!(database.registration(&id("web")).await.unwrap().is_none());

    let mut changed = client("one");
    changed.metadata.client_name = "changed".to_owned();
    let update = Act::UpdateRegistration {
        client: Box::new(changed.clone()),
        version: 1,
        details: Box::new(Details::default()),
        secrets: None,
    };
    assert_eq!(
        act(&**database, "two", update.clone()).await,
        Administered::Done
    );
    assert_eq!(act(&**database, "three", update).await, Administered::Stale);
    let read = database.registration(&id("one")).await.unwrap().unwrap();
    assert_eq!(read.details, Details::default());
    let read = database.client(&id("one")).await.unwrap();
    assert_eq!(read, Some(changed));

    // A deleted client takes it along.
    let delete = Act::DeleteClient(id("one"), 2);
    assert_eq!(act(&**database, "four", delete).await, Administered::Done);
    assert!(database.registration(&id("one")).await.unwrap().is_none());
}

async fn every_field_of_an_initial_access_token_comes_back(database: &Database) {
    let written = token(7);
    let create = Act::CreateInitialToken(Box::new(written.clone()));
    assert_eq!(act(&**database, "one", create).await, Administered::Done);
    let of_digest = database.initial_access_token(digest("token")).await;
    assert_eq!(of_digest.unwrap(), Some(written.clone()));
    let of_id = database.initial_access_token_of_id(&id("token")).await;
    assert_eq!(of_id.unwrap(), Some(written.clone()));
    let all = database.initial_access_tokens_after("", 10).await.unwrap();
    assert_eq!(all, [written]);
    let behind = database.initial_access_tokens_after("token", 10).await;
    assert_eq!(behind.unwrap(), []);
    let revoke = || Act::RevokeInitialToken(id("token"));
    assert_eq!(act(&**database, "two", revoke()).await, Administered::Done);
    assert_eq!(
        act(&**database, "three", revoke()).await,
        Administered::Missing
    );
    let read = database.initial_access_token(digest("token")).await;
    assert_eq!(read.unwrap().unwrap().revoked_at, Some(NOW));
    let read = database.initial_access_token(digest("other")).await;
    assert_eq!(read.unwrap(), None);
}

async fn of_32_uses_of_an_initial_access_token_two_are_done(database: &Database) {
    sample::populate(&**database).await;
    let create = Act::CreateInitialToken(Box::new(token(2)));
    assert_eq!(act(&**database, "token", create).await, Administered::Done);
    let instances = database.instances().await;
    let outcomes = race(&instances, 32, |number, instance| async move {
        let name = format!("client {number}").replace(' ', "-");
        act(&*instance, &name, register(&name, with_token(&name), 0)).await
    })
    .await;
    let done = |outcome: &&Administered| **outcome == Administered::Done;
    assert_eq!(outcomes.iter().filter(done).count(), 2);
    let left = database.initial_access_token(digest("token")).await;
    assert_eq!(left.unwrap().unwrap().uses_left, 0);
}

async fn of_32_registrations_as_many_are_done_as_there_may_be(database: &Database) {
    let instances = database.instances().await;
    let outcomes = race(&instances, 32, |number, instance| async move {
        let name = format!("client-{number}");
        act(&*instance, &name, register(&name, registration(&name), 3)).await
    })
    .await;
    let done = |outcome: &&Administered| **outcome == Administered::Done;
    assert_eq!(outcomes.iter().filter(done).count(), 3);
    let full = |outcome: &&Administered| **outcome == Administered::Full;
    assert_eq!(outcomes.iter().filter(full).count(), 29);
}

async fn what_is_not_registered_uses_nothing_up(database: &Database) {
    sample::populate(&**database).await;
    let create = Act::CreateInitialToken(Box::new(token(1)));
    assert_eq!(act(&**database, "token", create).await, Administered::Done);
    let taken = register("web", with_token("web"), 0);
    assert_eq!(act(&**database, "one", taken).await, Administered::Taken);
    let left = database.initial_access_token(digest("token")).await;
    assert_eq!(left.unwrap().unwrap().uses_left, 1);
}

async fn a_client_that_nobody_signed_in_to_is_forgotten(database: &Database) {
    sample::populate(&**database).await;
    for name in ["unused", "used"] {
        let done = act(&**database, name, register(name, registration(name), 9)).await;
        assert_eq!(done, Administered::Done);
    }
    let approval = symbolon_core::approval::Approval {
        client: id("used"),
        ..sample::approval("one")
    };
    let created = database.create_approval(&approval, digest("code"), None);
    created.await.unwrap();
    let day = Lifetime::from_days(1);
    database.purge(after(60), day).await.unwrap();
    assert!(database.client(&id("unused")).await.unwrap().is_some());
    database.purge(after(61), day).await.unwrap();
    assert!(database.client(&id("unused")).await.unwrap().is_none());
    assert!(database.client(&id("used")).await.unwrap().is_some());
    assert!(database.client(&id("web")).await.unwrap().is_some());
    let changed = database.changed_since(NOW).await.unwrap();
    assert!(
        changed
            .iter()
            .any(|one| one.noun == "client" && one.key == "unused")
    );
}
