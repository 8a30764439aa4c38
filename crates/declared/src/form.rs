//! The file. Unknown keys are refused, as in the configuration.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use symbolon_core::{
    client::{Client, ClientMetadata},
    id::Id,
    organization::Organization,
    policy::{api::Api, relation::Relation, rule::Rule},
    role::{Role, RoleKey},
    subject::{Profile, Subject},
    time::Timestamp,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::utc;

/// A declared state.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    /// Tenants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<OrganizationForm>,
    /// What can be held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// All of them, when the key is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<Vec<Relation>>,
    /// Whose calls are decided about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<Api>,
    /// All of them, when the key is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
    /// People.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserForm>,
    /// Machine users.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub machine_users: Vec<MachineForm>,
    /// Applications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientForm>,
}

/// An organization.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationForm {
    pub id: Id<Organization>,
    pub name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// Roles by organization.
pub type RolesForm = BTreeMap<Id<Organization>, Vec<GrantForm>>;

/// A role that somebody holds: its key, or its key and its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a role key, or { role: …, until: 2027-01-31T12:00:00Z }"
)]
pub enum GrantForm {
    Lasting(RoleKey),
    Ending(EndingGrantForm),
}

/// A role, and the first moment at which it no longer counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndingGrantForm {
    pub role: RoleKey,
    #[serde(serialize_with = "as_utc", deserialize_with = "from_utc")]
    pub until: Timestamp,
}

impl GrantForm {
    pub fn new(role: RoleKey, end: Option<Timestamp>) -> Self {
        match end {
            None => Self::Lasting(role),
            Some(until) => Self::Ending(EndingGrantForm { role, until }),
        }
    }

    pub fn role(&self) -> &RoleKey {
        match self {
            Self::Lasting(role) | Self::Ending(EndingGrantForm { role, .. }) => role,
        }
    }

    pub fn end(&self) -> Option<Timestamp> {
        match self {
            Self::Lasting(_) => None,
            Self::Ending(ending) => Some(ending.until),
        }
    }
}

/// A person.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserForm {
    pub username: String,
    /// The `sub` claim; made up when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<Subject>>,
    pub organization: Id<Organization>,
    /// In plain: for demos and tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// A PHC string of argon2, or a bcrypt hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    #[serde(default)]
    pub profile: Profile,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: RolesForm,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A machine user.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineForm {
    pub name: String,
    /// The `sub` claim; made up when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<Subject>>,
    pub organization: Id<Organization>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: RolesForm,
    /// All of them, when the key is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<MachineKeyForm>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A public key of a machine user.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineKeyForm {
    /// RFC 7517; its `kid`, or its thumbprint, is its name.
    pub jwk: serde_json::Value,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_optional_utc",
        deserialize_with = "from_optional_utc"
    )]
    pub expires_at: Option<Timestamp>,
}

/// A client: the keys below, and beside them those of its metadata.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "serde_json::Map<String, serde_json::Value>")]
pub struct ClientForm {
    pub client_id: Id<Client>,
    /// In plain: for demos and tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// SHA-256 of secrets, in hexadecimal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_secret_sha256: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
    /// The name of the machine user it acts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_user: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    #[serde(flatten)]
    pub metadata: ClientMetadata,
}

/// Why a declared state cannot be read or applied.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read.
    #[error("the state file {file} cannot be read: {why}")]
    File {
        /// Its path.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The text is none.
    #[error("the state is not well-formed: {0}")]
    Form(#[from] serde_yaml_ng::Error),
    /// Something in it cannot be made true.
    #[error("{what}: {why}")]
    Noun {
        /// Its kind and name.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A password was not hashed.
    #[error("{0}")]
    Passwords(#[from] symbolon_web::password_pool::PoolError),
    /// The database.
    #[error("{0}")]
    Storage(#[from] symbolon_storage::StorageError),
}

impl StateError {
    /// What is wrong with the `kind` of this name.
    pub(crate) fn noun(kind: &str, name: &str, why: impl std::fmt::Display) -> Self {
        Self::Noun {
            what: format!("{kind} {name}"),
            why: why.to_string(),
        }
    }
}

impl Form {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, StateError> {
        let failed = |why: String| StateError::File {
            file: file.display().to_string(),
            why,
        };
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        serde_yaml_ng::from_str(&text).map_err(|error| failed(error.to_string()))
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        Ok(serde_yaml_ng::from_str(text)?)
    }

    /// Writes it.
    pub fn to_yaml(&self) -> Result<String, StateError> {
        Ok(serde_yaml_ng::to_string(self)?)
    }
}

impl TryFrom<serde_json::Map<String, serde_json::Value>> for ClientForm {
    type Error = String;

    /// serde cannot refuse unknown keys beside flattened ones, so the own keys are taken out and
    /// the rest has to be metadata.
    fn try_from(mut keys: serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        let name = keys
            .get("client_id")
            .and_then(|id| id.as_str())
            .unwrap_or("?")
            .to_owned();
        let in_client = |error: serde_json::Error| format!("client {name}: {error}");
        let mut take = |key: &str| keys.remove(key).unwrap_or_default();
        let (client_id, secret, digests) = (
            take("client_id"),
            take("client_secret"),
            take("client_secret_sha256"),
        );
        let (organization, machine_user, disabled) =
            (take("organization"), take("machine_user"), take("disabled"));
        let digests: Option<Vec<String>> = serde_json::from_value(digests).map_err(in_client)?;
        let disabled: Option<bool> = serde_json::from_value(disabled).map_err(in_client)?;
        Ok(Self {
            client_id: serde_json::from_value(client_id).map_err(in_client)?,
            client_secret: serde_json::from_value(secret).map_err(in_client)?,
            client_secret_sha256: digests.unwrap_or_default(),
            organization: serde_json::from_value(organization).map_err(in_client)?,
            machine_user: serde_json::from_value(machine_user).map_err(in_client)?,
            disabled: disabled.unwrap_or_default(),
            metadata: serde_json::from_value(serde_json::Value::Object(keys)).map_err(in_client)?,
        })
    }
}

fn as_utc<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&utc(*at))
}

fn as_optional_utc<S: serde::Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(utc).serialize(serializer)
}

fn from_optional_utc<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    from_utc(deserializer).map(Some)
}

fn from_utc<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(serde::de::Error::custom)?;
    Ok(Timestamp::from_seconds(at.unix_timestamp()))
}

impl std::fmt::Debug for UserForm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("UserForm")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ClientForm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = &self.client_id;
        formatter
            .debug_struct("ClientForm")
            .field("client_id", id)
            .finish_non_exhaustive()
    }
}
