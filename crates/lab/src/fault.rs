//! What a fault is: a name, what a client has to do about it, and what it does to one or more seams.
//!
//! A fault changes nothing in the provider. What production code has made passes by here on its way
//! to the client, and the fault changes that: each seam is one kind of thing that passes. Faults that
//! are chosen together are applied one after the other in the order of the table, each at its seams;
//! ID tokens pass [`Seam::IdToken`] before [`Seam::Signature`].

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use symbolon_core::algorithm::Algorithm;

use crate::{
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
    /// The keys of the JWK Set.
    KeySet(fn(&mut Vec<Value>, &Scene<'_>)),
    /// The metadata document.
    Discovery(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The parameters that the browser carries to the client.
    AuthorizationResponse(fn(&mut Vec<(String, String)>, &Scene<'_>)),
    /// What the token endpoint answers, and with it the ID token already as it will be sent.
    TokenResponse(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The claims of the userinfo endpoint.
    Userinfo(fn(&mut Map<String, Value>, &Scene<'_>)),
    /// The answer of an endpoint as a whole; `None`: not at this one.
    Transport(fn(Endpoint) -> Option<Disturbance>),
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
    /// The connection ends in the middle of the body.
    Cut,
}

/// Where a fault finds itself.
pub(crate) struct Scene<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) world: &'a World,
    /// The issuer that is played.
    pub(crate) issuer: &'a str,
    /// What was asked.
    pub(crate) asked: &'a Asked,
}

impl Scene<'_> {
    /// A key that the provider does not publish.
    pub(crate) fn stray_key(&self, algorithm: Algorithm) -> Option<Arc<LabKey>> {
        self.world.stray_key(self.ground, algorithm).ok()
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
