//! What administrators look at and do: an act, what it presupposes, and the event that tells of it
//! are one transaction (requirement A7.11).

use async_trait::async_trait;
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    machine_key::MachineKey,
    organization::Organization,
    policy::{api::Api, relation::Relation},
    registration::{Details, Registration, initial_access_token::InitialAccessToken},
    role::{Role, RoleKey},
    secret::{ClientSecret, Digest},
    session::Session,
    subject::Subject,
    time::Timestamp,
    token::personal::PersonalAccessToken,
};

use crate::{DeclaredSubject, PasswordHashes, Result, RoleGrant, SetUp, StoredKey, StoredRuleSet};

/// Something stored, with what is known of its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// What.
    pub value: T,
    /// Grows by one with every change: what an entity tag says.
    pub version: i64,
    /// Since when it is there; the epoch where that is not kept.
    pub created_at: Timestamp,
}

/// A secret of a client, without anything that authenticates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRecord {
    /// What is stored of it.
    pub secret: StoredSecret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an administrator does. Each is done whole or not at all.
#[derive(Clone, Debug)]
pub enum Act {
    /// Adds an organization.
    CreateOrganization(Organization),
    /// Changes one; disabling it ends the sessions of its people.
    UpdateOrganization(Organization, i64),
    /// Deletes an empty one.
    DeleteOrganization(Id<Organization>, i64),
    /// Adds a person or machine user.
    CreateSubject(DeclaredSubject),
    /// Changes one, and ends its sessions if asked to.
    UpdateSubject {
        /// As it is to be.
        subject: DeclaredSubject,
        /// What it presupposes.
        version: i64,
        /// Whether its sessions end.
        end_sessions: bool,
    },
    /// Deletes one, with all that is its own.
    DeleteSubject(Id<Subject>, i64),
    /// Adds a client with its secrets.
    CreateClient(Box<Client>),
    /// Changes all of a client but its secrets.
    UpdateClient(Box<Client>, i64),
    /// Adds a secret; the others end at this moment, unless they do sooner.
    AddSecret {
        /// Whose.
        client: Id<Client>,
        /// What it presupposes.
        version: i64,
        /// The new one.
        secret: StoredSecret,
        /// When the others end.
        others_end: Timestamp,
    },
    /// Takes a secret away.
    RemoveSecret {
        /// Whose.
        client: Id<Client>,
        /// What it presupposes.
        version: i64,
        /// Which.
        secret: Digest<ClientSecret>,
    },
    /// Deletes a client, with all approvals it has.
    DeleteClient(Id<Client>, i64),
    /// Adds a client that came by itself, as long as there are fewer of those than `most` that
    /// nothing but the settings permits. With an initial access token it is a use of that.
    RegisterClient {
        /// What every client has.
        client: Box<Client>,
        /// The rest.
        registration: Box<Registration>,
        /// How many there may be.
        most: u32,
    },
    /// Changes a client that came by itself.
    UpdateRegistration {
        /// As it is to be.
        client: Box<Client>,
        /// What it presupposes.
        version: i64,
        /// What it says of itself.
        details: Box<Details>,
        /// Its secrets, if they change.
        secrets: Option<Vec<StoredSecret>>,
    },
    /// Adds an initial access token.
    CreateInitialToken(Box<InitialAccessToken>),
    /// Revokes one.
    RevokeInitialToken(Id<InitialAccessToken>),
    /// Adds a role.
    CreateRole(Role),
    /// Renames one.
    UpdateRole(Role, i64),
    /// Deletes one, with its grants and relations.
    DeleteRole(RoleKey, i64),
    /// Gives a role, or changes when it ends.
    PutGrant(RoleGrant),
    /// Takes a role.
    DeleteGrant {
        /// From whom.
        subject: Id<Subject>,
        /// Where.
        organization: Id<Organization>,
        /// Which.
        role: RoleKey,
    },
    /// Adds a relation.
    CreateRelation(Relation),
    /// Takes one away.
    DeleteRelation(Relation),
    /// Adds an API.
    CreateApi(Box<Api>),
    /// Changes one.
    UpdateApi(Box<Api>, i64),
    /// Deletes one.
    DeleteApi(Id<Api>, i64),
    /// Puts the next rule set in force.
    PutRules(StoredRuleSet),
    /// Adds a personal access token.
    CreateToken(Box<PersonalAccessToken>),
    /// Revokes one.
    RevokeToken(Id<PersonalAccessToken>),
    /// Adds a key of a machine user.
    CreateMachineKey(Box<MachineKey>),
    /// Takes one away.
    DeleteMachineKey(Id<Subject>, Id<MachineKey>),
    /// Adds signing keys.
    CreateKeys(Vec<StoredKey>),
    /// Makes the first administrator of an installation.
    SetUp(Box<SetUp>),
    /// Nothing but its event: somebody took something out.
    Look,
    /// Ends a session.
    EndSession(Id<Session>),
    /// Ends all sessions of somebody.
    EndSessions(Id<Subject>),
    /// Ends all sessions of somebody but one.
    EndOtherSessions {
        /// Whose.
        subject: Id<Subject>,
        /// Which one is kept.
        kept: Id<Session>,
    },
    /// Puts a new password in place of the one that was proven, and ends all sessions but one.
    ChangePassword {
        /// Whose.
        subject: Id<Subject>,
        /// From what to what.
        hashes: PasswordHashes,
        /// Which session is kept.
        kept: Id<Session>,
    },
    /// Takes back what somebody allowed a client, and revokes all that came of it.
    WithdrawConsent {
        /// Who.
        subject: Id<Subject>,
        /// From whom.
        client: Id<Client>,
    },
}

