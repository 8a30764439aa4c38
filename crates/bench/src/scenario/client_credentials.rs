//! A machine fetches a token with its secret in the form, as the document's curl line does.
//! RFC 6749 §4.4.

use std::net::SocketAddr;

use symbolon_core::algorithm::Algorithm;

use super::fixed::Fixed;
use crate::http;
use crate::limit::TOKEN_PATH;

/// One client per algorithm, declared in `bench.yaml`. The limit gets the same bytes.
pub(crate) fn client_credentials(address: SocketAddr, algorithm: Algorithm) -> Fixed {
    let client = client_id(algorithm);
    let form = http::form(&[
        ("grant_type", "client_credentials"),
        ("client_id", &client),
        ("client_secret", &format!("{client}-secret")),
        ("scope", "openid"),
    ]);
    let request = http::post_form(address, TOKEN_PATH, &[], &form);
    Fixed::new("token", request, "\"access_token\"")
}

/// `bench-rs256` and so on.
pub(crate) fn client_id(algorithm: Algorithm) -> String {
    format!("bench-{}", algorithm.as_str().to_ascii_lowercase())
}
