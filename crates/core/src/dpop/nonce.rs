//! Server nonces: a value of ours in a proof shows that the proof was not made in advance
//! (RFC 9449 §8, §9).
//!
//! A nonce is the time and a keyed hash of it, so nothing is stored and every instance knows those
//! of the others. It is no secret and need not be used once: the `jti` is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use zeroize::Zeroizing;

use crate::{
    mac,
    time::{Lifetime, Timestamp},
};

/// For how long a nonce is good.
pub const LIFETIME: Lifetime = Lifetime::from_minutes(5);

/// How far ahead of ours the clock of the instance may be that made it (requirement A9.5).
const CLOCKS_APART: Lifetime = Lifetime::from_seconds(60);

/// The length of the keyed hash in bytes.
const TAG: usize = 16;

/// Whether proofs have to carry a nonce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoncePolicy {
    /// None is handed out, and none is looked at.
    #[default]
    Off,
    /// Handed out; one that comes back has to be good.
    Optional,
    /// Handed out, and has to come back.
    Required,
}

/// What nonces are made with; the same on every instance. The first key makes them, the others are
/// its predecessors.
pub struct NonceKeys(Vec<Zeroizing<[u8; 32]>>);

/// What a nonce that comes back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceStanding {
    /// Ours and young.
    Good,
    /// Old, or not ours.
    Stale,
}

impl NonceKeys {
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

    /// The nonce of this moment.
    pub fn issue(&self, now: Timestamp) -> String {
        let time = now.seconds().to_be_bytes();
        let tag = self.0.first().map(|key| tag(key, time)).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([&time[..], &tag].concat())
    }

    /// Whether a nonce is one of ours that is still good.
    pub fn standing(&self, nonce: &str, now: Timestamp) -> NonceStanding {
        self.issued_at(nonce)
            .filter(|at| *at <= now.plus(CLOCKS_APART) && now < at.plus(LIFETIME))
            .map_or(NonceStanding::Stale, |_| NonceStanding::Good)
    }

    fn issued_at(&self, nonce: &str) -> Option<Timestamp> {
        let bytes = (nonce.len() == 32).then(|| URL_SAFE_NO_PAD.decode(nonce).ok())??;
        let (time, presented) = bytes.split_first_chunk()?;
        let is_ours = self.0.iter().any(|key| {
            let mut mac = mac::keyed(key);
            mac.update(LABEL);
            mac.update(time);
            mac.verify_truncated_left(presented).is_ok()
        });
        is_ours.then(|| Timestamp::from_seconds(i64::from_be_bytes(*time)))
    }
}

const LABEL: &[u8] = b"symbolon dpop nonce";

fn tag(key: &[u8; 32], time: [u8; 8]) -> [u8; TAG] {
    let mut mac = mac::keyed(key);
    mac.update(LABEL);
    mac.update(&time);
    let mut tag = [0; TAG];
    tag.iter_mut()
        .zip(mac.finalize().into_bytes())
        .for_each(|(to, from)| *to = from);
    tag
}

impl std::fmt::Debug for NonceKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NonceKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn a_nonce_is_good_for_five_minutes_on_every_instance_with_the_key() {
        let nonce = NonceKeys::new([1; 32], []).issue(NOW);
        let other = NonceKeys::new([2; 32], [[1; 32]]);
        let at = |seconds: i64| {
            let now = Timestamp::from_seconds(NOW.seconds() + seconds);
            other.standing(&nonce, now)
        };
        assert_eq!((at(0), at(299)), (NonceStanding::Good, NonceStanding::Good));
        assert_eq!(at(-60), NonceStanding::Good);
        assert_eq!(
            (at(300), at(-61)),
            (NonceStanding::Stale, NonceStanding::Stale)
        );
    }

    #[test]
    fn what_we_did_not_make_is_no_nonce_of_ours() {
        let keys = NonceKeys::new([1; 32], []);
        let nonce = keys.issue(NOW);
        let foreign = NonceKeys::new([2; 32], []).issue(NOW);
        let later = keys.issue(NOW.plus(LIFETIME));
        let spliced = format!("{}{}", &later[..10], &nonce[10..]);
        for other in [
            "",
            "x",
            &nonce[..31],
            &format!("{nonce}A"),
            &nonce.to_lowercase(),
            &foreign,
            &spliced,
        ] {
            assert_eq!(keys.standing(other, NOW), NonceStanding::Stale, "{other}");
        }
    }
}
