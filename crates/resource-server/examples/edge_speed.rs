//! How many requests one core decides about in a second, with 1,000 rules, 200 roles and 500
//! endpoints: with the signature of the token and without.
//!
//! ```text
//! cargo run --release --package symbolon-resource-server --example edge_speed
//! ```
//!
//! A stand-in for the provider serves keys and bundle to the layer. Callers, roles and endpoints
//! change from request to request; every token is another one.
#![expect(
    clippy::disallowed_methods,
    reason = "what is measured here is real time"
)]
#![expect(clippy::print_stdout, reason = "figures are what this program is for")]
#![expect(clippy::unwrap_used, reason = "the input is made here")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use axum::{Router, routing::get};
use http::{Request, request::Parts};
use serde_json::{Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question,
        bundle::{Content, TYPE},
        decide,
        decision::Limits,
        path::RequestPath,
        token_changes::{TokenChange, TokenChanges, Traces},
    },
    role::Roles,
    scope::Scope,
    time::{Lifetime, Timestamp},
};
use symbolon_jose::SigningKey;
use symbolon_resource_server::ResourceServer;
use tokio::net::TcpListener;

const RULES: usize = 1_000;
const ROLES: usize = 200;
const ENDPOINTS: usize = 500;
const CALLS: usize = 2_000;
const CHANGES: usize = 5_000;
const AUDIENCE: &str = "https://api.example";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = Timestamp::from_seconds(now.try_into().unwrap());
    without_signature(now);
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        with_signature(now, algorithm).await;
    }
}

/// What is done once it is known what the token says.
fn without_signature(now: Timestamp) {
    let audience = Id::parse(AUDIENCE).unwrap();
    let policy = content(now).compile().unwrap();
    let changes = changes(now);
    let home: Vec<Id<Organization>> = (0..CALLS).map(|index| id(&organization(index))).collect();
    let subjects: Vec<_> = (0..CALLS).map(|index| id(&format!("s{index}"))).collect();
    let roles: Vec<Roles> = (0..CALLS)
        .map(|index| serde_json::from_value(granted(index)).unwrap())
        .collect();
    let targets: Vec<_> = (0..CALLS).map(target).collect();
    let (client, grant, scope) = (id("web"), id("grant"), Scope::parse("openid").unwrap());
    measure(
        "the decision, without the signature",
        200 * CALLS,
        |index| {
            let traces = Traces {
                issued_at: now,
                subject: &subjects[index],
                client: &client,
                home: &home[index],
                acting: &home[index],
                grant: Some(&grant),
                name: "jti",
                exchanged_from: &[],
            };
            assert_eq!(changes.doubt(&traces), None);
            let path = RequestPath::parse(&targets[index]).unwrap();
            let called = policy.endpoint(Some(&audience), "GET", path).unwrap();
            let question = Question {
                acting: &home[index],
                granted: &roles[index],
                needed: &called.endpoint.scope,
                token_scope: &scope,
                limits: Limits::default(),
            };
            black_box(decide(&policy, &question).allow)
        },
    );
}

/// All that the layer does.
async fn with_signature(now: Timestamp, algorithm: Algorithm) {
    let key = SigningKey::generate(algorithm).unwrap();
    let issuer = serve(now, key.clone()).await;
    let server = ResourceServer::builder(issuer.as_str())
        .audience(AUDIENCE)
        .client("api", "secret")
        .refresh_every(Duration::from_secs(3600))
        .build()
        .await
        .unwrap();
    let requests: Vec<_> = (0..CALLS)
        .map(|index| request(now, &issuer, &key, index))
        .collect();
    let mut allowed = 0;
    let start = Instant::now();
    const ROUNDS: usize = 10;
    for _ in 0..ROUNDS {
        for request in &requests {
            allowed += usize::from(server.admit(request).await.is_ok());
        }
    }
    let what = format!(
        "the whole, with {algorithm} ({}% allowed)",
        100 * allowed / (ROUNDS * CALLS)
    );
    print(&what, ROUNDS * CALLS, start.elapsed());
}

fn measure(what: &str, count: usize, decision: impl Fn(usize) -> bool) {
    let start = Instant::now();
    for index in 0..count {
        black_box(decision(index % CALLS));
    }
    print(what, count, start.elapsed());
}

fn print(what: &str, count: usize, time: Duration) {
    let rate = count as f64 / time.as_secs_f64();
    println!("{rate:>12.0} a second: {what}");
}

