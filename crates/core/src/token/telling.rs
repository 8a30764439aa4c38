//! How roles are told: the `roles` object, flat lists for one organization, and the shape that
//! applications built for Zitadel read. Each is chosen by the client's registration.
//!
//! The *acting organization* of a token is the one that was asked for by a reserved scope, else the
//! subject's home. Somebody with roles in thousands of organizations would get a token that no header
//! holds, so a claim of more than [`crate::settings::TokenSettings::roles_limit`] bytes tells the roles
//! of the acting organization alone. An API that needs others asks introspection or a decision
//! endpoint, which know all of them; one that reads the claim alone gives less, and whoever decides by
//! rules that deny sees by the claim `roles_partial` that it has to ask.
//!
//! Zitadel's claims name the domain of an organization; here that is its identifier, which unlike a
//! display name nobody else can have. Roles belong to no project, so each project that is told has
//! the same.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    client::{Client, Place},
    id::Id,
    organization::Organization,
    reserved_scope::Reserved,
    role::{RoleKey, Roles},
    scope::Scope,
    subject::Subject,
    token::limits::TokenLimits,
};

/// The `roles` claim of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RolesClaim {
    /// Role keys by organization.
    ByOrganization(Roles),
    /// Role keys of the acting organization.
    Flat(Vec<RoleKey>),
}

/// What is told, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// Who reads it.
    pub client: &'a Client,
    /// Of whom it speaks.
    pub subject: &'a Subject,
    /// What was granted.
    pub scope: &'a Scope,
    /// What the token is limited to.
    pub limits: &'a TokenLimits,
    /// The roles within the limits.
    pub roles: &'a Roles,
    /// The longest claim about roles of several organizations, in bytes.
    pub roles_limit: usize,
}

impl RolesClaim {
    /// The roles by organization, of a token with this acting organization.
    pub fn by_organization(&self, acting: &Id<Organization>) -> Roles {
        match self {
            Self::ByOrganization(roles) => roles.clone(),
            Self::Flat(keys) if keys.is_empty() => Roles::new(),
            Self::Flat(keys) => Roles::from([(acting.clone(), keys.clone())]),
        }
    }
}

/// The organization whose roles are told where only one can be: the only one that the token may act
/// in, else the home.
pub fn acting<'a>(home: &'a Id<Organization>, limits: &'a TokenLimits) -> &'a Id<Organization> {
    match limits.organizations.as_deref() {
        Some([only]) => only,
        _ => home,
    }
}

