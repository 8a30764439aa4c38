//! Plays operations on a provider and holds every decision against the reference.

use std::collections::BTreeMap;

use symbolon_core::{
    client::{AccessTokenFormat, Client},
    decision::{Change, Decision},
    grant::{authorization_code, refresh_token},
    id::Id,
    policy::api_scope::limits,
    reserved_scope::NO_API,
    role::{RoleKey, Roles},
    scope::Scope,
    time::Timestamp,
    token::Tokens,
};

use super::{
    Action, Asked, Border, Operation, Wait, Which, invariants,
    provider::{self, Circumstances, Outcome, Provider, Refusal, Request, SESSION_LIFETIME},
    reference::{Fault, Redeemed, Reference, Refreshed},
};
use crate::fixture::{REDIRECT_URI, VERIFIER};

pub(super) struct Player {
    pub(super) provider: Provider,
    pub(super) reference: Reference,
    /// Requests that are decided and not written yet.
    held: Vec<Held>,
    /// What each token was exchanged for.
    successors: BTreeMap<String, String>,
    /// Every refresh token that stood in any decision, written or not.
    offered: Vec<String>,
    /// How often the state changed: nobody may lose a race against nothing.
    version: usize,
    /// Opaque access tokens that were handed out.
    opaque: usize,
}

/// A request between its decision and its writes.
struct Held {
    request: Request,
    /// The refresh token it presents; `None` for a code.
    token: Option<String>,
    scope: Option<Scope>,
    fault: Fault,
    decision: Decision<Outcome>,
    decided_at: Timestamp,
    version: usize,
}

impl Player {
    pub(super) fn new(circumstances: &Circumstances) -> Self {
        let provider = Provider::new(circumstances);
        let settings = circumstances.settings.clone();
        let absolute = provider.now.plus(settings.refresh_absolute_lifetime);
        let session_ends_at = provider
            .now
            .minus(circumstances.session_age)
            .plus(SESSION_LIFETIME);
        let offline = circumstances.scope.contains("offline_access");
        let reference = Reference {
            scope: circumstances.scope.clone(),
            code_expires_at: provider.now.plus(settings.code_lifetime),
            refresh_expires_at: if offline {
                absolute
            } else {
                absolute.min(session_ends_at)
            },
            redeemed: false,
            revoked: false,
            chain: Vec::new(),
            rotated_at: provider.now,
            settings,
        };
        Self {
            provider,
            reference,
            held: Vec::new(),
            successors: BTreeMap::new(),
            offered: Vec::new(),
            version: 0,
            opaque: 0,
        }
    }

    pub(super) fn play(&mut self, operation: &Operation) {
        match operation {
            Operation::Begin(action) => self.begin(action),
            Operation::Finish(_) if self.held.is_empty() => {}
            Operation::Finish(index) => self.finish(index.index(self.held.len())),
            Operation::Do(action) => {
                let before = self.held.len();
                self.begin(action);
                while self.held.len() > before {
                    self.finish(self.held.len() - 1);
                }
            }
            Operation::Wait(wait) => self.wait(wait),
            Operation::Enabled(enabled) => {
                self.provider.subject.disabled_at = (!enabled).then_some(self.provider.now);
            }
            Operation::Roles(number) => self.provider.subject.roles = roles(*number),
            Operation::ChangeKey => self.provider.change_succession_key(),
            Operation::SignOut => {
                let revoke = Change::RevokeApproval {
                    approval: self.provider.store.approval.id.clone(),
                    at: self.provider.now,
                };
                assert!(self.provider.apply(&[revoke]));
                self.revoked();
            }
        }
        invariants::check(&self.provider, &self.reference, &self.offered, self.opaque);
    }

    /// Lets every request that is held come to its end.
    pub(super) fn finish_all(&mut self) {
        while !self.held.is_empty() {
            self.finish(0);
            invariants::check(&self.provider, &self.reference, &self.offered, self.opaque);
        }
    }

    pub(super) fn begin(&mut self, action: &Action) {
        let Some((request, token, scope, fault)) = self.request(action) else {
            return;
        };
        self.decide(request, token, scope, fault);
    }

