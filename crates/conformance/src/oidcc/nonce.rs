//! The nonce: required where an ID token passes through the browser.

use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// Without a nonce it works, and none comes back.
pub(crate) async fn succeeds_without(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    // That no nonce comes back is checked with everything else.
    flow.walk(&flow.attempt(&[]).without("nonce")).await;
    Outcome::Passed
}

/// Without a nonce there is an error.
pub(crate) async fn fails_without(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]).without("nonce");
    if let Some(error) = flow.error_or_page(&attempt).await {
        assert_eq!(error, "invalid_request");
    }
    Outcome::Passed
}
