//! Paths that nginx, Symbolon and the API might understand differently. Either all agree on what is
//! called, or nobody gets through.

use symbolon_testkit::on_both_databases;

use super::{LIST, Place, refused};
use crate::hostile::raw::send_to;

/// What the API is asked for and sees, byte for byte.
const PASS: [&str; 9] = [
    "/api/v1/simple/invoices",
    "/api/v1/simple/invoices?",
    "/api/v1/simple/invoices?page=2&sort=-date",
    "/api/v1/simple/invoices?path=../../admin;a=b%00%2f//",
    "/api/v1/simple/invoices/7",
    "/api/v1/simple/invoices/INV-2026.11~1",
    "/api/v1/simple/invoices/a%20b",
    "/api/v1/simple/invoices/a%40b%C3%A9",
    "/api/v1/simple/invoices/a@b!$&'()*+,=:",
];

/// What leads to no endpoint, and why.
const REFUSED: [(&str, &str); 44] = [
    ("/", "no_such_endpoint"),
    ("/api/v1/simple/invoices/", "no_such_endpoint"),
    ("/api/v1/simple/invoices/7/", "no_such_endpoint"),
    ("/API/v1/simple/invoices", "no_such_endpoint"),
    ("/api/v1/simple/Invoices", "no_such_endpoint"),
    ("/api/v1/simple/invoices/7/lines", "no_such_endpoint"),
    ("/api/v1/simple/invoices/LIST", "path_look_alike"),
    ("/api/v1/simple/invoices/List?x", "path_look_alike"),
    ("/api/v1/simple/../simple/invoices", "path_dot_segment"),
    ("/api/v1/simple/./invoices", "path_dot_segment"),
    ("/api/v1/simple/invoices/..", "path_dot_segment"),
    ("/api/v1/simple/invoices/.", "path_dot_segment"),
    ("/api/v1/admin/../simple/invoices", "path_dot_segment"),
    (
        "/api/v1/simple/%2e%2e/simple/invoices",
        "path_not_canonical",
    ),
    ("/api/v1/simple/.%2e/simple/invoices", "path_not_canonical"),
    (
        "/api/v1/simple/%2E%2E/simple/invoices",
        "path_not_canonical",
    ),
    (
        "/api/v1/simple/..%2fsimple/invoices",
        "path_encoded_delimiter",
    ),
    (
        "/api/v1/simple/..%5csimple/invoices",
        "path_encoded_delimiter",
    ),
    ("/api/v1/simple/..;/simple/invoices", "path_parameter"),
    ("/api/v1//simple/invoices", "path_empty_segment"),
    ("//api/v1/simple/invoices", "path_empty_segment"),
    ("/api/v1/simple/invoices//", "path_empty_segment"),
    ("/api/v1/simple%2finvoices", "path_encoded_delimiter"),
    ("/api/v1/simple%2Finvoices", "path_encoded_delimiter"),
    ("/api/v1/simple/invoices%2f7", "path_encoded_delimiter"),
    (
        "/api/v1/simple/invoices/7%2f..%2f8",
        "path_encoded_delimiter",
    ),
    ("/api/v1/simple/invoices/7%5c8", "path_encoded_delimiter"),
    ("/api/v1/simple/invoices/7%252f8", "path_encoded_delimiter"),
    ("/api/v1/simple/invoices%3fa", "path_encoded_delimiter"),
    ("/api/v1/simple/invoices%23a", "path_encoded_delimiter"),
    ("/api/v1/simple/invoices;jsessionid=1", "path_parameter"),
    ("/api/v1/simple/invoices;", "path_parameter"),
    ("/api/v1/simple/invoices/7;a=b", "path_parameter"),
    ("/api/v1/simple/invoices/7%3Ba", "path_encoded_delimiter"),
    (
        "/api/v1/simple/invoices/7%0d%0aX-Auth-Roles:%20a",
        "path_encoded_control",
    ),
    ("/api/v1/simple/invoices/7%7F", "path_encoded_control"),
    ("/api/v1/simple/%69nvoices", "path_not_canonical"),
    ("/api/v1/simple/invoices/%41", "path_not_canonical"),
    ("/api/v1/simple/invoices/a%c3%a9", "path_not_canonical"),
    ("/api/v1/simple/invoices/%C0%AF", "path_malformed_encoding"),
    ("/api/v1/simple/invoices/a\\b", "path_character"),
    ("/api/v1/simple/invoices/{id}", "path_character"),
    ("/api/v1/simple/invoices/a|b", "path_character"),
    ("/api/v1/simple/invoices#a", "path_character"),
];

