//! The layer in front of a service without authorization code, and a stand-in for the provider
//! behind it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod provider;

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use symbolon_core::{
    id::Id,
    policy::token_changes::{Doubt, TokenChange},
    secret::{AccessToken, PersonalAccessToken, Secret},
    token::confirmation::CertificateThumbprint,
};
use symbolon_resource_server::{
    BuildError, Builder, Caller, ClientCertificate, Decided, ResourceServer,
};
use tower::{Layer, ServiceExt, service_fn};

use provider::{AUDIENCE, LEEWAY, LIFETIME, Provider, key};

const READ: &str = "/invoices/7";

/// What came of a request: the status, the challenge, and who called.
#[derive(Debug)]
struct Outcome {
    status: StatusCode,
    challenge: String,
    caller: Option<Caller>,
}

fn builder(provider: &Provider) -> Builder {
    ResourceServer::builder(provider.issuer.as_str())
        .audience(AUDIENCE)
        .client("gateway", "its secret")
        .refresh_every(Duration::from_millis(100))
        .clock(provider.clock.clone())
}

async fn start() -> (Arc<Provider>, ResourceServer) {
    let provider = Provider::start().await;
    let server = builder(&provider).build().await.unwrap();
    (provider, server)
}

/// Sends a request through the layer to a service that tells who called.
async fn send(server: &ResourceServer, request: Request<()>) -> Outcome {
    let tell = service_fn(async |request: Request<()>| {
        let caller = request.extensions().get::<Caller>().cloned();
        Ok::<_, Infallible>(Response::new(caller))
    });
    let response = server.layer(tell).oneshot(request).await.unwrap();
    let challenge = response.headers().get(header::WWW_AUTHENTICATE);
    Outcome {
        status: response.status(),
        challenge: challenge.map_or(String::new(), |value| value.to_str().unwrap().to_owned()),
        caller: response.into_body(),
    }
}

async fn call(server: &ResourceServer, method: &str, path: &str, token: &str) -> Outcome {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", format!("Bearer {token}"));
    send(server, request.body(()).unwrap()).await
}

async fn read(server: &ResourceServer, token: &str) -> Outcome {
    call(server, "GET", READ, token).await
}

async fn read_in(server: &ResourceServer, token: &str, organization: &str) -> Outcome {
    let request = Request::get(READ)
        .header("authorization", format!("Bearer {token}"))
        .header("x-target-org-id", organization);
    send(server, request.body(()).unwrap()).await
}

/// Asks until it is so.
async fn eventually<Done: Future<Output = bool>>(what: &str, check: impl Fn() -> Done) {
    for _ in 0..1_200 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}

/// Waits until a bundle was asked for after now, and was used.
async fn refreshed(provider: &Provider) {
    let counted = || {
        let bundles = provider.counts.bundles.load(Ordering::SeqCst);
        bundles + provider.counts.same.load(Ordering::SeqCst)
    };
    // The one that is under way may be from before; the task asks one at a time.
    let before = counted();
    eventually("a refresh", async || counted() >= before + 2).await;
}

/// Waits until nothing is under way any more that began before the provider went away.
async fn gone(provider: &Provider) {
    let unanswered = || provider.counts.unanswered.load(Ordering::SeqCst);
    eventually("no answer", async || unanswered() >= 2).await;
}

fn how(outcome: &Outcome) -> Decided {
    assert_eq!(outcome.status, StatusCode::OK, "{outcome:?}");
    outcome.caller.as_ref().unwrap().decided
}

fn asked(provider: &Provider) -> usize {
    provider.counts.introspections.load(Ordering::SeqCst)
}

fn pat(byte: u8) -> String {
    Secret::<PersonalAccessToken>::from_bytes(&[byte; 32])
        .expose()
        .to_owned()
}

