//! What a rule decides: what has to change, and what the caller is told.

use crate::{
    approval::{Approval, RefreshFamilyState},
    id::Id,
    secret::{AccessToken, Digest, RefreshGeneration},
    time::Timestamp,
    token::opaque::OpaqueAccessToken,
    waiting::Waiter,
};

/// The answer of a `decide` function. The changes are applied even when the outcome is a refusal:
/// "this code was replayed: revoke what came of it, and say no" is one value, so the revocation
/// cannot be lost with the error.
#[derive(Debug)]
pub struct Decision<O> {
    /// What to apply, all of it or nothing, before the outcome is told.
    pub changes: Vec<Change>,
    /// What to tell.
    pub outcome: O,
}

/// One conditional write. Storage applies it only if what it presupposes still holds, and answers
/// `Conflict` otherwise; the caller then loads again and decides again.
#[derive(Clone, Debug)]
pub enum Change {
    /// Record an opaque access token.
    IssueOpaqueAccessToken(Box<OpaqueAccessToken>),
    /// Who waits for a person asked. Presupposes that nobody has asked for it meanwhile.
    RecordPoll {
        /// Which.
        waiter: Waiter,
        /// When it asked before this, if it did.
        before: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// Redeem the code of an approval. Presupposes that it is not redeemed and not revoked.
    RedeemCode {
        /// Whose code.
        approval: Id<Approval>,
        /// When.
        at: Timestamp,
        /// The first refresh token, if the client gets one.
        refresh: Option<RefreshFamilyState>,
    },
    /// Revoke an approval and with it every token that came of it. Presupposes nothing.
    RevokeApproval {
        /// Which.
        approval: Id<Approval>,
        /// When.
        at: Timestamp,
    },
    /// Revoke one access token. Presupposes nothing.
    RevokeAccessToken {
        /// Its `jti`.
        jti: String,
        /// Until when the revocation must be remembered: the token's `exp`.
        expires_at: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// Revoke an opaque access token. Presupposes nothing.
    RevokeOpaqueAccessToken {
        /// Which.
        token: Digest<AccessToken>,
        /// When.
        at: Timestamp,
    },
    /// Who waits for a person asked too often: its interval grows (`waiting::SLOW_DOWN`). Presupposes
    /// nothing.
    SlowDown {
        /// Which.
        waiter: Waiter,
        /// When.
        at: Timestamp,
    },
    /// Put the next generation in place of the current one. Presupposes that `from` is current and
    /// the approval not revoked.
    RotateRefreshToken {
        /// Whose family.
        approval: Id<Approval>,
        /// The generation that is used up.
        from: Digest<RefreshGeneration>,
        /// Its successor.
        to: Digest<RefreshGeneration>,
        /// When.
        at: Timestamp,
    },
}

impl<O> Decision<O> {
    /// An outcome that changes nothing.
    pub const fn unchanged(outcome: O) -> Self {
        Self {
            changes: Vec::new(),
            outcome,
        }
    }
}

impl<T, E> Decision<Result<T, E>> {
    /// The same, with a refusal in the words of another.
    pub fn map_err<F>(self, words: impl FnOnce(E) -> F) -> Decision<Result<T, F>> {
        Decision {
            changes: self.changes,
            outcome: self.outcome.map_err(words),
        }
    }
}
