//! The keys of machine users: the public halves of what they sign their assertions with
//! (the JWT bearer grant). The private half is in a file that nobody here keeps.

use serde_json::Value;

use crate::{
    id::Id,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

/// How many keys a machine user has at the most: to rotate needs two.
pub const MOST: usize = 10;

/// How long a key is good when nothing is said: a year and a day, so that it is looked at again.
pub const USUAL: Lifetime = Lifetime::from_days(366);

/// A public key of a machine user.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineKey {
    /// Its name: the `kid` of assertions. Two machine users may use the same.
    pub id: Id<MachineKey>,
    /// Whose.
    pub machine: Id<Subject>,
    /// The key (RFC 7517), with its name as `kid`.
    pub jwk: Value,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The first moment at which it is no longer good; `None`: it does not end.
    pub expires_at: Option<Timestamp>,
}

impl MachineKey {
    /// Whether it is good now.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }

    /// The key set of the keys that are good now (RFC 7517 §5).
    pub fn set(keys: &[Self], now: Timestamp) -> Value {
        let current = keys.iter().filter(|key| key.is_current(now));
        let current: Vec<_> = current.map(|key| key.jwk.clone()).collect();
        serde_json::json!({ "keys": current })
    }
}
