//! The cheapest HTTP/1.1 client that is still correct (RFC 9112).
//!
//! The driver shares the machine with what it measures, so one exchange is one write, usually
//! one read, and no allocation once the buffers have grown. Left out, because no measured
//! server needs it: TLS, HTTP/2, pipelining, interim answers, HEAD.

mod parse;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;

use self::parse::{Framing, LONGEST_ANSWER, decode_chunks, header_lines, parse_head};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One keep-alive connection to one address; it connects by itself when it has to.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
    decoded: Vec<u8>,
    traffic: Traffic,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            received: Vec::new(),
            decoded: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has arrived over this value so far, reconnections included.
    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Drops what is open and connects anew: a server may close a connection that was idle
    /// between two measurements, which is no error of the next one.
    pub(crate) async fn renew(&mut self) -> io::Result<()> {
        self.stream = None;
        self.stream().await.map(drop)
    }

    /// Sends the prebuilt bytes of one request and waits for the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>, ExchangeError> {
        match self.transfer(request).await {
            Ok(answer) => {
                if !answer.keep_alive {
                    self.stream = None;
                }
                self.traffic.answers += 1;
                self.traffic.bytes += self.received.len() as u64;
                let body = match answer.body {
                    Body::Received(range) => &self.received[range],
                    Body::Decoded => &self.decoded[..],
                };
                Ok(Response {
                    status: answer.status,
                    head: &self.received[..answer.head],
                    body,
                })
            }
            Err(error) => {
                self.stream = None;
                Err(error)
            }
        }
    }

    async fn stream(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.stream
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    async fn transfer(&mut self, request: &[u8]) -> Result<Answer, ExchangeError> {
        self.received.clear();
        self.stream().await?.write_all(request).await?;
        let head = loop {
            if let Some(head) = parse_head(&self.received)? {
                break head;
            }
            self.receive().await?;
        };
        let mut keep_alive = head.keep_alive;
        let end = match head.framing {
            Framing::Empty => head.length,
            Framing::Length(length) => {
                let end = head.length.saturating_add(length);
                while self.received.len() < end {
                    self.receive().await?;
                }
                end
            }
            Framing::Chunked => loop {
                if let Some(length) =
                    decode_chunks(&self.received[head.length..], &mut self.decoded)?
                {
                    break head.length + length;
                }
                self.receive().await?;
            },
            Framing::UntilClose => {
                keep_alive = false;
                loop {
                    match self.receive().await {
                        Ok(()) => {}
                        Err(ExchangeError::Closed) => break self.received.len(),
                        Err(error) => return Err(error),
                    }
                }
            }
        };
        if self.received.len() > end {
            return Err(ExchangeError::Malformed("bytes follow the answer"));
        }
        let body = match head.framing {
            Framing::Chunked => Body::Decoded,
            _ => Body::Received(head.length..end),
        };
        Ok(Answer {
            status: head.status,
            head: head.length,
            body,
            keep_alive,
        })
    }

    async fn receive(&mut self) -> Result<(), ExchangeError> {
        if self.received.len() > LONGEST_ANSWER {
            return Err(ExchangeError::Malformed("the answer is longer than 4 MiB"));
        }
        self.received.reserve(4096);
        let Some(stream) = self.stream.as_mut() else {
            return Err(ExchangeError::Closed);
        };
        match stream.read_buf(&mut self.received).await? {
            0 => Err(ExchangeError::Closed),
            _ => Ok(()),
        }
    }
}

/// Answers of any status, and their bytes with heads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) answers: u64,
    pub(crate) bytes: u64,
}

/// One answer, borrowed from the buffers of its connection.
#[derive(Clone, Copy)]
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Response<'a> {
    /// The first header of that name, compared without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// Every header of that name, in the order of the wire.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &'a str> {
        header_lines(self.head)
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Any 2xx or 3xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum ExchangeError {
    Closed,
    Io(io::Error),
    Malformed(&'static str),
}

impl From<io::Error> for ExchangeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => formatter.write_str("connection closed"),
            Self::Io(error) => write!(formatter, "connection: {}", error.kind()),
            Self::Malformed(what) => write!(formatter, "malformed answer: {what}"),
        }
    }
}

/// The bytes of a GET. `headers` are whole lines without their line end.
pub(crate) fn get(address: SocketAddr, target: &str, headers: &[&str]) -> Vec<u8> {
    let mut request = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n");
    push_headers(&mut request, headers);
    request.push_str("\r\n");
    request.into_bytes()
}

/// The bytes of a POST of an already encoded form.
pub(crate) fn post_form(
    address: SocketAddr,
    target: &str,
    headers: &[&str],
    form: &str,
) -> Vec<u8> {
    let mut request = format!(
        "POST {target} HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    push_headers(&mut request, headers);
    request.push_str("\r\n");
    request.push_str(form);
    request.into_bytes()
}

/// `name=value&...`, percent-encoded as a form is.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut encoded = String::new();
    for (name, value) in fields {
        if !encoded.is_empty() {
            encoded.push('&');
        }
        percent_encode(&mut encoded, name);
        encoded.push('=');
        percent_encode(&mut encoded, value);
    }
    encoded
}

fn push_headers(request: &mut String, headers: &[&str]) {
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
}

fn percent_encode(encoded: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
                encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

struct Answer {
    status: u16,
    head: usize,
    body: Body,
    keep_alive: bool,
}

enum Body {
    Received(Range<usize>),
    Decoded,
}

#[cfg(test)]
mod tests;
