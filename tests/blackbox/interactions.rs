//! Several requests in one browser, and one request in the wrong browser, twice, or out of order.

use symbolon_testkit::{Answers, Page, Person, RelyingParty, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, ALICE_ID, BOB, BOB_ID, alice_in, demo, post_raw, public, seconds_pass, server, shared,
    sign_in, sign_in_page, type_in,
};

on_both_databases! {
    async fn a6_6_requests_in_one_browser_do_not_mix(backend) {
        let server = shared(backend);
        let first = public(server, "web").await.asking_for("openid email");
        let second = public(server, "web-es256")
            .await
            .asking_for("openid profile");
        let browser = Person::new();
        let (attempt_1, page_1) = sign_in_page(&browser, &first).await;
        let (attempt_2, page_2) = sign_in_page(&browser, &second).await;
        let (attempt_3, page_3) = sign_in_page(&browser, &first).await;
        // Answered in another order, by another person each.
        let callback_2 = type_in(&browser, &page_2, "bob", BOB).await.callback();
        let callback_1 = type_in(&browser, &page_1, "alice", ALICE).await.callback();
        let callback_3 = type_in(&browser, &page_3, "bob", BOB).await.callback();
        for (party, attempt, callback, subject, scope) in [
            (&first, &attempt_1, &callback_1, ALICE_ID, "openid email"),
            (&second, &attempt_2, &callback_2, BOB_ID, "openid profile"),
            (&first, &attempt_3, &callback_3, BOB_ID, "openid email"),
        ] {
            let tokens = party.finish(attempt, callback).await;
            assert_eq!(jwt_payload(tokens.id_token())["sub"], subject);
            assert_eq!(tokens.json["scope"], scope);
        }
    }

    async fn a6_4_the_token_of_one_form_is_none_of_another(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page_1) = sign_in_page(&browser, &party).await;
        let (_, page_2) = sign_in_page(&browser, &party).await;
        let other = page_2.form().hidden("csrf").unwrap().to_owned();
        let fields = [
            ("csrf", other.as_str()),
            ("username", "alice"),
            ("password", ALICE),
        ];
        let answer = post_raw(&browser, &page_1.form(), &fields).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (403, "")
        );
    }

    async fn the_pages_of_another_browser_are_closed(backend) {
        let party = public(shared(backend), "web").await;
        let owner = Person::new();
        let (_, page) = sign_in_page(&owner, &party).await;
        let stranger = Person::new();
        // One that has a cookie of its own, and one that has none.
        sign_in_page(&stranger, &party).await;
        for browser in [stranger, Person::new()] {
            for name in ["sign-in", "sign-up", "consent", "choose-account"] {
                let url = page.url.as_str().replace("sign-in", name);
                let answer = browser.send(browser.http().get(url)).await;
                is_closed(&answer);
            }
            let csrf = page.form().hidden("csrf").unwrap().to_owned();
            let fields = [
                ("csrf", csrf.as_str()),
                ("username", "alice"),
                ("password", ALICE),
            ];
            is_closed(&post_raw(&browser, &page.form(), &fields).await);
        }
    }

    async fn a_request_is_answered_once(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (attempt, page) = sign_in_page(&browser, &party).await;
        let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
        party.finish(&attempt, &callback).await;
        // Back, and send again; or open any of its pages.
        is_closed(&type_in(&browser, &page, "alice", ALICE).await.page());
        for name in ["sign-in", "sign-up", "consent", "choose-account"] {
            let url = page.url.as_str().replace("sign-in", name);
            is_closed(&browser.get(url).await.page());
        }
    }

    async fn a_request_that_never_was_is_closed(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let url = page.url.as_str();
        let last = url.chars().last().unwrap();
        let other = if last == 'A' { 'B' } else { 'A' };
        for wrong in [
            format!("{}{other}", &url[..url.len() - 1]),
            format!("{url}A"),
            url[..url.len() - 1].to_owned(),
            url.replace(page.url.path(), "/sign-in/x"),
        ] {
            is_closed(&browser.get(wrong).await.page());
        }
    }

    async fn a_person_may_take_no_longer_than_the_setting_says(backend) {
        let server = server(backend, &[("SYMBOLON_INTERACTION_LIFETIME", "10s")]);
        let party = public(&server, "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        seconds_pass(10).await;
        is_closed(&browser.get(&page.url).await.page());
        is_closed(&type_in(&browser, &page, "alice", ALICE).await.page());
        // A new one begins all the same.
        alice_in(&browser, &party, &[]).await;
    }

    async fn a5_8_no_step_can_be_skipped_by_its_address(backend) {
        let party = public(shared(backend), "web-asking").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let at = |name: &str| page.url.as_str().replace("sign-in", name);
        // Nobody has signed in: consent leads back there, and nothing can be sent.
        let answer = browser.get(at("consent")).await.page();
        assert_eq!(answer.url, page.url);
        let csrf = page.form().hidden("csrf").unwrap().to_owned();
        for name in ["consent", "choose-account"] {
            for fields in [
                vec![],
                vec![("decision", "allow"), ("account", "x")],
                vec![
                    ("csrf", csrf.as_str()),
                    ("decision", "allow"),
                    ("account", "x"),
                ],
            ] {
                let request = browser.http().post(at(name)).form(&fields);
                let answer = browser.send(request).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.header("location")),
                    (403, ""),
                    "{name}"
                );
            }
        }
    }

    async fn a5_8_choosing_an_account_does_not_replace_a_sign_in(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        seconds_pass(1).await;
        for again in [("prompt", "login"), ("max_age", "0")] {
            let attempt = party.authorize_url(&[again]);
            let page = browser.get(&attempt.url).await.page();
            let chooser = page.url.as_str().replace("sign-in", "choose-account");
            let chooser = browser.get(chooser).await.page();
            let form = chooser.form();
            let account = form
                .buttons
                .iter()
                .find(|b| b.label.contains("alice"))
                .unwrap();
            let page = browser
                .submit(&form, &[("account", &account.value)])
                .await
                .page();
            assert!(
                page.url.path().starts_with("/sign-in/"),
                "{again:?}: {page:?}"
            );
        }
    }

    async fn a5_8_only_an_account_of_this_browser_can_be_chosen(backend) {
        let party = public(shared(backend), "web").await;
        let of_alice = Person::new();
        alice_in(&of_alice, &party, &[]).await;
        let attempt = party.authorize_url(&[("prompt", "select_account")]);
        let chooser = of_alice.get(&attempt.url).await.page().form();
        let hers = chooser.buttons.iter().find(|b| b.label.contains("alice"));
        let session = hers.unwrap().value.clone();
        let browser = Person::new();
        sign_in(&browser, &party, &[], "bob", BOB).await;
        let attempt = party.authorize_url(&[("prompt", "select_account")]);
        let page = browser.get(&attempt.url).await.page();
        let page = browser
            .submit(&page.form(), &[("account", &session)])
            .await
            .page();
        assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
    }

    async fn the_back_button_leads_to_another_account(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let browser = Person::new();
        let (attempt, sign_in) = sign_in_page(&browser, &party).await;
        let consent = type_in(&browser, &sign_in, "alice", ALICE).await.page();
        assert!(consent.words().contains("Alice Archer"), "{consent:?}");
        // Back to the first page, where bob signs in: the consent is asked of him.
        let sign_in = browser.get(&sign_in.url).await.page();
        let consent = type_in(&browser, &sign_in, "bob", BOB).await.page();
        assert!(consent.words().contains("Bob Baker"), "{consent:?}");
        let callback = browser
            .submit(&consent.form(), &[("decision", "allow")])
            .await
            .callback();
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], BOB_ID);
        // Alice has allowed nothing.
        let attempt = party.authorize_url(&[("prompt", "login")]);
        let page = browser.get(&attempt.url).await.page();
        let page = type_in(&browser, &page, "alice", ALICE).await.page();
        assert!(page.url.path().starts_with("/consent/"), "{page:?}");
    }

    async fn a6_4_a_consent_counts_for_the_account_that_the_page_names(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let browser = Person::new();
        let (_, sign_in) = sign_in_page(&browser, &party).await;
        let of_alice = type_in(&browser, &sign_in, "alice", ALICE).await.page();
        // In another tab bob signs in for the same request; then the first tab is answered.
        let page = browser.get(&sign_in.url).await.page();
        type_in(&browser, &page, "bob", BOB).await.page();
        let step = browser
            .submit(&of_alice.form(), &[("decision", "allow")])
            .await;
        let page = step.page();
        assert!(page.url.path().starts_with("/consent/"), "{page:?}");
        assert!(page.words().contains("Bob Baker"), "{page:?}");
    }

    async fn eight_requests_can_be_open_at_once(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let mut open = Vec::new();
        for _ in 0..8 {
            open.push(sign_in_page(&browser, &party).await);
        }
        for (attempt, page) in &open {
            // Signed in by the first, the others need a click at most.
            let answers = Answers::of("alice", ALICE);
            let callback = browser.walk(&page.url, answers).await.callback();
            party.finish(attempt, &callback).await;
        }
    }
}

/// Asserts that a page says that the request is over, and leads nowhere.
fn is_closed(page: &Page) {
    assert_eq!(
        (page.status.as_u16(), page.header("location")),
        (400, ""),
        "{page:?}"
    );
    assert!(page.forms().is_empty(), "{page:?}");
}
