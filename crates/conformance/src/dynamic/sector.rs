//! Pairwise subject identifiers of a sector: OIDC Core §8.1, OIDC Registration §5.

use serde_json::{Value, json};

use crate::check::discovery;
use crate::dynamic::{refused, register};
use crate::outcome::Outcome;
use crate::run::Run;

/// The document lists the redirect URI.
pub(crate) async fn uri(run: &Run) -> Outcome {
    if let Some(skipped) = without_pairwise(run).await {
        return skipped;
    }
    let site = run.provider.place.site();
    let listed = site.serve_json("/sector", &json!(["https://rp.example/callback"]));
    let client = register(run, &pairwise(&listed)).await;
    client.end().await;
    Outcome::Passed
}

/// The document does not list it: no such client.
pub(crate) async fn bad(run: &Run) -> Outcome {
    if let Some(skipped) = without_pairwise(run).await {
        return skipped;
    }
    let site = run.provider.place.site();
    let listed = site.serve_json("/sector", &json!(["https://rp.example/another"]));
    let codes = ["invalid_client_metadata", "invalid_redirect_uri"];
    refused(run, &pairwise(&listed), &codes).await;
    Outcome::Passed
}

fn pairwise(sector: &str) -> Value {
    json!({"subject_type": "pairwise", "sector_identifier_uri": sector})
}

async fn without_pairwise(run: &Run) -> Option<Outcome> {
    let party = run.first().await;
    let types = discovery::list(&party.metadata, "subject_types_supported");
    (!types.contains(&"pairwise")).then(|| {
        Outcome::Skipped(
            "pairwise subject identifiers do not exist yet: subject_types_supported".to_owned(),
        )
    })
}
