//! Every fault shows at its seam, and nowhere else.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{bn::BigNum, hash::MessageDigest, pkey::PKey, rsa::Rsa, sign::Verifier};
use serde_json::{Value, json};

use crate::support::{Flow, Lab, flow};

/// Whether the misbehaviour of this name is to be seen. Every fault has a row.
fn shows(name: &str, flow: &Flow) -> bool {
    let (header, claims) = flow.id_token();
    let ends = |value: &Value, end: &str| value.as_str().is_some_and(|text| text.ends_with(end));
    let missing = |claim: &str| claims.get("auth_time").is_some() && claims.get(claim).is_none();
    let answered = |parameter: &str| flow.callback.parameter(parameter);
    match name {
        "invalid-iss" => claims["iss"] == format!("{}1", flow.issuer),
        "invalid-missing-iss" => missing("iss"),
        "invalid-aud" => claims["aud"] == "demo-web1",
        "missing-aud" => missing("aud"),
        "missing-sub" => missing("sub"),
        "missing-iat" => missing("iat"),
        "nonce-invalid" => claims["nonce"] == "the-nonce1",
        "invalid-expired-exp" => {
            let life = |claim: &str| claims[claim].as_i64();
            life("exp")
                .zip(life("auth_time"))
                .is_some_and(|(exp, now)| exp < now - 300)
        }
        "invalid-sig-rs256" => header["alg"] == "RS256" && !is_rightly_signed(flow),
        "idtoken-sig-none" => header["alg"] == "none" && ends(&flow.token["id_token"], "."),
        "signing-key-rotation-just-before-signing" => {
            let keys = flow.keys["keys"].as_array();
            keys.is_some_and(|keys| keys.len() == 1 && keys[0]["kid"] == header["kid"])
        }
        "discovery-issuer-mismatch" => ends(&flow.discovery["issuer"], "INVALID"),
        "invalid-authorization-response-iss" => {
            answered("iss") == Some(&format!("{}1", flow.issuer))
        }
        "remove-authorization-response-iss" => answered("iss").is_none(),
        "ensure-authorization-response-with-invalid-state-fails" => {
            answered("state") == Some("the-state1")
        }
        "ensure-authorization-response-with-invalid-missing-state-fails" => {
            answered("state").is_none()
        }
        "token-endpoint-response-without-expires_in" => {
            flow.token_status == 200 && flow.token.get("expires_in").is_none()
        }
        "token-type-case-insensitivity" => flow.token["token_type"] == "bEARER",
        "userinfo-invalid-sub" => ends(&flow.userinfo["sub"], "invalid"),
        "keys-html" => flow.keys.is_null(),
        "token-endpoint-429" => flow.token_status == 429,
        "token-endpoint-cut" => flow.token_status == 418,
        // Nothing but time tells, and no test looks at that.
        "discovery-slow" => flow.discovery["issuer"].is_string(),
        "kid-absent-single-jwks" => {
            let keys = flow.keys["keys"].as_array();
            header.get("alg").is_some()
                && header.get("kid").is_none()
                && keys.is_some_and(|keys| keys.len() == 1 && keys[0].get("kid").is_none())
        }
        _ => panic!("{name} has no row here"),
    }
}

/// Whether the key that the header names signed the ID token.
fn is_rightly_signed(flow: &Flow) -> bool {
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let token = flow.token["id_token"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let kid = &flow.id_token().0["kid"];
    let keys = flow.keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == *kid).unwrap();
    let number = |name: &str| BigNum::from_slice(&decoded(key[name].as_str().unwrap())).unwrap();
    let rsa = Rsa::from_public_components(number("n"), number("e")).unwrap();
    let key = PKey::from_rsa(rsa).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
    verifier
        .verify_oneshot(&decoded(signature), signed.as_bytes())
        .unwrap()
}

#[tokio::test]
async fn every_fault_shows_on_its_issuer_and_on_no_other() {
    let lab = Lab::start(&[]);
    let healthy = flow(&lab.url).await;
    let all = lab.done("GET", "/faults", json!(null)).await;
    for fault in all["faults"].as_array().unwrap() {
        let name = fault["name"].as_str().unwrap();
        let seen = flow(fault["issuer"].as_str().unwrap()).await;
        assert!(
            shows(name, &seen),
            "{name}: {} {:?}",
            seen.token,
            seen.callback
        );
        if name != "discovery-slow" {
            assert!(!shows(name, &healthy), "{name} shows without being chosen");
        }
    }
}

#[tokio::test]
async fn faults_are_chosen_by_client_by_person_and_for_the_next_requests_and_combine() {
    let lab = Lab::start(&[]);
    let both = format!("{}/test/invalid-aud+nonce-invalid", lab.url);
    let seen = flow(&both).await;
    assert!(shows("invalid-aud", &seen) && shows("nonce-invalid", &seen));

    lab.done("PUT", "/faults/clients/demo-web", json!(["invalid-iss"]))
        .await;
    assert!(shows("invalid-iss", &flow(&lab.url).await));
    lab.done("DELETE", "/faults", json!(null)).await;
    assert!(!shows("invalid-iss", &flow(&lab.url).await));

    lab.done(
        "PUT",
        "/faults/people/alice",
        json!(["userinfo-invalid-sub"]),
    )
    .await;
    assert!(shows("userinfo-invalid-sub", &flow(&lab.url).await));
    lab.done("PUT", "/faults/people/alice", json!([])).await;
    lab.done("PUT", "/faults/people/bob", json!(["userinfo-invalid-sub"]))
        .await;
    assert!(!shows("userinfo-invalid-sub", &flow(&lab.url).await));

    let next = json!({ "faults": ["token-endpoint-429"], "count": 1, "endpoint": "token" });
    lab.done("POST", "/faults/next", next).await;
    assert_eq!(flow(&lab.url).await.token_status, 429);
    assert_eq!(flow(&lab.url).await.token_status, 200);
}

#[tokio::test]
async fn a_fault_that_does_not_exist_is_an_error() {
    let lab = Lab::start(&[]);
    let url = format!("{}/test/no-such-fault/oauth/v2/keys", lab.url);
    let (status, _) = crate::support::answer(symbolon_testkit::http().get(url)).await;
    assert_eq!(status, 404);
    let (status, _) = lab
        .control("PUT", "/faults/clients/x", json!(["no-such-fault"]))
        .await;
    assert_eq!(status, 400);
}
