//! What a registered client is, and shows on the sign-in page.

use serde_json::json;

use crate::check::id_token;
use crate::dynamic::{new_key, register, register_with};
use crate::oidcc::code;
use crate::outcome::Outcome;
use crate::run::Run;

/// Registers, and all goes well.
pub(crate) async fn server(run: &Run) -> Outcome {
    let client = register(run, &json!({})).await;
    let answered = client.flow.happy(&[]).await;
    for token in answered.front.iter().chain(&answered.back) {
        id_token::nothing_else(run, &token.claims);
    }
    client.flow.userinfo(&answered).await;
    client.end().await;
    Outcome::Passed
}

/// The logo is on the sign-in page.
pub(crate) async fn logo_uri(run: &Run) -> Outcome {
    let site = run.provider.place.site();
    let logo = site.serve("/logo.png", "image/png", b"\x89PNG\r\n\x1a\n a logo");
    let client = register(run, &json!({"logo_uri": logo})).await;
    let page = client.flow.page(&client.flow.attempt(&[])).await;
    let shown = page
        .body
        .split("<img")
        .skip(1)
        .filter_map(|image| image.split("src=\"").nth(1)?.split('"').next())
        .map(|address| address.replace("&amp;", "&"));
    let mut found = false;
    for address in shown {
        let address = page.url.join(&address).expect("an address");
        let image = symbolon_testkit::http().get(address).send().await;
        let image = image.expect("an answer").bytes().await.expect("an image");
        found |= image.ends_with(b"a logo");
    }
    assert!(found, "no logo: {}", page.body);
    client.end().await;
    Outcome::Passed
}

pub(crate) async fn policy_uri(run: &Run) -> Outcome {
    link(run, "policy_uri").await
}

pub(crate) async fn tos_uri(run: &Run) -> Outcome {
    link(run, "tos_uri").await
}

/// The sign-in page links to what was registered.
async fn link(run: &Run, name: &str) -> Outcome {
    let address = format!("https://rp.example/{name}");
    let client = register(run, &json!({name: address})).await;
    let page = client.flow.page(&client.flow.attempt(&[])).await;
    let link = format!("href=\"{address}\"");
    assert!(page.body.contains(&link), "no {link}: {}", page.body);
    client.end().await;
    Outcome::Passed
}

/// The keys are elsewhere, and an assertion is checked with them.
pub(crate) async fn jwks_uri(run: &Run) -> Outcome {
    let site = run.provider.place.site();
    let key = new_key();
    let address = site.serve_json("/keys", &json!({"keys": [key.public_jwk()]}));
    let elsewhere = json!({"jwks": null, "jwks_uri": address});
    let client = register_with(run, key, &elsewhere).await;
    client.flow.happy(&[]).await;
    client.end().await;
    Outcome::Passed
}

/// Refresh tokens of two clients that registered for them.
pub(crate) async fn refresh_token(run: &Run) -> Outcome {
    let refreshing = json!({"grant_types": ["authorization_code", "refresh_token"]});
    let first = register(run, &refreshing).await;
    let second = register(run, &refreshing).await;
    code::refreshing(first.flow, second.flow).await
}

/// The issuer is the audience of an assertion, as it is in every module here.
pub(crate) async fn assertion_for_the_issuer(run: &Run) -> Outcome {
    let client = register(run, &json!({})).await;
    client.flow.happy(&[]).await;
    client.end().await;
    Outcome::Passed
}
