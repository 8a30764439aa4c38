//! Bad input: each endpoint is fed what is missing, doubled, oversized, malformed, wrongly encoded
//! and hostile. The exact specified error comes back, never a 5xx, and nothing is written
//! (requirements A1.9, A2.11, A3.6).

mod arbitrary;
mod authorize;
mod connection;
mod end_session;
mod introspect;
mod pages;
pub mod raw;
mod revoke;
mod token;
mod userinfo;

use std::fmt::Write as _;

use raw::{Reply, Request, send};
use symbolon_testkit::{Backend, Person, RelyingParty, Server, Tokens, rows};
use url::form_urlencoded;

use crate::support::{self, ALICE};

/// What is done, with a name for it, and the outcome that it must have.
type Case = (String, Vec<u8>, &'static str);

/// Texts that do harm where they are pasted into something: each is a value like any other here.
const HOSTILE: [&str; 14] = [
    "\r\nx-injected: 1\r\n\r\n<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'; DROP TABLE approval; --",
    "' OR '1'='1",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "${jndi:ldap://127.0.0.1:1/a}",
    "{{7*7}}{% include \"/etc/passwd\" %}",
    "$(touch /tmp/x)`id`|&;",
    "%00%0d%0a",
    "\u{202e}\u{200b}\u{feff}ａｌｉｃｅ",
    "👩‍👩‍👧‍👦\u{10ffff}",
    "javascript:alert(1)//",
    "null\ttrue\u{7f}\u{1}[object Object]",
];

/// Form bodies that are none, each with its name. All of them say `name=` at some point.
fn broken_forms(name: &str, value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let pair = format!("{name}={value}");
    let mut utf16: Vec<u8> = vec![0xff, 0xfe];
    utf16.extend(pair.encode_utf16().flat_map(u16::to_le_bytes));
    let with = |tail: &[u8]| [pair.as_bytes(), tail].concat();
    vec![
        ("half a percent sign", with(b"%")),
        ("a percent sign with one digit", with(b"%4")),
        ("a percent sign without hexadecimal digits", with(b"%zz")),
        ("bytes that are not UTF-8", with(b"\xff\xfe")),
        ("escaped bytes that are not UTF-8", with(b"%ff%fe")),
        ("an overlong NUL", with(b"%c0%80")),
        ("an overlong slash", with(b"%c0%af")),
        ("half a surrogate", with(b"%ed%a0%80")),
        ("more than Unicode has", with(b"%f5%80%80%80")),
        ("a NUL", with(b"\0")),
        ("an escaped NUL", with(b"%00")),
        ("a NUL in a name", with(b"&a%00b=1")),
        ("UTF-16", utf16),
        ("65 parameters", with("&a=1".repeat(64).as_bytes())),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec()),
    ]
}

/// A form that is to be spoilt.
#[derive(Clone, Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(pairs: &[(&str, &str)]) -> Self {
        let empty = Self::default();
        pairs
            .iter()
            .fold(empty, |fields, (name, value)| fields.and(name, value))
    }

    /// With one more, even if there is one of this name already.
    fn and(&self, name: &str, value: &str) -> Self {
        let mut fields = self.clone();
        fields.0.push((name.to_owned(), value.to_owned()));
        fields
    }

    /// With another value of this name.
    fn set(&self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    fn without(&self, name: &str) -> Self {
        let others = self.0.iter().filter(|(own, _)| own != name);
        Self(others.cloned().collect())
    }

    fn encoded(&self) -> String {
        let mut serializer = form_urlencoded::Serializer::new(String::new());
        serializer.extend_pairs(&self.0).finish()
    }
}

