//! Who comes in, and what comes of forms that are not ours.

use symbolon_testkit::{Answer, Person, Server, execute, http, on_both_databases};

use super::{Owner, demo};
use crate::support::{BOB, binary, options, run};

/// Every address that takes a form.
const FORMS: [&str; 9] = [
    "/account",
    "/account/email",
    "/account/password",
    "/account/sessions/x/end",
    "/account/sessions/end-others",
    "/account/applications/demo-web/withdraw",
    "/account/tokens/new",
    "/account/tokens/x/revoke",
    "/account/data",
];

on_both_databases! {
    async fn a_form_without_its_token_does_nothing(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let other = Owner::bob(&server).await;
        let token = |page: symbolon_testkit::Page| page.form().hidden("csrf").unwrap().to_owned();
        let elsewhere = token(bob.at("/account").await);
        for path in FORMS {
            let mut tokens = vec![String::new(), "x".to_owned()];
            if path != "/account" {
                tokens.push(elsewhere.clone());
            }
            if !path.contains("/x/") && !path.contains("demo-web") {
                tokens.push(token(other.at(path).await));
            }
            for csrf in tokens {
                let fields = [("csrf", csrf.as_str()), ("name", "Eve"), ("email", "e@x.example")];
                let page = bob.post(path, &fields).await;
                assert_eq!(page.status, 400, "{path} {csrf}");
            }
        }
        let page = bob.at("/account").await;
        assert!(!page.body.contains("Eve") && !page.body.contains("e@x.example"));
        assert_eq!(other.at("/account").await.url.path(), "/account");
    }

    async fn without_a_session_every_page_leads_to_the_sign_in_page_and_back(backend) {
        let server = demo(backend);
        for path in FORMS {
            let nobody = Owner { server: &server, person: Person::new() };
            assert_eq!(nobody.post(path, &[("name", "Eve")]).await.status, 303, "{path}");
            let page = nobody.sign_in_from(path, "bob", BOB).await;
            assert_eq!(page.url.path(), path);
        }
    }

    async fn what_opens_the_account_takes_a_fresh_sign_in(backend) {
        let database = backend.url();
        let options = options(&database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256");
        let server = Server::start(binary(), options);
        let bob = Owner::bob(&server).await;
        let paths = ["/account/email", "/account/password", "/account/tokens/new", "/account/data"];
        let mut forms = Vec::new();
        for path in paths {
            let page = bob.at(path).await;
            assert_eq!((page.url.path(), page.status.as_u16()), (path, 200));
            forms.push(page.form());
        }
        let hours_ago = "UPDATE session SET authenticated_at = authenticated_at - 7200";
        execute(&database, hours_ago);
        for (path, form) in paths.into_iter().zip(forms) {
            let asked = bob.at(path).await;
            // A form that was open all the while does nothing either.
            let fields = [("email", "new@x.example"), ("name", "late")];
            let sent = bob.person.submit(&form, &fields).await.page();
            for page in [asked, sent] {
                assert_eq!(page.url.path(), "/sign-in", "{path}");
                assert!(page.url.query().unwrap_or_default().contains("anew"), "{path}");
            }
        }
        let page = bob.at("/account").await;
        assert_eq!(page.url.path(), "/account", "the rest is open");
        assert!(!page.body.contains("new@x.example"));
        // And from the sign-in back to where one was.
        let page = bob.sign_in_from("/account/email", "bob", BOB).await;
        assert_eq!((page.url.path(), page.status.as_u16()), ("/account/email", 200));
    }

    async fn no_token_reaches_the_own_account(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(&database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256"));
        let create = ["pat", "--database", &database, "create", "--owner", "admin", "--name", "t"];
        let token = run(&create);
        for path in ["profile", "sessions", "applications", "tokens", "export", "password"] {
            let address = server.at(&format!("/admin/v1/own/{path}"));
            let answer = Answer::to(http().get(address).bearer_auth(token.trim())).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    }
}
