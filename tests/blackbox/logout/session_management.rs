//! OpenID Connect Session Management 1.0.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use symbolon_testkit::{Person, RelyingParty, Server, on_both_databases};

use super::{attributes, client, directive, party, server};
use crate::support::{ALICE, BOB, alice_in};

const ON: (&str, &str) = ("SYMBOLON_SESSION_CHECK_SESSION_IFRAME", "true");

const PATH: &str = "/oidc/v1/check_session";

on_both_databases! {
    async fn oidcc_session_management_discovery_endpoint_verification(backend) {
        let server = server(backend, &[], &[ON]);
        let metadata = party(&server, "demo-web").await.metadata;
        assert_eq!(metadata["check_session_iframe"], server.at(PATH));
        assert!(metadata["end_session_endpoint"].is_string());
    }

    async fn it_is_off_unless_it_is_turned_on(backend) {
        let server = server(backend, &[client("app", &json!({}))], &[]);
        let party = party(&server, "app").await;
        assert!(party.metadata.get("check_session_iframe").is_none());
        let browser = Person::new();
        let callback = browser.sign_in(&party.authorize_url(&[]).url, "alice", ALICE).await;
        assert_eq!(callback.parameter("session_state"), None);
        assert_eq!(browser.cookies(server.url()).len(), 1);
        let page = browser.send(browser.http().get(server.at(PATH))).await;
        assert_eq!(page.status, 404);
    }

    async fn oidcc_session_management_rp_initiated_logout(backend) {
        let server = server(backend, &[client("app", &json!({})), client("other", &json!({}))], &[ON]);
        let party = party(&server, "app").await;
        let browser = Person::new();
        let (state, _) = session_state(&browser, &party, "alice", ALICE, &[]).await;
        assert_eq!(asked(&browser, &server, "app", &state), "unchanged");
        assert_eq!(asked(&browser, &server, "other", &state), "changed");
        assert_eq!(asked(&Person::new(), &server, "app", &state), "error");

        // Nothing changes while the same person goes on.
        let (again, tokens) = session_state(&browser, &party, "alice", ALICE, &[]).await;
        assert_ne!(again, state, "each has a salt of its own");
        for state in [&state, &again] {
            assert_eq!(asked(&browser, &server, "app", state), "unchanged");
        }

        // Somebody else signs in; and signs out again.
        let more = [("prompt", "login")];
        let (both, bobs) = session_state(&browser, &party, "bob", BOB, &more).await;
        assert_eq!(asked(&browser, &server, "app", &again), "changed");
        assert_eq!(asked(&browser, &server, "app", &both), "unchanged");
        for tokens in [&bobs, &tokens] {
            browser.get(party.end_session_url(&[("id_token_hint", tokens)])).await.page();
            assert_eq!(asked(&browser, &server, "app", &both), "changed");
        }
        assert_eq!(asked(&browser, &server, "app", &again), "changed");
    }

    async fn the_frame_is_open_to_all_and_nothing_else_is(backend) {
        let server = server(backend, &[client("app", &json!({}))], &[ON]);
        let browser = Person::new();
        let page = browser.send(browser.http().get(server.at(PATH))).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.header("x-frame-options"), "");
        assert_eq!(directive(&page, "frame-ancestors").as_deref(), Some("frame-ancestors *"));
        assert_eq!(directive(&page, "default-src").as_deref(), Some("default-src 'none'"));
        assert_eq!(directive(&page, "script-src").as_deref(), Some("script-src 'self'"));
        assert_eq!(page.header("set-cookie"), "");
        assert_eq!(attributes(&page, "data-cookie"), ["symbolon-state"]);
        let script = attributes(&page, "src").remove(0);
        let script = browser.send(browser.http().get(server.at(&script))).await;
        assert_eq!(script.status, 200);
        assert!(script.header("content-type").starts_with("text/javascript"));

        let party = party(&server, "app").await;
        alice_in(&browser, &party, &[]).await;
        let home = browser.get(server.at("/")).await.page();
        assert_eq!(home.header("x-frame-options"), "DENY");
        assert_eq!(directive(&home, "frame-ancestors").as_deref(), Some("frame-ancestors 'none'"));
    }

    async fn only_the_cookie_of_the_state_can_be_read_by_scripts(backend) {
        let server = server(backend, &[client("app", &json!({}))], &[ON]);
        let party = party(&server, "app").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let attempt = party.authorize_url(&[]);
        let answer = browser.send(browser.http().get(attempt.url)).await;
        assert_eq!(answer.status, 303);
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter()
            .map(|value| value.to_str().unwrap().to_owned()).collect();
        let state = cookies.iter().find(|cookie| cookie.starts_with("symbolon-state=")).unwrap();
        assert!(!state.contains("HttpOnly") && state.contains("Path=/"), "{state}");
        let others = cookies.iter().filter(|cookie| !cookie.starts_with("symbolon-state="));
        assert!(others.clone().all(|cookie| cookie.contains("HttpOnly")), "{cookies:?}");
    }
}

/// Signs in and returns the `session_state` of the answer, and the ID token.
async fn session_state(
    browser: &Person,
    party: &RelyingParty,
    username: &str,
    password: &str,
    more: &[(&str, &str)],
) -> (String, String) {
    let attempt = party.authorize_url(more);
    let callback = browser.sign_in(&attempt.url, username, password).await;
    let state = callback.parameter("session_state").unwrap().to_owned();
    assert!(!state.contains(' '));
    let tokens = party.finish(&attempt, &callback).await;
    (state, tokens.id_token().to_owned())
}

/// What the frame answers to the page of a client: its script, in Rust.
fn asked(browser: &Person, server: &Server, client: &str, session_state: &str) -> &'static str {
    let cookies = browser.cookies(server.url());
    let Some((_, own)) = cookies.iter().find(|(name, _)| name == "symbolon-state") else {
        return "error";
    };
    let (_, salt) = session_state.split_once('.').unwrap();
    let text = format!("{client} http://127.0.0.1:5556 {own} {salt}");
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
    if format!("{digest}.{salt}") == session_state {
        "unchanged"
    } else {
        "changed"
    }
}
