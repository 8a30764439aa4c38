//! RP-initiated logout: whether to ask the person, and where to send the browser afterwards.
#![doc(alias = "OpenID Connect RP-Initiated Logout")]

use serde::Deserialize;

use crate::{
    client::Client,
    id::Id,
    logout::{self, Sid},
    pairwise::Sub,
    session::Session,
    subject::Subject,
    time::Timestamp,
};

/// The claims of an ID token of ours that came back as a hint. Its signature is good; it may have
/// expired (RP-Initiated Logout §4).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HintClaims {
    /// The issuer.
    pub iss: String,
    /// Who signed in, as the client calls them.
    pub sub: Id<Sub>,
    /// For which client.
    pub aud: Id<Client>,
    /// Until when it was good: a signed answer of the userinfo endpoint has none, and is no hint.
    pub exp: Timestamp,
    /// In which session, as the client calls it.
    #[serde(default)]
    pub sid: Option<Id<Sid>>,
}

impl HintClaims {
    /// Whether it names this session.
    pub fn names(&self, session: &Session) -> bool {
        let sid = logout::sid(&session.id, &self.aud);
        self.sid.as_ref() == Some(&sid)
    }
}

/// What the client sends, with the hint verified.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The hint, if one came and is good.
    pub hint: Option<&'a HintClaims>,
    /// Which of the people with a session it is about.
    pub hinted: Option<&'a Id<Subject>>,
    /// Whether one came and is not.
    pub hint_is_bad: bool,
    /// The client that the hint or `client_id` names, if they agree and there is one.
    pub client: Option<&'a Client>,
    /// Whether they contradict each other.
    pub client_is_contradictory: bool,
    /// Where the client wants the browser.
    pub post_logout_redirect_uri: Option<&'a str>,
    /// To be repeated there.
    pub state: Option<&'a str>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whether the person is asked first: whenever the request cannot be tied to their session, so
    /// that nobody is signed out by a link (RP-Initiated Logout §6).
    pub confirm: bool,
    /// Where the browser goes afterwards, if the client registered it (requirement A1.5).
    pub redirect: Option<String>,
}

/// The rule. `sessions` are the live sessions of the browser.
pub fn decide(request: &Request<'_>, sessions: &[Session]) -> Plan {
    let ours = |hint: &HintClaims| {
        sessions.iter().any(|session| match &hint.sid {
            Some(_) => hint.names(session),
            None => request.hinted == Some(&session.subject),
        })
    };
    let doubtful = request.hint_is_bad || request.client_is_contradictory;
    let redirect = if doubtful { None } else { redirect(request) };
    let wants_elsewhere = request.post_logout_redirect_uri.is_some() && redirect.is_none();
    let proven = request.hint.is_some_and(ours) && !doubtful && !wants_elsewhere;
    Plan {
        confirm: !sessions.is_empty() && !proven,
        redirect,
    }
}

fn redirect(request: &Request<'_>) -> Option<String> {
    let wanted = request.post_logout_redirect_uri?;
    let registered = &request.client?.metadata.post_logout_redirect_uris;
    let uri = registered.iter().find(|uri| uri.as_str() == wanted)?;
    let Some(state) = request.state else {
        return Some(uri.as_str().to_owned());
    };
    let mut url = url::Url::parse(uri.as_str()).ok()?;
    url.query_pairs_mut().append_pair("state", state);
    Some(url.into())
}
