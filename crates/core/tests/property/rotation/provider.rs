//! A provider without HTTP: it loads, decides and applies. A request can be held between its
//! decision and its writes, so that any interleaving can be played.

use std::sync::Arc;

use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    authorize::code,
    client::{AccessTokenFormat, Client},
    decision::{Change, Decision},
    grant::{authorization_code, refresh_token},
    id::Id,
    pairwise::PairwiseKey,
    parameters::Parameters,
    scope::Scope,
    secret::{AuthorizationCode, RefreshToken, Secret},
    settings::{SessionSettings, TokenSettings},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{Issuance, Tokens, confirmation::Confirmation, refresh::SuccessionKeys},
};

use super::store::Store;
use crate::fixture::{self, REDIRECT_URI, Seeded, VERIFIER};

/// Under which circumstances the approval was given.
#[derive(Clone, Debug)]
pub(super) struct Circumstances {
    pub(super) settings: TokenSettings,
    /// How long the session had lasted.
    pub(super) session_age: Lifetime,
    /// What was approved.
    pub(super) scope: Scope,
    pub(super) format: AccessTokenFormat,
    pub(super) seed: u32,
}

pub(super) struct Provider {
    pub(super) settings: TokenSettings,
    pub(super) store: Store,
    pub(super) subject: Subject,
    pub(super) client: Client,
    pub(super) stranger: Client,
    pub(super) code: Secret<AuthorizationCode>,
    pub(super) now: Timestamp,
    /// Kept beside the approval, as a store keeps it when the approval is revoked.
    family: Option<RefreshFamilyState>,
    issuer: Arc<str>,
    entropy: Seeded,
    pairwise: PairwiseKey,
    succession: SuccessionKeys,
    keys: Vec<[u8; 32]>,
}

/// A request as it comes in.
#[derive(Debug)]
pub(super) enum Request {
    Code(authorization_code::Request),
    Refresh(refresh_token::Request),
}

/// How a grant refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Code(authorization_code::Refusal),
    Refresh(refresh_token::Refusal),
}

pub(super) type Outcome = Result<Tokens, Refusal>;

pub(super) const SESSION_LIFETIME: Lifetime = Lifetime::from_seconds(600);

impl Provider {
    /// A person has just approved, and the code is out.
    pub(super) fn new(circumstances: &Circumstances) -> Self {
        let now = Timestamp::from_seconds(1_000_000);
        let mut client = fixture::client();
        client.metadata.access_token_format = circumstances.format;
        let mut stranger = client.clone();
        stranger.id = Id::parse("stranger").unwrap();
        let subject = fixture::person("alice");
        let scope = circumstances.scope.to_string();
        let parameters = fixture::authorize_parameters(&[("scope", &scope), ("nonce", "a nonce")]);
        let request = fixture::authorization_request(&client, &parameters).unwrap();
        let session = fixture::session("s", &subject, now.minus(circumstances.session_age));
        let sessions = SessionSettings {
            absolute_lifetime: SESSION_LIFETIME,
            ..SessionSettings::default()
        };
        let entropy = Seeded::new(circumstances.seed);
        let settings = circumstances.settings.clone();
        let (approval, code) =
            code::approve(&request, &session, &settings, &sessions, now, &entropy);
        Self {
            settings,
            store: Store::new(approval, &code),
            subject,
            client,
            stranger,
            code,
            now,
            family: None,
            issuer: Arc::from("https://issuer.example"),
            entropy,
            pairwise: PairwiseKey::new([8; 32]),
            succession: SuccessionKeys::new([0; 32], []),
            keys: vec![[0; 32]],
        }
    }

    /// Loads the facts as they are, and decides.
    pub(super) fn decide(&self, request: &Request, client: &Client) -> Decision<Outcome> {
        let approval = self.load(request);
        let approval = approval.as_ref();
        let subject = Some(&self.subject);
        let issuance = self.issuance();
        match request {
            Request::Code(request) => {
                let facts = authorization_code::Facts { approval, subject };
                let decision = authorization_code::decide(request, client, &facts, issuance);
                Decision {
                    changes: decision.changes,
                    outcome: decision.outcome.map_err(Refusal::Code),
                }
            }
            Request::Refresh(request) => {
                let facts = refresh_token::Facts { approval, subject };
                let decision = refresh_token::decide(request, client, &facts, issuance);
                Decision {
                    changes: decision.changes,
                    outcome: decision.outcome.map_err(Refusal::Refresh),
                }
            }
        }
    }

    /// Writes what was decided. Answers whether it could: otherwise the request starts again.
    pub(super) fn apply(&mut self, changes: &[Change]) -> bool {
        let applied = self.store.apply(changes).is_ok();
        if let ApprovalState::Redeemed { refresh } = &self.store.approval.state {
            self.family = *refresh;
        }
        applied
    }

    pub(super) fn wait(&mut self, seconds: u32) {
        self.now = self.now.plus(Lifetime::from_seconds(seconds));
    }

    /// From now on successors are derived with another key; the earlier ones are kept.
    pub(super) fn change_succession_key(&mut self) {
        let number = u8::try_from(self.keys.len()).unwrap();
        self.succession = SuccessionKeys::new([number; 32], self.keys.clone());
        self.keys.insert(0, [number; 32]);
    }

    pub(super) fn code_request(&self, redirect_uri: &str, verifier: &str) -> Request {
        code_request(self.code.expose(), redirect_uri, verifier)
    }

    fn load(&self, request: &Request) -> Option<Approval> {
        match request {
            Request::Code(request) => self.store.of_code(request.code.as_ref()),
            Request::Refresh(request) => {
                let family = self.family.as_ref();
                self.store.of_token(request.token.as_ref(), family)
            }
        }
    }

    fn issuance(&self) -> Issuance<'_> {
        Issuance {
            issuer: &self.issuer,
            policy: &fixture::POLICY,
            settings: &self.settings,
            now: self.now,
            entropy: &self.entropy,
            pairwise: &self.pairwise,
            succession: &self.succession,
            confirmation: Confirmation::default(),
        }
    }
}

/// The good request for a code.
pub(super) fn redemption(provider: &Provider) -> Request {
    provider.code_request(REDIRECT_URI, VERIFIER)
}

/// A request for the code of these parts.
pub(super) fn code_request(code: &str, redirect_uri: &str, verifier: &str) -> Request {
    let parameters = parameters(&[
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ]);
    Request::Code(authorization_code::Request::parse(&parameters).unwrap())
}

/// A request for the successor of this token.
pub(super) fn refresh_request(token: &str, scope: Option<&Scope>) -> Request {
    let scope = scope.map(Scope::to_string).unwrap_or_default();
    let parameters = parameters(&[("refresh_token", token), ("scope", &scope)]);
    Request::Refresh(refresh_token::Request::parse(&parameters).unwrap())
}

/// A token of the same family that was never handed out.
pub(super) fn forged(token: &str, generation: u8) -> String {
    let token = Secret::<RefreshToken>::parse(token).unwrap();
    let forged = Secret::of_family(&token.family(), &[generation; 32]);
    forged.expose().to_owned()
}

fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::from_pairs(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}
