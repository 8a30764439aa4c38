//! OIDC Discovery §2.1: `/.well-known/webfinger?resource=acct:discovery-webfinger-acct@…`.

use crate::fault::{Expected, Fault};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-webfinger-acct",
    does: "WebFinger knows an account to be at an issuer that is another one each time",
    attack: "none: a client that guesses the issuer does not work with others",
    client: Expected::Continue,
    seams: &[],
};
