//! OpenID Connect Back-Channel Logout 1.0.

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Person, Reply, Server, http, jwt_header, jwt_payload, on_both_databases, rows,
};

use super::{HOME, Host, client, listening, options_on, party, server};
use crate::support::{
    ALICE, ALICE_ID, BOB, alice_in, binary, eventually, personal_token, sign_in, silently,
};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

on_both_databases! {
    async fn oidcc_backchannel_logout_discovery_endpoint_verification(backend) {
        let server = server(backend, &[], &[]);
        let metadata = party(&server, "demo-web").await.metadata;
        for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
            assert_eq!(metadata[name], true, "{name}");
        }
        assert!(metadata["end_session_endpoint"].is_string());
    }

    async fn oidcc_backchannel_rp_initiated_logout(backend) {
        let host = Host::start();
        let server = server(backend, &[listening("app", &host)], &[]);
        let party = party(&server, "app").await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
            ("state", "a state"),
        ]);
        let callback = browser.get(url).await.callback();
        assert_eq!(callback.parameters, [("state".to_owned(), "a state".to_owned())]);

        let [token] = host.tokens(1).await.try_into().unwrap();
        let post = host.posts().remove(0);
        assert!(post.head.starts_with("post /logout http/1.1"), "{post:?}");
        assert!(post.head.contains("content-type: application/x-www-form-urlencoded"), "{post:?}");
        for secret in ["cookie", "authorization"] {
            assert!(!post.head.contains(secret), "{post:?}");
        }
        party.verify(&token).await;
        assert_eq!(jwt_header(&token)["typ"], "logout+jwt");
        let (claims, id) = (jwt_payload(&token), jwt_payload(tokens.id_token()));
        let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]);
        for same in ["iss", "sub", "aud", "sid"] {
            assert_eq!(claims[same], id[same], "{same}");
        }
        assert_eq!(claims["events"], json!({ EVENT: {} }));
        let number = |name: &str| claims[name].as_i64().unwrap();
        assert!((1..=120).contains(&(number("exp") - number("iat"))));
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        assert_eq!(party.refresh(tokens.refresh_token()).await.error(), "invalid_grant");

        // Requirement A2.9: it is good for nothing else.
        let other = Person::new();
        alice_in(&other, &party, &[]).await;
        let page = other.get(party.end_session_url(&[("id_token_hint", &token)])).await.page();
        assert_eq!(page.form().buttons.len(), 2, "{page:?}");
        assert_eq!(party.userinfo(&token).await.status, 401);
    }

    async fn each_client_of_the_session_is_told_in_its_own_terms(backend) {
        let [one, two, idle, unwilling] =
            [Host::start(), Host::start(), Host::start(), Host::start()];
        let signed = json!({
            "backchannel_logout_uri": two.url, "id_token_signed_response_alg": "ES256",
        });
        let clients = [
            listening("one", &one),
            client("two", &signed),
            listening("idle", &idle),
            client("unwilling", &json!({})),
        ];
        let server = server(backend, &clients, &[]);
        let (browser, elsewhere) = (Person::new(), Person::new());
        let mut sids = Vec::new();
        for name in ["one", "two", "unwilling"] {
            let tokens = alice_in(&browser, &party(&server, name).await, &[]).await;
            sids.push(jwt_payload(tokens.id_token())["sid"].clone());
        }
        let again = alice_in(&browser, &party(&server, "one").await, &[]).await;
        assert_eq!(jwt_payload(again.id_token())["sid"], sids[0], "one session, one name");
        alice_in(&elsewhere, &party(&server, "idle").await, &[]).await;
        assert!(sids[0] != sids[1] && sids[1] != sids[2] && sids[0] != sids[2], "{sids:?}");

        let party = party(&server, "one").await;
        let url = party.end_session_url(&[("id_token_hint", again.id_token())]);
        browser.get(url).await.page();
        let (first, second) = (one.tokens(1).await, two.tokens(1).await);
        assert_eq!(jwt_payload(&first[0])["sid"], sids[0]);
        assert_eq!(jwt_payload(&second[0])["sid"], sids[1]);
        assert_eq!(jwt_header(&first[0])["alg"], "RS256");
        assert_eq!(jwt_header(&second[0])["alg"], "ES256");
        assert_eq!((idle.posts().len(), unwilling.posts().len()), (0, 0));
        assert_eq!((one.posts().len(), two.posts().len()), (1, 1));
    }

    async fn whoever_ends_a_session_has_its_clients_told(backend) {
        let host = Host::start();
        let database = backend.url();
        let options = options_on(&database, &[listening("app", &host)], &[]);
        let server = Server::start(binary(), options);
        let admin = Admin::of(&server, &database);
        let party = party(&server, "app").await;
        let mut told = 0;
        for way in ["one session", "all sessions", "password", "disabled", "deleted"] {
            let (username, password, user) = if way == "disabled" {
                ("alice", "a new and rather long pass phrase", ALICE_ID)
            } else if way == "deleted" {
                ("bob", BOB, crate::support::BOB_ID)
            } else {
                ("alice", ALICE, ALICE_ID)
            };
            let browser = Person::new();
            let tokens = sign_in(&browser, &party, &[], username, password).await;
            let user = format!("/users/{user}");
            let answer = match way {
                "one session" => {
                    let live = admin.call(Method::GET, &format!("{user}/sessions"), None).await;
                    let items = live.json["items"].as_array().unwrap().clone();
                    let live = items.iter().find(|item| item["ended_at"].is_null()).unwrap();
                    let id = live["id"].as_str().unwrap();
                    admin.call(Method::DELETE, &format!("{user}/sessions/{id}"), None).await
                }
                "all sessions" => {
                    admin.call(Method::DELETE, &format!("{user}/sessions"), None).await
                }
                "password" => {
                    let body = json!({ "password": "a new and rather long pass phrase" });
                    admin.call(Method::PUT, &format!("{user}/password"), Some(body)).await
                }
                "disabled" => {
                    admin.call(Method::PATCH, &user, Some(json!({ "disabled": true }))).await
                }
                _ => admin.call(Method::DELETE, &user, None).await,
            };
            assert!(answer.status.is_success(), "{way}: {answer:?}");
            told += 1;
            let token = host.tokens(told).await.pop().unwrap();
            for same in ["sub", "sid"] {
                let (claims, id) = (jwt_payload(&token), jwt_payload(tokens.id_token()));
                assert_eq!(claims[same], id[same], "{way}");
            }
            assert_eq!(host.posts().len(), told, "{way}");
        }
    }

    async fn a6_7_a_client_that_fails_is_told_again_in_other_words(backend) {
        let host = Host::answering(vec![Reply::new("500 Whatever")]);
        let database = backend.url();
        let server = Server::start(binary(), options_on(&database, &[listening("app", &host)], &[]));
        let party = party(&server, "app").await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        browser.get(party.end_session_url(&[("id_token_hint", tokens.id_token())])).await.page();
        let told = host.tokens(2).await;
        let jti = |token: &str| jwt_payload(token)["jti"].clone();
        assert_ne!(jti(&told[0]), jti(&told[1]));
        assert_eq!(jwt_payload(&told[0])["sid"], jwt_payload(&told[1])["sid"]);
        settled(&database).await;
        assert_eq!(host.posts().len(), 2);
        assert!(server.log().contains("a client was not told of a sign-out"));
    }

    async fn a6_7_nobody_waits_for_a_client_that_does_not_answer(backend) {
        let (slow, quick) = (Host::answering(vec![Reply::never()]), Host::start());
        let clients = [listening("slow", &slow), listening("quick", &quick)];
        let server = server(backend, &clients, &[]);
        let browser = Person::new();
        alice_in(&browser, &party(&server, "slow").await, &[]).await;
        let party = party(&server, "quick").await;
        let tokens = alice_in(&browser, &party, &[]).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        // The slow one has not answered, and does not before the test ends.
        assert_eq!(browser.get(url).await.callback().url.as_str(), HOME);
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        quick.tokens(1).await;
        slow.tokens(1).await;
    }

    async fn a9_1_what_is_to_be_told_survives_the_server(backend) {
        let host = Host::answering(vec![Reply::new("500 Whatever")]);
        let database = backend.url();
        let options = options_on(&database, &[listening("app", &host)], &[]);
        let first = Server::start(binary(), options.clone());
        let party = party(&first, "app").await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        browser.get(party.end_session_url(&[("id_token_hint", tokens.id_token())])).await.page();
        host.tokens(1).await;
        let refused = async || first.log().contains("a client was not told of a sign-out");
        eventually("the first server knows that it failed", refused).await;
        first.kill_hard();
        let _second = Server::start(binary(), options);
        let told = host.tokens(2).await;
        assert_eq!(jwt_payload(&told[1])["sid"], jwt_payload(tokens.id_token())["sid"]);
        settled(&database).await;
    }

    async fn a4_1_an_address_that_is_not_public_is_not_visited(backend) {
        let host = Host::start();
        let database = backend.url();
        let closed = [("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "false")];
        let server = Server::start(
            binary(),
            options_on(&database, &[listening("app", &host)], &closed),
        );
        let party = party(&server, "app").await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        browser.get(party.end_session_url(&[("id_token_hint", tokens.id_token())])).await.page();
        let refused = async || server.log().contains("a client was not told of a sign-out");
        eventually("the address is refused", refused).await;
        assert_eq!(host.posts().len(), 0);
    }
}

/// Waits until nobody has to be told of anything.
pub async fn settled(database: &str) {
    let none = async || {
        let rows = rows(database);
        !rows.iter().any(|row| row.starts_with("logout_notice"))
    };
    eventually("all clients are told", none).await;
}

/// The Management API, used by the super administrator of the demo.
struct Admin<'a> {
    server: &'a Server,
    token: String,
}

impl<'a> Admin<'a> {
    fn of(server: &'a Server, database: &str) -> Self {
        let token = personal_token(database, "admin", &[]);
        Self { server, token }
    }

    /// Calls it about a person, upon whatever version there is.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let person: Vec<_> = path.splitn(4, '/').take(3).collect();
        let person = self.server.at(&format!("/admin/v1{}", person.join("/")));
        let found = Answer::to(http().get(person).bearer_auth(&self.token)).await;
        let mut request = http()
            .request(method, self.server.at(&format!("/admin/v1{path}")))
            .bearer_auth(&self.token)
            .header("if-match", found.header("etag"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::to(request).await
    }
}
