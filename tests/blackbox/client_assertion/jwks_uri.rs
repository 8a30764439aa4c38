//! Keys at `jwks_uri`, against a fake on this machine: fetched, kept, fetched anew for a key that is
//! not known, and not more often than is good.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Reply, Server, Site, http, now, on_both_databases};

use super::{Key, assert_refused, claims, client, key, server, token};
use crate::support::LOOPBACK;

/// How often one address is fetched within a minute.
const MOST_FETCHES: usize = 5;

/// A host of keys.
struct Host {
    url: String,
    site: Site,
}

impl Host {
    /// It has none yet.
    fn start() -> Self {
        let site = Site::plain();
        let url = site.at("/keys");
        Self { url, site }
    }

    fn serve(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
        self.site.serve_json("/keys", &json!({"keys": keys}));
    }

    fn say(&self, status: &str, content_type: &str, body: &str) {
        let reply = Reply::new(status).body(content_type, body);
        self.site.reply("/keys", [reply]);
    }

    /// How often it was asked, which tells nothing of who asks.
    fn fetches(&self) -> usize {
        let received = self.site.received();
        for one in &received {
            let head = one.head.to_ascii_lowercase();
            assert!(head.starts_with("get /keys http/1.1"), "{head}");
            assert!(
                !head.contains("authorization") && !head.contains("cookie"),
                "{head}"
            );
        }
        received.len()
    }

    fn client(&self) -> Value {
        fetching(&self.url)
    }
}

fn fetching(url: &str) -> Value {
    let more = json!({
        "token_endpoint_auth_methods": ["private_key_jwt"],
        "jwks_uri": url,
    });
    client("fetched", &more)
}

async fn works(server: &Server, key: &Key) -> bool {
    let answer = token(server, &key.assertion("fetched", server.issuer())).await;
    if answer.status != 200 {
        assert_refused(&answer, key.kid());
    }
    answer.status == 200
}

on_both_databases! {
    async fn oidcc_registration_jwks_uri_and_its_rotation(backend) {
        let host = Host::start();
        let server = server(backend, &[host.client()], &[LOOPBACK]);
        let [first, second] = [key("ES256"), key("EdDSA")];
        host.serve(&[&first]);
        assert_eq!(host.fetches(), 0, "nobody needed them yet");
        assert!(works(&server, &first).await);
        assert!(works(&server, &first).await);
        assert_eq!(host.fetches(), 1);
        // The next key beside it, then alone.
        host.serve(&[&first, &second]);
        assert!(works(&server, &second).await);
        assert_eq!(host.fetches(), 2);
        assert!(works(&server, &first).await);
        host.serve(&[&second]);
        let third = key("ES256");
        assert!(!works(&server, &third).await);
        assert_eq!(host.fetches(), 3);
        assert!(!works(&server, &first).await, "it was withdrawn");
        assert!(works(&server, &second).await);
    }
}

