//! A stand-in for the provider: what is asked of it over HTTP, from a state that tests change.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::State,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    id::Id,
    policy::{
        Policy,
        bundle::{Content, TYPE},
        token_changes::{TokenChange, TokenChanges},
    },
    time::{Clock, Lifetime, Timestamp},
};
use symbolon_jose::SigningKey;
use tokio::net::TcpListener;

/// The API that is protected.
pub const AUDIENCE: &str = "https://api.example";

/// `gateway:its secret`, as RFC 6749 §2.3.1 has it.
const BASIC: &str = "Basic Z2F0ZXdheTppdHMrc2VjcmV0";

/// The beginning of time.
pub const START: i64 = 1_000_000;

/// For how long a bundle is good.
pub const LIFETIME: u32 = 300;

/// For how long after a change a token is in doubt.
pub const LEEWAY: u32 = 5;

/// A clock that stands still until it is told to go on.
pub struct StoppedClock(AtomicI64);

/// The stand-in.
pub struct Provider {
    pub clock: Arc<StoppedClock>,
    pub issuer: String,
    pub counts: Counts,
    state: Mutex<Truth>,
}

/// How often what was asked for.
#[derive(Default)]
pub struct Counts {
    /// Answers to questions for the keys.
    pub keys: AtomicUsize,
    /// Whole bundles.
    pub bundles: AtomicUsize,
    /// Bundles that were the same.
    pub same: AtomicUsize,
    /// Questions about tokens.
    pub introspections: AtomicUsize,
    /// Requests while it was away.
    pub unanswered: AtomicUsize,
}

/// What is so at present.
pub struct Truth {
    /// The version of the rules.
    pub version: u64,
    /// The rules.
    pub rules: Value,
    /// From when on changes are known.
    pub since: i64,
    /// Changes.
    pub changes: Vec<(TokenChange, Timestamp)>,
    /// Answers about tokens.
    pub tokens: BTreeMap<String, Value>,
    /// Keys that are published; the first one signs.
    pub keys: Vec<&'static SigningKey>,
    /// Another key to sign bundles with than one of these.
    pub bundle_key: Option<&'static SigningKey>,
    /// What else is done to the claims of a bundle.
    pub falsify: fn(&mut Value),
    /// Whether it answers at all.
    pub away: bool,
}

/// Keys: to make one takes longer than a test.
pub fn key(number: usize) -> &'static SigningKey {
    static KEYS: OnceLock<Vec<SigningKey>> = OnceLock::new();
    let make = || SigningKey::generate(Algorithm::ES256).unwrap();
    &KEYS.get_or_init(|| (0..3).map(|_| make()).collect())[number]
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

impl Provider {
    /// Starts one on a free port. Roles: admin and viewer for all, and `barred`; admins of acme are
    /// viewers in globex.
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self {
            clock: Arc::new(StoppedClock(AtomicI64::new(START))),
            issuer,
            counts: Counts::default(),
            state: Mutex::new(Truth {
                version: 1,
                rules: json!([
                    { "role": "viewer", "pattern": "Invoices.Read", "effect": "allow" },
                    { "role": "admin", "pattern": "Invoices.*", "effect": "allow" },
                    { "role": "barred", "pattern": "Invoices.*", "effect": "deny" },
                ]),
                since: START - 10_000,
                changes: Vec::new(),
                tokens: BTreeMap::new(),
                keys: vec![key(0)],
                bundle_key: None,
                falsify: |_| {},
                away: false,
            }),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/introspect", post(introspect))
            .route("/access/v1/policy", get(policy))
            .layer(middleware::from_fn_with_state(Arc::clone(&provider), away))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// What is so at present, to read and to change.
    pub fn truth(&self) -> MutexGuard<'_, Truth> {
        self.state.lock().unwrap()
    }

    /// Lets time go on.
    pub fn seconds_pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A token of alice of acme, who is admin there.
    pub fn token(&self) -> String {
        self.token_with(|_| {})
    }

    /// A token with other claims.
    pub fn token_with(&self, change: impl FnOnce(&mut Value)) -> String {
        self.token_signed(key(0), "at+jwt", change)
    }

    /// A token signed in another way.
    pub fn token_signed(
        &self,
        key: &SigningKey,
        typ: &str,
        change: impl FnOnce(&mut Value),
    ) -> String {
        let now = self.clock.now().seconds();
        let mut claims = json!({
            "iss": self.issuer, "sub": "alice", "aud": AUDIENCE, "client_id": "web",
            "iat": now, "exp": now + 43_200, "jti": "jti", "scope": "openid",
            "org_id": "acme", "roles": { "acme": ["admin"] }, "grant_id": "grant",
        });
        change(&mut claims);
        key.sign(typ, &claims).unwrap()
    }

