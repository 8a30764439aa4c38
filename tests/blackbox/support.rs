//! What the flows share: servers, people and the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use symbolon_testkit::{
    Answer, Answers, Attempt, Authentication, Backend, Form, OnEach, Options, Page, Person,
    RelyingParty, Server, Step, Tokens,
};

pub use symbolon_testkit::eventually;

/// What lets the server fetch from this machine.
pub const LOOPBACK: (&str, &str) = ("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "true");

/// The password of alice in the demo state.
pub const ALICE: &str = "correct horse battery staple";

/// The password of bob in the demo state.
pub const BOB: &str = "bob's long pass phrase";

/// `sub` of alice, bob and the machine user of the tests.
pub const ALICE_ID: &str = "01900000-0000-7000-8000-00000000a11c";
pub const BOB_ID: &str = "01900000-0000-7000-8000-000000000b0b";
pub const WORKER_ID: &str = "01900000-0000-7000-8000-000000003041";

/// The secret of every `machine-…` client, and of the gateway.
pub const MACHINE_SECRET: &str = "machine-secret";

/// The callback of most clients.
pub const CALLBACK: &str = "http://127.0.0.1:5556/callback";

/// To make an RSA key takes longer than everything else at a start: servers for one test make one.
const FEWER_KEYS: (&str, &str) = ("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");

/// The binary under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_symbolon"))
}

/// The demo state on this database. Passwords are hashed as cheaply as the server permits.
pub fn options(database: impl Into<String>) -> Options {
    Options::on(database).with("SYMBOLON_PASSWORD_ARGON2_MEMORY", "8192")
}

/// A server of its own with the demo state on a fresh database.
pub fn demo(backend: Backend) -> Server {
    Server::start(
        binary(),
        options(backend.url()).with(FEWER_KEYS.0, FEWER_KEYS.1),
    )
}

/// A server of its own with the demo state, `state.yaml` and these settings.
pub fn server(backend: Backend, settings: &[(&str, &str)]) -> Server {
    let options = options(backend.url()).with(FEWER_KEYS.0, FEWER_KEYS.1);
    Server::start(binary(), with_settings(options, settings))
}

/// Options with `state.yaml` and these settings.
pub fn with_settings(mut options: Options, settings: &[(&str, &str)]) -> Options {
    options.state = Some(declared());
    options.with_all(settings)
}

/// Options with the demo state, this state beside it, and these settings.
pub fn declaring(database: &str, state: &Value, settings: &[(&str, &str)]) -> Options {
    // JSON is YAML.
    options(database)
        .with(FEWER_KEYS.0, FEWER_KEYS.1)
        .declaring(&state.to_string())
        .with_all(settings)
}

/// A document with these members too, or in the place of those of their names.
pub fn merged(mut document: Value, more: &Value) -> Value {
    let members = more.as_object().unwrap().clone();
    document.as_object_mut().unwrap().extend(members);
    document
}

/// A server with the demo state and `state.yaml` that all tests share which leave no trace in it:
/// no wrong password, no consent, no change of the state.
pub fn shared(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    // Tests run side by side on a busy machine: a grace that outlasts them all.
    SERVERS.get(backend, || {
        let grace = [("SYMBOLON_TOKEN_REFRESH_GRACE", "30s")];
        Server::start(binary(), with_settings(options(backend.url()), &grace))
    })
}

/// A server with the demo state and `tokens.yaml` that the tests of tokens share which leave no trace
/// in it.
pub fn issuing(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    SERVERS.get(backend, || issuing_on(&backend.url(), &[]))
}

/// A server of its own with the demo state, `tokens.yaml` and these settings.
pub fn issuing_on(database: &str, settings: &[(&str, &str)]) -> Server {
    let mut options = options(database).with(FEWER_KEYS.0, FEWER_KEYS.1);
    options.state = Some(declared().with_file_name("tokens.yaml"));
    Server::start(binary(), options.with_all(settings))
}

/// The file that declares what the tests need beside the demo state.
pub fn declared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/blackbox/state.yaml")
}

/// A public client.
pub async fn public(server: &Server, client_id: &str) -> RelyingParty {
    RelyingParty::new(server.issuer(), client_id, Authentication::Public).await
}

/// One of the `machine-…` clients.
pub async fn machine(server: &Server, client_id: &str) -> RelyingParty {
    let secret = Authentication::Basic(MACHINE_SECRET.to_owned());
    RelyingParty::new(server.issuer(), client_id, secret).await
}

