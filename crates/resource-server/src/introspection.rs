//! What the provider answers about a token, remembered for a moment.
#![doc(alias = "RFC 7662")]

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use serde::Deserialize;
use symbolon_core::{
    client::Client,
    id::Id,
    organization::Organization,
    role::Roles,
    scope::Scope,
    subject::Subject,
    time::Timestamp,
    token::{
        access::Audience,
        confirmation::Confirmation,
        limits::TokenLimits,
        telling::{RolesClaim, acting},
    },
};

use crate::token::{Accepted, Facts, Presented};

/// For how long an answer is good.
const MEMORY: Duration = Duration::from_secs(1);

/// The most answers that are remembered.
const MOST: u64 = 10_000;

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Deserialize)]
pub struct Answer {
    active: bool,
    token_type: Option<String>,
    iss: Option<Arc<str>>,
    sub: Option<Id<Subject>>,
    aud: Option<Audience>,
    client_id: Option<Id<Client>>,
    exp: Option<Timestamp>,
    #[serde(default)]
    scope: Scope,
    org_id: Option<Id<Organization>>,
    /// The roles that the token may use now.
    roles: Option<RolesClaim>,
    #[serde(default)]
    roles_partial: bool,
    /// All roles that a decision asks for, if these are more.
    granted_roles: Option<Roles>,
    #[serde(default)]
    limits: TokenLimits,
    #[serde(default)]
    cnf: Confirmation,
}

/// Answers, by token. `None`: not good. It has no `Debug`, which would print tokens.
pub struct Memory {
    answers: Cache<Box<str>, Option<Arc<Facts>>>,
}

impl Answer {
    /// What the token says, if it is good here.
    pub fn facts(self, presented: Presented, accepted: &Accepted) -> Option<Facts> {
        let audience = accepted.audience.as_str();
        // A personal access token has no audience; every other one must be for this API.
        let is_for_us = match &self.aud {
            Some(own) => own.contains(audience),
            None => presented == Presented::Personal,
        };
        let is_ours = self.iss.is_none_or(|own| *own == *accepted.issuer);
        let is_bearer = self
            .token_type
            .is_some_and(|own| own.eq_ignore_ascii_case("bearer"));
        let needs_proof = self.cnf.key().is_some();
        if !(self.active && is_for_us && is_ours && is_bearer) || needs_proof {
            return None;
        }
        let home = self.org_id?;
        let granted = match self.granted_roles {
            Some(all) => all,
            None if self.roles_partial => return None,
            None => self.roles?.by_organization(acting(&home, &self.limits)),
        };
        Some(Facts {
            subject: self.sub?,
            home,
            client: self.client_id,
            scope: self.scope,
            granted,
            limits: self.limits,
            expires_at: self.exp?,
            confirmation: self.cnf,
        })
    }
}

impl Memory {
    /// An empty memory.
    pub fn new() -> Self {
        let answers = Cache::builder().max_capacity(MOST).time_to_live(MEMORY);
        Self {
            answers: answers.build(),
        }
    }

    /// What is remembered of a token.
    pub fn recall(&self, token: &str) -> Option<Option<Arc<Facts>>> {
        self.answers.get(token)
    }

    /// Remembers an answer.
    pub fn remember(&self, token: &str, facts: Option<Arc<Facts>>) {
        self.answers.insert(token.into(), facts);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};
    use symbolon_core::time::Lifetime;

    use super::*;

    fn facts(presented: Presented, change: impl FnOnce(&mut Value)) -> Option<Facts> {
        let mut answer = json!({
            "active": true, "token_type": "Bearer", "iss": "https://id.example", "sub": "alice",
            "aud": "api", "client_id": "web", "exp": 200, "iat": 100, "scope": "openid",
            "org_id": "acme", "roles": { "acme": ["admin"] }, "username": "alice",
        });
        change(&mut answer);
        let accepted = Accepted {
            issuer: "https://id.example".into(),
            audience: Id::parse("api").unwrap(),
            leeway: Lifetime::from_seconds(0),
            metadata: None,
        };
        let answer: Answer = serde_json::from_value(answer).unwrap();
        answer.facts(presented, &accepted)
    }

    fn without(presented: Presented, member: &str) -> Option<Facts> {
        facts(presented, |answer| {
            answer.as_object_mut().unwrap().remove(member).unwrap();
        })
    }

    #[test]
    fn only_a_live_bearer_token_for_this_api_is_good() {
        assert!(facts(Presented::Jwt, |_| {}).is_some());
        for (member, value) in [
            ("active", json!(false)),
            ("token_type", json!("N_A")),
            ("aud", json!(["other"])),
            ("iss", json!("https://other.example")),
            (
                "cnf",
                json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            ),
        ] {
            let refused = facts(Presented::Opaque, |answer| answer[member] = value);
            assert_eq!(refused, None, "{member}");
        }
        for member in ["token_type", "sub", "org_id", "roles", "exp"] {
            assert_eq!(without(Presented::Personal, member), None, "{member}");
        }
        let inactive: Answer = serde_json::from_value(json!({ "active": false })).unwrap();
        assert!(!inactive.active);
    }

    #[test]
    fn only_a_personal_access_token_may_have_no_audience() {
        assert!(without(Presented::Personal, "aud").is_some());
        assert_eq!(without(Presented::Opaque, "aud"), None);
        assert_eq!(without(Presented::Jwt, "aud"), None);
    }

    #[test]
    fn the_roles_of_the_owner_count_and_the_limits_of_the_token() {
        let facts = facts(Presented::Personal, |answer| {
            answer["roles_partial"] = json!(true);
            answer["granted_roles"] = json!({ "acme": ["admin", "barred"] });
            answer["limits"] = json!({ "roles": ["admin"] });
        });
        let facts = facts.unwrap();
        let granted = serde_json::to_string(&facts.granted).unwrap();
        assert_eq!(granted, r#"{"acme":["admin","barred"]}"#);
        let limits = serde_json::to_string(&facts.limits).unwrap();
        assert_eq!(limits, r#"{"roles":["admin"]}"#);
    }

    #[test]
    fn an_answer_that_does_not_tell_all_roles_is_not_enough() {
        let partial = facts(Presented::Jwt, |answer| {
            answer["roles_partial"] = json!(true)
        });
        assert_eq!(partial, None);
        let flat = facts(Presented::Jwt, |answer| {
            answer["roles"] = json!(["admin"]);
            answer["limits"] = json!({ "organizations": ["globex"] });
        });
        let granted = serde_json::to_string(&flat.unwrap().granted).unwrap();
        assert_eq!(granted, r#"{"globex":["admin"]}"#);
    }
}
