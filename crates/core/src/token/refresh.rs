//! Refresh tokens and their rotation.
//!
//! A token is `family ‖ generation`. Every use puts a new generation in the place of the old one in
//! a single row, so a family never forks and never grows. The successor is *derived* from its
//! predecessor with a key that only the instances of this provider share: whoever presents the
//! predecessor again within the grace (a client that never saw the answer) gets the same successor,
//! and nothing has to be kept in the clear for it (requirement A2.5).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    approval::RefreshFamilyState,
    entropy::Entropy,
    secret::{RefreshToken, Secret},
    settings::TokenSettings,
    time::Timestamp,
};

/// The key from which successors are derived; the same on every instance.
pub struct SuccessionKey(Zeroizing<[u8; 32]>);

/// What a presented refresh token is to its family.
#[derive(Debug)]
pub enum Standing {
    /// The current generation: it may be exchanged for this successor.
    Current(Secret<RefreshToken>),
    /// The predecessor within the grace: here is the same successor again.
    Repeated(Secret<RefreshToken>),
    /// Used up: whoever presents it is a thief, or was robbed (RFC 9700 §4.14.2).
    Replayed,
}

impl SuccessionKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn successor(&self, token: &Secret<RefreshToken>) -> Secret<RefreshToken> {
        // A key shorter than a block is padded with zeros (RFC 2104 §2); doing so here makes the
        // construction infallible.
        let mut block = Zeroizing::new([0; 64]);
        block
            .iter_mut()
            .zip(self.0.iter())
            .for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&(*block).into());
        mac.update(b"symbolon refresh token succession");
        mac.update(&token.bytes());
        Secret::of_family(&token.family(), &mac.finalize().into_bytes().into())
    }
}

impl std::fmt::Debug for SuccessionKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SuccessionKey(…)")
    }
}

/// The first token of a new family, and the family's state.
pub fn found(now: Timestamp, entropy: &dyn Entropy) -> (Secret<RefreshToken>, RefreshFamilyState) {
    let token = Secret::generate(entropy);
    let state = RefreshFamilyState {
        family: token.family_digest(),
        current: token.generation_digest(),
        previous: None,
        rotated_at: now,
    };
    (token, state)
}

/// Holds a presented token, which names this family, against the family's state.
pub fn standing(
    token: &Secret<RefreshToken>,
    family: &RefreshFamilyState,
    key: &SuccessionKey,
    settings: &TokenSettings,
    now: Timestamp,
) -> Standing {
    let presented = token.generation_digest();
    let successor = key.successor(token);
    if presented == family.current {
        Standing::Current(successor)
    } else if family.previous == Some(presented)
        && settings.refresh_grace.seconds() > 0
        && now <= family.rotated_at.plus(settings.refresh_grace)
        // Not so only when the succession key changed in between: then there is no way back.
        && successor.generation_digest() == family.current
    {
        Standing::Repeated(successor)
    } else {
        Standing::Replayed
    }
}