    fn request(&self, action: &Action) -> Option<(Request, Option<String>, Option<Scope>, Fault)> {
        match action {
            Action::Redeem(fault) => {
                let other_code = "sy_ac_not-a-code-of-ours";
                let code = self.provider.code.expose();
                let other = "another-verifier-of-more-than-43-characters-in-length";
                let request = match fault {
                    Fault::UnknownToken => {
                        provider::code_request(other_code, REDIRECT_URI, VERIFIER)
                    }
                    Fault::OtherRedirectUri => {
                        provider::code_request(code, "https://app.example/other", VERIFIER)
                    }
                    Fault::OtherVerifier => provider::code_request(code, REDIRECT_URI, other),
                    Fault::None | Fault::OtherClient => provider::redemption(&self.provider),
                };
                Some((request, None, None, *fault))
            }
            Action::Refresh(which, asked, fault) => {
                let newest = self.reference.chain.last()?;
                let token = match which {
                    Which::Newest => newest.clone(),
                    Which::Older(back) => {
                        let older = self
                            .reference
                            .chain
                            .iter()
                            .rev()
                            .nth(usize::from(*back) + 1);
                        older.unwrap_or(newest).clone()
                    }
                    Which::Forged(generation) => provider::forged(newest, *generation),
                };
                let presented = match fault {
                    Fault::UnknownToken => token.to_lowercase(),
                    _ => token.clone(),
                };
                let scope = self.scope(*asked);
                let request = provider::refresh_request(&presented, scope.as_ref());
                Some((request, Some(token), scope, *fault))
            }
        }
    }

    fn scope(&self, asked: Asked) -> Option<Scope> {
        let approved = &self.reference.scope;
        let more = Scope::parse("invoices.write").unwrap();
        let scope = match asked {
            Asked::All => return None,
            Asked::Same => approved.clone(),
            Asked::Narrower(word) => {
                let keep = approved.words().nth(word % approved.words().count())?;
                approved.filtered(|word| word == keep)
            }
            Asked::Wider => approved.union(&more),
            Asked::Other => more,
        };
        Some(scope)
    }

    fn client(&self, fault: Fault) -> &Client {
        match fault {
            Fault::OtherClient => &self.provider.stranger,
            _ => &self.provider.client,
        }
    }

    fn decide(
        &mut self,
        request: Request,
        token: Option<String>,
        scope: Option<Scope>,
        fault: Fault,
    ) {
        let decision = self.provider.decide(&request, self.client(fault));
        if let Ok(tokens) = &decision.outcome {
            let refresh = tokens.refresh.as_ref().unwrap().expose().to_owned();
            self.offered.push(refresh);
        }
        let held = Held {
            request,
            token,
            scope,
            fault,
            decision,
            decided_at: self.provider.now,
            version: self.version,
        };
        self.check_decision(&held);
        self.held.push(held);
    }

    fn finish(&mut self, index: usize) {
        let held = self.held.remove(index);
        if self.provider.apply(&held.decision.changes) {
            self.deliver(held);
        } else {
            // The conditional write failed: load again, decide again.
            assert_ne!(
                held.version, self.version,
                "a race was lost against nothing"
            );
            self.decide(held.request, held.token, held.scope, held.fault);
        }
    }

    /// The decision says what the reference says of the state it was made in.
    fn check_decision(&self, held: &Held) {
        let active = self.provider.subject.is_active();
        let now = self.provider.now;
        let changes = &held.decision.changes;
        let outcome = &held.decision.outcome;
        let redeems = count(changes, |change| {
            matches!(change, Change::RedeemCode { .. })
        });
        let rotates = count(changes, |change| {
            matches!(change, Change::RotateRefreshToken { .. })
        });
        let revokes = count(changes, |change| {
            matches!(change, Change::RevokeApproval { .. })
        });
        let writes = (redeems, rotates, revokes);

        let refusal = outcome.as_ref().err().copied();
        let (expected_writes, expected_refusal) = match &held.token {
            None => match self.reference.redeem(held.fault, active, now) {
                Redeemed::Tokens => ((1, 0, 0), None),
                Redeemed::Refused(refusal) => ((0, 0, 0), Some(Refusal::Code(refusal))),
                Redeemed::RefusedAndRevoked => {
                    let refusal = authorization_code::Refusal::CodeReused;
                    ((0, 0, 1), Some(Refusal::Code(refusal)))
                }
            },
            Some(token) => {
                let scope = held.scope.as_ref();
                match self
                    .reference
                    .refresh(token, scope, held.fault, active, now)
                {
                    Refreshed::Rotated => ((0, 1, 0), None),
                    Refreshed::Repeated => {
                        let tokens = outcome.as_ref().expect("the successor once more");
                        assert_eq!(refresh_text(tokens), self.reference.chain.last().unwrap());
                        ((0, 0, 0), None)
                    }
                    Refreshed::Refused(refusal) => ((0, 0, 0), Some(Refusal::Refresh(refusal))),
                    Refreshed::RefusedAndRevoked => {
                        let refusal = refresh_token::Refusal::Replayed;
                        ((0, 0, 1), Some(Refusal::Refresh(refusal)))
                    }
                }
            }
        };
        assert_eq!((writes, refusal), (expected_writes, expected_refusal));
        match outcome {
            Ok(tokens) => self.check_tokens(tokens, held),
            Err(_) => assert_eq!(changes.len(), revokes, "a refusal issues nothing"),
        }
    }

