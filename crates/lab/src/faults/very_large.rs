//! No specification has a limit; cookies and headers have one of some kilobytes.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "token-very-large",
    does: "a claim of 64 KiB is in the ID token",
    attack: "none: a client that keeps tokens in a cookie loses them, or its session",
    client: Expected::Continue,
    seams: &[Seam::IdToken(|token, _| {
        token
            .claims
            .insert("padding".to_owned(), "x".repeat(65_536).into());
    })],
};