#[tokio::test]
async fn who_may_call_comes_through_and_is_known() {
    let (provider, server) = start().await;
    let outcome = call(&server, "DELETE", "/invoices/7?a=b", &provider.token()).await;
    let caller = outcome.caller.unwrap();
    assert_eq!(caller.subject.as_str(), "alice");
    assert_eq!(caller.home.as_str(), "acme");
    assert_eq!(caller.organization.as_str(), "acme");
    assert_eq!(caller.roles.len(), 1);
    assert_eq!(caller.roles[0].as_str(), "admin");
    assert_eq!(caller.scope.as_str(), "Invoices.Delete");
    assert_eq!(caller.client.unwrap().as_str(), "web");
    assert_eq!((caller.decided, caller.version), (Decided::Locally, 1));
    assert_eq!(asked(&provider), 0);
}

#[tokio::test]
async fn only_roles_and_relations_of_the_acting_organization_count() {
    let (provider, server) = start().await;
    let token = provider.token();
    let caller = read_in(&server, &token, "globex").await.caller.unwrap();
    assert_eq!(caller.organization.as_str(), "globex");
    assert_eq!(caller.roles[0].as_str(), "viewer");
    for organization in ["initech", "no-such-organization"] {
        let outcome = read_in(&server, &token, organization).await;
        assert_eq!(outcome.status, 403);
        assert_eq!(
            outcome.challenge,
            "Bearer realm=\"https://api.example\", error=\"insufficient_scope\", \
             scope=\"Invoices.Read\""
        );
    }
    let request = Request::delete(READ)
        .header("authorization", format!("Bearer {token}"))
        .header("x-target-org-id", "globex");
    let outcome = send(&server, request.body(()).unwrap()).await;
    assert_eq!(outcome.status, 403);
    assert!(outcome.challenge.ends_with("scope=\"Invoices.Delete\""));
}

#[tokio::test]
async fn a_request_that_says_something_twice_is_refused() {
    let (provider, server) = start().await;
    let bearer = format!("Bearer {}", provider.token());
    for (name, value) in [("x-target-org-id", "acme"), ("authorization", &bearer)] {
        let request = Request::get(READ)
            .header("authorization", &bearer)
            .header("x-target-org-id", "acme")
            .header(name, value);
        let outcome = send(&server, request.body(()).unwrap()).await;
        assert_eq!(outcome.status, 400, "{name}");
        assert!(outcome.challenge.contains("error=\"invalid_request\""));
    }
    let without = Request::get(READ).body(()).unwrap();
    let outcome = send(&server, without).await;
    assert_eq!(outcome.status, 401);
    assert_eq!(outcome.challenge, "Bearer realm=\"https://api.example\"");
}

#[tokio::test]
async fn what_is_no_endpoint_is_closed_and_so_is_what_may_be_another() {
    let (provider, server) = start().await;
    let token = provider.token();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/other"),
        ("POST", READ),
        ("OPTIONS", READ),
        ("GET", "/invoices/7/"),
        ("GET", "//invoices/7"),
        ("GET", "/invoices/../invoices/7"),
        ("GET", "/x/..%2finvoices/7"),
        ("GET", "/invoices/%37"),
        ("GET", "/Invoices/7"),
        ("GET", "/invoices;x/7"),
    ] {
        let outcome = call(&server, method, path, &token).await;
        assert_eq!(outcome.status, 403, "{method} {path}");
        assert_eq!(
            outcome.challenge,
            "Bearer realm=\"https://api.example\", error=\"insufficient_scope\""
        );
    }
    // Without a token nobody gets to know what there is.
    let outcome = send(&server, Request::get("/other").body(()).unwrap()).await;
    assert_eq!(outcome.status, 401);
    assert_eq!(call(&server, "HEAD", READ, &token).await.status, 200);
}

