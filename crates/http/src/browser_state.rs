//! What clients may know of the state of a browser: a digest in their answers, and a cookie that only
//! our own frame can read.
//!
//! The cookie says that somebody else is signed in now, not who; it authenticates nobody. It is the one
//! that scripts can read, and the one that browsers have to send to a frame, which many of them refuse
//! to third parties: that is why this is off unless the operator turns it on.
#![doc(alias = "OpenID Connect Session Management")]

use axum::response::Response;
use http::{HeaderValue, header};
use symbolon_core::{
    authorize::request::AuthorizationRequest,
    client::Client,
    logout::{front_channel::origin, session_state},
};
use symbolon_web::browser::BrowserSession;

use crate::provider::Provider;

/// The name of the cookie.
pub fn cookie(provider: &Provider) -> &'static str {
    if provider.settings.https {
        "__Host-symbolon-state"
    } else {
        "symbolon-state"
    }
}

/// The `session_state` of an answer (Session Management §2): for clients that are called back at a web
/// address, where this is on.
pub fn told(
    provider: &Provider,
    browser: &BrowserSession,
    client: &Client,
    request: &AuthorizationRequest,
) -> Option<String> {
    if !provider.settings.browser.check_session_frame || !request.scope.contains("openid") {
        return None;
    }
    let origin = origin(request.redirect.uri())?;
    let state = state(browser);
    Some(session_state::session_state(
        &client.id,
        &origin,
        &state,
        &*provider.entropy,
    ))
}

/// The answer, with the cookie as it has to be from now on.
pub fn shown(provider: &Provider, browser: &BrowserSession, mut response: Response) -> Response {
    if provider.settings.browser.check_session_frame {
        // Without Secure a browser takes no cookie that goes into the frames of other sites.
        let reach = if provider.settings.https {
            "Secure; SameSite=None"
        } else {
            "SameSite=Lax"
        };
        let cookie = format!("{}={}; Path=/; {reach}", cookie(provider), state(browser));
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

fn state(browser: &BrowserSession) -> String {
    session_state::browser_state(browser.binding(), browser.sessions())
}
