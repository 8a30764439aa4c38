//! What a fault is: a name, what a client has to do about it, and what it does to one or more seams.
//!
//! A fault changes nothing in the provider. What production code has made passes by here on its way
//! to the client, and the fault changes that: each seam is one kind of thing that passes. Faults that
//! are chosen together are applied one after the other in the order of the table, each at its seams;
//! ID tokens pass [`Seam::IdToken`] before [`Seam::Signature`].

use std::{sync::Arc, time::Duration};

use openssl::{pkey::Public, rsa::Rsa};
use serde_json::{Map, Value};
use symbolon_core::{algorithm::Algorithm, time::Clock};

use crate::{
    encrypt,
    exchange::{Asked, Endpoint},
    keys::LabKey,
    token::Token,
    world::{Ground, World},
};

/// A misbehaviour.
pub(crate) struct Fault {
    /// Its name, which is that of the public certification module where there is one, without what
    /// all of these names begin with.
    pub(crate) name: &'static str,
    /// What the provider does.
    pub(crate) does: &'static str,
    /// What somebody gains from a client that does not notice; or what breaks.
    pub(crate) attack: &'static str,
    /// What a correct client does.
    pub(crate) client: Expected,
    /// Where, and how.
    pub(crate) seams: &'static [Seam],
}

/// What a correct client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It goes on as if nothing were.
    Continue,
    /// It goes on, or does not accept what it got: both are right.
    Either,
    /// It does not ask for an authorization.
    StopBeforeAuthorization,
    /// It does not redeem the code.
    StopBeforeToken,
    /// It does not accept the ID token, so it never uses the access token.
    StopBeforeUserinfo,
    /// It does not accept what it got.
    Reject,
    /// It tries again later, or gives up.
    Retry,
}

impl Expected {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Either => "either",
            Self::StopBeforeAuthorization => "stop_before_authorization",
            Self::StopBeforeToken => "stop_before_token",
            Self::StopBeforeUserinfo => "stop_before_userinfo",
            Self::Reject => "reject",
            Self::Retry => "retry",
        }
    }
}

/// What passes.
pub(crate) enum Seam {
    /// The claims of an ID token.
    IdToken(fn(&mut Token, &Scene<'_>)),
    /// The header, the key and the signature of an ID token.
    Signature(fn(&mut Token, &Scene<'_>)),
    /// An ID token as it would be sent.
    Envelope(fn(&str, &Scene<'_>) -> Option<String>),
    /// The keys of the JWK Set.
    KeySet(fn(&mut Vec<Value>, &Scene<'_>)),
    /// The metadata document.
    Discovery(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The parameters that the browser carries to the client.
    AuthorizationResponse(fn(&mut Vec<(String, String)>, &Scene<'_>)),
    /// The same parameters in one signed token (JARM).
    SignedResponse(fn(&mut Token, &Scene<'_>)),
    /// The parameters that the browser carries back after signing out.
    LogoutResponse(fn(&mut Vec<(String, String)>, &Scene<'_>)),
    /// What the token endpoint answers, and with it the ID token already as it will be sent.
    TokenResponse(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The claims of the userinfo endpoint.
    Userinfo(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The same claims as a signed token. That a fault is at this seam makes them one.
    UserinfoToken(fn(&mut Token, &Scene<'_>)),
    /// What the endpoint for requests in the back channel answers (CIBA §7.3).
    Backchannel(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// What a client is told of the end of a session.
    LogoutToken(fn(&mut Token, &Scene<'_>)),
    /// The bearer token with which a client is told of a decision (CIBA §10.2).
    Ping(fn(&mut String)),
    /// An answer in place of the provider's; `None`: the provider answers.
    Reply(fn(&Scene<'_>) -> Option<Reply>),
    /// The answer of an endpoint as a whole; `None`: not at this one.
    Transport(fn(Endpoint) -> Option<Disturbance>),
}

/// An answer of a fault.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Beside its type.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Reply {
    /// A document.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    /// An error as RFC 6749 §5.2 has it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": code }))
    }

    /// 401 with nothing but a challenge (RFC 9110 §11.6.1).
    pub(crate) fn challenge(challenge: &str) -> Self {
        let nothing = Self {
            status: 401,
            headers: Vec::new(),
            content_type: "text/plain",
            body: String::new(),
        };
        nothing.with("www-authenticate", challenge)
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disturbance {
    /// It comes later.
    Delay(Duration),
    /// Another one comes in its place: status, a header, content type and body.
    Instead(
        u16,
        Option<(&'static str, &'static str)>,
        &'static str,
        &'static str,
    ),
    /// It has this header.
    Header(&'static str, &'static str),
    /// The connection ends in the middle of the body.
    Cut,
    /// The connection ends before anything of it.
    Reset,
    /// So many bytes of white space follow.
    Huge(usize),
    /// It comes in so many parts, with a pause before each.
    Drip(usize, Duration),
}

/// Where a fault finds itself.
pub(crate) struct Scene<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) world: &'a World,
    /// The issuer that is played.
    pub(crate) issuer: &'a str,
    /// What was asked.
    pub(crate) asked: &'a Asked,
    /// The public keys of the client, as far as it is declared with them.
    pub(crate) client_keys: &'a [Value],
}

impl Scene<'_> {
    /// A key that the provider does not publish.
    pub(crate) fn stray_key(&self, algorithm: Algorithm) -> Option<Arc<LabKey>> {
        self.world.stray_key(self.ground, algorithm).ok()
    }

    /// The key of somebody else.
    pub(crate) fn foreign_key(&self, algorithm: Algorithm) -> Option<Arc<LabKey>> {
        self.world.foreign_key(self.ground, algorithm).ok()
    }

    /// For whom to encrypt: an RSA key of the client, or one that nobody has.
    pub(crate) fn recipient(&self) -> Option<Rsa<Public>> {
        let own = self.client_keys.iter().find_map(encrypt::recipient);
        own.or_else(|| {
            let stranger = self.foreign_key(Algorithm::RS256)?;
            encrypt::recipient(&stranger.public_jwk())
        })
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.ground.clock.now().seconds()
    }

    /// Bytes that nobody foresees.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.ground.machine.entropy.fill(&mut bytes);
        bytes
    }

    /// Whether this is asked at the token endpoint with a grant.
    pub(crate) fn is_grant(&self, grant: &str) -> bool {
        self.asked.endpoint == Endpoint::Token && self.asked.parameter("grant_type") == Some(grant)
    }

    /// The claims about the person, signed by the provider's RS256 key.
    pub(crate) fn signed_claims(&self, claims: Value) -> Option<String> {
        let key = self.world.own_key(Algorithm::RS256)?;
        let Value::Object(mut claims) = claims else {
            return None;
        };
        claims.insert("iss".to_owned(), self.issuer.into());
        Some(Token::new("JWT", claims, key).encode())
    }
}

/// Adds `more` to the end of a member that is a text.
pub(crate) fn append(members: &mut Map<String, Value>, name: &str, more: &str) {
    if let Some(Value::String(text)) = members.get_mut(name) {
        text.push_str(more);
    }
}

/// Changes the value of a parameter.
pub(crate) fn change(
    parameters: &mut [(String, String)],
    name: &str,
    change: impl Fn(&str) -> String,
) {
    for (_, value) in parameters.iter_mut().filter(|(own, _)| own == name) {
        *value = change(value);
    }
}
