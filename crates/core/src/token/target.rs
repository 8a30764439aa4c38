//! Which APIs a token is for: the `resource` parameter and the `aud` claim.
//!
//! A client picks from what it is registered for: its `audience`, and the audience of every API of
//! which it registered a scope. What was picked at the authorization endpoint is bound to the
//! approval; every token that comes of it is for that, or for a part that the token request picks
//! (RFC 8707 §2.2). Without `resource` a token is for the client's `audience`.
//!
//! Compared as strings: `https://api.example` and `https://api.example/` are two resources.
#![doc(alias = "RFC 8707")]

use crate::{
    client::Client,
    error::{ErrorCode, OAuthError},
    id::Id,
    parameters::Parameters,
    policy::Policy,
};

/// The longest resource in bytes.
pub const LONGEST: usize = 2048;

/// The resources that a request names, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets(Vec<String>);

/// Every way in which a `resource` can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetRefusal {
    /// Not an absolute URI, or one with a fragment (RFC 8707 §2).
    Malformed,
    /// The client is not registered for it.
    NotRegistered,
    /// Not among those of the authorization, or of the subject token.
    Widened,
}

impl TargetRefusal {
    /// What the client is told (RFC 8707 §2).
    pub const fn wire(self) -> OAuthError {
        OAuthError::new(
            ErrorCode::InvalidTarget,
            match self {
                Self::Malformed => {
                    "resource is not an absolute URI without a fragment (RFC 8707 2)"
                }
                Self::NotRegistered => {
                    "this client is not registered for this resource; add it to the client's audience"
                }
                Self::Widened => {
                    "this resource is not among those that were granted at first; leave it out to keep them"
                }
            },
        )
    }
}

impl Targets {
    /// Reads the `resource` parameters.
    ///
    /// # Errors
    /// [`TargetRefusal::Malformed`].
    pub fn parse(parameters: &Parameters) -> Result<Self, TargetRefusal> {
        let resources = parameters.values("resource");
        if resources.iter().all(|resource| is_absolute(resource)) {
            Ok(Self(resources.into_iter().map(str::to_owned).collect()))
        } else {
            Err(TargetRefusal::Malformed)
        }
    }

    /// Resources that were checked before.
    pub const fn trusted(resources: Vec<String>) -> Self {
        Self(resources)
    }

    /// Refuses what the client is not registered for.
    ///
    /// # Errors
    /// [`TargetRefusal::NotRegistered`].
    pub fn check(&self, client: &Client, policy: &Policy) -> Result<(), TargetRefusal> {
        let registered = self.0.iter().all(|one| is_registered(one, client, policy));
        registered.then_some(()).ok_or(TargetRefusal::NotRegistered)
    }

    /// What a token is for when `self` was authorized and `picked` is asked for now. Nothing picked
    /// is everything authorized; nothing authorized is the client's `audience`. What the client is
    /// no longer registered for falls away (requirement A2.6).
    ///
    /// # Errors
    /// [`TargetRefusal::Widened`] for what was not authorized, [`TargetRefusal::NotRegistered`] when
    /// nothing is left.
    pub fn narrowed(
        &self,
        picked: &Self,
        client: &Client,
        policy: &Policy,
    ) -> Result<Self, TargetRefusal> {
        let authorized = if self.is_empty() {
            &client.metadata.audience
        } else {
            &self.0
        };
        if !picked.0.iter().all(|one| authorized.contains(one)) {
            return Err(TargetRefusal::Widened);
        }
        let wanted = if picked.is_empty() { self } else { picked };
        let left: Vec<String> = wanted
            .0
            .iter()
            .filter(|one| is_registered(one, client, policy))
            .cloned()
            .collect();
        if left.is_empty() && !wanted.is_empty() {
            return Err(TargetRefusal::NotRegistered);
        }
        Ok(Self(left))
    }

    /// Whether none is named.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The resources.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// RFC 3986 §4.3: with a scheme, without a fragment.
fn is_absolute(text: &str) -> bool {
    text.len() <= LONGEST
        && text.bytes().all(|byte| matches!(byte, 0x21..=0x7e))
        && !text.contains(['#', '\\', '"', '<', '>', '^', '`', '{', '|', '}'])
        && url::Url::parse(text).is_ok()
}

fn is_registered(resource: &str, client: &Client, policy: &Policy) -> bool {
    let own = &client.metadata;
    if own.audience.iter().any(|audience| audience == resource) {
        return true;
    }
    let api = Id::parse(resource).ok().and_then(|id| policy.api(&id));
    api.is_some_and(|api| {
        let mut scopes = api.scopes().iter();
        scopes.any(|definition| own.scope.contains(definition.scope.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        for (resource, good) in [
            ("https://api.example", true),
            ("https://api.example/v1?x=1", true),
            ("urn:symbolon:api", true),
            ("api", false),
            ("/v1", false),
            ("//api.example", false),
            ("https://", false),
            ("https://api.example#", false),
            ("https://api.example/#a", false),
            ("https://api.example/ä", false),
            ("https://api.example/ ", false),
        ] {
            let pairs = [("resource".to_owned(), resource.to_owned())];
            let read = Targets::parse(&Parameters::from_pairs(pairs));
            assert_eq!(read.is_ok(), good, "{resource}");
        }
        let long = format!("https://api.example/{}", "a".repeat(LONGEST));
        assert!(!is_absolute(&long));
    }
}
