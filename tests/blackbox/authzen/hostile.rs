//! Bodies that are none, too much, or two things at once: the exact status comes back, never a 5xx,
//! and nothing is written.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Server, http, on_both_databases, rows};

use super::{
    ACTION, EVALUATION, EVALUATIONS, PEP, PEP_SECRET, RESOURCE, SUBJECT, ask, shared, start,
};

const ALL: [&str; 5] = [EVALUATION, EVALUATIONS, SUBJECT, RESOURCE, ACTION];

async fn send(server: &Server, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = http()
        .post(format!("{}{path}", server.url()))
        .basic_auth(PEP, Some(PEP_SECRET))
        .header("content-type", "application/json")
        .body(body);
    Answer::to(request).await
}

/// Good for every endpoint.
fn good() -> Value {
    json!({
        "subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
        "resource": {"type": "record", "id": "record-1"},
    })
}

on_both_databases! {
    async fn a_body_that_is_none_is_refused_and_writes_nothing(backend) {
        let database = backend.url();
        let server = start(&database);
        ask(&server, EVALUATION, &good()).await;
        let before = rows(&database);
        let with = |member: &str| format!("{},{member}}}", good().to_string().trim_end_matches('}').to_owned() + "}");
        let deep = |open: &str, close: &str, levels: usize| {
            with(&format!("\"context\":{}{}", open.repeat(levels), close.repeat(levels)))
        };
        let twice = good().to_string().replacen("\"id\":\"alice\"", "\"id\":\"alice\",\"id\":\"bob\"", 1);
        let escaped = twice.replacen("\"id\":\"bob\"", "\"\\u0069d\":\"bob\"", 1);
        assert!(twice.contains("bob") && escaped != twice);
        for (name, body, status) in [
            ("white space", "  \r\n".into(), 400),
            ("null", "null".into(), 400),
            ("a string", "\"{}\"".into(), 400),
            ("two documents", format!("{0}{0}", good()), 400),
            ("a comma too many", with("\"x\":1,"), 400),
            ("a comment", with("/**/\"x\":1"), 400),
            ("single quotes", good().to_string().replace('"', "'"), 400),
            ("not a number", with("\"x\":NaN"), 400),
            ("a number of no double", with("\"x\":1e999"), 400),
            ("half a surrogate", with("\"x\":\"\\ud800\""), 400),
            ("a control character", with("\"x\":\"\u{1}\""), 400),
            ("a byte order mark", format!("\u{feff}{}", good()), 400),
            ("one member twice", twice, 400),
            ("one member twice, escaped", escaped, 400),
            ("one unknown member twice", with("\"x\":1,\"x\":1"), 400),
            ("33 objects", deep("{\"a\":", "1}", 33), 400),
            ("100,000 arrays", "[".repeat(100_000), 400),
            ("100,000 objects", "{\"a\":".repeat(40_000), 400),
            ("300 KB", with(&format!("\"x\":\"{}\"", "x".repeat(300_000))), 413),
        ] {
            for path in ALL {
                let answer = send(&server, path, body.clone()).await;
                assert_eq!(answer.status, status, "{name} {path} {answer:?}");
                assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{name}");
            }
        }
        for (name, body) in [
            ("bytes that are not UTF-8", b"{\"a\":\"\xff\"}".to_vec()),
            ("UTF-16", good().to_string().encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec()),
        ] {
            assert_eq!(send(&server, EVALUATION, body).await.status, 400, "{name}");
        }
        let large = with(&format!("\"context\":{{\"x\":\"{}\"}}", "x".repeat(200_000)));
        assert_eq!(send(&server, EVALUATION, large).await.json["decision"], true);
        assert_eq!(rows(&database), before);
    }

    async fn strange_texts_are_only_unknown(backend) {
        let server = shared(backend);
        for text in [
            "\r\nx-injected: 1\r\n\r\n<script>alert(1)</script>",
            "'; DROP TABLE subject; --",
            "../../../../etc/passwd",
            "${jndi:ldap://127.0.0.1:1/a}",
            "%00%0d%0a",
            "\u{202e}\u{200b}\u{feff}ａｌｉｃｅ",
            "👩‍👩‍👧‍👦\u{10ffff}",
            "\u{0}\u{1}\u{7f}",
            "*",
            "%",
            "_lice",
            &"x".repeat(30_000),
        ] {
            for pointer in ["/subject/type", "/subject/id", "/action/name", "/resource/type"] {
                let mut question = good();
                *question.pointer_mut(pointer).unwrap() = json!(text);
                let answer = ask(server, EVALUATION, &question).await;
                assert_eq!(answer.json["decision"], false, "{pointer} {answer:?}");
                for path in [SUBJECT, RESOURCE, ACTION] {
                    let answer = ask(server, path, &question).await;
                    assert_eq!(answer.status, 200, "{pointer} {path} {answer:?}");
                }
            }
            let mut question = good();
            question["resource"]["properties"] = json!({"organization": text, "audience": text, text: text});
            question["context"] = json!({text: {text: [text]}});
            assert_eq!(ask(server, EVALUATION, &question).await.json["decision"], false);
        }
    }

    async fn the_id_of_a_request_is_repeated_if_it_is_one_and_else_is_ours(backend) {
        let server = shared(backend);
        let long = "x".repeat(129);
        for path in ALL {
            let url = format!("{}{path}", server.url());
            let answered = async |ids: &[&str], right: bool| {
                let mut request = http().post(&url).json(&good());
                for id in ids {
                    request = request.header("x-request-id", *id);
                }
                if right {
                    request = request.basic_auth(PEP, Some(PEP_SECRET));
                }
                let answer = Answer::to(request).await;
                let all = answer.headers.get_all("x-request-id").iter().count();
                assert_eq!(all, 1, "{answer:?}");
                answer.header("x-request-id").to_owned()
            };
            // Also when the answer is an error.
            assert_eq!(answered(&["a-1"], false).await, "a-1");
            assert_eq!(answered(&[&long[1..]], true).await, long[1..]);
            for strange in [&["a b"][..], &["\"<x>\" y"], &[&long], &["one", "two"], &[]] {
                let id = answered(strange, true).await;
                assert_eq!(id.len(), 16, "{strange:?}");
            }
        }
        let url = format!("{}{EVALUATION}", server.url());
        let answer = Answer::to(http().get(&url).header("x-request-id", "of-a-get")).await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("x-request-id"), "of-a-get");
        let metadata = http().get(format!("{}/healthz", server.url()));
        let elsewhere = Answer::to(metadata.header("x-request-id", "elsewhere")).await;
        assert_ne!(elsewhere.header("x-request-id"), "elsewhere");
    }
}
