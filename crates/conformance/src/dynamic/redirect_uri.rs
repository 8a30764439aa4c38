//! Redirect URIs of a registration.

use serde_json::json;

use crate::dynamic::{refused, register};
use crate::flow::error_page;
use crate::outcome::Outcome;
use crate::run::Run;

const CALLBACK: &str = "https://rp.example/callback";

/// Two are registered and none is named: an error page.
pub(crate) async fn missing(run: &Run) -> Outcome {
    let two = json!({"redirect_uris": [CALLBACK, "https://rp.example/other"]});
    let client = register(run, &two).await;
    let attempt = client.flow.attempt(&[]).without("redirect_uri");
    error_page(&client.flow.page(&attempt).await);
    client.end().await;
    Outcome::Passed
}

/// A registered query stays.
pub(crate) async fn query_ok(run: &Run) -> Outcome {
    let with_query = format!("{CALLBACK}?foo=bar");
    let client = register(run, &json!({"redirect_uris": [with_query]})).await;
    let answered = client.flow.happy(&[]).await;
    assert_eq!(
        answered.callback.url.query_pairs().next(),
        Some(("foo".into(), "bar".into())),
        "{:?}",
        answered.callback
    );
    client.end().await;
    Outcome::Passed
}

/// The query has another value than registered: an error page.
pub(crate) async fn query_mismatch(run: &Run) -> Outcome {
    not_registered(
        run,
        &format!("{CALLBACK}?foo=bar"),
        &format!("{CALLBACK}?foo=baz"),
    )
    .await
}

/// A query is added to the registered URI: an error page.
pub(crate) async fn query_added(run: &Run) -> Outcome {
    not_registered(run, CALLBACK, &format!("{CALLBACK}?foo=bar")).await
}

async fn not_registered(run: &Run, registered: &str, asked: &str) -> Outcome {
    let client = register(run, &json!({"redirect_uris": [registered]})).await;
    let attempt = client.flow.attempt(&[("redirect_uri", asked)]);
    error_page(&client.flow.page(&attempt).await);
    client.end().await;
    Outcome::Passed
}

/// A fragment cannot be registered.
pub(crate) async fn fragment(run: &Run) -> Outcome {
    let with_fragment = json!({"redirect_uris": [format!("{CALLBACK}#fragment")]});
    let codes = ["invalid_redirect_uri", "invalid_client_metadata"];
    refused(run, &with_fragment, &codes).await;
    Outcome::Passed
}
