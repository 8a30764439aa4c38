//! What may be presented once: the names of tokens that others signed (`jti`).
#![doc(alias = "jti")]

use sha2::{Digest as _, Sha256};

use crate::time::Timestamp;

/// A name that is used up when it is recorded. Storage keeps the digest until `until`, when what it
/// names is no longer accepted anyway, so that what is kept stays bounded (requirement A3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// Of purpose, owner and name.
    pub digest: [u8; 32],
    /// Until when a second use has to be recognised.
    pub until: Timestamp,
}

impl SingleUse {
    /// The name `name` that `owner` gave to something for one purpose. Two owners may choose the
    /// same name.
    pub fn new(purpose: &str, owner: &str, name: &str, until: Timestamp) -> Self {
        // Neither a purpose nor an identifier has this separator in it, so no two triples share a
        // text.
        let text = format!("{purpose}\0{owner}\0{name}");
        Self {
            digest: Sha256::digest(text).into(),
            until,
        }
    }
}
