//! Client assertions: each way in which one is not believed, and the edges of its times.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    client::{AuthenticationMethod, Client, profile::Profile},
    client_auth::{
        Credentials, Evidence, Refusal,
        assertion::{Claims, Rules, SKEW, SigningAlgorithm, TYPE},
        private_key_jwt,
    },
    single_use::SingleUse,
    time::Lifetime,
};

use super::{NOW, client, parameters};

const ISSUER: &str = "https://id.example";
const TOKEN: &str = "https://id.example/oauth/v2/token";

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules {
    issuer: ISSUER.to_owned(),
    audiences: vec![ISSUER.to_owned(), TOKEN.to_owned()],
    longest_lifetime: Lifetime::from_minutes(10),
});

pub(crate) fn evidence(claims: Option<&Claims>) -> Evidence<'_> {
    Evidence {
        assertion: claims,
        certificate: None,
        rules: &RULES,
        now: NOW,
    }
}

/// Good claims with these in the place of those of the same name; `null` takes one away.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": "app", "sub": "app", "aud": ISSUER, "jti": "one",
        "iat": NOW.seconds(), "exp": NOW.seconds() + 60,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let members = claims.as_object_mut().unwrap();
    members.retain(|_, value| !value.is_null());
    claims
}

fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(header), part(claims))
}

fn signing_client() -> Client {
    let mut client = client();
    client.metadata.token_endpoint_auth_methods = vec![AuthenticationMethod::PrivateKeyJwt];
    client
}

fn present(token: &str, more: &[(&str, &str)]) -> Result<Credentials, Refusal> {
    let mut pairs = vec![("client_assertion_type", TYPE), ("client_assertion", token)];
    pairs.extend(more);
    Credentials::parse(None, &parameters(&pairs))
}

/// A client that is held to FAPI 2.0.
fn fapi_client() -> Client {
    let mut client = signing_client();
    client.metadata.profile = Some(Profile::Fapi2Security);
    client.metadata.id_token_signed_response_alg = Algorithm::ES256;
    client.metadata.access_token_signed_response_alg = Algorithm::ES256;
    client
}

/// What becomes of an assertion whose signature is right.
fn verify(changes: &Value) -> Result<Option<SingleUse>, Refusal> {
    verify_of(&signing_client(), changes)
}

fn verify_of(client: &Client, changes: &Value) -> Result<Option<SingleUse>, Refusal> {
    let body = claims(changes);
    let claims = serde_json::from_value(body.clone()).map_err(|_| Refusal::AssertionMalformed)?;
    let credentials = present(&token(&json!({"alg": "ES256"}), &body), &[])?;
    credentials.verify(client, &evidence(Some(&claims)))
}

