//! OIDC Discovery §2.1: `/.well-known/webfinger?resource=…/test/discovery-webfinger-url/…`.

use crate::fault::{Expected, Fault};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-webfinger-url",
    does: "WebFinger knows a URL to be at an issuer that is another one each time",
    attack: "none: a client that guesses the issuer does not work with others",
    client: Expected::Continue,
    seams: &[],
};
