//! Introspection of a person's access token by the confidential client it was issued to, one
//! token per virtual user. RFC 7662 §2.

use std::net::SocketAddr;

use super::code_flow::{Client, Tokens};
use super::fixed::Fixed;
use crate::http;

pub(crate) fn introspection(address: SocketAddr, client: Client, tokens: &Tokens) -> Fixed {
    let authorization = client.authorization();
    let headers: Vec<_> = authorization.as_deref().into_iter().collect();
    let form = http::form(&[("token", &tokens.access)]);
    let request = http::post_form(address, "/oauth/v2/introspect", &headers, &form);
    Fixed::new("introspection", request, "\"active\":true")
}
