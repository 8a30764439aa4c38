//! Every fault shows at its seam, and nowhere else.

mod endpoints;
mod front_channel;
mod told;
mod transport;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Public},
    rsa::Rsa,
    sign::{Signer, Verifier},
};
use serde_json::{Value, json};
use tokio::task::{JoinError, JoinSet};

use self::told::{Site, clients};
use crate::support::{Flow, Lab, answer, flow, token};
use symbolon_testkit::http;

/// How many rows are looked at together: most of them wait for the lab, and some for time.
const AT_ONCE: usize = 12;

/// Whether the misbehaviour of this name is to be seen in a sign-in with the code flow.
fn is_in(name: &str, flow: &Flow) -> bool {
    let (header, claims) = flow.id_token();
    let ends = |value: &Value, end: &str| value.as_str().is_some_and(|text| text.ends_with(end));
    let missing = |claim: &str| claims.get("auth_time").is_some() && claims.get(claim).is_none();
    let answered = |parameter: &str| flow.callback.parameter(parameter);
    let since_sign_in = |claim: &str| {
        let at = |claim: &str| claims[claim].as_i64();
        at(claim).zip(at("auth_time")).map(|(at, then)| at - then)
    };
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
        "kid-absent-single-jwks" => {
            let keys = flow.keys["keys"].as_array();
            header.get("alg").is_some()
                && header.get("kid").is_none()
                && keys.is_some_and(|keys| keys.len() == 1 && keys[0].get("kid").is_none())
        }
        "invalid-secondary-aud" => {
            claims["aud"] == json!(["demo-web", "https://other1.example.com"])
        }
        "valid-aud-as-array" => claims["aud"] == json!(["demo-web"]),
        "azp-invalid" => claims["azp"] == "demo-web1",
        "invalid-missing-nonce" => missing("nonce"),
        "invalid-missing-exp" => missing("exp"),
        "iat-is-week-in-past" => since_sign_in("iat").is_some_and(|past| past < -604_000),
        "iat-in-future" => since_sign_in("iat").is_some_and(|ahead| ahead > 3_000),
        "nbf-in-future" => since_sign_in("nbf").is_some_and(|ahead| ahead > 3_000),
        "token-very-large" => flow.token["id_token"]
            .as_str()
            .is_some_and(|all| all.len() > 65_536),
        "invalid-openbanking-intent-id" => {
            claims["openbanking_intent_id"] == "invalid_openbanking_intent_id"
        }
        "invalid-sig-es256" => {
            let told = &flow.discovery["id_token_signing_alg_values_supported"];
            header["alg"] == "ES256" && *told == json!(["ES256"])
        }
        "invalid-sig-hs256" => {
            let told = &flow.discovery["id_token_signing_alg_values_supported"];
            header["alg"] == "HS256" && *told == json!(["HS256"])
        }
        "invalid-alternate-alg" => {
            let published = flow.keys["keys"].as_array().into_iter().flatten();
            let mut published = published.filter(|key| key["kid"] == header["kid"]);
            header["alg"] == "ES256" && published.next().is_some()
        }
        "kid-absent-multiple-jwks" => {
            let keys = flow.keys["keys"].as_array();
            let nameless = |keys: &Vec<Value>| {
                keys.iter()
                    .all(|key| key.get("kid").is_none() && key["alg"] == "RS256")
            };
            header.get("kid").is_none()
                && keys.is_some_and(|keys| keys.len() == 2 && nameless(keys))
        }
        "encrypted-idtoken" => header["alg"] == "RSA-OAEP" && header["enc"] == "A256GCM",
        "encrypted-idtoken-usingrsa15" => header["alg"] == "RSA1_5" && header["enc"] == "A256GCM",
        "alg-confusion" => header["alg"] == "HS256" && is_signed_with_the_public_key(flow),
        "crit-unknown" => header["crit"] == json!(["https://lab.example/unknown"]),
        "jwk-injected" => {
            header["jwk"]["kid"] == header["kid"] && !is_published(flow, &header["kid"])
        }
        "duplicate-members" => {
            let payload = flow.token["id_token"].as_str().unwrap_or_default();
            let payload = payload.split('.').nth(1).unwrap_or_default();
            let payload = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
            String::from_utf8_lossy(&payload)
                .matches("\"sub\":")
                .count()
                == 2
        }
        "unknown-kid" => header["kid"] == "lab-nobody-knows",
        "kid-collision" => {
            let named = flow.keys["keys"].as_array().into_iter().flatten();
            named.filter(|key| key["kid"] == header["kid"]).count() == 2
        }
        "mtls-endpoint-aliases" => {
            let alias = &flow.discovery["mtls_endpoint_aliases"]["token_endpoint"];
            *alias == format!("{}/elsewhere/mtls/oauth/v2/token", flow.issuer)
        }
        "pkce-downgrade" => flow.discovery["code_challenge_methods_supported"] == json!(["plain"]),
        "idp-mix-up" => {
            let usual = format!("{}/oauth/v2/authorize", flow.issuer);
            flow.discovery["authorization_endpoint"] != usual
        }
        "no-scope-in-token-endpoint-response" => {
            flow.token_status == 200 && flow.token.get("scope").is_none()
        }
        "aggregated-claims" => {
            let source = &flow.userinfo["_claim_sources"]["src1"]["JWT"];
            token(source.as_str().unwrap_or_default()).1["credit_score"] == 650
        }
        _ => panic!("{name} has no row here"),
    }
}

