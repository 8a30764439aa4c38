//! What is wrong before a request is one: heads and bodies that two readers would read differently,
//! that never end, or that are too much (requirements A3.6, A9.7).

use std::time::Duration;

use symbolon_testkit::{Backend, Server, on_both_databases, rows};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::raw::{Request, send, send_and_end};
use super::{Add as _, Case, check_manners, run};
use crate::support;

const TOKEN: &str = "/oauth/v2/token";
const BODY: &str =
    "grant_type=client_credentials&client_id=demo-machine&client_secret=demo-machine-secret";

on_both_databases! {
    async fn what_can_be_read_in_two_ways_is_not_read(backend) {
        let database = backend.url();
        let server = Server::start(support::binary(), support::options(&database));
        let before = rows(&database);
        let mut cases = heads();
        cases.extend(lengths());
        run(&server, cases).await;

        // RFC 9112 §6.3: the chunks count, and nothing that follows them is believed.
        let smuggled = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
        let request = Request::post(TOKEN, "").without("connection");
        for lines in ["content-length: 4\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 4"] {
            let mut bytes = request.head(Some(lines.to_owned()));
            bytes.extend(smuggled);
            let reply = send(&server, bytes).await;
            check_manners(lines, &reply);
            assert_eq!(reply.outcome(), "401 invalid_client");
            assert!(!reply.body.contains("HTTP/1.1"), "two answers: {reply:?}");
        }

        // The body ends early.
        let mut short = request.head(Some("content-length: 1000".to_owned()));
        short.extend(BODY.bytes());
        let mut cut = request.head(Some("transfer-encoding: chunked".to_owned()));
        cut.extend(b"40\r\ngrant_type=client_credentials");
        for bytes in [short, cut] {
            let reply = send_and_end(&server, bytes).await;
            assert_eq!(reply.outcome(), "400 invalid_request", "{reply:?}");
        }
        assert_eq!(rows(&database), before);
    }
}

fn heads() -> Vec<Case> {
    let health = Request::get("/healthz");
    let token = Request::post(TOKEN, BODY);
    let mut cases = Vec::new();
    let many = (0..200).fold(token.clone(), |request, number| {
        request.with(format!("x-{number}: 1"))
    });
    cases.add("200 headers", many, "431");
    cases.add(
        "100 KB of header",
        token.with(format!("x: {}", "a".repeat(100_000))),
        "431",
    );
    cases.add(
        "100 KB of path",
        Request::get(format!("/{}", "a".repeat(100_000))),
        "431",
    );
    for (name, request) in [
        ("no host", health.clone().without("host")),
        ("two hosts", health.clone().with("host: evil.example")),
        ("a space before the colon", health.clone().with("x : 1")),
        ("a folded line", health.clone().with("x: 1\r\n 2")),
        ("no name", health.clone().with(": 1")),
        ("no colon", health.clone().with("x")),
        ("a NUL", health.clone().with("x: a\0b")),
        ("a lone carriage return", health.clone().with("x: a\rb")),
        (
            "bytes in a name",
            health.clone().with(b"\xff: 1".as_slice()),
        ),
        ("no method", health.clone().by("")),
        ("a method of bytes", health.clone().by("G\u{e4}T")),
        ("no target", Request::get("")),
    ] {
        cases.add(name, request, "400");
    }
    for (name, bytes) in [
        (
            "another version",
            &b"GET /healthz HTTP/3.0\r\nhost: a\r\n\r\n"[..],
        ),
        ("HTTP/0.9", b"GET /healthz\r\n\r\n"),
        (
            "TLS",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        ),
        ("noise", b"\0\xff\xfe\x01\r\n\r\n\r\n\r\n"),
    ] {
        cases.add(name, bytes.to_vec(), "400");
    }
    cases
}

