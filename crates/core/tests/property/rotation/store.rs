//! A store of one approval in memory, with the conditional writes of `decision::Change`.

use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    decision::Change,
    secret::{AuthorizationCode, Digest, RefreshToken, Secret},
    token::opaque::OpaqueAccessToken,
};

/// What is stored.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub(super) approval: Approval,
    pub(super) opaque: Vec<OpaqueAccessToken>,
    code: Digest<AuthorizationCode>,
}

/// Something that a change presupposes does not hold any more: load and decide again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conflict;

impl Store {
    pub(super) fn new(approval: Approval, code: &Secret<AuthorizationCode>) -> Self {
        Self {
            approval,
            opaque: Vec::new(),
            code: code.digest(),
        }
    }

    /// The approval of a code.
    pub(super) fn of_code(&self, code: Option<&Secret<AuthorizationCode>>) -> Option<Approval> {
        let found = code.is_some_and(|code| code.digest() == self.code);
        found.then(|| self.approval.clone())
    }

    /// The approval whose family a token names. What is revoked is found too: its row is kept.
    pub(super) fn of_token(
        &self,
        token: Option<&Secret<RefreshToken>>,
        family: Option<&RefreshFamilyState>,
    ) -> Option<Approval> {
        let found = family.is_some_and(|family| {
            token.is_some_and(|token| token.family_digest() == family.family)
        });
        found.then(|| self.approval.clone())
    }

    /// Applies all of it or nothing.
    pub(super) fn apply(&mut self, changes: &[Change]) -> Result<(), Conflict> {
        let mut after = self.clone();
        for change in changes {
            after.apply_one(change)?;
        }
        *self = after;
        Ok(())
    }

    fn apply_one(&mut self, change: &Change) -> Result<(), Conflict> {
        let own = &self.approval.id;
        match change {
            Change::RedeemCode {
                approval, refresh, ..
            } => {
                assert_eq!(approval, own);
                if self.approval.state != ApprovalState::Pending {
                    return Err(Conflict);
                }
                self.approval.state = ApprovalState::Redeemed { refresh: *refresh };
            }
            Change::RotateRefreshToken {
                approval,
                from,
                to,
                at,
            } => {
                assert_eq!(approval, own);
                let ApprovalState::Redeemed {
                    refresh: Some(family),
                } = &mut self.approval.state
                else {
                    return Err(Conflict);
                };
                if family.current != *from {
                    return Err(Conflict);
                }
                family.previous = Some(*from);
                family.current = *to;
                family.rotated_at = *at;
            }
            Change::RevokeApproval { approval, at } => {
                assert_eq!(approval, own);
                if !self.is_revoked() {
                    self.approval.state = ApprovalState::Revoked { at: *at };
                }
            }
            Change::IssueOpaqueAccessToken(token) => self.opaque.push((**token).clone()),
            Change::RecordPoll { .. }
            | Change::RevokeAccessToken { .. }
            | Change::RevokeOpaqueAccessToken { .. }
            | Change::SlowDown { .. } => {
                panic!("no grant decides {change:?}")
            }
        }
        Ok(())
    }

    pub(super) fn is_revoked(&self) -> bool {
        matches!(self.approval.state, ApprovalState::Revoked { .. })
    }
}
