//! The grants of the token endpoint: one file each, and this one table.
//!
//! Each module exports `Request` (what the parameters say), `Refusal` (every way it can be wrong)
//! and `decide` (the rule).

pub mod authorization_code;
pub mod backchannel;
pub mod client_credentials;
pub mod device_code;
pub mod jwt_bearer;
pub mod refresh_token;
pub mod token_exchange;
pub mod waiting;

use crate::{
    authorization_details,
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
};

/// A token request whose grant is known, before the client is authenticated.
#[derive(Debug)]
pub enum Request {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(authorization_code::Request),
    /// CIBA §10.1.
    Backchannel(backchannel::Request),
    /// RFC 6749 §4.4.2.
    ClientCredentials(client_credentials::Request),
    /// RFC 8628 §3.4.
    DeviceCode(device_code::Request),
    /// RFC 7523 §2.1.
    JwtBearer(jwt_bearer::Request),
    /// RFC 6749 §6.
    RefreshToken(refresh_token::Request),
    /// RFC 8693 §2.1.
    TokenExchange(token_exchange::Request),
}

impl Request {
    /// Reads the parameters, which are known not to repeat.
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_grant_type`, or what the grant says.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        let grant_type = parameters.value("grant_type").ok_or(OAuthError::new(
            ErrorCode::InvalidRequest,
            "grant_type is missing: send it as a form parameter in the body of the POST",
        ))?;
        let known = GrantType::from_wire(grant_type);
        let detailed = matches!(
            known,
            Some(GrantType::AuthorizationCode | GrantType::RefreshToken) | None
        );
        // RFC 9396 §5: not ignored, since whoever sends it wants it to count.
        if !detailed && parameters.value(authorization_details::NAME).is_some() {
            return Err(OAuthError::new(
                ErrorCode::InvalidAuthorizationDetails,
                "authorization_details needs the approval of a person: ask at the authorization endpoint, and here for a part of it with authorization_code or refresh_token",
            ));
        }
        match known {
            Some(GrantType::AuthorizationCode) => authorization_code::Request::parse(parameters)
                .map(Self::AuthorizationCode)
                .map_err(authorization_code::Refusal::wire),
            Some(GrantType::Ciba) => backchannel::Request::parse(parameters)
                .map(Self::Backchannel)
                .map_err(backchannel::Refusal::wire),
            Some(GrantType::ClientCredentials) => client_credentials::Request::parse(parameters)
                .map(Self::ClientCredentials)
                .map_err(client_credentials::Refusal::wire),
            Some(GrantType::DeviceCode) => device_code::Request::parse(parameters)
                .map(Self::DeviceCode)
                .map_err(device_code::Refusal::wire),
            Some(GrantType::JwtBearer) => jwt_bearer::Request::parse(parameters)
                .map(Self::JwtBearer)
                .map_err(jwt_bearer::Refusal::wire),
            Some(GrantType::RefreshToken) => refresh_token::Request::parse(parameters)
                .map(Self::RefreshToken)
                .map_err(refresh_token::Refusal::wire),
            Some(GrantType::TokenExchange) => token_exchange::Request::parse(parameters)
                .map(Self::TokenExchange)
                .map_err(token_exchange::Refusal::wire),
            // RFC 6749 §4.2: the implicit grant has no business here.
            Some(GrantType::Implicit) | None => Err(OAuthError::new(
                ErrorCode::UnsupportedGrantType,
                "this grant_type is not supported; see grant_types_supported in the discovery document",
            )),
        }
    }

    /// The grant it uses.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode(_) => GrantType::AuthorizationCode,
            Self::Backchannel(_) => GrantType::Ciba,
            Self::ClientCredentials(_) => GrantType::ClientCredentials,
            Self::DeviceCode(_) => GrantType::DeviceCode,
            Self::JwtBearer(_) => GrantType::JwtBearer,
            Self::RefreshToken(_) => GrantType::RefreshToken,
            Self::TokenExchange(_) => GrantType::TokenExchange,
        }
    }
}

/// Refuses a client that is not registered for the grant (RFC 6749 §5.2).
///
/// # Errors
/// `unauthorized_client`.
pub fn permit(client: &Client, grant_type: GrantType) -> Result<(), OAuthError> {
    if client.allows(grant_type) && client.demands().grants.contains(&grant_type) {
        Ok(())
    } else {
        Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for this grant_type; add it to the client's grant_types",
        ))
    }
}
