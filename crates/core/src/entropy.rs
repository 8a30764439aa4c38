//! Randomness as an argument.

/// Fills buffers with bytes that nobody can predict. The only implementation for production is at
/// the edge (`symbolon-web`); tests pass a seeded one.
pub trait Entropy: Send + Sync {
    /// Overwrites all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
