//! A row that no version writes is named, and neither guessed at nor a reason to panic.

use std::fmt::Debug;

use symbolon_storage::{Result, StorageError};

use crate::{
    database::Database,
    sample::{self, NOW, client, digest, id, identifier, interaction, person, signing_key},
};

on_shared_back_ends! {
    a_corrupt_approval_is_named,
    a_corrupt_client_is_named,
    a_corrupt_consent_is_named,
    a_corrupt_interaction_is_named,
    a_corrupt_opaque_token_is_named,
    a_corrupt_organization_or_role_is_named,
    a_corrupt_session_is_named,
    a_corrupt_signing_key_is_named,
    a_corrupt_subject_is_named,
}

fn assert_corrupt<T: Debug>(read: Result<T>, expected_table: &str, expected_row: &str) {
    match read {
        Err(StorageError::Corrupt { table, row, .. }) => {
            assert_eq!((table, row.as_str()), (expected_table, expected_row));
        }
        other => panic!("{expected_table} {expected_row}: {other:?}"),
    }
}

/// One byte where 32 are due.
fn short_digest(database: &Database) -> &'static str {
    if database.is_postgres() {
        "'\\x00'"
    } else {
        "x'00'"
    }
}

async fn a_corrupt_approval_is_named(database: &Database) {
    sample::populate(&**database).await;
    let short = short_digest(database);
    let corruptions = [
        "challenge = 'short'".to_owned(),
        "claims = '{'".to_owned(),
        "claims = '{\"userinfo\": 1}'".to_owned(),
        "refresh_family = NULL".to_owned(),
        "redeemed_at = NULL".to_owned(),
        "refresh_current = NULL".to_owned(),
        "refresh_rotated_at = NULL".to_owned(),
        format!("refresh_current = {short}"),
        format!("refresh_previous = {short}"),
        "scope = '\"'".to_owned(),
        "session_id = ''".to_owned(),
        "session_id = 'a b'".to_owned(),
    ];
    for (number, corruption) in corruptions.iter().enumerate() {
        let name = format!("approval-{number}");
        sample::approve_and_redeem(&**database, &name).await;
        let statement = format!("UPDATE approval SET {corruption} WHERE id = '{name}'");
        database.run(&statement).await;
        let read = database.approval(&id(&name)).await;
        assert_corrupt(read, "approval", &name);
        let by_code = database
            .approval_of_code(digest(&format!("code of {name}")))
            .await;
        assert_corrupt(by_code, "approval", &name);
    }
}

async fn a_corrupt_session_is_named(database: &Database) {
    sample::populate(&**database).await;
    let session = sample::session("one");
    database.create_session(&session).await.unwrap();
    database
        .run(
            "INSERT INTO subject (id, organization_id, kind, username, profile, created_at, \
             updated_at) VALUES ('a b', 'acme', 'person', 'a b', '{}', 1, 1)",
        )
        .await;
    database.run("UPDATE session SET subject_id = 'a b'").await;
    assert_corrupt(database.session(&session.id).await, "session", "one");
}

async fn a_corrupt_client_is_named(database: &Database) {
    sample::populate(&**database).await;
    let with_secret = symbolon_core::client::Client {
        secrets: vec![symbolon_core::client::StoredSecret {
            digest: digest("secret"),
            expires_at: None,
            sealed: None,
        }],
        ..client("web")
    };
    for corruption in [
        "UPDATE client SET metadata = '' WHERE id = 'web'".to_owned(),
        "UPDATE client SET metadata = '{}' WHERE id = 'web'".to_owned(),
        "UPDATE client SET metadata = replace(metadata, '\"none\"', '\"magic\"') WHERE id = 'web'"
            .to_owned(),
        "UPDATE client SET metadata = replace(metadata, '{\"client_name', \
         '{\"from_the_future\":1,\"client_name') WHERE id = 'web'"
            .to_owned(),
        format!(
            "UPDATE client_secret SET digest = {}",
            short_digest(database)
        ),
    ] {
        database.put_client(&with_secret, NOW).await.unwrap();
        database.run(&corruption).await;
        let table = if corruption.contains("client_secret") {
            "client_secret"
        } else {
            "client"
        };
        assert_corrupt(database.client(&id("web")).await, table, "web");
        assert_corrupt(database.clients().await, table, "web");
    }
}

