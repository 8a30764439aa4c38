//! RFC 8725 §3.10: addresses that a token brings along are not fetched.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "x5u-injected",
    does: "somebody else's key signs the ID token, and the header says in `x5u` where its certificate is",
    attack: "anybody writes ID tokens, and the client fetches what they want",
    client: Expected::StopBeforeUserinfo,
    seams: &[
        Seam::Signature(|token, scene| {
            let address = format!("{}{PATH}", scene.issuer);
            if let Some(key) = scene.foreign_key(Algorithm::RS256) {
                token.header.insert("x5u".to_owned(), address.into());
                token.sign_with(key);
            }
        }),
        Seam::Reply(|scene| {
            if scene.asked.path != PATH {
                return None;
            }
            let key = scene.foreign_key(Algorithm::RS256)?;
            let certificate = key.certificate("somebody else", scene.now()).ok()?;
            Some(Reply {
                status: 200,
                headers: Vec::new(),
                content_type: "application/pem-certificate-chain",
                body: String::from_utf8(certificate).ok()?,
            })
        }),
    ],
};

/// Where the certificate is.
const PATH: &str = "/lab-foreign-certificate";
