//! Userinfo with a bearer token in the header, one token per virtual user. OIDC Core §5.3.

use std::net::SocketAddr;

use super::code_flow::Tokens;
use super::fixed::Fixed;
use crate::http;

pub(crate) fn userinfo(address: SocketAddr, tokens: &Tokens) -> Fixed {
    let authorization = format!("Authorization: Bearer {}", tokens.access);
    let request = http::get(address, "/oidc/v1/userinfo", &[&authorization]);
    Fixed::new("userinfo", request, "\"sub\"")
}
