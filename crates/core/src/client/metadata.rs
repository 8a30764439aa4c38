//! What follows from what is registered, and what is meant where nothing is.

use super::{AccessTokenFormat, AuthenticationMethod, ClientMetadata};
use crate::{algorithm::Algorithm, authorize::response_type::ResponseType, encryption::Encryption};

impl ClientMetadata {
    /// Whether its access tokens are opaque. A JWT would tell a client with names of its own what
    /// everybody else calls the subject (RFC 9068 §6).
    pub const fn are_access_tokens_opaque(&self) -> bool {
        matches!(self.access_token_format, AccessTokenFormat::Opaque)
            || !self.subject_type.is_public()
    }

    /// How its ID tokens are encrypted.
    pub fn id_token_encryption(&self) -> Option<Encryption> {
        let content = self.id_token_encrypted_response_enc;
        Encryption::registered(self.id_token_encrypted_response_alg, content)
    }

    /// How the answers of the userinfo endpoint are encrypted.
    pub fn userinfo_encryption(&self) -> Option<Encryption> {
        let content = self.userinfo_encrypted_response_enc;
        Encryption::registered(self.userinfo_encrypted_response_alg, content)
    }

    /// Whether its public keys are registered, here or elsewhere.
    pub const fn has_keys(&self) -> bool {
        self.jwks.is_some() || self.jwks_uri.is_some()
    }

    pub(super) fn default_methods() -> Vec<AuthenticationMethod> {
        vec![AuthenticationMethod::ClientSecretBasic]
    }

    pub(super) fn default_response_types() -> Vec<ResponseType> {
        vec![ResponseType::Code]
    }

    pub(super) fn are_default_response_types(response_types: &[ResponseType]) -> bool {
        response_types == [ResponseType::Code]
    }

    pub(super) const fn yes() -> bool {
        true
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands out a reference"
    )]
    pub(super) const fn is_yes(flag: &bool) -> bool {
        *flag
    }

    // OIDC Registration §2: RS256 where nothing else is registered.
    pub(super) fn default_algorithm() -> Algorithm {
        Algorithm::RS256
    }
}
