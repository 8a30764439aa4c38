//! The pages: what they say, and what they do not let through.

use symbolon_testkit::{Person, on_both_databases};

use super::{begin, decide, decision_page, poll, type_code};
use crate::support::{post_raw, public, server, shared};

on_both_databases! {
    async fn a_link_with_the_code_only_fills_the_field(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let url = waiting.json["verification_uri_complete"].as_str().unwrap();
        let page = person.get(url).await.page();
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("value=\"{}\"", waiting.user_code)), "{page:?}");
        assert!(page.words().contains("A link brought this code"), "{page:?}");
        // Nothing was decided by looking.
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "authorization_pending");
        // What is no code is not repeated.
        let url = url.replace(&waiting.user_code, "%3Cscript%3E");
        let page = person.get(url).await.page();
        assert!(!page.body.contains("script"), "{page:?}");
    }

    async fn a6_8_the_page_names_the_application_the_code_and_where_it_comes_from(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid email offline_access").await;
        let page = decision_page(&Person::new(), &party, &waiting.user_code).await;
        let words = page.words();
        for part in [
            "A television",
            &waiting.user_code,
            "127.0.0.1",
            "less than a minute ago",
            "Alice Archer",
            "see your e-mail address",
            "Keep this access while you are away",
            "Deny if you did not start this on a device of your own",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        for id in ["allow", "deny", "user-code", "address", "account"] {
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }

    async fn a6_8_the_decision_is_always_asked_for_whatever_was_allowed_before(backend) {
        // Its consent is implicit: elsewhere nobody would be asked.
        let party = public(shared(backend), "television").await;
        let person = Person::new();
        for _ in 0..2 {
            let waiting = begin(&party, "openid").await;
            let page = decision_page(&person, &party, &waiting.user_code).await;
            assert!(page.body.contains("id=\"allow\""), "{page:?}");
            assert_eq!(poll(&party, &waiting.device_code).await.error(), "authorization_pending");
            decide(&person, &page, "allow").await;
        }
    }

    async fn the_pages_carry_the_headers_of_the_others(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let url = waiting.json["verification_uri"].as_str().unwrap();
        let entry = person.get(url).await.page();
        let decision = decision_page(&person, &party, &waiting.user_code).await;
        let done = decide(&person, &decision, "allow").await;
        for page in [entry, decision, done] {
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
            assert!(policy.ends_with("form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
                || policy.contains("form-action 'self' "), "{policy}");
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("x-frame-options"), "DENY");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert!(!page.body.contains("<script"));
        }
    }

    async fn a6_4_a_form_without_its_token_does_nothing(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let url = waiting.json["verification_uri"].as_str().unwrap();
        let form = person.get(url).await.page().form();
        for csrf in ["", "x"] {
            let fields = [("csrf", csrf), ("user_code", &waiting.user_code)];
            assert_eq!(post_raw(&person, &form, &fields).await.status, 403);
        }
        // The token of another browser is none.
        let other = Person::new().get(url).await.page().form();
        let csrf = other.hidden("csrf").unwrap().to_owned();
        let fields = [("csrf", csrf.as_str()), ("user_code", &waiting.user_code)];
        assert_eq!(post_raw(&person, &form, &fields).await.status, 403);

        let page = decision_page(&person, &party, &waiting.user_code).await;
        let fields = [("csrf", "x"), ("decision", "allow")];
        assert_eq!(post_raw(&person, &page.form(), &fields).await.status, 403);
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "authorization_pending");
    }

    async fn a_decision_belongs_to_the_browser_that_typed_the_code(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let page = decision_page(&person, &party, &waiting.user_code).await;
        let stranger = Person::new().get(&page.url).await.page();
        assert_eq!(stranger.status, 400, "{stranger:?}");
    }

    async fn a_code_is_read_however_it_is_typed(backend) {
        let party = public(shared(backend), "television").await;
        for typed in [
            |code: &str| code.to_lowercase(),
            |code: &str| code.replace('-', ""),
            |code: &str| format!(" {} ", code.replace('-', " ")),
        ] {
            let waiting = begin(&party, "openid").await;
            let page = type_code(&Person::new(), &party, &typed(&waiting.user_code)).await;
            assert!(page.form().asks_for("password"), "{page:?}");
        }
    }

    async fn a5_3_wrong_codes_are_counted_and_the_sixth_has_to_wait(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid").await;
        for _ in 0..5 {
            let page = type_code(&Person::new(), &party, "BBBB-BBBB").await;
            assert_eq!(page.status, 400);
        }
        // Another browser at the same address, and the right code, make no difference.
        let page = type_code(&Person::new(), &party, &waiting.user_code).await;
        assert_eq!(page.status, 429, "{page:?}");
        assert!(page.alert().unwrap().contains("Too many wrong codes"));
        assert!(!page.header("retry-after").is_empty());
        // What is no code at all is not worth a question to the database.
        let page = type_code(&Person::new(), &party, "1234").await;
        assert_eq!(page.status, 400);
        // Somebody who is signed in has a count of their own.
        let person = Person::new();
        crate::support::alice_in(&person, &public(&server, "web").await, &[]).await;
        let page = type_code(&person, &party, &waiting.user_code).await;
        assert!(page.body.contains("id=\"allow\""), "{page:?}");
    }

    async fn right_codes_are_not_counted(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "television").await;
        for _ in 0..8 {
            let waiting = begin(&party, "openid").await;
            let page = type_code(&Person::new(), &party, &waiting.user_code).await;
            assert!(page.form().asks_for("password"), "{page:?}");
        }
    }
}
