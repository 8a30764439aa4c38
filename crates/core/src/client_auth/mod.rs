//! Client authentication: one file a method. A request uses one method, and it must be one that is
//! registered for the client (RFC 6749 §2.3, OAuth 2.1 §2.4; requirement A3.1).

pub mod assertion;
pub mod client_secret_basic;
pub mod client_secret_jwt;
pub mod client_secret_post;
pub mod none;
pub mod private_key_jwt;
pub mod self_signed_tls_client_auth;
pub mod tls_client_auth;

use self::assertion::Assertion;
use crate::{
    certificate::Certificate,
    client::{AuthenticationMethod, Client},
    error::{ErrorCode, OAuthError},
    id::Id,
    parameters::Parameters,
    secret::{ClientSecret, Digest},
    single_use::SingleUse,
    time::Timestamp,
};

/// What a request presents to say which client it comes from.
#[derive(Debug)]
pub struct Credentials {
    /// The client it claims to be.
    pub client: Id<Client>,
    /// The method it uses.
    pub method: AuthenticationMethod,
    presented: Presented,
}

/// The proof that comes with the claim.
#[derive(Debug)]
enum Presented {
    Assertion(Assertion),
    Nothing,
    Secret(Digest<ClientSecret>),
}

/// What was found out about credentials outside of these rules.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What the presented assertion says, once its signature proved right for this client.
    pub assertion: Option<&'a assertion::Claims>,
    /// The certificate that the client has shown, if it has.
    pub certificate: Option<ShownCertificate<'a>>,
    /// What is asked of an assertion.
    pub rules: &'a assertion::Rules,
    /// The present moment.
    pub now: Timestamp,
}

/// A certificate whose key the caller has.
#[derive(Clone, Copy, Debug)]
pub struct ShownCertificate<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Whether an authority that is trusted for clients vouches for it.
    pub vouched_for: bool,
    /// The certificates in the key set of the client, in DER; none unless it registers
    /// [`self_signed_tls_client_auth`].
    pub registered: &'a [Vec<u8>],
}

