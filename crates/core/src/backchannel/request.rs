//! What a client asks for in the back channel (CIBA §7.1).

use std::fmt;

use zeroize::Zeroizing;

use super::BindingMessage;
use crate::{
    client::{Client, DeliveryMode, GrantType},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    policy::Policy,
    scope::Scope,
    time::Lifetime,
    token::target::Targets,
    waiting::{self, AskedRefusal},
};

/// The longest `client_notification_token` (CIBA §7.1).
const LONGEST_TOKEN: usize = 1024;

/// A shorter one cannot have the 128 bits that CIBA §7.1 asks for, however it is written.
const SHORTEST_TOKEN: usize = 16;

/// A request that is well-formed.
#[derive(Debug)]
pub struct Request {
    /// For what, as far as the client may have it.
    pub scope: Scope,
    /// For which resources.
    pub targets: Targets,
    /// For whom.
    pub hint: Hint,
    /// What the person sees in both places.
    pub binding_message: Option<BindingMessage>,
    /// How long the client would like it to wait.
    pub expiry: Option<Lifetime>,
    /// What the client wants to be told with; in the mode `ping` alone.
    pub notification_token: Option<NotificationToken>,
}

/// Whom the client means.
#[derive(Clone, PartialEq, Eq)]
pub enum Hint {
    /// Whoever answers to this name or address.
    Login(String),
    /// Whoever this ID token of ours was about.
    IdToken(String),
}

/// The bearer token of a client's own that comes with what it is told (CIBA §10.2).
pub struct NotificationToken(Zeroizing<String>);

/// Every way a request in the back channel can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What it asks for.
    Asked(AskedRefusal),
    /// No binding message that could be compared.
    BindingMessage,
    /// The client may not use the grant.
    ClientNotPermitted,
    /// `requested_expiry` is no positive number.
    Expiry,
    /// The `id_token_hint` is none of ours, or another client's.
    HintInvalid,
    /// Nobody is named.
    HintMissing,
    /// `login_hint_token`.
    HintNotSupported,
    /// Somebody is named twice.
    HintSeveral,
    /// In the mode `ping`, no `client_notification_token`, or not one.
    NotificationToken,
    /// The object is for somebody else than this issuer.
    ObjectAudience,
    /// The object is no token, its signature is not the client's, or a claim cannot be a parameter.
    ObjectInvalid,
    /// The object comes from somebody else than the client.
    ObjectIssuer,
    /// The client's keys cannot be had.
    ObjectKeysUnavailable,
    /// The object has no `jti`.
    ObjectName,
    /// Parameters stand beside the object.
    ObjectNotAlone,
    /// The client has not registered that it signs its requests.
    ObjectNotSupported,
    /// The object was used before.
    ObjectReplayed,
    /// The client has to sign its requests, and did not.
    ObjectRequired,
    /// The object has expired, is not good yet, is good for too long, or does not say.
    ObjectTimes,
    /// No `scope`, or none with `openid`.
    ScopeWithoutOpenid,
    /// Nobody who can answer has this name.
    SubjectUnknown,
    /// The person was asked often of late, and allowed nothing.
    TooMany,
    /// The client named people who do not exist too often.
    TooManyUnknown,
}