#[tokio::test]
async fn a_token_that_is_not_for_us_is_refused() {
    let (provider, server) = start().await;
    let with = |member: &'static str, value: Value| {
        provider.token_with(move |claims| claims[member] = value)
    };
    let mut tampered = provider.token();
    let last = tampered.pop();
    tampered.push(if last == Some('A') { 'Q' } else { 'A' });
    let foreign = provider.token_signed(key(2), "at+jwt", |_| {});
    for (why, token) in [
        ("audience", with("aud", json!("https://other.example"))),
        ("issuer", with("iss", json!("https://other.example"))),
        ("expired", with("exp", json!(provider::START - 5))),
        ("no organization", with("org_id", Value::Null)),
        ("an ID token", provider.token_signed(key(0), "JWT", |_| {})),
        (
            "a bundle",
            provider.token_signed(key(0), "policy-bundle+jwt", |_| {}),
        ),
        ("another key", foreign),
        ("tampered", tampered),
        ("nonsense", "nonsense".to_owned()),
        ("cut off", pat(1)[..20].to_owned()),
    ] {
        let outcome = read(&server, &token).await;
        assert_eq!(outcome.status, 401, "{why}");
        assert!(
            outcome.challenge.contains("error=\"invalid_token\""),
            "{why}"
        );
    }
    assert_eq!(asked(&provider), 0);
}

#[tokio::test]
async fn a_change_of_the_rules_takes_effect_with_the_next_bundle() {
    let (provider, server) = start().await;
    let token = provider.token();
    assert_eq!(read(&server, &token).await.status, 200);
    {
        let mut truth = provider.truth();
        truth.version = 2;
        truth.rules = json!([{ "role": "admin", "pattern": "*", "effect": "deny" }]);
    }
    eventually("no", async || read(&server, &token).await.status == 403).await;
    assert_eq!(asked(&provider), 0);
}

#[tokio::test]
async fn a_token_whose_roots_changed_is_asked_about_and_roles_held_now_count() {
    let (provider, server) = start().await;
    let token = provider.token();
    assert_eq!(how(&read(&server, &token).await), Decided::Locally);
    let viewer = provider.active(json!({ "acme": ["viewer"] }));
    provider.change(
        TokenChange::Subject(Id::parse("alice").unwrap()),
        &token,
        viewer,
    );
    eventually("the role is lost", async || {
        call(&server, "DELETE", READ, &token).await.status == 403
    })
    .await;
    let doubt = Decided::IntrospectedFor(Doubt::Subject);
    assert_eq!(how(&read(&server, &token).await), doubt);
    // One that was issued after the change tells the truth again.
    provider.seconds_pass(i64::from(LEEWAY) + 1);
    let later = provider.token_with(|claims| claims["roles"] = json!({ "acme": ["viewer"] }));
    assert_eq!(how(&read(&server, &later).await), Decided::Locally);
}

#[tokio::test]
async fn a_revoked_token_and_one_of_somebody_who_is_shut_out_are_refused() {
    for change in [
        TokenChange::Token("jti".into()),
        TokenChange::Grant(Id::parse("grant").unwrap()),
        TokenChange::Subject(Id::parse("alice").unwrap()),
        TokenChange::Client(Id::parse("web").unwrap()),
        TokenChange::Organization(Id::parse("acme").unwrap()),
    ] {
        let (provider, server) = start().await;
        let token = provider.token();
        assert_eq!(read(&server, &token).await.status, 200);
        provider.seconds_pass(60);
        provider.change(change.clone(), &token, json!({ "active": false }));
        eventually("it is refused", async || {
            read(&server, &token).await.status == 401
        })
        .await;
    }
}

#[tokio::test]
async fn a_token_from_before_the_list_begins_is_asked_about() {
    let (provider, server) = start().await;
    let old = provider.token_with(|claims| claims["iat"] = json!(provider::START - 20_000));
    assert_eq!(read(&server, &old).await.status, 401);
    let older = provider.token_with(|claims| claims["iat"] = json!(provider::START - 20_001));
    let active = provider.active(json!({ "acme": ["viewer"] }));
    provider.truth().tokens.insert(older.clone(), active);
    let outcome = read(&server, &older).await;
    assert_eq!(how(&outcome), Decided::IntrospectedFor(Doubt::TooOld));
}

