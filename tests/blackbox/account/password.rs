//! A new password for whoever has the old one.

use symbolon_testkit::{Person, RelyingParty, on_both_databases};

use super::{Owner, demo};
use crate::support::{BOB, eventually, sign_in};

const NEW: &str = "an entirely different phrase";

on_both_databases! {
    async fn a_new_password_takes_the_old_one_and_ends_all_other_sessions(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let elsewhere = Owner::bob(&server).await;
        let party = RelyingParty::demo_web(server.issuer()).await;
        let there = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        for (current, password) in [(BOB, "short"), (BOB, BOB), ("not it at all", NEW), ("", NEW)] {
            let fields = [("current", current), ("password", password)];
            let page = bob.fill("/account/password", &fields).await;
            assert_eq!(page.status, 422, "{current} {password}: {}", page.words());
            assert!(!page.body.contains(NEW) && !page.body.contains("not it at all"));
        }
        assert_eq!(elsewhere.at("/account").await.url.path(), "/account");

        let fields = [("current", BOB), ("password", NEW)];
        let page = bob.fill("/account/password", &fields).await;
        assert_eq!(page.url.path(), "/account", "{}", page.words());
        assert!(page.words().contains("The password is changed."));
        assert_eq!(elsewhere.at("/account").await.url.path(), "/sign-in");
        let refreshed = party.refresh(there.refresh_token()).await;
        assert_eq!(refreshed.error(), "invalid_grant");
        let old = elsewhere.sign_in_from("/account", "bob", BOB).await;
        assert_eq!(old.status, 401);
        Owner::signed_in(&server, "bob", NEW).await;
        // And this session goes on.
        assert_eq!(bob.at("/account/sessions").await.status, 200);
    }

    async fn the_old_password_is_guessed_no_faster_than_at_the_sign_in_page(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let form = bob.at("/account/password").await.form();
        let wrong = [("current", "not it at all"), ("password", NEW)];
        for _ in 0..5 {
            let page = bob.person.submit(&form, &wrong).await.page();
            assert_eq!(page.status, 422, "{}", page.words());
        }
        // The right one is not even looked at: nobody learns by waiting for another answer.
        let right = [("current", BOB), ("password", NEW)];
        let page = bob.person.submit(&form, &right).await.page();
        if page.status != 429 {
            // More than the wait of the sixth try lay between the two.
            assert_eq!(page.url.path(), "/account", "{}", page.words());
            return;
        }
        let wait: u32 = page.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&wait), "{wait}");
        assert!(page.alert().is_some());
        // It keeps nobody from signing in, and ends.
        Owner::bob(&server).await;
        eventually("the right one is taken", || async {
            bob.person.submit(&form, &right).await.page().status == 200
        })
        .await;
    }
}
