//! What a declared state writes and reads again.

use serde_json::json;
use symbolon_core::{
    organization::Organization,
    role::{Role, RoleKey},
    subject::Profile,
};
use symbolon_storage::{Applied, DeclaredSubject, RoleGrant};

use crate::{
    database::Database,
    sample::{self, NOW, ODD, after, id, identifier, organization, person, role},
};

on_every_back_end! {
    a_name_of_somebody_else_is_a_conflict_and_nothing_is_written,
    a_subject_gives_up_names_and_takes_others,
    every_field_of_a_subject_comes_back,
    organizations_and_roles_come_back_in_order_and_are_put_again,
    roles_are_exactly_those_that_were_granted_last,
    roles_of_nobody_or_unknown_ones_are_refused_as_a_whole,
    subjects_are_read_page_by_page,
    two_who_swap_their_names_one_by_one_succeed,
}

async fn organizations_and_roles_come_back_in_order_and_are_put_again(database: &Database) {
    // Upper case before lower case, on every database.
    let mut organizations = ["acme", "Zeta", "acme.x", "acme-x"]
        .map(organization)
        .to_vec();
    let mut roles = ["viewer", "Admin", "a:b", "a.b"].map(|key| Role {
        key: role(key),
        name: ODD.to_owned(),
        organization: (key == "a.b").then(|| id("acme")),
    });
    for organization in &organizations {
        database.put_organization(organization, NOW).await.unwrap();
    }
    for role in &roles {
        database.put_role(role, NOW).await.unwrap();
    }
    organizations.sort_by(|one, other| one.id.cmp(&other.id));
    roles.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(database.organizations().await.unwrap(), organizations);
    assert_eq!(declared_roles(database).await, roles);

    let changed = Organization {
        name: ODD.to_owned(),
        disabled_at: Some(after(1)),
        ..organization("Zeta")
    };
    let renamed = Role {
        key: role("viewer"),
        name: "Viewer".to_owned(),
        organization: Some(id("Zeta")),
    };
    database.put_organization(&changed, after(1)).await.unwrap();
    database.put_role(&renamed, NOW).await.unwrap();
    let read = database.organizations().await.unwrap();
    assert_eq!(read.first(), Some(&changed));
    assert_eq!(read.len(), organizations.len());
    let read = declared_roles(database).await;
    assert_eq!(read.last(), Some(&renamed));
    assert_eq!(read.len(), roles.len());
}

/// The roles beside those that every installation begins with.
async fn declared_roles(database: &Database) -> Vec<Role> {
    let mut roles = database.roles().await.unwrap();
    let count = roles.len();
    roles.retain(|role| {
        let initial = ["auditor", "organization_admin", "super_admin"];
        !initial.contains(&role.key.as_str())
    });
    assert_eq!(roles.len() + 3, count);
    roles
}

/// A subject that makes use of every field.
fn full() -> DeclaredSubject {
    let profile = json!({
        "name": ODD, "given_name": "", "family_name": "\u{0}", "middle_name": "m",
        "nickname": "n", "profile": "https://a.example", "picture": "p", "website": "w",
        "email": "full@acme.example", "email_verified": true, "gender": "g",
        "birthdate": "0000-01-01", "zoneinfo": "Europe/Vienna", "locale": "de-AT",
        "phone_number": "+43", "phone_number_verified": false,
        "address": {"formatted": ODD, "nested": {"numbers": [1, -1, 1.5, null]}},
    });
    DeclaredSubject {
        id: id("full"),
        organization: id("globex"),
        machine: true,
        username: ODD.to_owned(),
        identifiers: vec![identifier("full"), identifier("ünïcode ' name")],
        profile: serde_json::from_value::<Profile>(profile).unwrap(),
        password_hash: Some(ODD.to_owned()),
        disabled_at: Some(after(1)),
    }
}

async fn every_field_of_a_subject_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let put = database.put_subject(&full(), NOW).await.unwrap();
    assert_eq!(put, Applied::Done);
    let by_id = database.declared_subject_by_id(&id("full")).await.unwrap();
    assert_equal(by_id, full());
    for name in ["full", "ÜNÏCODE ' NAME"] {
        let by_name = database.declared_subject(&identifier(name)).await.unwrap();
        assert_equal(by_name, full());
    }
    let alice = database.declared_subject_by_id(&id("alice")).await.unwrap();
    assert_equal(alice, person("alice"));
    let unknown = database.declared_subject_by_id(&id("unknown")).await;
    assert!(unknown.unwrap().is_none());
    let unknown = database.declared_subject(&identifier("unknown")).await;
    assert!(unknown.unwrap().is_none());
}

async fn a_subject_gives_up_names_and_takes_others(database: &Database) {
    sample::populate(&**database).await;
    database.put_subject(&full(), NOW).await.unwrap();
    let changed = DeclaredSubject {
        identifiers: vec![identifier("full"), identifier("new")],
        ..person("full")
    };
    let put = database.put_subject(&changed, after(1)).await.unwrap();
    assert_eq!(put, Applied::Done);
    let read = database.declared_subject_by_id(&id("full")).await.unwrap();
    assert_equal(read, changed);
    let given_up = identifier("ünïcode ' name");
    assert_eq!(database.credential(&given_up).await.unwrap(), None);

    let heir = DeclaredSubject {
        identifiers: vec![given_up],
        ..person("heir")
    };
    let put = database.put_subject(&heir, after(2)).await.unwrap();
    assert_eq!(put, Applied::Done);
}

