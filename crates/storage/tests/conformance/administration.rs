//! Acts of administrators: done with their event, or neither.

use symbolon_core::{id::Id, organization::Organization, role::Role, time::Timestamp};
use symbolon_storage::{
    Act, Administered, AuditEvent, AuditFilter, Basis, PageOf, RoleGrant, Storage, SubjectFilter,
};

use crate::{
    database::{Database, race},
    sample::{
        NOW, after, api, client, id, is_live, organization, person, populate, relation, role,
        rule_set, session, signing_key,
    },
};

on_every_back_end! {
    a7_11_an_act_and_its_event_are_one,
    a_basis_is_good_for_one_act,
    a_disabled_organization_ends_the_sessions_of_its_people,
    a_deleted_role_takes_its_grants_and_relations,
    a_version_is_changed_once,
    events_are_found_by_what_one_seeks,
    grants_that_count_come_page_by_page,
    pages_go_by_organization_and_id,
    secrets_overlap,
    what_is_referred_to_stays,
}

on_shared_back_ends! {
    of_32_changes_of_one_version_one_is_made,
}

pub(crate) fn event(name: &str) -> AuditEvent {
    AuditEvent {
        id: id(name),
        happened_at: NOW,
        actor: "admin".into(),
        client: None,
        address: Some("192.0.2.1".into()),
        request_id: Some("r".into()),
        action: "thing.change".into(),
        object: "thing/1".into(),
        organization: Some(id("acme")),
        detail: serde_json::json!({ "name": "thing" }),
    }
}

async fn act(storage: &dyn Storage, name: &str, act: Act) -> Administered {
    storage.administer(&act, &event(name), None).await.unwrap()
}

async fn events(storage: &dyn Storage) -> Vec<String> {
    let all = storage.audit_events(&AuditFilter::default(), 100).await;
    let all = all.unwrap().into_iter();
    all.map(|event| event.id.to_string()).collect()
}

fn renamed(name: &str) -> Organization {
    Organization {
        name: name.into(),
        ..organization("acme")
    }
}

async fn a7_11_an_act_and_its_event_are_one(database: &Database) {
    let make = || Act::CreateOrganization(organization("acme"));
    assert_eq!(act(&**database, "1", make()).await, Administered::Done);
    let stored = database.audit_events(&AuditFilter::default(), 1).await;
    assert_eq!(stored.unwrap(), [event("1")]);
    // Refused, and not recorded.
    assert_eq!(act(&**database, "2", make()).await, Administered::Taken);
    let stale = Act::UpdateOrganization(renamed("A"), 7);
    assert_eq!(act(&**database, "3", stale).await, Administered::Stale);
    assert_eq!(events(&**database).await, ["1"]);
    // Not recorded, and not done: the name of the event is taken.
    let change = Act::UpdateOrganization(renamed("A"), 1);
    assert_eq!(act(&**database, "1", change).await, Administered::Taken);
    let found = database.stored_organization(&id("acme")).await.unwrap();
    assert_eq!(found.unwrap().value, organization("acme"));
}

async fn a_version_is_changed_once(database: &Database) {
    populate(&**database).await;
    let change = |version| Act::UpdateOrganization(renamed("A"), version);
    assert_eq!(act(&**database, "1", change(1)).await, Administered::Done);
    assert_eq!(act(&**database, "2", change(1)).await, Administered::Stale);
    let found = database.stored_organization(&id("acme")).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.version, found.value), (2, renamed("A")));
    let gone = Act::DeleteRole(role("no-such"), 1);
    assert_eq!(act(&**database, "3", gone).await, Administered::Missing);
    let next = Act::PutRules(rule_set(2, &["A.*"]));
    assert_eq!(
        act(&**database, "4", next.clone()).await,
        Administered::Done
    );
    assert_eq!(act(&**database, "5", next).await, Administered::Stale);
    let new = Act::CreateApi(Box::new(api("invoices", &["a.b"])));
    assert_eq!(act(&**database, "6", new.clone()).await, Administered::Done);
    assert_eq!(act(&**database, "7", new).await, Administered::Taken);
}

async fn of_32_changes_of_one_version_one_is_made(database: &Database) {
    populate(&**database).await;
    let outcomes = race(
        &database.instances().await,
        32,
        |number, storage| async move {
            let change = Act::UpdateOrganization(renamed(&format!("Acme {number}")), 1);
            act(&*storage, &format!("event-{number}"), change).await
        },
    )
    .await;
    let done = outcomes.iter().filter(|own| **own == Administered::Done);
    assert_eq!(done.count(), 1, "{outcomes:?}");
    assert_eq!(events(&**database).await.len(), 1);
}

