//! The machine's randomness.

use rand::Rng;
use symbolon_core::entropy::Entropy;

/// A cryptographic generator that the operating system seeds and reseeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where randomness is drawn"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
