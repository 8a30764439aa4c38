//! A proxy asks whether to let a call through, with the caller's JWT: forward authentication as
//! nginx's `auth_request` does it. One token per virtual user.

use std::net::SocketAddr;

use serde_json::Value;

use super::fixed::Fixed;
use crate::driver::Failure;
use crate::http::{self, Connection};
use crate::limit::{FORWARD_AUTH_PATH, TOKEN_PATH};

/// Declared in `bench.yaml`: its tokens are for the API there.
const CLIENT: &str = "bench-api";

/// With `handed`, the answer brings a token for the API.
pub(crate) fn forward_auth(address: SocketAddr, token: &str, handed: bool) -> Fixed {
    let authorization = format!("Authorization: Bearer {token}");
    let headers = [
        &*authorization,
        "X-Original-Method: GET",
        "X-Original-URI: /api/v1/invoices/4711?page=2",
        "X-Target-Org-Id: acme",
        "Accept: application/json",
        "User-Agent: bench",
    ];
    let parameters = if handed { "&token=jwt" } else { "" };
    let target =
        format!("{FORWARD_AUTH_PATH}?audience=https%3A%2F%2Fapi.bench.example{parameters}");
    Fixed::new("forward_auth", http::get(address, &target, &headers), "")
}

/// An access token for the API.
pub(crate) async fn access_token(
    address: SocketAddr,
    connection: &mut Connection,
) -> Result<String, Failure> {
    let form = http::form(&[
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_secret", "bench-api-secret"),
        ("scope", "openid"),
    ]);
    let request = http::post_form(address, TOKEN_PATH, &[], &form);
    let response = connection.exchange(&request).await?;
    let body: Value = serde_json::from_slice(response.body).unwrap_or_default();
    match body["access_token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err(Failure::unexpected("token", &response)),
    }
}
