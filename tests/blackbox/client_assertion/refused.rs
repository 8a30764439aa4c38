//! What is refused: the requirements A3.1 to A3.6, as an attacker tries them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Server, http, now, on_both_databases};

use super::{
    KEYS, Key, SECRET, TYPE, assert_refused, claims, client, key, present, server, sharing,
    signing, token, under_secret,
};
use crate::support::{binary, declaring, merged};

/// A server with the clients that the attacks are on.
fn target(backend: Backend) -> Server {
    let [rs256, _, es256, _] = &*KEYS;
    let clients = [
        signing("signer", &[rs256.public(), es256.public()]),
        sharing("sharer", SECRET),
        client(
            "es256-only",
            &json!({
                "token_endpoint_auth_methods": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg": "ES256",
                "jwks": {"keys": [rs256.public(), es256.public()]},
            }),
        ),
        // Everything at once: each proof still has its own key.
        client(
            "everything",
            &json!({
                "token_endpoint_auth_methods":
                    ["client_secret_basic", "client_secret_jwt", "private_key_jwt"],
                "client_secret": SECRET,
                "jwks": {"keys": [rs256.public()]},
            }),
        ),
    ];
    server(backend, &clients, &[])
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

on_both_databases! {
    async fn a3_2_claims_of_somebody_else_or_of_another_time_are_refused(backend) {
        let server = target(backend);
        let (key, issuer) = (&KEYS[2], server.issuer());
        for (name, value) in [
            ("iss", json!("sharer")),
            ("iss", json!("")),
            ("iss", Value::Null),
            ("sub", json!("sharer")),
            ("sub", Value::Null),
            ("aud", json!("https://other.example")),
            ("aud", json!(format!("{issuer}/"))),
            ("aud", json!(format!("{issuer}/oauth/v2/authorize"))),
            ("aud", json!([issuer, "https://other.example"])),
            ("aud", json!([])),
            ("aud", Value::Null),
            // ensure-client-assertion-with-exp-is-5-minutes-in-past-fails
            ("exp", json!(now() - 300)),
            ("exp", json!(now() + 3_600)),
            ("exp", json!(i64::MAX)),
            ("exp", json!("soon")),
            ("exp", Value::Null),
            // par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails
            ("nbf", json!(now() + 65)),
            ("iat", json!(now() + 65)),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!(["a"])),
        ] {
            let mut claims = claims("signer", issuer);
            claims[name] = value.clone();
            claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let answer = token(&server, &key.sign(&json!({"kid": key.kid()}), &claims)).await;
            assert_refused(&answer, &format!("{name} = {value}"));
        }
        let good = token(&server, &key.assertion("signer", issuer)).await;
        assert_eq!(good.status, 200, "{good:?}");
    }

    async fn a3_4_a_public_key_is_no_secret_and_none_is_no_algorithm(backend) {
        let server = target(backend);
        let (rs256, issuer) = (&KEYS[0], server.issuer());
        for client in ["signer", "everything", "sharer"] {
            let claims = || claims(client, issuer);
            for header in [json!({"kid": rs256.kid()}), json!({})] {
                let pem = rs256.jwk.to_public_key().unwrap();
                let pem = josekit::jws::RS256.verifier_from_jwk(&pem).map(|_| pem).unwrap();
                let text = serde_json::to_string(pem.as_ref()).unwrap();
                let der = josekit::jwk::alg::rsa::RsaKeyPair::from_jwk(&rs256.jwk).unwrap();
                for secret in [
                    text.into_bytes(),
                    der.to_pem_public_key(),
                    der.to_der_public_key(),
                    rs256.public()["n"].as_str().unwrap().as_bytes().to_vec(),
                    vec![0; 32],
                ] {
                    let confused = under_secret(&secret, &header, &claims());
                    assert_refused(&token(&server, &confused).await, client);
                }
            }
            for algorithm in ["none", "None", "NONE", "", "HS512", "RS1", "ES512"] {
                let header = json!({"alg": algorithm, "kid": rs256.kid()});
                let answer = token(&server, &unsigned(&header, &claims())).await;
                assert_refused(&answer, algorithm);
            }
            // The name of a good algorithm, and no signature.
            for algorithm in ["RS256", "ES256", "HS256"] {
                let header = json!({"alg": algorithm, "kid": rs256.kid()});
                let answer = token(&server, &unsigned(&header, &claims())).await;
                assert_refused(&answer, algorithm);
            }
        }
    }
}

