//! The metadata document: only what really works is advertised.
#![doc(alias = "RFC 8414")]
#![doc(alias = "OpenID Connect Discovery")]

use serde::Serialize;

use crate::{
    algorithm::Algorithm,
    authorize::{
        prompt::Prompt,
        response_mode::{self, ResponseMode},
        response_type::ResponseType,
    },
    claims,
    client::{AuthenticationMethod, DeliveryMode, GrantType},
    client_auth::assertion::SigningAlgorithm,
    encryption::{ContentEncryption, KeyManagement},
    pairwise::SubjectType,
    registration::RegistrationMode,
    scope,
    session::ACR_PASSWORD,
    settings::{RegistrationSettings, RequestSettings},
};

/// The addresses of the endpoints.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// RFC 6749 §3.1.
    pub authorize: String,
    /// RFC 9126 §2.
    pub pushed: String,
    /// RFC 6749 §3.2.
    pub token: String,
    /// RFC 7662.
    pub introspect: String,
    /// RFC 7009.
    pub revoke: String,
    /// RFC 7517 §5.
    pub keys: String,
    /// OIDC Core §5.3.
    pub userinfo: String,
    /// RFC 8628 §3.1.
    pub device_authorization: String,
    /// CIBA §4.
    pub backchannel_authentication: String,
    /// OpenID Connect RP-Initiated Logout §2.
    pub end_session: String,
    /// RFC 7591 §3.
    pub register: String,
    /// OpenID Connect Session Management §3.3, where it is on.
    pub check_session: Option<String>,
}

/// What a provider offers, by its settings.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The issuer identifier.
    pub issuer: &'a str,
    /// Where everything is.
    pub endpoints: &'a Endpoints,
    /// With what tokens can be signed.
    pub algorithms: &'a [Algorithm],
    /// How clients can authenticate.
    pub methods: &'a [AuthenticationMethod],
    /// With what DPoP proofs may be signed.
    pub proofs: &'a [Algorithm],
    /// Whether people can make an account by themselves.
    pub sign_up: bool,
    /// What is switched on at the authorization endpoint.
    pub requests: &'a RequestSettings,
    /// What those may count on who show a certificate.
    pub certificates: CertificateOffer<'a>,
    /// How clients come by themselves.
    pub registration: &'a RegistrationSettings,
}

/// What clients that show a certificate may count on.
#[derive(Clone, Copy, Debug)]
pub struct CertificateOffer<'a> {
    /// Whether certificates arrive, so that tokens can be bound to them.
    pub bound_tokens: bool,
    /// Where such clients call, if elsewhere.
    pub aliases: Option<&'a Endpoints>,
}

/// Endpoints for clients that show a certificate (RFC 8705 §5): those that such clients call.
#[derive(Debug, Serialize)]
struct Aliases<'a> {
    pushed_authorization_request_endpoint: &'a str,
    token_endpoint: &'a str,
    userinfo_endpoint: &'a str,
    introspection_endpoint: &'a str,
    revocation_endpoint: &'a str,
    device_authorization_endpoint: &'a str,
    backchannel_authentication_endpoint: &'a str,
}

