//! Devices that wait: found by both of their codes, decided about once.

use symbolon_core::{
    decision::Change,
    device::{DeviceAuthorization, UserCode},
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
    a_device_is_found_by_both_of_its_codes_with_every_field,
    a_user_code_is_given_to_one_device,
    a_decision_is_made_once_and_in_time,
    of_32_decisions_at_once_one_counts,
    a_question_counts_unless_another_one_came_in_between,
    the_interval_grows_to_a_minute_at_most,
}

fn code(text: &str) -> UserCode {
    UserCode::parse(text).unwrap()
}

pub(crate) fn device(name: &str, user_code: &str) -> DeviceAuthorization {
    DeviceAuthorization {
        digest: digest(name),
        user_code: code(user_code),
        client: id("mobile"),
        scope: scope("openid email"),
        targets: Targets::trusted(vec!["https://api.example".to_owned()]),
        address: "2001:db8::1".to_owned(),
        created_at: NOW,
        expires_at: after(600),
        interval: Lifetime::from_seconds(5),
        polled_at: None,
        state: Said::Pending,
    }
}

async fn store(database: &Database, device: &DeviceAuthorization) {
    let created = database.create_device(device).await.unwrap();
    assert_eq!(created, Applied::Done);
}

async fn read(database: &Database, name: &str) -> DeviceAuthorization {
    database.device(digest(name)).await.unwrap().unwrap()
}

async fn a_device_is_found_by_both_of_its_codes_with_every_field(database: &Database) {
    sample::populate(&**database).await;
    let written = device("one", "BCDF-GHJK");
    store(database, &written).await;
    let by_user_code = database.device_of_user_code(&code("bcdfghjk")).await;
    for read in [read(database, "one").await, by_user_code.unwrap().unwrap()] {
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
        assert_eq!(
            (read.digest, read.user_code),
            (written.digest, written.user_code)
        );
    }
    assert!(database.device(digest("two")).await.unwrap().is_none());
    let other = database.device_of_user_code(&code("ZZZZ-ZZZZ")).await;
    assert!(other.unwrap().is_none());
}

async fn a_user_code_is_given_to_one_device(database: &Database) {
    sample::populate(&**database).await;
    store(database, &device("one", "BCDF-GHJK")).await;
    let second = database.create_device(&device("two", "BCDF-GHJK")).await;
    assert_eq!(second.unwrap(), Applied::Conflict);
    assert!(database.device(digest("two")).await.unwrap().is_none());
}

async fn a_decision_is_made_once_and_in_time(database: &Database) {
    sample::populate(&**database).await;
    store(database, &device("yes", "BBBB-BBBB")).await;
    store(database, &device("no", "CCCC-CCCC")).await;
    let late = DeviceAuthorization {
        expires_at: NOW,
        ..device("late", "DDDD-DDDD")
    };
    store(database, &late).await;
    let approve = async |device: &str| {
        let code = digest(&format!("code of {device}"));
        let approval = approval(device);
        let approved = database.approve_device(digest(device), &approval, code);
        approved.await.unwrap()
    };
    let deny = async |device: &str| database.deny_device(digest(device), NOW).await.unwrap();
    assert_eq!(approve("yes").await, Applied::Done);
    assert_eq!(deny("no").await, Applied::Done);
    for device in ["yes", "no", "late", "unknown"] {
        assert_eq!(approve(device).await, Applied::Conflict, "{device}");
    }
    assert_eq!(deny("yes").await, Applied::Conflict);
    assert_eq!(deny("no").await, Applied::Conflict);
    let state = async |name: &str| read(database, name).await.state;
    assert_eq!(
        state("yes").await,
        Said::Approved {
            approval: id("yes")
        }
    );
    assert_eq!(state("no").await, Said::Denied { at: NOW });
    assert_eq!(state("late").await, Said::Pending);
    // An approval that does not count is not there.
    assert!(database.approval(&id("yes")).await.unwrap().is_some());
    assert!(database.approval(&id("late")).await.unwrap().is_none());
}

async fn of_32_decisions_at_once_one_counts(database: &Database) {
    sample::populate(&**database).await;
    store(database, &device("one", "BCDF-GHJK")).await;
    let outcomes = race(
        &database.instances().await,
        32,
        |number, instance| async move {
            if number % 2 == 0 {
                let name = format!("approval-{number}");
                let approval = approval(&name);
                let approved = instance.approve_device(digest("one"), &approval, digest(&name));
                approved.await.unwrap()
            } else {
                instance.deny_device(digest("one"), NOW).await.unwrap()
            }
        },
    )
    .await;
    let done = outcomes.iter().filter(|outcome| **outcome == Applied::Done);
    assert_eq!(done.count(), 1);
}

async fn a_question_counts_unless_another_one_came_in_between(database: &Database) {
    sample::populate(&**database).await;
    store(database, &device("one", "BCDF-GHJK")).await;
    let asked = async |before, at| {
        let poll = Change::RecordPoll {
            waiter: Waiter::Device(digest("one")),
            before,
            at,
        };
        database.apply(&[poll]).await.unwrap()
    };
    assert_eq!(asked(None, NOW).await, Applied::Done);
    assert_eq!(asked(None, after(5)).await, Applied::Conflict);
    assert_eq!(read(database, "one").await.polled_at, Some(NOW));
    assert_eq!(asked(Some(NOW), after(5)).await, Applied::Done);
    assert_eq!(read(database, "one").await.polled_at, Some(after(5)));
}

async fn the_interval_grows_to_a_minute_at_most(database: &Database) {
    sample::populate(&**database).await;
    store(database, &device("one", "BCDF-GHJK")).await;
    let mut intervals = Vec::new();
    for _ in 0..12 {
        let hasty = Change::SlowDown {
            waiter: Waiter::Device(digest("one")),
            at: after(1),
        };
        database.apply(&[hasty]).await.unwrap();
        intervals.push(read(database, "one").await.interval.seconds());
    }
    assert_eq!(intervals, [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60]);
    assert_eq!(read(database, "one").await.polled_at, Some(after(1)));
}
