//! What somebody does to the own account: nobody else's moves.

use symbolon_core::{approval::Approval, scope::Scope, session::Session};
use symbolon_storage::{Act, Administered, DeclaredSubject, PasswordHashes, Storage};

use crate::{
    administration::event,
    database::Database,
    sample::{self, approval, digest, id, is_live, scope, session},
};

on_every_back_end! {
    a_new_password_presupposes_the_old_one_and_keeps_one_session,
    all_sessions_end_but_one,
    what_was_allowed_is_listed_a_part_at_a_time,
    what_is_withdrawn_is_revoked_for_that_client_alone,
}

/// Two sessions of alice and one of bob, each with an approval of its name.
async fn signed_in(storage: &dyn Storage) {
    sample::populate(storage).await;
    for (name, whose) in [("here", "alice"), ("there", "alice"), ("bobs", "bob")] {
        let session = Session {
            subject: id(whose),
            ..session(name)
        };
        storage.create_session(&session).await.unwrap();
        let approval = Approval {
            subject: id(whose),
            session: id(name),
            ..approval(name)
        };
        let allowed = scope("openid email");
        let created = storage.create_approval(&approval, digest(name), Some(&allowed));
        created.await.unwrap();
    }
}

async fn act(storage: &dyn Storage, name: &str, act: Act) -> Administered {
    storage.administer(&act, &event(name), None).await.unwrap()
}

async fn ended(storage: &dyn Storage, name: &str) -> bool {
    let found = storage.session(&id(name)).await.unwrap().unwrap();
    found.ended_at.is_some()
}

const OLD: &str = "$argon2id$old";

async fn hash(storage: &dyn Storage) -> Option<String> {
    let found = storage.stored_subject(&id("alice")).await.unwrap();
    found.unwrap().value.password_hash
}

async fn a_new_password_presupposes_the_old_one_and_keeps_one_session(database: &Database) {
    let storage = &**database;
    signed_in(storage).await;
    let alice = DeclaredSubject {
        password_hash: Some(OLD.to_owned()),
        ..sample::person("alice")
    };
    storage.put_subject(&alice, sample::NOW).await.unwrap();
    let change = |old: &str| Act::ChangePassword {
        subject: id("alice"),
        hashes: PasswordHashes {
            old: old.to_owned(),
            new: "$argon2id$new".to_owned(),
        },
        kept: id("here"),
    };
    assert!(!format!("{:?}", change("secret")).contains("secret"));
    assert_eq!(
        act(storage, "1", change("another")).await,
        Administered::Stale
    );
    assert!(!ended(storage, "there").await && is_live(storage, "there").await);
    assert_eq!(act(storage, "2", change(OLD)).await, Administered::Done);
    assert_eq!(hash(storage).await.as_deref(), Some("$argon2id$new"));
    assert!(ended(storage, "there").await && !is_live(storage, "there").await);
    for name in ["here", "bobs"] {
        assert!(
            !ended(storage, name).await && is_live(storage, name).await,
            "{name}"
        );
    }
    // Whoever proved the same old password at the same time comes too late.
    assert_eq!(act(storage, "3", change(OLD)).await, Administered::Stale);
}

async fn all_sessions_end_but_one(database: &Database) {
    let storage = &**database;
    signed_in(storage).await;
    let end = Act::EndOtherSessions {
        subject: id("alice"),
        kept: id("here"),
    };
    assert_eq!(act(storage, "1", end).await, Administered::Done);
    assert!(ended(storage, "there").await && !is_live(storage, "there").await);
    for name in ["here", "bobs"] {
        assert!(
            !ended(storage, name).await && is_live(storage, name).await,
            "{name}"
        );
    }
}

async fn what_was_allowed_is_listed_a_part_at_a_time(database: &Database) {
    let storage = &**database;
    signed_in(storage).await;
    let mobile = Approval {
        client: id("mobile"),
        ..approval("mobile")
    };
    let allowed = scope("openid");
    let created = storage.create_approval(&mobile, digest("mobile"), Some(&allowed));
    created.await.unwrap();
    let consents = async |after, limit| -> Vec<String> {
        let found = storage
            .consents_of(&id("alice"), after, limit)
            .await
            .unwrap();
        let found = found.into_iter();
        found
            .map(|one| format!("{} {}", one.client, one.scope))
            .collect()
    };
    assert_eq!(consents("", 9).await, ["mobile openid", "web openid email"]);
    assert_eq!(consents("", 1).await, ["mobile openid"]);
    assert_eq!(consents("mobile", 9).await, ["web openid email"]);
    let approvals = async |after, limit| -> Vec<String> {
        let found = storage
            .approvals_of(&id("alice"), after, limit)
            .await
            .unwrap();
        found.into_iter().map(|one| one.id.to_string()).collect()
    };
    assert_eq!(approvals("", 9).await, ["here", "mobile", "there"]);
    assert_eq!(approvals("here", 1).await, ["mobile"]);
    let names = storage.identifiers_of(&id("alice")).await.unwrap();
    assert!(
        names.iter().any(|name| name.starts_with("alice")),
        "{names:?}"
    );
    assert!(
        storage
            .identifiers_of(&id("nobody"))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn what_is_withdrawn_is_revoked_for_that_client_alone(database: &Database) {
    let storage = &**database;
    signed_in(storage).await;
    let mobile = Approval {
        client: id("mobile"),
        ..approval("mobile")
    };
    let created = storage.create_approval(&mobile, digest("mobile"), None);
    created.await.unwrap();
    let withdraw = || Act::WithdrawConsent {
        subject: id("alice"),
        client: id("web"),
    };
    assert_eq!(act(storage, "1", withdraw()).await, Administered::Done);
    let consent = async |whose| storage.consent(&id(whose), &id("web")).await.unwrap();
    assert_eq!(consent("alice").await, Scope::default());
    assert_eq!(consent("bob").await, scope("openid email"));
    for (name, live) in [
        ("here", false),
        ("there", false),
        ("bobs", true),
        ("mobile", true),
    ] {
        assert_eq!(is_live(storage, name).await, live, "{name}");
    }
    // What was not allowed cannot be taken back, and then nothing is revoked either.
    assert_eq!(act(storage, "2", withdraw()).await, Administered::Missing);
}