/// Adds a case.
trait Add {
    fn add(&mut self, name: impl Into<String>, request: impl Sendable, outcome: &'static str);
}

impl Add for Vec<Case> {
    fn add(&mut self, name: impl Into<String>, request: impl Sendable, outcome: &'static str) {
        self.push((name.into(), request.into_bytes(), outcome));
    }
}

trait Sendable {
    fn into_bytes(self) -> Vec<u8>;
}

impl Sendable for Request {
    fn into_bytes(self) -> Vec<u8> {
        self.bytes()
    }
}

impl Sendable for Vec<u8> {
    fn into_bytes(self) -> Vec<u8> {
        self
    }
}

/// What every endpoint with a form body answers to a body that is none: `outcome` is what a missing
/// form comes to.
fn bad_bodies(path: &str, fields: &Fields, name: &str, empty: &'static str) -> Vec<Case> {
    let good = Request::post(path, fields.encoded());
    let json = r#"{"grant_type":"client_credentials","token":"a"}"#;
    let mut cases = Vec::new();
    for (what, body) in broken_forms(name, "x") {
        cases.add(what, Request::post(path, body), "400");
    }
    cases.add("nothing", Request::post(path, ""), empty);
    cases.add(
        "nothing of no type",
        good.clone().by("POST").without("content-type"),
        "400",
    );
    for content_type in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=a",
        "application/x-www-form-urlencoded-not",
        "application/xml",
        "",
        "*/*",
    ] {
        let request = Request::post(path, json).of_type(content_type);
        cases.add(format!("a body of type {content_type:?}"), request, "400");
    }
    let twice = good.clone().with("content-type: application/json");
    cases.add("two content types", twice, "400");
    cases.add(
        "JSON that claims to be a form",
        Request::post(path, json),
        empty,
    );
    let large = Request::post(path, format!("a={}", "a".repeat(100_000)));
    cases.add("100 KB", large.clone(), "413");
    cases.add("100 KB in chunks", large.chunked(), "413");
    let announced = large.head(Some("content-length: 99999999999".to_owned()));
    cases.add("100 GB, announced", announced, "413");
    let deep = format!("{}=1", "a[".repeat(2_000));
    cases.add("a deep name", Request::post(path, deep), empty);
    cases.add(
        "50,000 separators",
        Request::post(path, "&".repeat(50_000)),
        empty,
    );
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "post", "X"] {
        cases.add(
            format!("the method {method}"),
            good.clone().by(method),
            "405",
        );
    }
    cases
}

