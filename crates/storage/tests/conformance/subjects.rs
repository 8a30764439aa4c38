//! Subjects: who they are, what they may, and how they are recognised.

use symbolon_core::{
    organization::Organization,
    role::Roles,
    subject::{Person, Profile, Subject, SubjectKind},
};
use symbolon_storage::{Applied, Credential, DeclaredSubject};

use crate::{
    database::{Database, race},
    sample::{self, NOW, ODD, after, id, identifier, organization, person, role},
};

on_every_back_end! {
    a_machine_is_no_person,
    a_person_is_created_once,
    a_subject_counts_as_disabled_with_its_home,
    a_subject_has_its_roles_in_active_organizations_only,
    a_password_hash_is_upgraded_if_it_is_still_the_same,
    of_32_people_who_want_the_same_name_one_is_created,
    who_answers_to_a_name_is_found_with_the_password_hash,
}

async fn subject(database: &Database, name: &str) -> Subject {
    database.subject(&id(name), NOW).await.unwrap().unwrap()
}

async fn a_subject_has_its_roles_in_active_organizations_only(database: &Database) {
    sample::populate(&**database).await;
    let (acme, globex) = (id("acme"), id("globex"));
    let alice = id("alice");
    for organization in [&acme, &globex] {
        let roles = ["viewer", "admin"].map(|key| (role(key), None));
        let put = database
            .put_role_grants(&alice, organization, &roles, NOW)
            .await;
        put.unwrap();
    }
    let both = vec![role("admin"), role("viewer")];
    let expected = Subject {
        id: id("alice"),
        organization: id("acme"),
        organization_name: "ACME".to_owned(),
        kind: SubjectKind::Person(Box::new(Person {
            username: "alice".to_owned(),
            profile: Profile::default(),
            updated_at: NOW,
        })),
        disabled_at: None,
        roles_until: None,
        roles: Roles::from([(acme.clone(), both.clone()), (globex, both.clone())]),
    };
    assert_eq!(subject(database, "alice").await, expected);
    assert_eq!(subject(database, "bob").await.roles, Roles::new());

    let closed = Organization {
        disabled_at: Some(after(1)),
        ..organization("globex")
    };
    database.put_organization(&closed, after(1)).await.unwrap();
    let roles = subject(database, "alice").await.roles;
    assert_eq!(roles, Roles::from([(acme, both)]));
    assert_eq!(database.subject(&id("unknown"), NOW).await.unwrap(), None);
}

async fn a_subject_counts_as_disabled_with_its_home(database: &Database) {
    sample::populate(&**database).await;
    let closed = Organization {
        disabled_at: Some(after(5)),
        ..organization("acme")
    };
    let shut_out = DeclaredSubject {
        disabled_at: Some(after(3)),
        ..person("bob")
    };
    database.put_subject(&shut_out, after(3)).await.unwrap();
    database.put_organization(&closed, after(5)).await.unwrap();
    let disabled_at = subject(database, "alice").await.disabled_at;
    assert_eq!(disabled_at, Some(after(5)));
    let disabled_at = subject(database, "bob").await.disabled_at;
    assert_eq!(disabled_at, Some(after(3)));
}

async fn a_machine_is_no_person(database: &Database) {
    sample::populate(&**database).await;
    let robot = DeclaredSubject {
        machine: true,
        username: ODD.to_owned(),
        identifiers: Vec::new(),
        ..person("robot")
    };
    let put = database.put_subject(&robot, NOW).await.unwrap();
    assert_eq!(put, Applied::Done);
    let kind = subject(database, "robot").await.kind;
    let name = ODD.to_owned();
    assert_eq!(kind, SubjectKind::Machine { name });
}

async fn who_answers_to_a_name_is_found_with_the_password_hash(database: &Database) {
    sample::populate(&**database).await;
    let carol = DeclaredSubject {
        identifiers: vec![identifier("Carol"), identifier("漢字 'ß@acme.example")],
        password_hash: Some(ODD.to_owned()),
        ..person("carol")
    };
    database.put_subject(&carol, NOW).await.unwrap();
    let credential = async |name| database.credential(&identifier(name)).await.unwrap();
    let expected = Credential {
        subject: id("carol"),
        password_hash: Some(ODD.to_owned()),
    };
    for name in ["carol", "CAROL ", "漢字 'ß@ACME.example"] {
        assert_eq!(credential(name).await.as_ref(), Some(&expected), "{name}");
    }
    assert_eq!(credential("alice").await.unwrap().password_hash, None);
    assert_eq!(credential("caro_").await, None);
    assert_eq!(credential("%").await, None);
}

async fn a_password_hash_is_upgraded_if_it_is_still_the_same(database: &Database) {
    sample::populate(&**database).await;
    let alice = DeclaredSubject {
        password_hash: Some("old".to_owned()),
        ..person("alice")
    };
    database.put_subject(&alice, NOW).await.unwrap();
    for (old, new, expected) in [
        ("wrong", "evil", "old"),
        ("old", "new", "new"),
        ("old", "late", "new"),
    ] {
        let upgraded = database.upgrade_password_hash(&alice.id, old, new).await;
        upgraded.unwrap();
        let credential = database.credential(&identifier("alice")).await.unwrap();
        assert_eq!(credential.unwrap().password_hash.unwrap(), expected);
    }
}

async fn a_person_is_created_once(database: &Database) {
    sample::populate(&**database).await;
    let carol = DeclaredSubject {
        // A user name that is an e-mail address too: the same name twice.
        identifiers: vec![
            identifier("carol@acme.example"),
            identifier("CAROL@acme.example"),
        ],
        ..person("carol")
    };
    let created = database.create_person(&carol, NOW).await.unwrap();
    assert_eq!(created, Applied::Done);
    assert_eq!(subject(database, "carol").await.display_name(), "carol");

    for taken in ["alice", "carol@acme.example"] {
        let late = DeclaredSubject {
            identifiers: vec![identifier("free"), identifier(taken)],
            ..person("late")
        };
        let refused = database.create_person(&late, NOW).await.unwrap();
        assert_eq!(refused, Applied::Conflict);
        assert_eq!(database.subject(&late.id, NOW).await.unwrap(), None);
        assert_eq!(
            database.credential(&identifier("free")).await.unwrap(),
            None
        );
    }
}

async fn of_32_people_who_want_the_same_name_one_is_created(database: &Database) {
    sample::populate(&**database).await;
    let outcomes = race(
        &database.instances().await,
        32,
        |number, instance| async move {
            let mut identifiers = vec![identifier("wanted"), identifier("coveted")];
            // In either order: who asks for the one first must not wait for who has the other.
            if number % 4 < 2 {
                identifiers.reverse();
            }
            let person = DeclaredSubject {
                identifiers,
                ..person(&format!("person-{number}"))
            };
            instance.create_person(&person, NOW).await.unwrap()
        },
    )
    .await;
    let winner = outcomes
        .iter()
        .position(|applied| *applied == Applied::Done)
        .unwrap();
    let done = outcomes.iter().filter(|applied| **applied == Applied::Done);
    assert_eq!(done.count(), 1);
    let found = database.credential(&identifier("wanted")).await.unwrap();
    assert_eq!(found.unwrap().subject, id(&format!("person-{winner}")));
}
