//! A running lab, and a client that takes everything as it comes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use symbolon_testkit::{Callback, Person};
use tokio::sync::Mutex;

/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CALLBACK: &str = "http://127.0.0.1:5556/callback";

/// A lab. Dropping it ends it.
pub struct Lab {
    process: Child,
    pub url: String,
    pub said: String,
}

impl Lab {
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = command(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next().expect("it ended before it was ready").unwrap();
            if let Some(url) = line.strip_prefix("symbolon-lab is ready at ") {
                break url.to_owned();
            }
            said.push_str(&line);
            said.push('\n');
        };
        Self { process, url, said }
    }

    /// Calls the control API.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = symbolon_testkit::http()
            .request(
                method.parse().unwrap(),
                format!("{}/lab/v1{path}", self.url),
            )
            .body(body.to_string());
        answer(request).await
    }

    /// As [`Lab::control`], which has to succeed.
    pub async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, value) = self.control(method, path, body).await;
        assert_eq!(status, StatusCode::OK, "{method} {path}: {value}");
        value
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Runs a lab that is to refuse.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symbolon-lab"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let Ok(response) = request.send().await else {
        return (StatusCode::IM_A_TEAPOT, Value::Null);
    };
    let status = response.status();
    match response.bytes().await {
        Ok(body) => (status, serde_json::from_slice(&body).unwrap_or_default()),
        Err(_) => (StatusCode::IM_A_TEAPOT, Value::Null),
    }
}

/// Everything that a client gets of an issuer in one sign-in.
pub struct Flow {
    pub issuer: String,
    pub discovery: Value,
    pub callback: Callback,
    pub token_status: StatusCode,
    pub token: Value,
    pub keys: Value,
    pub userinfo: Value,
}

/// Where the browser is sent to sign in as alice.
pub fn authorize_url(issuer: &str, client: &str, more: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse(&format!("{issuer}/oauth/v2/authorize")).unwrap();
    let usual = [
        ("client_id", client),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("redirect_uri", CALLBACK),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", CHALLENGE),
    ];
    let usual = usual
        .iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    url.query_pairs_mut().extend_pairs(usual).extend_pairs(more);
    url.into()
}

/// Redeems a code.
pub async fn redeem(issuer: &str, client: &str, code: &str) -> (StatusCode, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let http = symbolon_testkit::http();
    answer(http.post(format!("{issuer}/oauth/v2/token")).form(&form)).await
}

pub async fn flow(issuer: &str) -> Flow {
    let get = |path: &str| answer(symbolon_testkit::http().get(format!("{issuer}{path}")));
    let discovery = get("/.well-known/openid-configuration").await.1;
    let callback = sign_in(issuer, "demo-web", &[]).await;
    let (token_status, token) = redeem(issuer, "demo-web", callback.code()).await;
    let access = token["access_token"].as_str().unwrap_or_default();
    let http = symbolon_testkit::http();
    let userinfo = http
        .get(format!("{issuer}/oidc/v1/userinfo"))
        .bearer_auth(access);
    Flow {
        issuer: issuer.to_owned(),
        discovery,
        callback,
        token_status,
        keys: get("/oauth/v2/keys").await.1,
        userinfo: answer(userinfo).await.1,
        token,
    }
}

impl Flow {
    /// The header and the claims of the ID token.
    pub fn id_token(&self) -> (Value, Value) {
        token(self.token["id_token"].as_str().unwrap_or_default())
    }

    pub fn claims(&self) -> Value {
        self.id_token().1
    }
}

/// The header and the claims of a token.
pub fn token(text: &str) -> (Value, Value) {
    let mut parts = text.split('.').map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or(json!({}))
    });
    (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

/// Signs alice in for a client; what the browser carries there.
pub async fn sign_in(issuer: &str, client: &str, more: &[(&str, &str)]) -> Callback {
    arrive(&Person::new(), issuer, client, more).await
}

/// As [`sign_in`], with a browser that is there. One after the other: many tries of one person at
/// once are too many, in a lab as in production.
pub async fn arrive(
    person: &Person,
    issuer: &str,
    client: &str,
    more: &[(&str, &str)],
) -> Callback {
    static ONE: Mutex<()> = Mutex::const_new(());
    let mut all = vec![("login_hint", "alice")];
    all.extend(more);
    let url = authorize_url(issuer, client, &all);
    let _one = ONE.lock().await;
    person.get(url).await.callback()
}