#[tokio::test]
async fn a3_4_keys_that_a_token_brings_along_are_not_looked_at() {
    let server = target(Backend::Sqlite);
    let (own, issuer) = (key("ES256"), server.issuer());
    let registered = &KEYS[2];
    let certificate = rcgen::generate_simple_self_signed(vec!["evil.example".to_owned()]).unwrap();
    let x5c = base64::engine::general_purpose::STANDARD.encode(certificate.cert.der());
    for header in [
        json!({}),
        json!({"jwk": own.public()}),
        json!({"kid": own.kid(), "jwk": own.public()}),
        json!({"kid": registered.kid(), "jwk": own.public()}),
        json!({"kid": registered.kid(), "jku": "https://evil.example/keys"}),
        json!({"kid": registered.kid(), "x5u": "https://evil.example/chain"}),
        json!({"kid": registered.kid(), "x5c": [x5c]}),
        json!({"kid": "../../../dev/null"}),
        json!({"kid": "' OR 1=1 --"}),
        json!({"kid": "https://evil.example/keys"}),
        json!({"kid": ""}),
        json!({"kid": registered.kid(), "crit": ["exp"], "exp": 1}),
        json!({"kid": registered.kid(), "typ": "at+jwt"}),
        json!({"kid": registered.kid(), "typ": "dpop+jwt"}),
        json!({"kid": registered.kid(), "typ": "oauth-authz-req+jwt"}),
    ] {
        let assertion = own.sign(&header, &claims("signer", issuer));
        assert_refused(&token(&server, &assertion).await, &header.to_string());
    }
    // The right key, and still another kind of token, or an extension that is not understood.
    for header in [
        json!({"kid": registered.kid(), "typ": "at+jwt"}),
        json!({"kid": registered.kid(), "crit": ["b64"], "b64": true}),
    ] {
        let assertion = registered.sign(&header, &claims("signer", issuer));
        assert_refused(&token(&server, &assertion).await, &header.to_string());
    }
    // What is not looked at does no harm either.
    let header = json!({"kid": registered.kid(), "jku": "https://evil.example/keys"});
    let assertion = registered.sign(&header, &claims("signer", issuer));
    assert_eq!(token(&server, &assertion).await.status, 200);
}

#[tokio::test]
async fn a3_4_the_registered_algorithm_and_the_own_key_are_the_only_ones() {
    let server = target(Backend::Sqlite);
    let [rs256, ps256, es256, _] = &*KEYS;
    let issuer = server.issuer();
    // ensure-signed-client-assertion-with-RS256-fails
    assert_refused(
        &token(&server, &rs256.assertion("es256-only", issuer)).await,
        "RS256",
    );
    assert_eq!(
        token(&server, &es256.assertion("es256-only", issuer))
            .await
            .status,
        200
    );
    // A key that is for RS256 signs PS256.
    let confused = Key {
        jwk: rs256.jwk.clone(),
        algorithm: "PS256",
    };
    assert_refused(
        &token(&server, &confused.assertion("signer", issuer)).await,
        "PS256",
    );
    // Another client's key, under a name that is known.
    let header = json!({"kid": rs256.kid()});
    let other = ps256.sign(&header, &claims("signer", issuer));
    assert_refused(&token(&server, &other).await, "another key");
    // A method that is not registered, with a good proof.
    let shared = under_secret(SECRET.as_bytes(), &json!({}), &claims("signer", issuer));
    assert_refused(&token(&server, &shared).await, "client_secret_jwt");
    let signed = rs256.assertion("sharer", issuer);
    assert_refused(&token(&server, &signed).await, "private_key_jwt");
    assert_refused(
        &token(&server, &rs256.assertion("nobody", issuer)).await,
        "unknown",
    );
}

