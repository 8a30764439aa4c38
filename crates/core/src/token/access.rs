//! JWT access tokens.
#![doc(alias = "RFC 9068")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use serde_json::{Map, Value};

use crate::{
    approval::Approval,
    authorization_details::AuthorizationDetails,
    claims::ClaimsRequest,
    client::{Client, Place},
    id::Id,
    organization::Organization,
    reserved_scope::Reserved,
    role::Roles,
    scope::Scope,
    secret::{AccessToken, Secret},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{
        Authentication, Issuance,
        confirmation::Confirmation,
        granted::Granted,
        limits::TokenLimits,
        opaque::OpaqueAccessToken,
        target::Targets,
        telling::{RolesClaim, acting},
    },
};

/// The `typ` header of an access token (RFC 9068 §2.1), so that it is never taken for an ID token
/// (requirement A2.9).
pub const TYPE: &str = "at+jwt";

/// An access token to be made.
#[derive(Debug)]
pub struct AccessTokenPlan {
    /// What it says.
    pub claims: AccessTokenClaims,
    /// Claims that the client's registration adds, for readers of the token: nothing here reads them
    /// back. Their names are none of those above.
    pub told: Map<String, Value>,
    /// The opaque text, if the client's tokens are opaque; else it is signed.
    pub opaque: Option<Secret<AccessToken>>,
}

/// The claims of an access token. The same for a JWT, for the record of an opaque token and for an
/// answer of introspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Issuer.
    pub iss: Arc<str>,
    /// Whom it speaks of.
    pub sub: Id<Subject>,
    /// Which APIs it is for.
    pub aud: Audience,
    /// Which client it was given to.
    pub client_id: Id<Client>,
    /// Until when.
    pub exp: Timestamp,
    /// Since when.
    pub iat: Timestamp,
    /// Its name.
    pub jti: String,
    /// What was granted.
    #[serde(skip_serializing_if = "Scope::is_empty", default)]
    pub scope: Scope,
    /// What exactly was granted, beside the scope (RFC 9396 §9.1).
    #[serde(skip_serializing_if = "AuthorizationDetails::is_empty", default)]
    pub authorization_details: AuthorizationDetails,
    /// The home organization of the subject.
    pub org_id: Id<Organization>,
    /// The roles at the time of issue, within the limits.
    pub roles: RolesClaim,
    /// Whether `roles` lacks some that a decision asks for: only who knows all of them can decide.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub roles_partial: bool,
    /// What the token may do of what its subject can, beyond its scope.
    #[serde(skip_serializing_if = "TokenLimits::is_none", default)]
    pub limits: TokenLimits,
    /// When the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<Timestamp>,
    /// How strongly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    /// By what means.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// The approval it came of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub grant_id: Option<Id<Approval>>,
    /// The names of the tokens that it was exchanged for, the first one first: it ends with each of
    /// them (RFC 8693).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub exchanged_from: Vec<String>,
    /// The key that it is bound to (RFC 7800): who presents it has to prove that they have it.
    #[serde(skip_serializing_if = "Confirmation::is_none", default)]
    pub cnf: Confirmation,
}

/// The `aud` claim: one text, or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(Arc<str>),
    /// Several.
    Many(Vec<Arc<str>>),
}

impl Audience {
    /// The audiences of a client's tokens: the resources that were picked, else its own; and the
    /// issuer when userinfo is to accept the token or nothing else is named.
    pub fn of(client: &Client, issuer: &Arc<str>, scope: &Scope, targets: &Targets) -> Self {
        let own = &client.metadata;
        let mut all: Vec<Arc<str>> = Vec::new();
        let mut add = |audience: &str| {
            if !all.iter().any(|known| **known == *audience) {
                all.push(Arc::from(audience));
            }
        };
        if targets.is_empty() {
            own.audience.iter().for_each(|audience| add(audience));
            own.zitadel.iter().for_each(|own| add(&own.project));
        } else {
            targets.as_slice().iter().for_each(|target| add(target));
        }
        for reserved in scope.words().filter_map(Reserved::of) {
            match reserved {
                Reserved::Audience(project) if client.may_use(&reserved) => add(project),
                _ => {}
            }
        }
        if all.is_empty() || (scope.contains("openid") && !all.contains(issuer)) {
            all.push(Arc::clone(issuer));
        }
        Self::from_all(all)
    }

