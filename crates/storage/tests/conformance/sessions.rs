//! Sessions, and what comes of it when they end.

use symbolon_core::{approval::Approval, session::Session, time::Timestamp};

use crate::{
    database::Database,
    sample::{self, NOW, ODD, after, approval, digest, id, scope, session},
};

on_every_back_end! {
    a_session_is_used_and_proven_anew,
    a_session_of_nobody_is_refused,
    every_field_of_a_session_comes_back,
    the_end_of_a_session_revokes_what_was_not_approved_for_offline_access,
    the_end_of_all_sessions_revokes_everything_of_that_subject,
}

async fn every_field_of_a_session_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let full = Session {
        id: id(&"~".repeat(256)),
        subject: id("bob"),
        authenticated_at: Timestamp::from_seconds(-1),
        methods: vec!["pwd".to_owned(), ODD.replace(' ', "_")],
        created_at: Timestamp::from_seconds(i64::MIN),
        seen_at: Timestamp::from_seconds(i64::MAX),
        ended_at: None,
    };
    let bare = Session {
        methods: Vec::new(),
        ..session("bare")
    };
    for written in [full, bare] {
        database.create_session(&written).await.unwrap();
        let read = database.session(&written.id).await.unwrap();
        assert_eq!(read, Some(written));
    }
    assert_eq!(database.session(&id("unknown")).await.unwrap(), None);
}

async fn a_session_of_nobody_is_refused(database: &Database) {
    sample::populate(&**database).await;
    let nobodys = Session {
        subject: id("nobody"),
        ..session("nobodys")
    };
    database.create_session(&nobodys).await.unwrap_err();
    assert_eq!(database.session(&nobodys.id).await.unwrap(), None);
}

async fn a_session_is_used_and_proven_anew(database: &Database) {
    sample::populate(&**database).await;
    for name in ["session", "other"] {
        database.create_session(&session(name)).await.unwrap();
    }
    let name = id("session");
    let read = async || database.session(&id("session")).await.unwrap().unwrap();
    database.touch_session(&name, after(120)).await.unwrap();
    assert_eq!(read().await.seen_at, after(120));
    // An instance whose clock is behind does not make the session look older.
    database.touch_session(&name, after(60)).await.unwrap();
    assert_eq!(read().await.seen_at, after(120));
    assert_eq!(read().await.authenticated_at, NOW);

    let proven = database.reauthenticate_session(&name, after(180)).await;
    proven.unwrap();
    let expected = Session {
        authenticated_at: after(180),
        seen_at: after(180),
        ..session("session")
    };
    assert_eq!(read().await, expected);
    let other = database.session(&id("other")).await.unwrap();
    assert_eq!(other, Some(session("other")));
}

async fn the_end_of_a_session_revokes_what_was_not_approved_for_offline_access(
    database: &Database,
) {
    sample::populate(&**database).await;
    store_sessions_and_approvals(database).await;
    for at in [after(10), after(20)] {
        database.end_session(&id("session"), at).await.unwrap();
    }
    let ended = database.session(&id("session")).await.unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(after(10)));
    let other = database.session(&id("other-session")).await.unwrap();
    assert_eq!(other.unwrap().ended_at, None);
    let live = ["bobs", "elsewhere", "offline"];
    assert_eq!(live_approvals(database).await, live);
    database.end_session(&id("unknown"), NOW).await.unwrap();
}

async fn the_end_of_all_sessions_revokes_everything_of_that_subject(database: &Database) {
    sample::populate(&**database).await;
    store_sessions_and_approvals(database).await;
    let ended = database.end_sessions_of(&id("alice"), after(10)).await;
    ended.unwrap();
    assert_eq!(live_approvals(database).await, ["bobs"]);
    for (name, ended_at) in [
        ("session", Some(after(10))),
        ("other-session", Some(after(10))),
        ("bobs-session", None),
    ] {
        let session = database.session(&id(name)).await.unwrap().unwrap();
        assert_eq!(session.ended_at, ended_at, "{name}");
    }
}

const APPROVALS: [&str; 4] = ["bobs", "elsewhere", "offline", "online"];

async fn store_sessions_and_approvals(database: &Database) {
    let bobs = Session {
        subject: id("bob"),
        ..session("bobs-session")
    };
    for session in [session("session"), session("other-session"), bobs] {
        database.create_session(&session).await.unwrap();
    }
    for name in APPROVALS {
        let approval = match name {
            "bobs" => Approval {
                subject: id("bob"),
                session: id("bobs-session"),
                ..approval(name)
            },
            "elsewhere" => Approval {
                session: id("other-session"),
                ..approval(name)
            },
            "offline" => Approval {
                scope: scope("openid offline_access"),
                ..approval(name)
            },
            _ => approval(name),
        };
        let created = database
            .create_approval(&approval, digest(name), None)
            .await;
        created.unwrap();
    }
}

async fn live_approvals(database: &Database) -> Vec<&'static str> {
    let mut live = Vec::new();
    for name in APPROVALS {
        if sample::is_live(&**database, name).await {
            live.push(name);
        }
    }
    live
}
