//! What is answered: a decision and its reason (§5.5).
//!
//! The context has `reason`, a word out of a closed set, the scope and the organization it came down
//! to, and the version of the rules. Callers that may see the rules also get `reason_admin`, keyed
//! by the status that an API would answer with, as the specification suggests.
//!
//! To all others, a subject that does not exist, one that is disabled and one that holds no role
//! look alike.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    entity::RequestError,
    question::{Meaning, Unknown, question},
};
use crate::{
    id::Id,
    organization::Organization,
    policy::{Policy, Verdict, api_scope::ApiScope, decide, decision::Reason, explain::explain},
    scope::Scope,
    subject::Subject,
};

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Yes or no.
    pub decision: bool,
    /// Why.
    pub context: Context,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Context {
    /// Out of a closed set.
    pub reason: &'static str,
    /// The scope it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ApiScope>,
    /// The organization acted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
    /// The rules that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u64>,
    /// Why, in sentences.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reason_admin: BTreeMap<&'static str, String>,
    /// What was wrong with the question (§7.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
}

/// What was wrong with one question of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemError {
    /// The status that it would have had alone.
    pub status: u16,
    /// What to change.
    pub message: String,
}

/// Answers to many questions (§7.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decisions {
    /// In the order of the questions.
    pub evaluations: Vec<Decision>,
}

/// How much a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The reason.
    Reason,
    /// Roles and rules also, and whether the subject exists.
    Sentences,
}

impl Decision {
    /// Decides. `subject` is whoever was found; a subject that may not act counts as none.
    pub fn make(
        policy: &Policy,
        meaning: &Meaning,
        subject: Option<&Subject>,
        detail: Detail,
    ) -> Self {
        let needed = match &meaning.needed {
            Ok(needed) => needed,
            Err(unknown) => return Self::unknown(policy, *unknown, detail),
        };
        let Some(subject) = subject.filter(|subject| subject.is_active()) else {
            let acting = meaning.acting.named();
            return Self::nobody(policy, needed, acting, "unknown_subject", detail);
        };
        let Some(acting) = meaning.acting.of(&subject.organization) else {
            return Self::nobody(policy, needed, None, "unknown_organization", detail);
        };
        let everything = Scope::default();
        let verdict = decide(policy, &question(acting, needed, subject, &everything));
        Self::of(subject.id.as_str(), &verdict, detail)
    }

    /// Denied: the question of many that was not one.
    pub fn of_error(error: RequestError) -> Self {
        Self::error("invalid_request", 400, error.to_string())
    }

    /// Denied: the caller may not ask this.
    pub fn forbidden() -> Self {
        let message = "the caller may not ask about this organization".to_owned();
        Self::error("forbidden", 403, message)
    }

    fn of(who: &str, verdict: &Verdict, detail: Detail) -> Self {
        let sentences = match detail {
            Detail::Reason => None,
            Detail::Sentences => Some(explain(who, verdict).sentences.join("; ")),
        };
        let decided = Context {
            scope: Some(verdict.needed.clone()),
            organization: Some(verdict.acting.clone()),
            policy_version: Some(verdict.version),
            ..Context::of(verdict.reason.as_str())
        };
        Self::explained(verdict.allow, decided, sentences)
    }

    fn unknown(policy: &Policy, unknown: Unknown, detail: Detail) -> Self {
        let sentence = match detail {
            Detail::Reason => None,
            Detail::Sentences => Some(unknown.sentence().to_owned()),
        };
        let context = Context {
            policy_version: Some(policy.version()),
            ..Context::of(unknown.as_str())
        };
        Self::explained(false, context, sentence)
    }

    /// Denied: the subject, or the organization, is none that could hold or have a role.
    fn nobody(
        policy: &Policy,
        needed: &ApiScope,
        acting: Option<&Id<Organization>>,
        reason: &'static str,
        detail: Detail,
    ) -> Self {
        let (reason, sentence) = match detail {
            Detail::Reason => (Reason::NoRoleInOrganization.as_str(), None),
            Detail::Sentences => (
                reason,
                Some("there is no such subject or organization, or it is disabled".to_owned()),
            ),
        };
        let context = Context {
            scope: Some(needed.clone()),
            organization: acting.cloned(),
            policy_version: Some(policy.version()),
            ..Context::of(reason)
        };
        Self::explained(false, context, sentence)
    }

    fn explained(decision: bool, context: Context, sentences: Option<String>) -> Self {
        let status = if decision { "200" } else { "403" };
        let sentences = sentences.map(|sentences| (status, sentences));
        let reason_admin = sentences.into_iter().collect();
        Self {
            decision,
            context: Context {
                reason_admin,
                ..context
            },
        }
    }

    fn error(reason: &'static str, status: u16, message: String) -> Self {
        let error = Some(ItemError { status, message });
        Self {
            decision: false,
            context: Context {
                error,
                ..Context::of(reason)
            },
        }
    }
}

impl Context {
    const fn of(reason: &'static str) -> Self {
        Self {
            reason,
            scope: None,
            organization: None,
            policy_version: None,
            reason_admin: BTreeMap::new(),
            error: None,
        }
    }
}
