//! Every way in which a registration can be wrong.

use crate::{client::ClientError, error::ErrorCode, redirect_uri::RedirectUriError};

/// Every way in which a registration can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The parts do not fit together.
    Client(ClientError),
    /// `client_id` of an update is another client's (RFC 7592 §2.2).
    ClientIdMismatch,
    /// `client_secret` of an update is not the client's (RFC 7592 §2.2).
    ClientSecretMismatch,
    /// The public keys cannot be used.
    Keys,
    /// This member has a value that is not understood, or not permitted.
    Member(&'static str),
    /// No grant that it asks for is permitted.
    NoGrant,
    /// No response type that it asks for fits its grants.
    NoResponseType,
    /// A redirect URI.
    RedirectUri(RedirectUriError),
    /// `redirect_uris` is no list of texts, or a long one.
    RedirectUris,
    /// The document of the sector is no good (OIDC Core §8.1).
    Sector,
    /// The software statement is no good.
    StatementInvalid,
    /// Nobody here trusts its issuer.
    StatementUnapproved,
    /// All of it together.
    TooLong,
    /// `http`, or a name of this machine, for tokens that a web application gets in its browser
    /// (OIDC Registration §2 `application_type`).
    WebOnLoopback,
}

impl Refusal {
    /// What the client is told (RFC 7591 §3.2.2).
    pub fn wire(&self) -> (ErrorCode, String) {
        let metadata = ErrorCode::InvalidClientMetadata;
        match self {
            Self::Client(ClientError::RedirectUriMissing) => (
                ErrorCode::InvalidRedirectUri,
                "redirect_uris is missing".to_owned(),
            ),
            Self::Client(error) => (metadata, legal(&error.to_string())),
            Self::ClientIdMismatch => (
                metadata,
                "client_id has to be the one that was issued".to_owned(),
            ),
            Self::ClientSecretMismatch => (
                metadata,
                "client_secret has to be the one that was issued, or left out".to_owned(),
            ),
            Self::Keys => (
                metadata,
                "jwks is a JWK Set of public keys that can be used".to_owned(),
            ),
            Self::Member(name) => (
                metadata,
                format!("{name} has a value that is malformed or not permitted here"),
            ),
            Self::NoGrant => (
                metadata,
                "none of grant_types is permitted to clients that register".to_owned(),
            ),
            Self::NoResponseType => (
                metadata,
                "none of response_types is permitted with grant_types".to_owned(),
            ),
            Self::RedirectUri(error) => (ErrorCode::InvalidRedirectUri, legal(&error.to_string())),
            Self::RedirectUris => (
                ErrorCode::InvalidRedirectUri,
                "redirect_uris is a list of at most 20 URIs".to_owned(),
            ),
            Self::Sector => (
                metadata,
                "sector_identifier_uri has to be an address from which a JSON array of all redirect_uris can be fetched"
                    .to_owned(),
            ),
            Self::StatementInvalid => (
                ErrorCode::InvalidSoftwareStatement,
                "software_statement is no JWT that its issuer has signed, or has expired".to_owned(),
            ),
            Self::StatementUnapproved => (
                ErrorCode::UnapprovedSoftwareStatement,
                "the issuer of software_statement is not trusted here".to_owned(),
            ),
            Self::TooLong => (
                metadata,
                "the metadata of a client has at most 64 KiB".to_owned(),
            ),
            Self::WebOnLoopback => (
                ErrorCode::InvalidRedirectUri,
                "a web application with the grant implicit has https redirect URIs that are not localhost"
                    .to_owned(),
            ),
        }
    }
}

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

/// RFC 6749 §5.2: visible ASCII and spaces, without quotation marks and backslashes.
fn legal(text: &str) -> String {
    let permitted = |character: char| matches!(character, ' '..='~' if !"\"\\".contains(character));
    text.chars()
        .filter(|character| permitted(*character))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_only_the_characters_that_a_description_may_have() {
        for refusal in [
            Refusal::Client(ClientError::MachinePublic),
            Refusal::RedirectUri(RedirectUriError::PlainHttp),
            Refusal::RedirectUri(RedirectUriError::PrivateScheme),
        ] {
            let (_, text) = refusal.wire();
            assert!(text.len() > 20 && text.is_ascii(), "{text}");
            assert!(!text.contains(['"', '\\']), "{text}");
        }
    }
}
