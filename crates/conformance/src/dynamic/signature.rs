//! What tokens and answers are signed with, when the client says so.

use serde_json::json;
use symbolon_testkit::{http, jwt_header, jwt_payload};

use crate::check::discovery;
use crate::dynamic::{refused, register};
use crate::outcome::Outcome;
use crate::run::Run;

/// An ID token signed with RS256.
pub(crate) async fn idtoken_rs256(run: &Run) -> Outcome {
    let client = register(run, &json!({"id_token_signed_response_alg": "RS256"})).await;
    let answered = client.flow.happy(&[]).await;
    assert_eq!(jwt_header(&answered.id_token().text)["alg"], "RS256");
    client.end().await;
    Outcome::Passed
}

/// An ID token that nobody signed.
pub(crate) async fn idtoken_unsigned(run: &Run) -> Outcome {
    let party = run.first().await;
    let algorithms = discovery::list(&party.metadata, "id_token_signing_alg_values_supported");
    assert!(!algorithms.contains(&"none"), "advertised and not tested");
    let unsigned = json!({"id_token_signed_response_alg": "none"});
    refused(run, &unsigned, &["invalid_client_metadata"]).await;
    Outcome::Skipped(
        "no ID token goes unsigned: `none` is not in id_token_signing_alg_values_supported"
            .to_owned(),
    )
}

/// Userinfo as a JWT that is signed with RS256.
pub(crate) async fn userinfo_rs256(run: &Run) -> Outcome {
    let party = run.first().await;
    let algorithms = discovery::list(&party.metadata, "userinfo_signing_alg_values_supported");
    if !algorithms.contains(&"RS256") {
        return Outcome::Skipped(
            "userinfo is not signed yet: there is no userinfo_signing_alg_values_supported"
                .to_owned(),
        );
    }
    let client = register(run, &json!({"userinfo_signed_response_alg": "RS256"})).await;
    let answered = client.flow.happy(&[]).await;
    let request = http()
        .get(client.flow.party.endpoint("userinfo_endpoint"))
        .bearer_auth(answered.access_token());
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    let kind = response.headers()["content-type"].to_str().expect("text");
    assert!(kind.starts_with("application/jwt"), "{kind}");
    let token = response.text().await.expect("a text");
    assert_eq!(jwt_header(&token)["alg"], "RS256");
    client.flow.party.verify(&token).await;
    let claims = jwt_payload(&token);
    assert_eq!(&claims["sub"], answered.claim("sub"));
    assert!(claims["nonce"].is_null(), "a nonce: {claims}");
    run.recommend(
        claims["iss"] == run.provider.server.issuer()
            && claims["aud"] == client.flow.party.client_id.as_str(),
        "signed userinfo without iss and aud",
    );
    client.end().await;
    Outcome::Passed
}
