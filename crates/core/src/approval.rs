//! An approval: one person allowed one client something, once. It is the root of every token that
//! comes of it (code, access tokens, the family of refresh tokens), so revoking it revokes them.
//! Access tokens name it as `grant_id` (the term of Grant Management for OAuth 2.0).

use crate::{
    authorization_details::AuthorizationDetails,
    claims::ClaimsRequest,
    client::Client,
    dpop::Thumbprint,
    id::Id,
    pkce::Challenge,
    scope::Scope,
    secret::{Digest, RefreshFamily, RefreshGeneration},
    session::Session,
    subject::Subject,
    time::Timestamp,
    token::{Authentication, confirmation::Confirmation, target::Targets},
};

/// What was approved, and what became of it.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The `grant_id` of access tokens.
    pub id: Id<Approval>,
    /// Who may use it.
    pub client: Id<Client>,
    /// Who approved.
    pub subject: Id<Subject>,
    /// In which session (`sid`).
    pub session: Id<Session>,
    /// What was approved.
    pub scope: Scope,
    /// The resources that were picked (RFC 8707); none: those that the client is registered for.
    pub targets: Targets,
    /// What exactly was approved, beside the scope (RFC 9396).
    pub details: AuthorizationDetails,
    /// Individual claims that were asked for (OIDC Core §5.5).
    pub claims: ClaimsRequest,
    /// `nonce` of the request, for the first ID token.
    pub nonce: Option<String>,
    /// `auth_time`.
    pub authenticated_at: Timestamp,
    /// `acr`.
    pub acr: String,
    /// `amr`.
    pub methods: Vec<String>,
    /// Where the code was sent; the token request must name the same.
    pub redirect_uri: String,
    /// What the code verifier must answer; `None`: there was no challenge, and must be no verifier.
    pub challenge: Option<Challenge>,
    /// The key that the code is bound to: `dpop_jkt` (RFC 9449 §10).
    pub key: Option<Thumbprint>,
    /// When it was approved.
    pub created_at: Timestamp,
    /// Until when the code may be redeemed.
    pub code_expires_at: Timestamp,
    /// Until when refresh tokens of it can live at most.
    pub refresh_expires_at: Timestamp,
    /// What became of it.
    pub state: ApprovalState,
}

/// The life of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// The code is out and not redeemed.
    Pending,
    /// The code is redeemed; tokens are out.
    Redeemed {
        /// The family of refresh tokens, if the client has one.
        refresh: Option<RefreshFamilyState>,
    },
    /// Nothing that came of it is good any more.
    Revoked {
        /// Since when.
        at: Timestamp,
    },
}

/// A family of refresh tokens: one row however often it rotates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshFamilyState {
    /// What all tokens of the family share.
    pub family: Digest<RefreshFamily>,
    /// The one generation that is good.
    pub current: Digest<RefreshGeneration>,
    /// The generation before it, which gets the same successor again within the grace.
    pub previous: Option<Digest<RefreshGeneration>>,
    /// When the current generation was made.
    pub rotated_at: Timestamp,
    /// The key that the client proved to have, or the certificate that it showed, when the family was
    /// founded. A public client has to do so at every use (RFC 9449 §5, RFC 8705 §4); a confidential
    /// one, which authenticates, has to prove or show some, so that a bound token is never exchanged
    /// for a free one.
    pub confirmation: Confirmation,
}

impl Approval {
    /// Whether what came of it may still be good.
    pub fn is_live(&self) -> bool {
        !matches!(self.state, ApprovalState::Revoked { .. })
    }

    /// How the person signed in, for the tokens that come of this approval.
    pub fn authentication(&self) -> Authentication {
        Authentication {
            at: self.authenticated_at,
            acr: self.acr.clone(),
            methods: self.methods.clone(),
            session: self.session.clone(),
            approval: self.id.clone(),
        }
    }
}
