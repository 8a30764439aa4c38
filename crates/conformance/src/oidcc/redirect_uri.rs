//! Redirect URIs: the registered ones, and no others.

use crate::flow::{Flow, error_page};
use crate::outcome::Outcome;
use crate::run::Run;

/// One that is not registered: an error page, and no redirect.
pub(crate) async fn ensure_registered(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[("redirect_uri", "https://rp.example/callback/other")]);
    error_page(&flow.page(&attempt).await);
    Outcome::Passed
}