impl Telling<'_> {
    /// The `roles` claim of the access token.
    pub fn access_token_roles(&self) -> RolesClaim {
        if self
            .client
            .metadata
            .role_claims
            .roles
            .contains(&Place::AccessToken)
        {
            RolesClaim::Flat(self.flat())
        } else {
            RolesClaim::ByOrganization(self.bounded(self.roles, 1, Roles::clone))
        }
    }

    /// Every other claim about roles and organizations that stands in a place.
    pub fn claims(&self, place: Place) -> Map<String, Value> {
        let metadata = &self.client.metadata;
        let mut claims = Map::new();
        let flat = &metadata.role_claims;
        if flat.roles.contains(&place) && place != Place::AccessToken {
            claims.insert("roles".to_owned(), json(&self.flat()));
        }
        if flat.groups.contains(&place) {
            claims.insert("groups".to_owned(), json(&self.flat()));
        }
        if metadata.zitadel.is_some() {
            self.project_roles(place, &mut claims);
            self.resource_owner(&mut claims);
        }
        claims
    }

    fn flat(&self) -> Vec<RoleKey> {
        let acting = acting(&self.subject.organization, self.limits);
        self.roles.get(acting).cloned().unwrap_or_default()
    }

    /// What `shape` makes of these roles, or of those of the acting organization if that is too long
    /// for so many copies.
    fn bounded<T: Serialize>(
        &self,
        roles: &Roles,
        copies: usize,
        shape: impl Fn(&Roles) -> T,
    ) -> T {
        let fits = |shaped: &T| {
            let length = serde_json::to_string(shaped).map_or(0, |text| text.len());
            length.saturating_mul(copies) <= self.roles_limit
        };
        // Whoever has roles in thousands of organizations does not wait for all of them to be
        // written down first.
        if roles.len() <= 1 || self.may_fit(roles) {
            let shaped = shape(roles);
            if roles.len() <= 1 || fits(&shaped) {
                return shaped;
            }
        }
        let acting = acting(&self.subject.organization, self.limits);
        let own = roles.get_key_value(acting);
        shape(&Roles::from_iter(
            own.map(|(id, keys)| (id.clone(), keys.clone())),
        ))
    }

    /// Each shape has every identifier at least once, with its quotes and a colon.
    fn may_fit(&self, roles: &Roles) -> bool {
        let least = roles.keys().map(|id| id.as_str().len() + 3);
        let mut sum = 0;
        least
            .take_while(|length| {
                sum += length;
                sum <= self.roles_limit
            })
            .count()
            == roles.len()
    }

    fn project_roles(&self, place: Place, claims: &mut Map<String, Value>) {
        let Some(zitadel) = &self.client.metadata.zitadel else {
            return;
        };
        let words: Vec<_> = self.words().collect();
        let everywhere = words.contains(&Reserved::RolesByProject);
        let all = everywhere || words.contains(&Reserved::Roles) || zitadel.roles.contains(&place);
        let asked = |key: &&RoleKey| words.contains(&Reserved::Role((*key).clone()));
        let roles = if all {
            Cow::Borrowed(self.roles)
        } else {
            let some = self
                .roles
                .iter()
                .map(|(id, keys)| (id.clone(), keys.iter().filter(asked).cloned().collect()));
            Cow::Owned(
                some.filter(|(_, keys): &(_, Vec<_>)| !keys.is_empty())
                    .collect(),
            )
        };
        let named = words.iter().filter_map(|word| match word {
            Reserved::Audience(project) if everywhere && *project != zitadel.project => {
                Some(*project)
            }
            _ => None,
        });
        let projects = named.chain([zitadel.project.as_str()]);
        let mut names: Vec<String> = projects
            .map(|project| format!("urn:zitadel:iam:org:project:{project}:roles"))
            .collect();
        names.push("urn:zitadel:iam:org:project:roles".to_owned());
        let shaped = self.bounded(&roles, names.len(), by_role);
        if !shaped.is_empty() {
            let claim = |name| (name, Value::Object(shaped.clone()));
            claims.extend(names.into_iter().map(claim));
        }
    }

    fn resource_owner(&self, claims: &mut Map<String, Value>) {
        let asked = |word| matches!(word, Reserved::ResourceOwner | Reserved::Home(_));
        if !self.words().any(asked) {
            return;
        }
        let home = self.subject.organization.as_str();
        for (part, value) in [
            ("id", home),
            ("name", &self.subject.organization_name),
            ("primary_domain", home),
        ] {
            let name = format!("urn:zitadel:iam:user:resourceowner:{part}");
            claims.insert(name, Value::from(value));
        }
    }

    /// The reserved words that mean something for this client.
    fn words(&self) -> impl Iterator<Item = Reserved<'_>> {
        let words = self.scope.words().filter_map(Reserved::of);
        words.filter(|word| self.client.may_use(word))
    }
}

/// `{role: {organization: its domain}}`.
fn by_role(roles: &Roles) -> Map<String, Value> {
    let mut shaped = Map::new();
    for (organization, keys) in roles {
        for key in keys {
            let role = shaped
                .entry(key.as_str())
                .or_insert_with(|| Map::new().into());
            if let Some(organizations) = role.as_object_mut() {
                let domain = Value::from(organization.as_str());
                organizations.insert(organization.as_str().to_owned(), domain);
            }
        }
    }
    shaped
}

