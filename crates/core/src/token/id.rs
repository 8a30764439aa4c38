//! ID tokens (OIDC Core §2).

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

use crate::{
    algorithm::Algorithm,
    approval::Approval,
    claims,
    client::{Client, Place},
    id::Id,
    logout::{self, Sid},
    pairwise::Sub,
    secret::{AuthorizationCode, Secret},
    time::Timestamp,
    token::{Issuance, granted::Granted},
};

/// The `typ` header of an ID token.
pub const TYPE: &str = "JWT";

/// An ID token to be made: everything but `at_hash`, which needs the signed access token, and what
/// ties it to the answer that it travels in.
#[derive(Debug)]
pub struct IdTokenPlan {
    /// What it says.
    pub claims: IdTokenClaims,
    /// What signs it.
    pub algorithm: Algorithm,
}

/// The claims of an ID token.
#[derive(Clone, Debug, Serialize)]
pub struct IdTokenClaims {
    /// Issuer.
    pub iss: Arc<str>,
    /// Who signed in, as the client calls them.
    pub sub: Id<Sub>,
    /// For which client.
    pub aud: Id<Client>,
    /// Until when it may be accepted.
    pub exp: Timestamp,
    /// When it was made.
    pub iat: Timestamp,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// The request's `nonce`, verbatim (requirement A2.15).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How strongly the person signed in.
    pub acr: String,
    /// By what means.
    pub amr: Vec<String>,
    /// In which session, as the client calls it.
    pub sid: Id<Sid>,
    /// Ties the access token to it (OIDC Core §3.1.3.6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Ties the code beside it to it (OIDC Core §3.3.2.11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// Ties the request's `state` to it (Financial-grade API 1.0 part 2 §5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s_hash: Option<String>,
    /// Claims that were asked for by name, and those of the client's registration.
    #[serde(flatten)]
    pub requested: Map<String, Value>,
}

impl IdTokenPlan {
    /// Plans the ID token of an approval, if one is due (`openid` was granted). The `nonce` belongs
    /// to the code's token alone: a refreshed one carries none (OIDC Core §12.2).
    pub fn new(
        issuance: Issuance<'_>,
        granted: &Granted<'_>,
        approval: &Approval,
        nonce: Option<&str>,
    ) -> Option<Self> {
        let Granted {
            client, subject, ..
        } = granted;
        let mut requested = claims::for_id_token(subject, &approval.claims);
        requested.extend(granted.telling().claims(Place::IdToken));
        granted.scope.contains("openid").then(|| Self {
            claims: IdTokenClaims {
                iss: Arc::clone(issuance.issuer),
                sub: issuance.pairwise.told(client, &subject.id),
                aud: client.id.clone(),
                exp: issuance.now.plus(issuance.settings.id_lifetime),
                iat: issuance.now,
                auth_time: approval.authenticated_at,
                nonce: nonce.map(str::to_owned),
                acr: approval.acr.clone(),
                amr: approval.methods.clone(),
                sid: logout::sid(&approval.session, &client.id),
                at_hash: None,
                c_hash: None,
                s_hash: None,
                requested,
            },
            algorithm: client.metadata.id_token_signed_response_alg,
        })
    }

    /// The same, tied to the code that is handed out beside it.
    #[must_use]
    pub fn tied_to_code(mut self, code: &Secret<AuthorizationCode>) -> Self {
        self.claims.c_hash = Some(left_half(self.algorithm, code.expose()));
        self
    }

    /// The same, tied to the `state` that is repeated beside it.
    #[must_use]
    pub fn tied_to_state(mut self, state: Option<&str>) -> Self {
        self.claims.s_hash = state.map(|state| left_half(self.algorithm, state));
        self
    }

    /// The claims, tied to a signed access token.
    pub fn tied_to(mut self, access_token: &str) -> IdTokenClaims {
        self.claims.at_hash = Some(left_half(self.algorithm, access_token));
        self.claims
    }
}

/// base64url of the left half of the hash that belongs to the signing algorithm
/// (OIDC Core §3.1.3.6). Ed25519 hashes with SHA-512 (RFC 8032 §5.1).
pub fn left_half(algorithm: Algorithm, text: &str) -> String {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => {
            let hash = Sha256::digest(text.as_bytes());
            URL_SAFE_NO_PAD.encode(hash.split_at(16).0)
        }
        Algorithm::EdDSA => {
            let hash = Sha512::digest(text.as_bytes());
            URL_SAFE_NO_PAD.encode(hash.split_at(32).0)
        }
    }
}
