//! Who comes in, and what comes of forms that are not ours.

use symbolon_testkit::{Answer, Person, Server, http, on_both_databases};

use super::{Owner, demo};
use crate::support::{BOB, binary, options, run, seconds_pass};

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
        let options = options(backend.url())
            .with("SYMBOLON_KEYS_ALGORITHMS", "RS256")
            .with("SYMBOLON_CONSOLE_FRESH_SIGN_IN", "2s");
        let server = Server::start(binary(), options);
        let bob = Owner::bob(&server).await;
        seconds_pass(2).await;
        for path in ["/account/email", "/account/password", "/account/tokens/new", "/account/data"] {
            let page = bob.at(path).await;
            assert_eq!(page.url.path(), "/sign-in", "{path}");
            assert!(page.url.query().unwrap_or_default().contains("anew"), "{path}");
        }
        assert_eq!(bob.at("/account").await.url.path(), "/account");
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
