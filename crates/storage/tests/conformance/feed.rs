//! The feed: everything that other instances keep in memory says so when it changes.

use std::collections::BTreeMap;

use symbolon_core::{decision::Change, organization::Organization, role::Role, time::Lifetime};
use symbolon_storage::{Applied, Changed, DeclaredSubject, Result, Storage};

use crate::{
    database::Database,
    sample::{
        self, NOW, after, api, client, digest, id, organization, person, relation, role, rule_set,
        signing_key,
    },
};

on_every_back_end! {
    a_version_grows_even_when_the_feed_was_purged_meanwhile,
    a_write_that_is_refused_is_not_told,
    every_kind_of_change_is_told_and_its_version_grows,
    only_what_changed_since_is_told,
    the_end_of_a_session_tells_what_it_revoked,
    the_end_of_all_sessions_tells_what_it_revoked,
}

/// What instances keep in memory and must forget, as `noun key`, with a write that changes it.
const WRITES: [&str; 14] = [
    "access_token of an opaque token revoked",
    "api put",
    "approval revoked",
    "client put",
    "organization put",
    "relation deleted",
    "relation put",
    "revoked_token of a token revoked",
    "role put",
    "rule set created",
    "signing_key created",
    "signing_key deleted",
    "subject put",
    "subject granted roles",
];

async fn write(storage: &dyn Storage, what: &str, round: i64) -> Result<(&'static str, String)> {
    let now = after(round);
    let change = match what {
        "access_token of an opaque token revoked" => Change::RevokeOpaqueAccessToken {
            token: digest("opaque"),
            at: now,
        },
        "approval revoked" => Change::RevokeApproval {
            approval: id("one"),
            at: now,
        },
        "revoked_token of a token revoked" => Change::RevokeAccessToken {
            jti: "jti".to_owned(),
            expires_at: after(3600),
            at: now,
        },
        other => return write_declared(storage, other, round).await,
    };
    storage.apply(&[change]).await?;
    Ok(match what {
        "approval revoked" => ("approval", "one".to_owned()),
        "revoked_token of a token revoked" => ("revoked_token", "jti".to_owned()),
        _ => (
            "access_token",
            hexadecimal(digest::<()>("opaque").as_bytes()),
        ),
    })
}

async fn write_declared(
    storage: &dyn Storage,
    what: &str,
    round: i64,
) -> Result<(&'static str, String)> {
    let now = after(round);
    Ok(match what {
        "client put" => {
            storage.put_client(&client("web"), now).await?;
            ("client", "web".to_owned())
        }
        "organization put" => {
            storage.put_organization(&organization("acme"), now).await?;
            ("organization", "acme".to_owned())
        }
        "signing_key created" => {
            // Only one that does not exist is created: it goes and comes again.
            storage.delete_signing_key(&id("made"), now).await?;
            let mut key = signing_key("made", 1);
            key.record.created_at = now;
            storage.create_signing_key(&key).await?;
            ("signing_key", "made".to_owned())
        }
        "signing_key deleted" => {
            storage.delete_signing_key(&id("deleted"), now).await?;
            ("signing_key", "deleted".to_owned())
        }
        "subject put" => {
            storage.put_subject(&person("alice"), now).await?;
            ("subject", "alice".to_owned())
        }
        "subject granted roles" => {
            let (bob, globex) = (id("bob"), id("globex"));
            storage
                .put_role_grants(&bob, &globex, &[(role("viewer"), None)], now)
                .await?;
            ("subject", "bob".to_owned())
        }
        "role put" => {
            let role = Role {
                key: role("viewer"),
                name: "Viewer".to_owned(),
                organization: None,
            };
            storage.put_role(&role, now).await?;
            ("policy", "role".to_owned())
        }
        "relation put" => {
            storage
                .put_relation(&relation("acme", "globex"), now)
                .await?;
            ("policy", "relation".to_owned())
        }
        "relation deleted" => {
            storage
                .delete_relation(&relation("acme", "globex"), now)
                .await?;
            ("policy", "relation".to_owned())
        }
        "api put" => {
            storage.put_api(&api("urn:feed", &[]), now).await?;
            ("policy", "api".to_owned())
        }
        "rule set created" => {
            let last = storage.policy_facts().await?.version;
            let next = rule_set(last + 1, &[]);
            assert_eq!(storage.create_rule_set(&next).await?, Applied::Done);
            ("policy", "rule_set".to_owned())
        }
        unknown => panic!("{unknown}"),
    })
}

async fn every_kind_of_change_is_told_and_its_version_grows(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let elsewhere = database.second_instance().await;
    for what in WRITES {
        let mut last = version(&**database, "", "").await;
        for round in 0..3 {
            let (noun, key) = write(&**database, what, round).await.unwrap();
            let told = version(&*elsewhere, noun, &key).await;
            assert!(told.is_some(), "{what}");
            assert!(round == 0 || told > last, "{what}: {last:?}, {told:?}");
            last = told;
        }
    }
}

