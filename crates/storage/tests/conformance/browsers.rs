//! Browsers: found by the digest of their cookie until they expire.

use symbolon_storage::Browser;

use crate::{
    database::Database,
    sample::{NOW, ODD, after},
};

on_every_back_end! {
    a_browser_comes_back_until_it_expires,
    a_browser_is_forgotten,
    a_browser_is_saved_again,
    a_digest_is_of_one_browser,
    a_forgotten_browser_does_not_come_back,
}

fn browser(data: &str) -> Browser {
    Browser {
        data: data.to_owned(),
        expires_at: after(600),
    }
}

async fn a_browser_comes_back_until_it_expires(database: &Database) {
    let digest: Vec<u8> = (0..=255).collect();
    let created = database.create_browser(&digest, &browser(ODD)).await;
    created.unwrap();
    for (now, expected) in [
        (NOW, Some(browser(ODD))),
        (after(599), Some(browser(ODD))),
        (after(600), None),
    ] {
        let read = database.browser(&digest, now).await.unwrap();
        assert_eq!(read, expected, "{now:?}");
    }
    assert_eq!(database.browser(b"unknown", NOW).await.unwrap(), None);
}

async fn a_browser_is_saved_again(database: &Database) {
    let (old, other) = (browser("old"), browser("other"));
    database.create_browser(b"1", &old).await.unwrap();
    database.create_browser(b"2", &other).await.unwrap();
    let new = Browser {
        data: "new".to_owned(),
        expires_at: after(1200),
    };
    database.save_browser(b"1", &new).await.unwrap();
    assert_eq!(database.browser(b"1", after(900)).await.unwrap(), Some(new));
    assert_eq!(database.browser(b"2", NOW).await.unwrap(), Some(other));
}

async fn a_browser_is_forgotten(database: &Database) {
    for digest in [b"1", b"2"] {
        let created = database.create_browser(digest, &browser("{}")).await;
        created.unwrap();
    }
    for _ in 0..2 {
        database.delete_browser(b"1").await.unwrap();
    }
    assert_eq!(database.browser(b"1", NOW).await.unwrap(), None);
    assert!(database.browser(b"2", NOW).await.unwrap().is_some());
}

async fn a_forgotten_browser_does_not_come_back(database: &Database) {
    let old = browser("old");
    database.create_browser(b"1", &old).await.unwrap();
    database.delete_browser(b"1").await.unwrap();
    for digest in [b"1", b"2"] {
        database.save_browser(digest, &old).await.unwrap();
        assert_eq!(database.browser(digest, NOW).await.unwrap(), None);
    }
}

async fn a_digest_is_of_one_browser(database: &Database) {
    let (first, second) = (browser("first"), browser("second"));
    database.create_browser(b"1", &first).await.unwrap();
    database.create_browser(b"1", &second).await.unwrap_err();
    let read = database.browser(b"1", NOW).await.unwrap();
    assert_eq!(read, Some(first));
}