impl Refusal {
    /// What the client is told (CIBA §13).
    pub const fn wire(self) -> OAuthError {
        const fn request(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidRequest, description)
        }
        match self {
            Self::Asked(refusal) => refusal.wire(),
            Self::BindingMessage => OAuthError::new(
                ErrorCode::InvalidBindingMessage,
                "binding_message has 1 to 100 characters, and none that cannot be seen",
            ),
            Self::ClientNotPermitted => OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "this client is not registered for CIBA; add urn:openid:params:grant-type:ciba to its grant_types",
            ),
            Self::Expiry => request("requested_expiry is a whole number of seconds above zero"),
            Self::HintInvalid => request("id_token_hint is no ID token that this client was given"),
            Self::HintMissing => {
                request("nobody is named: send login_hint or id_token_hint (CIBA 7.1)")
            }
            Self::HintNotSupported => {
                request("login_hint_token is not supported; send login_hint or id_token_hint")
            }
            Self::HintSeveral => {
                request("send one of login_hint and id_token_hint, not both (CIBA 7.1)")
            }
            Self::NotificationToken => request(
                "in the mode ping, client_notification_token has 16 to 1024 characters of A-Z a-z 0-9 - . _ ~ + / =",
            ),
            Self::ObjectAudience => request("aud of the signed request is not this issuer"),
            Self::ObjectInvalid => request(
                "the signed request is not a JWT that this client has signed with its registered algorithm, or a claim in it is no parameter",
            ),
            Self::ObjectIssuer => request("iss of the signed request is not this client"),
            Self::ObjectKeysUnavailable => {
                request("the keys of this client cannot be had from its jwks_uri")
            }
            Self::ObjectName => request("the signed request has no jti"),
            Self::ObjectNotAlone => request(
                "parameters stand beside the signed request; put all of them into it (CIBA 7.1.1)",
            ),
            Self::ObjectNotSupported => request(
                "this client does not sign its requests; register backchannel_authentication_request_signing_alg",
            ),
            Self::ObjectReplayed => request("the signed request was used before"),
            Self::ObjectRequired => {
                request("this client has to sign its requests, and this one is not signed")
            }
            Self::ObjectTimes => request(
                "the signed request has expired, is not good yet, is good for more than an hour, or lacks iat, nbf or exp",
            ),
            Self::ScopeWithoutOpenid => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope has to be there, and to have openid in it (CIBA 7.1)",
            ),
            Self::SubjectUnknown => OAuthError::new(
                ErrorCode::UnknownUserId,
                "nobody who could answer is known by this hint",
            ),
            Self::TooMany => OAuthError::new(
                ErrorCode::AccessDenied,
                "this client asked for this person too often without being allowed anything; wait",
            ),
            Self::TooManyUnknown => OAuthError::new(
                ErrorCode::AccessDenied,
                "this client asked for people who are not known too often; wait some minutes",
            ),
        }
    }
}

/// What the client asks for, as far as it may have it. Whom the hint means is not looked up here.
///
/// # Errors
/// [`Refusal`].
pub fn check(
    client: &Client,
    parameters: &Parameters,
    policy: &Policy,
) -> Result<Request, Refusal> {
    if !client.allows(GrantType::Ciba) {
        return Err(Refusal::ClientNotPermitted);
    }
    let (scope, targets) = waiting::asked(client, parameters, policy).map_err(Refusal::Asked)?;
    if !scope.contains("openid") {
        return Err(Refusal::ScopeWithoutOpenid);
    }
    let message = parameters.value("binding_message");
    let message = message.map(BindingMessage::parse).transpose();
    Ok(Request {
        scope,
        targets,
        hint: hint(parameters)?,
        binding_message: message.map_err(|_| Refusal::BindingMessage)?,
        expiry: expiry(parameters)?,
        notification_token: notification_token(client, parameters)?,
    })
}

fn hint(parameters: &Parameters) -> Result<Hint, Refusal> {
    let hints = ["login_hint", "id_token_hint", "login_hint_token"];
    match hints.map(|name| parameters.value(name)) {
        [None, None, None] => Err(Refusal::HintMissing),
        [Some(name), None, None] => Ok(Hint::Login(name.to_owned())),
        [None, Some(token), None] => Ok(Hint::IdToken(token.to_owned())),
        [None, None, Some(_)] => Err(Refusal::HintNotSupported),
        _ => Err(Refusal::HintSeveral),
    }
}

/// CIBA §7.1, §7.1.1: a number, also in a signed request, where it may be a text.
fn expiry(parameters: &Parameters) -> Result<Option<Lifetime>, Refusal> {
    let Some(text) = parameters.value("requested_expiry") else {
        return Ok(None);
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Expiry);
    }
    // Longer than any of ours is as good as endless.
    match text.parse().unwrap_or(u32::MAX) {
        0 => Err(Refusal::Expiry),
        seconds => Ok(Some(Lifetime::from_seconds(seconds))),
    }
}

fn notification_token(
    client: &Client,
    parameters: &Parameters,
) -> Result<Option<NotificationToken>, Refusal> {
    if client.metadata.backchannel_token_delivery_mode != Some(DeliveryMode::Ping) {
        return Ok(None);
    }
    let token = parameters.value("client_notification_token");
    let token = token.ok_or(Refusal::NotificationToken)?;
    // RFC 6750 §2.1: b64token.
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if (SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(permitted) {
        Ok(Some(NotificationToken(Zeroizing::new(token.to_owned()))))
    } else {
        Err(Refusal::NotificationToken)
    }
}

impl NotificationToken {
    /// The text, to be sealed or sent.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NotificationToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NotificationToken(…)")
    }
}

/// Whom it means is not for logs.
impl fmt::Debug for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Login(_) => "Login(…)",
            Self::IdToken(_) => "IdToken(…)",
        })
    }
}
