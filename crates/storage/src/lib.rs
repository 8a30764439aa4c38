//! Storage: what the provider keeps, as one interface with two back ends.
//!
//! [`Storage`] is the sum of one trait a noun. SQLite and PostgreSQL implement it from the same
//! source files, compiled once for each (`sqlite.rs` and `postgres.rs` say how they differ;
//! decision 0001 says why). [`open`] picks one by URL.
//!
//! Conditional writes answer [`Applied::Conflict`] when what they presuppose no longer holds: the
//! caller loads again and decides again.

#![expect(
    clippy::duplicate_mod,
    reason = "one SQL text, compiled once for each database: decision 0001"
)]

/// Names the statements of a file, and lists them so that a test can prepare each of them.
macro_rules! statements {
    ($($name:ident = $sql:literal;)*) => {
        $(const $name: &str = $sql;)*
        /// Every statement of this file.
        pub(super) const STATEMENTS: &[&str] = &[$($sql),*];
    };
}

mod accounts;
mod administration;
mod backchannel_requests;
mod clients;
mod devices;
mod error;
mod installation;
mod installation_secrets;
mod logouts;
mod machine_keys;
mod migration;
mod postgres;
mod pushed_requests;
mod record;
mod registrations;
mod sign_ins;
mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use symbolon_core::{
    approval::Approval,
    attempt::Attempts as AttemptCount,
    client::Client,
    decision::Change,
    id::Id,
    keys::SigningKey,
    organization::Organization,
    policy::{api::Api, relation::Relation},
    role::{Role, RoleKey},
    scope::Scope,
    secret::{self, AccessToken, AuthorizationCode, Digest, RefreshFamily},
    subject::{Identifier, Subject},
    time::{Lifetime, Timestamp},
    token::{opaque::OpaqueAccessToken, personal::PersonalAccessToken},
};

pub use accounts::{Accounts, ApprovalRecord, Consent, PasswordHashes};
pub use administration::{
    Act, Administered, Administration, AuditEvent, AuditFilter, Basis, PageOf, SecretRecord,
    Stored, SubjectFilter,
};
pub use backchannel_requests::{BackchannelRequests, Notice};
pub use clients::Clients;
pub use devices::Devices;
pub use error::StorageError;
pub use installation::{Activity, Installation, SetUp, SetUpOffer};
pub use installation_secrets::InstallationSecrets;
pub use logouts::Logouts;
pub use machine_keys::MachineKeys;
pub use pushed_requests::PushedRequests;
pub use record::{
    Browser, Changed, Credential, DeclaredSubject, Interaction, KeptChanges, PolicyFacts,
    PolicyFactsError, RoleGrant, StoredKey, StoredRuleSet,
};
pub use registrations::Registrations;
pub use sign_ins::{Browsers, Consents, Interactions, Sessions};

/// What a storage call answers.
pub type Result<T> = std::result::Result<T, StorageError>;

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is done, and durable.
    Done,
    /// Somebody was faster: nothing was written.
    Conflict,
}

impl Applied {
    /// What became of a write that one row was to meet.
    pub(crate) const fn of(rows: u64) -> Self {
        match rows {
            1 => Self::Done,
            _ => Self::Conflict,
        }
    }
}

/// All that the provider keeps.
pub trait Storage:
    Accounts
    + Administration
    + Approvals
    + Attempts
    + BackchannelRequests
    + Browsers
    + Changes
    + Clients
    + Consents
    + Declared
    + Devices
    + Holders
    + InstallationSecrets
    + Installation
    + Interactions
    + Logouts
    + MachineKeys
    + Maintenance
    + PersonalTokens
    + Policies
    + PushedRequests
    + Registrations
    + SigningKeys
    + SingleUses
    + Sessions
    + Subjects
    + Tokens
{
}

impl<T> Storage for T where
    T: Accounts
        + Administration
        + Approvals
        + Attempts
        + BackchannelRequests
        + Browsers
        + Changes
        + Clients
        + Consents
        + Declared
        + Devices
        + Holders
        + InstallationSecrets
        + Installation
        + Interactions
        + Logouts
        + MachineKeys
        + Maintenance
        + PersonalTokens
        + Policies
        + PushedRequests
        + Registrations
        + SigningKeys
        + SingleUses
        + Sessions
        + Subjects
        + Tokens
{
}

/// The outcome of decisions.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Applies all changes of a decision in one transaction, or none.
    async fn apply(&self, changes: &[Change]) -> Result<Applied>;

    /// What changed at `since` or later.
    async fn changed_since(&self, since: Timestamp) -> Result<Vec<Changed>>;

    /// What changed of that which tokens depend on, the latest first, as far as it is kept: one
    /// more than fits into a list, so that whoever makes one knows that it is cut.
    async fn token_changes(&self) -> Result<KeptChanges>;
}

