//! When a person is asked what a client may have, and what the answer is good for.

use symbolon_testkit::{Page, Person, RelyingParty, Server, Step, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, ALICE_ID, BOB, alice_in, demo, denying, post_raw, public, server, shared, sign_in,
    sign_in_page, silently, type_in,
};

on_both_databases! {
    async fn a_consent_is_asked_for_once(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        let (attempt, page) = sign_in_page(&browser, &party).await;
        let page = type_in(&browser, &page, "alice", ALICE).await.page();
        is_consent(&page);
        let words = page.words();
        for part in [
            "Demo confidential application",
            "Alice Archer",
            "Acme Corporation",
            "127.0.0.1:5556",
        ] {
            assert!(words.contains(part), "{part} is not in {words}");
        }
        let callback = browser
            .submit(&page.form(), &[("decision", "allow")])
            .await
            .callback();
        party.finish(&attempt, &callback).await;

        assert_eq!(silently(&browser, &party, &[]).await, "");
        // It is hers in every browser, and hers alone.
        let elsewhere = Person::new();
        let (_, page) = sign_in_page(&elsewhere, &party).await;
        type_in(&elsewhere, &page, "alice", ALICE).await.callback();
        let (_, page) = sign_in_page(&Person::new(), &party).await;
        assert_eq!(page.status, 200);
        let other = Person::new();
        let (_, page) = sign_in_page(&other, &party).await;
        is_consent(&type_in(&other, &page, "bob", BOB).await.page());
    }

    async fn a6_5_a_new_scope_is_asked_for_again(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        alice_in(&browser, &party.clone().asking_for("openid profile"), &[]).await;
        let more = party.clone().asking_for("openid profile email");
        assert_eq!(silently(&browser, &more, &[]).await, "consent_required");
        let attempt = more.authorize_url(&[]);
        let page = browser.get(&attempt.url).await.page();
        is_consent(&page);
        assert_eq!(page.words().matches(" New ").count(), 1, "{}", page.words());
        let callback = browser
            .submit(&page.form(), &[("decision", "allow")])
            .await
            .callback();
        more.finish(&attempt, &callback).await;
        // What was allowed at first is not forgotten over it.
        for asked in ["openid profile", "openid email", "email profile openid"] {
            let party = party.clone().asking_for(asked);
            assert_eq!(silently(&browser, &party, &[]).await, "", "{asked}");
        }
    }

    async fn a6_5_offline_access_is_asked_for(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let offline = party.asking_for("openid offline_access");
        let page = browser.get(&offline.authorize_url(&[]).url).await.page();
        is_consent(&page);
        assert!(
            page.words().contains("while you are away"),
            "{}",
            page.words()
        );
    }

    async fn a_denial_is_told_and_not_remembered(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let callback = browser
            .walk(&attempt.url, denying("alice", ALICE))
            .await
            .callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "access_denied");
        assert_eq!(callback.parameter("code"), None);
        assert_eq!(silently(&browser, &party, &[]).await, "consent_required");
        is_consent(&browser.get(&party.authorize_url(&[]).url).await.page());
    }

    async fn a_denial_takes_nothing_back(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        let attempt = party.authorize_url(&[("prompt", "consent")]);
        let step = browser.walk(&attempt.url, denying("alice", ALICE)).await;
        assert_eq!(step.callback().error(), "access_denied");
        assert_eq!(silently(&browser, &party, &[]).await, "");
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn prompt_consent_asks_anew(backend) {
        let server = demo(backend);
        for party in [
            confidential(&server).await,
            RelyingParty::demo_web(server.issuer()).await,
        ] {
            let browser = Person::new();
            alice_in(&browser, &party, &[]).await;
            let attempt = party.authorize_url(&[("prompt", "consent")]);
            let page = browser.get(&attempt.url).await.page();
            is_consent(&page);
            let callback = browser
                .submit(&page.form(), &[("decision", "allow")])
                .await
                .callback();
            party.finish(&attempt, &callback).await;
        }
    }

    async fn prompt_login_consent_asks_for_both(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let attempt = party.authorize_url(&[("prompt", "login consent")]);
        let page = browser.get(&attempt.url).await.page();
        let page = type_in(&browser, &page, "alice", ALICE).await.page();
        is_consent(&page);
    }

    async fn a_trusted_client_is_never_asked_about(backend) {
        let party = public(shared(backend), "web")
            .await
            .asking_for("openid profile email offline_access");
        let browser = Person::new();
        let (attempt, page) = sign_in_page(&browser, &party).await;
        let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], ALICE_ID);
    }

    async fn a6_4_a_consent_without_its_token_counts_for_nothing(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let page = type_in(&browser, &page, "alice", ALICE).await.page();
        let (_, other) = match browser.get(&party.authorize_url(&[]).url).await {
            Step::Page(other) => ((), other),
            Step::Callback(callback) => panic!("{callback:?}"),
        };
        let of_another_request = other.form().hidden("csrf").unwrap().to_owned();
        for fields in [
            vec![("decision", "allow")],
            vec![("decision", "allow"), ("csrf", "")],
            vec![("decision", "allow"), ("csrf", "nonsense")],
            vec![("decision", "allow"), ("csrf", &of_another_request)],
        ] {
            let answer = post_raw(&browser, &page.form(), &fields).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (403, ""),
                "{fields:?}"
            );
        }
        assert_eq!(silently(&browser, &party, &[]).await, "consent_required");
    }

    async fn a_decision_that_is_none_is_a_denial(backend) {
        let server = demo(backend);
        let party = confidential(&server).await;
        for decision in [
            vec![],
            vec![("decision", "maybe")],
            vec![("decision", "ALLOW")],
        ] {
            let browser = Person::new();
            let (_, page) = sign_in_page(&browser, &party).await;
            let page = type_in(&browser, &page, "alice", ALICE).await.page();
            let callback = browser.submit(&page.form(), &decision).await.callback();
            assert_eq!(callback.error(), "access_denied", "{decision:?}");
        }
    }

    async fn a_client_name_is_no_markup(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "web-hostile").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let consent = type_in(&browser, &page, "alice", ALICE).await.page();
        for page in [page, consent] {
            assert!(!page.body.contains("<script>alert"), "{page:?}");
            assert!(
                page.words().contains("<script>alert(1)</script>\"&amp;"),
                "{}",
                page.words()
            );
        }
    }

    async fn a_consent_of_one_client_is_none_of_another(backend) {
        let server = server(backend, &[]);
        let browser = Person::new();
        sign_in(&browser, &confidential(&server).await, &[], "bob", BOB).await;
        let other = public(&server, "web-asking").await;
        assert_eq!(silently(&browser, &other, &[]).await, "consent_required");
    }
}

async fn confidential(server: &Server) -> RelyingParty {
    RelyingParty::demo_confidential(server.issuer()).await
}

fn is_consent(page: &Page) {
    assert!(page.url.path().starts_with("/consent/"), "{page:?}");
    let form = page.form();
    let decisions: Vec<_> = form
        .buttons
        .iter()
        .map(|b| (b.name.as_str(), b.value.as_str()))
        .collect();
    assert_eq!(decisions, [("decision", "allow"), ("decision", "deny")]);
}
