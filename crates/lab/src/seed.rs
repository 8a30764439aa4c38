//! Everything that is otherwise drawn follows from one number, so that what other projects keep of a
//! run (ids, keys, codes) is the same in the next one. That makes it predictable: a lab is no place
//! for anything that has to stay secret.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use symbolon_core::entropy::Entropy;

/// The number, spread over 32 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    pub(crate) fn of(number: u64) -> Self {
        let mut digest = Sha256::new_with_prefix(b"symbolon-lab");
        digest.update(number.to_be_bytes());
        Self(digest.finalize().into())
    }

    /// Bytes that follow from the seed and a label.
    pub(crate) fn fill(&self, label: &str, bytes: &mut [u8]) {
        for (block, chunk) in bytes.chunks_mut(32).enumerate() {
            let mut digest = Sha256::new_with_prefix(self.0);
            digest.update(block.to_be_bytes());
            digest.update(label);
            let made: [u8; 32] = digest.finalize().into();
            chunk.copy_from_slice(made.get(..chunk.len()).unwrap_or_default());
        }
    }

    pub(crate) fn array<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(label, &mut bytes);
        bytes
    }
}

/// Randomness that is none.
pub(crate) struct SeededEntropy {
    seed: Seed,
    drawn: AtomicU64,
}

impl SeededEntropy {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            seed,
            drawn: AtomicU64::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        self.seed.fill(&format!("entropy {number}"), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_each_time_and_another_seed_others() {
        let bytes = |number| Seed::of(number).array::<48>("label");
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
        assert_ne!(Seed::of(1).array::<48>("other"), bytes(1));
    }
}
