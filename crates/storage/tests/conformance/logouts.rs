//! Who is told of the end of a session, by whom, and how often.

use serde_json::json;
use symbolon_core::{
    approval::Approval, client::Client, logout::back_channel::Notice, organization::Organization,
    session::Session,
};
use symbolon_storage::{Act, Administered, Applied, Storage};

use crate::{
    database::{Database, race},
    sample::{self, NOW, after, approval, client, digest, id, organization, person, session},
};

on_every_back_end! {
    a_notice_is_given_to_one_of_64_and_settled_by_nobody_else,
    only_applications_that_can_be_trusted_are_those_of_a_person,
    the_clients_of_a_session_are_told_once_however_often_it_ends,
    whoever_goes_has_the_clients_of_their_sessions_told,
}

on_shared_back_ends! {
    of_64_who_end_a_session_one_has_its_clients_told,
}

/// `listening` wants to be told, `web` does not.
async fn populate(storage: &dyn Storage) {
    sample::populate(storage).await;
    storage.put_client(&listening(), NOW).await.unwrap();
    for name in ["session", "other-session"] {
        storage.create_session(&session(name)).await.unwrap();
    }
    let bobs = Session {
        subject: id("bob"),
        ..session("bobs-session")
    };
    storage.create_session(&bobs).await.unwrap();
    for (name, client, owner, session) in [
        ("1", "listening", "alice", "session"),
        ("2", "listening", "alice", "session"),
        ("3", "web", "alice", "session"),
        ("4", "listening", "alice", "other-session"),
        ("5", "listening", "bob", "bobs-session"),
    ] {
        let approval = Approval {
            client: id(client),
            subject: id(owner),
            session: id(session),
            ..approval(name)
        };
        let created = storage.create_approval(&approval, digest(name), None);
        created.await.unwrap();
    }
}

fn listening() -> Client {
    let metadata = json!({
        "client_name": "listening",
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code"],
        "redirect_uris": ["https://client.example/callback"],
        "backchannel_logout_uri": "https://client.example/logout",
    });
    Client {
        metadata: serde_json::from_value(metadata).unwrap(),
        ..client("listening")
    }
}

fn notice(session: &str, subject: &str) -> Notice {
    Notice {
        client: id("listening"),
        session: id(session),
        subject: id(subject),
        tries: 0,
        due_at: after(10),
    }
}

async fn due(storage: &dyn Storage) -> Vec<Notice> {
    storage.due_notices(after(10), 100).await.unwrap()
}

async fn the_clients_of_a_session_are_told_once_however_often_it_ends(database: &Database) {
    populate(&**database).await;
    assert_eq!(due(&**database).await, []);
    database
        .end_session(&id("session"), after(10))
        .await
        .unwrap();
    assert_eq!(due(&**database).await, [notice("session", "alice")]);
    assert_eq!(database.due_notices(after(9), 100).await.unwrap(), []);
    let settled = database.settle_notice(&notice("session", "alice")).await;
    settled.unwrap();

    database
        .end_session(&id("session"), after(10))
        .await
        .unwrap();
    database
        .end_sessions_of(&id("alice"), after(10))
        .await
        .unwrap();
    assert_eq!(due(&**database).await, [notice("other-session", "alice")]);
    let clients = database.clients_of_session(&id("session")).await.unwrap();
    assert_eq!(clients, [id("listening"), id("web")]);
}

async fn whoever_goes_has_the_clients_of_their_sessions_told(database: &Database) {
    populate(&**database).await;
    let act = async |act: Act| {
        let event = crate::administration::event(act_name(&act));
        let outcome = database.administer(&act, &event, None).await;
        assert_eq!(outcome.unwrap(), Administered::Done, "{act:?}");
    };
    act(Act::DeleteSubject(id("bob"), 1)).await;
    let told: Vec<_> = due(&**database).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].session, id("bobs-session"));
    let disabled = Organization {
        disabled_at: Some(NOW),
        ..organization("acme")
    };
    act(Act::UpdateOrganization(disabled, 1)).await;
    let mut sessions: Vec<_> = due(&**database)
        .await
        .into_iter()
        .map(|notice| notice.session.as_str().to_owned())
        .collect();
    sessions.sort();
    assert_eq!(sessions, ["bobs-session", "other-session", "session"]);

    // Whoever is declared to be disabled has no session either.
    database.create_session(&session("later")).await.unwrap();
    let gone = symbolon_storage::DeclaredSubject {
        disabled_at: Some(NOW),
        ..person("alice")
    };
    assert_eq!(
        database.put_subject(&gone, NOW).await.unwrap(),
        Applied::Done
    );
    let ended = database.session(&id("later")).await.unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(NOW));

    // A client that is gone has nothing to hear.
    act(Act::DeleteClient(id("listening"), 1)).await;
    assert_eq!(due(&**database).await, []);
}

