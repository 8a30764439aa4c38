//! Personal access tokens, found by the digest of their text and listed by their owner.

use std::collections::BTreeSet;

use symbolon_core::token::personal::{Limits, PersonalAccessToken};

use crate::{
    database::Database,
    sample::{self, NOW, ODD, after, digest, id, role, scope},
};

on_every_back_end! {
    a_personal_token_is_revoked_once_and_that_is_told,
    a_personal_token_of_nobody_or_of_a_known_digest_is_refused,
    every_field_of_a_personal_token_comes_back,
    the_last_use_of_a_personal_token_only_moves_on,
    the_personal_tokens_of_an_owner_are_read_page_by_page,
}

/// A token of alice that is not limited.
pub(crate) fn token(name: &str) -> PersonalAccessToken {
    PersonalAccessToken {
        id: id(name),
        digest: digest(name),
        owner: id("alice"),
        name: name.to_owned(),
        limits: Limits::default(),
        created_at: NOW,
        expires_at: after(3600),
        revoked_at: None,
    }
}

fn assert_equal(read: &PersonalAccessToken, expected: &PersonalAccessToken) {
    assert_eq!(read.id, expected.id);
    assert_eq!(read.digest, expected.digest);
    assert_eq!(read.owner, expected.owner);
    assert_eq!(read.name, expected.name);
    assert_eq!(read.limits, expected.limits);
    assert_eq!(read.created_at, expected.created_at);
    assert_eq!(read.expires_at, expected.expires_at);
    assert_eq!(read.revoked_at, expected.revoked_at);
}

async fn every_field_of_a_personal_token_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let limited = PersonalAccessToken {
        owner: id("bob"),
        name: ODD.to_owned(),
        limits: Limits {
            organizations: Some(vec![id("globex"), id("acme")]),
            roles: Some(vec![role("viewer")]),
            scope: scope("openid api:read"),
        },
        ..token("limited")
    };
    let powerless = PersonalAccessToken {
        // Not the same as not limited.
        limits: Limits {
            organizations: Some(Vec::new()),
            roles: Some(Vec::new()),
            ..Limits::default()
        },
        ..token("powerless")
    };
    for written in [limited, powerless, token("plain")] {
        database.create_personal_token(&written).await.unwrap();
        let read = database.personal_token(written.digest).await.unwrap();
        assert_equal(&read.unwrap(), &written);
    }
    let unknown = database.personal_token(digest("unknown")).await.unwrap();
    assert!(unknown.is_none());
}

async fn a_personal_token_of_nobody_or_of_a_known_digest_is_refused(database: &Database) {
    sample::populate(&**database).await;
    database.create_personal_token(&token("one")).await.unwrap();
    let nobodys = PersonalAccessToken {
        owner: id("nobody"),
        ..token("nobodys")
    };
    let double = PersonalAccessToken {
        digest: digest("one"),
        ..token("double")
    };
    for refused in [nobodys, double] {
        let answer = database.create_personal_token(&refused).await;
        assert!(!answer.unwrap_err().is_unavailable());
    }
    let read = database.personal_token(digest("one")).await.unwrap();
    assert_equal(&read.unwrap(), &token("one"));
}

async fn a_personal_token_is_revoked_once_and_that_is_told(database: &Database) {
    sample::populate(&**database).await;
    for name in ["one", "other"] {
        database.create_personal_token(&token(name)).await.unwrap();
    }
    let revoke = async |name, seconds| {
        let name = id(name);
        database
            .revoke_personal_token(&name, after(seconds))
            .await
            .unwrap()
    };
    assert!(revoke("one", 10).await);
    let told = database.changed_since(after(10)).await.unwrap();
    let told: BTreeSet<_> = told.iter().map(|one| (&*one.noun, &*one.key)).collect();
    assert_eq!(
        Vec::from_iter(told),
        [("personal_access_token", "one"), ("revoked_token", "one")]
    );
    // What it was exchanged for is asked for under its name.
    assert!(database.is_revoked("one").await.unwrap());
    assert!(!database.is_revoked("other").await.unwrap());

    assert!(!revoke("one", 20).await);
    assert!(!revoke("unknown", 20).await);
    let read = database.personal_token(digest("one")).await.unwrap();
    let expected = PersonalAccessToken {
        revoked_at: Some(after(10)),
        ..token("one")
    };
    assert_equal(&read.unwrap(), &expected);
    let read = database.personal_token(digest("other")).await.unwrap();
    assert_equal(&read.unwrap(), &token("other"));
}

async fn the_last_use_of_a_personal_token_only_moves_on(database: &Database) {
    sample::populate(&**database).await;
    for name in ["one", "two"] {
        database.create_personal_token(&token(name)).await.unwrap();
    }
    let (alice, one) = (id("alice"), id("one"));
    let last_uses = async || {
        let tokens = database.personal_tokens_of(&alice, "", 10).await.unwrap();
        tokens.iter().map(|(_, used)| *used).collect::<Vec<_>>()
    };
    assert_eq!(last_uses().await, [None, None]);
    for seconds in [10, 30, 20] {
        let touched = database.touch_personal_token(&one, after(seconds)).await;
        touched.unwrap();
    }
    assert_eq!(last_uses().await, [Some(after(30)), None]);
}

async fn the_personal_tokens_of_an_owner_are_read_page_by_page(database: &Database) {
    sample::populate(&**database).await;
    let bobs = PersonalAccessToken {
        owner: id("bob"),
        ..token("n2-of-bob")
    };
    database.create_personal_token(&bobs).await.unwrap();
    for name in ["n3", "n1", "n2"] {
        database.create_personal_token(&token(name)).await.unwrap();
    }
    let page = async |owner, after| {
        let page = database.personal_tokens_of(&id(owner), after, 2).await;
        let page = page.unwrap();
        let names = page.iter().map(|(token, _)| token.id.as_str().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(page("alice", "").await, ["n1", "n2"]);
    assert_eq!(page("alice", "n2").await, ["n3"]);
    assert_eq!(page("alice", "n3").await, [""; 0]);
    assert_eq!(page("bob", "").await, ["n2-of-bob"]);
    assert_eq!(page("nobody", "").await, [""; 0]);
}