/// The same client, saying who it is in another way.
pub fn presenting(party: &RelyingParty, authentication: Authentication) -> RelyingParty {
    let mut party = party.clone();
    party.authentication = authentication;
    party
}

/// The same client, called back elsewhere.
pub fn called_back_at(party: &RelyingParty, redirect_uri: &str) -> RelyingParty {
    let mut party = party.clone();
    redirect_uri.clone_into(&mut party.redirect_uri);
    party
}

/// Alice signs in with a browser that nobody used before.
pub async fn alice(party: &RelyingParty) -> Tokens {
    alice_in(&Person::new(), party, &[]).await
}

/// Alice goes through an authorization in this browser, signs in where that is asked, and allows
/// what is asked.
pub async fn alice_in(
    browser: &Person,
    party: &RelyingParty,
    parameters: &[(&str, &str)],
) -> Tokens {
    sign_in(browser, party, parameters, "alice", ALICE).await
}

/// As [`alice_in`], for anybody.
pub async fn sign_in(
    browser: &Person,
    party: &RelyingParty,
    parameters: &[(&str, &str)],
    username: &str,
    password: &str,
) -> Tokens {
    let attempt = party.authorize_url(parameters);
    let callback = browser.sign_in(&attempt.url, username, password).await;
    party.finish(&attempt, &callback).await
}

/// What `prompt=none` answers in this browser: empty for a code, else the error.
pub async fn silently(browser: &Person, party: &RelyingParty, more: &[(&str, &str)]) -> String {
    let attempt = more.iter().fold(
        party.authorize_url(&[("prompt", "none")]),
        |attempt, (name, value)| attempt.with(name, value),
    );
    let callback = browser.get(&attempt.url).await.callback();
    party.check_callback(&attempt, &callback);
    callback.error().to_owned()
}

/// Opens the sign-in page of a new attempt.
pub async fn sign_in_page(browser: &Person, party: &RelyingParty) -> (Attempt, Page) {
    let attempt = party.authorize_url(&[]);
    let page = browser.get(&attempt.url).await.page();
    assert!(page.url.path().contains("/sign-in/"), "{page:?}");
    (attempt, page)
}

/// Sends the sign-in form of a page.
pub async fn type_in(browser: &Person, page: &Page, username: &str, password: &str) -> Step {
    browser
        .submit(
            &page.form(),
            &[("username", username), ("password", password)],
        )
        .await
}

/// Posts a form without following what comes: with this `csrf` instead of its own.
pub async fn post_raw(browser: &Person, form: &Form, fields: &[(&str, &str)]) -> Page {
    let request = browser.http().post(form.action.clone()).form(fields);
    browser.send(request).await
}

/// Somebody who signs in and denies.
pub fn denying<'a>(username: &'a str, password: &'a str) -> Answers<'a> {
    Answers {
        decision: "deny",
        ..Answers::of(username, password)
    }
}

/// Runs the binary to its end, with the same key-encryption key as the servers.
pub fn symbolon(arguments: &[&str]) -> Output {
    symbolon_with(arguments, &[])
}

/// As [`symbolon`], with more environment variables.
pub fn symbolon_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).stdin(Stdio::null());
    let key = options("").key_encryption_key.unwrap_or_default();
    // Of the environment that the tests run in, the settings are not theirs.
    command
        .env_clear()
        .env("SYMBOLON_KEY_ENCRYPTION_KEY", key)
        .env("SYMBOLON_PASSWORD_ARGON2_MEMORY", "8192")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

/// What a command printed on both streams, its standard output first.
pub fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Runs the binary, which has to succeed, and returns its standard output.
pub fn run(arguments: &[&str]) -> String {
    let output = symbolon(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        printed(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A personal access token of somebody, with these limits.
pub fn personal_token(database: &str, owner: &str, limits: &[&str]) -> String {
    let create = ["pat", "--database", database, "create", "--name", "test"];
    let token = run(&[&create[..], &["--owner", owner], limits].concat());
    token.trim().to_owned()
}

/// Makes a declared state true in this database.
pub fn apply(database: &str, state: &str) -> String {
    let file = file(state);
    let path = file.path().to_str().unwrap();
    run(&["apply", "--database", database, "-f", path])
}

/// A file with this content.
pub fn file(content: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    file
}

/// Waits until so many seconds have passed on every clock that counts whole ones.
pub async fn seconds_pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds + 1)).await;
}

/// The keys that the server publishes now.
pub async fn published_keys(party: &RelyingParty) -> Value {
    Answer::to(symbolon_testkit::http().get(party.endpoint("jwks_uri")))
        .await
        .json
}
