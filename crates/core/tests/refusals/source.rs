//! Request objects and pushed requests: what is read, and every way in which it is not.

use serde_json::{Map, Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    authorize::{
        pushed::{self, PushedRequest},
        request_object::{self, RequestObjectAlgorithm, Signature},
        source::{Refusal, Source},
    },
    client::Client,
    dpop::Thumbprint,
    parameters::Parameters,
    secret::{RequestUri, Secret},
    settings::RequestSettings,
    time::Timestamp,
};

use super::{
    NOW, check,
    fixture::{Seeded, client},
    parameters, specified,
};

const ISSUER: &str = "https://id.example";

specified!(SOURCE: Refusal {
    Both => "invalid_request",
    KeyOther => "invalid_dpop_proof",
    ObjectAudience => "invalid_request_object",
    ObjectClient => "invalid_request_object",
    ObjectEncrypted => "invalid_request_object",
    ObjectExpired => "invalid_request_object",
    ObjectInvalid => "invalid_request_object",
    ObjectIssuer => "invalid_request_object",
    ObjectKeysUnavailable => "invalid_request_object",
    ObjectLifetime => "invalid_request_object",
    ObjectMalformed => "invalid_request_object",
    ObjectNested => "invalid_request_object",
    ObjectNotSupported => "request_not_supported",
    ObjectNotYet => "invalid_request_object",
    ObjectRequired => "invalid_request",
    ObjectResponseType => "invalid_request_object",
    ObjectSubject => "invalid_request_object",
    PushRequired => "invalid_request",
    PushedReference => "invalid_request",
    ReferenceInvalid => "invalid_request_uri",
    ReferenceNotSupported => "request_uri_not_supported",
    ReferenceUnavailable => "invalid_request_uri",
    ReferenceUnregistered => "invalid_request_uri",
});

#[test]
fn a_source_is_refused_with_the_specified_codes() {
    let mut reached = Vec::new();
    reached.extend(sources());
    reached.extend(objects());
    reached.push(keys());
    // What is signed, encrypted or fetched is looked at outside this crate.
    let outside = [
        Refusal::ObjectEncrypted,
        Refusal::ObjectInvalid,
        Refusal::ObjectKeysUnavailable,
        Refusal::ReferenceUnavailable,
    ];
    check(SOURCE, &outside, &reached, Refusal::wire);
}

fn sources() -> Vec<Refusal> {
    use Refusal as R;
    let settings = RequestSettings::default();
    let pushing = RequestSettings {
        require_pushed: true,
        ..RequestSettings::default()
    };
    let token = Secret::<RequestUri>::generate(&Seeded::new(1));
    let reference = pushed::reference(&token);
    let malformed = format!("{reference}x");
    let plain = [("client_id", "app")];
    let by_value = [("client_id", "app"), ("request", "a.b.c")];
    let by_reference = |uri| parameters(&[("client_id", "app"), ("request_uri", uri)]);
    let mut pushes = client();
    pushes.metadata.require_pushed_authorization_requests = true;
    let both = parameters(&[("request", "a.b.c"), ("request_uri", &reference)]);

    let accepted = by_reference(&reference);
    for (client, settings) in [
        (&client(), &settings),
        (&pushes, &settings),
        (&client(), &pushing),
    ] {
        let source = Source::of(client, &accepted, settings);
        let Ok(Source::Pushed(read)) = source else {
            panic!("{source:?}")
        };
        assert_eq!(read.digest(), token.digest());
    }
    let refused = [
        (R::Both, client(), &settings, both.clone()),
        (
            R::ReferenceInvalid,
            client(),
            &settings,
            by_reference(&malformed),
        ),
        (
            R::ReferenceInvalid,
            client(),
            &settings,
            by_reference(pushed::URN),
        ),
        (
            R::ReferenceNotSupported,
            client(),
            &settings,
            by_reference("https://app.example/request.jwt"),
        ),
        (R::PushRequired, client(), &pushing, parameters(&plain)),
        (R::PushRequired, client(), &pushing, parameters(&by_value)),
        (
            R::PushRequired,
            pushes.clone(),
            &settings,
            parameters(&by_value),
        ),
        (R::ObjectRequired, signing(), &settings, parameters(&plain)),
    ];
    let fetching = RequestSettings {
        fetched_objects: true,
        ..RequestSettings::default()
    };
    let uri = "https://app.example/request.jwt";
    let mut registered = client();
    registered.metadata.request_uris = vec![uri.to_owned().try_into().unwrap()];
    let source = by_reference(uri);
    let source = Source::of(&registered, &source, &fetching);
    assert!(matches!(source, Ok(Source::Fetched(read)) if read == uri));
    let mut pushes_too = registered.clone();
    pushes_too.metadata.require_pushed_authorization_requests = true;
    let mut reached = Vec::new();
    for (expected, client, sent) in [
        (R::ReferenceUnregistered, &client(), by_reference(uri)),
        (
            R::ReferenceUnregistered,
            &registered,
            by_reference("https://app.example/other"),
        ),
        (R::PushRequired, &pushes_too, by_reference(uri)),
    ] {
        let refusal = Source::of(client, &sent, &fetching).unwrap_err();
        assert_eq!(refusal, expected, "{sent:?}");
        reached.push(refusal);
    }
    for (expected, client, settings, sent) in refused {
        let refusal = Source::of(&client, &sent, settings).unwrap_err();
        assert_eq!(refusal, expected, "{sent:?}");
        reached.push(refusal);
    }
    // What is pushed is no reference, whatever stands beside it (RFC 9126 §2.1).
    for sent in [&accepted, &both] {
        reached.push(Source::of_pushed(&pushes, sent).unwrap_err());
        assert_eq!(reached.last(), Some(&R::PushedReference));
    }
    assert_eq!(
        Source::of_pushed(&signing(), &parameters(&plain)).unwrap_err(),
        R::ObjectRequired
    );
    let pushed = parameters(&by_value);
    assert!(matches!(
        Source::of_pushed(&signing(), &pushed),
        Ok(Source::Object("a.b.c"))
    ));
    reached
}

