//! What the specification says about one code and the refresh tokens that come of it, written down
//! without a look at how the crate does it: a list of texts and a few moments.

use symbolon_core::{
    grant::{authorization_code, refresh_token},
    scope::Scope,
    settings::TokenSettings,
    time::Timestamp,
};

/// One approval as an observer sees it who sees everything that is handed out.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) settings: TokenSettings,
    pub(super) scope: Scope,
    pub(super) code_expires_at: Timestamp,
    pub(super) refresh_expires_at: Timestamp,
    pub(super) redeemed: bool,
    pub(super) revoked: bool,
    /// Every refresh token in the order in which they came: only the last is good.
    pub(super) chain: Vec<String>,
    /// When the last one came.
    pub(super) rotated_at: Timestamp,
}

/// What is to come of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refreshed {
    /// A new token, and the presented one is used up.
    Rotated,
    /// The newest token, once more.
    Repeated,
    /// No, and nothing changes.
    Refused(refresh_token::Refusal),
    /// No, and everything that came of the approval is revoked.
    RefusedAndRevoked,
}

/// What is to come of a redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redeemed {
    /// Tokens, and the code is used up.
    Tokens,
    /// No, and nothing changes.
    Refused(authorization_code::Refusal),
    /// No, and everything that came of the code is revoked.
    RefusedAndRevoked,
}

/// What is wrong about a request that names a real code or family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    OtherClient,
    OtherRedirectUri,
    OtherVerifier,
    UnknownToken,
}

impl Reference {
    pub(super) fn redeem(&self, fault: Fault, active: bool, now: Timestamp) -> Redeemed {
        use authorization_code::Refusal;
        match fault {
            Fault::None => {}
            Fault::UnknownToken => return Redeemed::Refused(Refusal::CodeUnknown),
            Fault::OtherClient => return Redeemed::Refused(Refusal::OtherClient),
            Fault::OtherRedirectUri => return Redeemed::Refused(Refusal::RedirectUriMismatch),
            Fault::OtherVerifier => return Redeemed::Refused(Refusal::VerifierMismatch),
        }
        if self.revoked {
            Redeemed::Refused(Refusal::Revoked)
        } else if self.redeemed {
            // RFC 6749 §4.1.2, requirement A2.3: however late.
            Redeemed::RefusedAndRevoked
        } else if now >= self.code_expires_at {
            Redeemed::Refused(Refusal::CodeExpired)
        } else if active {
            Redeemed::Tokens
        } else {
            Redeemed::Refused(Refusal::SubjectInactive)
        }
    }

    pub(super) fn refresh(
        &self,
        token: &str,
        scope: Option<&Scope>,
        fault: Fault,
        active: bool,
        now: Timestamp,
    ) -> Refreshed {
        use refresh_token::Refusal;
        match fault {
            Fault::UnknownToken => return Refreshed::Refused(Refusal::TokenUnknown),
            Fault::OtherClient => return Refreshed::Refused(Refusal::OtherClient),
            Fault::None | Fault::OtherRedirectUri | Fault::OtherVerifier => {}
        }
        if self.revoked {
            return Refreshed::Refused(Refusal::Revoked);
        }
        let uses_ago = self.chain.iter().rev().position(|known| known == token);
        let outcome = match uses_ago {
            Some(0) => Refreshed::Rotated,
            Some(1) if self.is_within_grace(now) => Refreshed::Repeated,
            // RFC 9700 §4.14.2; a token of the family that was never handed out is no better.
            _ => return Refreshed::RefusedAndRevoked,
        };
        let idle_end = self.rotated_at.plus(self.settings.refresh_idle_lifetime);
        if now >= idle_end || now >= self.refresh_expires_at {
            Refreshed::Refused(Refusal::Expired)
        } else if !active {
            Refreshed::Refused(Refusal::SubjectInactive)
        } else if scope.is_some_and(|scope| !self.scope.covers(scope)) {
            Refreshed::Refused(Refusal::ScopeWidened)
        } else {
            outcome
        }
    }

    fn is_within_grace(&self, now: Timestamp) -> bool {
        let grace = self.settings.refresh_grace;
        grace.seconds() > 0 && now <= self.rotated_at.plus(grace)
    }
}