#[tokio::test]
async fn a3_1_one_method_a_request() {
    let server = target(Backend::Sqlite);
    let key = &KEYS[0];
    let url = server.at("/oauth/v2/token");
    let fresh = || key.assertion("everything", server.issuer());
    let grant = ("grant_type", "client_credentials");
    let answer = present(&url, &fresh(), &[grant, ("client_secret", SECRET)]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, "invalid_request")
    );
    let assertion = fresh();
    let form = [
        grant,
        ("client_assertion_type", TYPE),
        ("client_assertion", &assertion),
    ];
    let request = http()
        .post(&url)
        .basic_auth("everything", Some(SECRET))
        .form(&form);
    let answer = Answer::to(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, "invalid_request")
    );
    let answer = present(&url, &fresh(), &[grant, ("client_id", "signer")]).await;
    assert_refused(&answer, "client_id of another");
    // Twice the same parameter (requirement A1.9).
    let answer = present(&url, &fresh(), &[grant, ("client_assertion", &fresh())]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, "invalid_request")
    );
    // An assertion that is presented and not good does not become no authentication.
    let answer = present(&url, "e30.e30.", &[grant, ("client_id", "demo-web")]).await;
    assert_refused(&answer, "a public client");
    for form in [
        vec![grant, ("client_assertion", &assertion)],
        vec![
            grant,
            ("client_assertion_type", TYPE),
            ("client_id", "signer"),
        ],
        vec![
            grant,
            ("client_assertion", &assertion),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            ),
        ],
    ] {
        assert_refused(
            &Answer::to(http().post(&url).form(&form)).await,
            &format!("{form:?}"),
        );
    }
    // None of these used it up: nothing was done in its name.
    let answer = present(&url, &assertion, &[grant]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a3_6_a_text_that_is_no_token_or_too_long_is_refused() {
    let server = target(Backend::Sqlite);
    let good = KEYS[2].assertion("signer", server.issuer());
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("{good}")
    };
    let twice = URL_SAFE_NO_PAD.encode(format!(
        "{{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"{}\"}}",
        KEYS[2].kid()
    ));
    for text in [
        ".".repeat(3_000),
        "..".to_owned(),
        "a".repeat(20_000),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}=="),
        format!("{header}.{payload}=.{signature}"),
        format!(" {good}"),
        format!("{twice}.{payload}.{signature}"),
        format!("{header}.{payload}.{}", "A".repeat(86)),
        format!("{header}.{payload}.{}", "A".repeat(20_000)),
        URL_SAFE_NO_PAD.encode(b"{\"payload\":\"\",\"signatures\":[]}"),
    ] {
        let answer = token(&server, &text).await;
        let refused = matches!(answer.status.as_u16(), 400 | 401 | 413);
        assert!(refused, "{}: {answer:?}", text.get(..80).unwrap_or(&text));
    }
    assert_eq!(token(&server, &good).await.status, 200);
}

#[tokio::test]
async fn a_registration_that_makes_no_sense_is_refused_with_what_to_change() {
    let good = KEYS[2].public();
    let mut private = good.clone();
    private["d"] = json!("AAAA");
    let mut weak = KEYS[0].public();
    weak["n"] = json!(URL_SAFE_NO_PAD.encode([0xff_u8; 128]));
    let signing_with = |more: Value| {
        let own = json!({"token_endpoint_auth_methods": ["private_key_jwt"]});
        client("client", &merged(own, &more))
    };
    for (declared, says) in [
        (signing_with(json!({})), "jwks or jwks_uri"),
        (
            signing_with(json!({"jwks": {"keys": [good]}, "jwks_uri": "https://c.example/keys"})),
            "keep one of them",
        ),
        (
            signing_with(json!({"jwks_uri": "http://c.example/keys"})),
            "https",
        ),
        (
            signing_with(json!({"jwks_uri": "file:///etc/passwd"})),
            "client client",
        ),
        (signing_with(json!({"jwks": {"keys": []}})), "it has no key"),
        (
            signing_with(json!({"jwks": {"keys": [private]}})),
            "private members",
        ),
        (signing_with(json!({"jwks": {"keys": [weak]}})), "2048"),
        (
            signing_with(json!({"jwks": {"keys": [good, good]}})),
            "the same kid",
        ),
        (
            signing_with(json!({
                "jwks": {"keys": [good]}, "token_endpoint_auth_signing_alg": "HS256",
            })),
            "token_endpoint_auth_signing_alg",
        ),
        (
            signing_with(json!({
                "jwks": {"keys": [good]}, "token_endpoint_auth_signing_alg": "none",
            })),
            "not a signature algorithm",
        ),
        (sharing("client", "too short"), "32 characters"),
        (
            client(
                "client",
                &json!({
                    "token_endpoint_auth_methods": ["client_secret_jwt"],
                    "client_secret_sha256": ["00".repeat(32)],
                }),
            ),
            "client_secret in plain",
        ),
    ] {
        let state = json!({"clients": [declared]});
        let options = declaring(&Backend::Sqlite.url(), &state, &[]);
        let refused = Server::try_start(binary(), options);
        let log = refused.map(drop).unwrap_err();
        assert!(log.contains(says), "{declared}: {log}");
    }
}
