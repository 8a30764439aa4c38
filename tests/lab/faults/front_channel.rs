//! What the browser carries: ID tokens beside codes, signed responses, forms.

use symbolon_testkit::{Callback, ResponseMode};

use crate::support::{sign_in, token};

/// `None`: it shows elsewhere.
pub async fn shows(issuer: &str, name: &str) -> Option<bool> {
    let seen = match name {
        "invalid-athash" => is_longer(issuer, "at_hash").await,
        "invalid-chash" => is_longer(issuer, "c_hash").await,
        "invalid-shash" => is_longer(issuer, "s_hash").await,
        "missing-athash" => is_missing(issuer, "at_hash").await,
        "missing-chash" => is_missing(issuer, "c_hash").await,
        "invalid-missing-shash" => is_missing(issuer, "s_hash").await,
        "form-post-error" => {
            let callback = sign_in(issuer, "demo-web", &[("response_mode", "form_post")]).await;
            callback.mode == ResponseMode::FormPost
                && callback.error() == "login_required"
                && callback.parameter("state") == Some("the-state")
                && callback.parameter("code").is_none()
        }
        "code-of-another-session" => {
            let (first, second) = (
                sign_in(issuer, "demo-web", &[]).await,
                sign_in(issuer, "demo-web", &[]).await,
            );
            first.code() == second.code()
        }
        name if name.starts_with("ensure-jarm-") => signed(issuer, name).await?,
        _ => return None,
    };
    Some(seen)
}

/// A response with everything in the fragment.
async fn hybrid(issuer: &str) -> Callback {
    let everything = [("response_type", "code id_token token")];
    sign_in(issuer, "front", &everything).await
}

/// Half a hash of SHA-256 has 22 characters.
async fn is_longer(issuer: &str, claim: &str) -> bool {
    let callback = hybrid(issuer).await;
    let (_, claims) = token(callback.parameter("id_token").unwrap());
    let hash = claims[claim].as_str().unwrap();
    hash.len() == 23 && hash.ends_with('1')
}

async fn is_missing(issuer: &str, claim: &str) -> bool {
    let callback = hybrid(issuer).await;
    let (_, claims) = token(callback.parameter("id_token").unwrap());
    claims["nonce"] == "the-nonce" && claims.get(claim).is_none()
}

async fn signed(issuer: &str, name: &str) -> Option<bool> {
    let callback = sign_in(issuer, "demo-web", &[("response_mode", "jwt")]).await;
    let text = callback.parameter("response").unwrap();
    let (header, claims) = token(text);
    let missing = |claim: &str| claims["state"] == "the-state" && claims.get(claim).is_none();
    Some(match name {
        "ensure-jarm-without-iss-fails" => missing("iss"),
        "ensure-jarm-with-invalid-iss-fails" => claims["iss"] == format!("{issuer}1"),
        "ensure-jarm-without-aud-fails" => missing("aud"),
        "ensure-jarm-with-invalid-aud-fails" => claims["aud"] == "demo-web1",
        "ensure-jarm-without-exp-fails" => missing("exp"),
        "ensure-jarm-with-expired-exp-fails" => {
            claims["exp"].as_i64().unwrap() < symbolon_testkit::now() - 300
        }
        "ensure-jarm-with-invalid-sig-fails" => {
            header["alg"] == "RS256" && !super::is_signed(issuer, text).await
        }
        "ensure-jarm-signature-is-not-none" => header["alg"] == "none" && text.ends_with('.'),
        _ => return None,
    })
}

#[tokio::test]
async fn a_response_in_a_form_is_changed_as_one_in_a_query() {
    let lab = crate::support::Lab::start(&[]);
    let form = [("response_mode", "form_post")];
    let fault = "ensure-authorization-response-with-invalid-state-fails";
    let changed = format!("{}/test/{fault}", lab.url);
    let changed = sign_in(&changed, "demo-web", &form).await;
    assert_eq!(changed.mode, ResponseMode::FormPost);
    assert_eq!(changed.parameter("state"), Some("the-state1"));
    assert!(changed.parameter("code").is_some());
    let healthy = sign_in(&lab.url, "demo-web", &form).await;
    assert_eq!(healthy.parameter("state"), Some("the-state"));
}