/// Sends each, and holds what comes against what is due. A status alone says nothing of the error.
async fn run(server: &Server, cases: Vec<Case>) {
    let mut wrong = String::new();
    for (name, bytes, due) in cases {
        let reply = settled(server, &bytes, None).await;
        check_manners(&name, &reply);
        let outcome = reply.outcome();
        let fits = match due.split_once(' ') {
            Some(_) => outcome == due,
            None => outcome.split(' ').next() == Some(due),
        };
        if !fits {
            writeln!(wrong, "{name}: {outcome}, and due is {due}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The answer, after the one redirect by which the endpoints for browsers turn a POST into a GET.
async fn settled(server: &Server, bytes: &[u8], cookie: Option<&str>) -> Reply {
    let reply = send(server, bytes).await;
    let location = reply.header("location");
    let path = location.split('?').next().unwrap_or_default();
    let of_a_post = bytes.starts_with(format!("POST {path}").as_bytes());
    if reply.status != 303 || path.is_empty() || !of_a_post {
        return reply;
    }
    check_manners(location, &reply);
    let again = Request::get(location);
    let again = cookie.map_or(again.clone(), |cookie| again.with(cookie));
    send(server, again.bytes()).await
}

/// An answer without the tokens in it: random letters spell every word some day.
fn said(body: &str) -> String {
    let is_token = |part: &&str| part.len() > 40 && !part.contains(char::is_whitespace);
    let parts = body.split('"').filter(|part| !is_token(part));
    parts.collect::<Vec<_>>().join("\"")
}

/// What holds of every answer, whatever it answers.
fn check_manners(name: &str, reply: &Reply) {
    let Reply { status, body, .. } = reply;
    assert!((1..500).contains(status), "{name}: {reply:?}");
    assert_eq!(reply.header("x-injected"), "", "{name}: {reply:?}");
    let low = said(body).to_lowercase();
    for leak in ["sqlx", "panicked", "src/", "insert into", "relation \""] {
        assert!(!low.contains(leak), "{name} shows {leak}: {body}");
    }
    assert!(!body.contains("<script>alert"), "{name}: {body}");
    // What the HTTP library refuses by itself never reaches us.
    if reply.header("x-request-id").is_empty() {
        assert!(matches!(status, 400 | 431), "{name}: {reply:?}");
        return;
    }
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{name}");
    assert!(
        reply
            .header("content-security-policy")
            .contains("frame-ancestors 'none'"),
        "{name}: {reply:?}"
    );
    if !matches!(status, 405 | 404) && status / 100 != 2 {
        let cached = reply.header("cache-control");
        assert!(
            cached.is_empty() || cached == "no-store",
            "{name}: {cached}"
        );
    }
}

/// A server, and what alice and the machine have there.
struct Place {
    server: Server,
    database: String,
    /// A code of `web` that was not redeemed, and its verifier.
    code: String,
    verifier: String,
    web: RelyingParty,
    /// Of `web`.
    tokens: Tokens,
    /// Of `demo-confidential`, which introspects its own.
    confidential: RelyingParty,
    confidential_tokens: Tokens,
    /// Alice's browser.
    browser: Person,
}

impl Place {
    async fn on(backend: Backend) -> Self {
        let database = backend.url();
        let server = symbolon_testkit::Server::start(
            support::binary(),
            // The tables are long, and the machine may be busy.
            support::options(&database)
                .with("SYMBOLON_TOKEN_CODE_LIFETIME", "10m")
                .with("SYMBOLON_LIMITS_REQUEST_TIMEOUT", "60s"),
        );
        let web = RelyingParty::demo_web(server.issuer()).await;
        let confidential = RelyingParty::demo_confidential(server.issuer()).await;
        let browser = Person::new();
        let tokens = support::alice_in(&browser, &web, &[]).await;
        let confidential_tokens = support::alice_in(&browser, &confidential, &[]).await;
        let attempt = web.authorize_url(&[]);
        let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
        Self {
            code: callback.code().to_owned(),
            verifier: attempt.verifier,
            server,
            database,
            web,
            tokens,
            confidential,
            confidential_tokens,
            browser,
        }
    }

    /// Runs the cases; afterwards the database is, row for row, what it was.
    async fn survives(&self, cases: Vec<Case>) {
        let before = rows(&self.database);
        for table in ["approval ", "session ", "subject "] {
            assert!(
                before.iter().any(|row| row.starts_with(table)),
                "{before:?}"
            );
        }
        run(&self.server, cases).await;
        assert_eq!(rows(&self.database), before);
        let exported = support::run(&["export", "--database", &self.database]);
        assert!(exported.contains("demo-confidential"), "{exported}");
    }

    /// What alice has still works.
    async fn still_works(&self) {
        let Self {
            web,
            confidential,
            tokens,
            ..
        } = self;
        assert_eq!(web.userinfo(&tokens.access_token).await.status, 200);
        let asked = confidential
            .introspect(&self.confidential_tokens.access_token)
            .await;
        assert_eq!(asked.json["active"], true, "{asked:?}");
        web.refresh(tokens.refresh_token()).await.tokens();
        web.exchange(&self.code, &self.verifier).await.tokens();
        assert_eq!(support::silently(&self.browser, web, &[]).await, "");
    }
}

/// A token with one character changed in the middle, where no padding bit can hide it.
fn altered(token: &str) -> String {
    let middle = token.len() / 2;
    let (left, right) = token.split_at(middle);
    let replacement = if right.starts_with('A') { 'B' } else { 'A' };
    format!("{left}{replacement}{}", &right[1..])
}
