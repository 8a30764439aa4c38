//! Where the parameters of an authorization request come from: they stand in the request itself, in
//! a signed request object here or at an address, or were pushed before the person came.
//!
//! The rule: one source, and nothing beside it counts. What stands outside of a request object or
//! beside a `request_uri` is only used to say that the source is bad (RFC 9101 §6.3, RFC 9126 §4;
//! requirement A3.7).
//!
//! Nothing is fetched unless that is switched on, and then only from where the client registered it
//! (RFC 9101 §10.4).
#![doc(alias = "RFC 9101")]
#![doc(alias = "RFC 9126")]

use super::pushed;
use crate::{
    client::Client,
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    secret::{RequestUri, Secret},
    settings::RequestSettings,
};

/// Where the parameters are.
#[derive(Debug)]
pub enum Source<'a> {
    /// In the request.
    Plain,
    /// In this request object (RFC 9101).
    Object(&'a str),
    /// In the request object at this address (RFC 9101 §5.2), one that the client registered.
    Fetched(&'a str),
    /// With us (RFC 9126).
    Pushed(Secret<RequestUri>),
}

/// Every way in which the parameters cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// `request` and `request_uri` in one request.
    Both,
    /// `dpop_jkt` is another key than the one of the proof that came with it (RFC 9449 §10.1).
    KeyOther,
    /// The object is for somebody else than this issuer.
    ObjectAudience,
    /// The object is for another client than the request.
    ObjectClient,
    /// The object is encrypted, and not for us, or that is not accepted.
    ObjectEncrypted,
    /// The object has expired.
    ObjectExpired,
    /// The object comes from another issuer than the client.
    ObjectIssuer,
    /// The object is no token, or its signature is not the client's.
    ObjectInvalid,
    /// The client's keys cannot be had from its `jwks_uri`.
    ObjectKeysUnavailable,
    /// The object is good for too long, or is too old (FAPI 2.0 Message Signing §5.3.1).
    ObjectLifetime,
    /// A claim of the object cannot be a parameter.
    ObjectMalformed,
    /// There is a request object within the object (RFC 9101 §4).
    ObjectNested,
    /// The object is not good yet.
    ObjectNotYet,
    /// The client has registered nothing to check an object with.
    ObjectNotSupported,
    /// `response_type` outside is another one than inside (OIDC Core §6.1).
    ObjectResponseType,
    /// The object is about the client as a subject: it is a client assertion (RFC 9101 §10.8).
    ObjectSubject,
    /// The client has to sign its requests, and did not (RFC 9101 §10.5).
    ObjectRequired,
    /// The request has to be pushed, and was not (RFC 9126 §5).
    PushRequired,
    /// A `request_uri` was pushed (RFC 9126 §2.1).
    PushedReference,
    /// The `request_uri` is one of ours, and unknown, expired, used, or another client's.
    ReferenceInvalid,
    /// The `request_uri` would have to be fetched.
    ReferenceNotSupported,
    /// There is no request object at the `request_uri`.
    ReferenceUnavailable,
    /// The client did not register the `request_uri` (RFC 9101 §10.4.1).
    ReferenceUnregistered,
}

impl<'a> Source<'a> {
    /// Where the parameters of a request at the authorization endpoint are.
    ///
    /// # Errors
    /// [`Refusal`] when they cannot be there, or have to be elsewhere.
    pub fn of(
        client: &Client,
        parameters: &'a Parameters,
        settings: &RequestSettings,
    ) -> Result<Self, Refusal> {
        let reference = parameters.value("request_uri");
        let source = match (parameters.value("request"), reference) {
            (Some(_), Some(_)) => return Err(Refusal::Both),
            (_, Some(reference)) => {
                // What has the form was pushed here, or never was.
                if let Some(token) = reference.strip_prefix(pushed::URN) {
                    return Secret::parse(token)
                        .map(Self::Pushed)
                        .map_err(|_| Refusal::ReferenceInvalid);
                }
                Self::fetched(client, reference, settings)?
            }
            (Some(object), None) => Self::Object(object),
            (None, None) => Self::Plain,
        };
        if settings.require_pushed || client.pushes_requests() {
            return Err(Refusal::PushRequired);
        }
        source.if_signed_enough(client)
    }

