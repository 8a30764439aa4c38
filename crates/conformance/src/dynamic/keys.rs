//! Keys that are replaced, on either side.

use std::collections::HashSet;

use serde_json::{Value, json};
use symbolon_testkit::eventually;

use crate::check::keys;
use crate::dynamic::{new_key, register, register_with};
use crate::outcome::Outcome;
use crate::run::Run;

/// The server's keys are rotated: a new one with a name of its own, and the old one still there.
pub(crate) async fn of_the_server(run: &Run) -> Outcome {
    let client = register(run, &json!({})).await;
    let before = keys::check(&client.flow.party).await;
    client.flow.happy(&[]).await;
    run.provider.operate(&["keys", "rotate", "--now"]);
    // The server looks at the database once in a while.
    let published = async || names(&keys::check(&client.flow.party).await);
    let before = names(&before);
    eventually("other keys are published", async || {
        published().await != before
    })
    .await;
    let after = published().await;
    assert!(!after.is_subset(&before), "no new key: {after:?}");
    run.recommend(before.is_subset(&after), "an old key is gone");
    client.flow.happy(&[]).await;
    client.end().await;
    Outcome::Passed
}

/// The client puts a new key where its keys are, and signs with it: it is looked for.
///
/// The plan waits until the server has forgotten the old set. Nothing is waited for here: a name that
/// the server does not know makes it look again.
pub(crate) async fn of_the_client(run: &Run) -> Outcome {
    let site = run.provider.place.site();
    let key = new_key();
    let address = site.serve_json("/keys", &json!({"keys": [key.public_jwk()]}));
    let registered = json!({
        "jwks": null,
        "jwks_uri": address,
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let mut client = register_with(run, key, &registered).await;
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let answered = client.flow.happy(&asked).await;
    let key = new_key();
    site.serve_json("/keys", &json!({"keys": [key.public_jwk()]}));
    client.flow.key = Some(key);
    let tokens = answered.tokens.as_ref().expect("a code was redeemed");
    let refreshed = client.flow.refresh(tokens.refresh_token()).await;
    assert_eq!(refreshed.status.as_u16(), 200, "{refreshed:?}");
    client.end().await;
    Outcome::Passed
}

fn names(keys: &Value) -> HashSet<String> {
    keys["keys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|key| key["kid"].as_str().map(str::to_owned))
        .collect()
}
