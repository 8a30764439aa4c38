//! Signing in with a password.

use symbolon_testkit::{Person, RelyingParty, Server, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, ALICE_ID, BOB, binary, demo, options, post_raw, public, run, shared, sign_in,
    sign_in_page, silently, type_in, with_settings,
};
use crate::wrong_password::{WRONG, attempt};

on_both_databases! {
    async fn a5_1_a_password_is_never_cut(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        for near in [
            &ALICE[..ALICE.len() - 1],
            &format!("{ALICE} "),
            &format!(" {ALICE}"),
            &ALICE.to_uppercase(),
        ] {
            assert_eq!(attempt(&party, "alice", near).await.status, 401, "{near}");
        }
    }

    async fn a5_1_composed_and_decomposed_letters_are_the_same(backend) {
        let party = public(shared(backend), "web").await;
        for (username, password) in [
            ("zoë", "caf\u{e9} cr\u{e8}me \u{e0} la carte"),
            ("zoe\u{308}", "cafe\u{301} cre\u{300}me a\u{300} la carte"),
        ] {
            sign_in(&Person::new(), &party, &[], username, password).await;
        }
    }

    async fn a5_2_an_old_hash_is_replaced_when_its_password_is_typed(backend) {
        let database = backend.url();
        let server = Server::start(binary(), with_settings(options(database.clone()), &[]));
        let party = public(&server, "web").await;
        let hash = || {
            let state = run(&["export", "--with-hashes", "--database", &database]);
            let (_, erich) = state.split_once("username: erich").unwrap();
            let (_, hash) = erich.split_once("password_hash: ").unwrap();
            hash.lines()
                .next()
                .unwrap()
                .trim_matches(['\'', '"'])
                .to_owned()
        };
        assert!(hash().starts_with("$2b$04$"), "{}", hash());
        assert_eq!(attempt(&party, "erich", WRONG).await.status, 401);
        assert!(hash().starts_with("$2b$04$"), "{}", hash());
        sign_in(
            &Person::new(),
            &party,
            &[],
            "erich",
            "a bcrypt pass phrase of old",
        )
        .await;
        assert!(
            hash().starts_with("$argon2id$v=19$m=8192,t=2,p=1$"),
            "{}",
            hash()
        );
        sign_in(
            &Person::new(),
            &party,
            &[],
            "erich",
            "a bcrypt pass phrase of old",
        )
        .await;
    }

    async fn what_was_typed_stays_but_for_the_password(backend) {
        let party = public(shared(backend), "web").await;
        let answer = attempt(&party, "no\"<b>body", "a secret that does not come back").await;
        let inputs = answer.form().inputs;
        assert!(
            inputs.contains(&("username".to_owned(), "no\"<b>body".to_owned())),
            "{inputs:?}"
        );
        assert!(!answer.body.contains("a secret that"), "{answer:?}");
    }

    async fn a_person_can_sign_in_with_name_or_proven_address(backend) {
        let party = public(shared(backend), "web").await;
        for username in [
            "alice",
            "ALICE",
            " alice ",
            "alice@acme.example",
            "Alice@ACME.example",
        ] {
            let tokens = sign_in(&Person::new(), &party, &[], username, ALICE).await;
            assert_eq!(
                jwt_payload(tokens.id_token())["sub"],
                ALICE_ID,
                "{username}"
            );
        }
        // Bob never proved that his is his.
        assert_eq!(attempt(&party, "bob@globex.example", BOB).await.status, 401);
    }

    async fn a5_4_a_disabled_account_gets_in_nowhere(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let answer = type_in(&browser, &page, "carol", "carol's long pass phrase")
            .await
            .page();
        // Told to whoever has the password, and to nobody else.
        assert_eq!(answer.status, 403);
        assert!(answer.alert().unwrap().contains("disabled"));
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn a7_10_a_sign_in_without_its_token_does_nothing(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let csrf = page.form().hidden("csrf").unwrap().to_owned();
        let shorter = &csrf[..csrf.len() - 1];
        for token in [
            None,
            Some(""),
            Some("nonsense"),
            Some(shorter),
            Some(&csrf.to_lowercase()),
        ] {
            let mut fields = vec![("username", "alice"), ("password", ALICE)];
            fields.extend(token.map(|token| ("csrf", token)));
            let answer = post_raw(&browser, &page.form(), &fields).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (403, ""),
                "{token:?}"
            );
        }
        let twice = [
            ("csrf", csrf.as_str()),
            ("csrf", csrf.as_str()),
            ("username", "alice"),
            ("password", ALICE),
        ];
        assert_eq!(post_raw(&browser, &page.form(), &twice).await.status, 403);
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        // The page is still good.
        type_in(&browser, &page, "alice", ALICE).await.callback();
    }

    async fn a_password_in_the_query_signs_nobody_in(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let csrf = page.form().hidden("csrf").unwrap().to_owned();
        let mut url = page.url.clone();
        url.query_pairs_mut().extend_pairs([
            ("csrf", csrf.as_str()),
            ("username", "alice"),
            ("password", ALICE),
        ]);
        let answer = browser.get(url).await.page();
        assert_eq!(answer.status, 200);
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }
}