fn objects() -> Vec<Refusal> {
    use Refusal as R;
    let strict = |changes: Value| {
        let mut claims = json!({
            "iss": "app", "aud": ISSUER, "exp": NOW.seconds() + 300, "nbf": NOW.seconds(),
        });
        merge(&mut claims, changes);
        (signing(), claims)
    };
    let lax = |changes: Value| {
        let mut claims = json!({});
        merge(&mut claims, changes);
        (client(), claims)
    };
    let at = |seconds: i64| NOW.seconds() + seconds;
    for (client, claims) in [
        lax(json!({})),
        lax(json!({ "aud": ISSUER })),
        lax(json!({ "nbf": at(10) })),
        strict(json!({})),
        strict(json!({ "aud": ["https://other.example", ISSUER] })),
        strict(json!({ "nbf": at(8) })),
        strict(json!({ "exp": at(3600) })),
        strict(json!({ "iat": at(0), "jti": "1", "exp": at(300) as f64 + 0.5 })),
    ] {
        let read = read(&client, claims.clone());
        assert_eq!(read.unwrap().value("state"), Some("inside"), "{claims}");
    }
    let mut reached = Vec::new();
    for (expected, (client, claims)) in [
        (
            R::ObjectAudience,
            lax(json!({ "aud": "https://other.example" })),
        ),
        (
            R::ObjectAudience,
            lax(json!({ "aud": ["https://other.example"] })),
        ),
        (R::ObjectAudience, lax(json!({ "aud": null }))),
        (
            R::ObjectAudience,
            strict(json!({ "aud": "" })).without("aud"),
        ),
        (R::ObjectClient, lax(json!({ "client_id": "other" }))),
        (R::ObjectClient, lax(json!({})).without("client_id")),
        (R::ObjectExpired, lax(json!({ "exp": at(0) }))),
        (R::ObjectExpired, strict(json!({})).without("exp")),
        (R::ObjectIssuer, lax(json!({ "iss": "other" }))),
        (R::ObjectLifetime, strict(json!({ "exp": at(3601) }))),
        (
            R::ObjectLifetime,
            strict(json!({ "nbf": at(-3601), "exp": at(1) })),
        ),
        (R::ObjectMalformed, lax(json!({ "exp": "soon" }))),
        (R::ObjectMalformed, lax(json!({ "state": "a\u{0}b" }))),
        (R::ObjectNested, lax(json!({ "request": "a.b.c" }))),
        (R::ObjectNested, lax(json!({ "request_uri": "urn:x" }))),
        (R::ObjectNotYet, lax(json!({ "nbf": at(11) }))),
        (R::ObjectNotYet, strict(json!({})).without("nbf")),
        (
            R::ObjectResponseType,
            lax(json!({ "response_type": "id_token" })),
        ),
        (R::ObjectSubject, lax(json!({ "sub": "app" }))),
    ] {
        let refusal = read(&client, claims.clone()).unwrap_err();
        assert_eq!(refusal, expected, "{claims}");
        reached.push(refusal);
    }
    reached.push(request_object::signature(&client(), &RequestSettings::default()).unwrap_err());
    reached
}

fn keys() -> Refusal {
    let [proved, other] = ["A", "E"].map(|letter| {
        let text = letter.repeat(43);
        Thumbprint::from_text(&text).unwrap()
    });
    let plain = parameters(&[("client_id", "app")]);
    let unbound = pushed::bound(plain.clone(), None).unwrap();
    assert_eq!(unbound.value("dpop_jkt"), None);
    let bound = pushed::bound(plain, Some(proved)).unwrap();
    assert_eq!(bound.value("dpop_jkt"), Some(&*proved.to_text()));
    // What the client asks for itself stands as it is, with and without a proof of that key.
    for key in [None, Some(proved)] {
        let again = pushed::bound(bound.clone(), key).unwrap();
        assert_eq!(again.pairs(), bound.pairs());
    }
    pushed::bound(bound, Some(other)).unwrap_err()
}

