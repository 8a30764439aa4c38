//! The metadata of the APIs that proxies protect with us (RFC 9728): the challenge of forward
//! authentication names it, and a proxy can serve it at the address of the API itself.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use symbolon_core::{id::Id, policy::api::Api, resource_metadata::ProtectedResource};
use symbolon_web::form;
use url::form_urlencoded;

use crate::provider::Provider;

/// Where it is, below the path of the issuer.
pub const PATH: &str = "/access/v1/resource-metadata";

/// GET; `audience` names the API.
pub async fn get(State(provider): State<Arc<Provider>>, uri: Uri) -> Response {
    let parameters = form::query(&uri).ok();
    let audience = parameters.as_ref().and_then(|all| all.value("audience"));
    let audience = audience.and_then(|text| Id::<Api>::parse(text).ok());
    let policy = match provider.policy().await {
        Ok(policy) => policy,
        Err(failure) => return failure.into_response(),
    };
    let api = audience.as_ref().and_then(|audience| policy.api(audience));
    let Some(api) = api.filter(|api| is_public(&provider, api.audience())) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let scopes = api.scopes().iter().map(|own| own.scope.as_str());
    let audience = api.audience().as_str();
    let document = ProtectedResource::new(&provider.issuer, audience, api.name(), scopes);
    let mut response = Response::new(Body::from(document.to_json()));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=60"),
        // Public, and never with credentials (requirement A1.10).
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The address of the document of an API, if there is one.
pub async fn address(provider: &Provider, audience: &Id<Api>) -> Option<String> {
    if !is_public(provider, audience) {
        return None;
    }
    let policy = provider.policy().await.ok()?;
    policy.api(audience)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("audience", audience.as_str());
    Some(format!("{}{PATH}?{}", provider.issuer, query.finish()))
}

/// An API that is named by something else than its address cannot be found by it.
fn is_public(provider: &Provider, audience: &Id<Api>) -> bool {
    provider.settings.resource_metadata
        && symbolon_core::resource_metadata::address(audience.as_str()).is_some()
}
