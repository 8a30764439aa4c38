//! The end of a session, told to clients through frames on the page that says "signed out".
//!
//! A frame is only as good as the browser lets it be: most withhold a client's cookies in it. The
//! back channel does not depend on that.
#![doc(alias = "OpenID Connect Front-Channel Logout")]

use url::Url;

use super::sid;
use crate::{client::Client, id::Id, session::Session};

/// What the page loads for a client, if it registered for that: its own address, with issuer and
/// session where it wants them (§3).
pub fn frame(client: &Client, session: &Id<Session>, issuer: &str) -> Option<String> {
    let uri = client.metadata.frontchannel_logout_uri.as_deref()?;
    if !client.metadata.frontchannel_logout_session_required {
        return Some(uri.to_owned());
    }
    // A registered query is kept.
    let mut url = Url::parse(uri).ok()?;
    url.query_pairs_mut()
        .append_pair("iss", issuer)
        .append_pair("sid", sid(session, &client.id).as_str());
    Some(url.into())
}

/// The origin of a web address, as a Content-Security-Policy names it (CSP §2.3.1).
pub fn origin(uri: &str) -> Option<String> {
    let origin = Url::parse(uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}
