//! Where there is nothing.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use symbolon_web::guard::RequestId;

use crate::{page::error, provider::Provider};

/// Any path that is none of ours.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
) -> Response {
    let page = error::Message {
        status: StatusCode::NOT_FOUND,
        heading: "There is nothing here",
        what_happened: "The address does not belong to any page of this service.",
        what_to_do: "Go back to the application you came from, and start from there.",
        code: None,
        description: None,
    };
    error::respond(&provider, &request_id, &page)
}
