//! What clients learn of the end of a session: over the back channel, through frames, or because they
//! ask; and how people get to them from the home page.

mod back_channel;
mod front_channel;
mod initiation;
mod race;
mod session_management;

use serde_json::{Value, json};
use symbolon_testkit::{Backend, Options, Page, RelyingParty, Reply, Server, Site};

use crate::support::LOOPBACK;
use crate::support::{CALLBACK, binary, called_back_at, declaring, eventually, merged, public};

/// Where they have the browser after signing out.
const HOME: &str = "http://127.0.0.1:5556/";

/// Where a client is told.
const PATH: &str = "/logout";

/// The server of a client.
struct Host {
    url: String,
    site: Site,
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
    /// One that is content.
    fn start() -> Self {
        Self::answering(Vec::new())
    }

    /// One that answers first so, and is content then.
    fn answering(mut replies: Vec<Reply>) -> Self {
        let site = Site::plain();
        replies.push(Reply::new("200 OK").header("Content-Length", "0"));
        let url = site.reply(PATH, replies);
        Self { url, site }
    }

    fn posts(&self) -> Vec<Post> {
        let received = self.site.received().into_iter();
        received
            .map(|received| Post {
                head: received.head.to_ascii_lowercase(),
                form: url::form_urlencoded::parse(received.body.as_bytes())
                    .into_owned()
                    .collect(),
            })
            .collect()
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
