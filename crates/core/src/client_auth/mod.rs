//! Client authentication: one file a method. A request uses one method, and it must be one that is
//! registered for the client (RFC 6749 §2.3, OAuth 2.1 §2.4; requirement A3.1).

pub mod client_secret_basic;
pub mod client_secret_post;
pub mod none;

use crate::{
    client::{AuthenticationMethod, Client},
    error::{ErrorCode, OAuthError},
    id::Id,
    parameters::Parameters,
    secret::{ClientSecret, Digest},
    time::Timestamp,
};

/// What a request presents to say which client it comes from.
#[derive(Debug)]
pub struct Credentials {
    /// The client it claims to be.
    pub client: Id<Client>,
    /// The method it uses.
    pub method: AuthenticationMethod,
    secret: Option<Digest<ClientSecret>>,
}

/// Why a request is not believed to come from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client is disabled.
    Disabled,
    /// The `Authorization` header is not what RFC 7617 describes.
    MalformedHeader,
    /// The identifier is none.
    MalformedIdentifier,
    /// Neither header nor `client_id`.
    Missing,
    /// Registered for other methods than the one used.
    MethodNotRegistered,
    /// Two methods in one request.
    SeveralMethods,
    /// No such client.
    Unknown,
    /// The secret is not one of the client's.
    WrongSecret,
}

impl Refusal {
    /// What the client is told. Unknown, disabled and wrong look alike.
    pub const fn wire(self) -> OAuthError {
        const FAILED: OAuthError = OAuthError::new(
            ErrorCode::InvalidClient,
            "client authentication failed: check client_id, the secret and the method registered for the client",
        );
        match self {
            Self::Disabled | Self::MethodNotRegistered | Self::Unknown | Self::WrongSecret => {
                FAILED
            }
            Self::MalformedHeader => OAuthError::new(
                ErrorCode::InvalidClient,
                "the Authorization header is not Basic with base64 of client_id:client_secret, each form-urlencoded (RFC 6749 2.3.1)",
            ),
            Self::MalformedIdentifier => FAILED,
            Self::Missing => OAuthError::new(
                ErrorCode::InvalidClient,
                "no client authentication: send client_id in the body, or an Authorization header",
            ),
            Self::SeveralMethods => OAuthError::new(
                ErrorCode::InvalidRequest,
                "the client authenticates in two ways at once: use the Authorization header or the body, not both",
            ),
        }
    }
}

impl Credentials {
    /// Reads what the request presents. The parameters are known not to repeat.
    ///
    /// # Errors
    /// [`Refusal`] when it presents nothing, too much, or something unreadable.
    pub fn parse(authorization: Option<&str>, parameters: &Parameters) -> Result<Self, Refusal> {
        let client_id = parameters.value("client_id");
        let in_body = parameters.value("client_secret");
        match (authorization, in_body) {
            (Some(_), Some(_)) => Err(Refusal::SeveralMethods),
            (Some(header), None) => client_secret_basic::parse(header, client_id),
            (None, Some(secret)) => client_secret_post::parse(client_id, secret),
            (None, None) => none::parse(client_id),
        }
    }

    /// Whether they prove that the request comes from the client.
    ///
    /// # Errors
    /// [`Refusal`] says in which way they do not.
    pub fn verify(&self, client: &Client, now: Timestamp) -> Result<(), Refusal> {
        if !client
            .metadata
            .token_endpoint_auth_methods
            .contains(&self.method)
        {
            return Err(Refusal::MethodNotRegistered);
        }
        if let Some(presented) = &self.secret {
            // All of them are compared: how long it takes tells nothing.
            let good = client.secrets.iter().fold(false, |good, stored| {
                let current = stored.expires_at.is_none_or(|until| now < until);
                good | (stored.digest == *presented && current)
            });
            if !good {
                return Err(Refusal::WrongSecret);
            }
        }
        // Last, so that only the client itself can learn that it is disabled.
        if client.disabled_at.is_some() {
            Err(Refusal::Disabled)
        } else {
            Ok(())
        }
    }
}