pub(crate) fn reached() -> Vec<Refusal> {
    use Refusal as R;
    let (now, skew) = (NOW.seconds(), i64::from(SKEW.seconds()));
    let longest = i64::from(RULES.longest_lifetime.seconds());
    let mut reached = Vec::new();
    for (expected, changes) in [
        (
            R::AssertionAudience,
            json!({"aud": "https://other.example"}),
        ),
        (R::AssertionAudience, json!({"aud": "https://id.example/"})),
        (R::AssertionAudience, json!({"aud": ""})),
        (R::AssertionAudience, json!({"aud": []})),
        (
            R::AssertionAudience,
            json!({"aud": [ISSUER, "https://other.example"]}),
        ),
        (R::AssertionAudience, json!({"aud": [ISSUER, TOKEN]})),
        (R::AssertionExpired, json!({"exp": now - skew})),
        (R::AssertionExpired, json!({"exp": now - 300})),
        (R::AssertionExpired, json!({"exp": -1})),
        (
            R::AssertionTooLong,
            json!({"exp": now + longest + skew + 1}),
        ),
        (R::AssertionTooLong, json!({"exp": i64::MAX})),
        (R::AssertionNotYet, json!({"nbf": now + skew + 1})),
        (R::AssertionNotYet, json!({"iat": now + 61})),
        (R::AssertionSubject, json!({"iss": "other"})),
        (R::AssertionMalformed, json!({"jti": ""})),
        (R::AssertionMalformed, json!({"jti": "x".repeat(1025)})),
        (R::AssertionMalformed, json!({"jti": 1})),
        (R::AssertionMalformed, json!({"exp": "soon"})),
        (R::AssertionMalformed, json!({"exp": 1e300})),
        (R::AssertionMalformed, json!({"aud": 1})),
        (R::AssertionMalformed, json!({"sub": "a client"})),
    ] {
        assert_eq!(verify(&changes), Err(expected), "{changes}");
        reached.push(expected);
    }
    let fapi = fapi_client();
    assert!(verify_of(&fapi, &json!({})).is_ok());
    for aud in [json!([ISSUER]), json!(TOKEN), json!([TOKEN])] {
        assert!(verify(&json!({"aud": aud})).is_ok());
        let refused = verify_of(&fapi, &json!({"aud": aud}));
        assert_eq!(refused, Err(R::AssertionAudienceOther), "{aud}");
    }
    reached.push(R::AssertionAudienceOther);
    let mut contradicted = fapi;
    contradicted.metadata.require_pkce = false;
    let refused = verify_of(&contradicted, &json!({}));
    assert_eq!(refused, Err(R::ProfileContradicted));
    reached.push(R::ProfileContradicted);
    for absent in ["iss", "sub", "aud", "exp", "jti"] {
        assert_eq!(
            verify(&json!({absent: null})),
            Err(R::AssertionMalformed),
            "{absent}"
        );
    }
    let good = token(&json!({"alg": "ES256"}), &claims(&json!({})));
    for (expected, token, more) in [
        (R::AssertionMalformed, "", &[][..]),
        (R::AssertionMalformed, "one", &[]),
        (R::AssertionMalformed, "e30.e30.", &[]),
        (R::AssertionMalformed, &"x".repeat(17_000), &[]),
        (R::AssertionSubject, &good, &[("client_id", "other")]),
        (R::SeveralMethods, &good, &[("client_secret", "secret")]),
    ] {
        // An empty parameter is an absent one (requirement A1.9): then only the type is there.
        let expected = if token.is_empty() {
            R::AssertionType
        } else {
            expected
        };
        assert_eq!(present(token, more).unwrap_err(), expected, "{token}");
        reached.push(expected);
    }
    for algorithm in ["none", "None", "", "HS512", "RS512", "HS256 ", "hs256"] {
        let token = token(&json!({"alg": algorithm}), &claims(&json!({})));
        assert_eq!(present(&token, &[]).unwrap_err(), R::AssertionAlgorithm);
        reached.push(R::AssertionAlgorithm);
    }
    for pairs in [
        &[("client_assertion", good.as_str())][..],
        &[("client_assertion_type", TYPE), ("client_id", "app")],
        &[
            ("client_assertion", &good),
            ("client_assertion_type", "urn:other"),
        ],
    ] {
        let refused = Credentials::parse(None, &parameters(pairs)).unwrap_err();
        assert_eq!(refused, R::AssertionType);
    }
    let header = Some("Basic YXBwOnNlY3JldA==");
    let pairs = [
        ("client_assertion", good.as_str()),
        ("client_assertion_type", TYPE),
    ];
    let refused = Credentials::parse(header, &parameters(&pairs)).unwrap_err();
    assert_eq!(refused, R::SeveralMethods);
    // A3.1: presented, and not verified.
    let credentials = present(&good, &[]).unwrap();
    let refused = credentials.verify(&signing_client(), &evidence(None));
    assert_eq!(refused, Err(R::AssertionSignature));
    reached.push(R::AssertionSignature);
    reached
}

#[test]
fn a_good_assertion_is_used_up_under_its_name() {
    let (now, skew) = (NOW.seconds(), i64::from(SKEW.seconds()));
    for changes in [
        json!({}),
        json!({"iat": null}),
        json!({"aud": TOKEN}),
        json!({"aud": [ISSUER]}),
        json!({"exp": now - skew + 1}),
        json!({"exp": now + 600}),
        json!({"exp": 1_000_060.75}),
        json!({"nbf": now + 8, "iat": now + 8}),
        json!({"nbf": now + skew}),
        json!({"more": {"than": "that"}}),
    ] {
        let used = verify(&changes).unwrap().unwrap();
        assert!(used.until > NOW, "{changes}");
    }
    let digest = |changes: &Value| verify(changes).unwrap().unwrap().digest;
    assert_eq!(digest(&json!({})), digest(&json!({"exp": now + 100})));
    assert_ne!(digest(&json!({})), digest(&json!({"jti": "two"})));
}

#[test]
fn two_clients_may_choose_the_same_jti() {
    let of = |owner, name| SingleUse::new("client assertion", owner, name, NOW).digest;
    assert_ne!(of("app", "one"), of("other", "one"));
    assert_ne!(of("app", "x\0y"), of("app\0x", "z"));
}

#[test]
fn a3_4_the_registered_algorithm_is_the_only_one() {
    let mut client = signing_client();
    assert_eq!(private_key_jwt::algorithms(&client).len(), 4);
    for registered in SigningAlgorithm::ALL {
        client.metadata.token_endpoint_auth_signing_alg = Some(registered);
        let permitted = private_key_jwt::algorithms(&client);
        match registered {
            SigningAlgorithm::Hs256 => assert!(permitted.is_empty()),
            SigningAlgorithm::Signature(algorithm) => assert_eq!(permitted, [algorithm]),
        }
    }
}