fn json(keys: &[RoleKey]) -> Value {
    keys.iter().map(RoleKey::as_str).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{
        client::{RoleClaims, Zitadel},
        subject::SubjectKind,
    };

    fn client(claims: serde_json::Value) -> Client {
        let mut metadata = serde_json::json!({
            "client_name": "A",
            "grant_types": ["client_credentials"],
        });
        let all = metadata.as_object_mut().unwrap();
        all.extend(claims.as_object().unwrap().clone());
        Client {
            id: Id::parse("app").unwrap(),
            organization: None,
            machine: None,
            secrets: Vec::new(),
            disabled_at: None,
            origin: crate::client::Origin::Operator,
            metadata: serde_json::from_value(metadata).unwrap(),
        }
    }

    fn subject(roles: &str) -> Subject {
        Subject {
            id: Id::parse("robot").unwrap(),
            organization: Id::parse("acme").unwrap(),
            organization_name: "Acme".into(),
            kind: SubjectKind::Machine { name: "ci".into() },
            disabled_at: None,
            roles: serde_json::from_str(roles).unwrap(),
            roles_until: None,
        }
    }

    fn told(
        client: &Client,
        roles: &str,
        scope: &str,
        roles_limit: usize,
    ) -> (String, Vec<String>) {
        let subject = subject(roles);
        let telling = Telling {
            client,
            subject: &subject,
            scope: &Scope::parse(scope).unwrap(),
            limits: &TokenLimits::default(),
            roles: &subject.roles,
            roles_limit,
        };
        let names = Place::ALL.iter().flat_map(|place| telling.claims(*place));
        let roles = serde_json::to_string(&telling.access_token_roles()).unwrap();
        (roles, names.map(|(name, _)| name).collect())
    }

    #[test]
    fn a_claim_is_as_long_as_the_limit_and_no_longer() {
        let both = r#"{"acme":["a"],"globex":["b"]}"#;
        let client = client(serde_json::json!({}));
        assert_eq!(told(&client, both, "", both.len()).0, both);
        assert_eq!(
            told(&client, both, "", both.len() - 1).0,
            r#"{"acme":["a"]}"#
        );
        // There is nothing else to tell of one organization.
        let one = r#"{"acme":["a"]}"#;
        assert_eq!(told(&client, one, "", 1).0, one);
        let elsewhere = r#"{"globex":["a"],"initech":["b"]}"#;
        assert_eq!(told(&client, elsewhere, "", 1).0, "{}");
    }

    #[test]
    fn copies_of_a_claim_count_together_and_one_role_alone_may_fit() {
        let client = client(serde_json::json!({ "zitadel": { "project": "p" } }));
        let many: Vec<_> = (0..9)
            .map(|number| format!(r#""organization-{number}":["a"]"#))
            .collect();
        let roles = format!(r#"{{"acme":["a","b"],{}}}"#, many.join(","));
        let subject = subject(&roles);
        let told = |scope: &str, roles_limit| {
            let telling = Telling {
                client: &client,
                subject: &subject,
                scope: &Scope::parse(scope).unwrap(),
                limits: &TokenLimits::default(),
                roles: &subject.roles,
                roles_limit,
            };
            let claims = telling.claims(Place::IdToken);
            serde_json::to_string(&claims["urn:zitadel:iam:org:project:roles"]).unwrap()
        };
        let all = "urn:zitadel:iam:org:project:roles";
        let length = told(all, 10_000).len();
        assert_eq!(told(all, 2 * length).len(), length);
        let own = r#"{"a":{"acme":"acme"},"b":{"acme":"acme"}}"#;
        assert_eq!(told(all, 2 * length - 1), own);
        assert_eq!(
            told("urn:zitadel:iam:org:project:role:b", 64),
            r#"{"b":{"acme":"acme"}}"#
        );
    }

    #[test]
    fn a2_14_no_registration_reaches_a_claim_of_the_protocol() {
        let everywhere = Place::ALL;
        let client = client(serde_json::json!({
            "role_claims": { "roles": everywhere, "groups": everywhere },
            "zitadel": { "project": "sub", "roles": everywhere },
        }));
        let scope = "urn:zitadel:iam:user:resourceowner urn:zitadel:iam:org:projects:roles \
            urn:zitadel:iam:org:project:id:sub:aud";
        let (roles, names) = told(&client, r#"{"acme":["iss","sub"]}"#, scope, 4096);
        assert_eq!(roles, r#"["iss","sub"]"#);
        assert!(names.len() > 12, "{names:?}");
        for name in names {
            let own = name == "roles" || name == "groups" || name.starts_with("urn:zitadel:iam:");
            assert!(own, "{name}");
        }
    }

    #[test]
    fn a_project_that_breaks_out_of_its_scope_is_not_registered() {
        for project in ["", "a:b", "a b", "ä", &"a".repeat(65)] {
            let mut client = client(serde_json::json!({}));
            client.metadata.role_claims = RoleClaims::default();
            client.metadata.zitadel = Some(Zitadel {
                project: project.to_owned(),
                roles: Vec::new(),
            });
            client.machine = Some(Id::parse("robot").unwrap());
            client.secrets.push(crate::client::StoredSecret {
                digest: crate::secret::Digest::of(b"x"),
                expires_at: None,
                sealed: None,
            });
            assert_eq!(
                client.check(),
                Err(crate::client::ClientError::Project),
                "{project}"
            );
        }
    }
}