    /// These audiences.
    pub fn from_all(all: Vec<Arc<str>>) -> Self {
        match <[Arc<str>; 1]>::try_from(all) {
            Ok([one]) => Self::One(one),
            Err(all) => Self::Many(all),
        }
    }

    /// Whether it is for this audience.
    pub fn contains(&self, audience: &str) -> bool {
        self.as_slice().iter().any(|one| **one == *audience)
    }

    /// The audiences.
    pub fn as_slice(&self) -> &[Arc<str>] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl AccessTokenClaims {
    /// The roles that it tells, by organization.
    pub fn told_roles(&self) -> Roles {
        self.roles
            .by_organization(acting(&self.org_id, &self.limits))
    }
}

impl AccessTokenPlan {
    /// Plans the access token of a grant.
    pub fn new(
        issuance: Issuance<'_>,
        granted: &Granted<'_>,
        authentication: Option<&Authentication>,
    ) -> Self {
        let Granted { client, scope, .. } = granted;
        let aud = Audience::of(client, issuance.issuer, scope, &granted.targets);
        let opaque = client.metadata.are_access_tokens_opaque();
        let opaque = opaque.then(|| Secret::generate(issuance.entropy));
        let mut plan = Self::jwt(issuance, granted, aud, issuance.settings.access_lifetime);
        plan.opaque = opaque;
        if let Some(by) = authentication {
            let claims = &mut plan.claims;
            claims.auth_time = Some(by.at);
            claims.acr = Some(by.acr.clone());
            claims.amr.clone_from(&by.methods);
            claims.grant_id = Some(by.approval.clone());
        }
        plan
    }

    /// Plans a JWT that lives for `lifetime` at the most: nobody signed in, as far as it says.
    pub fn jwt(
        issuance: Issuance<'_>,
        granted: &Granted<'_>,
        aud: Audience,
        lifetime: Lifetime,
    ) -> Self {
        let Issuance {
            issuer,
            now,
            entropy,
            confirmation,
            ..
        } = issuance;
        let Granted {
            client, subject, ..
        } = granted;
        // A client may have a shorter lifetime than the setting, never a longer one: how long a
        // retired key stays published follows from the setting alone.
        let own = client.metadata.access_token_lifetime.unwrap_or(lifetime);
        let exp = now.plus(own.min(lifetime));
        // What a token says of roles is true for as long as it lives.
        let exp = subject.roles_until.map_or(exp, |until| exp.min(until));
        let (roles, roles_partial) = granted.roles_claim();
        let claims = AccessTokenClaims {
            iss: Arc::clone(issuer),
            sub: subject.id.clone(),
            aud,
            client_id: client.id.clone(),
            exp,
            iat: now,
            jti: Id::<Self>::random(entropy).as_str().to_owned(),
            scope: granted.scope.clone(),
            authorization_details: granted.details.clone(),
            org_id: subject.organization.clone(),
            roles,
            roles_partial,
            limits: granted.limits.clone(),
            auth_time: None,
            acr: None,
            amr: Vec::new(),
            grant_id: None,
            exchanged_from: Vec::new(),
            cnf: confirmation,
        };
        Self {
            claims,
            told: granted.telling().claims(Place::AccessToken),
            opaque: None,
        }
    }

    /// The record of the token, if it is opaque.
    pub fn record(&self, request: &ClaimsRequest) -> Option<OpaqueAccessToken> {
        self.opaque.as_ref().map(|secret| OpaqueAccessToken {
            digest: secret.digest(),
            claims: self.claims.clone(),
            claims_request: request.clone(),
            revoked_at: None,
        })
    }

    /// What is signed, if it is not opaque.
    pub fn signed(&self) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Signed<'a> {
            #[serde(flatten)]
            claims: &'a AccessTokenClaims,
            #[serde(flatten)]
            told: &'a Map<String, Value>,
        }
        Signed {
            claims: &self.claims,
            told: &self.told,
        }
    }

    /// `expires_in` of the token response (RFC 6749 §5.1), in seconds.
    pub fn expires_in(&self) -> u32 {
        self.claims.exp.since(self.claims.iat).seconds()
    }
}
