//! What the feed says about tokens that are still out there, and how far back it can be relied on.

use symbolon_core::{
    decision::Change,
    policy::token_changes::TokenChange,
    time::{Lifetime, Timestamp},
};

use crate::{
    database::Database,
    sample::{self, after, client, id, organization, person, role},
};

on_every_back_end! {
    how_far_back_the_feed_is_whole_is_known_and_never_claimed_too_early,
    what_tokens_depend_on_is_told_the_latest_first,
}

async fn what_tokens_depend_on_is_told_the_latest_first(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let (acme, alice) = (organization("acme"), person("alice"));
    let (bob, globex, viewer) = (id("bob"), id("globex"), [(role("viewer"), None)]);
    database
        .put_client(&client("web"), after(101))
        .await
        .unwrap();
    database.put_organization(&acme, after(102)).await.unwrap();
    database.put_subject(&alice, after(103)).await.unwrap();
    let put = database.put_role_grants(&bob, &globex, &viewer, after(104));
    put.await.unwrap();
    let revoked = [
        Change::RevokeApproval {
            approval: id("one"),
            at: after(105),
        },
        Change::RevokeAccessToken {
            jti: "jti".to_owned(),
            expires_at: after(3600),
            at: after(106),
        },
        // What is looked up at every use needs no list.
        Change::RevokeOpaqueAccessToken {
            token: sample::digest("opaque"),
            at: after(107),
        },
    ];
    database.apply(&revoked).await.unwrap();
    let kept = database.token_changes().await.unwrap();
    let expected = [
        (TokenChange::Token("jti".to_owned()), after(106)),
        (TokenChange::Grant(id("one")), after(105)),
        (TokenChange::Subject(id("bob")), after(104)),
        (TokenChange::Subject(id("alice")), after(103)),
        (TokenChange::Organization(id("acme")), after(102)),
        (TokenChange::Client(id("web")), after(101)),
    ];
    assert_eq!(kept.changes[..expected.len()], expected);
    // Again: what changed long ago changed now.
    database.put_organization(&acme, after(200)).await.unwrap();
    let kept = database.token_changes().await.unwrap();
    let acme = TokenChange::Organization(id("acme"));
    assert_eq!(kept.changes[0], (acme.clone(), after(200)));
    let told = kept.changes.iter().filter(|(change, _)| *change == acme);
    assert_eq!(told.count(), 1);
}

async fn how_far_back_the_feed_is_whole_is_known_and_never_claimed_too_early(database: &Database) {
    let whole_since = async || database.token_changes().await.unwrap().complete_since;
    let purge = async |now: Timestamp, hours: u32| {
        let feed = Lifetime::from_hours(hours);
        database.purge(now, feed).await.unwrap();
    };
    assert_eq!(whole_since().await, None);
    // Whoever purged before this was said kept an hour.
    let hour = |hour: i64| after(hour * 3600);
    purge(hour(0), 12).await;
    assert_eq!(whole_since().await, Some(hour(-1)));
    purge(hour(5), 12).await;
    assert_eq!(whole_since().await, Some(hour(-1)));
    purge(hour(12), 12).await;
    assert_eq!(whole_since().await, Some(hour(0)));
    // Kept for less, then for longer: what is gone does not come back.
    purge(hour(12), 2).await;
    assert_eq!(whole_since().await, Some(hour(10)));
    purge(hour(13), 24).await;
    assert_eq!(whole_since().await, Some(hour(10)));
    // Another instance, whose clock is behind.
    purge(hour(9), 2).await;
    assert_eq!(whole_since().await, Some(hour(10)));
}
