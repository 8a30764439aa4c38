//! Keyed hashes.
#![doc(alias = "RFC 2104")]

use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

/// HMAC-SHA-256 with a key of 32 bytes, ready for its message.
///
/// A key shorter than a block is padded with zeros (RFC 2104 §2); doing so here makes the
/// construction infallible.
pub fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block
        .iter_mut()
        .zip(key.iter())
        .for_each(|(to, from)| *to = *from);
    Hmac::new(&(*block).into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use hmac::Mac;

    use super::*;

    #[test]
    fn a_padded_key_gives_what_the_short_one_gives() {
        let key = [7; 32];
        let mut short = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let mut padded = keyed(&key);
        short.update(b"message");
        padded.update(b"message");
        assert_eq!(
            short.finalize().into_bytes(),
            padded.finalize().into_bytes()
        );
    }
}
