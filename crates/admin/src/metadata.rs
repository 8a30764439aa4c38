//! What this API says of itself (RFC 9728), and where its challenges say so.

use axum::response::Response;
use http::{HeaderValue, header};
use symbolon_core::{
    policy::own,
    resource_metadata::{ProtectedResource, address, challenge},
};

use crate::{AdminSettings, BASE};

/// The document.
pub(crate) fn document(settings: &AdminSettings) -> String {
    let resource = format!("{}{BASE}", settings.issuer);
    let scopes = own::SCOPES.iter().map(|(scope, _)| *scope);
    let scopes = scopes.filter(|scope| scope.starts_with("Symbolon.Admin."));
    let name = "Symbolon Management API";
    ProtectedResource::new(&settings.issuer, &resource, name, scopes).to_json()
}

/// The answer, with the document named in its challenge if it has one.
pub(crate) fn named(settings: &AdminSettings, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let present = headers.get(header::WWW_AUTHENTICATE);
    let present = present.and_then(|value| value.to_str().ok());
    let address = address(&format!("{}{BASE}", settings.issuer));
    if let (Some(present), Some(address)) = (present, address)
        && let Ok(named) = HeaderValue::try_from(challenge(present, &address))
    {
        headers.insert(header::WWW_AUTHENTICATE, named);
    }
    response
}
