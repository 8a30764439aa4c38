//! The metadata document (§9).

use serde::Serialize;

/// Where a policy decision point answers what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    policy_decision_point: String,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    search_subject_endpoint: String,
    search_resource_endpoint: String,
    search_action_endpoint: String,
}

impl Metadata {
    /// That of an issuer: its identifier is that of the policy decision point too.
    pub fn new(issuer: &str) -> Self {
        let at = |path: &str| format!("{issuer}/access/v1/{path}");
        Self {
            policy_decision_point: issuer.to_owned(),
            access_evaluation_endpoint: at("evaluation"),
            access_evaluations_endpoint: at("evaluations"),
            search_subject_endpoint: at("search/subject"),
            search_resource_endpoint: at("search/resource"),
            search_action_endpoint: at("search/action"),
        }
    }
}
