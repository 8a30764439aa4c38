//! The limit of the machine: a bare handler that does nothing but sign.
//!
//! It answers every POST with the JSON body of a client_credentials token whose claims are those
//! of the real server (RFC 9068 §2.2), signed with the same kind of key through the same code, on
//! the same runtime and allocator. It reads no form, knows no client and has no state. What a
//! server loses against this handler is what the server adds to the signature.
//!
//! Where no signature is due, the limit is an empty handler: it answers 200 and does nothing.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::serve::ListenerExt;
use serde::Serialize;
use symbolon_core::algorithm::Algorithm;
use symbolon_jose::SigningKey;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The path of the token endpoint of the real server, so that both get the same bytes.
pub(crate) const TOKEN_PATH: &str = "/oauth/v2/token";

/// The path of forward authentication, where the limit does nothing.
pub(crate) const FORWARD_AUTH_PATH: &str = "/access/v1/forward-auth";

const LIFETIME_SECONDS: u64 = 43_200;

/// Serves until standard input closes: a driver that dies takes its child with it.
pub(crate) fn run(algorithm: Algorithm) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("runtime: {error}"))?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        let application = application(algorithm, &format!("http://{address}"))?;
        let listener = listener.tap_io(|stream| {
            stream.set_nodelay(true).ok();
        });
        let (sender, orphaned) = oneshot::channel();
        std::thread::spawn(|| {
            std::io::stdin().read_to_end(&mut Vec::new()).ok();
            sender.send(()).ok();
        });
        println!("Limit is ready at http://{address}");
        tokio::select! {
            result = axum::serve(listener, application) => result.map_err(|error| error.to_string()),
            _ = orphaned => Ok(()),
        }
    })
}

fn application(algorithm: Algorithm, issuer: &str) -> Result<Router, String> {
    let key = SigningKey::generate(algorithm).map_err(|error| error.to_string())?;
    let client = format!("bench-{}", algorithm.as_str().to_ascii_lowercase());
    let limit = Limit {
        key,
        issuer: issuer.to_owned(),
        client,
        issued: AtomicU64::new(0),
    };
    Ok(Router::new()
        .route(TOKEN_PATH, post(sign))
        .route(FORWARD_AUTH_PATH, any(async || StatusCode::OK))
        .with_state(Arc::new(limit)))
}

struct Limit {
    key: SigningKey,
    issuer: String,
    client: String,
    issued: AtomicU64,
}

/// Names and order as the server writes them.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    client_id: &'a str,
    exp: u64,
    iat: u64,
    jti: &'a str,
    scope: &'a str,
    org_id: &'a str,
    roles: BTreeMap<&'a str, [&'a str; 1]>,
}

#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    scope: &'a str,
}

async fn sign(State(limit): State<Arc<Limit>>) -> Response {
    match token_response(&limit) {
        Ok(body) => (json_headers(), body).into_response(),
        Err(message) => (StatusCode::INTERNAL_SERVER_ERROR, message).into_response(),
    }
}

fn token_response(limit: &Limit) -> Result<Vec<u8>, String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|e| e.to_string())?
        .as_secs();
    let number = limit.issued.fetch_add(1, Ordering::Relaxed);
    let claims = Claims {
        iss: &limit.issuer,
        // As long as the id of a real machine user.
        sub: "01900000-0000-7000-8000-0000000be0b0",
        aud: &limit.issuer,
        client_id: &limit.client,
        exp: now + LIFETIME_SECONDS,
        iat: now,
        // As long as the identifier of a real token, and unique without a random number.
        jti: &format!("{number:022x}"),
        scope: "openid",
        org_id: "acme",
        roles: BTreeMap::from([("acme", ["robot"])]),
    };
    let token = limit
        .key
        .sign("at+jwt", &claims)
        .map_err(|error| error.to_string())?;
    let response = TokenResponse {
        access_token: &token,
        token_type: "Bearer",
        expires_in: LIFETIME_SECONDS,
        scope: "openid",
    };
    serde_json::to_vec(&response).map_err(|error| error.to_string())
}

fn json_headers() -> [(HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::HashSet;
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::Value;

    use super::*;
    use crate::driver::Fleet;
    use crate::http::Connection;
    use crate::scenario::client_credentials::client_credentials;

    #[tokio::test]
    async fn every_token_of_the_limit_is_a_new_one_with_the_claims_of_a_real_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let application = application(Algorithm::EdDSA, "http://127.0.0.1:1").unwrap();
        tokio::spawn(async move { axum::serve(listener, application).await });
        let request = client_credentials(address, Algorithm::EdDSA);

        let mut identifiers = HashSet::new();
        let mut connection = Connection::new(address);
        for _ in 0..3 {
            let response = connection.exchange(request.bytes()).await.unwrap();
            assert_eq!(response.status, 200);
            let body: Value = serde_json::from_slice(response.body).unwrap();
            let payload = body["access_token"]
                .as_str()
                .unwrap()
                .split('.')
                .nth(1)
                .unwrap();
            let claims: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
            let names: Vec<_> = claims
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(names.len(), 10, "{names:?}");
            assert_eq!(claims["roles"]["acme"][0], "robot");
            assert!(identifiers.insert(claims["jti"].to_string()));
        }
        let mut fleet = Fleet::new(address, (0..3).map(|_| request.clone()));
        let measurement = fleet.run(3, Duration::ZERO).await.unwrap();
        assert_eq!((measurement.succeeded(), measurement.failed()), (3, 0));
        assert_eq!(measurement.traffic.answers, 3);
    }
}