    fn check_tokens(&self, tokens: &Tokens, held: &Held) {
        let claims = &tokens.access.claims;
        // Requirement A2.13: narrowed as asked, never widened, and not for the next time.
        let whole = &self.reference.scope;
        let asked = held.scope.as_ref().unwrap_or(whole);
        let scope = &tokens.scope;
        assert_eq!(scope, &claims.scope);
        assert_eq!(
            scope.filtered(|word| word != NO_API),
            whole.filtered(|word| asked.contains(word))
        );
        assert!(whole.covers(asked));
        assert_eq!(limits(scope), limits(whole), "{scope}");
        // Requirement A2.6: who the subject is now.
        assert_eq!(claims.told_roles(), self.provider.subject.roles);
        assert_eq!(claims.sub, self.provider.subject.id);
        assert_eq!(claims.client_id, self.provider.client.id);
        assert_eq!(claims.iat, self.provider.now);
        assert!(
            claims.exp
                <= self
                    .provider
                    .now
                    .plus(self.provider.settings.access_lifetime)
        );
        assert_eq!(tokens.id.is_some(), scope.contains("openid"));
        // OIDC Core §12.2: the nonce is for the code's ID token.
        let nonce = tokens.id.as_ref().and_then(|id| id.claims.nonce.as_deref());
        let first = tokens.id.is_some() && held.token.is_none();
        assert_eq!(nonce, first.then_some("a nonce"));
        let opaque = self.provider.client.metadata.access_token_format == AccessTokenFormat::Opaque;
        assert_eq!(tokens.access.opaque.is_some(), opaque);
    }

    /// The writes are done, and the client has its answer.
    fn deliver(&mut self, held: Held) {
        let tokens = match &held.decision.outcome {
            Ok(tokens) => tokens,
            Err(_) if held.decision.changes.is_empty() => return,
            Err(_) => return self.revoked(),
        };
        self.opaque += usize::from(tokens.access.opaque.is_some());
        let refresh = refresh_text(tokens).to_owned();
        let rotates = !held
            .decision
            .changes
            .iter()
            .all(|change| matches!(change, Change::IssueOpaqueAccessToken(_)));
        let reference = &mut self.reference;
        if rotates {
            assert!(!reference.revoked, "what is revoked was used");
            assert_eq!(
                held.token.as_ref(),
                reference.chain.last(),
                "not the newest was used up"
            );
            assert!(!reference.chain.contains(&refresh), "a token came back");
            reference.redeemed = true;
            reference.chain.push(refresh.clone());
            reference.rotated_at = held.decided_at;
            self.version += 1;
        }
        if let Some(token) = held.token {
            let known = self
                .successors
                .entry(token)
                .or_insert_with(|| refresh.clone());
            assert_eq!(*known, refresh, "the family forks");
        }
    }

    fn revoked(&mut self) {
        self.version += usize::from(!self.reference.revoked);
        self.reference.revoked = true;
    }

    fn wait(&mut self, wait: &Wait) {
        let reference = &self.reference;
        let settings = &reference.settings;
        let border = |border: &Border| match border {
            Border::Grace => reference.rotated_at.plus(settings.refresh_grace),
            Border::Idle => reference.rotated_at.plus(settings.refresh_idle_lifetime),
            Border::Absolute => reference.refresh_expires_at,
            Border::Code => reference.code_expires_at,
        };
        let seconds = match wait {
            Wait::Seconds(seconds) => i64::from(*seconds),
            Wait::Until(which, off) => {
                border(which).seconds() + i64::from(*off) - self.provider.now.seconds()
            }
        };
        self.provider.wait(u32::try_from(seconds).unwrap_or(0));
    }
}

pub(super) fn refresh_text(tokens: &Tokens) -> &str {
    tokens
        .refresh
        .as_ref()
        .expect("the client has the grant")
        .expose()
}

pub(super) fn count(changes: &[Change], which: impl Fn(&Change) -> bool) -> usize {
    changes.iter().filter(|change| which(change)).count()
}

fn roles(number: u8) -> Roles {
    let role = RoleKey::parse(&format!("role-{number}")).unwrap();
    Roles::from([(Id::parse("acme").unwrap(), vec![role])])
}
