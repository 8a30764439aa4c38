//! Requests in the back channel: found in three ways, decided about once, told at least once.

use symbolon_core::{
    backchannel::{BackchannelRequest, BindingMessage},
    decision::Change,
    time::Lifetime,
    token::target::Targets,
    waiting::{Said, Waiter},
};
use symbolon_storage::Applied;

use crate::{
    database::{Database, race},
    sample::{self, NOW, after, approval, digest, id, scope},
};

on_every_back_end! {
    a_request_is_found_by_its_digest_its_id_and_its_person_with_every_field,
    a_decision_is_made_once_and_in_time,
    of_32_decisions_at_once_one_counts,
    a_question_counts_unless_another_one_came_in_between,
    a_notice_is_taken_by_one_until_its_lease_ends,
    of_32_who_take_a_notice_one_gets_it,
}

pub(crate) fn request(name: &str) -> BackchannelRequest {
    BackchannelRequest {
        digest: digest(name),
        id: id(name),
        client: id("mobile"),
        subject: id("alice"),
        scope: scope("openid email"),
        targets: Targets::trusted(vec!["https://api.example".to_owned()]),
        binding_message: Some(BindingMessage::parse("12,50 €").unwrap()),
        created_at: NOW,
        expires_at: after(300),
        interval: Lifetime::from_seconds(5),
        polled_at: None,
        said: Said::Pending,
    }
}

async fn store(database: &Database, request: &BackchannelRequest, notice: Option<&[u8]>) {
    let created = database.create_backchannel_request(request, notice);
    created.await.unwrap();
}

async fn read(database: &Database, name: &str) -> BackchannelRequest {
    let found = database.backchannel_request(digest(name)).await;
    found.unwrap().unwrap()
}

async fn approve(database: &Database, name: &str) -> Applied {
    let code = digest(&format!("code of {name}"));
    let approval = approval(name);
    let approved = database.approve_backchannel_request(digest(name), &approval, code);
    approved.await.unwrap()
}

async fn deny(database: &Database, name: &str) -> Applied {
    let denied = database.deny_backchannel_request(digest(name), NOW);
    denied.await.unwrap()
}

