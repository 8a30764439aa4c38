//! Making an account for oneself, where the operator lets people do so.

use serde_json::json;
use symbolon_testkit::{Page, Person, RelyingParty, Server, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, binary, options, public, server, shared, sign_in, sign_in_page, type_in,
};

const OPEN: [(&str, &str); 1] = [("SYMBOLON_REGISTRATION_ORGANIZATION", "globex")];
const PASSWORD: &str = "seven purple elephants dance";

on_both_databases! {
    async fn nobody_signs_up_where_nobody_may(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        assert!(
            !prompts(&party).contains(&json!("create")),
            "{}",
            party.metadata
        );
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        assert!(!page.body.contains("/sign-up/"), "{page:?}");
        // By the address that such a page would have, and with its form.
        let page = browser
            .get(page.url.as_str().replace("sign-in", "sign-up"))
            .await
            .page();
        for form in page.forms() {
            let answer = browser.submit(&form, &filled_in("erika")).await.page();
            assert!(answer.status.is_client_error(), "{answer:?}");
        }
        let (_, page) = sign_in_page(&browser, &party).await;
        assert_eq!(
            type_in(&browser, &page, "erika", PASSWORD)
                .await
                .page()
                .status,
            401
        );
    }

    async fn a7_3_nobody_signs_up_for_another_organization(backend) {
        let server = server(backend, &OPEN);
        let party = public(&server, "web").await;
        let sent = async |organization: &str| {
            let scope = format!("openid urn:symbolon:organization:{organization}");
            let attempt = party.authorize_url(&[("prompt", "create"), ("scope", &scope)]);
            let browser = Person::new();
            let page = browser.get(&attempt.url).await.page();
            browser.submit(&page.form(), &filled_in("erika")).await
        };
        let page = sent("acme").await.page();
        assert_eq!(page.status, 400);
        let alert = page.alert().unwrap();
        assert!(alert.contains("another organization"), "{alert}");
        // The name is still free, so nothing was made.
        assert!(!sent("globex").await.callback().code().is_empty());
    }

    async fn prompt_create_begins_with_the_form(backend) {
        let server = server(backend, &OPEN);
        let party = public(&server, "web").await;
        assert!(
            prompts(&party).contains(&json!("create")),
            "{}",
            party.metadata
        );
        let browser = Person::new();
        let attempt = party
            .authorize_url(&[("prompt", "create")])
            .with("scope", "openid profile email");
        let page = browser.get(&attempt.url).await.page();
        is_sign_up(&page);
        let callback = browser
            .submit(&page.form(), &filled_in("erika"))
            .await
            .callback();
        let tokens = party.finish(&attempt, &callback).await;
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(
            (&claims["org_id"], &claims["roles"]),
            (&json!("globex"), &json!({}))
        );
        let userinfo = party.userinfo(&tokens.access_token).await.json;
        assert_eq!(userinfo["preferred_username"], "erika");
        assert_eq!(userinfo["name"], "Erika Example");
        // Nobody has shown yet that the address is theirs.
        assert_eq!(
            (&userinfo["email"], &userinfo["email_verified"]),
            (&json!("erika@example.org"), &json!(false))
        );

        let again = sign_in(&Person::new(), &party, &[], "erika", PASSWORD).await;
        assert_eq!(jwt_payload(again.id_token())["sub"], claims["sub"]);
        let other = Person::new();
        let (_, page) = sign_in_page(&other, &party).await;
        let answer = type_in(&other, &page, "erika@example.org", PASSWORD)
            .await
            .page();
        assert_eq!(answer.status, 401, "an address that nobody proved signs in");
    }

    async fn the_sign_in_page_leads_there_and_back(backend) {
        let server = server(backend, &OPEN);
        let party = public(&server, "web").await;
        let browser = Person::new();
        let (attempt, page) = sign_in_page(&browser, &party).await;
        let url = page.url.as_str().replace("sign-in", "sign-up");
        assert!(
            page.body
                .contains(&format!("href=\"{}\"", url.replace(server.url(), ""))),
            "{page:?}"
        );
        let page = browser.get(&url).await.page();
        is_sign_up(&page);
        let page = browser.get(url.replace("sign-up", "sign-in")).await.page();
        let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
        party.finish(&attempt, &callback).await;
    }

    async fn a_name_that_is_taken_is_told(backend) {
        let server = server(backend, &OPEN);
        for name in ["alice", "ALICE", " alice ", "bob", "demo-machine"] {
            let (browser, page) = form(&server).await;
            let answer = browser.submit(&page.form(), &filled_in(name)).await.page();
            assert_eq!(answer.status, 409, "{name}");
            assert!(answer.alert().unwrap().contains("taken"), "{answer:?}");
        }
        let party = public(&server, "web").await;
        sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
    }

    async fn the_address_of_another_cannot_be_taken_as_a_name(backend) {
        // Requirement A5.14: whoever types the address means alice.
        let server = server(backend, &OPEN);
        let (browser, page) = form(&server).await;
        let answer = browser
            .submit(&page.form(), &filled_in("alice@acme.example"))
            .await
            .page();
        assert_eq!(answer.status, 409);
    }

    async fn what_is_missing_or_weak_is_told_and_what_was_typed_stays(backend) {
        let server = server(backend, &OPEN);
        let (browser, page) = form(&server).await;
        let long = "x".repeat(1025);
        for (field, value) in [
            ("username", ""),
            ("username", "eri\u{200b}ka"),
            ("username", &"x".repeat(255)),
            ("name", ""),
            ("name", &"x".repeat(201)),
            ("email", ""),
            ("email", "erika"),
            ("email", "@example.org"),
            ("password", ""),
            ("password", "too short"),
            ("password", "aaaaaaaaaaaaaaaaaaaaaa"),
            ("password", "abababababababababab"),
            ("password", "erikaerikaerikaerika"),
            ("password", "erika@example.org"),
            ("password", "symbolon symbolon"),
            ("password", &long),
        ] {
            let mut fields = filled_in("erika");
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            let answer = browser.submit(&page.form(), &fields).await.page();
            assert_eq!(answer.status, 400, "{field}={value}");
            assert!(answer.alert().is_some(), "{field}={value}");
            let inputs = answer.form().inputs;
            let typed = if field == "email" {
                ("username", "erika")
            } else {
                ("email", "erika@example.org")
            };
            assert!(
                inputs.contains(&(typed.0.to_owned(), typed.1.to_owned())),
                "{inputs:?}"
            );
            assert!(!answer.body.contains(PASSWORD), "{answer:?}");
        }
        // All in order, the same page still works.
        browser
            .submit(&page.form(), &filled_in("erika"))
            .await
            .callback();
    }

    async fn a5_13_nobody_gives_themselves_more_than_the_form_asks_for(backend) {
        let server = server(backend, &OPEN);
        let (browser, page) = form(&server).await;
        let mut fields = filled_in("erika");
        fields.extend([
            ("organization", "acme"),
            ("roles", "admin"),
            ("email_verified", "true"),
            ("id", "chosen"),
            ("sub", "chosen"),
            ("disabled", "false"),
        ]);
        browser.submit(&page.form(), &fields).await.callback();
        let party = public(&server, "web").await.asking_for("openid email");
        let tokens = sign_in(&browser, &party, &[], "erika", PASSWORD).await;
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(
            (&claims["org_id"], &claims["roles"]),
            (&json!("globex"), &json!({}))
        );
        assert_ne!(claims["sub"], "chosen");
        assert_eq!(
            party.userinfo(&tokens.access_token).await.json["email_verified"],
            false
        );
    }

    async fn an_account_is_made_by_its_own_form_only(backend) {
        let server = server(backend, &OPEN);
        let (browser, page) = form(&server).await;
        let form = page.form();
        for csrf in ["", "nonsense"] {
            let mut fields = filled_in("erika");
            fields.push(("csrf", csrf));
            assert_eq!(browser.submit(&form, &fields).await.page().status, 403);
        }
        let party = public(&server, "web").await;
        let other = Person::new();
        let (_, page) = sign_in_page(&other, &party).await;
        assert_eq!(
            type_in(&other, &page, "erika", PASSWORD)
                .await
                .page()
                .status,
            401
        );
    }

    async fn a_consent_is_asked_of_whoever_has_just_signed_up(backend) {
        let server = server(backend, &OPEN);
        let party = public(&server, "web-asking").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[("prompt", "create")]);
        let page = browser.get(&attempt.url).await.page();
        let page = browser
            .submit(&page.form(), &filled_in("erika"))
            .await
            .page();
        assert!(page.url.path().starts_with("/consent/"), "{page:?}");
        let callback = browser
            .submit(&page.form(), &[("decision", "allow")])
            .await
            .callback();
        party.finish(&attempt, &callback).await;
    }

    async fn the_organization_of_new_people_has_to_exist(backend) {
        let database = backend.url();
        let options = options(database).with("SYMBOLON_REGISTRATION_ORGANIZATION", "nowhere");
        let Err(log) = Server::try_start(binary(), options) else {
            panic!("people would sign up into nowhere")
        };
        assert!(
            log.contains("registration.organization") && log.contains("nowhere"),
            "{log}"
        );
    }
}

fn filled_in(username: &str) -> Vec<(&str, &str)> {
    vec![
        ("username", username),
        ("name", "Erika Example"),
        ("email", "erika@example.org"),
        ("password", PASSWORD),
    ]
}

/// A browser at the sign-up form.
async fn form(server: &Server) -> (Person, Page) {
    let party = public(server, "web").await;
    let browser = Person::new();
    let page = browser
        .get(&party.authorize_url(&[("prompt", "create")]).url)
        .await
        .page();
    is_sign_up(&page);
    (browser, page)
}

fn is_sign_up(page: &Page) {
    assert!(page.url.path().starts_with("/sign-up/"), "{page:?}");
    for field in ["username", "name", "email", "password"] {
        assert!(page.form().asks_for(field), "{field}: {page:?}");
    }
}

fn prompts(party: &RelyingParty) -> &Vec<serde_json::Value> {
    party.metadata["prompt_values_supported"]
        .as_array()
        .unwrap()
}
