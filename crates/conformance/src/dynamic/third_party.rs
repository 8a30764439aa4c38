//! The address where others send people to start signing in: OIDC Core §4.

use serde_json::json;

use crate::dynamic::{refused, register};
use crate::outcome::Outcome;
use crate::run::Run;

/// It is registered, and told again.
pub(crate) async fn init_login(run: &Run) -> Outcome {
    let start = json!({"initiate_login_uri": "https://rp.example/start"});
    // That the answer has it is checked with everything else.
    let client = register(run, &start).await;
    let told = client.read().await;
    assert_eq!(told["initiate_login_uri"], start["initiate_login_uri"]);
    client.end().await;
    Outcome::Passed
}

/// Without https it is refused.
pub(crate) async fn without_https(run: &Run) -> Outcome {
    let start = json!({"initiate_login_uri": "http://rp.example/start"});
    refused(run, &start, &["invalid_client_metadata"]).await;
    Outcome::Passed
}