    /// Something changes now, and the provider says this about the token from now on.
    pub fn change(&self, change: TokenChange, token: &str, answer: Value) {
        let now = self.clock.now();
        let mut truth = self.truth();
        truth.changes.push((change, now));
        truth.tokens.insert(token.to_owned(), answer);
    }

    /// What the provider says about a token that is good.
    pub fn active(&self, roles: Value) -> Value {
        json!({
            "active": true, "token_type": "Bearer", "iss": self.issuer, "sub": "alice",
            "aud": AUDIENCE, "client_id": "web", "exp": self.clock.now().seconds() + 43_200,
            "org_id": "acme", "roles": roles,
        })
    }
}

async fn away(
    State(provider): State<Arc<Provider>>,
    request: http::Request<Body>,
    next: Next,
) -> Response {
    let is_away = provider.truth().away;
    if is_away {
        provider.counts.unanswered.fetch_add(1, Ordering::SeqCst);
        StatusCode::BAD_GATEWAY.into_response()
    } else {
        next.run(request).await
    }
}

async fn discovery(State(provider): State<Arc<Provider>>) -> String {
    let issuer = &provider.issuer;
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "introspection_endpoint": format!("{issuer}/introspect"),
    });
    document.to_string()
}

async fn keys(State(provider): State<Arc<Provider>>) -> String {
    provider.counts.keys.fetch_add(1, Ordering::SeqCst);
    let truth = provider.truth();
    let keys: Vec<_> = truth.keys.iter().map(|key| key.public_jwk()).collect();
    json!({ "keys": keys }).to_string()
}

async fn introspect(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form: String,
) -> Response {
    if headers[header::AUTHORIZATION] != BASIC {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    provider
        .counts
        .introspections
        .fetch_add(1, Ordering::SeqCst);
    let inactive = json!({ "active": false });
    let token = form.strip_prefix("token=").unwrap();
    let truth = provider.truth();
    let answer = truth.tokens.get(token).unwrap_or(&inactive);
    answer.to_string().into_response()
}

async fn policy(
    State(provider): State<Arc<Provider>>,
    uri: http::Uri,
    headers: HeaderMap,
) -> Response {
    if headers[header::AUTHORIZATION] != BASIC {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if uri.query() != Some("audience=https%3A%2F%2Fapi.example") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let truth = provider.truth();
    let etag = etag(&truth);
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| *known == *etag)
    {
        provider.counts.same.fetch_add(1, Ordering::SeqCst);
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    provider.counts.bundles.fetch_add(1, Ordering::SeqCst);
    let since = Timestamp::from_seconds(truth.since);
    let leeway = Lifetime::from_seconds(LEEWAY);
    let changes = TokenChanges::new(since, leeway, truth.changes.clone());
    let audience = Id::parse(AUDIENCE).unwrap();
    let content = Content::of(&compiled(&truth), &audience, changes).unwrap();
    let issuer = Arc::from(provider.issuer.as_str());
    let lifetime = Lifetime::from_seconds(LIFETIME);
    let bundle = content.at(&issuer, provider.clock.now(), lifetime);
    let mut claims = serde_json::to_value(bundle).unwrap();
    (truth.falsify)(&mut claims);
    let signer = truth.bundle_key.unwrap_or(truth.keys[0]);
    let signed = signer.sign(TYPE, &claims).unwrap();
    ([(header::ETAG, etag)], signed).into_response()
}

fn etag(truth: &Truth) -> String {
    format!("\"{}-{}\"", truth.version, truth.changes.len())
}

fn compiled(truth: &Truth) -> Policy {
    let api = json!({
        "audience": AUDIENCE,
        "name": "Invoices",
        "scopes": [{ "scope": "Invoices.Read" }, { "scope": "Invoices.Delete" }],
        "endpoints": [
            { "method": "GET", "template": "/invoices/{id}", "scope": "Invoices.Read" },
            { "method": "DELETE", "template": "/invoices/{id}", "scope": "Invoices.Delete" },
        ],
    });
    let relations = json!([
        { "manager": "acme", "held": "admin", "managed": "globex", "acts_as": "viewer" },
    ]);
    let roles = json!([
        { "key": "admin", "name": "Admin" },
        { "key": "barred", "name": "Barred" },
        { "key": "viewer", "name": "Viewer" },
    ]);
    Policy::compile(
        truth.version,
        serde_json::from_value(truth.rules.clone()).unwrap(),
        &serde_json::from_value::<Vec<_>>(relations).unwrap(),
        &serde_json::from_value::<Vec<_>>(roles).unwrap(),
        [serde_json::from_value(api).unwrap()],
    )
    .unwrap()
}