/// A stand-in for the provider.
async fn serve(now: Timestamp, key: SigningKey) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let discovery = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "introspection_endpoint": format!("{issuer}/introspect"),
    });
    let keys = json!({ "keys": [key.public_jwk()] });
    let lifetime = Lifetime::from_hours(1);
    let bundle = content(now).at(&Arc::from(issuer.as_str()), now, lifetime);
    let bundle = key.sign(TYPE, &bundle).unwrap();
    println!("{:>12} bytes: the bundle, signed", bundle.len());
    let answer = |text: String| get(move || std::future::ready(text.clone()));
    let router = Router::new()
        .route(
            "/.well-known/openid-configuration",
            answer(discovery.to_string()),
        )
        .route("/keys", answer(keys.to_string()))
        .route("/access/v1/policy", answer(bundle));
    tokio::spawn(async move { axum::serve(listener, router).await });
    issuer
}

fn request(now: Timestamp, issuer: &str, key: &SigningKey, index: usize) -> Parts {
    let claims = json!({
        "iss": issuer, "sub": format!("s{index}"), "aud": AUDIENCE, "client_id": "web",
        "iat": now, "exp": now.plus(Lifetime::from_hours(1)), "jti": format!("jti{index}"),
        "scope": "openid", "org_id": organization(index), "roles": granted(index),
        "grant_id": format!("grant{index}"),
    });
    let token = key.sign("at+jwt", &claims).unwrap();
    let request = Request::get(target(index)).header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap().into_parts().0
}

fn content(now: Timestamp) -> Content {
    let rules: Vec<_> = (0..RULES)
        .map(|index| {
            let scope = scope(index * 7 % ENDPOINTS);
            let below = scope.rsplit_once('.').unwrap().0;
            let pattern = match index % 4 {
                0 => format!("{below}.*"),
                _ => scope.clone(),
            };
            let effect = ["allow", "deny"][usize::from(index % 10 == 9)];
            json!({ "role": role(index % ROLES), "pattern": pattern, "effect": effect })
        })
        .collect();
    let roles: Vec<_> = (0..ROLES)
        .map(|index| json!({ "key": role(index), "name": "A role" }))
        .collect();
    let scopes: Vec<_> = (0..ENDPOINTS)
        .map(|index| json!({ "scope": scope(index) }))
        .collect();
    let endpoints: Vec<_> = (0..ENDPOINTS)
        .map(|index| {
            let template = format!("/api/v1/things{index}/{{id}}/parts");
            json!({ "method": "GET", "template": template, "scope": scope(index) })
        })
        .collect();
    let api = json!({
        "audience": AUDIENCE, "name": "Things", "scopes": scopes, "endpoints": endpoints,
    });
    let policy = Policy::compile(
        1,
        serde_json::from_value(Value::from(rules)).unwrap(),
        &[],
        &serde_json::from_value::<Vec<_>>(Value::from(roles)).unwrap(),
        [serde_json::from_value(api).unwrap()],
    );
    Content::of(&policy.unwrap(), &id(AUDIENCE), changes(now)).unwrap()
}

/// Somebody else's, all of them.
fn changes(now: Timestamp) -> TokenChanges {
    let others = (0..CHANGES).map(|index| {
        let other = TokenChange::Subject(id(&format!("other{index}")));
        (other, now.minus(Lifetime::from_minutes(1)))
    });
    let since = now.minus(Lifetime::from_hours(12));
    TokenChanges::new(since, Lifetime::from_seconds(5), others)
}

fn granted(index: usize) -> Value {
    let endpoint = index * 13 % ENDPOINTS;
    let of_a_rule = endpoint * 143 % RULES % ROLES;
    json!({ organization(index): [role(of_a_rule), role(index % ROLES)] })
}

fn target(index: usize) -> String {
    format!(
        "/api/v1/things{}/{index}/parts?page=2",
        index * 13 % ENDPOINTS
    )
}

fn scope(index: usize) -> String {
    let verb = ["Read", "Create", "Update", "Delete", "Export"][index % 5];
    format!("Example.Simple.Things{}.v1.{verb}", index / 5)
}

fn role(index: usize) -> String {
    format!("role-{index}")
}

/// As long as a real one, and alike in front.
fn organization(index: usize) -> String {
    format!("018f3a52-7c1e-7e30-9a4b-{index:012}")
}

fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}
