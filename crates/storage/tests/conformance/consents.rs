//! Consents: what a person allowed a client, kept with the approval that rests on it.

use symbolon_core::{approval::Approval, scope::Scope};

use crate::{
    database::Database,
    sample::{self, approval, digest, id, scope},
};

on_every_back_end! {
    a_consent_is_of_one_person_and_one_client,
    a_later_consent_takes_the_place_of_an_earlier_one,
    an_approval_without_consent_leaves_it_alone,
}

async fn a_consent_is_of_one_person_and_one_client(database: &Database) {
    sample::populate(&**database).await;
    let allowed = scope("openid email urn:x:y.z(1)'$1");
    let created = database
        .create_approval(&approval("one"), digest("code"), Some(&allowed))
        .await;
    created.unwrap();
    for (subject, client, expected) in [
        ("alice", "web", allowed),
        ("alice", "mobile", Scope::default()),
        ("bob", "web", Scope::default()),
        ("unknown", "unknown", Scope::default()),
    ] {
        let consent = database.consent(&id(subject), &id(client)).await;
        assert_eq!(consent.unwrap(), expected, "{subject} {client}");
    }
}

async fn a_later_consent_takes_the_place_of_an_earlier_one(database: &Database) {
    sample::populate(&**database).await;
    for (name, allowed) in [("one", "openid"), ("two", "openid email"), ("three", "")] {
        let allowed = scope(allowed);
        let created = database
            .create_approval(&approval(name), digest(name), Some(&allowed))
            .await;
        created.unwrap();
        let consent = database.consent(&id("alice"), &id("web")).await.unwrap();
        assert_eq!(consent, allowed);
    }
}

async fn an_approval_without_consent_leaves_it_alone(database: &Database) {
    sample::populate(&**database).await;
    let allowed = scope("openid");
    for (name, consent) in [("one", Some(&allowed)), ("two", None)] {
        let approval = Approval {
            scope: scope("openid email"),
            ..approval(name)
        };
        let created = database
            .create_approval(&approval, digest(name), consent)
            .await;
        created.unwrap();
        let consent = database.consent(&id("alice"), &id("web")).await.unwrap();
        assert_eq!(consent, allowed);
    }
}
