//! Every way in which an authorization request can be wrong, and what is said of it: on a page while
//! there is nowhere to answer to, to the client afterwards.

use std::fmt;

use crate::{
    authorization_details::DetailsRefusal,
    error::{ErrorCode, OAuthError},
    token::target::TargetRefusal,
};

/// Why there is nowhere to answer to: the person sees a page (requirement A1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageRefusal {
    /// The client is disabled.
    ClientDisabled,
    /// No `client_id`.
    ClientIdMissing,
    /// `client_id` twice, or not an identifier.
    ClientIdMalformed,
    /// No such client.
    ClientUnknown,
    /// `redirect_uri` twice.
    RedirectUriRepeated,
    /// No `redirect_uri` (OIDC Core §3.1.2.1 requires it).
    RedirectUriMissing,
    /// Not one that the client registered.
    RedirectUriUnregistered,
}

/// Every way a request can be wrong once there is somewhere to answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The person has to choose an account, and `prompt=none` forbids to ask.
    AccountSelectionRequired,
    /// `acr` is essential and cannot be had.
    AcrUnsatisfiable,
    /// No `code_challenge`.
    ChallengeMissing,
    /// `code_challenge` is not base64url of SHA-256.
    ChallengeMalformed,
    /// `code_challenge_method` is not S256.
    ChallengeMethod,
    /// `claims` is not the JSON of OIDC Core §5.5.
    ClaimsMalformed,
    /// The client may not use the grants of the response type.
    ClientNotPermitted,
    /// The person has to consent, and `prompt=none` forbids to ask.
    ConsentRequired,
    /// The person said no.
    Denied,
    /// `authorization_details` says what its types do not have (RFC 9396 §5).
    DetailsInvalid,
    /// `authorization_details` is no list of details.
    DetailsMalformed,
    /// `authorization_details` of a type that is unknown, or not the client's.
    DetailsTypeUnknown,
    /// `display` is not defined.
    DisplayUnknown,
    /// `id_token_hint` is not one of our ID tokens.
    HintInvalid,
    /// `dpop_jkt` is no thumbprint.
    KeyMalformed,
    /// The person has to sign in, and `prompt=none` forbids to ask; or is not the one hinted at.
    LoginRequired,
    /// `max_age` is not a number of seconds.
    MaxAgeMalformed,
    /// No `nonce` where an ID token travels through the browser.
    NonceMissing,
    /// `nonce` is unreasonably long.
    NonceTooLong,
    /// An ID token without `openid` in `scope`.
    OpenidMissing,
    /// `prompt=none` beside other values.
    PromptContradictory,
    /// `prompt=create` where nobody can sign up.
    PromptCreate,
    /// `prompt` is not defined.
    PromptUnknown,
    /// `registration` parameter.
    RegistrationParameter,
    /// A parameter stands twice.
    Repeated,
    /// `response_mode` would put tokens into a query.
    ResponseModeExposed,
    /// `response_mode` is not one that the client may use.
    ResponseModeNotPermitted,
    /// `response_mode` is not defined.
    ResponseModeUnknown,
    /// No `response_type`.
    ResponseTypeMissing,
    /// Not one that is offered, or not to this client.
    ResponseTypeUnsupported,
    /// `scope` is no scope.
    ScopeMalformed,
    /// No `scope`, or nothing in it that the client may have.
    ScopeMissing,
    /// `scope` names two organizations to sign in to, or none that can exist (requirement A7.3).
    ScopeContradictory,
    /// `state` is unreasonably long.
    StateTooLong,
    /// `resource` is no absolute URI.
    TargetMalformed,
    /// The client is not registered for the resource.
    TargetNotRegistered,
}

