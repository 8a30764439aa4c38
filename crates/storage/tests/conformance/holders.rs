//! Who holds what, page by page.

use symbolon_core::{id::Id, subject::Subject};

use crate::{
    database::Database,
    sample::{self, NOW, after, id, identifier, person, role},
};

on_every_back_end! {
    holders_come_page_by_page_and_no_longer_than_their_grants,
    somebody_is_found_by_name,
    subjects_come_page_by_page,
}

fn names(found: &[Id<Subject>]) -> Vec<&str> {
    found.iter().map(Id::as_str).collect()
}

async fn holders_come_page_by_page_and_no_longer_than_their_grants(database: &Database) {
    sample::populate(&**database).await;
    let (acme, globex) = (id("acme"), id("globex"));
    for name in ["carol", "dave", "erin"] {
        database.put_subject(&person(name), NOW).await.unwrap();
        let end = (name == "dave").then(|| after(10));
        let roles = [(role("viewer"), end)];
        let put = database
            .put_role_grants(&id(name), &globex, &roles, NOW)
            .await;
        put.unwrap();
    }
    let elsewhere = [(role("admin"), None)];
    database
        .put_role_grants(&id("alice"), &globex, &elsewhere, NOW)
        .await
        .unwrap();
    let elsewhere = [(role("viewer"), None)];
    database
        .put_role_grants(&id("alice"), &acme, &elsewhere, NOW)
        .await
        .unwrap();

    let viewer = role("viewer");
    let page = async |from: &str, now, limit| {
        let found = database
            .holders_after(&globex, &viewer, from, now, limit)
            .await;
        names(&found.unwrap()).join(" ")
    };
    assert_eq!(page("", NOW, 9).await, "carol dave erin");
    assert_eq!(page("", NOW, 2).await, "carol dave");
    assert_eq!(page("dave", NOW, 2).await, "erin");
    assert_eq!(page("erin", NOW, 2).await, "");
    assert_eq!(page("", after(9), 9).await, "carol dave erin");
    assert_eq!(page("", after(10), 9).await, "carol erin");
}

async fn subjects_come_page_by_page(database: &Database) {
    sample::populate(&**database).await;
    let mut all = Vec::new();
    loop {
        let last = all.last().map_or("", |last: &Id<Subject>| last.as_str());
        let page = database.subject_ids_after(last, 1).await.unwrap();
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let whole = database.subject_ids_after("", 100).await.unwrap();
    assert_eq!(names(&all), names(&whole));
    assert!(names(&all).contains(&"alice") && names(&all).contains(&"bob"));
}

async fn somebody_is_found_by_name(database: &Database) {
    sample::populate(&**database).await;
    let found = async |name: &str| database.subject_named(&identifier(name)).await.unwrap();
    assert_eq!(found("Alice").await, Some(id("alice")));
    assert_eq!(found("nobody").await, None);
}
