#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

#[test]
fn a_form_is_percent_encoded() {
    assert_eq!(
        form(&[("scope", "openid profile"), ("password", "bob's + ü")]),
        "scope=openid%20profile&password=bob%27s%20%2B%20%C3%BC"
    );
}

#[test]
fn a_post_states_the_length_of_its_form() {
    let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
    let request = post_form(address, "/token", &["Cookie: a=b"], "x=1&y=2");
    assert_eq!(
        String::from_utf8(request).unwrap(),
        "POST /token HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\
         Cookie: a=b\r\n\r\nx=1&y=2"
    );
}

#[tokio::test]
async fn a_connection_is_kept_and_opened_again_only_after_the_server_closed_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let answers: [&[&[u8]]; 2] = [
            &[
                b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi",
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                  2\r\nyo\r\n0\r\n\r\n",
            ],
            &[b"HTTP/1.0 404 Not Found\r\n\r\ngone"],
        ];
        for connection in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in connection {
                let mut request = [0; 256];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(answer).await.unwrap();
            }
        }
    });
    let mut connection = Connection::new(address);
    let request = get(address, "/", &[]);

    let first = connection.exchange(&request).await.unwrap();
    assert_eq!((first.status, first.body), (200, &b"hi"[..]));
    assert_eq!(
        first.headers("set-cookie").collect::<Vec<_>>(),
        ["a=1", "b=2"]
    );
    let second = connection.exchange(&request).await.unwrap();
    assert_eq!((second.status, second.body), (200, &b"yo"[..]));
    let third = connection.exchange(&request).await.unwrap();
    assert_eq!(
        (third.status, third.body, third.is_success()),
        (404, &b"gone"[..], false)
    );
    assert_eq!(connection.traffic().answers, 3);
    server.await.unwrap();
}