/// Why a request is not believed to come from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The assertion is not signed in the way that is registered for the client.
    AssertionAlgorithm,
    /// The assertion is for somebody else, or for somebody else too.
    AssertionAudience,
    /// The profile of the client has the assertion be for the issuer, as a string, and it is not.
    AssertionAudienceOther,
    /// The assertion has expired.
    AssertionExpired,
    /// No JWT, or a claim is absent or of the wrong type.
    AssertionMalformed,
    /// The assertion is not valid yet, or made in the future.
    AssertionNotYet,
    /// The assertion was used before.
    AssertionReplayed,
    /// The signature is not one of the client's.
    AssertionSignature,
    /// Issuer, subject and `client_id` are not one client.
    AssertionSubject,
    /// The assertion is good for too long.
    AssertionTooLong,
    /// `client_assertion_type` is absent or another one.
    AssertionType,
    /// No certificate, or not one of the client's.
    Certificate,
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
    /// The keys of the client cannot be had.
    KeysUnavailable,
    /// What is registered of the client contradicts its profile.
    ProfileContradicted,
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
            "client authentication failed: check client_id, the secret or key, and the method registered for the client",
        );
        const fn invalid(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidClient, description)
        }
        match self {
            Self::AssertionAlgorithm
            | Self::AssertionSignature
            | Self::Certificate
            | Self::Disabled
            | Self::KeysUnavailable
            | Self::MethodNotRegistered
            | Self::Unknown
            | Self::WrongSecret => FAILED,
            // Of what follows, only the holder of the key gets to see what the claims are about.
            Self::AssertionAudience => invalid(
                "aud of the client assertion has to be the issuer of this server, or its token endpoint, and nobody else",
            ),
            Self::AssertionAudienceOther => invalid(
                "aud of the client assertion has to be the issuer of this server, as a string: the profile of this client has no other",
            ),
            Self::AssertionExpired => invalid("the client assertion has expired (exp)"),
            Self::AssertionMalformed => invalid(
                "client_assertion is not a JWT with iss, sub, aud, exp and jti (RFC 7523 3)",
            ),
            Self::AssertionNotYet => invalid(
                "the client assertion is not valid yet (nbf, iat): is the clock of the client right?",
            ),
            Self::AssertionReplayed => invalid(
                "the client assertion was used before: make a new one, with a new jti, for every request",
            ),
            Self::AssertionSubject => invalid(
                "iss and sub of the client assertion, and client_id if it is sent, have to be the same client",
            ),
            Self::AssertionTooLong => {
                invalid("exp of the client assertion is too far ahead: let it live for a minute")
            }
            Self::AssertionType => invalid(
                "client_assertion_type has to be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            Self::MalformedHeader => OAuthError::new(
                ErrorCode::InvalidClient,
                "the Authorization header is not Basic with base64 of client_id:client_secret, each form-urlencoded (RFC 6749 2.3.1)",
            ),
            Self::MalformedIdentifier => FAILED,
            Self::Missing => OAuthError::new(
                ErrorCode::InvalidClient,
                "no client authentication: send client_id in the body, or an Authorization header",
            ),
            Self::ProfileContradicted => invalid(
                "what is registered of this client contradicts its profile: register it again",
            ),
            Self::SeveralMethods => OAuthError::new(
                ErrorCode::InvalidRequest,
                "the client authenticates in two ways at once: use the Authorization header, client_secret or client_assertion, and no second one",
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
        let secret = parameters.value("client_secret");
        let assertion = parameters.value("client_assertion");
        if assertion.is_some() != parameters.value("client_assertion_type").is_some() {
            return Err(Refusal::AssertionType);
        }
        match (authorization, secret, assertion) {
            (Some(header), None, None) => client_secret_basic::parse(header, client_id),
            (None, Some(secret), None) => client_secret_post::parse(client_id, secret),
            (None, None, Some(token)) => {
                if parameters.value("client_assertion_type") != Some(assertion::TYPE) {
                    return Err(Refusal::AssertionType);
                }
                let (assertion, client, method) = Assertion::parse(token, client_id)?;
                Ok(Self {
                    client,
                    method,
                    presented: Presented::Assertion(assertion),
                })
            }
            (None, None, None) => none::parse(client_id),
            _ => Err(Refusal::SeveralMethods),
        }
    }

    /// The assertion, whose signature is still to be verified, if one is presented.
    pub const fn assertion(&self) -> Option<&Assertion> {
        match &self.presented {
            Presented::Assertion(assertion) => Some(assertion),
            Presented::Nothing | Presented::Secret(_) => None,
        }
    }

    /// Whether the client may authenticate in this way.
    ///
    /// # Errors
    /// [`Refusal::MethodNotRegistered`].
    pub fn check_method(&self, client: &Client) -> Result<(), Refusal> {
        let methods = client.accepted_methods();
        // Who shows a certificate in the handshake sends nothing but client_id (RFC 8705 §2).
        let shows = self.method == AuthenticationMethod::None
            && methods.clone().any(AuthenticationMethod::uses_certificate);
        if shows || methods.clone().any(|method| method == self.method) {
            Ok(())
        } else {
            Err(Refusal::MethodNotRegistered)
        }
    }

    /// Whether they prove that the request comes from the client. What is used up by that is to be
    /// recorded before anything is done in its name; if it cannot be, because it is recorded
    /// already, the answer is [`Refusal::AssertionReplayed`].
    ///
    /// # Errors
    /// [`Refusal`] says in which way they do not.
    pub fn verify(
        &self,
        client: &Client,
        evidence: &Evidence<'_>,
    ) -> Result<Option<SingleUse>, Refusal> {
        self.check_method(client)?;
        let used_up = match &self.presented {
            Presented::Nothing if client.is_public() => None,
            Presented::Nothing => {
                let shown = evidence.certificate.ok_or(Refusal::Certificate)?;
                if !shown.proves(client) {
                    return Err(Refusal::Certificate);
                }
                None
            }
            Presented::Secret(presented) => {
                // All of them are compared: how long it takes tells nothing.
                let good = client.secrets.iter().fold(false, |good, stored| {
                    good | (stored.digest == *presented && stored.is_current(evidence.now))
                });
                if !good {
                    return Err(Refusal::WrongSecret);
                }
                None
            }
            Presented::Assertion(_) => {
                // What was presented and not verified never counts (requirement A3.1).
                let claims = evidence.assertion.ok_or(Refusal::AssertionSignature)?;
                Some(claims.check(client, evidence.rules, evidence.now)?)
            }
        };
        // Last, so that only the client itself can learn of it.
        if client.disabled_at.is_some() {
            Err(Refusal::Disabled)
        } else if client.check_profile().is_err() {
            Err(Refusal::ProfileContradicted)
        } else {
            Ok(used_up)
        }
    }
}

impl ShownCertificate<'_> {
    fn proves(&self, client: &Client) -> bool {
        client.accepted_methods().any(|method| match method {
            AuthenticationMethod::TlsClientAuth => {
                self.vouched_for && tls_client_auth::matches(&client.metadata, self.certificate)
            }
            AuthenticationMethod::SelfSignedTlsClientAuth => {
                self_signed_tls_client_auth::matches(self.registered, self.certificate)
            }
            AuthenticationMethod::ClientSecretBasic
            | AuthenticationMethod::ClientSecretJwt
            | AuthenticationMethod::ClientSecretPost
            | AuthenticationMethod::None
            | AuthenticationMethod::PrivateKeyJwt => false,
        })
    }
}
