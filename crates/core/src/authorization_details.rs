//! Rich authorization requests: what exactly is asked for, beside scopes.
//!
//! Each detail is of a type that an API declared ([`crate::policy::detail_type`]) and that the client is
//! registered for. A person is asked about every single one: a yes to one payment is none to the next,
//! so it is not remembered. What was approved is bound to the sign-in; a token request may take less,
//! never more or other. What the client is no longer registered for, or no API declares any more, falls
//! away at the next refresh.
//!
//! A token with details is good for these: if the request names no scope of an API, neither does the
//! token, where one without details would be good for all that the roles allow.
#![doc(alias = "RFC 9396")]

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::{ErrorCode, OAuthError},
    json,
    parameters::Parameters,
    policy::{Policy, detail_type::DetailType},
    token::target::Targets,
};

/// The longest parameter, in bytes.
pub const LONGEST: usize = 8 * 1024;

/// The most details of a request.
pub const MOST: usize = 20;

/// The name of the parameter, the claim and the member of answers.
pub const NAME: &str = "authorization_details";

/// Details, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationDetails(Vec<Map<String, Value>>);

/// Every way in which details can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DetailsRefusal {
    /// No JSON array of objects with a `type`, or too long.
    Malformed,
    /// Of a type that nobody declared, or that the client is not registered for.
    TypeUnknown,
    /// A member that the type does not have, of another kind, or missing.
    Invalid,
    /// Not among those that were granted.
    Widened,
}

impl DetailsRefusal {
    /// What the client is told (RFC 9396 §5).
    pub const fn wire(self) -> OAuthError {
        OAuthError::new(
            ErrorCode::InvalidAuthorizationDetails,
            match self {
                Self::Malformed => {
                    "authorization_details is not a JSON array of at most 20 objects with a type, in at most 8 KiB"
                }
                Self::TypeUnknown => {
                    "the type of an authorization detail is not one of the authorization_details_types that this client is registered for and that an API declares"
                }
                Self::Invalid => {
                    "an authorization detail lacks a member, or has one that its type does not have, of another kind, or with another value"
                }
                Self::Widened => {
                    "an authorization detail is not among those that were granted at first; leave the parameter out to keep them"
                }
            },
        )
    }
}

impl AuthorizationDetails {
    /// Reads the parameter, if it is there.
    ///
    /// # Errors
    /// [`DetailsRefusal::Malformed`].
    pub fn parse(parameters: &Parameters) -> Result<Option<Self>, DetailsRefusal> {
        let Some(text) = parameters.value(NAME) else {
            return Ok(None);
        };
        if text.len() > LONGEST {
            return Err(DetailsRefusal::Malformed);
        }
        // Read as strictly as everything else that two may read: as the one member of an object.
        let wrapped = json::object(format!("{{\"{NAME}\":{text}}}").as_bytes());
        let mut members = wrapped.map_err(|_| DetailsRefusal::Malformed)?;
        let details = members.remove(NAME).filter(|_| members.is_empty());
        let Some(Value::Array(details)) = details else {
            return Err(DetailsRefusal::Malformed);
        };
        let objects = details.into_iter().map(|detail| match detail {
            Value::Object(detail) if detail.get("type").is_some_and(Value::is_string) => Ok(detail),
            _ => Err(DetailsRefusal::Malformed),
        });
        let details = objects.collect::<Result<Vec<_>, _>>()?;
        if details.is_empty() || details.len() > MOST {
            return Err(DetailsRefusal::Malformed);
        }
        Ok(Some(Self(details)))
    }

    /// Refuses what the client may not ask for, or nobody understands.
    ///
    /// # Errors
    /// [`DetailsRefusal`].
    pub fn check(&self, client: &Client, policy: &Policy) -> Result<(), DetailsRefusal> {
        self.0.iter().try_for_each(|detail| {
            let (_, known) = found(detail, client, policy).ok_or(DetailsRefusal::TypeUnknown)?;
            let good = known.permits(detail);
            good.then_some(()).ok_or(DetailsRefusal::Invalid)
        })
    }

