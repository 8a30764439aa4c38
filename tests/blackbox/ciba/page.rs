//! The pages: who sees what, and what they do not let through.

use symbolon_testkit::{Person, on_both_databases};

use super::{alice_at_home, approvals, begin, decide, listed, only_request, poll, server};
use crate::support::{ALICE, BOB, post_raw, type_in};

on_both_databases! {
    async fn the_page_names_the_application_the_message_the_account_and_the_scopes(backend) {
        let server = server(backend);
        let more = [
            ("binding_message", "<b>Pay & go</b> 12,50 €"),
            ("scope", "openid email invoices.read offline_access"),
        ];
        begin(&server, "plain", &more).await;
        let person = alice_at_home(&server).await;
        let list = approvals(&person, &server).await;
        for part in ["The Client plain", "<b>Pay & go</b> 12,50 €", "Alice Archer", "less than a minute ago"] {
            assert!(list.words().contains(part), "{part}: {}", list.words());
        }
        assert!(!list.body.contains("<b>Pay"), "{list:?}");
        let page = only_request(&person, &server).await;
        assert!(!page.body.contains("<b>Pay"), "{page:?}");
        for part in [
            "The Client plain", "<b>Pay & go</b> 12,50 €", "Alice Archer", "less than a minute ago",
            "see your e-mail address", "invoices.read", "Keep this access while you are away",
            "Deny if you did not ask",
        ] {
            assert!(page.words().contains(part), "{part}: {}", page.words());
        }
        for id in ["allow", "deny", "account", "binding-message", "warning", "all-requests"] {
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store");
    }

    async fn nobody_else_sees_or_answers_a_request(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        let alice = alice_at_home(&server).await;
        let address = listed(&approvals(&alice, &server).await)[0].clone();
        let asked = alice.get(server.at(&address)).await.page();

        let bob = Person::new();
        let page = bob.get(server.at(&address)).await.page();
        assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
        assert!(!page.words().contains("The Client plain"), "{page:?}");
        let page = type_in(&bob, &page, "bob", BOB).await.page();
        assert!(page.words().contains("Nothing waits for you"), "{page:?}");
        let page = bob.get(server.at(&address)).await.page();
        assert_eq!(page.status, 400, "{page:?}");
        assert!(!page.words().contains("The Client plain"), "{page:?}");
        let form = asked.form();
        let csrf = form.hidden("csrf").unwrap();
        let stolen = post_raw(&bob, &form, &[("csrf", csrf), ("decision", "allow")]).await;
        assert_eq!(stolen.status, 400, "{stolen:?}");
        // A session that is not there answers nothing either.
        let stranger = post_raw(&Person::new(), &form, &[("csrf", csrf), ("decision", "allow")]).await;
        assert_eq!(stranger.status, 400, "{stranger:?}");
        assert_eq!(poll(&server, "plain", &id).await.error(), "authorization_pending");
        for nothing in ["nothing", "%00", "a%2Fb", &"x".repeat(400)] {
            let page = bob.get(server.at(&format!("/approvals/{nothing}"))).await.page();
            assert!(page.status.is_client_error(), "{nothing}: {page:?}");
        }
    }

    async fn a6_4_a_form_of_another_site_or_of_another_request_decides_nothing(backend) {
        let server = server(backend);
        let one = begin(&server, "plain", &[("binding_message", "one")]).await;
        let other = begin(&server, "other", &[("binding_message", "other")]).await;
        let alice = alice_at_home(&server).await;
        let addresses = listed(&approvals(&alice, &server).await);
        let mut forms = Vec::new();
        for address in &addresses {
            forms.push(alice.get(server.at(address)).await.page().form());
        }
        let others = forms[1].hidden("csrf").unwrap();
        for csrf in [others, "", "x"] {
            let page = post_raw(&alice, &forms[0], &[("csrf", csrf), ("decision", "allow")]).await;
            assert_eq!(page.status, 403, "{page:?}");
        }
        for id in [(&one, "plain"), (&other, "other")] {
            assert_eq!(poll(&server, id.1, id.0).await.error(), "authorization_pending");
        }
        // What is neither is a no.
        let csrf = forms[0].hidden("csrf").unwrap();
        post_raw(&alice, &forms[0], &[("csrf", csrf), ("decision", "perhaps")]).await;
        crate::support::seconds_pass(2).await;
        let said = [poll(&server, "plain", &one).await, poll(&server, "other", &other).await];
        let said: Vec<_> = said.iter().map(|answer| answer.error().to_owned()).collect();
        assert!(said.contains(&"access_denied".to_owned()), "{said:?}");
        assert!(said.contains(&"authorization_pending".to_owned()), "{said:?}");
    }

    async fn somebody_else_can_sign_in_beside_and_may_also_not(backend) {
        let server = server(backend);
        begin(&server, "plain", &[("login_hint", "bob")]).await;
        let person = alice_at_home(&server).await;
        let page = approvals(&person, &server).await;
        assert!(page.words().contains("Nothing waits for you"), "{page:?}");
        let page = person.get(server.at("/approvals/sign-in")).await.page();
        assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
        let page = type_in(&person, &page, "bob", BOB).await.page();
        assert_eq!(listed(&page).len(), 1, "{page:?}");
        // Whoever does not want to goes home.
        let stranger = Person::new();
        let page = approvals(&stranger, &server).await;
        let home = stranger.submit(&page.form(), &[("decision", "cancel")]).await.page();
        assert_eq!((home.url.path(), home.status.as_u16()), ("/", 200), "{home:?}");
        // Wrong passwords count here as elsewhere.
        let page = approvals(&stranger, &server).await;
        let wrong = type_in(&stranger, &page, "alice", "wrong").await.page();
        assert_eq!(wrong.status, 401);
        assert_eq!(type_in(&stranger, &wrong, "alice", ALICE).await.page().url.path(), "/approvals");
    }

    async fn a_request_that_was_answered_is_stale(backend) {
        let server = server(backend);
        begin(&server, "plain", &[]).await;
        let person = alice_at_home(&server).await;
        let page = only_request(&person, &server).await;
        decide(&person, &page, "deny").await;
        for decision in ["allow", "deny"] {
            assert_eq!(decide(&person, &page, decision).await.status, 400);
        }
        assert!(listed(&approvals(&person, &server).await).is_empty());
    }
}
