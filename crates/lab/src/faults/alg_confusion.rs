//! RFC 8725 §2.1: the public key, which everybody has, as the secret of an HMAC.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "alg-confusion",
    does: "the ID token is signed with HS256, and the secret is the public RS256 key in PEM",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, _| {
        let public = token.key.public_pem().unwrap_or_default();
        token.header.insert("alg".to_owned(), "HS256".into());
        token.signature = Signature::Hmac(public);
    })],
};
