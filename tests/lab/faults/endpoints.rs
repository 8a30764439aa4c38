//! What takes more than one sign-in, or a request that no sign-in makes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use symbolon_testkit::http;

use super::Ground;
use crate::support::{answer, flow, redeem, sign_in, token};

/// `None`: it shows elsewhere.
pub async fn shows(ground: &Ground, issuer: &str, name: &str) -> Option<bool> {
    let at = |path: &str| format!("{issuer}{path}");
    let seen = match name {
        "signing-key-rotation" => {
            let (first, second) = (flow(issuer).await, flow(issuer).await);
            let (before, after) = (&first.id_token().0["kid"], &second.id_token().0["kid"]);
            before != after && second.keys["keys"][0]["kid"] == *after
        }
        "discovery-jwks-uri-keys" => {
            let (one, other) = (metadata(issuer).await, metadata(issuer).await);
            let address = other["jwks_uri"].as_str().unwrap();
            let (_, keys) = answer(http().get(address)).await;
            let (usual, _) = answer(http().get(at("/oauth/v2/keys"))).await;
            one["jwks_uri"] != *address && keys["keys"].is_array() && usual == 404
        }
        "discovery-webfinger-acct" => {
            finds(ground, issuer, "acct:discovery-webfinger-acct@127.0.0.1").await
        }
        "discovery-webfinger-url" => {
            let url = format!("{}/test/discovery-webfinger-url/alice", ground.lab.url);
            finds(ground, issuer, &url).await
        }
        "discovery-redirect" => {
            let response = sent(http().get(at("/.well-known/openid-configuration"))).await;
            let there = text(&response, header::LOCATION.as_str());
            let (status, moved) = answer(http().get(there)).await;
            status == 200 && moved["issuer"] == issuer
        }
        "keys-cache-control" => {
            let response = sent(http().get(at("/oauth/v2/keys"))).await;
            text(&response, "cache-control") == "max-age=31536000, immutable"
        }
        "jku-injected" => {
            let (header, _) = flow(issuer).await.id_token();
            let address = header["jku"].as_str().unwrap_or_default().to_owned();
            let (_, keys) = answer(http().get(address)).await;
            header["kid"].is_string() && keys["keys"][0]["kid"] == header["kid"]
        }
        "x5u-injected" => {
            let (header, _) = flow(issuer).await.id_token();
            let address = header["x5u"].as_str().unwrap_or_default().to_owned();
            let pem = match http().get(address).send().await {
                Ok(response) => response.text().await.unwrap(),
                Err(_) => String::new(),
            };
            openssl::x509::X509::from_pem(pem.as_bytes()).is_ok()
        }
        "use-dpop-nonce" => {
            let form = [("grant_type", "refresh_token"), ("client_id", "demo-web")];
            let token = http().post(at("/oauth/v2/token")).form(&form);
            let token = sent(token.header("dpop", proof(&json!({})))).await;
            let nonce = text(&token, "dpop-nonce");
            let again = http().post(at("/oauth/v2/token")).form(&form);
            let again = again.header("dpop", proof(&json!({ "nonce": nonce })));
            let again = sent(again).await.text().await.unwrap();
            let refused = token.text().await.unwrap().contains("use_dpop_nonce");
            let challenge = challenge(issuer).await;
            refused && !again.contains("use_dpop_nonce") && challenge.starts_with("DPoP error")
        }
        "rs-dpop-auth-scheme-case-insensitivity" => {
            challenge(issuer).await.starts_with("dPOp error")
        }
        "userinfo-signed" => {
            let (kind, body) = userinfo(issuer).await;
            let signed = !body.starts_with('{') && super::is_signed(issuer, &body).await;
            kind == "application/jwt" && signed && token(&body).1["iss"] == issuer
        }
        "userinfo-signed-by-wrong-key" => {
            let (kind, body) = userinfo(issuer).await;
            kind == "application/jwt" && !super::is_signed(issuer, &body).await
        }
        "distributed-claims" => {
            let source = flow(issuer).await.userinfo["_claim_sources"]["src1"].clone();
            let endpoint = source["endpoint"].as_str().unwrap_or_default();
            let (without, _) = answer(http().get(endpoint)).await;
            let access = source["access_token"].as_str().unwrap_or_default();
            let with = http().get(endpoint).bearer_auth(access).send().await;
            let claims = match with {
                Ok(with) => token(&with.text().await.unwrap()).1,
                Err(_) => Value::Null,
            };
            without == 401 && claims["credit_score"] == 650
        }
        "userinfo-bearer-header" => asked_both_ways(issuer).await == (200, 400),
        "userinfo-bearer-body" => asked_both_ways(issuer).await == (400, 200),
        "userinfo-401" => is_denied(issuer, 401, "invalid_token").await,
        "userinfo-403" => is_denied(issuer, 403, "insufficient_scope").await,
        "refresh-token-invalid-issuer" => {
            let (first, second) = refreshed(issuer).await;
            first["iss"] == issuer && second["iss"] == format!("{issuer}1")
        }
        "refresh-token-invalid-sub" => {
            let (first, second) = refreshed(issuer).await;
            second["sub"] == format!("{}1", first["sub"].as_str().unwrap())
        }
        "refresh-token-test" => {
            let first = tokens(issuer).await;
            let second = refresh(issuer, &first).await;
            let status = async |tokens: &Value| {
                let access = tokens["access_token"].as_str().unwrap();
                answer(http().get(at("/oidc/v1/userinfo")).bearer_auth(access))
                    .await
                    .0
            };
            (status(&first).await, status(&second).await)
                == (StatusCode::UNAUTHORIZED, StatusCode::OK)
        }
        _ => return None,
    };
    Some(seen)
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

fn text(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

async fn metadata(issuer: &str) -> Value {
    let url = format!("{issuer}/.well-known/openid-configuration");
    answer(http().get(url)).await.1
}

/// Whether WebFinger leads to this issuer under another name each time, which is an issuer indeed.
async fn finds(ground: &Ground, issuer: &str, resource: &str) -> bool {
    let mut url = url::Url::parse(&ground.lab.url).unwrap();
    url.set_path("/.well-known/webfinger");
    url.query_pairs_mut().append_pair("resource", resource);
    let mut found = Vec::new();
    for _ in 0..2 {
        let (_, told) = answer(http().get(url.clone())).await;
        found.push(told["links"][0]["href"].as_str().unwrap().to_owned());
    }
    let own = found[1].starts_with(&format!("{issuer}~"));
    found[0] != found[1] && own && metadata(&found[1]).await["issuer"] == found[1]
}

/// A proof that no key signed: the lab only looks for the nonce.
fn proof(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.x", part(&json!({ "typ": "dpop+jwt" })), part(claims))
}

/// How userinfo asks for another proof.
async fn challenge(issuer: &str) -> String {
    let request = http()
        .get(format!("{issuer}/oidc/v1/userinfo"))
        .header("authorization", "DPoP x")
        .header("dpop", proof(&json!({})));
    let response = sent(request).await;
    let nonce = text(&response, "dpop-nonce");
    if nonce.is_empty() {
        return String::new();
    }
    text(&response, "www-authenticate")
}

async fn tokens(issuer: &str) -> Value {
    let callback = sign_in(issuer, "demo-web", &[]).await;
    redeem(issuer, "demo-web", callback.code()).await.1
}

async fn refresh(issuer: &str, tokens: &Value) -> Value {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "demo-web"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let request = http().post(format!("{issuer}/oauth/v2/token")).form(&form);
    answer(request).await.1
}

/// The claims of the first ID token, and of the one that came with a refresh.
async fn refreshed(issuer: &str) -> (Value, Value) {
    let first = tokens(issuer).await;
    let second = refresh(issuer, &first).await;
    let claims = |tokens: &Value| token(tokens["id_token"].as_str().unwrap()).1;
    (claims(&first), claims(&second))
}

/// The type and the text of what userinfo answers.
async fn userinfo(issuer: &str) -> (String, String) {
    let tokens = tokens(issuer).await;
    let access = tokens["access_token"].as_str().unwrap();
    let url = format!("{issuer}/oidc/v1/userinfo");
    let response = sent(http().get(url).bearer_auth(access)).await;
    let kind = text(&response, "content-type");
    (kind, response.text().await.unwrap())
}

/// The status with the token in the header, and in a form.
async fn asked_both_ways(issuer: &str) -> (u16, u16) {
    let tokens = tokens(issuer).await;
    let access = tokens["access_token"].as_str().unwrap();
    let url = format!("{issuer}/oidc/v1/userinfo");
    let header = sent(http().get(&url).bearer_auth(access)).await;
    let form = sent(http().post(&url).form(&[("access_token", access)])).await;
    (header.status().as_u16(), form.status().as_u16())
}

async fn is_denied(issuer: &str, status: u16, error: &str) -> bool {
    let tokens = tokens(issuer).await;
    let access = tokens["access_token"].as_str().unwrap();
    let url = format!("{issuer}/oidc/v1/userinfo");
    let response = sent(http().get(url).bearer_auth(access)).await;
    let challenge = format!("Bearer error=\"{error}\"");
    response.status() == status && text(&response, "www-authenticate") == challenge
}