/// What became of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// It is done, and durable, and so is its event.
    Done,
    /// There are as many of these as there may be.
    Full,
    /// Something else refers to it.
    InUse,
    /// There is no such thing.
    Missing,
    /// Somebody changed who may do what since the [`Basis`] was read.
    Raced,
    /// It has another version than the act presupposes.
    Stale,
    /// Something has this name already.
    Taken,
}

/// How often it was changed who may do what. An act that rests on a look at all of that names the
/// basis from before the look: it is not done if there was another such act in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis(pub(crate) Option<i64>);

/// Who did what, with what else is to be remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// Its own name; sorts by time.
    pub id: Id<AuditEvent>,
    /// When.
    pub happened_at: Timestamp,
    /// Who: a `sub`.
    pub actor: String,
    /// Through which client, if any.
    pub client: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// What was done, such as `role.create`.
    pub action: String,
    /// To what, such as `role/viewer`.
    pub object: String,
    /// Which organization the object belongs to, if any.
    pub organization: Option<Id<Organization>>,
    /// The rest, never with a secret.
    pub detail: serde_json::Value,
}

/// Which events are looked for. Empty texts match all.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this actor.
    pub actor: String,
    /// About this object.
    pub object: String,
    /// This act.
    pub action: String,
    /// In this organization; `None`: in all and none.
    pub organization: Option<Id<Organization>>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Those whose id is less; empty: from the latest on.
    pub before: String,
}

/// A page of what belongs to organizations, by organization and then by id.
#[derive(Clone, Copy, Debug)]
pub struct PageOf<'a> {
    /// Only of this organization.
    pub organization: Option<&'a Id<Organization>>,
    /// Those behind this organization and id.
    pub after: (&'a str, &'a str),
    /// How many at the most.
    pub limit: u32,
}

/// Which subjects are looked for.
#[derive(Clone, Copy, Debug)]
pub struct SubjectFilter<'a> {
    /// Machine users, or people.
    pub machines: bool,
    /// What one of their names begins with, in canonical form; empty: anything.
    pub name: &'a str,
    /// Only those that are disabled, or that are not.
    pub disabled: Option<bool>,
}

/// Reading and writing for administrators.
#[async_trait]
pub trait Administration: Send + Sync {
    /// Does an act and records its event, or neither. `basis` is for acts that rest on who may do
    /// what.
    async fn administer(
        &self,
        act: &Act,
        event: &AuditEvent,
        basis: Option<Basis>,
    ) -> Result<Administered>;

    /// What an act can rest on.
    async fn basis(&self) -> Result<Basis>;

    /// Up to `limit` organizations behind `after`, by id.
    async fn organizations_after(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Stored<Organization>>>;

    /// One organization.
    async fn stored_organization(
        &self,
        id: &Id<Organization>,
    ) -> Result<Option<Stored<Organization>>>;

    /// A page of people or machine users, the names they answer to left out.
    async fn stored_subjects(
        &self,
        filter: SubjectFilter<'_>,
        page: PageOf<'_>,
    ) -> Result<Vec<Stored<DeclaredSubject>>>;

    /// One person or machine user.
    async fn stored_subject(&self, id: &Id<Subject>) -> Result<Option<Stored<DeclaredSubject>>>;

    /// A page of clients, their secrets left out. Those of no organization come first.
    async fn stored_clients(&self, page: PageOf<'_>) -> Result<Vec<Stored<Client>>>;

    /// One client with its secrets.
    async fn stored_client(
        &self,
        id: &Id<Client>,
    ) -> Result<Option<(Stored<Client>, Vec<SecretRecord>)>>;

    /// Up to `limit` roles behind `after`, by key: all, or those that count in an organization.
    async fn roles_after(
        &self,
        organization: Option<&Id<Organization>>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Stored<Role>>>;

    /// One role.
    async fn stored_role(&self, key: &RoleKey) -> Result<Option<Stored<Role>>>;

    /// Up to `limit` grants in an organization behind a subject and role, in this order; also those
    /// that have ended. `role`: only of this one.
    async fn grants_in(
        &self,
        organization: &Id<Organization>,
        role: Option<&RoleKey>,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<RoleGrant>>;

    /// Up to `limit` grants of a subject behind an organization and role, in this order; also those
    /// that have ended.
    async fn grants_of(
        &self,
        subject: &Id<Subject>,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<RoleGrant>>;

    /// Up to `limit` active subjects behind `after` who hold a role in an organization without an
    /// end, by id.
    async fn permanent_holders(
        &self,
        organization: &Id<Organization>,
        role: &RoleKey,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Id<Subject>>>;

    /// The grants of the next `limit` subjects behind `after` that have any, of which only those
    /// that count: of active subjects in active organizations. And the last of these subjects, or
    /// `None` when there are no more.
    async fn counting_grants(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<RoleGrant>, Option<Id<Subject>>)>;

    /// Up to `limit` relations behind `after`, sorted: all, or those that lead into or out of an
    /// organization.
    async fn relations_after(
        &self,
        organization: Option<&Id<Organization>>,
        after: [&str; 4],
        limit: u32,
    ) -> Result<Vec<Relation>>;

    /// Up to `limit` APIs behind `after`, by audience.
    async fn apis_after(&self, after: &str, limit: u32) -> Result<Vec<Stored<Api>>>;

    /// One API.
    async fn stored_api(&self, audience: &Id<Api>) -> Result<Option<Stored<Api>>>;

    /// One personal access token, and its last use.
    async fn personal_token_of_id(
        &self,
        id: &Id<PersonalAccessToken>,
    ) -> Result<Option<(PersonalAccessToken, Option<Timestamp>)>>;

    /// Up to `limit` sessions of somebody behind `after`, by id; also those that have ended.
    async fn sessions_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Session>>;

    /// Up to `limit` events, the latest first.
    async fn audit_events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEvent>>;
}