#[test]
fn a3_4_the_registration_says_how_an_object_is_signed() {
    let settings = RequestSettings::default();
    let unsigned_too = RequestSettings {
        unsigned_objects: true,
        ..RequestSettings::default()
    };
    let registered = |algorithm| {
        let mut client = client();
        client.metadata.jwks = Some(json!({ "keys": [] }));
        client.metadata.request_object_signing_alg = algorithm;
        client
    };
    let any = registered(None);
    let one = registered(Some(RequestObjectAlgorithm::Signed(Algorithm::PS256)));
    let none = registered(Some(RequestObjectAlgorithm::Unsigned));
    for settings in [&settings, &unsigned_too] {
        let signature = |client| request_object::signature(client, settings);
        assert_eq!(signature(&any), Ok(Signature::Required(&Algorithm::ALL)));
        assert_eq!(
            signature(&one),
            Ok(Signature::Required(&[Algorithm::PS256]))
        );
    }
    // Only where the client is registered for it and the setting permits it.
    let refused = Err(Refusal::ObjectNotSupported);
    assert_eq!(request_object::signature(&none, &settings), refused);
    let absent = Ok(Signature::Absent);
    assert_eq!(request_object::signature(&none, &unsigned_too), absent);
}

#[test]
fn what_an_object_says_is_read_as_parameters() {
    let claims = json!({
        "max_age": 0,
        "claims": { "id_token": { "acr": null } },
        "resource": ["https://a.example", "https://b.example"],
        "authorization_details": [{ "type": "x" }],
        "nonce": null,
        "iat": 1,
    });
    let mut all = json!({});
    merge(&mut all, claims);
    let read = read(&client(), all).unwrap();
    assert_eq!(read.value("max_age"), Some("0"));
    assert_eq!(read.value("claims"), Some(r#"{"id_token":{"acr":null}}"#));
    assert_eq!(
        read.value("authorization_details"),
        Some(r#"[{"type":"x"}]"#)
    );
    let names = |wanted: &str| {
        read.pairs()
            .iter()
            .filter(|(name, _)| name == wanted)
            .count()
    };
    assert_eq!((names("resource"), names("nonce"), names("iat")), (2, 0, 0));
}

#[test]
fn a3_8_a_reference_is_for_one_client_until_it_expires_or_is_used() {
    let sent = parameters(&[
        ("client_id", "app"),
        ("client_secret", "secret"),
        ("client_assertion", "a.b.c"),
        ("client_assertion_type", "urn:x"),
        ("state", "pushed"),
    ]);
    let kept = pushed::kept(&client(), &sent);
    assert_eq!(
        kept.pairs(),
        parameters(&[("client_id", "app"), ("state", "pushed")]).pairs()
    );
    let end = Timestamp::from_seconds(NOW.seconds() + 60);
    let waiting = PushedRequest::new(&client(), kept, end);
    let last = Timestamp::from_seconds(NOW.seconds() + 59);
    assert_eq!(
        waiting
            .clone()
            .open(&client(), last)
            .unwrap()
            .value("state"),
        Some("pushed")
    );
    let mut other = client();
    other.id = symbolon_core::id::Id::parse("other").unwrap();
    let used = PushedRequest {
        used_at: Some(NOW),
        ..waiting.clone()
    };
    for (request, client, now) in [
        (waiting.clone(), client(), end),
        (waiting, other, NOW),
        (used, client(), NOW),
    ] {
        assert_eq!(
            request.open(&client, now).unwrap_err(),
            Refusal::ReferenceInvalid
        );
    }
}

/// A client that signs all of its requests.
fn signing() -> Client {
    let mut client = client();
    client.metadata.jwks = Some(json!({ "keys": [] }));
    client.metadata.require_signed_request_object = true;
    client
}

fn read(client: &Client, claims: Value) -> Result<Parameters, Refusal> {
    let outside = parameters(&[
        ("client_id", "app"),
        ("response_type", "code"),
        ("state", "outside"),
    ]);
    let mut all = json!({ "client_id": "app", "response_type": "code", "state": "inside" });
    merge(&mut all, claims);
    let mut all = all.as_object().unwrap().clone();
    // What a test takes away is marked so.
    all.retain(|_, value| *value != ABSENT);
    request_object::read(client, &outside, all, ISSUER, NOW)
}

/// Stands for a claim that is not there.
const ABSENT: &str = "(absent)";

trait Without {
    fn without(self, name: &str) -> Self;
}

impl Without for (Client, Value) {
    fn without(mut self, name: &str) -> Self {
        merge(&mut self.1, json!({ name: ABSENT }));
        self
    }
}

fn merge(into: &mut Value, changes: Value) {
    let into: &mut Map<String, Value> = into.as_object_mut().unwrap();
    into.extend(changes.as_object().unwrap().clone());
}