async fn a_name_of_somebody_else_is_a_conflict_and_nothing_is_written(database: &Database) {
    sample::populate(&**database).await;
    let new = DeclaredSubject {
        identifiers: vec![identifier("free"), identifier("ALICE")],
        ..person("new")
    };
    let known = DeclaredSubject {
        username: "renamed".to_owned(),
        identifiers: vec![identifier("free"), identifier("alice")],
        ..person("bob")
    };
    for refused in [new, known] {
        let put = database.put_subject(&refused, after(1)).await.unwrap();
        assert_eq!(put, Applied::Conflict);
    }
    let new = database.declared_subject_by_id(&id("new")).await.unwrap();
    assert!(new.is_none());
    for name in ["alice", "bob"] {
        let read = database.declared_subject(&identifier(name)).await.unwrap();
        assert_equal(read, person(name));
    }
    assert_eq!(
        database.credential(&identifier("free")).await.unwrap(),
        None
    );
}

async fn two_who_swap_their_names_one_by_one_succeed(database: &Database) {
    sample::populate(&**database).await;
    let named = |name: &str, identifiers: &[&str]| DeclaredSubject {
        identifiers: identifiers.iter().map(|text| identifier(text)).collect(),
        ..person(name)
    };
    for (subject, expected) in [
        (named("alice", &["bob"]), Applied::Conflict),
        (named("alice", &[]), Applied::Done),
        (named("bob", &["alice", "alice"]), Applied::Done),
        (named("alice", &["bob"]), Applied::Done),
    ] {
        let put = database.put_subject(&subject, after(1)).await.unwrap();
        assert_eq!(put, expected, "{subject:?}");
    }
    let found = database.credential(&identifier("alice")).await.unwrap();
    assert_eq!(found.unwrap().subject, id("bob"));
}

async fn roles_are_exactly_those_that_were_granted_last(database: &Database) {
    sample::populate(&**database).await;
    let (admin, viewer) = (role("admin"), role("viewer"));
    let put = async |subject, organization, roles: &[&RoleKey]| {
        let roles: Vec<_> = roles.iter().map(|role| ((*role).clone(), None)).collect();
        let put = database
            .put_role_grants(&id(subject), &id(organization), &roles, NOW)
            .await;
        put.unwrap();
    };
    put("alice", "acme", &[&viewer, &admin, &viewer]).await;
    put("alice", "globex", &[&viewer]).await;
    put("bob", "acme", &[&viewer]).await;
    let expected = [
        grant("alice", "acme", &admin),
        grant("alice", "acme", &viewer),
        grant("alice", "globex", &viewer),
        grant("bob", "acme", &viewer),
    ];
    assert_eq!(grants(database, "alice", "bob").await, expected);

    put("alice", "acme", &[&admin]).await;
    put("bob", "acme", &[]).await;
    let expected = [
        grant("alice", "acme", &admin),
        grant("alice", "globex", &viewer),
    ];
    assert_eq!(grants(database, "a", "z").await, expected);
    assert_eq!(grants(database, "alice", "alice").await, expected);
    assert_eq!(grants(database, "alicf", "z").await, []);
}

async fn roles_of_nobody_or_unknown_ones_are_refused_as_a_whole(database: &Database) {
    sample::populate(&**database).await;
    let (alice, acme) = (id("alice"), id("acme"));
    let viewer = [(role("viewer"), None)];
    let put = database.put_role_grants(&alice, &acme, &viewer, NOW).await;
    put.unwrap();
    let unknown = ["admin", "unknown"].map(|key| (role(key), None));
    let refused = database.put_role_grants(&alice, &acme, &unknown, NOW).await;
    refused.unwrap_err();
    let refused = database
        .put_role_grants(&id("nobody"), &acme, &viewer, NOW)
        .await;
    refused.unwrap_err();
    let expected = [grant("alice", "acme", &role("viewer"))];
    assert_eq!(grants(database, "a", "z").await, expected);
}

async fn subjects_are_read_page_by_page(database: &Database) {
    sample::populate(&**database).await;
    let mut names: Vec<_> = (0..5).map(|number| format!("n{number}")).collect();
    names.push("Upper".to_owned());
    for name in &names {
        database.put_subject(&person(name), NOW).await.unwrap();
    }
    names.extend(["alice".to_owned(), "bob".to_owned()]);
    names.sort();
    let mut read = Vec::new();
    let mut after = String::new();
    for length in [3, 3, 2, 0] {
        let page = database.subjects_after(&after, 3).await.unwrap();
        assert_eq!(page.len(), length);
        if let Some(last) = page.last() {
            after = last.id.as_str().to_owned();
        }
        read.extend(page);
    }
    let expected: Vec<_> = names.iter().map(|name| person(name)).collect();
    assert!(read == expected, "{read:?}");
}

fn grant(subject: &str, organization: &str, role: &RoleKey) -> RoleGrant {
    RoleGrant {
        subject: id(subject),
        organization: id(organization),
        role: role.clone(),
        expires_at: None,
    }
}

async fn grants(database: &Database, first: &str, last: &str) -> Vec<RoleGrant> {
    database.role_grants_between(first, last).await.unwrap()
}

fn assert_equal(read: Option<DeclaredSubject>, mut expected: DeclaredSubject) {
    let mut read = read.unwrap();
    read.identifiers.sort();
    expected.identifiers.sort();
    // Its Debug does not show secrets, nor most of the rest.
    assert_eq!(read.profile, expected.profile);
    assert_eq!(read.identifiers, expected.identifiers);
    assert!(read == expected, "{read:?} is not {expected:?}");
}
