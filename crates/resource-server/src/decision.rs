//! The decision, in this process.

use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{Policy, Question, api::Api, decide, path::RequestPath},
    role::RoleKey,
};

use crate::{
    caller::{Caller, Decided},
    refusal::Refusal,
    token::Facts,
};

/// Decides by what a live token says.
///
/// # Errors
/// [`Refusal::NoEndpoint`], [`Refusal::Denied`].
pub fn decided(
    policy: &Policy,
    audience: &Id<Api>,
    facts: &Facts,
    acting: Id<Organization>,
    method: &str,
    path: &str,
    decided: Decided,
) -> Result<Caller, Refusal> {
    let path = RequestPath::parse(path).map_err(Refusal::NoEndpoint)?;
    let called = policy
        .endpoint(Some(audience), method, path)
        .map_err(Refusal::NoEndpoint)?;
    let verdict = decide(
        policy,
        &Question {
            acting: &acting,
            granted: &facts.granted,
            needed: &called.endpoint.scope,
            token_scope: &facts.scope,
            limits: facts.limits.for_decision(),
        },
    );
    if !verdict.allow {
        return Err(Refusal::Denied {
            needed: verdict.needed,
            reason: verdict.reason,
        });
    }
    let mut roles: Vec<RoleKey> = verdict.roles.into_iter().map(|held| held.role).collect();
    roles.dedup();
    Ok(Caller {
        subject: facts.subject.clone(),
        home: facts.home.clone(),
        organization: verdict.acting,
        roles,
        scope: verdict.needed,
        client: facts.client.clone(),
        decided,
        version: verdict.version,
    })
}
