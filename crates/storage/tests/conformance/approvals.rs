//! Approvals: one row a sign-in, found by its code, its family and its name.

use serde_json::json;
use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    claims::ClaimsRequest,
    decision::Change,
    scope::Scope,
    time::Timestamp,
    token::{
        confirmation::{CertificateThumbprint, Confirmation},
        target::Targets,
    },
};
use symbolon_storage::Applied;

use crate::{
    database::Database,
    sample::{self, ODD, after, approval, digest, id, revoke, scope},
};

on_every_back_end! {
    a_family_is_bound_to_a_certificate_or_to_nothing_and_may_be_its_own_successor,
    a_code_names_one_approval,
    a_code_that_two_approvals_would_share_is_refused,
    an_approval_and_its_consent_are_written_together,
    an_approval_is_found_by_its_code_its_family_and_its_name,
    an_approval_is_live_until_it_is_revoked,
    an_approval_of_nobody_is_refused,
    every_field_of_an_approval_comes_back,
    the_state_of_an_approval_follows_what_became_of_it,
}

on_shared_back_ends! {
    an_approval_is_not_written_when_its_consent_cannot_be,
}

async fn every_field_of_an_approval_comes_back(database: &Database) {
    sample::populate(&**database).await;
    let claims = json!({
        "userinfo": {"email": null, ODD: {"essential": true, "values": [1, ODD, null]}},
        "id_token": {"sub": {"value": "alice"}},
    });
    let full = Approval {
        id: id("A-Z._~-:@/+=%&?#"),
        session: id(&"s".repeat(256)),
        client: id("mobile"),
        subject: id("bob"),
        scope: scope("openid offline_access urn:x:y.z(1)[2]{3}%20'$1"),
        targets: Targets::trusted(vec![
            "https://api.example/?q='%20\"".to_owned(),
            "urn:x:y".to_owned(),
        ]),
        claims: ClaimsRequest::parse(&claims.to_string()).unwrap(),
        nonce: Some(ODD.to_owned()),
        authenticated_at: Timestamp::from_seconds(-1),
        acr: ODD.to_owned(),
        methods: vec!["pwd".to_owned(), "otp".to_owned(), "ä;'".to_owned()],
        redirect_uri: format!("https://client.example/{ODD}"),
        key: Some(sample::thumbprint()),
        created_at: Timestamp::from_seconds(0),
        code_expires_at: Timestamp::from_seconds(i64::MAX),
        refresh_expires_at: Timestamp::from_seconds(i64::MIN),
        ..approval("ignored")
    };
    let bare = Approval {
        scope: Scope::default(),
        methods: Vec::new(),
        acr: String::new(),
        ..approval("bare")
    };
    for written in [full, bare] {
        let code = digest(&format!("code of {}", written.id));
        database
            .create_approval(&written, code, None)
            .await
            .unwrap();
        let read = database.approval(&written.id).await.unwrap().unwrap();
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
        assert_eq!(read.challenge, written.challenge);
    }
}

async fn a_family_is_bound_to_a_certificate_or_to_nothing_and_may_be_its_own_successor(
    database: &Database,
) {
    sample::populate(&**database).await;
    let certificate = Confirmation::Certificate(CertificateThumbprint::of(b"der"));
    for (name, confirmation) in [("shown", certificate), ("free", Confirmation::Nothing)] {
        sample::approve(&**database, name).await;
        let family = RefreshFamilyState {
            confirmation,
            ..sample::family(name)
        };
        let redeem = Change::RedeemCode {
            approval: id(name),
            at: sample::NOW,
            refresh: Some(family),
        };
        assert_eq!(database.apply(&[redeem]).await.unwrap(), Applied::Done);
        let lasting = sample::rotate(name, "generation 1", "generation 1");
        for _ in 0..2 {
            let used = database.apply(std::slice::from_ref(&lasting)).await;
            assert_eq!(used.unwrap(), Applied::Done);
        }
        let read = database.approval(&id(name)).await.unwrap().unwrap();
        let refresh = Some(RefreshFamilyState {
            previous: Some(family.current),
            rotated_at: after(10),
            ..family
        });
        assert_eq!(read.state, ApprovalState::Redeemed { refresh });
        database.apply(&[revoke(name)]).await.unwrap();
        assert_eq!(database.apply(&[lasting]).await.unwrap(), Applied::Conflict);
    }
}

