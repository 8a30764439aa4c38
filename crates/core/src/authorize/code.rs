//! The end of an authorization: an approval, and the code that stands for it.

use crate::{
    approval::{Approval, ApprovalState},
    authorize::request::AuthorizationRequest,
    entropy::Entropy,
    id::Id,
    policy::api_scope,
    reserved_scope::NO_API,
    scope::Scope,
    secret::{AuthorizationCode, Secret},
    session::Session,
    settings::{SessionSettings, TokenSettings},
    time::Timestamp,
};

/// Makes the approval of a request in a session, and its code (requirement A2.1: bound to client,
/// redirect URI, challenge, nonce and session).
pub fn approve(
    request: &AuthorizationRequest,
    session: &Session,
    tokens: &TokenSettings,
    sessions: &SessionSettings,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> (Approval, Secret<AuthorizationCode>) {
    let code = Secret::generate(entropy);
    let code_lifetime = request
        .longest_code
        .map_or(tokens.code_lifetime, |longest| {
            longest.min(tokens.code_lifetime)
        });
    let absolute = now.plus(tokens.refresh_absolute_lifetime);
    // Without offline_access, refresh tokens end with the session at the latest (OIDC Core §11).
    let refresh_expires_at = if request.scope.contains("offline_access") {
        absolute
    } else {
        absolute.min(session.created_at.plus(sessions.absolute_lifetime))
    };
    let approval = Approval {
        id: Id::generate(now, entropy),
        client: request.client.clone(),
        subject: session.subject.clone(),
        session: session.id.clone(),
        scope: limited(request),
        targets: request.targets.clone(),
        details: request.details.clone(),
        claims: request.claims.clone(),
        nonce: request.nonce.clone(),
        authenticated_at: session.authenticated_at,
        acr: session.acr().to_owned(),
        methods: session.methods.clone(),
        redirect_uri: request.redirect.uri().to_owned(),
        challenge: request.challenge,
        key: request.key,
        created_at: now,
        code_expires_at: now.plus(code_lifetime),
        refresh_expires_at,
        state: if request.response_type.has_code() {
            ApprovalState::Pending
        } else {
            // The code is told to nobody, and what comes of the approval is out.
            ApprovalState::Redeemed { refresh: None }
        },
    };
    (approval, code)
}

/// What is approved: with details and no scope of an API, the details alone. A token that names no such
/// scope would be good for all that the roles allow.
fn limited(request: &AuthorizationRequest) -> Scope {
    if request.details.is_empty() || api_scope::limits(&request.scope) {
        request.scope.clone()
    } else {
        request.scope.clone().with(NO_API)
    }
}
