//! The tokens for APIs behind proxies, signed and kept for half their life: a thousand calls of one
//! person to one endpoint cost one signature.

use std::sync::Arc;

use http::HeaderValue;
use symbolon_core::{
    algorithm::Algorithm,
    forward_auth::upstream_token::{HANDED_OUT, UpstreamToken},
    id::Id,
    time::Timestamp,
    token::access::TYPE,
};

use crate::{failure::Failure, provider::Provider};

/// How many are kept: some twenty megabytes at most.
const MOST: u64 = 10_000;

/// In the order of preference: a small signature that is made fast, and what everybody verifies.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::ES256, Algorithm::RS256];

/// The tokens, by all that they say.
pub struct UpstreamTokens {
    kept: moka::sync::Cache<UpstreamToken, Arc<Signed>>,
}

struct Signed {
    /// The value of an `Authorization` header.
    header: HeaderValue,
    made_at: Timestamp,
    end: Timestamp,
}

impl UpstreamTokens {
    /// None yet.
    pub fn new() -> Self {
        Self {
            kept: moka::sync::Cache::new(MOST),
        }
    }

    /// A token that says this and ends at `end` or before, as the value of an `Authorization` header.
    ///
    /// # Errors
    /// When there is no key, or it does not sign.
    pub fn authorization(
        &self,
        provider: &Provider,
        says: UpstreamToken,
        end: Timestamp,
    ) -> Result<HeaderValue, Failure> {
        let now = provider.now();
        let kept = self.kept.get(&says);
        // Never one that outlives what was presented this time.
        let good =
            |signed: &&Arc<Signed>| now < signed.made_at.plus(HANDED_OUT) && signed.end <= end;
        if let Some(signed) = kept.as_ref().filter(good) {
            return Ok(signed.header.clone());
        }
        let signed = Signed {
            header: sign(provider, &says, now, end)?,
            made_at: now,
            end,
        };
        let header = signed.header.clone();
        self.kept.insert(says, Arc::new(signed));
        Ok(header)
    }
}

fn sign(
    provider: &Provider,
    says: &UpstreamToken,
    now: Timestamp,
    end: Timestamp,
) -> Result<HeaderValue, Failure> {
    let keyring = provider.keyring.load();
    let offered = provider.settings.keys.algorithms.iter().copied();
    // Any key is better than none: an operator may have turned both off.
    let key = ALGORITHMS
        .into_iter()
        .chain(offered)
        .find_map(|algorithm| keyring.signer(algorithm, now))
        .ok_or(Failure::KeyMissing(Algorithm::RS256))?;
    let claims = says.claims(Id::random(&*provider.entropy), now, end);
    let token = key.sign(TYPE, &claims)?;
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .unwrap_or(HeaderValue::from_static("Bearer"));
    header.set_sensitive(true);
    Ok(header)
}
