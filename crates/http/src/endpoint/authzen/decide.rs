//! One question, one answer.

use symbolon_core::{
    authzen::{
        answer::Decision,
        evaluations::Evaluation,
        question::{Asked, meaning},
    },
    policy::Policy,
};

use super::{caller::Permit, subjects::Subjects};
use crate::failure::Failure;

/// Decides; `None`: the caller may not ask this.
///
/// # Errors
/// When storage fails.
pub async fn decide(
    policy: &Policy,
    permit: &Permit<'_>,
    subjects: &mut Subjects<'_>,
    evaluation: &Evaluation,
) -> Result<Option<Decision>, Failure> {
    let asked = Asked {
        subject: &evaluation.subject.properties,
        action: &evaluation.action,
        kind: &evaluation.resource.kind,
        id: &evaluation.resource.id,
        resource: &evaluation.resource.properties,
        context: &evaluation.context,
    };
    let meaning = meaning(policy, &asked);
    let subject = subjects.find(&evaluation.subject).await?;
    let subject = subject.as_deref();
    let about = meaning.needed.as_ref();
    let permitted = about.map_or(true, |needed| permit.covers_scope(needed))
        && permit.covers_acting(&meaning.acting, subject);
    Ok(permitted.then(|| Decision::make(policy, &meaning, subject, permit.detail)))
}