async fn a_request_is_found_by_its_digest_its_id_and_its_person_with_every_field(
    database: &Database,
) {
    sample::populate(&**database).await;
    let written = request("one");
    store(database, &written, None).await;
    let silent = BackchannelRequest {
        binding_message: None,
        created_at: after(1),
        ..request("silent")
    };
    store(database, &silent, Some(b"sealed")).await;
    let by_id = database.backchannel_request_of_id(&id("one")).await;
    for read in [read(database, "one").await, by_id.unwrap().unwrap()] {
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
        assert_eq!(read.digest, written.digest);
    }
    let open = async |person: &str, at, limit| {
        let person = id(person);
        let open = database.open_backchannel_requests(&person, at, limit);
        let open = open.await.unwrap();
        let names = open.iter().map(|request| request.id.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(open("alice", NOW, 9).await, ["one", "silent"]);
    assert_eq!(open("alice", NOW, 1).await, ["one"]);
    assert!(open("alice", after(300), 9).await.is_empty());
    assert!(open("bob", NOW, 9).await.is_empty());
    deny(database, "one").await;
    assert_eq!(open("alice", NOW, 9).await, ["silent"]);
    let unknown = database.backchannel_request(digest("two")).await;
    assert!(unknown.unwrap().is_none());
}

async fn a_decision_is_made_once_and_in_time(database: &Database) {
    sample::populate(&**database).await;
    let late = BackchannelRequest {
        expires_at: NOW,
        ..request("late")
    };
    for request in [request("yes"), request("no"), late] {
        store(database, &request, None).await;
    }
    assert_eq!(approve(database, "yes").await, Applied::Done);
    assert_eq!(deny(database, "no").await, Applied::Done);
    for name in ["yes", "no", "late", "unknown"] {
        assert_eq!(approve(database, name).await, Applied::Conflict, "{name}");
        assert_eq!(deny(database, name).await, Applied::Conflict, "{name}");
    }
    let approved = Said::Approved {
        approval: id("yes"),
    };
    assert_eq!(read(database, "yes").await.said, approved);
    let denied = Said::Denied { at: NOW };
    assert_eq!(read(database, "no").await.said, denied);
    assert_eq!(read(database, "late").await.said, Said::Pending);
    // An approval that does not count is not there.
    assert!(database.approval(&id("yes")).await.unwrap().is_some());
    assert!(database.approval(&id("late")).await.unwrap().is_none());
}

async fn of_32_decisions_at_once_one_counts(database: &Database) {
    sample::populate(&**database).await;
    store(database, &request("one"), None).await;
    let outcomes = race(
        &database.instances().await,
        32,
        |number, instance| async move {
            if number % 2 == 0 {
                let name = format!("approval-{number}");
                let (approval, code) = (approval(&name), digest(&name));
                let approved = instance.approve_backchannel_request(digest("one"), &approval, code);
                approved.await.unwrap()
            } else {
                let denied = instance.deny_backchannel_request(digest("one"), NOW);
                denied.await.unwrap()
            }
        },
    )
    .await;
    let done = outcomes.iter().filter(|outcome| **outcome == Applied::Done);
    assert_eq!(done.count(), 1);
}

async fn a_question_counts_unless_another_one_came_in_between(database: &Database) {
    sample::populate(&**database).await;
    store(database, &request("one"), None).await;
    let waiter = Waiter::Backchannel(digest("one"));
    let asked = async |before, at| {
        let poll = Change::RecordPoll { waiter, before, at };
        database.apply(&[poll]).await.unwrap()
    };
    assert_eq!(asked(None, NOW).await, Applied::Done);
    assert_eq!(asked(None, after(5)).await, Applied::Conflict);
    assert_eq!(asked(Some(NOW), after(5)).await, Applied::Done);
    let hasty = Change::SlowDown {
        waiter,
        at: after(6),
    };
    database.apply(&[hasty]).await.unwrap();
    let read = read(database, "one").await;
    assert_eq!(
        (read.polled_at, read.interval.seconds()),
        (Some(after(6)), 10)
    );
}

async fn a_notice_is_taken_by_one_until_its_lease_ends(database: &Database) {
    sample::populate(&**database).await;
    for name in ["told", "waits", "denied"] {
        store(database, &request(name), Some(name.as_bytes())).await;
    }
    store(database, &request("asks"), None).await;
    let take = async |now, again| {
        let taken = database.take_backchannel_notices(now, again, 9);
        let mut taken = taken.await.unwrap();
        taken.sort_by(|one, other| one.sealed.cmp(&other.sealed));
        let told = taken.iter().map(|notice| {
            assert_eq!(notice.client, id("mobile"));
            (
                String::from_utf8(notice.sealed.clone()).unwrap(),
                notice.tries,
            )
        });
        told.collect::<Vec<_>>()
    };
    let told = |name: &str, tries| (name.to_owned(), tries);
    // Nothing is told of what nobody decided.
    assert_eq!(take(after(1), after(9)).await, []);
    approve(database, "asks").await;
    approve(database, "told").await;
    deny(database, "denied").await;
    assert_eq!(
        take(after(1), after(9)).await,
        [told("denied", 1), told("told", 1)]
    );
    assert_eq!(take(after(8), after(19)).await, []);
    let settle = async |name: &str, again| {
        let settled = database.settle_backchannel_notice(digest(name), again);
        settled.await.unwrap();
    };
    settle("denied", None).await;
    // Nobody said what became of the other one.
    assert_eq!(take(after(9), after(19)).await, [told("told", 2)]);
    settle("told", Some(after(30))).await;
    assert_eq!(take(after(29), after(39)).await, []);
    assert_eq!(take(after(30), after(39)).await, [told("told", 3)]);
    // When the request is no longer good, there is nothing to tell.
    assert_eq!(take(after(300), after(400)).await, []);
}

async fn of_32_who_take_a_notice_one_gets_it(database: &Database) {
    sample::populate(&**database).await;
    store(database, &request("one"), Some(b"sealed")).await;
    deny(database, "one").await;
    let taken = race(&database.instances().await, 32, |_, instance| async move {
        let taken = instance.take_backchannel_notices(after(1), after(9), 9);
        taken.await.unwrap().len()
    })
    .await;
    assert_eq!(taken.iter().sum::<usize>(), 1);
}