async fn a_basis_is_good_for_one_act(database: &Database) {
    populate(&**database).await;
    let change = |version| Act::UpdateOrganization(renamed("A"), version);
    let on = |name: &'static str, version, basis: Basis| {
        let change = change(version);
        async move {
            let told = event(name);
            let outcome = database.administer(&change, &told, Some(basis)).await;
            outcome.unwrap()
        }
    };
    let first = database.basis().await.unwrap();
    assert_eq!(on("1", 1, first).await, Administered::Done);
    assert_eq!(on("2", 2, first).await, Administered::Raced);
    let second = database.basis().await.unwrap();
    assert_eq!(on("3", 2, second).await, Administered::Done);
    assert_eq!(on("4", 3, second).await, Administered::Raced);
    // An act that is not done leaves the basis as it was.
    let third = database.basis().await.unwrap();
    assert_eq!(on("5", 1, third).await, Administered::Stale);
    assert_eq!(on("6", 3, third).await, Administered::Done);
}

async fn a_disabled_organization_ends_the_sessions_of_its_people(database: &Database) {
    populate(&**database).await;
    database.create_session(&session("one")).await.unwrap();
    crate::sample::approve(&**database, "approved").await;
    let disabled = Organization {
        disabled_at: Some(NOW),
        ..organization("acme")
    };
    let outcome = act(&**database, "1", Act::UpdateOrganization(disabled, 1)).await;
    assert_eq!(outcome, Administered::Done);
    let found = database.session(&id("one")).await.unwrap().unwrap();
    assert_eq!(found.ended_at, Some(NOW));
    assert!(!is_live(&**database, "approved").await);
    let changed = database.changed_since(NOW).await.unwrap();
    for (noun, key) in [("organization", "acme"), ("approval", "approved")] {
        assert!(
            changed.iter().any(|own| own.noun == noun && own.key == key),
            "{noun}"
        );
    }
}

async fn a_deleted_role_takes_its_grants_and_relations(database: &Database) {
    populate(&**database).await;
    for name in ["globex", "initech"] {
        let organization = organization(name);
        database.put_organization(&organization, NOW).await.unwrap();
    }
    let related = relation("globex", "initech");
    let gone = related.held.clone();
    for key in [&related.held, &related.acts_as] {
        let role = Role {
            key: key.clone(),
            name: "Role".into(),
            organization: None,
        };
        database.put_role(&role, NOW).await.unwrap();
    }
    let grant = RoleGrant {
        subject: id("alice"),
        organization: id("globex"),
        role: gone.clone(),
        expires_at: None,
    };
    let acts = [Act::PutGrant(grant), Act::CreateRelation(related)];
    for (place, own) in acts.into_iter().enumerate() {
        let outcome = act(&**database, &format!("{place}"), own).await;
        assert_eq!(outcome, Administered::Done);
    }
    let version = database.stored_role(&gone).await.unwrap().unwrap().version;
    let outcome = act(&**database, "9", Act::DeleteRole(gone.clone(), version)).await;
    assert_eq!(outcome, Administered::Done);
    assert!(database.relations().await.unwrap().is_empty());
    let left = database
        .grants_of(&id("alice"), ("", ""), 100)
        .await
        .unwrap();
    assert!(left.iter().all(|grant| grant.role != gone), "{left:?}");
    let changed = database.changed_since(NOW).await.unwrap();
    assert!(
        changed
            .iter()
            .any(|own| own.noun == "subject" && own.key == "alice")
    );
}

async fn what_is_referred_to_stays(database: &Database) {
    populate(&**database).await;
    let outcome = act(&**database, "1", Act::DeleteOrganization(id("acme"), 1)).await;
    assert_eq!(outcome, Administered::InUse);
    let grant = RoleGrant {
        subject: id("nobody"),
        organization: id("acme"),
        role: role("no-such"),
        expires_at: None,
    };
    let outcome = act(&**database, "2", Act::PutGrant(grant)).await;
    assert_eq!(outcome, Administered::InUse);
    assert!(events(&**database).await.is_empty());
}

async fn secrets_overlap(database: &Database) {
    populate(&**database).await;
    let name = client("confidential").id;
    database
        .put_client(&client("confidential"), NOW)
        .await
        .unwrap();
    let (before, secrets) = database.stored_client(&name).await.unwrap().unwrap();
    let new = symbolon_core::client::StoredSecret {
        digest: crate::sample::digest("another"),
        expires_at: None,
        sealed: Some(b"sealed".to_vec()),
    };
    let rotate = Act::AddSecret {
        client: name.clone(),
        version: before.version,
        secret: new.clone(),
        others_end: after(60),
    };
    assert_eq!(
        act(&**database, "1", rotate.clone()).await,
        Administered::Done
    );
    assert_eq!(act(&**database, "2", rotate).await, Administered::Stale);
    let (now, all) = database.stored_client(&name).await.unwrap().unwrap();
    assert_eq!(
        (now.version, all.len()),
        (before.version + 1, secrets.len() + 1)
    );
    for own in &all {
        let end = (own.secret.digest != new.digest).then(|| after(60));
        assert_eq!(own.secret.expires_at, end);
    }
    let remove = Act::RemoveSecret {
        client: name.clone(),
        version: now.version,
        secret: new.digest,
    };
    assert_eq!(act(&**database, "3", remove).await, Administered::Done);
    let (_, left) = database.stored_client(&name).await.unwrap().unwrap();
    assert_eq!(left.len(), secrets.len());
    let keys = Act::CreateKeys(vec![signing_key("k1", 1)]);
    assert_eq!(
        act(&**database, "4", keys.clone()).await,
        Administered::Done
    );
    assert_eq!(act(&**database, "5", keys).await, Administered::Taken);
}