#[tokio::test]
async fn tokens_that_are_no_jwts_are_asked_about_and_remembered_for_a_moment() {
    let (provider, server) = start().await;
    let opaque = Secret::<AccessToken>::from_bytes(&[1; 32]);
    let opaque = opaque.expose().to_owned();
    let mut answer = provider.active(json!({ "acme": ["viewer"] }));
    provider
        .truth()
        .tokens
        .insert(opaque.clone(), answer.clone());
    answer.as_object_mut().unwrap().remove("aud");
    answer.as_object_mut().unwrap().remove("client_id");
    provider.truth().tokens.insert(pat(1), answer.clone());
    for token in [&opaque, &pat(1)] {
        assert_eq!(how(&read(&server, token).await), Decided::Introspected);
        assert_eq!(call(&server, "DELETE", READ, token).await.status, 403);
    }
    let before = asked(&provider);
    for _ in 0..100 {
        assert_eq!(read(&server, &pat(1)).await.status, 200);
    }
    let calls = asked(&provider) - before;
    assert!(calls < 50, "{calls}");
    // It is not known, and what is not known is remembered too.
    assert_eq!(read(&server, &pat(2)).await.status, 401);
    // Good elsewhere.
    answer["aud"] = json!("https://other.example");
    provider.truth().tokens.insert(pat(3), answer);
    assert_eq!(read(&server, &pat(3)).await.status, 401);
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_is_good_beside_it_alone() {
    let (provider, server) = start().await;
    let cnf = json!({ "x5t#S256": CertificateThumbprint::of(b"der").to_text() });
    let opaque = Secret::<AccessToken>::from_bytes(&[1; 32]);
    let opaque = opaque.expose().to_owned();
    let mut answer = provider.active(json!({ "acme": ["viewer"] }));
    answer["cnf"] = cnf.clone();
    provider.truth().tokens.insert(opaque.clone(), answer);
    let jwt = provider.token_with(move |claims| claims["cnf"] = cnf.clone());
    let free = provider.token_with(|_| {});
    let beside = async |token: &str, certificate: Option<&'static [u8]>| {
        let request = Request::get(READ).header("authorization", format!("Bearer {token}"));
        let mut request = request.body(()).unwrap();
        if let Some(der) = certificate {
            let extensions = request.extensions_mut();
            extensions.insert(ClientCertificate::of_der(der));
        }
        send(&server, request).await
    };
    for token in [&jwt, &opaque] {
        assert_eq!(beside(token, Some(b"der")).await.status, 200);
        for other in [None, Some(&b"other"[..])] {
            let refused = beside(token, other).await;
            assert_eq!(refused.status, 401);
            assert!(
                refused.challenge.contains("bound to a certificate"),
                "{refused:?}"
            );
        }
        // What is remembered of a token is not who may present it.
        assert_eq!(beside(token, Some(b"der")).await.status, 200);
    }
    assert_eq!(beside(&free, Some(b"der")).await.status, 200);
    for other in [
        json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
        json!({"osc": {}}),
    ] {
        let token = provider.token_with(move |claims| claims["cnf"] = other);
        assert_eq!(beside(&token, Some(b"der")).await.status, 401);
    }
}

