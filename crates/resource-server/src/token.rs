//! Tokens: which kind one is, and what a JWT says.
#![doc(alias = "RFC 9068")]

use std::sync::Arc;

use serde::{Deserialize, de::IgnoredAny};
use symbolon_core::{
    algorithm::Algorithm,
    approval::Approval,
    client::Client,
    id::Id,
    organization::Organization,
    policy::{
        api::Api,
        token_changes::{TokenChanges, Traces},
    },
    role::Roles,
    scope::Scope,
    secret::{AccessToken, Kind, PersonalAccessToken, Secret},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{
        access::{Audience, TYPE},
        confirmation::Confirmation,
        limits::TokenLimits,
        telling::RolesClaim,
    },
};
use symbolon_jose::{Expected, VerifyError, VerifyingKeys};

use crate::caller::Decided;

/// What can be presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// A JWT, or nothing of ours.
    Jwt,
    /// An opaque access token.
    Opaque,
    /// A personal access token, which is good for every API of its owner.
    Personal,
}

/// What a live token says, from wherever it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whom it speaks of.
    pub subject: Id<Subject>,
    /// The home organization of the subject.
    pub home: Id<Organization>,
    /// Which client it was given to, if to any.
    pub client: Option<Id<Client>>,
    /// What was granted.
    pub scope: Scope,
    /// All roles of the subject.
    pub granted: Roles,
    /// What it is limited to.
    pub limits: TokenLimits,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// What it is bound to: nothing, or a certificate.
    pub confirmation: Confirmation,
}

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
pub struct Claims {
    iss: Arc<str>,
    sub: Id<Subject>,
    aud: Audience,
    client_id: Id<Client>,
    exp: Timestamp,
    iat: Timestamp,
    nbf: Option<Timestamp>,
    jti: String,
    #[serde(default)]
    scope: Scope,
    org_id: Id<Organization>,
    roles: Option<RolesClaim>,
    #[serde(default)]
    roles_partial: bool,
    #[serde(default)]
    limits: TokenLimits,
    grant_id: Option<Id<Approval>>,
    #[serde(default)]
    exchanged_from: Vec<String>,
    /// Only a token that forward authentication hands to an API has this.
    organization_id: Option<IgnoredAny>,
    /// Only a token that is bound to something has this.
    #[serde(default)]
    cnf: Confirmation,
}

/// Whom tokens have to be from, and for whom.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The issuer.
    pub issuer: Arc<str>,
    /// The API.
    pub audience: Id<Api>,
    /// By how much clocks may differ.
    pub leeway: Lifetime,
    /// Where the metadata of the API is, if it is published.
    pub metadata: Option<String>,
}

impl Presented {
    /// What a text is; `None`: it begins like a token of ours and is none.
    pub fn of(token: &str) -> Option<Self> {
        if token.starts_with(PersonalAccessToken::PREFIX) {
            Secret::<PersonalAccessToken>::parse(token).ok()?;
            Some(Self::Personal)
        } else if token.starts_with(AccessToken::PREFIX) {
            Secret::<AccessToken>::parse(token).ok()?;
            Some(Self::Opaque)
        } else {
            Some(Self::Jwt)
        }
    }
}