    /// What a token says when `self` was approved, `asked` is asked for now, and it is for `targets`:
    /// each of `asked` has to be within one of `self`. Details of other APIs than the targets are left
    /// out, if there are any (RFC 9396 §6, §7).
    ///
    /// # Errors
    /// [`DetailsRefusal::Widened`].
    pub fn narrowed(
        &self,
        asked: Option<&Self>,
        targets: &Targets,
        client: &Client,
        policy: &Policy,
    ) -> Result<Self, DetailsRefusal> {
        let wanted = asked.unwrap_or(self);
        let within = |detail| self.0.iter().any(|granted| covers(granted, detail));
        if !wanted.0.iter().all(within) {
            return Err(DetailsRefusal::Widened);
        }
        let for_targets = |audience: &str| {
            targets.is_empty() || targets.as_slice().iter().any(|target| target == audience)
        };
        let kept = wanted.0.iter().filter(|detail| {
            found(detail, client, policy)
                .is_some_and(|(audience, known)| known.permits(detail) && for_targets(audience))
        });
        Ok(Self(kept.cloned().collect()))
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them with its type, as far as that is declared.
    pub fn in_words<'a>(
        &'a self,
        policy: &'a Policy,
    ) -> impl Iterator<Item = (&'a DetailType, Vec<(String, String)>)> {
        self.0.iter().filter_map(|detail| {
            let (_, known) = declared(name(detail)?, policy)?;
            Some((known, known.in_words(detail)))
        })
    }
}

/// The type of a detail and the audience of its API, if the client may ask for it.
fn found<'a>(
    detail: &Map<String, Value>,
    client: &Client,
    policy: &'a Policy,
) -> Option<(&'a str, &'a DetailType)> {
    let name = name(detail)?;
    let mut registered = client.metadata.authorization_details_types.iter();
    let registered = registered.any(|own| own == name);
    declared(name, policy).filter(|_| registered)
}

fn declared<'a>(name: &str, policy: &'a Policy) -> Option<(&'a str, &'a DetailType)> {
    policy.apis().find_map(|api| {
        let mut types = api.detail_types().iter();
        let own = types.find(|own| own.name == name)?;
        Some((api.audience().as_str(), own))
    })
}

fn name(detail: &Map<String, Value>) -> Option<&str> {
    detail.get("type")?.as_str()
}

/// Whether one detail allows all that another one asks for: the same members, lists of texts with
/// less in them.
fn covers(granted: &Map<String, Value>, asked: &Map<String, Value>) -> bool {
    let member = |(name, granted): (&String, &Value)| match (granted, asked.get(name)) {
        (Value::Array(granted), Some(Value::Array(asked))) => {
            asked.iter().all(|one| granted.contains(one))
        }
        (granted, Some(asked)) => granted == asked,
        (_, None) => false,
    };
    granted.len() == asked.len() && granted.iter().all(member)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Option<AuthorizationDetails>, DetailsRefusal> {
        let pairs = [(NAME.to_owned(), text.to_owned())];
        AuthorizationDetails::parse(&Parameters::from_pairs(pairs))
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        assert!(parse(r#"[{"type":"a"}]"#).unwrap().is_some());
        let many = format!("[{}]", vec![r#"{"type":"a"}"#; MOST + 1].join(","));
        let long = format!(r#"[{{"type":"{}"}}]"#, "a".repeat(LONGEST));
        let deep = format!(r#"[{{"type":"a","b":{}}}]"#, "[".repeat(5000));
        for text in [
            "[]",
            "{}",
            "null",
            "[1]",
            "[{}]",
            r#"[{"type":1}]"#,
            r#"{"type":"a"}"#,
            r#"[{"type":"a","type":"b"}]"#,
            r#"[{"type":"a"}],"x":[]"#,
            r#"[{"type":"a"}],"authorization_details":[]"#,
            r#"[{"type":"a"}]}{"#,
            r#"[{"type":"a"}"#,
            &many,
            &long,
            &deep,
        ] {
            assert_eq!(parse(text), Err(DetailsRefusal::Malformed), "{text:.40}");
        }
    }

    #[test]
    fn less_is_covered_and_other_is_not() {
        let object = |value: Value| value.as_object().unwrap().clone();
        let granted = object(json!({"type": "a", "actions": ["x", "y"], "amount": 5}));
        for (asked, within) in [
            (
                json!({"type": "a", "actions": ["x", "y"], "amount": 5}),
                true,
            ),
            (json!({"amount": 5, "type": "a", "actions": ["y"]}), true),
            (json!({"type": "a", "actions": ["z"], "amount": 5}), false),
            (json!({"type": "a", "actions": ["x"], "amount": 4}), false),
            // Without a limit it would be more.
            (json!({"type": "a", "actions": ["x"]}), false),
            (
                json!({"type": "a", "actions": ["x"], "amount": 5, "more": 1}),
                false,
            ),
            (json!({"type": "b", "actions": ["x"], "amount": 5}), false),
        ] {
            assert_eq!(covers(&granted, &object(asked.clone())), within, "{asked}");
        }
    }
}