async fn an_approval_is_found_by_its_code_its_family_and_its_name(database: &Database) {
    sample::populate(&**database).await;
    for name in ["first", "second"] {
        sample::approve(&**database, name).await;
        let family = sample::family(name).family;
        assert!(database.approval_of_family(family).await.unwrap().is_none());

        let redeemed = database.apply(&[sample::redeem(name)]).await;
        redeemed.unwrap();
        let code = digest(&format!("code of {name}"));
        let by_code = database.approval_of_code(code).await.unwrap().unwrap();
        let by_family = database.approval_of_family(family).await.unwrap().unwrap();
        let by_name = database.approval(&id(name)).await.unwrap().unwrap();
        for found in [by_code, by_family, by_name] {
            assert_eq!(found.id, id(name));
            let refresh = Some(sample::family(name));
            assert_eq!(found.state, ApprovalState::Redeemed { refresh });
        }
    }
    let unknown = database.approval_of_code(digest("unknown")).await;
    assert!(unknown.unwrap().is_none());
    let unknown = database.approval_of_family(digest("unknown")).await;
    assert!(unknown.unwrap().is_none());
    assert!(database.approval(&id("unknown")).await.unwrap().is_none());
}

async fn a_code_names_one_approval(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "first").await;
    sample::approve(&**database, "second").await;
    let found = database.approval_of_code(digest("code of second")).await;
    assert_eq!(found.unwrap().unwrap().id, id("second"));
}

async fn a_code_that_two_approvals_would_share_is_refused(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "first").await;
    let code = digest("code of first");
    let refused = database
        .create_approval(&approval("second"), code, None)
        .await;
    assert!(!refused.unwrap_err().is_unavailable());
    let found = database.approval_of_code(code).await.unwrap().unwrap();
    assert_eq!(found.id, id("first"));
}

async fn an_approval_of_nobody_is_refused(database: &Database) {
    sample::populate(&**database).await;
    let nobodys = Approval {
        subject: id("nobody"),
        ..approval("nobodys")
    };
    let unknown_clients = Approval {
        client: id("unknown"),
        ..approval("unknown-clients")
    };
    for refused in [nobodys, unknown_clients] {
        let answer = database
            .create_approval(&refused, digest("code"), Some(&scope("openid")))
            .await;
        answer.unwrap_err();
        assert!(database.approval(&refused.id).await.unwrap().is_none());
    }
}

async fn an_approval_and_its_consent_are_written_together(database: &Database) {
    sample::populate(&**database).await;
    let (alice, web) = (id("alice"), id("web"));
    let first = scope("openid email");
    database
        .create_approval(&approval("one"), digest("code"), Some(&first))
        .await
        .unwrap();
    assert_eq!(database.consent(&alice, &web).await.unwrap(), first);

    // The consent would be a good one, the approval is not.
    let more = scope("openid email profile");
    let refused = database
        .create_approval(&approval("two"), digest("code"), Some(&more))
        .await;
    refused.unwrap_err();
    assert_eq!(database.consent(&alice, &web).await.unwrap(), first);
}

async fn an_approval_is_not_written_when_its_consent_cannot_be(database: &Database) {
    sample::populate(&**database).await;
    database.run("DROP TABLE consent").await;
    let allowed = scope("openid");
    let refused = database
        .create_approval(&approval("one"), digest("code"), Some(&allowed))
        .await;
    refused.unwrap_err();
    assert!(database.approval(&id("one")).await.unwrap().is_none());
}

async fn an_approval_is_live_until_it_is_revoked(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    sample::approve_and_redeem(&**database, "other").await;
    let is_live = async |name| sample::is_live(&**database, name).await;
    assert!(is_live("one").await);
    assert!(is_live("other").await);
    assert!(!is_live("unknown").await);

    database.apply(&[revoke("other")]).await.unwrap();
    assert!(is_live("one").await);
    assert!(!is_live("other").await);
}

async fn the_state_of_an_approval_follows_what_became_of_it(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let state = async || database.approval(&id("one")).await.unwrap().unwrap().state;
    assert_eq!(state().await, ApprovalState::Pending);

    database.apply(&[sample::redeem("one")]).await.unwrap();
    let first = sample::family("one");
    let refresh = Some(first);
    assert_eq!(state().await, ApprovalState::Redeemed { refresh });

    let rotation = sample::rotate("one", "generation 1", "generation 2");
    database.apply(&[rotation]).await.unwrap();
    let refresh = Some(symbolon_core::approval::RefreshFamilyState {
        previous: Some(first.current),
        current: digest("generation 2"),
        rotated_at: after(10),
        ..first
    });
    assert_eq!(state().await, ApprovalState::Redeemed { refresh });

    database.apply(&[revoke("one")]).await.unwrap();
    assert_eq!(state().await, ApprovalState::Revoked { at: after(20) });
}
