//! What happens to an answer as a whole, at each of four endpoints.

use reqwest::{RequestBuilder, Response, StatusCode, header};
use symbolon_testkit::http;

use crate::support::{redeem, sign_in};

/// `None`: it is no fault of this kind.
pub async fn shows(issuer: &str, name: &str) -> Option<bool> {
    let (endpoint, kind) = name.rsplit_once('-')?;
    let request = request(issuer, endpoint, kind).await?;
    let answer = request.send().await;
    Some(match kind {
        "slow" => answer.is_ok(),
        "reset" => match answer {
            Err(_) => true,
            Ok(answer) => read(answer).await == (0, 0, true),
        },
        "cut" => {
            let (bytes, _, broken) = read(answer.ok()?).await;
            bytes > 0 && broken
        }
        "huge" => read(answer.ok()?).await.0 > 32 << 20,
        "drip" => read(answer.ok()?).await.1 >= 8,
        "429" => {
            let answer = answer.ok()?;
            let later = answer.headers().get(header::RETRY_AFTER);
            answer.status() == StatusCode::TOO_MANY_REQUESTS
                && later.is_some_and(|later| later == "2")
        }
        "500" => answer.ok()?.status() == StatusCode::INTERNAL_SERVER_ERROR,
        "html" => {
            let answer = answer.ok()?;
            let kind = answer.headers().get(header::CONTENT_TYPE)?;
            answer.status() == StatusCode::OK && kind.as_bytes().starts_with(b"text/html")
        }
        _ => return None,
    })
}

/// What is asked at an endpoint, so that the answer has a body.
async fn request(issuer: &str, endpoint: &str, kind: &str) -> Option<RequestBuilder> {
    const KINDS: [&str; 8] = ["429", "500", "cut", "drip", "html", "huge", "reset", "slow"];
    if !KINDS.contains(&kind) {
        return None;
    }
    let at = |path: &str| format!("{issuer}{path}");
    match endpoint {
        "discovery" => Some(http().get(at("/.well-known/openid-configuration"))),
        "keys" => Some(http().get(at("/oauth/v2/keys"))),
        "token-endpoint" => {
            let form = [("grant_type", "refresh_token"), ("client_id", "demo-web")];
            Some(http().post(at("/oauth/v2/token")).form(&form))
        }
        "userinfo" => {
            let callback = sign_in(issuer, "demo-web", &[]).await;
            let (_, token) = redeem(issuer, "demo-web", callback.code()).await;
            let access = token["access_token"].as_str().unwrap();
            Some(http().get(at("/oidc/v1/userinfo")).bearer_auth(access))
        }
        _ => None,
    }
}

/// How many bytes come, in how many parts, and whether the connection breaks.
async fn read(mut answer: Response) -> (usize, usize, bool) {
    let (mut bytes, mut parts) = (0, 0);
    loop {
        match answer.chunk().await {
            Ok(Some(part)) => {
                bytes += part.len();
                parts += 1;
            }
            Ok(None) => return (bytes, parts, false),
            Err(_) => return (bytes, parts, true),
        }
    }
}
