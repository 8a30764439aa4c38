//! Forward authentication for Envoy (`ext_authz` with an `http_service`): it asks with the method of
//! the request it holds, at a fixed prefix followed by that request's path and query.
//!
//! The prefix ends with the audience of the API, percent-encoded so that it is one segment, or with
//! `-`. The path is read as it stands in the request line: nothing here decodes it. The header
//! `X-Auth-Token: jwt`, which the operator has Envoy add, asks for a token for the API.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, HeaderName};
use symbolon_core::forward_auth::{
    Refusal,
    report::{EnvoyTarget, Header, OriginalRequest},
};

use crate::{
    admission::{self, Asking, Inquiry, header},
    provider::Provider,
};

/// Where it is, below the prefix of the issuer.
pub const PATH: &str = "/access/v1/ext-authz/";

const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// Any method. A body is not read.
pub async fn any(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let asking = Asking::of(&request);
    let rest = request
        .uri()
        .path()
        .strip_prefix(provider.paths.prefix.as_str())
        .and_then(|path| path.strip_prefix(PATH));
    let inquiry = inquiry(
        request.method().as_str(),
        rest.unwrap_or_default(),
        asking.headers,
    );
    admission::answer(&provider, asking, inquiry).await
}

fn inquiry<'a>(
    method: &'a str,
    rest: &'a str,
    headers: &HeaderMap,
) -> Result<Inquiry<'a>, Refusal> {
    let EnvoyTarget { audience, path } = EnvoyTarget::parse(rest)?;
    let token = match header(headers, &TOKEN) {
        Header::Absent => false,
        Header::Once(b"jwt") => true,
        Header::Once(_) | Header::Repeated => return Err(Refusal::ParametersMalformed),
    };
    Ok(Inquiry {
        original: OriginalRequest::new(method.as_bytes(), path.as_bytes())?,
        audience,
        token,
    })
}
