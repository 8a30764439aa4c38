//! What the pages show of a client: its logo, its policy, its terms.

use serde_json::json;
use symbolon_testkit::{Page, Person, on_both_databases};

use super::{attributes, client, directive, party, server};
use crate::support::{ALICE, sign_in_page, type_in};

const ON: (&str, &str) = ("SYMBOLON_CLIENTS_LOGOS", "true");

const LOGO: &str = "https://cdn.example:8443/logo.png?a=1&b=2";

on_both_databases! {
    async fn oidcc_registration_logo_uri(backend) {
        let clients = [client("app", &json!({"logo_uri": LOGO, "consent": "required"}))];
        let server = server(backend, &clients, &[ON]);
        let browser = Person::new();
        let party = party(&server, "app").await;
        let (_, page) = sign_in_page(&browser, &party).await;
        let consent = type_in(&browser, &page, "alice", ALICE).await.page();
        for page in [&page, &consent] {
            assert!(attributes(page, "src").contains(&LOGO.to_owned()), "{page:?}");
            assert_eq!(images(page), "img-src 'self' data: https://cdn.example:8443");
        }
    }

    async fn logos_are_loaded_from_nowhere_unless_that_is_turned_on(backend) {
        let clients = [client("app", &json!({"logo_uri": LOGO}))];
        let server = server(backend, &clients, &[]);
        let (_, page) = sign_in_page(&Person::new(), &party(&server, "app").await).await;
        assert!(!page.body.contains("cdn.example"), "{page:?}");
        assert_eq!(images(&page), "img-src 'self' data:");
    }

    async fn an_origin_that_would_change_the_policy_is_not_in_it(backend) {
        let logo = "https://a.example;script-src/logo.png";
        let clients = [client("app", &json!({ "logo_uri": logo })), client("none", &json!({}))];
        let server = server(backend, &clients, &[ON]);
        for name in ["app", "none"] {
            let (_, page) = sign_in_page(&Person::new(), &party(&server, name).await).await;
            assert_eq!(images(&page), "img-src 'self' data:", "{name}");
            assert_eq!(directive(&page, "script-src"), None, "{name}");
        }
    }

    async fn oidcc_registration_policy_uri(backend) {
        is_linked_on_the_sign_in_page(backend, "policy_uri", "client-policy").await;
    }

    async fn oidcc_registration_tos_uri(backend) {
        is_linked_on_the_sign_in_page(backend, "tos_uri", "client-terms").await;
    }
}

async fn is_linked_on_the_sign_in_page(backend: symbolon_testkit::Backend, name: &str, id: &str) {
    let uri = "https://app.example/words?a=1&b=2";
    let server = server(backend, &[client("app", &json!({ name: uri }))], &[]);
    let (_, page) = sign_in_page(&Person::new(), &party(&server, "app").await).await;
    assert!(page.body.contains(&format!("id=\"{id}\"")), "{page:?}");
    assert!(
        attributes(&page, "href").contains(&uri.to_owned()),
        "{page:?}"
    );
}

fn images(page: &Page) -> String {
    directive(page, "img-src").unwrap()
}
