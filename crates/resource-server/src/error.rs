//! Why a protection cannot start.

use symbolon_core::id::IdError;

use crate::source::SourceError;

/// Why no [`crate::ResourceServer`] was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No audience was given, or none that can be one.
    #[error("the audience is no identifier ({0}); name the one that the API is registered with")]
    Audience(IdError),
    /// The metadata is to be published of an API whose name is not its address.
    #[error(
        "to publish its metadata, the audience has to be the https address of the API; http is for \
         the loopback interface alone"
    )]
    AudienceNoAddress,
    /// No client was given.
    #[error(
        "no client is named: call client(id, secret) with a confidential client that has the \
         audience among its introspects"
    )]
    ClientMissing,
    /// The issuer is no URL, or not one to send a secret to.
    #[error(
        "the issuer has to be an https URL without query and fragment, as the discovery document \
         spells it; http is for the loopback interface alone"
    )]
    Issuer,
    /// The HTTP client cannot be made: a root certificate cannot be read.
    #[error("the HTTP client cannot be made: {0}")]
    Http(String),
    /// The provider does not answer, or not as it should.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// What is wrong with the provider.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ProviderError(#[from] SourceError);

impl From<SourceError> for BuildError {
    fn from(error: SourceError) -> Self {
        Self::Provider(error.into())
    }
}