async fn a_version_grows_even_when_the_feed_was_purged_meanwhile(database: &Database) {
    let acme = organization("acme");
    for second in 0..20 {
        let put = database.put_organization(&acme, after(second)).await;
        put.unwrap();
    }
    let before = version(&**database, "organization", "acme").await;
    let later = after(20).plus(Lifetime::from_days(1));
    let hour = Lifetime::from_hours(1);
    database.purge(later, hour).await.unwrap();
    assert_eq!(version(&**database, "organization", "acme").await, None);
    database.put_organization(&acme, later).await.unwrap();
    let told = version(&**database, "organization", "acme").await;
    assert!(told > before, "{before:?}, {told:?}");
}

async fn only_what_changed_since_is_told(database: &Database) {
    for (name, at) in [("before", 9), ("at", 10), ("behind", 11)] {
        let put = database
            .put_organization(&organization(name), after(at))
            .await;
        put.unwrap();
    }
    let told = keys(&database.changed_since(after(10)).await.unwrap());
    assert_eq!(told, ["organization at", "organization behind"]);
    assert_eq!(database.changed_since(NOW).await.unwrap().len(), 3);
    assert_eq!(database.changed_since(after(12)).await.unwrap(), []);

    // Again: what changed long ago changed now.
    let before = organization("before");
    database.put_organization(&before, after(12)).await.unwrap();
    let told = keys(&database.changed_since(after(12)).await.unwrap());
    assert_eq!(told, ["organization before"]);
}

async fn a_write_that_is_refused_is_not_told(database: &Database) {
    sample::populate(&**database).await;
    let told = database.changed_since(NOW).await.unwrap();
    let thief = DeclaredSubject {
        identifiers: person("alice").identifiers,
        ..person("thief")
    };
    database.put_subject(&thief, after(1)).await.unwrap();
    database.create_person(&thief, after(1)).await.unwrap();
    let no_home = DeclaredSubject {
        organization: id::<Organization>("nowhere"),
        ..person("homeless")
    };
    let refused = database.put_subject(&no_home, after(1)).await;
    refused.unwrap_err();
    assert_eq!(database.changed_since(NOW).await.unwrap().len(), told.len());
    assert_eq!(database.changed_since(after(1)).await.unwrap(), []);
}

async fn the_end_of_a_session_tells_what_it_revoked(database: &Database) {
    let told = told_by(database, async |storage, now| {
        storage.end_session(&id("session"), now).await
    })
    .await;
    assert_eq!(told, ["approval online", "approval other"]);
}

async fn the_end_of_all_sessions_tells_what_it_revoked(database: &Database) {
    let told = told_by(database, async |storage, now| {
        storage.end_sessions_of(&id("alice"), now).await
    })
    .await;
    let all = ["approval offline", "approval online", "approval other"];
    assert_eq!(told, all);
}

/// What the end of sessions tells when three approvals are good (one of them for offline access)
/// and one is revoked already.
async fn told_by(
    database: &Database,
    end: impl AsyncFn(&dyn Storage, symbolon_core::time::Timestamp) -> Result<()>,
) -> Vec<String> {
    sample::populate(&**database).await;
    for name in ["online", "other", "revoked"] {
        sample::approve_and_redeem(&**database, name).await;
    }
    let offline = symbolon_core::approval::Approval {
        scope: sample::scope("openid offline_access"),
        ..sample::approval("offline")
    };
    let created = database
        .create_approval(&offline, digest("code"), None)
        .await;
    created.unwrap();
    database.apply(&[sample::revoke("revoked")]).await.unwrap();

    end(&**database, after(100)).await.unwrap();
    let told = keys(&database.changed_since(after(100)).await.unwrap());
    // Again: nothing is left to revoke.
    end(&**database, after(200)).await.unwrap();
    assert_eq!(database.changed_since(after(200)).await.unwrap(), []);
    told
}

async fn version(storage: &dyn Storage, noun: &str, key: &str) -> Option<i64> {
    let told = storage.changed_since(NOW).await.unwrap();
    let versions: BTreeMap<_, _> = told
        .iter()
        .map(|changed| {
            (
                (changed.noun.as_str(), changed.key.as_str()),
                changed.version,
            )
        })
        .collect();
    versions.get(&(noun, key)).copied()
}

fn keys(told: &[Changed]) -> Vec<String> {
    let mut keys: Vec<_> = told
        .iter()
        .map(|changed| format!("{} {}", changed.noun, changed.key))
        .collect();
    keys.sort();
    keys
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
