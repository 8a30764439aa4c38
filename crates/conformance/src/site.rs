//! A site of a client: documents that the server fetches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::run::Run;

/// A document: its type and its bytes.
type Document = (&'static str, Vec<u8>);

/// A site on this machine, by https.
#[derive(Clone)]
pub(crate) struct Site {
    url: String,
    documents: Arc<Mutex<HashMap<String, Document>>>,
    received: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A site that has nothing yet.
    pub(crate) async fn open(run: &Run) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let site = Self {
            url: format!("https://{address}"),
            documents: Arc::default(),
            received: Arc::default(),
        };
        let acceptor = TlsAcceptor::from(Arc::new(run.provider.place.tls()));
        let serving = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, site) = (acceptor.clone(), serving.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        site.answer(stream).await;
                    }
                });
            }
        });
        site
    }

    /// Has a JSON document from now on. Returns its address.
    pub(crate) fn has(&self, path: &str, document: &Value) -> String {
        self.has_bytes(path, "application/json", document.to_string().as_bytes())
    }

    /// Has a document of another type from now on. Returns its address.
    pub(crate) fn has_bytes(&self, path: &str, kind: &'static str, bytes: &[u8]) -> String {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), (kind, bytes.to_vec()));
        format!("{}{path}", self.url)
    }

    /// The first form that is posted to it.
    pub(crate) async fn posted(&self) -> String {
        for _ in 0..1_200 {
            let first = self
                .received
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .first()
                .cloned();
            if let Some(body) = first {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nothing was posted to {}", self.url);
    }

    /// Answers one request.
    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut head = Vec::new();
        let mut buffer = [0; 2048];
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                _ => return,
            }
        }
        let end = head
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .unwrap_or_default();
        let mut body = head.split_off(end + 4);
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, length)| length.trim().parse().ok())
            .unwrap_or(0);
        while body.len() < length {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => body.extend_from_slice(&buffer[..read]),
                _ => return,
            }
        }
        if head.starts_with("POST ") {
            self.received
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(String::from_utf8_lossy(&body).into_owned());
        }
        let path = head.split(' ').nth(1).unwrap_or_default();
        let document = self
            .documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .cloned();
        let (status, kind, bytes) = match document {
            Some((kind, bytes)) => ("200 OK", kind, bytes),
            None => ("404 Not Found", "text/plain", Vec::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            bytes.len()
        );
        // Who does not read the answer to its end does not want it.
        stream.write_all(answer.as_bytes()).await.ok();
        stream.write_all(&bytes).await.ok();
        stream.shutdown().await.ok();
    }
}
