//! The cookie: what it looks like, when it changes, and which one is dead.

use std::collections::BTreeMap;

use symbolon_testkit::{Page, Person, Server, http, on_both_databases};

use crate::support::{
    ALICE, alice_in, binary, options, public, seconds_pass, server, shared, sign_in_page, silently,
    type_in,
};

on_both_databases! {
    async fn a6_1_the_cookie_is_for_the_server_alone(backend) {
        let party = public(shared(backend), "web").await;
        let browser = Person::new();
        let request = browser.http().get(party.authorize_url(&[]).url);
        let answer = browser.send(request).await;
        let (value, attributes) = cookie(&answer, "symbolon");
        assert!(value.len() >= 22, "fewer than 128 bits: {value}");
        assert_eq!(attributes["HttpOnly"], "");
        assert_eq!(attributes["SameSite"], "Lax");
        assert_eq!(attributes["Path"], "/");
        assert_eq!(
            (attributes.get("Domain"), attributes.get("Secure")),
            (None, None)
        );
    }

    async fn a6_1_over_https_no_other_host_can_set_the_cookie(backend) {
        let mut options = options(backend.url());
        options.issuer = Some("https://id.example".to_owned());
        let server = Server::start(binary(), options);
        let url = server.at(
            "/oauth/v2/authorize?client_id=demo-web&response_type=code&scope=openid\
            &redirect_uri=http://127.0.0.1:5556/callback\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        );
        let browser = Person::new();
        let answer = browser.send(browser.http().get(url)).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let (_, attributes) = cookie(&answer, "__Host-symbolon");
        assert_eq!((&*attributes["Secure"], &*attributes["Path"]), ("", "/"));
        assert_eq!(attributes.get("Domain"), None);
    }

    async fn a6_1_the_cookie_changes_at_sign_in_and_the_old_one_is_dead(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        let before = browser.cookies(server.url());
        type_in(&browser, &page, "alice", ALICE).await.callback();
        let after = browser.cookies(server.url());
        assert_ne!(before, after);

        // Whoever planted or saw the first one is nobody.
        let thief = Person::new();
        let (name, value) = &before[0];
        thief.set_cookie(server.url(), &format!("{name}={value}"));
        assert_eq!(silently(&thief, &party, &[]).await, "login_required");
        let heir = Person::new();
        let (name, value) = &after[0];
        heir.set_cookie(server.url(), &format!("{name}={value}"));
        assert_eq!(silently(&heir, &party, &[]).await, "");
        // A new sign-in in the same browser changes it again.
        alice_in(&browser, &party, &[("prompt", "login")]).await;
        assert_ne!(browser.cookies(server.url()), after);
        assert_eq!(silently(&heir, &party, &[]).await, "login_required");
    }

    async fn a6_1_a_cookie_that_the_server_did_not_make_is_no_browser(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        for planted in [
            "chosen-by-somebody-else",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "\"",
            "%00",
        ] {
            let browser = Person::new();
            browser.set_cookie(server.url(), &format!("symbolon={planted}"));
            alice_in(&browser, &party, &[]).await;
            let now = browser.cookies(server.url());
            assert!(now.iter().all(|(_, value)| value != planted), "{now:?}");
        }
    }

    async fn endpoints_without_pages_set_no_cookie(backend) {
        let server = shared(backend);
        for path in [
            "/.well-known/openid-configuration",
            "/oauth/v2/keys",
            "/healthz",
            "/",
            "/nowhere",
            "/oauth/v2/authorize",
            "/static/nothing.css",
        ] {
            let answer = http().get(server.at(path)).send().await.unwrap();
            assert!(answer.headers().get("set-cookie").is_none(), "{path}");
        }
    }

    async fn a6_2_a_session_ends_by_itself(backend) {
        for (idle, absolute) in [("1s", "1h"), ("1s", "1s")] {
            let server = server(
                backend,
                &[
                    ("SYMBOLON_SESSION_IDLE_LIFETIME", idle),
                    ("SYMBOLON_SESSION_ABSOLUTE_LIFETIME", absolute),
                ],
            );
            let party = public(&server, "web").await;
            let browser = Person::new();
            alice_in(&browser, &party, &[]).await;
            seconds_pass(1).await;
            assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        }
    }
}

/// The value and the attributes of the one cookie that an answer sets.
fn cookie(page: &Page, name: &str) -> (String, BTreeMap<String, String>) {
    let set: Vec<_> = page.headers.get_all("set-cookie").iter().collect();
    assert_eq!(set.len(), 1, "{set:?}");
    let mut parts = set[0].to_str().unwrap().split("; ");
    let (own, value) = parts.next().unwrap().split_once('=').unwrap();
    assert_eq!(own, name);
    let attributes = parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.to_owned())
    });
    (value.to_owned(), attributes.collect())
}
