//! A client that wants to be told is told: at least once, and not for ever.

use serde_json::Value;
use symbolon_testkit::{Backend, Received, Reply, Server, Site, on_both_databases};

use super::{answer, ask, auth_req_id, clients, poll, with_clients};
use crate::support::{eventually, seconds_pass};

const TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

/// Where a client is told.
struct Endpoint {
    url: String,
    site: Site,
}

impl Endpoint {
    /// It answers so, one after the other; with the last one for ever.
    fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let site = Site::plain();
        let url = site.reply("/told", replies);
        Self { url, site }
    }

    fn server(&self, backend: Backend) -> Server {
        self.server_on(&backend.url(), None)
    }

    fn server_on(&self, database: &str, issuer: Option<String>) -> Server {
        let settings = [
            ("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "true"),
            ("SYMBOLON_BACKCHANNEL_POLL_INTERVAL", "2s"),
        ];
        with_clients(database, issuer, &settings, &clients(Some(&self.url)))
    }

    /// What it was sent.
    fn heard(&self) -> Vec<Received> {
        self.site.received()
    }

    async fn hears(&self, times: usize) {
        eventually("the client is told", async || self.heard().len() >= times).await;
    }
}

async fn begin(server: &Server) -> String {
    let form = [
        ("scope", "openid"),
        ("login_hint", "alice"),
        ("client_notification_token", TOKEN),
    ];
    auth_req_id(&ask(server, "pinged", &form).await)
}

fn good() -> Reply {
    Reply::new("204 No Content")
}

on_both_databases! {
    async fn a_client_is_told_with_its_own_token_and_then_gets_its_tokens(backend) {
        let endpoint = Endpoint::start([good()]);
        let server = endpoint.server(backend);
        let id = begin(&server).await;
        assert!(endpoint.heard().is_empty());
        answer(&server, "allow").await;
        endpoint.hears(1).await;
        let heard = endpoint.heard().remove(0);
        assert!(heard.head.starts_with("POST /told HTTP/1.1\r\n"), "{heard:?}");
        let head = heard.head.to_ascii_lowercase();
        assert!(head.contains(&format!("authorization: bearer {TOKEN}")), "{head}");
        assert!(head.contains("content-type: application/json"), "{head}");
        let body: Value = serde_json::from_str(&heard.body).unwrap();
        assert_eq!(body, serde_json::json!({"auth_req_id": id}));
        assert_eq!(poll(&server, "pinged", &id).await.status, 200);
        // Told once is told.
        seconds_pass(6).await;
        assert_eq!(endpoint.heard().len(), 1);
    }

    async fn a_client_is_told_of_a_no_too_and_may_also_ask_by_itself(backend) {
        let endpoint = Endpoint::start([good()]);
        let server = endpoint.server(backend);
        let id = begin(&server).await;
        assert_eq!(poll(&server, "pinged", &id).await.error(), "authorization_pending");
        answer(&server, "deny").await;
        endpoint.hears(1).await;
        seconds_pass(2).await;
        assert_eq!(poll(&server, "pinged", &id).await.error(), "access_denied");
    }

    async fn what_fails_for_a_while_is_tried_again(backend) {
        let endpoint = Endpoint::start([Reply::new("503 Service Unavailable"), good()]);
        let server = endpoint.server(backend);
        let id = begin(&server).await;
        answer(&server, "allow").await;
        endpoint.hears(2).await;
        let heard = endpoint.heard();
        assert!(heard.iter().all(|heard| heard.body.contains(&id)), "{heard:?}");
        assert_eq!(poll(&server, "pinged", &id).await.status, 200);
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_response_has_body(backend) {
        let endpoint = Endpoint::start([
            Reply::new("200 OK").header("Content-Length", "2").body("application/json", "{}"),
        ]);
        let server = endpoint.server(backend);
        let id = begin(&server).await;
        answer(&server, "allow").await;
        endpoint.hears(1).await;
        assert_eq!(poll(&server, "pinged", &id).await.status, 200);
    }

    async fn fapi_ciba_id1_ping_with_mtls_ciba_notification_endpoint_response_401_and_require_server_does_not_retry(backend) {
        for status in ["401 Unauthorized", "403 Forbidden"] {
            let endpoint = Endpoint::start([Reply::new(status)]);
            let server = endpoint.server(backend);
            let id = begin(&server).await;
            answer(&server, "allow").await;
            endpoint.hears(1).await;
            assert_eq!(poll(&server, "pinged", &id).await.status, 200);
            seconds_pass(7).await;
            assert_eq!(endpoint.heard().len(), 1, "{status}");
        }
    }

    async fn fapi_ciba_id1_ping_backchannel_notification_endpoint_return_redirect_request(backend) {
        let elsewhere = Endpoint::start([good()]);
        let moved = Reply::new("301 Moved Permanently").header("Location", &elsewhere.url);
        let endpoint = Endpoint::start([moved]);
        let server = endpoint.server(backend);
        let id = begin(&server).await;
        answer(&server, "allow").await;
        endpoint.hears(1).await;
        assert_eq!(poll(&server, "pinged", &id).await.status, 200);
        seconds_pass(2).await;
        assert!(elsewhere.heard().is_empty());
    }

    async fn a_token_that_is_missing_or_none_is_refused(backend) {
        let endpoint = Endpoint::start([good()]);
        let server = endpoint.server(backend);
        for token in ["", "short", "has a space in it, and more", "line\r\nbreak-and-more", &"x".repeat(1025)] {
            let form = [
                ("scope", "openid"), ("login_hint", "alice"), ("client_notification_token", token),
            ];
            assert_eq!(ask(&server, "pinged", &form).await.error(), "invalid_request", "{token}");
        }
    }

    async fn a4_1_without_the_switch_for_tests_nothing_on_this_machine_is_told(backend) {
        let endpoint = Endpoint::start([good()]);
        let settings = [("SYMBOLON_BACKCHANNEL_POLL_INTERVAL", "2s")];
        let all = clients(Some(&endpoint.url));
        let server = with_clients(&backend.url(), None, &settings, &all);
        let id = begin(&server).await;
        answer(&server, "allow").await;
        assert_eq!(poll(&server, "pinged", &id).await.status, 200);
        seconds_pass(2).await;
        assert!(endpoint.heard().is_empty());
    }

    async fn an_instance_that_ends_leaves_what_is_to_be_told_to_the_others(backend) {
        // Nobody listens at first.
        let endpoint = Endpoint::start([Reply::new("500 Internal Server Error"), good()]);
        let database = backend.url();
        let first = endpoint.server_on(&database, None);
        let issuer = first.issuer().to_owned();
        let id = begin(&first).await;
        answer(&first, "allow").await;
        endpoint.hears(1).await;
        drop(first);
        let second = endpoint.server_on(&database, Some(issuer));
        endpoint.hears(2).await;
        assert!(endpoint.heard()[1].body.contains(&id));
        assert_eq!(poll(&second, "pinged", &id).await.status, 200);
    }
}