fn lengths() -> Vec<Case> {
    let request = Request::post(TOKEN, BODY);
    let mut cases = Vec::new();
    for line in [
        "content-length: 4\r\ncontent-length: 5",
        "content-length: 4, 4",
        "content-length: -1",
        "content-length: +4",
        "content-length: 0x4",
        "content-length: 4 4",
        "content-length: 99999999999999999999999",
        "content-length:",
        "transfer-encoding: identity",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, gzip",
        "transfer-encoding: gzip",
        "transfer-encoding: \"chunked\"",
    ] {
        let mut bytes = request.head(Some(line.to_owned()));
        bytes.extend(BODY.bytes());
        cases.add(line, bytes, "400");
    }
    for body in [
        "zz\r\nabc\r\n",
        "-1\r\na\r\n",
        "fffffffffffffffffff\r\nabc",
        "3\r\nabcdef\r\n0\r\n\r\n",
        "\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
    ] {
        let mut bytes = request.head(Some("transfer-encoding: chunked".to_owned()));
        bytes.extend(body.bytes());
        cases.add(format!("the chunk {body:?}"), bytes, "400");
    }
    let chunk = format!(
        "{:x};{}\r\n{BODY}\r\n0\r\n\r\n",
        BODY.len(),
        "x".repeat(60_000)
    );
    let mut bytes = request.head(Some("transfer-encoding: chunked".to_owned()));
    bytes.extend(chunk.bytes());
    cases.add("60 KB of chunk extension", bytes, "400");
    let mut bytes = request.head(Some("transfer-encoding: chunked".to_owned()));
    bytes.extend(format!("{:x}\r\n{BODY}\r\n0\r\n", BODY.len()).bytes());
    bytes.extend("x-trailer: 1\r\n".repeat(5_000).bytes());
    bytes.extend(b"\r\n");
    cases.add("70 KB of trailers", bytes, "400");
    cases
}

/// Whoever keeps silent is not served for ever: the server hangs up, or answers 408, and never says
/// that it is its own fault.
#[tokio::test]
async fn a_client_that_stops_talking_is_hung_up_on() {
    let server = support::demo(Backend::Sqlite);
    let head = Request::post(TOKEN, BODY).head(Some(format!("content-length: {}", BODY.len())));
    let body = [&head, &BODY.as_bytes()[..10]].concat();
    let talk = [
        ("says nothing", Vec::new()),
        ("begins a preface", b"PRI * HT".to_vec()),
        ("sends half a head", head[..head.len() - 10].to_vec()),
        ("sends half a body", body),
    ];
    let talks: Vec<_> = talk
        .into_iter()
        .map(|(who, bytes)| {
            let address = server.url().trim_start_matches("http://").to_owned();
            tokio::spawn(async move { (who, silence_after(&address, &bytes).await) })
        })
        .collect();
    for talk in talks {
        let (who, said) = talk.await.unwrap();
        let expected = if who == "sends half a body" {
            "HTTP/1.1 408"
        } else {
            ""
        };
        assert!(
            said.starts_with(expected) && said.is_empty() == expected.is_empty(),
            "one {who}: {said}"
        );
    }
}

/// A head that comes byte by byte, never stopping, is as endless as one that does not come.
#[tokio::test]
async fn a_head_that_trickles_is_hung_up_on() {
    let server = support::demo(Backend::Sqlite);
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: ")
        .await
        .unwrap();
    let (mut reader, mut writer) = stream.split();
    let trickle = async {
        while writer.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        tokio::select! {
            () = trickle => {},
            _ = reader.read_to_end(&mut said) => {},
        }
    });
    assert!(ended.await.is_ok(), "the server listens for ever");
    let said = String::from_utf8_lossy(&said);
    assert!(!said.contains(" 200 "), "{said}");
}

/// What the server says to somebody who says this and no more.
async fn silence_after(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut said));
    assert!(read.await.is_ok(), "the server waits for ever");
    String::from_utf8_lossy(&said).into_owned()
}
