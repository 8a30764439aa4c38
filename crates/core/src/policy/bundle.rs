//! The policy of one API as a document, for whoever enforces it at the edge.
//!
//! It has what a decision about that API needs and no more: its endpoints and scopes, the rules that
//! can match one of these scopes, the roles and the relations, and what happened to tokens that are
//! still out there ([`TokenChanges`]). Made into a policy again it gives the verdicts of the whole
//! one. It is signed as a JWT of the type [`TYPE`], by the keys that sign tokens, so that wherever
//! it was kept or carried, it is the provider's word; and it has an end, after which nobody may
//! decide by it.
//!
//! The lists of a bundle are read strictly: a reader that does not understand all of it would
//! decide by something else than what was meant.
//!
//! Left out: descriptions and names, which decide nothing; the rules of other APIs; who holds which
//! role, which tokens and introspection say.
//!
//! # Size
//!
//! Rules, endpoints and scopes are bounded where they are declared, changes by
//! [`crate::policy::token_changes::MOST`]. Roles and relations grow with the number of
//! organizations: a relation is some 150 bytes. A bundle that is longer than [`LONGEST`] when
//! signed is not served, and not read. Some 70,000 relations fit; above that an API has to be
//! protected by forward authentication.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, PolicyError,
        api::{Api, ApiError, ScopeDefinition},
        pattern::{ScopePattern, Shape},
        relation::Relation,
        rule::{Rule, RuleSet},
        token_changes::TokenChanges,
    },
    role::{Role, RoleKey},
    time::{Lifetime, Timestamp},
};

/// The `typ` header of a signed bundle.
pub const TYPE: &str = "policy-bundle+jwt";

/// The longest signed bundle in bytes: 16 MiB.
pub const LONGEST: usize = 16 * 1024 * 1024;

/// The policy of one API at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Whose word it is.
    pub iss: Arc<str>,
    /// As of when.
    pub iat: Timestamp,
    /// From when on nobody may decide by it.
    pub exp: Timestamp,
    /// The rest.
    pub policy: Content,
}

/// What a bundle says, whenever it says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The version of the rule set.
    pub version: u64,
    /// The API: audience, endpoints, scopes.
    pub api: Api,
    /// The rules that can match one of its scopes.
    pub rules: RuleSet,
    /// The roles that are defined.
    pub roles: Vec<RoleEntry>,
    /// The relations between active organizations.
    pub relations: Vec<Relation>,
    /// What happened to tokens that are still out there.
    pub changes: TokenChanges,
}

/// A role that is defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleEntry {
    /// Its key.
    pub key: RoleKey,
    /// The one organization in which it counts; `None`: in all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
}

impl Content {
    /// What a policy says about the API of an audience; `None` when there is no such API.
    pub fn of(policy: &Policy, audience: &Id<Api>, changes: TokenChanges) -> Option<Self> {
        let api = policy.api(audience)?;
        let roles = policy.standing().definitions();
        Some(Self {
            version: policy.version(),
            api: without_descriptions(api).ok()?,
            rules: RuleSet::new(about(api, policy.rules())).ok()?,
            roles: roles
                .map(|(key, organization)| RoleEntry {
                    key: key.clone(),
                    organization: organization.cloned(),
                })
                .collect(),
            relations: policy.standing().relations().collect(),
            changes,
        })
    }

    /// The policy to decide by.
    ///
    /// # Errors
    /// [`PolicyError`] when a role is defined twice, which a provider does not write.
    pub fn compile(&self) -> Result<Policy, PolicyError> {
        let roles: Vec<_> = self.roles.iter().map(RoleEntry::definition).collect();
        Policy::compile(
            self.version,
            self.rules.clone(),
            &self.relations,
            &roles,
            [self.api.clone()],
        )
    }

    /// The bundle that says this at a moment, and for so long.
    pub fn at(self, issuer: &Arc<str>, now: Timestamp, lifetime: Lifetime) -> Bundle {
        Bundle {
            iss: Arc::clone(issuer),
            iat: now,
            exp: now.plus(lifetime),
            policy: self,
        }
    }
}

impl Bundle {
    /// Whether it may be decided by at a moment.
    pub fn is_current(&self, now: Timestamp) -> bool {
        now < self.exp
    }
}

impl RoleEntry {
    fn definition(&self) -> Role {
        Role {
            key: self.key.clone(),
            name: String::new(),
            organization: self.organization.clone(),
        }
    }
}

fn without_descriptions(api: &Api) -> Result<Api, ApiError> {
    let scopes = api.scopes().iter().map(|own| ScopeDefinition {
        scope: own.scope.clone(),
        description: String::new(),
    });
    Api::new(
        api.audience().clone(),
        api.name().to_owned(),
        scopes.collect(),
        api.endpoints().to_vec(),
    )
}

