//! Request objects that the server fetches: OIDC Core §6.2.

use serde_json::{Map, Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{Attempt, Site, Step, now};

use crate::check::discovery;
use crate::dynamic::{Registered, register, register_with};
use crate::flow::error_page;
use crate::oidcc::request_object::unsigned;
use crate::outcome::Outcome;
use crate::run::Run;

const KIND: &str = "application/oauth-authz-req+jwt";

/// An object that nobody signed.
pub(crate) async fn by_reference_unsigned(run: &Run) -> Outcome {
    if let Some(skipped) = without_request_uri(run, "none").await {
        return skipped;
    }
    let (site, address) = place(run).await;
    let registered = json!({"request_uris": [address]});
    let client = register(run, &registered).await;
    let attempt = client.flow.attempt(&[]);
    fetched(&site, &client, &attempt, &unsigned(&attempt)).await
}

/// An object that is signed with RS256.
pub(crate) async fn by_reference_signed(run: &Run) -> Outcome {
    if let Some(skipped) = without_request_uri(run, "RS256").await {
        return skipped;
    }
    let key = SigningKey::generate(Algorithm::RS256).expect("a key");
    let (site, address) = place(run).await;
    let registered = json!({"request_object_signing_alg": "RS256", "request_uris": [address]});
    let client = register_with(run, key.clone(), &registered).await;
    let attempt = client.flow.attempt(&[]);
    let pairs = attempt.url.query_pairs().into_owned();
    let mut claims: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
    claims.insert("iss".to_owned(), client.flow.party.client_id.clone().into());
    claims.insert("aud".to_owned(), run.provider.server.issuer().into());
    claims.insert("exp".to_owned(), (now() + 60).into());
    let object = key.sign("JWT", &claims).expect("an object");
    fetched(&site, &client, &attempt, &object).await
}

/// The request comes to the same as with the object's parameters in the query.
async fn fetched(site: &Site, client: &Registered<'_>, attempt: &Attempt, object: &str) -> Outcome {
    let address = site.serve("/request", KIND, object.as_bytes());
    let carried = ["redirect_uri", "state", "nonce"]
        .into_iter()
        .fold(attempt.clone(), Attempt::without)
        .with("request_uri", &address);
    let callback = client.flow.carry(&carried).await.callback();
    client.flow.answered(attempt, callback).await;
    client.end().await;
    Outcome::Passed
}

/// The redirect URI inside counts, or the request is refused; never a default one.
pub(crate) async fn redirect_uri_inside(run: &Run) -> Outcome {
    let client = register(run, &json!({})).await;
    let attempt = client.flow.attempt(&[]);
    let carried = attempt
        .clone()
        .with("request", &unsigned(&attempt))
        .with("redirect_uri", "https://rp.example/not-registered");
    match client.flow.carry(&carried).await {
        Step::Callback(callback) => {
            client.flow.answered(&attempt, callback).await;
        }
        Step::Page(page) => error_page(&page),
    }
    client.end().await;
    Outcome::Passed
}

/// A site, and where its object will be.
async fn place(run: &Run) -> (Site, String) {
    let site = run.provider.place.site();
    let address = site.serve("/request", KIND, b"");
    (site, address)
}

async fn without_request_uri(run: &Run, algorithm: &str) -> Option<Outcome> {
    let metadata = run.first().await.metadata;
    let name = "request_object_signing_alg_values_supported";
    if !discovery::list(&metadata, name).contains(&algorithm) {
        return Some(Outcome::Skipped(format!("{algorithm} is not in {name}")));
    }
    (metadata["request_uri_parameter_supported"] != true).then(|| {
        Outcome::Skipped(
            "no request object is fetched: request_uri_parameter_supported is false".to_owned(),
        )
    })
}
