//! What a client checks about an id token before it believes it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha512};

use crate::now;
use crate::relying_party::RelyingParty;
use crate::signature::{jwt_header, jwt_payload};

impl RelyingParty {
    /// Verifies an id token's signature, and its claims as OIDC Core §3.1.3.7 lists them. Returns
    /// the claims.
    ///
    /// # Panics
    /// When the token is not for this client, not valid now, or not the answer to this nonce.
    pub async fn check_id_token(
        &self,
        id_token: &str,
        nonce: Option<&str>,
        access_token: Option<&str>,
    ) -> Value {
        self.verify(id_token).await;
        let claims = jwt_payload(id_token);
        assert_eq!(claims["iss"], self.metadata["issuer"], "{claims}");
        let audience = &claims["aud"];
        let sole = audience.as_array().map_or(audience, |audience| {
            assert_eq!(audience.len(), 1, "an id token for others too: {claims}");
            &audience[0]
        });
        assert_eq!(sole, &self.client_id, "{claims}");
        assert!(
            claims["azp"].is_null() || claims["azp"] == self.client_id,
            "{claims}"
        );
        let seconds = |name: &str| {
            claims[name]
                .as_i64()
                .filter(|seconds| *seconds >= 0)
                .unwrap_or_else(|| panic!("{name} is no instant: {claims}"))
        };
        assert!(seconds("exp") > now(), "expired: {claims}");
        assert!(seconds("iat") <= now(), "issued in the future: {claims}");
        assert!(
            claims["sub"].as_str().is_some_and(|sub| !sub.is_empty()),
            "{claims}"
        );
        assert_eq!(claims["nonce"].as_str(), nonce, "{claims}");
        if let (Some(access_token), Some(hash)) = (access_token, claims["at_hash"].as_str()) {
            let algorithm = jwt_header(id_token);
            assert_eq!(hash, left_half(&algorithm["alg"], access_token), "{claims}");
        }
        claims
    }
}

/// The `at_hash` of an access token: OIDC Core §3.1.3.6. Ed25519 has no hash of its own in the
/// algorithm's name, and is used with SHA-512.
fn left_half(algorithm: &Value, access_token: &str) -> String {
    let hash = match algorithm.as_str() {
        Some("EdDSA") => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_hash_of_an_access_token_is_the_left_half_of_its_digest() {
        // OIDC Core Appendix A.3: an access token and the at_hash beside it.
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(
            left_half(&json!("RS256"), access_token),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
