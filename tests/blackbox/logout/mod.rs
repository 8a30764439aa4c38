//! What clients learn of the end of a session: over the back channel, through frames, or because they
//! ask; and how people get to them from the home page.

mod back_channel;
mod front_channel;
mod initiation;
mod race;
mod session_management;

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use symbolon_testkit::{Backend, Options, Page, RelyingParty, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::document_host::LOOPBACK;
use crate::support::{CALLBACK, binary, called_back_at, declaring, eventually, merged, public};

/// Where they have the browser after signing out.
const HOME: &str = "http://127.0.0.1:5556/";

/// The server of a client: what it was sent, and what it answers.
struct Host {
    url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    posts: Mutex<Vec<Post>>,
    status: AtomicU16,
    /// How many of the next requests fail with the status 500.
    failures: AtomicUsize,
    /// Whether nobody is answered until [`State::released`].
    holds: AtomicBool,
    released: Notify,
}

/// Something that a client was sent.
#[derive(Clone, Debug)]
struct Post {
    /// The head of the request, in lower case.
    head: String,
    /// The fields of the form.
    form: Vec<(String, String)>,
}

impl Host {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = Self {
            url: format!("http://{}/logout", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        host.state.status.store(200, Ordering::SeqCst);
        let state = Arc::clone(&host.state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&state)));
            }
        });
        host
    }

    fn posts(&self) -> Vec<Post> {
        self.state.posts.lock().unwrap().clone()
    }

    /// Waits for so many posts, and returns the logout tokens in them.
    async fn tokens(&self, count: usize) -> Vec<String> {
        let enough = async || self.posts().len() >= count;
        eventually("the client is told", enough).await;
        self.posts().iter().map(Post::token).collect()
    }
}

impl Post {
    /// The logout token, beside which there is nothing.
    fn token(&self) -> String {
        let [(name, token)] = self.form.as_slice() else {
            panic!("{self:?}");
        };
        assert_eq!(name, "logout_token");
        token.clone()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let mut received = Vec::new();
    let (head, body) = loop {
        if stream.read_buf(&mut received).await.unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&received);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            break (head, body.to_owned());
        }
    };
    let form = url::form_urlencoded::parse(body.as_bytes()).into_owned();
    let post = Post {
        head,
        form: form.collect(),
    };
    state.posts.lock().unwrap().push(post);
    if state.holds.load(Ordering::SeqCst) {
        state.released.notified().await;
    }
    let fails = state
        .failures
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
    let status = match fails {
        Ok(_) => 500,
        Err(_) => state.status.load(Ordering::SeqCst),
    };
    let answer =
        format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.ok();
}

/// A public client of the operator's own, with more in its registration.
fn client(id: &str, more: &Value) -> Value {
    let client = json!({
        "client_id": id,
        "client_name": format!("The client {id}"),
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [HOME],
        "consent": "implicit",
    });
    merged(client, more)
}

/// A client that is told over the back channel.
fn listening(id: &str, host: &Host) -> Value {
    let more = json!({
        "backchannel_logout_uri": host.url,
        "backchannel_logout_session_required": true,
    });
    client(id, &more)
}

/// The demo state and these clients, on this database.
fn options_on(database: &str, clients: &[Value], settings: &[(&str, &str)]) -> Options {
    declaring(database, &json!({ "clients": clients }), &[LOOPBACK]).with_all(settings)
}

fn server(backend: Backend, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    Server::start(binary(), options_on(&backend.url(), clients, settings))
}

async fn party(server: &Server, id: &str) -> RelyingParty {
    called_back_at(&public(server, id).await, CALLBACK)
}

/// The values of an attribute, wherever it stands on a page, unescaped.
fn attributes(page: &Page, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = page.body.split(&start).skip(1);
    let values = values.map(|rest| rest.split('"').next().unwrap());
    values
        .map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// One directive of the page's policy.
fn directive(page: &Page, name: &str) -> Option<String> {
    let policy = page.header("content-security-policy").to_owned();
    let mut directives = policy.split(';').map(str::trim);
    let found = directives.find(|directive| directive.split(' ').next() == Some(name));
    found.map(str::to_owned)
}
