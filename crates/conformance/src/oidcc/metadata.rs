//! The discovery document.

use crate::check::discovery;
use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// The document is what the specifications say of it.
pub(crate) async fn verification(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let metadata = discovery::check(run, &flow.party).await;
    if !metadata["registration_endpoint"].is_null() {
        // OIDC Discovery §3: what a dynamic provider has to support.
        let types = ["code", "id_token", "id_token token"];
        discovery::has(&metadata, "response_types_supported", &types);
        let grants = ["authorization_code", "implicit"];
        discovery::has(&metadata, "grant_types_supported", &grants);
    }
    Outcome::Passed
}
