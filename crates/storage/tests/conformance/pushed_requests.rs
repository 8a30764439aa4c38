//! Pushed requests: one browser, one answer.

use symbolon_core::{
    authorize::pushed::PushedRequest,
    parameters::Parameters,
    secret::{Digest, RequestUri},
};
use symbolon_storage::Applied;

use crate::{
    database::{Database, race},
    sample::{self, NOW, ODD, after, digest, pushed_request},
};

on_every_back_end! {
    a_pushed_request_is_for_the_browser_that_comes_first,
    a_pushed_request_of_nobody_is_refused,
    a_pushed_request_is_used_once,
    every_field_of_a_pushed_request_comes_back,
    of_32_browsers_one_gets_a_pushed_request,
    of_32_that_use_a_pushed_request_one_is_done,
}

fn reference(name: &str) -> Digest<RequestUri> {
    digest(name)
}

async fn push(database: &Database, name: &str) {
    sample::populate(&**database).await;
    let created = database
        .create_pushed_request(reference(name), &pushed_request())
        .await;
    created.unwrap();
}

async fn every_field_of_a_pushed_request_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let pairs = [("state", ODD), ("resource", "a"), ("resource", "b")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let written = PushedRequest {
        parameters: Parameters::from_pairs(pairs),
        expires_at: after(i64::from(u32::MAX)),
        ..pushed_request()
    };
    let created = database
        .create_pushed_request(reference("one"), &written)
        .await;
    created.unwrap();
    let read = database.pushed_request(reference("one")).await.unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", Some(&written)));
    let unknown = database.pushed_request(reference("unknown")).await;
    assert!(unknown.unwrap().is_none());
    let claimed = database.claim_pushed_request(reference("one"), ODD).await;
    assert_eq!(claimed.unwrap(), Applied::Done);
    let spent = database
        .spend_pushed_request(reference("one"), ODD, after(7))
        .await;
    assert_eq!(spent.unwrap(), Applied::Done);
    let read = database.pushed_request(reference("one")).await.unwrap();
    let read = read.unwrap();
    assert_eq!(
        (read.browser.as_deref(), read.used_at),
        (Some(ODD), Some(after(7)))
    );
}

async fn a_pushed_request_is_for_the_browser_that_comes_first(database: &Database) {
    push(database, "one").await;
    let claim = async |browser| {
        let claimed = database
            .claim_pushed_request(reference("one"), browser)
            .await;
        claimed.unwrap()
    };
    assert_eq!(claim("first").await, Applied::Done);
    assert_eq!(claim("second").await, Applied::Conflict);
    // People reload pages.
    assert_eq!(claim("first").await, Applied::Done);
    let spend = async |browser| {
        let spent = database
            .spend_pushed_request(reference("one"), browser, NOW)
            .await;
        spent.unwrap()
    };
    assert_eq!(spend("second").await, Applied::Conflict);
    assert_eq!(spend("first").await, Applied::Done);
    assert_eq!(claim("first").await, Applied::Conflict);
}

async fn a_pushed_request_is_used_once(database: &Database) {
    push(database, "one").await;
    let spend = async |name| {
        let spent = database
            .spend_pushed_request(reference(name), "browser", NOW)
            .await;
        spent.unwrap()
    };
    assert_eq!(spend("one").await, Applied::Done);
    assert_eq!(spend("one").await, Applied::Conflict);
    assert_eq!(spend("unknown").await, Applied::Conflict);
}

async fn a_pushed_request_of_nobody_is_refused(database: &Database) {
    let created = database
        .create_pushed_request(reference("one"), &pushed_request())
        .await;
    created.unwrap_err();
}

async fn of_32_browsers_one_gets_a_pushed_request(database: &Database) {
    push(database, "one").await;
    let instances = database.instances().await;
    let outcomes = race(&instances, 32, |number, instance| async move {
        let browser = format!("browser {number}");
        let claimed = instance.claim_pushed_request(reference("one"), &browser);
        claimed.await.unwrap()
    })
    .await;
    let done = outcomes.iter().filter(|applied| **applied == Applied::Done);
    assert_eq!(done.count(), 1);
}

async fn of_32_that_use_a_pushed_request_one_is_done(database: &Database) {
    push(database, "one").await;
    let instances = database.instances().await;
    let outcomes = race(&instances, 32, |_, instance| async move {
        let spent = instance.spend_pushed_request(reference("one"), "browser", NOW);
        spent.await.unwrap()
    })
    .await;
    let done = outcomes.iter().filter(|applied| **applied == Applied::Done);
    assert_eq!(done.count(), 1);
}
