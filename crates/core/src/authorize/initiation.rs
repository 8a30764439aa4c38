//! A sign-in that does not start at the client: somebody sends the person there, and the client asks for
//! one as ever.
//!
//! Left out: `login_hint`, since the person is signed in here and the client has no business with the
//! name before it asks; `target_link_uri`, since the client knows its own start page.
#![doc(alias = "OpenID Connect Core §4")]

use url::Url;

use crate::client::Client;

/// Where a person is sent who wants to start using a client, if it registered for that.
pub fn initiation(client: &Client, issuer: &str) -> Option<String> {
    let mut url = Url::parse(client.metadata.initiate_login_uri.as_deref()?).ok()?;
    url.query_pairs_mut().append_pair("iss", issuer);
    Some(url.into())
}