/// What nginx refuses by itself; whether it does is its own affair, as long as nothing passes.
const BROKEN: [&str; 8] = [
    "/api/v1/simple/invoices/7%00",
    "/api/v1/simple/invoices%00",
    "/api/v1/simple/invoices/%",
    "/api/v1/simple/invoices/%zz",
    "/api/v1/simple/invoices/%4",
    "/../api/v1/simple/invoices",
    "*",
    "api/v1/simple/invoices",
];

on_both_databases! {
    async fn a_path_that_passes_reaches_the_api_byte_for_byte(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        for target in PASS {
            let seen = place.call("GET", target, &token, &[]).await.seen();
            assert_eq!(seen["target"], target);
            assert_eq!(seen["method"], "GET");
        }
    }

    async fn what_anybody_could_read_in_two_ways_passes_for_nobody(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let mut wrong = Vec::new();
        for (target, reason) in REFUSED {
            let called = place.call("GET", target, &token, &[]).await;
            if called.refusal() != refused(403, reason) {
                wrong.push(format!("{target}: {:?}", called.refusal()));
            }
            let challenge = called.challenge();
            assert!(!challenge.contains("scope=\""), "{target}: {challenge}");
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        for target in BROKEN {
            let called = place.call("GET", target, &token, &[]).await;
            assert!((400..404).contains(&called.0.status), "{target}: {called:?}");
            assert_eq!(called.0.header("x-auth-subject"), "");
        }
    }

    async fn bytes_that_are_no_text_pass_for_nobody(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        for byte in (0..=255_u8).filter(|byte| !matches!(byte, b'!'..=b'~' | b' ')) {
            let target = [LIST.as_bytes(), b"/a", &[byte], b"b"].concat();
            let request = crate::hostile::raw::Request::get(target)
                .with(format!("authorization: Bearer {token}"));
            let reply = send_to(place.nginx.url(), request.bytes()).await;
            // A line feed ends the request line: HTTP/0.9 is answered without a head, if at all.
            let passed = reply.status == 200 || reply.body.contains("x-auth-subject");
            assert!(!passed, "{byte:#x}: {reply:?}");
        }
    }

    async fn a_target_in_absolute_form_is_the_path_that_the_api_sees(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let called = place.call("GET", "http://elsewhere.example/api/v1/simple/invoices?a", &token, &[]).await;
        assert_eq!(called.seen()["target"], "/api/v1/simple/invoices?a");
        let called = place.call("GET", "http://elsewhere.example/api/v1/simple/x/../invoices", &token, &[]).await;
        assert_eq!(called.refusal(), refused(403, "path_dot_segment"));
        let called = place.call("GET", "http://elsewhere.example", &token, &[]).await;
        assert_eq!(called.refusal().0, 403, "{called:?}");
    }

    async fn a_method_is_compared_as_it_is_and_head_counts_as_get(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let head = place.call("HEAD", LIST, &token, &[]).await;
        assert_eq!((head.0.status, head.0.body.as_str()), (200, ""));
        for method in ["PUT", "PATCH", "OPTIONS", "DELETE", "PROPFIND", "QUERY"] {
            let called = place.call(method, LIST, &token, &[]).await;
            assert_eq!(called.refusal(), refused(403, "no_such_endpoint"), "{method}");
        }
        for method in ["get", "Get", "TRACE", "CONNECT", "GET\t", "G=T"] {
            let called = place.call(method, LIST, &token, &[]).await;
            assert!((400..500).contains(&called.0.status), "{method}: {called:?}");
        }
        let delete = place.call("DELETE", "/api/v1/simple/invoices/7", &token, &[]).await;
        assert_eq!(delete.refusal(), refused(403, "denied_by_rule"));
    }

    async fn a_stranger_learns_of_no_endpoint(backend) {
        let place = Place::shared(backend);
        for token in ["", "sy_pat_nonsense", "a.b.c"] {
            let known = place.call("GET", LIST, token, &[]).await;
            for target in ["/no/such", "/api/v1/simple/../invoices", "/api/v1/simple/invoices/LIST"] {
                let called = place.call("GET", target, token, &[]).await;
                assert_eq!(called.refusal(), known.refusal(), "{target}");
                assert_eq!(called.challenge(), known.challenge(), "{target}");
            }
        }
        // Nor does who holds a token for another API.
        let token = place.token("elsewhere").await;
        let refusals = ["/no/such", LIST].map(|target| place.call("GET", target, &token, &[]));
        for called in refusals {
            assert_eq!(called.await.refusal(), refused(401, "other_audience"));
        }
    }
}
