#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

const JSON: Expected = Expected {
    content_types: &["application/json"],
    most_bytes: 100,
};

fn open(authorities: Option<&[u8]>) -> Outbound {
    let guard = Guard {
        allow_loopback: true,
        ..Guard::default()
    };
    Outbound::new(guard, authorities).unwrap()
}

/// A server that answers every connection with these bytes; its address, what the last caller sent,
/// and how many called.
async fn server(answer: String) -> (String, Arc<tokio::sync::Mutex<String>>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(tokio::sync::Mutex::new(String::new()));
    let calls = Arc::new(AtomicUsize::new(0));
    let (hearing, counting) = (Arc::clone(&heard), Arc::clone(&calls));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counting.fetch_add(1, Ordering::SeqCst);
            let mut buffer = vec![0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            *hearing.lock().await = String::from_utf8_lossy(&buffer[..read]).into_owned();
            // Who hangs up early is one of the cases.
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    (address, heard, calls)
}

fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}")
}

#[tokio::test]
async fn a_document_is_fetched_with_its_path_query_and_host() {
    let (address, heard, _) =
        server(ok("Content-Type: Application/JSON; charset=utf-8", "{}")).await;
    let body = open(None).get(&format!("{address}/a/b?c=d"), JSON).await;
    assert_eq!(body.unwrap(), "{}");
    let heard = heard.lock().await.to_ascii_lowercase();
    assert!(heard.starts_with("get /a/b?c=d http/1.1\r\n"), "{heard}");
    let host = address.trim_start_matches("http://");
    assert!(heard.contains(&format!("\r\nhost: {host}\r\n")), "{heard}");
    assert!(
        heard.contains("\r\naccept: application/json\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn a4_1_a_redirect_is_not_followed() {
    let (elsewhere, _, calls) = server(ok("Content-Type: application/json", "{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
        );
        let (address, ..) = server(answer).await;
        let refused = open(None).get(&address, JSON).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::Status(found) if found == status),
            "{refused}"
        );
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a4_1_a_long_body_is_given_up_whether_or_not_it_says_its_length() {
    let long = "x".repeat(101);
    for headers in [
        "Content-Type: application/json\r\nContent-Length: 101",
        "Content-Type: application/json",
    ] {
        let (address, ..) = server(ok(headers, &long)).await;
        let refused = open(None).get(&address, JSON).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::BodyTooLong(100)),
            "{refused}"
        );
    }
    let (address, ..) = server(ok("Content-Type: application/json", &long[1..])).await;
    assert_eq!(open(None).get(&address, JSON).await.unwrap().len(), 100);
}

#[tokio::test]
async fn a4_1_another_type_or_a_compressed_body_is_refused() {
    for headers in [
        "Content-Type: text/html",
        "Content-Length: 2",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
    ] {
        let (address, ..) = server(ok(headers, "{}")).await;
        let refused = open(None).get(&address, JSON).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::ContentType(_)),
            "{headers}: {refused}"
        );
    }
}

#[tokio::test]
async fn a4_1_who_does_not_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut client = open(None);
    client.deadline = Duration::from_millis(50);
    let refused = client.get(&address, JSON).await.unwrap_err();
    assert!(matches!(refused, OutboundError::TooSlow(_)), "{refused}");
}

#[tokio::test]
async fn a4_1_a_name_that_leads_to_loopback_is_refused_before_a_connection() {
    let (address, _, calls) = server(ok("Content-Type: application/json", "{}")).await;
    let port = address.rsplit_once(':').unwrap().1;
    let closed = Outbound::new(Guard::default(), None).unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{port}/");
        let refused = closed.get(&url, JSON).await.unwrap_err();
        assert!(
            matches!(refused, OutboundError::Refused(Refused::AddressNotPublic)),
            "{refused}"
        );
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_post_carries_its_body_and_its_bearer_token() {
    let (address, heard, _) = server("HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    let post = Post {
        content_type: "application/x-www-form-urlencoded",
        body: Bytes::from_static(b"logout_token=abc"),
        bearer: Some("secret".to_owned()),
    };
    assert!(!format!("{post:?}").contains("secret"));
    let status = open(None).post(&address, post).await.unwrap();
    assert_eq!(status, 204);
    let heard = heard.lock().await.clone();
    assert!(heard.starts_with("POST / HTTP/1.1\r\n"), "{heard}");
    assert!(
        heard.contains("authorization: Bearer secret\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn tls_is_verified_against_the_public_authorities_and_the_extra_ones() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.try_into().unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut buffer = [0; 4096];
            // The head of the request, which fits.
            assert_ne!(stream.read(&mut buffer).await.unwrap(), 0);
            let answer = ok("Content-Type: application/json", "{}");
            stream.write_all(answer.as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
    });
    let pem = made.cert.pem();
    let trusting = open(Some(pem.as_bytes()));
    assert_eq!(trusting.get(&address, JSON).await.unwrap(), "{}");
    // The right certificate for another name.
    let other = address.replace("127.0.0.1", "localhost");
    for (client, address) in [(open(None), &address), (trusting, &other)] {
        let refused = client.get(address, JSON).await.unwrap_err();
        assert!(matches!(refused, OutboundError::Connection(_)), "{refused}");
    }
}

#[test]
fn authorities_that_cannot_be_read_are_refused() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        assert!(
            Outbound::new(Guard::default(), Some(pem.as_bytes())).is_err(),
            "{pem}"
        );
    }
}
