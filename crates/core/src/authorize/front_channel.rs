//! Tokens that the authorization endpoint hands out itself: the implicit and the hybrid flow
//! (OIDC Core §3.2, §3.3). Legacy, and off unless somebody switched it on twice
//! ([`super::response_type`]).

use super::request::AuthorizationRequest;
use crate::{
    approval::Approval,
    claims,
    client::Client,
    secret::{AuthorizationCode, Secret},
    subject::Subject,
    token::{
        Issuance,
        access::AccessTokenPlan,
        granted::{Granted, NotGranted},
        id::IdTokenPlan,
    },
};

/// What is handed out beside, or in the place of, a code.
#[derive(Debug)]
pub struct FrontChannel {
    /// The access token, if the response type has one.
    pub access: Option<AccessTokenPlan>,
    /// The ID token, if the response type has one; tied to the code and the state already.
    pub id: Option<IdTokenPlan>,
}

/// Plans the tokens of an approval that the response type asks for.
///
/// # Errors
/// [`NotGranted`] when the rules allow nothing of it now.
pub fn issue(
    request: &AuthorizationRequest,
    client: &Client,
    subject: &Subject,
    approval: &Approval,
    code: &Secret<AuthorizationCode>,
    issuance: Issuance<'_>,
) -> Result<FrontChannel, NotGranted> {
    let kind = request.response_type;
    let targets = approval.targets.clone();
    let mut granted = Granted::new(issuance, client, subject, &approval.scope, targets)?;
    granted.details = approval.details.clone();
    let authentication = approval.authentication();
    let access = kind
        .has_token()
        .then(|| AccessTokenPlan::new(issuance, &granted, Some(&authentication)));
    let nonce = approval.nonce.as_deref();
    let id = kind
        .has_id_token()
        .then(|| IdTokenPlan::new(issuance, &granted, approval, nonce))
        .flatten()
        .map(|plan| {
            let mut plan = plan.tied_to_state(request.redirect.state());
            if kind.has_code() {
                plan = plan.tied_to_code(code);
            } else if !kind.has_token() {
                // OIDC Core §5.4: without an access token, there is nowhere else to ask.
                let claims = claims::for_id_token_alone(subject, &granted.scope, &approval.claims);
                plan.claims.requested.extend(claims);
            }
            plan
        });
    Ok(FrontChannel { access, id })
}
