//! A site on this machine that the server under test fetches from, or tells something.
//!
//! Each connection has a thread of its own: a test may stand still, waiting for a command that fetches.

use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;

use crate::backend::lasting_file;
use crate::certificate::OwnCertificate;

/// A site. A clone is the same site.
#[derive(Clone)]
pub struct Site {
    url: String,
    authority: Option<PathBuf>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    received: Mutex<Vec<Received>>,
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its first line and its headers, as they came.
    pub head: String,
    /// What was sent with it.
    pub body: String,
}

/// What is answered to a request.
#[derive(Clone, Debug)]
pub struct Reply {
    head: String,
    body: Vec<u8>,
    comes: bool,
}

impl Reply {
    /// With this status, such as `200 OK`, and nothing else. How long the body is shows at its end.
    pub fn new(status: &str) -> Self {
        Self {
            head: format!("HTTP/1.1 {status}\r\nConnection: close\r\n"),
            body: Vec::new(),
            comes: true,
        }
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    /// With this body, of this type.
    #[must_use]
    pub fn body(self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut reply = self.header("Content-Type", kind);
        reply.body = body.into();
        reply
    }

    /// None, for as long as whoever asks has patience.
    pub fn never() -> Self {
        Self {
            comes: false,
            ..Self::new("")
        }
    }
}

impl Received {
    /// The path and query that were asked for.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

impl Site {
    /// By http.
    ///
    /// # Panics
    /// When there is no port.
    pub fn plain() -> Self {
        let (site, listener) = Self::at_a_port("http", None);
        let own = site.clone();
        listen(listener, move |mut stream| own.answer(&mut stream));
        site
    }

    /// By https, with this certificate.
    ///
    /// # Panics
    /// When there is no port.
    pub fn secure(certificate: &OwnCertificate) -> Self {
        let authority = lasting_file(&certificate.pem());
        let (site, listener) = Self::at_a_port("https", Some(authority));
        let (own, tls) = (site.clone(), certificate.tls());
        listen(listener, move |stream| {
            if let Ok(connection) = rustls::ServerConnection::new(Arc::clone(&tls)) {
                let mut stream = rustls::StreamOwned::new(connection, stream);
                own.answer(&mut stream);
                // Without it, what has no length would not have ended.
                stream.conn.send_close_notify();
                stream.flush().ok();
            }
        });
        site
    }

    fn at_a_port(scheme: &str, authority: Option<PathBuf>) -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0");
        let listener = listener.unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener.local_addr();
        let address = address.unwrap_or_else(|error| panic!("no address: {error}"));
        let site = Self {
            url: format!("{scheme}://{address}"),
            authority,
            state: Arc::default(),
        };
        (site, listener)
    }

    /// Has a document of this type from now on. Returns its address.
    pub fn serve(&self, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> String {
        self.reply(path, [Reply::new("200 OK").body(kind, body)])
    }

    /// Has a JSON document from now on. Returns its address.
    pub fn serve_json(&self, path: &str, document: &Value) -> String {
        self.serve(path, "application/json", document.to_string())
    }

    /// Answers so from now on, one after the other, and with the last one for ever. Returns the address.
    pub fn reply(&self, path: &str, replies: impl IntoIterator<Item = Reply>) -> String {
        let replies = replies.into_iter().collect();
        lock(&self.state.replies).insert(path.to_owned(), replies);
        self.at(path)
    }

    /// The address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Where its certificate is, for who is to trust it.
    ///
    /// # Panics
    /// When it has none.
    pub fn authority(&self) -> String {
        let Some(file) = &self.authority else {
            panic!("{} needs no certificate", self.url)
        };
        file.display().to_string()
    }

    /// What was asked so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }

    /// How often this path was asked for.
    pub fn fetches(&self, path: &str) -> usize {
        let received = lock(&self.state.received);
        received.iter().filter(|one| one.target() == path).count()
    }

    /// Answers one request.
    fn answer(&self, stream: &mut (impl Read + Write)) {
        let Some(received) = read(stream) else { return };
        let reply = {
            let mut replies = lock(&self.state.replies);
            match replies.get_mut(received.target()) {
                Some(replies) if replies.len() > 1 => replies.pop_front(),
                Some(replies) => replies.front().cloned(),
                None => None,
            }
        };
        lock(&self.state.received).push(received);
        let reply = reply.unwrap_or_else(|| Reply::new("404 Not Found"));
        if reply.comes {
            let head = format!("{}\r\n", reply.head);
            // Whoever has heard enough hangs up.
            stream.write_all(head.as_bytes()).ok();
            stream.write_all(&reply.body).ok();
        } else {
            while stream.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
        }
    }
}

/// Answers each connection on a thread of its own.
fn listen(listener: TcpListener, answer: impl Fn(TcpStream) + Clone + Send + 'static) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
}

/// A whole request; `None` when it ends before that.
fn read(stream: &mut impl Read) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(part.get(..read)?);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().filter_map(|line| line.split_once(": "));
        let length = length
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .find_map(|(_, length)| length.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(Received {
                head: head.to_owned(),
                body: body.to_owned(),
            });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::http;

    #[tokio::test]
    async fn a_site_answers_in_turn_and_remembers_what_it_was_asked() {
        let site = Site::plain();
        let address = site.reply(
            "/told",
            [Reply::new("503 Busy"), Reply::new("204 No Content")],
        );
        for status in [503, 204, 204] {
            let answer = http().post(&address).body("a=b").send().await.unwrap();
            assert_eq!(answer.status(), status);
        }
        assert_eq!(site.fetches("/told"), 3);
        let first = site.received().remove(0);
        assert!(
            first.head.starts_with("POST /told HTTP/1.1\r\n"),
            "{first:?}"
        );
        assert_eq!(first.body, "a=b");
        let missing = http().get(site.at("/missing")).send().await.unwrap();
        assert_eq!(missing.status(), 404);
    }

    #[tokio::test]
    async fn by_https_a_document_comes_whole() {
        let certificate = OwnCertificate::new();
        let site = Site::secure(&certificate);
        let address = site.serve("/long", "text/plain", "x".repeat(100_000));
        let root = reqwest::Certificate::from_pem(certificate.pem().as_bytes()).unwrap();
        // Chooses the cryptography.
        drop(http());
        let client = reqwest::Client::builder().tls_certs_only([root]).no_proxy();
        let answer = client.build().unwrap().get(address).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap().len(), 100_000);
        assert!(std::fs::read_to_string(site.authority()).is_ok());
    }
}
