//! What is decided by: one bundle, checked and compiled.

use http::HeaderValue;
use symbolon_core::{
    algorithm::Algorithm,
    policy::{
        Policy, PolicyError,
        bundle::{Bundle, LONGEST, TYPE},
        token_changes::TokenChanges,
    },
    time::{Lifetime, Timestamp},
};
use symbolon_jose::{Expected, VerifyError, VerifyingKeys, strict_json::StrictJsonError};

use crate::token::Accepted;

/// A bundle in use.
#[derive(Debug)]
pub struct Snapshot {
    /// The rules.
    pub policy: Policy,
    /// What happened to tokens.
    pub changes: TokenChanges,
    /// As of when.
    pub issued_at: Timestamp,
    /// From when on it must not be decided by.
    pub expires_at: Timestamp,
    /// What the provider calls its content.
    pub etag: Option<HeaderValue>,
}

/// Why a bundle is not used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Its end has come: the clock of the provider or the one of this machine is wrong.
    #[error("it has expired already; compare the clocks of this machine and of the provider")]
    Expired,
    /// It is no bundle, or says what this version does not understand.
    #[error("it is not understood: {0}")]
    Malformed(#[from] StrictJsonError),
    /// It is for another API.
    #[error("it is for another audience")]
    OtherAudience,
    /// It is from another issuer.
    #[error("it is from another issuer")]
    OtherIssuer,
    /// It has fewer versions behind it than the one in use.
    #[error("it has version {offered} of the rules, and version {used} is in use")]
    Outdated {
        /// The version of this one.
        offered: u64,
        /// The version in use.
        used: u64,
    },
    /// It makes no policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Its signature is not the provider's.
    #[error(transparent)]
    Signature(#[from] VerifyError),
}

impl Snapshot {
    /// Reads a signed bundle.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn read(
        text: &str,
        etag: Option<HeaderValue>,
        keys: &VerifyingKeys,
        accepted: &Accepted,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let expected = Expected {
            typ: &[TYPE],
            typ_may_be_absent: false,
            algorithms: &Algorithm::ALL,
        };
        let bundle: Bundle = keys.verify_document(text, LONGEST, expected)?.claims()?;
        if *bundle.iss != *accepted.issuer {
            return Err(BundleError::OtherIssuer);
        }
        if *bundle.policy.api.audience() != accepted.audience {
            return Err(BundleError::OtherAudience);
        }
        if !bundle.is_current(now) {
            return Err(BundleError::Expired);
        }
        Ok(Self {
            policy: bundle.policy.compile()?,
            changes: bundle.policy.changes,
            issued_at: bundle.iat,
            expires_at: bundle.exp,
            etag,
        })
    }

    /// Whether this one may follow on another that is still good: the rules never go back, except
    /// with the database of the provider.
    ///
    /// # Errors
    /// [`BundleError::Outdated`].
    pub fn may_follow(&self, used: &Self, now: Timestamp) -> Result<(), BundleError> {
        let (offered, used_version) = (self.policy.version(), used.policy.version());
        if used.is_current(now) && offered < used_version {
            let used = used_version;
            return Err(BundleError::Outdated { offered, used });
        }
        Ok(())
    }

    /// Whether it may be decided by.
    pub fn is_current(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// What to call the content that is there already, when asking for another. In the second half
    /// of its life a bundle is asked for whole, since "nothing has changed" does not prolong it.
    pub fn etag_to_compare(&self, now: Timestamp) -> Option<&HeaderValue> {
        let half = self.expires_at.since(self.issued_at).seconds() / 2;
        let is_young = now < self.issued_at.plus(Lifetime::from_seconds(half));
        self.etag.as_ref().filter(|_| is_young)
    }
}
