//! Refresh tokens and their rotation.
//!
//! A token is `family ‖ generation`. Every use puts a new generation in the place of the old one in
//! a single row, so a family never forks and never grows. The successor is *derived* from its
//! predecessor with a key that only the instances of this provider share: whoever presents the
//! predecessor again within the grace (a client that never saw the answer) gets the same successor,
//! and nothing has to be kept in the clear for it (requirement A2.5).

use hmac::Mac;
use zeroize::Zeroizing;

use crate::{
    approval::RefreshFamilyState,
    entropy::Entropy,
    mac,
    secret::{RefreshToken, Secret},
    settings::TokenSettings,
    time::Timestamp,
    token::confirmation::Confirmation,
};

/// The keys from which successors are derived; the same on every instance. The first one derives,
/// the others are its predecessors: a token that was rotated just before the keys changed is still
/// recognised.
pub struct SuccessionKeys(Vec<Zeroizing<[u8; 32]>>);

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

impl SuccessionKeys {
    /// The present key, then earlier ones.
    pub fn new(present: [u8; 32], earlier: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self(
            [present]
                .into_iter()
                .chain(earlier)
                .map(Zeroizing::new)
                .collect(),
        )
    }

    /// The successor of a token under each key, the one to hand out first.
    fn successors(
        &self,
        token: &Secret<RefreshToken>,
    ) -> impl Iterator<Item = Secret<RefreshToken>> {
        self.0.iter().map(|key| successor(key, token))
    }
}

fn successor(key: &[u8; 32], token: &Secret<RefreshToken>) -> Secret<RefreshToken> {
    let mut mac = mac::keyed(key);
    mac.update(b"symbolon refresh token succession");
    mac.update(&token.bytes());
    Secret::of_family(&token.family(), &mac.finalize().into_bytes().into())
}

impl std::fmt::Debug for SuccessionKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SuccessionKeys(…)")
    }
}

/// The first token of a new family, and the family's state. It is bound to what its tokens are.
pub fn found(
    now: Timestamp,
    confirmation: Confirmation,
    entropy: &dyn Entropy,
) -> (Secret<RefreshToken>, RefreshFamilyState) {
    let token = Secret::generate(entropy);
    let state = RefreshFamilyState {
        family: token.family_digest(),
        current: token.generation_digest(),
        previous: None,
        rotated_at: now,
        confirmation,
    };
    (token, state)
}

/// Holds a presented token, which names this family, against the family's state.
pub fn standing(
    token: &Secret<RefreshToken>,
    family: &RefreshFamilyState,
    keys: &SuccessionKeys,
    settings: &TokenSettings,
    now: Timestamp,
) -> Standing {
    let presented = token.generation_digest();
    if presented == family.current {
        return keys
            .successors(token)
            .next()
            .map_or(Standing::Replayed, Standing::Current);
    }
    let in_grace = settings.refresh_grace.seconds() > 0
        && now <= family.rotated_at.plus(settings.refresh_grace);
    if family.previous == Some(presented) && in_grace {
        let is_current = |next: &Secret<RefreshToken>| next.generation_digest() == family.current;
        return keys
            .successors(token)
            .find(is_current)
            .map_or(Standing::Replayed, Standing::Repeated);
    }
    Standing::Replayed
}
