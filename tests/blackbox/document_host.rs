//! A host on this machine that the server under test fetches documents from.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

/// What lets the server fetch from this machine.
pub const LOOPBACK: (&str, &str) = ("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "true");

/// A host of documents, by their paths. On a thread of its own: a test may wait for a command that
/// fetches.
pub struct DocumentHost {
    origin: String,
    documents: Arc<Mutex<HashMap<String, String>>>,
    fetched: Arc<Mutex<Vec<String>>>,
}

impl DocumentHost {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            documents: Arc::default(),
            fetched: Arc::default(),
        };
        let (documents, fetched) = (Arc::clone(&host.documents), Arc::clone(&host.fetched));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0; 4096];
                let read = stream.read(&mut head).unwrap_or_default();
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let document = documents.lock().unwrap().get(&path).cloned();
                fetched.lock().unwrap().push(path);
                let missing = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_owned();
                // Whoever has heard enough hangs up.
                let answer = document.unwrap_or(missing);
                stream.write_all(answer.as_bytes()).ok();
            }
        });
        host
    }

    /// Has a document at this path from now on; its address.
    pub fn serve(&self, path: &str, content_type: &str, body: &str) -> String {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n{body}"
        );
        let mut documents = self.documents.lock().unwrap();
        documents.insert(path.to_owned(), answer);
        self.at(path)
    }

    /// The address of this path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// How often this path was fetched.
    pub fn fetches(&self, path: &str) -> usize {
        let fetched = self.fetched.lock().unwrap();
        fetched.iter().filter(|own| *own == path).count()
    }
}