/// Approvals: codes and families of refresh tokens.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Records a new approval, pending or redeemed without a refresh token, with the digest of its
    /// code, and, if there is one, the consent that it rests on.
    async fn create_approval(
        &self,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
        consent: Option<&Scope>,
    ) -> Result<()>;

    /// The approval of a code.
    async fn approval_of_code(&self, code: Digest<AuthorizationCode>) -> Result<Option<Approval>>;

    /// The approval of a family of refresh tokens.
    async fn approval_of_family(&self, family: Digest<RefreshFamily>) -> Result<Option<Approval>>;

    /// The approval of this name.
    async fn approval(&self, id: &Id<Approval>) -> Result<Option<Approval>>;
}

/// Access tokens that are opaque, or were revoked one by one.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// An opaque access token.
    async fn access_token(&self, token: Digest<AccessToken>) -> Result<Option<OpaqueAccessToken>>;

    /// Whether the token of this `jti` was revoked.
    async fn is_revoked(&self, jti: &str) -> Result<bool>;
}

/// Personal access tokens.
#[async_trait]
pub trait PersonalTokens: Send + Sync {
    /// Records a new one.
    async fn create_personal_token(&self, token: &PersonalAccessToken) -> Result<()>;

    /// The token of a text.
    async fn personal_token(
        &self,
        digest: Digest<secret::PersonalAccessToken>,
    ) -> Result<Option<PersonalAccessToken>>;

    /// Up to `limit` tokens of an owner whose id is greater than `after`, by id, each with its last
    /// use.
    async fn personal_tokens_of(
        &self,
        owner: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(PersonalAccessToken, Option<Timestamp>)>>;

    /// The token was used.
    async fn touch_personal_token(
        &self,
        id: &Id<PersonalAccessToken>,
        now: Timestamp,
    ) -> Result<()>;

    /// Revokes one; whether there was one to revoke.
    async fn revoke_personal_token(
        &self,
        id: &Id<PersonalAccessToken>,
        now: Timestamp,
    ) -> Result<bool>;
}

/// What decisions stand on: rules, roles, relations, APIs.
#[async_trait]
pub trait Policies: Send + Sync {
    /// Everything that a policy is compiled from, as of one moment.
    async fn policy_facts(&self) -> Result<PolicyFacts>;

    /// The rule set of this version.
    async fn rule_set(&self, version: u64) -> Result<Option<StoredRuleSet>>;

    /// Up to `limit` rule sets with a version below `before`, the latest first.
    async fn rule_sets_before(&self, before: u64, limit: u32) -> Result<Vec<StoredRuleSet>>;

    /// Puts the next version in force; `Conflict` when there is one of this number already, or none
    /// before it.
    async fn create_rule_set(&self, next: &StoredRuleSet) -> Result<Applied>;

    /// All relations, also those of disabled organizations, sorted.
    async fn relations(&self) -> Result<Vec<Relation>>;

    /// Adds a relation.
    async fn put_relation(&self, relation: &Relation, now: Timestamp) -> Result<()>;

    /// Takes a relation away.
    async fn delete_relation(&self, relation: &Relation, now: Timestamp) -> Result<()>;

    /// All stored APIs, by audience.
    async fn apis(&self) -> Result<Vec<Api>>;

    /// Adds or changes an API.
    async fn put_api(&self, api: &Api, now: Timestamp) -> Result<()>;
}

/// People and machine users.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// The subject of this name, with the roles it holds in active organizations at `now`. It
    /// counts as disabled when its home is.
    async fn subject(&self, id: &Id<Subject>, now: Timestamp) -> Result<Option<Subject>>;

    /// Who answers to a user name or e-mail address, and by which password hash.
    async fn credential(&self, identifier: &Identifier) -> Result<Option<Credential>>;

    /// Replaces a password hash if it still is `old` (a hash with newer parameters of the same
    /// password).
    async fn upgrade_password_hash(&self, id: &Id<Subject>, old: &str, new: &str) -> Result<()>;

    /// Adds a person; `Conflict` when one of the identifiers is taken.
    async fn create_person(&self, subject: &DeclaredSubject, now: Timestamp) -> Result<Applied>;
}

/// Who there is, and who holds what: for searches. Each page costs what it has.
#[async_trait]
pub trait Holders: Send + Sync {
    /// Up to `limit` subjects whose id comes after `after` and that hold the role in the
    /// organization at `now`, by id; whether or not they are disabled.
    async fn holders_after(
        &self,
        organization: &Id<Organization>,
        role: &RoleKey,
        after: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Subject>>>;

    /// Up to `limit` subjects whose id comes after `after`, by id.
    async fn subject_ids_after(&self, after: &str, limit: u32) -> Result<Vec<Id<Subject>>>;

    /// Who answers to a user name or e-mail address.
    async fn subject_named(&self, identifier: &Identifier) -> Result<Option<Id<Subject>>>;
}

/// How often a password was wrong.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Counts one more attempt for an account before its password is looked at; the inner error
    /// says how long to wait. Exact under concurrency.
    async fn begin_attempt(
        &self,
        account: &[u8],
        now: Timestamp,
    ) -> Result<std::result::Result<AttemptCount, Lifetime>>;