impl Claims {
    /// The claims of a JWT with a good signature; `None` when they are not those of an access
    /// token.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn verified(token: &str, keys: &VerifyingKeys) -> Result<Option<Self>, VerifyError> {
        // Only the one type: an ID token is no access token (requirement A2.9).
        let expected = Expected {
            typ: &[TYPE],
            typ_may_be_absent: false,
            algorithms: &Algorithm::ALL,
        };
        Ok(keys.verify(token, expected)?.claims().ok())
    }

    /// Whether the token is from the right issuer, for this API, and within its time.
    pub fn are_accepted(&self, accepted: &Accepted, now: Timestamp) -> bool {
        let leeway = accepted.leeway;
        // What it was made from may have been revoked since, and cannot be asked about: it is for
        // APIs behind a proxy that decide nothing themselves.
        self.organization_id.is_none()
            // Proofs of possession are not checked here, and without one a token that is bound to a
            // key is none (RFC 9449 §7.2).
            && self.cnf.key().is_none()
            && *self.iss == *accepted.issuer
            && self.aud.contains(accepted.audience.as_str())
            && now < self.exp.plus(leeway)
            && self.nbf.is_none_or(|start| start <= now.plus(leeway))
    }

    /// Whether the token is enough to decide by, or why the provider has to be asked.
    pub fn decided(&self, changes: &TokenChanges, acting: &Id<Organization>) -> Decided {
        // A rule may deny to a role that is not told: leaving a role out of a token must not make it
        // good for more. And a token for one organization tells the roles that came through a
        // relation like any other; the relation may have ended.
        if self.roles_partial || self.roles.is_none() || !self.limits.is_none() {
            return Decided::IntrospectedForRoles;
        }
        let traces = Traces {
            issued_at: self.iat,
            subject: &self.sub,
            client: &self.client_id,
            home: &self.org_id,
            acting,
            grant: self.grant_id.as_ref(),
            name: &self.jti,
            exchanged_from: &self.exchanged_from,
        };
        match changes.doubt(&traces) {
            None => Decided::Locally,
            Some(doubt) => Decided::IntrospectedFor(doubt),
        }
    }

    /// The home organization of the subject.
    pub const fn home(&self) -> &Id<Organization> {
        &self.org_id
    }

    /// What the token says.
    pub fn facts(self) -> Facts {
        let told = self.roles.map(|told| told.by_organization(&self.org_id));
        let granted = told.unwrap_or_default();
        Facts {
            subject: self.sub,
            home: self.org_id,
            client: Some(self.client_id),
            scope: self.scope,
            granted,
            limits: self.limits,
            expires_at: self.exp,
            confirmation: self.cnf,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};
    use symbolon_core::token::confirmation::CertificateThumbprint;

    use super::*;

    fn claims(change: impl FnOnce(&mut Value)) -> Claims {
        let mut claims = json!({
            "iss": "https://id.example", "sub": "alice", "aud": ["api", "https://id.example"],
            "client_id": "web", "exp": 200, "iat": 100, "jti": "jti", "scope": "openid a.b",
            "org_id": "acme", "roles": { "acme": ["admin"] }, "grant_id": "grant",
        });
        change(&mut claims);
        serde_json::from_value(claims).unwrap()
    }

    fn is_accepted(claims: &Claims, now: i64) -> bool {
        let accepted = Accepted {
            issuer: "https://id.example".into(),
            audience: Id::parse("api").unwrap(),
            leeway: Lifetime::from_seconds(5),
            metadata: None,
        };
        claims.are_accepted(&accepted, Timestamp::from_seconds(now))
    }

    #[test]
    fn a_token_is_for_one_issuer_one_audience_and_its_time() {
        assert!(is_accepted(&claims(|_| {}), 204));
        assert!(!is_accepted(&claims(|_| {}), 205));
        for (member, value) in [
            ("iss", json!("https://id.example/")),
            ("aud", json!("https://id.example")),
            ("aud", json!(["API", "ap", "api2"])),
            ("nbf", json!(156)),
            ("organization_id", json!("acme")),
            (
                "cnf",
                json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            ),
        ] {
            let other = claims(|claims| claims[member] = value.clone());
            assert!(!is_accepted(&other, 150), "{member}: {value}");
        }
        assert!(is_accepted(
            &claims(|claims| claims["nbf"] = json!(155)),
            150
        ));
    }

    #[test]
    fn a_token_that_is_bound_to_a_certificate_says_so_and_one_that_is_bound_otherwise_is_unreadable()
     {
        let shown = CertificateThumbprint::of(b"der");
        let bound = claims(|claims| claims["cnf"] = json!({"x5t#S256": shown.to_text()}));
        assert!(is_accepted(&bound, 150));
        let confirmation = Confirmation::Certificate(shown);
        assert_eq!(bound.facts().confirmation, confirmation);
        assert!(claims(|_| {}).facts().confirmation.is_none());
        let mut other = json!({
            "iss": "https://id.example", "sub": "alice", "aud": "api", "client_id": "web",
            "exp": 200, "iat": 100, "jti": "jti", "org_id": "acme", "cnf": {"osc": {}},
        });
        assert!(serde_json::from_value::<Claims>(other.clone()).is_err());
        other["cnf"] = json!({});
        assert!(serde_json::from_value::<Claims>(other).is_ok());
    }

    #[test]
    fn a_token_that_does_not_tell_all_its_subjects_roles_is_not_enough() {
        let none = TokenChanges::new(Timestamp::from_seconds(0), Lifetime::from_seconds(0), []);
        let decided = |claims: Claims| claims.decided(&none, claims.home());
        assert_eq!(decided(claims(|_| {})), Decided::Locally);
        // A list of those in the home organization, and there are no others.
        let flat = claims(|claims| claims["roles"] = json!(["admin"]));
        assert_eq!(flat.facts().granted, claims(|_| {}).facts().granted);
        for (member, value) in [
            ("limits", json!({ "organizations": ["acme"] })),
            ("roles", Value::Null),
            ("roles_partial", json!(true)),
        ] {
            let partial = claims(|claims| claims[member] = value);
            assert_eq!(decided(partial), Decided::IntrospectedForRoles, "{member}");
        }
    }

    #[test]
    fn a_token_is_known_by_its_look() {
        let looks = |token: &str| Presented::of(token);
        assert_eq!(looks("a.b.c"), Some(Presented::Jwt));
        assert_eq!(looks("whatever"), Some(Presented::Jwt));
        let pat = Secret::<PersonalAccessToken>::from_bytes(&[7; 32]);
        let opaque = Secret::<AccessToken>::from_bytes(&[7; 32]);
        assert_eq!(looks(pat.expose()), Some(Presented::Personal));
        assert_eq!(looks(opaque.expose()), Some(Presented::Opaque));
        let text = pat.expose();
        assert_eq!(looks(&text[..text.len() - 1]), None);
        assert_eq!(looks("sy_pat_"), None);
    }
}