/// The rules whose pattern speaks of a scope of the API.
fn about(api: &Api, rules: &RuleSet) -> impl Iterator<Item = Rule> {
    let mut scopes: Vec<_> = api.scopes().iter().map(|own| own.scope.as_str()).collect();
    scopes.sort_unstable();
    let speaks = move |pattern: &ScopePattern| match pattern.shape() {
        Shape::Everything => !scopes.is_empty(),
        Shape::Exactly(scope) => scopes.binary_search(&scope).is_ok(),
        Shape::Below(prefix) => {
            let below = format!("{prefix}.");
            let place = scopes.partition_point(|scope| *scope < below.as_str());
            scopes
                .get(place)
                .is_some_and(|scope| scope.starts_with(&below))
        }
    };
    rules
        .iter()
        .filter(move |rule| speaks(&rule.pattern))
        .cloned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn changes() -> TokenChanges {
        TokenChanges::new(at(0), Lifetime::from_seconds(5), [])
    }

    fn policy() -> Policy {
        let api = |audience: &str, scopes: &[&str]| -> Api {
            let scopes: Vec<_> = scopes
                .iter()
                .map(|scope| serde_json::json!({ "scope": scope, "description": "For people." }))
                .collect();
            let api = serde_json::json!({
                "audience": audience,
                "name": "An API",
                "scopes": scopes,
                "endpoints": [{ "method": "GET", "template": "/a", "scope": "Invoices.Read" }],
            });
            serde_json::from_value(api).unwrap()
        };
        let rules = serde_json::json!([
            { "role": "admin", "pattern": "*", "effect": "allow" },
            { "role": "admin", "pattern": "Invoices.*", "effect": "allow" },
            { "role": "admin", "pattern": "Invoices.Read", "effect": "deny" },
            { "role": "admin", "pattern": "Invoices.Read.*", "effect": "allow" },
            { "role": "admin", "pattern": "Invoices.Delete", "effect": "allow" },
            { "role": "admin", "pattern": "InvoicesArchive.*", "effect": "allow" },
            { "role": "admin", "pattern": "Invoice.*", "effect": "allow" },
        ]);
        let role = |organization: Option<&str>| Role {
            key: RoleKey::parse(organization.map_or("admin", |_| "own")).unwrap(),
            name: "A name".into(),
            organization: organization.map(|id| Id::parse(id).unwrap()),
        };
        Policy::compile(
            7,
            serde_json::from_value(rules).unwrap(),
            &[],
            &[role(None), role(Some("acme")), role(Some("globex"))],
            [
                api("invoices", &["Invoices.Read", "Invoices.Write"]),
                api("archive", &["InvoicesArchive.Read", "Invoices.Read"]),
            ],
        )
        .unwrap()
    }

    #[test]
    fn a_bundle_has_the_rules_that_can_match_and_nothing_for_people() {
        let audience = Id::parse("invoices").unwrap();
        let content = Content::of(&policy(), &audience, changes()).unwrap();
        let bundle = content.at(
            &"https://id.example".into(),
            at(10),
            Lifetime::from_seconds(9),
        );
        let written = serde_json::to_string_pretty(&bundle).unwrap();
        let expected = r#"{
  "iss": "https://id.example",
  "iat": 10,
  "exp": 19,
  "policy": {
    "version": 7,
    "api": {
      "audience": "invoices",
      "name": "An API",
      "scopes": [
        {
          "scope": "Invoices.Read"
        },
        {
          "scope": "Invoices.Write"
        }
      ],
      "endpoints": [
        {
          "method": "GET",
          "template": "/a",
          "scope": "Invoices.Read"
        }
      ]
    },
    "rules": [
      {
        "role": "admin",
        "pattern": "*",
        "effect": "allow"
      },
      {
        "role": "admin",
        "pattern": "Invoices.*",
        "effect": "allow"
      },
      {
        "role": "admin",
        "pattern": "Invoices.Read",
        "effect": "deny"
      }
    ],
    "roles": [
      {
        "key": "admin"
      },
      {
        "key": "own",
        "organization": "acme"
      },
      {
        "key": "own",
        "organization": "globex"
      }
    ],
    "relations": [],
    "changes": {
      "since": 0,
      "leeway": 5
    }
  }
}"#;
        assert_eq!(written, expected);
        let read: Bundle = serde_json::from_str(&written).unwrap();
        assert_eq!(read, bundle);
        assert_eq!(read.policy.compile().unwrap().version(), 7);
        assert!(read.is_current(at(18)));
        assert!(!read.is_current(at(19)));
    }

    #[test]
    fn an_audience_without_an_api_has_no_bundle() {
        let audience = Id::parse("other").unwrap();
        assert_eq!(Content::of(&policy(), &audience, changes()), None);
    }

    #[test]
    fn a_bundle_that_says_more_than_is_understood_is_not_read() {
        let audience = Id::parse("invoices").unwrap();
        let content = Content::of(&policy(), &audience, changes()).unwrap();
        let bundle = content.at(
            &"https://id.example".into(),
            at(10),
            Lifetime::from_seconds(9),
        );
        let good = serde_json::to_string(&bundle).unwrap();
        for (from, to) in [
            ("\"exp\":19", "\"exp\":19,\"nbf\":15"),
            ("\"version\":7", "\"version\":7,\"conditions\":[]"),
            ("\"effect\":\"deny\"", "\"effect\":\"deny\",\"until\":15"),
            (
                "{\"key\":\"admin\"}",
                "{\"key\":\"admin\",\"parent\":\"own\"}",
            ),
            ("\"leeway\":5", "\"leeway\":5,\"devices\":{}"),
            ("\"relations\":[],", ""),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good, "{from}");
            assert!(serde_json::from_str::<Bundle>(&bad).is_err(), "{bad}");
        }
    }
}