async fn pages_go_by_organization_and_id(database: &Database) {
    populate(&**database).await;
    database
        .put_organization(&organization("globex"), NOW)
        .await
        .unwrap();
    for (name, home) in [("zoe", "acme"), ("adam", "globex"), ("eve_1", "globex")] {
        let mut person = person(name);
        person.organization = id(home);
        database.put_subject(&person, NOW).await.unwrap();
    }
    let page = async |organization: Option<&str>, after, limit, name: &str| {
        let organization: Option<Id<Organization>> = organization.map(id);
        let filter = SubjectFilter {
            machines: false,
            name,
            disabled: None,
        };
        let page = PageOf {
            organization: organization.as_ref(),
            after,
            limit,
        };
        let found = database.stored_subjects(filter, page).await.unwrap();
        let found = found.into_iter().map(|own| own.value.id.to_string());
        found.collect::<Vec<_>>()
    };
    let all = page(None, ("", ""), 100, "").await;
    let acme = page(Some("acme"), ("acme", ""), 100, "").await;
    assert_eq!(all, [&acme[..], &["adam".into(), "eve_1".into()]].concat());
    let last = acme.last().unwrap();
    assert_eq!(page(None, ("acme", last), 1, "").await, ["adam"]);
    assert_eq!(
        page(Some("globex"), ("globex", "adam"), 9, "").await,
        ["eve_1"]
    );
    // What stands for anything in a pattern stands for itself.
    assert_eq!(page(None, ("", ""), 9, "eve_").await, ["eve_1"]);
    assert!(page(None, ("", ""), 9, "e%").await.is_empty());
}

async fn grants_that_count_come_page_by_page(database: &Database) {
    populate(&**database).await;
    let disabled = Organization {
        disabled_at: Some(NOW),
        ..organization("globex")
    };
    database.put_organization(&disabled, NOW).await.unwrap();
    let viewer = Role {
        key: role("viewer"),
        name: "Viewer".into(),
        organization: None,
    };
    database.put_role(&viewer, NOW).await.unwrap();
    let grant = |who: &str, place: &str, expires_at: Option<Timestamp>| {
        Act::PutGrant(RoleGrant {
            subject: id(who),
            organization: id(place),
            role: role("viewer"),
            expires_at,
        })
    };
    let mut out = person("out");
    out.disabled_at = Some(NOW);
    for person in [out, person("zoe")] {
        database.put_subject(&person, NOW).await.unwrap();
    }
    let acts = [
        grant("out", "acme", None),
        grant("zoe", "acme", Some(after(9))),
        grant("zoe", "globex", None),
    ];
    for (place, own) in acts.into_iter().enumerate() {
        act(&**database, &format!("{place}"), own).await;
    }
    let (mut all, mut behind) = (Vec::new(), String::new());
    loop {
        let (grants, last) = database.counting_grants(&behind, 1).await.unwrap();
        let Some(last) = last else { break };
        behind = last.to_string();
        all.extend(grants);
    }
    let places: Vec<_> = all
        .iter()
        .filter(|own| own.role == role("viewer"))
        .map(|own| (own.subject.to_string(), own.organization.to_string()))
        .collect();
    assert_eq!(places, [("zoe".to_owned(), "acme".to_owned())]);
    let holders = database
        .permanent_holders(&id("acme"), &role("viewer"), "", 9)
        .await;
    assert_eq!(holders.unwrap(), [], "one that ends is not permanent");
}

async fn events_are_found_by_what_one_seeks(database: &Database) {
    populate(&**database).await;
    for (name, organization) in [("1", Some("acme")), ("2", Some("globex")), ("3", None)] {
        let told = AuditEvent {
            organization: organization.map(id),
            actor: format!("actor-{name}"),
            happened_at: after(name.parse().unwrap()),
            ..event(name)
        };
        let change = Act::EndSessions(id("alice"));
        let outcome = database.administer(&change, &told, None).await.unwrap();
        assert_eq!(outcome, Administered::Done);
    }
    let found = async |filter: AuditFilter| {
        let found = database.audit_events(&filter, 2).await.unwrap();
        let found = found.into_iter().map(|event| event.id.to_string());
        found.collect::<Vec<_>>()
    };
    let any = AuditFilter::default;
    assert_eq!(found(any()).await, ["3", "2"]);
    let behind = AuditFilter {
        before: "2".into(),
        ..any()
    };
    assert_eq!(found(behind).await, ["1"]);
    let place = AuditFilter {
        organization: Some(id("globex")),
        ..any()
    };
    assert_eq!(found(place).await, ["2"]);
    let actor = AuditFilter {
        actor: "actor-3".into(),
        ..any()
    };
    assert_eq!(found(actor).await, ["3"]);
    let time = AuditFilter {
        from: Some(after(1)),
        until: Some(after(3)),
        ..any()
    };
    assert_eq!(found(time).await, ["2", "1"]);
    let none = AuditFilter {
        action: "other".into(),
        ..any()
    };
    assert!(found(none).await.is_empty());
}
