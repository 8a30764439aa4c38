//! Request objects that nobody signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use symbolon_testkit::{Attempt, Step};

use crate::check::discovery;
use crate::flow::{Flow, error_page};
use crate::outcome::Outcome;
use crate::run::Run;

/// By reference: honoured, or refused as what it is.
pub(crate) async fn request_uri_unsigned(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let supported = &flow.party.metadata["request_uri_parameter_supported"];
    assert_ne!(supported, true, "advertised and not tested");
    let attempt = flow.attempt(&[("request_uri", "https://rp.example/request.jwt")]);
    assert_eq!(flow.error(&attempt).await, "request_uri_not_supported");
    Outcome::Passed
}

/// By value: honoured, or refused as what it is; never overlooked.
pub(crate) async fn request_unsigned(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]);
    // State and nonce are inside alone: an answer without them has overlooked the object.
    let carried = ["state", "nonce", "scope"]
        .into_iter()
        .fold(attempt.clone(), Attempt::without)
        .with("scope", "openid")
        .with("request", &unsigned(&attempt));
    if takes_unsigned(&flow) {
        let callback = flow.carry(&carried).await.callback();
        flow.answered(&attempt, callback).await;
    } else {
        let callback = flow.carry(&carried).await.callback();
        assert_eq!(callback.error(), "request_not_supported");
    }
    Outcome::Passed
}

/// The redirect URI inside counts, or the request is refused; never a default one.
pub(crate) async fn redirect_uri_inside(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    if !takes_unsigned(&flow) {
        return Outcome::Skipped("request objects have to be signed".to_owned());
    }
    let attempt = flow.attempt(&[]);
    let carried = attempt
        .clone()
        .with("request", &unsigned(&attempt))
        .with("redirect_uri", "https://rp.example/not-registered");
    match flow.carry(&carried).await {
        Step::Callback(callback) => {
            flow.answered(&attempt, callback).await;
        }
        Step::Page(page) => error_page(&page),
    }
    Outcome::Passed
}

fn takes_unsigned(flow: &Flow<'_>) -> bool {
    let name = "request_object_signing_alg_values_supported";
    discovery::list(&flow.party.metadata, name).contains(&"none")
}

/// The parameters of a request as an unsigned request object: RFC 9101 §4, RFC 7519 §6.
pub(crate) fn unsigned(attempt: &Attempt) -> String {
    let pairs = attempt.url.query_pairs().into_owned();
    let claims: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(&json!({"alg": "none"}));
    format!("{header}.{}.", part(&claims.into()))
}
