//! Whatever is sent: no 5xx, no hang, and nothing written but what a valid request writes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestError, TestRunner};
use symbolon_testkit::{Backend, Server, rows};
use url::form_urlencoded;

use super::raw::{Request, send, send_and_end};
use super::{HOSTILE, check_manners};
use crate::support;

const PATHS: [&str; 15] = [
    "/oauth/v2/authorize",
    "/oauth/v2/par",
    "/oauth/v2/token",
    "/oauth/v2/introspect",
    "/oauth/v2/revoke",
    "/oauth/v2/keys",
    "/oauth/v2/device_authorization",
    "/oidc/v1/userinfo",
    "/oidc/v1/end_session",
    "/device",
    "/sign-in/x",
    "/consent/x",
    "/choose-account/x",
    "/sign-out",
    "/static/x",
];

/// Names that mean something somewhere.
const NAMES: [&str; 30] = [
    "access_token",
    "acr_values",
    "claims",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "csrf",
    "decision",
    "device_code",
    "dpop_jkt",
    "grant_type",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "password",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "user_code",
];

/// Values that take a request further than nonsense gets.
const VALUES: [&str; 22] = [
    "demo-web",
    "demo-device",
    "urn:ietf:params:oauth:grant-type:device_code",
    "WDJB-MJHT",
    "sy_dc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "demo-confidential",
    "demo-confidential-secret",
    "demo-machine",
    "demo-machine-secret",
    "http://127.0.0.1:5556/callback",
    "code",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "openid offline_access",
    "none",
    "form_post",
    "urn:ietf:params:oauth:request_uri:sy_ru_AAAA",
    "eyJhbGciOiJub25lIn0.e30.",
    "{\"id_token\":{\"acr\":null}}",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "sy_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

#[test]
fn nothing_that_is_sent_makes_the_server_fail_on_sqlite() {
    nothing_makes_it_fail(Backend::Sqlite);
}

#[test]
fn nothing_that_is_sent_makes_the_server_fail_on_postgres() {
    nothing_makes_it_fail(Backend::Postgres);
}

fn nothing_makes_it_fail(backend: Backend) {
    let database = backend.url();
    let server = Server::start(support::binary(), support::options(&database));
    let before = kept(&database);
    answers(&server, requests(bytes(2_000), bytes(400)), true);
    answers(&server, requests(form(), form()), true);
    answers(&server, bytes(600), false);
    assert_eq!(kept(&database), before);
    let (_, log) = server.stop();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}

/// Sends many of these, and shows the smallest that does harm. Each is `complete`: an answer is due;
/// or is whatever it is, and then the connection may also just end.
fn answers(server: &Server, strategy: impl Strategy<Value = Vec<u8>>, complete: bool) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: 250,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |bytes| {
        let reply = runtime.block_on(async {
            match complete {
                true => send(server, &bytes).await,
                false => send_and_end(server, &bytes).await,
            }
        });
        if complete || reply.status != 0 {
            check_manners("anything", &reply);
        }
        prop_assert!(
            reply.status != 0 || reply.body.is_empty(),
            "half an answer: {reply:?}"
        );
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => {
            panic!("{why}: {}", String::from_utf8_lossy(&bytes))
        }
        Err(error) => panic!("{error}"),
    }
    // It is still there, and quick of hearing.
    let health = runtime.block_on(send(server, Request::get("/healthz").bytes()));
    assert_eq!(health.status, 200);
}

/// A request to some endpoint with this body and this query.
fn requests(
    body: impl Strategy<Value = Vec<u8>>,
    query: impl Strategy<Value = Vec<u8>>,
) -> impl Strategy<Value = Vec<u8>> {
    let authorization = prop_oneof![
        Just(None),
        Just(None),
        bytes(200).prop_map(|mut value| {
            value.splice(0..0, *b"authorization: ");
            Some(value)
        }),
        bytes(200).prop_map(|mut value| {
            value.splice(0..0, *b"dpop: ");
            Some(value)
        }),
        Just(Some(
            b"authorization: Basic ZGVtby1tYWNoaW5lOmRlbW8tbWFjaGluZS1zZWNyZXQ=".to_vec()
        )),
    ];
    let method = select(vec!["GET", "POST", "POST", "POST", "OPTIONS", "HEAD"]);
    let parts = (select(PATHS.to_vec()), method, query, body, authorization);
    parts.prop_map(|(path, method, mut query, body, authorization)| {
        // These would end the request line.
        query.retain(|byte| !matches!(byte, b' ' | b'\r' | b'\n'));
        let target = [path.as_bytes(), b"?", &query].concat();
        let request = match method {
            "POST" => Request::post(path, body),
            _ => Request::get(target).by(method),
        };
        let request = match authorization {
            None => request,
            Some(mut line) => {
                line.retain(|byte| !matches!(byte, b'\r' | b'\n'));
                request.with(line)
            }
        };
        request.bytes()
    })
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

/// Pairs that mean something, or nearly so.
fn form() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        6 => select(NAMES.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let value = prop_oneof![
        4 => select(VALUES.to_vec()).prop_map(str::to_owned),
        2 => select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => Just(String::new()),
    ];
    vec((name, value), 0..12).prop_map(|pairs| {
        let mut serializer = form_urlencoded::Serializer::new(String::new());
        serializer.extend_pairs(pairs).finish().into_bytes()
    })
}

/// All rows but those that every authorization request that is valid so far leaves behind, and every
/// device.
fn kept(database: &str) -> Vec<String> {
    let left = ["interaction ", "browser ", "device_authorization "];
    let all = rows(database).into_iter();
    all.filter(|row| !left.iter().any(|table| row.starts_with(table)))
        .collect()
}