/// The key that the header of the ID token names.
fn public_key(flow: &Flow) -> PKey<Public> {
    rsa_key(&flow.keys, &flow.id_token().0["kid"]).unwrap()
}

/// Whether the key that the header names signed the ID token.
fn is_rightly_signed(flow: &Flow) -> bool {
    let token = flow.token["id_token"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = public_key(flow);
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    verifier
        .verify_oneshot(&signature, signed.as_bytes())
        .unwrap()
}

/// Whether a key that an issuer publishes signed a token with RS256.
async fn is_signed(issuer: &str, token: &str) -> bool {
    let (_, keys) = answer(http().get(format!("{issuer}/oauth/v2/keys"))).await;
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return false;
    };
    let kid = &crate::support::token(token).0["kid"];
    let Some(key) = rsa_key(&keys, kid) else {
        return false;
    };
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let verified = verifier.verify_oneshot(&signature, signed.as_bytes());
    verified.unwrap_or(false)
}

fn rsa_key(keys: &Value, kid: &Value) -> Option<PKey<Public>> {
    let keys = keys["keys"].as_array()?;
    let key = keys.iter().find(|key| key["kid"] == *kid)?;
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok()?;
        BigNum::from_slice(&bytes).ok()
    };
    let rsa = Rsa::from_public_components(number("n")?, number("e")?).ok()?;
    PKey::from_rsa(rsa).ok()
}

fn is_published(flow: &Flow, kid: &Value) -> bool {
    let keys = flow.keys["keys"].as_array().unwrap();
    keys.iter().any(|key| key["kid"] == *kid)
}

/// Whether the public key, as PEM has it, is the secret of the signature.
fn is_signed_with_the_public_key(flow: &Flow) -> bool {
    let Some(token) = flow.token["id_token"].as_str() else {
        return false;
    };
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let pem = public_key(flow).public_key_to_pem().unwrap();
    let secret = PKey::hmac(&pem).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &secret).unwrap();
    let wanted = signer.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
    URL_SAFE_NO_PAD.encode(wanted) == signature
}

/// What a client is, and where the lab is.
pub struct Ground {
    lab: Lab,
    site: Site,
    healthy: Flow,
}

/// Whether the misbehaviour of this name is to be seen at an issuer. Every fault has a row somewhere.
async fn shows(ground: &Ground, issuer: &str, name: &str) -> bool {
    if let Some(seen) = transport::shows(issuer, name).await {
        return seen;
    }
    if let Some(seen) = front_channel::shows(issuer, name).await {
        return seen;
    }
    if let Some(seen) = endpoints::shows(ground, issuer, name).await {
        return seen;
    }
    if let Some(seen) = told::shows(ground, issuer, name).await {
        return seen;
    }
    if issuer == ground.lab.url {
        return is_in(name, &ground.healthy);
    }
    is_in(name, &flow(issuer).await)
}

/// What is wrong with a row; one that panicked does not keep the others from being seen.
fn told(row: Result<Option<String>, JoinError>) -> Option<String> {
    row.unwrap_or_else(|error| Some(error.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_shows_on_its_issuer_and_on_no_other() {
    let lab = Lab::start(&[]);
    let site = Site::start().await;
    lab.done("PATCH", "/state", clients(&site.url)).await;
    let healthy = flow(&lab.url).await;
    let all = lab.done("GET", "/faults", json!(null)).await;
    let ground = Arc::new(Ground { lab, site, healthy });
    let mut rows = JoinSet::new();
    let mut wrong = Vec::new();
    for fault in all["faults"].as_array().unwrap() {
        let (ground, fault) = (Arc::clone(&ground), fault.clone());
        rows.spawn(async move {
            let name = fault["name"].as_str().unwrap();
            let issuer = fault["issuer"].as_str().unwrap();
            if !shows(&ground, issuer, name).await {
                return Some(format!("{name} does not show"));
            }
            // Nothing but time tells, and no test looks at that.
            let slow = name.ends_with("-slow");
            if !slow && shows(&ground, &ground.lab.url, name).await {
                return Some(format!("{name} shows without being chosen"));
            }
            None
        });
        if rows.len() >= AT_ONCE {
            wrong.extend(told(rows.join_next().await.unwrap()));
        }
    }
    while let Some(row) = rows.join_next().await {
        wrong.extend(told(row));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn faults_are_chosen_by_client_by_person_and_for_the_next_requests_and_combine() {
    let lab = Lab::start(&[]);
    let both = format!("{}/test/invalid-aud+nonce-invalid", lab.url);
    let seen = flow(&both).await;
    assert!(is_in("invalid-aud", &seen) && is_in("nonce-invalid", &seen));

    lab.done("PUT", "/faults/clients/demo-web", json!(["invalid-iss"]))
        .await;
    assert!(is_in("invalid-iss", &flow(&lab.url).await));
    lab.done("DELETE", "/faults", json!(null)).await;
    assert!(!is_in("invalid-iss", &flow(&lab.url).await));

    lab.done(
        "PUT",
        "/faults/people/alice",
        json!(["userinfo-invalid-sub"]),
    )
    .await;
    assert!(is_in("userinfo-invalid-sub", &flow(&lab.url).await));
    lab.done("PUT", "/faults/people/alice", json!([])).await;
    lab.done("PUT", "/faults/people/bob", json!(["userinfo-invalid-sub"]))
        .await;
    assert!(!is_in("userinfo-invalid-sub", &flow(&lab.url).await));

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