    /// The password was not looked at after all.
    async fn take_back_attempt(&self, account: &[u8]) -> Result<()>;

    /// The password was right.
    async fn clear_attempts(&self, account: &[u8]) -> Result<()>;
}

/// Signing keys, their private halves sealed.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// All keys.
    async fn signing_keys(&self) -> Result<Vec<StoredKey>>;

    /// Adds a key; `Conflict` when its generation exists already: another instance rotated.
    async fn create_signing_key(&self, key: &StoredKey) -> Result<Applied>;

    /// Seals a key anew.
    async fn reseal_signing_key(&self, id: &Id<SigningKey>, sealed: &[u8]) -> Result<()>;

    /// Forgets keys by name.
    async fn delete_signing_key(&self, id: &Id<SigningKey>, now: Timestamp) -> Result<()>;
}

/// What may be used once, on whichever instance.
#[async_trait]
pub trait SingleUses: Send + Sync {
    /// Uses it; `Conflict` when it was used before. It is remembered until `until`.
    async fn use_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<Applied>;
}

/// What a declared state has: read whole, written thing by thing.
#[async_trait]
pub trait Declared: Send + Sync {
    /// All organizations, by id.
    async fn organizations(&self) -> Result<Vec<Organization>>;
    /// All roles, by key.
    async fn roles(&self) -> Result<Vec<Role>>;
    /// All clients, by id.
    async fn clients(&self) -> Result<Vec<Client>>;
    /// Up to `limit` subjects whose id is greater than `after`, by id.
    async fn subjects_after(&self, after: &str, limit: u32) -> Result<Vec<DeclaredSubject>>;
    /// The grants of the subjects from `first` to `last`, both included.
    async fn role_grants_between(&self, first: &str, last: &str) -> Result<Vec<RoleGrant>>;
    /// The subject who answers to a name.
    async fn declared_subject(&self, identifier: &Identifier) -> Result<Option<DeclaredSubject>>;
    /// A subject by id.
    async fn declared_subject_by_id(&self, id: &Id<Subject>) -> Result<Option<DeclaredSubject>>;
    /// Adds or changes an organization.
    async fn put_organization(&self, organization: &Organization, now: Timestamp) -> Result<()>;
    /// Adds or changes a role.
    async fn put_role(&self, role: &Role, now: Timestamp) -> Result<()>;
    /// Adds or changes a subject; `Conflict` when another one answers to one of its names.
    async fn put_subject(&self, subject: &DeclaredSubject, now: Timestamp) -> Result<Applied>;
    /// Makes the roles of a subject in an organization exactly these, each with its end.
    async fn put_role_grants(
        &self,
        subject: &Id<Subject>,
        organization: &Id<Organization>,
        roles: &[(RoleKey, Option<Timestamp>)],
        now: Timestamp,
    ) -> Result<()>;
    /// Adds or changes a client and its secrets.
    async fn put_client(&self, client: &Client, now: Timestamp) -> Result<()>;
}

/// The database itself.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Brings the schema up to date. Safe when several instances do it at once.
    async fn migrate(&self) -> Result<()>;

    /// The migrations that are not applied yet.
    async fn pending_migrations(&self) -> Result<Vec<String>>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<()>;

    /// The database's own clock, if it has one.
    async fn database_time(&self) -> Result<Option<Timestamp>>;

    /// Deletes what has expired; how many rows. The change feed is kept for `feed`: as long as a
    /// token may live that something happened to.
    async fn purge(&self, now: Timestamp, feed: Lifetime) -> Result<u64>;

    /// Closes all connections after the work under way is done.
    async fn close(&self);

    /// Prepares every statement; the errors, each with its statement.
    async fn prepare_all(&self) -> Vec<String>;

    /// The columns of every table as `table.column`, sorted.
    async fn columns(&self) -> Result<Vec<String>>;
}

/// Opens the database of a URL: `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
///
/// # Errors
/// [`StorageError::Url`] when it is none of these, [`StorageError::Unavailable`] when the database
/// cannot be reached.
pub async fn open(url: &str) -> Result<Arc<dyn Storage>> {
    match url.split_once(':') {
        Some(("sqlite", rest)) => Ok(Arc::new(sqlite::Database::open(rest).await?)),
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(postgres::Database::open(url).await?)),
        _ => Err(StorageError::Url),
    }
}