    /// Where the parameters of a request that is pushed are.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn of_pushed(client: &Client, parameters: &'a Parameters) -> Result<Self, Refusal> {
        if parameters.value("request_uri").is_some() {
            return Err(Refusal::PushedReference);
        }
        match parameters.value("request") {
            Some(object) => Ok(Self::Object(object)),
            None => Self::Plain.if_signed_enough(client),
        }
    }

    fn fetched(
        client: &Client,
        reference: &'a str,
        settings: &RequestSettings,
    ) -> Result<Self, Refusal> {
        let mut registered = client.metadata.request_uris.iter();
        match settings.fetched_objects {
            false => Err(Refusal::ReferenceNotSupported),
            true if registered.any(|uri| uri.matches(reference)) => Ok(Self::Fetched(reference)),
            true => Err(Refusal::ReferenceUnregistered),
        }
    }

    fn if_signed_enough(self, client: &Client) -> Result<Self, Refusal> {
        match self {
            Self::Plain if client.signs_requests() => Err(Refusal::ObjectRequired),
            source => Ok(source),
        }
    }
}

impl Refusal {
    /// What the client is told (OIDC Core §3.1.2.6, RFC 9101 §7, RFC 9126 §2.3).
    pub const fn wire(self) -> OAuthError {
        use ErrorCode as Code;
        const fn object(description: &'static str) -> OAuthError {
            OAuthError::new(Code::InvalidRequestObject, description)
        }
        const fn request(description: &'static str) -> OAuthError {
            OAuthError::new(Code::InvalidRequest, description)
        }
        match self {
            Self::Both => request("request and request_uri exclude one another: send one of them"),
            Self::KeyOther => OAuthError::new(
                Code::InvalidDpopProof,
                "dpop_jkt is not the thumbprint of the key that signed the DPoP proof",
            ),
            Self::ObjectAudience => object("aud of the request object is not this issuer"),
            Self::ObjectClient => object(
                "client_id of the request object is missing, or is not the client_id beside it",
            ),
            Self::ObjectEncrypted => object(
                "the request object is not encrypted for this server: for a key in its jwks_uri with use enc, in one of the ways that request_object_encryption_alg_values_supported and request_object_encryption_enc_values_supported name",
            ),
            Self::ObjectExpired => object("the request object has expired, or has no exp"),
            Self::ObjectIssuer => object("iss of the request object is not the client_id"),
            Self::ObjectInvalid => object(
                "the request object is not a compact JWT signed by a key and with an algorithm that the client registered (jwks or jwks_uri, request_object_signing_alg)",
            ),
            Self::ObjectKeysUnavailable => {
                object("the keys of this client cannot be had from its jwks_uri now: try again")
            }
            Self::ObjectLifetime => object(
                "the request object is good for more than an hour, or is more than an hour old",
            ),
            Self::ObjectMalformed => {
                object("a claim of the request object is not the value of a request parameter")
            }
            Self::ObjectNested => {
                object("a request object has no request and no request_uri inside")
            }
            Self::ObjectNotYet => {
                object("nbf or iat of the request object lies ahead, or nbf is missing")
            }
            Self::ObjectNotSupported => OAuthError::new(
                Code::RequestNotSupported,
                "unsigned request objects are not supported, and this client has registered no keys: register jwks or jwks_uri, or send plain parameters",
            ),
            Self::ObjectResponseType => {
                object("response_type is another one outside than inside of the request object")
            }
            Self::ObjectSubject => object("sub of a request object is not the client"),
            Self::ObjectRequired => {
                request("this client has to send its requests as signed request objects (request)")
            }
            Self::PushRequired => request(
                "this request has to be pushed: send it to pushed_authorization_request_endpoint first (RFC 9126)",
            ),
            Self::PushedReference => {
                request("request_uri cannot be pushed: push the parameters themselves")
            }
            Self::ReferenceInvalid => OAuthError::new(
                Code::InvalidRequestUri,
                "request_uri is unknown, expired, used, or another client's: push the request again",
            ),
            Self::ReferenceUnavailable => OAuthError::new(
                Code::InvalidRequestUri,
                "there is no request object at request_uri: it has to answer within 5 seconds, with at most 16 KiB of application/oauth-authz-req+jwt or application/jwt",
            ),
            Self::ReferenceUnregistered => OAuthError::new(
                Code::InvalidRequestUri,
                "request_uri is not one of the request_uris that this client registered",
            ),
            Self::ReferenceNotSupported => OAuthError::new(
                Code::RequestUriNotSupported,
                "request_uri has to be one from pushed_authorization_request_endpoint: nothing is fetched",
            ),
        }
    }
}
