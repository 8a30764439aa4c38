//! What a client is told: a registered code and a fixed sentence.

use std::fmt;

/// An error code of the IANA OAuth Extensions Error Registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// OIDC Core §3.1.2.6.
    AccountSelectionRequired,
    /// RFC 8628 §3.5.
    AuthorizationPending,
    /// OIDC Core §3.1.2.6.
    ConsentRequired,
    /// RFC 8628 §3.5.
    ExpiredToken,
    /// CIBA §13.
    InvalidBindingMessage,
    /// OIDC Core §3.1.2.6.
    InteractionRequired,
    /// RFC 9470 §3.
    InsufficientUserAuthentication,
    /// RFC 9396 §5.
    InvalidAuthorizationDetails,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 7591 §3.2.2.
    InvalidClientMetadata,
    /// RFC 9449 §12.2.
    InvalidDpopProof,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    InvalidRequest,
    /// RFC 7591 §3.2.2.
    InvalidRedirectUri,
    /// OIDC Core §3.1.2.6, RFC 9101 §7.
    InvalidRequestObject,
    /// OIDC Core §3.1.2.6, RFC 9101 §7.
    InvalidRequestUri,
    /// RFC 6749 §5.2.
    InvalidScope,
    /// RFC 7591 §3.2.2.
    InvalidSoftwareStatement,
    /// RFC 8707 §2.
    InvalidTarget,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// OIDC Core §3.1.2.6.
    LoginRequired,
    /// OIDC Core §3.1.2.6.
    RegistrationNotSupported,
    /// OIDC Core §3.1.2.6.
    RequestNotSupported,
    /// OIDC Core §3.1.2.6.
    RequestUriNotSupported,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// RFC 8628 §3.5.
    SlowDown,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 7591 §3.2.2.
    UnapprovedSoftwareStatement,
    /// RFC 6749 §5.2.
    UnauthorizedClient,
    /// CIBA §13.
    UnknownUserId,
    /// OpenID Connect Core Error Code unmet_authentication_requirements.
    UnmetAuthenticationRequirements,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType,
    /// RFC 9449 §8.
    UseDpopNonce,
}

impl ErrorCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::AuthorizationPending => "authorization_pending",
            Self::ConsentRequired => "consent_required",
            Self::ExpiredToken => "expired_token",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::InteractionRequired => "interaction_required",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::ServerError => "server_error",
            Self::InsufficientScope => "insufficient_scope",
            Self::SlowDown => "slow_down",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnknownUserId => "unknown_user_id",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A refusal as the client sees it. The description is a `&'static str`, so it cannot repeat a
/// secret or tell whether somebody exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The registered code.
    pub code: ErrorCode,
    /// What a developer should change (RFC 6749 §5.2 `error_description`).
    pub description: &'static str,
}

impl OAuthError {
    /// An error of a code and a sentence.
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description }
    }
}
