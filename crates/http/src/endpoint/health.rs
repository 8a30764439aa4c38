//! Whether the process runs, and whether it can do its work.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

use crate::{answer, provider::Provider};

/// `/healthz`: the process answers. A failing database is no reason to restart it.
pub async fn alive() -> Response {
    (
        StatusCode::OK,
        [(header::CACHE_CONTROL, "no-store")],
        "ok\n",
    )
        .into_response()
}

/// `/readyz`: the database answers, so requests may come.
pub async fn ready(State(provider): State<Arc<Provider>>) -> Response {
    match tokio::time::timeout(Duration::from_secs(2), provider.storage.ping()).await {
        Ok(Ok(())) => alive().await,
        Ok(Err(_)) | Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let headers = [(header::CACHE_CONTROL, "no-store")];
            let mut response = (status, headers, "the database does not answer\n").into_response();
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, answer::RETRY_SOON);
            response
        }
    }
}