fn act_name(act: &Act) -> &'static str {
    match act {
        Act::DeleteSubject(..) => "1",
        Act::UpdateOrganization(..) => "2",
        _ => "3",
    }
}

async fn a_notice_is_given_to_one_of_64_and_settled_by_nobody_else(database: &Database) {
    populate(&**database).await;
    database
        .end_session(&id("session"), after(10))
        .await
        .unwrap();
    let first = notice("session", "alice");
    let claims = race(&database.instances().await, 64, |_, instance| async move {
        let notice = notice("session", "alice");
        instance.claim_notice(&notice, after(130)).await.unwrap()
    })
    .await;
    let done = claims.iter().filter(|claim| **claim == Applied::Done);
    assert_eq!(done.count(), 1);
    assert_eq!(due(&**database).await, [], "the lease holds");

    // Whoever never claimed it, or whose lease is over, changes nothing.
    database.settle_notice(&first).await.unwrap();
    database.postpone_notice(&first, NOW).await.unwrap();
    let claimed = Notice {
        tries: 1,
        due_at: after(130),
        ..first
    };
    let later = async |at| database.due_notices(after(at), 100).await.unwrap();
    assert_eq!(later(130).await, std::slice::from_ref(&claimed));
    database.postpone_notice(&claimed, after(20)).await.unwrap();
    let again = Notice {
        due_at: after(20),
        ..claimed.clone()
    };
    assert_eq!(later(20).await, std::slice::from_ref(&again));
    let claim = database.claim_notice(&again, after(140)).await.unwrap();
    assert_eq!(claim, Applied::Done);
    database.settle_notice(&claimed).await.unwrap();
    assert_eq!(later(140).await.len(), 1, "the next sender has it");
    let last = Notice { tries: 2, ..again };
    database.settle_notice(&last).await.unwrap();
    assert_eq!(later(1_000).await, []);
}

async fn of_64_who_end_a_session_one_has_its_clients_told(database: &Database) {
    populate(&**database).await;
    // Each of them settles what it finds, so that a second notice would be seen.
    let settled = race(
        &database.instances().await,
        64,
        |number, instance| async move {
            if number % 2 == 0 {
                instance
                    .end_session(&id("session"), after(10))
                    .await
                    .unwrap();
            } else {
                instance
                    .end_sessions_of(&id("alice"), after(10))
                    .await
                    .unwrap();
            }
            let mut settled = 0;
            for notice in instance.due_notices(after(10), 100).await.unwrap() {
                if instance.claim_notice(&notice, after(130)).await.unwrap() == Applied::Done {
                    let claimed = Notice { tries: 1, ..notice };
                    instance.settle_notice(&claimed).await.unwrap();
                    settled += 1;
                }
            }
            settled
        },
    )
    .await;
    assert_eq!(settled.iter().sum::<i32>(), 2, "one for each session");
}

async fn only_applications_that_can_be_trusted_are_those_of_a_person(database: &Database) {
    populate(&**database).await;
    for (name, consent, uri) in [
        ("allowed", "required", true),
        ("owned", "implicit", true),
        ("strange", "required", true),
        ("without", "implicit", false),
    ] {
        let mut metadata = json!({
            "client_name": name,
            "token_endpoint_auth_methods": ["none"],
            "grant_types": ["authorization_code"],
            "redirect_uris": ["https://client.example/callback"],
            "consent": consent,
        });
        if uri {
            metadata["initiate_login_uri"] = json!("https://client.example/start");
        }
        let client = Client {
            metadata: serde_json::from_value(metadata).unwrap(),
            ..client(name)
        };
        database.put_client(&client, NOW).await.unwrap();
    }
    let approval = Approval {
        client: id("allowed"),
        ..approval("6")
    };
    let scope = sample::scope("openid");
    let created = database.create_approval(&approval, digest("6"), Some(&scope));
    created.await.unwrap();
    let names = async |subject: &str, limit| -> Vec<String> {
        let clients = database.applications_of(&id(subject), limit).await.unwrap();
        clients.iter().map(|own| own.id.to_string()).collect()
    };
    assert_eq!(names("alice", 100).await, ["allowed", "owned"]);
    assert_eq!(names("alice", 1).await, ["allowed"]);
    assert_eq!(names("bob", 100).await, ["owned"]);
}
