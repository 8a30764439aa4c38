//! `prompt`, `max_age` and the hints: whether somebody has to sign in, and who.

use symbolon_testkit::{Person, jwt_payload, on_both_databases, unsigned_jwt};

use crate::support::{
    ALICE, ALICE_ID, BOB, BOB_ID, alice, alice_in, public, seconds_pass, server, shared, sign_in,
    silently, type_in,
};

on_both_databases! {
    async fn a2_15_prompt_login_asks_for_the_password_again(backend) {
        let party = public(shared(backend), "web").await;
        for again in [("prompt", "login"), ("max_age", "0")] {
            let browser = Person::new();
            let first = jwt_payload(alice_in(&browser, &party, &[]).await.id_token());
            seconds_pass(1).await;
            let attempt = party.authorize_url(&[again]);
            let page = browser.get(&attempt.url).await.page();
            assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
            // Whose password is asked for stands there already.
            assert!(
                page.form()
                    .inputs
                    .contains(&("username".to_owned(), "alice".to_owned()))
            );
            let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
            let second = jwt_payload(party.finish(&attempt, &callback).await.id_token());
            let at = |claims: &serde_json::Value| claims["auth_time"].as_u64().unwrap();
            assert!(
                at(&second) > at(&first),
                "{again:?}: {second} is no later than {first}"
            );
            // The same person in the same browser: the same session.
            assert_eq!(second["sid"], first["sid"]);
        }
    }

    async fn max_age_is_how_old_a_sign_in_may_be(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        seconds_pass(1).await;
        assert_eq!(
            silently(&browser, &party, &[("max_age", "1")]).await,
            "login_required"
        );
        assert_eq!(
            silently(&browser, &party, &[("max_age", "0")]).await,
            "login_required"
        );
        assert_eq!(silently(&browser, &party, &[("max_age", "3600")]).await, "");
        assert_eq!(
            silently(&browser, &party, &[("max_age", "99999999999999999999")]).await,
            ""
        );
        let attempt = party.authorize_url(&[("max_age", "1")]);
        let page = browser.get(&attempt.url).await.page();
        assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
    }

    async fn prompt_none_answers_at_once(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let browser = Person::new();
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        alice_in(&browser, &party, &[]).await;
        assert_eq!(silently(&browser, &party, &[]).await, "");
        let asking = public(server, "web-asking").await;
        assert_eq!(silently(&browser, &asking, &[]).await, "consent_required");
    }

    async fn prompt_none_does_not_guess_among_several(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let alice = alice_in(&browser, &party, &[]).await;
        let bob = sign_in(&browser, &party, &[("prompt", "login")], "bob", BOB).await;
        assert_eq!(
            silently(&browser, &party, &[]).await,
            "account_selection_required"
        );
        for (hint, subject) in [(&alice, ALICE_ID), (&bob, BOB_ID)] {
            let attempt =
                party.authorize_url(&[("prompt", "none"), ("id_token_hint", hint.id_token())]);
            let callback = browser.get(&attempt.url).await.callback();
            let tokens = party.finish(&attempt, &callback).await;
            assert_eq!(jwt_payload(tokens.id_token())["sub"], subject);
        }
    }

    async fn a_hint_is_about_one_person_and_nobody_else(backend) {
        let party = public(shared(backend), "web").await;
        let hint = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        let hint = ("id_token_hint", hint.id_token());
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        assert_eq!(silently(&browser, &party, &[hint]).await, "login_required");

        // Asked for bob, with his name on the page; whoever else signs in is an error.
        let attempt = party.authorize_url(&[hint]);
        let page = browser.get(&attempt.url).await.page();
        assert!(
            page.form()
                .inputs
                .contains(&("username".to_owned(), "bob".to_owned()))
        );
        let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "login_required");

        let attempt = party.authorize_url(&[hint]);
        let callback = browser.sign_in(&attempt.url, "bob", BOB).await;
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], BOB_ID);
    }

    async fn a_hint_is_an_id_token_of_this_issuer_for_this_client(backend) {
        let party = public(shared(backend), "web").await;
        let other = public(shared(backend), "web-es256").await;
        let tokens = alice(&party).await;
        let id_token = tokens.id_token();
        let (signed, signature) = id_token.rsplit_once('.').unwrap();
        let none = unsigned_jwt(&jwt_payload(id_token));
        for wrong in [
            tokens.access_token.as_str(),
            alice(&other).await.id_token(),
            &none,
            &format!("{signed}.{}", signature.chars().rev().collect::<String>()),
        ] {
            let attempt = party.authorize_url(&[("id_token_hint", wrong)]);
            let callback = Person::new().get(&attempt.url).await.callback();
            assert_eq!(callback.error(), "invalid_request", "{wrong}");
        }
    }

    async fn an_expired_hint_is_good(backend) {
        let server = server(backend, &[("SYMBOLON_TOKEN_ID_LIFETIME", "1s")]);
        let party = public(&server, "web").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
        let tokens = party
            .exchange(callback.code(), &attempt.verifier)
            .await
            .tokens();
        seconds_pass(1).await;
        assert_eq!(
            silently(&browser, &party, &[("id_token_hint", tokens.id_token())]).await,
            ""
        );
    }

    async fn login_hint_is_typed_already_and_is_no_markup(backend) {
        let party = public(shared(backend), "web").await;
        for hint in [
            "alice",
            "alice@acme.example",
            "\"><script>alert(1)</script>&quot;",
            "ü 日本",
        ] {
            let attempt = party.authorize_url(&[("login_hint", hint)]);
            let page = Person::new().get(&attempt.url).await.page();
            let username = ("username".to_owned(), hint.to_owned());
            assert!(page.form().inputs.contains(&username), "{page:?}");
            assert!(!page.body.contains("<script>alert"), "{page:?}");
        }
        // It binds nobody: OIDC Core §3.1.2.1 calls it a hint.
        let tokens = sign_in(
            &Person::new(),
            &party,
            &[("login_hint", "alice")],
            "bob",
            BOB,
        )
        .await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], BOB_ID);
    }

    async fn prompt_select_account_offers_who_is_signed_in(backend) {
        let party = public(shared(backend), "web").await;
        let choose = [("prompt", "select_account")];
        let browser = Person::new();
        // Nobody is: then it is a sign-in.
        let alice = alice_in(&browser, &party, &choose).await;
        sign_in(&browser, &party, &[("prompt", "login")], "bob", BOB).await;

        let attempt = party.authorize_url(&choose);
        let page = browser.get(&attempt.url).await.page();
        assert!(page.url.path().starts_with("/choose-account/"), "{page:?}");
        let words = page.words();
        assert!(
            words.contains("Alice Archer") && words.contains("Bob Baker"),
            "{words}"
        );
        let accounts: Vec<_> = page.form().buttons.iter().map(|b| b.name.clone()).collect();
        assert_eq!(
            accounts,
            ["account", "account", "account"],
            "two people, and another one"
        );

        let tokens = alice_in(&browser, &party, &choose).await;
        let sid = |token: &str| jwt_payload(token)["sid"].clone();
        assert_eq!(sid(tokens.id_token()), sid(alice.id_token()));
        let tokens = sign_in(&browser, &party, &choose, "bob", BOB).await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], BOB_ID);
    }

    async fn another_account_can_be_chosen_and_has_to_sign_in(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let attempt = party.authorize_url(&[("prompt", "select_account")]);
        let page = browser.get(&attempt.url).await.page();
        let page = browser
            .submit(&page.form(), &[("account", "other")])
            .await
            .page();
        assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
        let callback = type_in(&browser, &page, "bob", BOB).await.callback();
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(jwt_payload(tokens.id_token())["sub"], BOB_ID);
    }
}