/// The document (RFC 8414 §2, OIDC Discovery §3, RFC 9207 §3, Initiating User Registration §3).
#[derive(Debug, Serialize)]
pub struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: &'a str,
    pushed_authorization_request_endpoint: &'a str,
    token_endpoint: &'a str,
    userinfo_endpoint: &'a str,
    jwks_uri: &'a str,
    introspection_endpoint: &'a str,
    revocation_endpoint: &'a str,
    device_authorization_endpoint: &'a str,
    backchannel_authentication_endpoint: &'a str,
    backchannel_token_delivery_modes_supported: [DeliveryMode; 2],
    backchannel_authentication_request_signing_alg_values_supported: [Algorithm; 4],
    backchannel_user_code_parameter_supported: bool,
    end_session_endpoint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check_session_iframe: Option<&'a str>,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    scopes_supported: &'a [&'a str],
    response_types_supported: Vec<&'a str>,
    response_modes_supported: Vec<&'a str>,
    grant_types_supported: Vec<&'a str>,
    subject_types_supported: [SubjectType; 2],
    acr_values_supported: [&'a str; 1],
    id_token_signing_alg_values_supported: &'a [Algorithm],
    id_token_encryption_alg_values_supported: [KeyManagement; 3],
    id_token_encryption_enc_values_supported: [ContentEncryption; 5],
    userinfo_signing_alg_values_supported: &'a [Algorithm],
    userinfo_encryption_alg_values_supported: [KeyManagement; 3],
    userinfo_encryption_enc_values_supported: [ContentEncryption; 5],
    dpop_signing_alg_values_supported: &'a [Algorithm],
    authorization_signing_alg_values_supported: &'a [Algorithm],
    request_object_signing_alg_values_supported: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_object_encryption_alg_values_supported: Option<[KeyManagement; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_object_encryption_enc_values_supported: Option<[ContentEncryption; 5]>,
    token_endpoint_auth_methods_supported: Vec<&'a str>,
    token_endpoint_auth_signing_alg_values_supported: [SigningAlgorithm; 5],
    introspection_endpoint_auth_methods_supported: Vec<&'a str>,
    introspection_endpoint_auth_signing_alg_values_supported: [SigningAlgorithm; 5],
    revocation_endpoint_auth_methods_supported: Vec<&'a str>,
    revocation_endpoint_auth_signing_alg_values_supported: [SigningAlgorithm; 5],
    display_values_supported: [&'a str; 4],
    claim_types_supported: [&'a str; 1],
    claims_supported: Vec<&'a str>,
    ui_locales_supported: [&'a str; 1],
    prompt_values_supported: Vec<&'a str>,
    code_challenge_methods_supported: [&'a str; 1],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    require_pushed_authorization_requests: bool,
    authorization_response_iss_parameter_supported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
    introspection_signing_alg_values_supported: &'a [Algorithm],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases<'a>>,
}

impl<'a> Metadata<'a> {
    /// The document of a provider.
    pub fn new(offer: &Offer<'a>) -> Self {
        let Offer {
            issuer,
            endpoints,
            algorithms,
            methods,
            proofs,
            sign_up,
            requests,
            certificates,
            registration,
        } = *offer;
        let unsigned = requests.unsigned_objects.then_some("none");
        let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
        let confidential: Vec<_> = methods
            .iter()
            .copied()
            .filter(|method| *method != "none")
            .collect();
        let protocol = [
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "sid",
        ];
        Self {
            issuer,
            authorization_endpoint: &endpoints.authorize,
            pushed_authorization_request_endpoint: &endpoints.pushed,
            token_endpoint: &endpoints.token,
            userinfo_endpoint: &endpoints.userinfo,
            jwks_uri: &endpoints.keys,
            introspection_endpoint: &endpoints.introspect,
            revocation_endpoint: &endpoints.revoke,
            device_authorization_endpoint: &endpoints.device_authorization,
            backchannel_authentication_endpoint: &endpoints.backchannel_authentication,
            backchannel_token_delivery_modes_supported: DeliveryMode::ALL,
            backchannel_authentication_request_signing_alg_values_supported: Algorithm::ALL,
            backchannel_user_code_parameter_supported: false,
            end_session_endpoint: &endpoints.end_session,
            registration_endpoint: (registration.mode != RegistrationMode::Off)
                .then_some(endpoints.register.as_str()),
            check_session_iframe: endpoints.check_session.as_deref(),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            scopes_supported: &scope::STANDARD,
            response_types_supported: ResponseType::ALL
                .into_iter()
                .filter(|kind| requests.front_channel_tokens || !kind.is_front_channel())
                .map(ResponseType::as_str)
                .collect(),
            response_modes_supported: ResponseMode::ALL
                .into_iter()
                .map(ResponseMode::as_str)
                .chain([response_mode::JWT])
                .collect(),
            grant_types_supported: GrantType::ALL
                .iter()
                .filter(|grant| requests.front_channel_tokens || **grant != GrantType::Implicit)
                .map(|grant| grant.as_str())
                .collect(),
            subject_types_supported: SubjectType::ALL,
            acr_values_supported: [ACR_PASSWORD],
            id_token_signing_alg_values_supported: algorithms,
            id_token_encryption_alg_values_supported: KeyManagement::ALL,
            id_token_encryption_enc_values_supported: ContentEncryption::ALL,
            userinfo_signing_alg_values_supported: algorithms,
            userinfo_encryption_alg_values_supported: KeyManagement::ALL,
            userinfo_encryption_enc_values_supported: ContentEncryption::ALL,
            dpop_signing_alg_values_supported: proofs,
            authorization_signing_alg_values_supported: algorithms,
            request_object_signing_alg_values_supported: Algorithm::ALL
                .map(Algorithm::as_str)
                .into_iter()
                .chain(unsigned)
                .collect(),
            request_object_encryption_alg_values_supported: requests
                .encrypted_objects
                .then_some(KeyManagement::ALL),
            request_object_encryption_enc_values_supported: requests
                .encrypted_objects
                .then_some(ContentEncryption::ALL),
            token_endpoint_auth_methods_supported: methods.clone(),
            token_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL,
            introspection_endpoint_auth_methods_supported: confidential,
            introspection_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL,
            revocation_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL,
            display_values_supported: ["page", "popup", "touch", "wap"],
            claim_types_supported: ["normal"],
            claims_supported: claims::supported().chain(protocol).collect(),
            ui_locales_supported: ["en"],
            prompt_values_supported: Prompt::VALUES
                .into_iter()
                .filter(|value| sign_up || *value != "create")
                .collect(),
            code_challenge_methods_supported: ["S256"],
            claims_parameter_supported: true,
            request_parameter_supported: true,
            // OIDC Discovery §3: absent means true, so it has to be said. It is about references
            // that are fetched; those of RFC 9126 are announced by their endpoint.
            request_uri_parameter_supported: requests.fetched_objects,
            require_request_uri_registration: requests.fetched_objects,
            require_pushed_authorization_requests: requests.require_pushed,
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: registration.documents,
            introspection_signing_alg_values_supported: algorithms,
            tls_client_certificate_bound_access_tokens: certificates.bound_tokens,
            mtls_endpoint_aliases: certificates.aliases.map(|aliases| Aliases {
                pushed_authorization_request_endpoint: &aliases.pushed,
                token_endpoint: &aliases.token,
                userinfo_endpoint: &aliases.userinfo,
                introspection_endpoint: &aliases.introspect,
                revocation_endpoint: &aliases.revoke,
                device_authorization_endpoint: &aliases.device_authorization,
                backchannel_authentication_endpoint: &aliases.backchannel_authentication,
            }),
        }
    }
}
