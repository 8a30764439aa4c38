//! What is stored and is no noun of the rules.

use symbolon_core::{
    authorize::interaction::Progress,
    id::Id,
    keys::KeyRecord,
    organization::Organization,
    parameters::Parameters,
    policy::{
        Policy, PolicyError,
        api::Api,
        own::{self, OwnApiError},
        relation::Relation,
        rule::RuleSet,
        token_changes::TokenChange,
    },
    role::{Role, RoleKey},
    secret::{DeviceCode, Digest, RequestUri},
    subject::{Identifier, Profile, Subject},
    time::Timestamp,
};

/// What a browser's cookie stands for: the serialized data of its session layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// JSON.
    pub data: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Something that other instances must forget.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Changed {
    /// What kind of thing: the name of its table.
    pub noun: String,
    /// Which.
    pub key: String,
    /// Grows with every change, and is never the same again.
    pub version: i64,
}

/// What changed of that which tokens depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptChanges {
    /// From when on nothing is missing; `None`: that is not known.
    pub complete_since: Option<Timestamp>,
    /// What changed, and when last.
    pub changes: Vec<(TokenChange, Timestamp)>,
}

/// How somebody can be recognised by a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Who.
    pub subject: Id<Subject>,
    /// A PHC string or a bcrypt hash; `None`: no password was set.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credential")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// An authorization request that waits for a person.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The browser it belongs to, by the binding in its session.
    pub browser: String,
    /// The request, wherever its parameters were: it is checked again at every step.
    pub parameters: Parameters,
    /// The device that it is about; then there are no parameters.
    pub device: Option<Digest<DeviceCode>>,
    /// The reference that it came by, if the request was pushed.
    pub pushed: Option<Digest<RequestUri>>,
    /// The page of ours that the person signs in for; then there are no parameters either.
    pub own_page: Option<String>,
    /// What was done so far.
    pub progress: Progress,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was answered, if it was.
    pub finished_at: Option<Timestamp>,
}

/// A signing key as it is stored.
#[derive(Clone, Debug)]
pub struct StoredKey<A = symbolon_core::algorithm::Algorithm> {
    /// What is known of it.
    pub record: KeyRecord<A>,
    /// Its private JWK, sealed.
    pub sealed: Vec<u8>,
}

/// A subject as a declared state has it.
#[derive(Clone, PartialEq)]
pub struct DeclaredSubject {
    /// Its `sub`.
    pub id: Id<Subject>,
    /// Its home.
    pub organization: Id<Organization>,
    /// Whether it is a machine user.
    pub machine: bool,
    /// User name, or the name of the machine.
    pub username: String,
    /// The names it answers to when it signs in.
    pub identifiers: Vec<Identifier>,
    /// The standard claims.
    pub profile: Profile,
    /// A PHC string or a bcrypt hash.
    pub password_hash: Option<String>,
    /// Since when it is shut out, if so.
    pub disabled_at: Option<Timestamp>,
}

impl std::fmt::Debug for DeclaredSubject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DeclaredSubject")
            .field("id", &self.id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A role that a subject holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Who.
    pub subject: Id<Subject>,
    /// Where.
    pub organization: Id<Organization>,
    /// Which.
    pub role: RoleKey,
    /// The first moment at which it no longer counts; `None`: it does not end.
    pub expires_at: Option<Timestamp>,
}

/// What a policy is compiled from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyFacts {
    /// The version in force.
    pub version: u64,
    /// Its rules.
    pub rules: RuleSet,
    /// Relations between active organizations, sorted.
    pub relations: Vec<Relation>,
    /// All roles, by key.
    pub roles: Vec<Role>,
    /// All stored APIs, by audience.
    pub apis: Vec<Api>,
}

/// Why no policy comes of what is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFactsError {
    /// Symbolon's own API cannot be made.
    #[error(transparent)]
    OwnApi(#[from] OwnApiError),
    /// It does not fit together.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl PolicyFacts {
    /// The policy, with Symbolon's own API in it.
    ///
    /// # Errors
    /// [`PolicyFactsError`].
    pub fn compile(self) -> Result<Policy, PolicyFactsError> {
        let apis = self.apis.into_iter().chain([own::api()?]);
        Ok(Policy::compile(
            self.version,
            self.rules,
            &self.relations,
            &self.roles,
            apis,
        )?)
    }
}