async fn a_corrupt_subject_is_named(database: &Database) {
    sample::populate(&**database).await;
    for corruption in [
        "UPDATE subject SET kind = 'angel' WHERE id = 'alice'",
        "UPDATE subject SET profile = '[' WHERE id = 'alice'",
        "UPDATE subject SET profile = '{\"from_the_future\": 1}' WHERE id = 'alice'",
    ] {
        database.put_subject(&person("alice"), NOW).await.unwrap();
        database.run(corruption).await;
        assert_corrupt(
            database.subject(&id("alice"), NOW).await,
            "subject",
            "alice",
        );
        let declared = database.declared_subject(&identifier("alice")).await;
        assert_corrupt(declared, "subject", "alice");
        let declared = database.subjects_after("", 10).await;
        assert_corrupt(declared, "subject", "alice");
    }
    database.put_subject(&person("alice"), NOW).await.unwrap();
    database
        .run("INSERT INTO identifier (canonical, subject_id) VALUES ('', 'alice')")
        .await;
    let declared = database.declared_subject_by_id(&id("alice")).await;
    assert_corrupt(declared, "identifier", "alice");

    database
        .run("INSERT INTO role (key, name) VALUES ('a b', 'a b')")
        .await;
    database
        .run("INSERT INTO role_grant (subject_id, organization_id, role_key) VALUES ('bob', 'acme', 'a b')")
        .await;
    assert_corrupt(database.subject(&id("bob"), NOW).await, "role_grant", "bob");
    let grants = database.role_grants_between("alice", "bob").await;
    assert_corrupt(grants, "role_grant", "bob");
}

async fn a_corrupt_organization_or_role_is_named(database: &Database) {
    database
        .run("INSERT INTO organization (id, name, created_at) VALUES ('a b', 'A', 1)")
        .await;
    assert_corrupt(database.organizations().await, "organization", "a b");
    database
        .run("INSERT INTO role (key, name) VALUES ('a b', 'a b')")
        .await;
    assert_corrupt(database.roles().await, "role", "a b");
}

async fn a_corrupt_interaction_is_named(database: &Database) {
    for (name, corruption) in [
        ("one", "parameters = 'client_id=web'"),
        ("two", "parameters = '[[\"one\"]]'"),
        ("three", "chosen_session = 'a b'"),
        ("four", "pushed_digest = 'x'"),
    ] {
        let created = database
            .create_interaction(digest(name), &interaction())
            .await;
        created.unwrap();
        database
            .run(&format!("UPDATE interaction SET {corruption}"))
            .await;
        let read = database.interaction(digest(name), NOW).await;
        assert_corrupt(read, "interaction", "of this digest");
    }
}

async fn a_corrupt_opaque_token_is_named(database: &Database) {
    for (name, corruption) in [
        ("one", "claims = '{}'"),
        ("two", "claims = replace(claims, '\"alice\"', '\"a b\"')"),
        ("three", "claims_request = 'null'"),
    ] {
        database.apply(&[sample::issue(name)]).await.unwrap();
        database
            .run(&format!("UPDATE access_token SET {corruption}"))
            .await;
        let read = database.access_token(digest(name)).await;
        assert_corrupt(read, "access_token", "of this digest");
    }
}

async fn a_corrupt_consent_is_named(database: &Database) {
    sample::populate(&**database).await;
    database
        .run(
            "INSERT INTO consent (subject_id, client_id, scope, updated_at) \
             VALUES ('alice', 'web', 'open\"id', 1)",
        )
        .await;
    let read = database.consent(&id("alice"), &id("web")).await;
    assert_corrupt(read, "consent", "alice, web");
}

async fn a_corrupt_signing_key_is_named(database: &Database) {
    let key = signing_key("one", 1);
    for corruption in [
        "algorithm = 'none'",
        "generation = -1",
        "generation = 4294967296",
    ] {
        database.create_signing_key(&key).await.unwrap();
        database
            .run(&format!("UPDATE signing_key SET {corruption}"))
            .await;
        assert_corrupt(database.signing_keys().await, "signing_key", "one");
        database.delete_signing_key(&id("one"), NOW).await.unwrap();
    }
}

/// SQLite keeps a text where a number is due; PostgreSQL does not take it.
#[tokio::test]
async fn a_value_of_another_type_is_corrupt() {
    let database = Database::sqlite().await;
    sample::populate(&*database).await;
    sample::approve(&*database, "one").await;
    database
        .run("UPDATE approval SET created_at = 'yesterday'")
        .await;
    let read = database.approval(&id("one")).await;
    assert_corrupt(read, "approval", "one");

    database.run("UPDATE client SET metadata = x'ff'").await;
    assert_corrupt(database.client(&id("web")).await, "client", "web");
}