#[tokio::test]
async fn a_role_that_is_left_out_of_a_token_still_denies() {
    let (provider, server) = start().await;
    let mut answer = provider.active(json!({ "acme": ["admin"] }));
    answer.as_object_mut().unwrap().remove("aud");
    provider.truth().tokens.insert(pat(1), answer.clone());
    assert_eq!(read(&server, &pat(1)).await.status, 200);
    answer["granted_roles"] = json!({ "acme": ["admin", "barred"] });
    answer["limits"] = json!({ "roles": ["admin"] });
    provider.truth().tokens.insert(pat(2), answer.clone());
    assert_eq!(read(&server, &pat(2)).await.status, 403);
    // A role in the managing organization opens the managed one to a token for that alone.
    answer["granted_roles"] = json!({ "acme": ["admin"] });
    answer["limits"] = json!({ "organizations": ["globex"] });
    answer["roles"] = json!({});
    provider.truth().tokens.insert(pat(3), answer);
    assert_eq!(read(&server, &pat(3)).await.status, 403);
    assert_eq!(read_in(&server, &pat(3), "globex").await.status, 200);
    // A JWT that is limited does not tell what it was left out of.
    let limited = provider.token_with(|claims| claims["limits"] = json!({ "roles": ["admin"] }));
    let active = provider.active(json!({ "acme": ["admin"] }));
    provider.truth().tokens.insert(limited.clone(), active);
    let outcome = read(&server, &limited).await;
    assert_eq!(how(&outcome), Decided::IntrospectedForRoles);
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_one_that_is_made_up_is_not_asked_for_again() {
    let (provider, server) = start().await;
    let fetched = || provider.counts.keys.load(Ordering::SeqCst);
    assert_eq!(fetched(), 1);
    provider.truth().keys = vec![key(1), key(0)];
    provider.seconds_pass(10);
    let token = provider.token_signed(key(1), "at+jwt", |_| {});
    assert_eq!(how(&read(&server, &token).await), Decided::Locally);
    assert_eq!(fetched(), 2);
    for _ in 0..20 {
        let forged = provider.token_signed(key(2), "at+jwt", |_| {});
        assert_eq!(read(&server, &forged).await.status, 401);
    }
    assert_eq!(fetched(), 2);
    provider.seconds_pass(10);
    let forged = provider.token_signed(key(2), "at+jwt", |_| {});
    assert_eq!(read(&server, &forged).await.status, 401);
    assert_eq!(fetched(), 3);
}

#[tokio::test]
async fn without_a_provider_it_goes_on_until_the_bundle_ends_and_then_stops() {
    let (provider, server) = start().await;
    let token = provider.token();
    provider.truth().away = true;
    assert_eq!(how(&read(&server, &token).await), Decided::Locally);
    // What would have to be asked about cannot be.
    assert_eq!(read(&server, &pat(1)).await.status, 503);
    provider.seconds_pass(i64::from(LIFETIME) - 1);
    assert_eq!(read(&server, &token).await.status, 200);
    provider.seconds_pass(1);
    assert_eq!(read(&server, &token).await.status, 503);
    let outcome = call(&server, "GET", "/other", &token).await;
    assert_eq!(
        (outcome.status.as_u16(), outcome.challenge.as_str()),
        (503, "")
    );
    provider.truth().away = false;
    eventually("it goes on", async || {
        read(&server, &token).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn whoever_trusts_for_less_time_stops_earlier() {
    let provider = Provider::start().await;
    let trusting = builder(&provider).trust_for(Duration::from_secs(30));
    let server = trusting.build().await.unwrap();
    let token = provider.token();
    provider.truth().away = true;
    gone(&provider).await;
    provider.seconds_pass(29);
    assert_eq!(read(&server, &token).await.status, 200);
    provider.seconds_pass(1);
    assert_eq!(read(&server, &token).await.status, 503);
    provider.truth().away = false;
    eventually("it goes on", async || {
        read(&server, &token).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn the_same_bundle_is_not_sent_again_but_for_a_new_end() {
    let (provider, server) = start().await;
    refreshed(&provider).await;
    let whole = || provider.counts.bundles.load(Ordering::SeqCst);
    assert_eq!(whole(), 1);
    provider.seconds_pass(i64::from(LIFETIME) / 2);
    eventually("a new one", async || whole() == 2).await;
    refreshed(&provider).await;
    assert_eq!(whole(), 2);
    provider.seconds_pass(i64::from(LIFETIME) / 2);
    assert_eq!(read(&server, &provider.token()).await.status, 200);
}

#[tokio::test]
async fn a_bundle_that_is_not_the_providers_word_for_us_is_not_used() {
    let falsify: [fn(&mut Value); 5] = [
        |claims| claims["iss"] = json!("https://other.example"),
        |claims| claims["policy"]["api"]["audience"] = json!("https://other.example"),
        |claims| claims["exp"] = claims["iat"].clone(),
        |claims| claims["policy"]["conditions"] = json!([]),
        |claims| claims["policy"]["version"] = json!(0),
    ];
    for falsify in falsify {
        let (provider, server) = start().await;
        provider.truth().falsify = falsify;
        is_not_used(&provider, &server).await;
    }
    let (provider, server) = start().await;
    provider.truth().bundle_key = Some(key(2));
    is_not_used(&provider, &server).await;
}

/// The rules of the next bundle would refuse.
async fn is_not_used(provider: &Provider, server: &ResourceServer) {
    {
        let mut truth = provider.truth();
        truth.version = 2;
        truth.rules = json!([]);
    }
    refreshed(provider).await;
    let token = provider.token();
    assert_eq!(how(&read(server, &token).await), Decided::Locally);
    provider.seconds_pass(i64::from(LIFETIME));
    assert_eq!(read(server, &token).await.status, 503);
}

#[tokio::test]
async fn what_is_wrong_with_the_setup_is_said_at_the_start() {
    let provider = Provider::start().await;
    let said = async |builder: Builder| -> String {
        let error: BuildError = builder.build().await.unwrap_err();
        error.to_string()
    };
    let other = builder(&provider).audience("https://other.example");
    assert!(said(other).await.contains("register the API"));
    let wrong = builder(&provider).client("gateway", "wrong");
    assert!(
        said(wrong)
            .await
            .contains("correct the client id or its secret")
    );
    let nobody = ResourceServer::builder(provider.issuer.as_str()).audience(AUDIENCE);
    assert!(said(nobody).await.contains("call client(id, secret)"));
    let localhost = provider.issuer.replace("127.0.0.1", "localhost");
    let elsewhere = ResourceServer::builder(localhost).audience(AUDIENCE);
    let elsewhere = elsewhere.client("gateway", "its secret");
    assert!(said(elsewhere).await.contains(&provider.issuer));
    provider.truth().away = true;
    assert!(said(builder(&provider)).await.contains("502"));
}

#[tokio::test]
async fn the_task_ends_with_the_last_handle() {
    let (provider, server) = start().await;
    let held = Arc::strong_count(&provider.clock);
    let service = server.layer(());
    drop(server);
    refreshed(&provider).await;
    assert_eq!(Arc::strong_count(&provider.clock), held);
    drop(service);
    eventually("the task is gone", async || {
        Arc::strong_count(&provider.clock) < held
    })
    .await;
}

#[tokio::test]
async fn the_metadata_of_the_api_is_served_where_its_challenges_say() {
    let provider = Provider::start().await;
    let server = builder(&provider).publish_metadata().build().await.unwrap();
    let missing = send(&server, Request::get(READ).body(()).unwrap()).await;
    assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
    let address = format!("{AUDIENCE}/.well-known/oauth-protected-resource");
    let named = format!("resource_metadata=\"{address}\"");
    assert!(missing.challenge.ends_with(&named), "{}", missing.challenge);

    let inside =
        service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new("inside".to_owned())));
    let service = server.publishing().layer(server.layer(inside));
    let get = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).body(());
        service.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let path = "/.well-known/oauth-protected-resource";
    let response = get("GET", path).await;
    assert_eq!(response.status(), StatusCode::OK);
    let document: Value = serde_json::from_str(response.body()).unwrap();
    assert_eq!(document["resource"], AUDIENCE);
    assert_eq!(
        document["authorization_servers"],
        json!([provider.issuer.as_str()])
    );
    assert!(!document["scopes_supported"].as_array().unwrap().is_empty());
    // Nothing else is let through for that.
    for (method, path) in [("POST", path), ("GET", READ), ("GET", "/.well-known/x")] {
        assert_eq!(get(method, path).await.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn without_being_asked_for_no_metadata_is_served() {
    let (_provider, server) = start().await;
    let missing = send(&server, Request::get(READ).body(()).unwrap()).await;
    assert!(!missing.challenge.contains("resource_metadata"));
}