/// A rule set, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRuleSet {
    /// One more than the one before it.
    pub version: u64,
    /// What is in it.
    pub rules: RuleSet,
    /// Who made it: the `sub` of somebody, or what else it was, such as `declared state`.
    pub author: String,
    /// Why, in the words of its author.
    pub comment: String,
    /// When.
    pub created_at: Timestamp,
}

/// Reads columns into our types, for every `sql/*.rs` of both databases.
pub(crate) mod read {
    use sqlx::{ColumnIndex, Decode, Row, Type};
    use symbolon_core::{id::Id, role::RoleKey, scope::Scope, secret::Digest, time::Timestamp};

    use crate::{Result, StorageError};

    /// How a row is named whose key is a digest, which is not shown.
    pub(crate) const OF_THIS_DIGEST: &str = "of this digest";

    /// Reads a row; what it has that this version does not write is reported as that row's.
    pub(crate) fn within<T>(
        table: &'static str,
        row: &str,
        read: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        read().map_err(|error| error.within(table, row))
    }

    /// A row's name for [`within`], whatever else is wrong with it.
    pub(crate) fn name<'r, R>(row: &'r R, column: &'static str) -> String
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        row.try_get(column)
            .unwrap_or_else(|_| "without a name".to_owned())
    }

    /// A column that is not null.
    pub(crate) fn text<'r, R>(row: &'r R, column: &'static str) -> Result<String>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(row.try_get(column)?)
    }

    /// An identifier.
    pub(crate) fn id<'r, R, K>(row: &'r R, column: &'static str) -> Result<Id<K>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        let text = text(row, column)?;
        Id::parse(&text).map_err(|_| StorageError::corrupt(column))
    }

    /// An identifier that may be null.
    pub(crate) fn optional_id<'r, R, K>(row: &'r R, column: &'static str) -> Result<Option<Id<K>>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        Option<String>: Decode<'r, R::Database> + Type<R::Database>,
    {
        row.try_get::<Option<String>, _>(column)?
            .map(|text| Id::parse(&text).map_err(|_| StorageError::corrupt(column)))
            .transpose()
    }

    /// Words with single spaces between them; none at all is no word.
    pub(crate) fn words<'r, R>(row: &'r R, column: &'static str) -> Result<Vec<String>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        let text = text(row, column)?;
        Ok(text
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The key of a role.
    pub(crate) fn role_key<'r, R>(row: &'r R, column: &'static str) -> Result<RoleKey>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        RoleKey::parse(&text(row, column)?).map_err(|_| StorageError::corrupt(column))
    }

    /// A scope.
    pub(crate) fn scope<'r, R>(row: &'r R, column: &'static str) -> Result<Scope>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
    {
        let text = text(row, column)?;
        Scope::parse(&text).map_err(|_| StorageError::corrupt(column))
    }

    /// A JSON document.
    pub(crate) fn json<'r, R, T>(row: &'r R, column: &'static str) -> Result<T>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        T: serde::de::DeserializeOwned,
    {
        let text = text(row, column)?;
        serde_json::from_str(&text).map_err(|_| StorageError::corrupt(column))
    }

    /// An instant.
    pub(crate) fn instant<'r, R>(row: &'r R, column: &'static str) -> Result<Timestamp>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(Timestamp::from_seconds(row.try_get(column)?))
    }

    /// An instant that may be null.
    pub(crate) fn optional_instant<'r, R>(
        row: &'r R,
        column: &'static str,
    ) -> Result<Option<Timestamp>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(row
            .try_get::<Option<i64>, _>(column)?
            .map(Timestamp::from_seconds))
    }

    /// A number that is never negative.
    pub(crate) fn number<'r, R>(row: &'r R, column: &'static str) -> Result<u32>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
    {
        u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StorageError::corrupt(column))
    }

    /// A digest.
    pub(crate) fn digest<'r, R, K>(row: &'r R, column: &'static str) -> Result<Digest<K>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    {
        let bytes: Vec<u8> = row.try_get(column)?;
        Digest::from_slice(&bytes).ok_or_else(|| StorageError::corrupt(column))
    }

    /// A digest that may be null.
    pub(crate) fn optional_digest<'r, R, K>(
        row: &'r R,
        column: &'static str,
    ) -> Result<Option<Digest<K>>>
    where
        R: Row,
        &'static str: ColumnIndex<R>,
        Option<Vec<u8>>: Decode<'r, R::Database> + Type<R::Database>,
    {
        let bytes: Option<Vec<u8>> = row.try_get(column)?;
        bytes
            .map(|bytes| Digest::from_slice(&bytes).ok_or_else(|| StorageError::corrupt(column)))
            .transpose()
    }
}