#[tokio::test]
async fn request_objects_are_checked_with_the_same_keys_and_pushed_with_an_assertion() {
    let host = Host::start();
    let web = |id, method| {
        let more = json!({
            "token_endpoint_auth_methods": [method],
            "grant_types": ["authorization_code"],
            "redirect_uris": ["https://app.example/callback"],
            "require_signed_request_object": true,
            "jwks_uri": host.url,
        });
        client(id, &more)
    };
    let clients = [web("open", "none"), web("fetched", "private_key_jwt")];
    let server = server(Backend::Sqlite, &clients, &[LOOPBACK]);
    let (good, other) = (key("ES256"), key("ES256"));
    let object = |key: &Key, client: &str| {
        let claims = json!({
            "iss": client, "client_id": client, "aud": server.issuer(),
            "nbf": now(), "exp": now() + 60,
            "response_type": "code", "scope": "openid",
            "redirect_uri": "https://app.example/callback",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        });
        key.sign(&json!({"kid": key.kid()}), &claims)
    };
    let url = server.at("/oauth/v2/par");
    let push = async |object: String| {
        let form = [("client_id", "open"), ("request", &object)];
        Answer::to(http().post(&url).form(&form)).await
    };
    host.say("500 Oops", "application/json", "{}");
    let answer = push(object(&good, "open")).await;
    assert_eq!(answer.error(), "invalid_request_object", "{answer:?}");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(description.contains("jwks_uri"), "{description}");
    host.serve(&[&good]);
    assert_eq!(push(object(&good, "open")).await.status, 201);
    let answer = push(object(&other, "open")).await;
    assert_eq!(answer.error(), "invalid_request_object", "{answer:?}");
    // The endpoint may be the audience (RFC 9126 §2).
    let assertion = good.assertion("fetched", &format!("{}/oauth/v2/par", server.issuer()));
    let object = object(&good, "fetched");
    let pushed = super::present(&url, &assertion, &[("request", &object)]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
}

#[tokio::test]
async fn unknown_keys_do_not_make_more_fetches_than_the_bound() {
    let host = Host::start();
    let server = server(Backend::Sqlite, &[host.client()], &[LOOPBACK]);
    let (good, other) = (key("ES256"), key("ES256"));
    host.serve(&[&good]);
    assert!(works(&server, &good).await);
    let issuer = server.issuer().to_owned();
    let url = server.at("/oauth/v2/token");
    let crowd: Vec<_> = (0..40)
        .map(|number| {
            let header = json!({"kid": format!("made up {number}")});
            let assertion = other.sign(&header, &claims("fetched", &issuer));
            let url = url.clone();
            tokio::spawn(async move {
                super::present(&url, &assertion, &[("grant_type", "client_credentials")]).await
            })
        })
        .collect();
    for one in crowd {
        assert_refused(&one.await.unwrap(), "an unknown key");
    }
    assert!(host.fetches() <= MOST_FETCHES, "{}", host.fetches());
    // And whoever has a key that is known is not kept out by it.
    assert!(works(&server, &good).await);
}

#[tokio::test]
async fn keys_that_are_there_stay_when_the_address_fails() {
    let [good, other] = [key("ES256"), key("ES256")];
    for (status, content_type, body) in [
        ("500 Oops", "application/json", "{}".to_owned()),
        (
            "302 Found\r\nLocation: /elsewhere",
            "application/json",
            String::new(),
        ),
        (
            "200 OK",
            "text/html",
            json!({"keys": [other.public()]}).to_string(),
        ),
        ("200 OK", "application/json", "not JSON".to_owned()),
        (
            "200 OK",
            "application/json",
            "{\"keys\":[],\"keys\":[]}".to_owned(),
        ),
        // Oversized, with a good key in it.
        (
            "200 OK",
            "application/json",
            json!({"padding": "x".repeat(70_000), "keys": [other.public()]}).to_string(),
        ),
        (
            "200 OK",
            "application/json",
            json!({"keys": vec![other.public(); 101]}).to_string(),
        ),
    ] {
        let host = Host::start();
        let server = server(Backend::Sqlite, &[host.client()], &[LOOPBACK]);
        host.serve(&[&good]);
        assert!(works(&server, &good).await);
        host.say(status, content_type, &body);
        assert!(!works(&server, &other).await, "{status} {content_type}");
        assert_eq!(host.fetches(), 2);
        assert!(works(&server, &good).await, "{status} {content_type}");
    }
}

#[tokio::test]
async fn keys_for_another_use_and_private_ones_do_not_verify() {
    let good = key("ES256");
    let mut encryption = good.public();
    encryption["use"] = json!("enc");
    let mut signing_alone = good.public();
    signing_alone.as_object_mut().unwrap().remove("use");
    signing_alone["key_ops"] = json!(["sign"]);
    let private = serde_json::to_value(good.jwk.as_ref()).unwrap();
    for (with, published) in [
        (&good, encryption),
        (&good, signing_alone),
        (&good, private),
    ] {
        let host = Host::start();
        let server = server(Backend::Sqlite, &[host.client()], &[LOOPBACK]);
        host.say(
            "200 OK",
            "application/json",
            &json!({"keys": [published]}).to_string(),
        );
        assert!(!works(&server, with).await, "{published}");
        // Beside a good key likewise.
        let beside = key("EdDSA");
        let keys = json!({"keys": [published, beside.public()]});
        host.say("200 OK", "application/jwk-set+json", &keys.to_string());
        assert!(works(&server, &beside).await);
        assert!(!works(&server, with).await, "{published}");
    }
}

#[tokio::test]
async fn of_two_keys_with_one_kid_the_first_one_counts() {
    let (first, mut second) = (key("ES256"), key("ES256"));
    second.jwk.set_key_id(first.kid());
    let host = Host::start();
    let server = server(Backend::Sqlite, &[host.client()], &[LOOPBACK]);
    host.serve(&[&first, &second]);
    assert!(works(&server, &first).await);
    assert!(!works(&server, &second).await);
}

#[tokio::test]
async fn a4_1_without_the_switch_nothing_on_this_machine_is_fetched() {
    let host = Host::start();
    let port = host
        .url
        .split(':')
        .nth(2)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let good = key("ES256");
    host.serve(&[&good]);
    for url in [
        host.url.clone(),
        format!("https://127.0.0.1:{port}/keys"),
        format!("https://localhost:{port}/keys"),
        format!("https://[::ffff:127.0.0.1]:{port}/keys"),
        format!("https://2130706433:{port}/keys"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/keys".to_owned(),
    ] {
        let server = server(Backend::Sqlite, &[fetching(&url)], &[]);
        assert!(!works(&server, &good).await, "{url}");
        let (_, log) = server.stop();
        assert!(
            log.contains("the keys of a client cannot be fetched"),
            "{log}"
        );
    }
    assert_eq!(host.fetches(), 0);
}

#[tokio::test]
async fn the_switch_for_tests_is_said_loudly() {
    let server = server(Backend::Sqlite, &[], &[LOOPBACK]);
    let (_, log) = server.stop();
    assert!(log.contains("outbound.allow_loopback is on"), "{log}");
}
