//! Requests as bytes, and what comes back: no client library would send most of what stands in
//! this folder.

use std::time::Duration;

use symbolon_testkit::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::form_urlencoded;

/// How long an answer may take before the server counts as hanging: longer than any limit that it
/// has itself.
const PATIENCE: Duration = Duration::from_secs(25);

/// One request, wrong in any way that one likes.
#[derive(Clone)]
pub struct Request {
    method: String,
    target: Vec<u8>,
    headers: Vec<Vec<u8>>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A GET.
    pub fn get(target: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "GET".to_owned(),
            target: target.into(),
            headers: vec![b"host: symbolon".to_vec(), b"connection: close".to_vec()],
            body: None,
        }
    }

    /// A POST of this body, which is said to be a form.
    pub fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut request = Self::get(target).with("content-type: application/x-www-form-urlencoded");
        request.method = "POST".to_owned();
        request.body = Some(body.into());
        request
    }

    /// The same with another method.
    pub fn by(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same with one more header line.
    pub fn with(mut self, line: impl AsRef<[u8]>) -> Self {
        self.headers.push(line.as_ref().to_vec());
        self
    }

    /// The same without the headers of this name.
    pub fn without(mut self, name: &str) -> Self {
        let start = format!("{name}:");
        self.headers
            .retain(|line| !line.starts_with(start.as_bytes()));
        self
    }

    /// The same with another type of body.
    pub fn of_type(self, content_type: &str) -> Self {
        self.without("content-type")
            .with(format!("content-type: {content_type}"))
    }

    /// The bytes, with the length of the body.
    pub fn bytes(&self) -> Vec<u8> {
        let length = self.body.as_ref().map(Vec::len);
        let mut bytes = self.head(length.map(|length| format!("content-length: {length}")));
        bytes.extend(self.body.iter().flatten());
        bytes
    }

    /// The bytes, with the body in chunks.
    pub fn chunked(&self) -> Vec<u8> {
        let mut bytes = self.head(Some("transfer-encoding: chunked".to_owned()));
        for chunk in self.body.iter().flat_map(|body| body.chunks(8_192)) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    }

    /// The head alone, with this line about the body.
    pub fn head(&self, line: Option<String>) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        for header in self
            .headers
            .iter()
            .cloned()
            .chain(line.map(String::into_bytes))
        {
            bytes.extend(header);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes
    }
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status: 0 when the connection ended without a word.
    pub status: u16,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// What followed the head, further answers included.
    pub body: String,
}

impl Reply {
    /// The first header of this name: empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value)
    }

    /// The status and what it is about: the error code of JSON or of a redirect, or what kind of
    /// answer it is.
    pub fn outcome(&self) -> String {
        let (status, location) = (self.status, self.header("location"));
        let about = if let Some((path, query)) = location.split_once(['?', '#']) {
            let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            let value = |name| pairs.iter().find(|(own, _)| own == name).map(|(_, v)| &**v);
            let code = value("code").map(|_| "code");
            value("error").or(code).unwrap_or(path).to_owned()
        } else if !location.is_empty() {
            location.split('/').take(2).collect::<Vec<_>>().join("/")
        } else if self.header("content-type").starts_with("text/html") {
            "page".to_owned()
        } else {
            let json: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
            match (json["error"].as_str(), json["active"].as_bool()) {
                (Some(error), _) => error.to_owned(),
                (None, Some(active)) => format!("active={active}"),
                (None, None) if json["access_token"].is_string() => "token".to_owned(),
                (None, None) if json["sub"].is_string() => "claims".to_owned(),
                (None, None) => String::new(),
            }
        };
        format!("{status} {about}").trim().to_owned()
    }

    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Self {
                status: 0,
                headers: Vec::new(),
                body: text.into_owned(),
            };
        };
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Self {
            status: status.unwrap_or_default(),
            headers,
            body: body.to_owned(),
        }
    }
}

/// Sends bytes over a connection of their own and reads until the server hangs up.
///
/// # Panics
/// When it neither answers nor hangs up: with what was sent.
pub async fn send(server: &Server, bytes: impl AsRef<[u8]>) -> Reply {
    send_to(server.url(), bytes).await
}

/// As [`send`], to whatever listens at this address.
pub async fn send_to(url: &str, bytes: impl AsRef<[u8]>) -> Reply {
    let bytes = bytes.as_ref();
    let said = converse(url, bytes, false);
    let received = tokio::time::timeout(PATIENCE, said).await;
    let received = received.unwrap_or_else(|_| {
        let start = &bytes[..bytes.len().min(2_000)];
        panic!("the server hangs at {:?}", String::from_utf8_lossy(start))
    });
    Reply::of(&received)
}

/// As [`send`], and says at once that nothing more will come.
pub async fn send_and_end(server: &Server, bytes: impl AsRef<[u8]>) -> Reply {
    let said = converse(server.url(), bytes.as_ref(), true);
    let received = tokio::time::timeout(PATIENCE, said).await;
    Reply::of(&received.expect("the server hangs at the end of what is said to it"))
}

async fn converse(url: &str, bytes: &[u8], end: bool) -> Vec<u8> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may answer and hang up before it has read everything: what it said counts.
    let mut received = Vec::new();
    let (mut reader, mut writer) = stream.split();
    let write = async {
        writer.write_all(bytes).await.ok();
        if end {
            writer.shutdown().await.ok();
        }
    };
    let read = async {
        let mut buffer = [0; 16_384];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            received.extend(&buffer[..count]);
        }
    };
    tokio::join!(write, read);
    received
}