impl From<DetailsRefusal> for Refusal {
    fn from(refusal: DetailsRefusal) -> Self {
        match refusal {
            DetailsRefusal::Invalid | DetailsRefusal::Widened => Self::DetailsInvalid,
            DetailsRefusal::Malformed => Self::DetailsMalformed,
            DetailsRefusal::TypeUnknown => Self::DetailsTypeUnknown,
        }
    }
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        match refusal {
            TargetRefusal::Malformed => Self::TargetMalformed,
            TargetRefusal::NotRegistered | TargetRefusal::Widened => Self::TargetNotRegistered,
        }
    }
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        use ErrorCode as Code;
        let (code, description) = match self {
            Self::DetailsInvalid => return DetailsRefusal::Invalid.wire(),
            Self::DetailsMalformed => return DetailsRefusal::Malformed.wire(),
            Self::DetailsTypeUnknown => return DetailsRefusal::TypeUnknown.wire(),
            Self::TargetMalformed => return TargetRefusal::Malformed.wire(),
            Self::TargetNotRegistered => return TargetRefusal::NotRegistered.wire(),
            Self::AccountSelectionRequired => (
                Code::AccountSelectionRequired,
                "several accounts are signed in and prompt=none forbids to ask which",
            ),
            Self::AcrUnsatisfiable => (
                Code::UnmetAuthenticationRequirements,
                "none of the essential acr values can be satisfied; see acr_values_supported",
            ),
            Self::ChallengeMissing => (
                Code::InvalidRequest,
                "code_challenge is missing: PKCE with S256 is required (RFC 7636)",
            ),
            Self::ChallengeMalformed => (
                Code::InvalidRequest,
                "code_challenge is not 43 characters of base64url without padding: BASE64URL(SHA256(code_verifier))",
            ),
            Self::ChallengeMethod => (Code::InvalidRequest, "code_challenge_method must be S256"),
            Self::ClaimsMalformed => (
                Code::InvalidRequest,
                "claims is not a JSON object with the members userinfo and id_token (OpenID Connect Core 5.5)",
            ),
            Self::ClientNotPermitted => (
                Code::UnauthorizedClient,
                "this client is not registered for the grant that the response_type needs: authorization_code for a code, implicit for tokens",
            ),
            Self::ConsentRequired => (
                Code::ConsentRequired,
                "the person has to be asked for consent and prompt=none forbids it",
            ),
            Self::Denied => (Code::AccessDenied, "the person did not allow the request"),
            Self::DisplayUnknown => (
                Code::InvalidRequest,
                "display must be page, popup, touch or wap",
            ),
            Self::HintInvalid => (
                Code::InvalidRequest,
                "id_token_hint is not an ID token that this issuer signed for this client",
            ),
            Self::KeyMalformed => (
                Code::InvalidRequest,
                "dpop_jkt is not 43 characters of base64url: the SHA-256 thumbprint of a key (RFC 7638)",
            ),
            Self::LoginRequired => (Code::LoginRequired, "the person has to sign in"),
            Self::MaxAgeMalformed => (Code::InvalidRequest, "max_age must be a number of seconds"),
            Self::NonceMissing => (
                Code::InvalidRequest,
                "nonce is missing: it is required where an ID token travels through the browser (OpenID Connect Core 3.2.2.1)",
            ),
            Self::OpenidMissing => (
                Code::InvalidRequest,
                "scope has to contain openid for a response_type with id_token",
            ),
            Self::NonceTooLong => (Code::InvalidRequest, "nonce is longer than 2048 characters"),
            Self::PromptContradictory => (
                Code::InvalidRequest,
                "prompt=none cannot be combined with other values",
            ),
            Self::PromptCreate => (
                Code::InvalidRequest,
                "prompt=create is not offered: nobody can sign up here by themselves",
            ),
            Self::PromptUnknown => (
                Code::InvalidRequest,
                "prompt has an unknown value; see prompt_values_supported",
            ),
            Self::RegistrationParameter => (
                Code::RegistrationNotSupported,
                "the registration parameter is not supported",
            ),
            Self::Repeated => (
                Code::InvalidRequest,
                "a parameter stands twice in this request; send each parameter once",
            ),
            Self::ResponseModeExposed => (
                Code::InvalidRequest,
                "response_mode must not put tokens into a query: use fragment or form_post",
            ),
            Self::ResponseModeNotPermitted => (
                Code::InvalidRequest,
                "response_mode is not one of the response_modes that this client is registered for",
            ),
            Self::ResponseModeUnknown => (
                Code::InvalidRequest,
                "response_mode is unknown; see response_modes_supported",
            ),
            Self::ResponseTypeMissing => (
                Code::InvalidRequest,
                "response_type is missing; it should be code",
            ),
            Self::ResponseTypeUnsupported => (
                Code::UnsupportedResponseType,
                "response_type must be one of the response_types that this client is registered for: code, unless it says otherwise",
            ),
            Self::ScopeMalformed => (
                Code::InvalidScope,
                "scope is not words of visible ASCII separated by spaces (RFC 6749 3.3)",
            ),
            Self::ScopeMissing => (
                Code::InvalidScope,
                "scope names nothing that this client may ask for; OpenID Connect needs openid",
            ),
            Self::ScopeContradictory => (
                Code::InvalidScope,
                "scope names two organizations to sign in to, or one that cannot exist",
            ),
            Self::StateTooLong => (Code::InvalidRequest, "state is longer than 2048 characters"),
        };
        OAuthError::new(code, description)
    }
}

impl PageRefusal {
    /// What the person is told.
    pub const fn description(self) -> &'static str {
        match self {
            Self::ClientDisabled => "this client is disabled",
            Self::ClientIdMissing => "client_id is missing",
            Self::ClientIdMalformed => "client_id is malformed or stands twice",
            Self::ClientUnknown => "no client has this client_id",
            Self::RedirectUriRepeated => "redirect_uri stands twice",
            Self::RedirectUriMissing => "redirect_uri is missing",
            Self::RedirectUriUnregistered => {
                "redirect_uri is not registered for this client; it must be exactly one of the registered ones"
            }
        }
    }
}

impl fmt::Display for PageRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description())
    }
}
