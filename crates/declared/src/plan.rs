//! The difference between a declared state and what is there, and its application.
//!
//! What is declared becomes as declared; what is not declared is left alone. Applying the same file
//! again changes nothing.

mod client;
mod grants;
mod machine_keys;
mod policy;

use std::collections::{BTreeMap, BTreeSet};

use symbolon_core::{
    client::Client,
    entropy::Entropy,
    id::Id,
    machine_key::MachineKey,
    organization::Organization,
    password::Password,
    policy::{api::Api, relation::Relation},
    role::{Role, RoleKey},
    subject::{Identifier, Profile, Subject},
    time::Timestamp,
};
use symbolon_jose::Seal;
use symbolon_outbound::Outbound;
use symbolon_storage::{Applied, DeclaredSubject, Storage, StoredRuleSet};
use symbolon_web::{
    entropy::SystemEntropy,
    password_pool::{PasswordPool, Verdict, is_known_hash},
};

use super::form::{Form, MachineForm, RolesForm, StateError, UserForm};

/// What has to be written, in order, with a line for people each.
pub struct Plan {
    steps: Vec<(String, Step)>,
}

enum Step {
    Organization(Organization),
    Role(Role),
    Subject(Box<DeclaredSubject>, NewPassword),
    Relation(Relation, bool),
    Api(Box<Api>),
    Rules(StoredRuleSet),
    Grants(
        Id<Subject>,
        Id<Organization>,
        Vec<(RoleKey, Option<Timestamp>)>,
    ),
    MachineKeys(Id<Subject>, Vec<MachineKey>),
    Client(Box<Client>),
}

enum NewPassword {
    Keep,
    Set(Password),
    SetHash,
}

impl Plan {
    /// Compares. `seal` keeps what is to be kept of client secrets; `outbound` is the way to the
    /// documents of sectors.
    pub async fn make(
        form: &Form,
        storage: &dyn Storage,
        passwords: &PasswordPool,
        seal: Option<&Seal>,
        outbound: &Outbound,
        now: Timestamp,
    ) -> Result<Self, StateError> {
        let mut maker = Maker {
            outbound,
            storage,
            passwords,
            seal,
            now,
            steps: Vec::new(),
            machines: BTreeMap::new(),
            organizations: BTreeSet::new(),
            roles: BTreeMap::new(),
            names: BTreeSet::new(),
        };
        maker.organizations(form).await?;
        maker.roles(form).await?;
        maker.relations(form).await?;
        maker.apis(form).await?;
        maker.rules(form).await?;
        for user in &form.users {
            maker.user(user).await?;
        }
        for machine in &form.machine_users {
            maker.machine(machine).await?;
        }
        let existing = storage.clients().await?;
        for client in &form.clients {
            maker
                .client(
                    client,
                    existing.iter().find(|old| old.id == client.client_id),
                )
                .await?;
        }
        Ok(Self { steps: maker.steps })
    }

    /// What changes, a line each: `+` for what is new, `~` for what becomes different.
    pub fn lines(&self) -> Vec<&str> {
        self.steps.iter().map(|(line, _)| line.as_str()).collect()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Makes it true.
    pub async fn apply(
        &self,
        storage: &dyn Storage,
        passwords: &PasswordPool,
        now: Timestamp,
    ) -> Result<(), StateError> {
        for (_, step) in &self.steps {
            match step {
                Step::Organization(organization) => {
                    storage.put_organization(organization, now).await?;
                }
                Step::Role(role) => storage.put_role(role, now).await?,
                Step::Relation(relation, true) => storage.put_relation(relation, now).await?,
                Step::Relation(relation, false) => storage.delete_relation(relation, now).await?,
                Step::Api(api) => storage.put_api(api, now).await?,
                Step::Rules(next) => put_rules(storage, next).await?,
                Step::Subject(subject, password) => {
                    put_subject(storage, passwords, subject, password, now).await?;
                }
                Step::Grants(subject, organization, roles) => {
                    storage
                        .put_role_grants(subject, organization, roles, now)
                        .await?;
                }
                Step::MachineKeys(machine, keys) => {
                    storage.put_machine_keys(machine, keys).await?;
                }
                Step::Client(client) => storage.put_client(client, now).await?,
            }
        }
        Ok(())
    }
}

async fn put_rules(storage: &dyn Storage, next: &StoredRuleSet) -> Result<(), StateError> {
    match storage.create_rule_set(next).await? {
        Applied::Done => Ok(()),
        Applied::Conflict => {
            let why = "somebody changed the rules at the same moment; apply again";
            Err(StateError::noun("rules", &next.version.to_string(), why))
        }
    }
}

async fn put_subject(
    storage: &dyn Storage,
    passwords: &PasswordPool,
    subject: &DeclaredSubject,
    password: &NewPassword,
    now: Timestamp,
) -> Result<(), StateError> {
    let mut subject = subject.clone();
    if let NewPassword::Set(password) = password {
        subject.password_hash = Some(passwords.hash(password.clone()).await?);
    }
    match storage.put_subject(&subject, now).await? {
        Applied::Done => {}
        Applied::Conflict => {
            let why = "somebody else has this user name or e-mail address already";
            return Err(StateError::noun("user", &subject.username, why));
        }
    }
    // A changed password ends what was open (requirement A6.2), as storage does for an account that is
    // disabled (A6.3).
    if !matches!(password, NewPassword::Keep) {
        storage.end_sessions_of(&subject.id, now).await?;
    }
    Ok(())
}

struct Maker<'a> {
    outbound: &'a Outbound,
    storage: &'a dyn Storage,
    passwords: &'a PasswordPool,
    seal: Option<&'a Seal>,
    now: Timestamp,
    steps: Vec<(String, Step)>,
    machines: BTreeMap<String, Id<Subject>>,
    /// Those that exist or are declared: what refers to others is refused before anything is
    /// written.
    organizations: BTreeSet<Id<Organization>>,
    /// Each with the one organization it is of, if it is.
    roles: BTreeMap<RoleKey, Option<Id<Organization>>>,
    /// What the subjects of the file go by.
    names: BTreeSet<Identifier>,
}

impl Maker<'_> {
    async fn organizations(&mut self, form: &Form) -> Result<(), StateError> {
        let existing = self.storage.organizations().await?;
        self.organizations
            .extend(existing.iter().map(|own| own.id.clone()));
        for declared in &form.organizations {
            self.organizations.insert(declared.id.clone());
            let old = existing.iter().find(|old| old.id == declared.id);
            let organization = Organization {
                id: declared.id.clone(),
                name: declared.name.clone(),
                disabled_at: since(
                    declared.disabled,
                    old.and_then(|old| old.disabled_at),
                    self.now,
                ),
            };
            if old != Some(&organization) {
                let line = format!("{} organization {}", sign(old.is_some()), declared.id);
                self.steps.push((line, Step::Organization(organization)));
            }
        }
        Ok(())
    }

    async fn user(&mut self, declared: &UserForm) -> Result<(), StateError> {
        let name = &declared.username;
        let wrong = |why: &dyn std::fmt::Display| StateError::noun("user", name, why);
        let identifier = Identifier::parse(name).map_err(|error| wrong(&error))?;
        let old = self.storage.declared_subject(&identifier).await?;
        // An e-mail address finds its owner too: that is somebody else, unless the file means them.
        if let Some(old) = &old
            && Identifier::parse(&old.username).as_ref() != Ok(&identifier)
            && declared.id.as_ref() != Some(&old.id)
        {
            return Err(wrong(&format!(
                "this is an e-mail address of {} already",
                old.username
            )));
        }
        let mut identifiers = vec![identifier];
        if let (Some(email), Some(true)) =
            (&declared.profile.email, declared.profile.email_verified)
        {
            let email = Identifier::parse(email).map_err(|error| wrong(&error))?;
            if !identifiers.contains(&email) {
                identifiers.push(email);
            }
        }
        identifiers.sort();
        let password = self.password(declared, old.as_ref()).await?;
        let subject = DeclaredSubject {
            id: self.id_of(declared.id.as_ref(), old.as_ref()),
            organization: declared.organization.clone(),
            machine: false,
            username: name.clone(),
            identifiers,
            profile: declared.profile.clone(),
            password_hash: match &password {
                NewPassword::SetHash => declared.password_hash.clone(),
                _ => old.as_ref().and_then(|old| old.password_hash.clone()),
            },
            disabled_at: since(
                declared.disabled,
                old.as_ref().and_then(|old| old.disabled_at),
                self.now,
            ),
        };
        self.subject("user", subject, old, password, &declared.roles)
            .await
    }

    async fn machine(&mut self, declared: &MachineForm) -> Result<(), StateError> {
        let identifier = Identifier::parse(&declared.name)
            .map_err(|error| StateError::noun("machine user", &declared.name, error))?;
        let old = self.storage.declared_subject(&identifier).await?;
        let subject = DeclaredSubject {
            id: self.id_of(declared.id.as_ref(), old.as_ref()),
            organization: declared.organization.clone(),
            machine: true,
            username: declared.name.clone(),
            identifiers: vec![identifier],
            profile: Profile::default(),
            password_hash: None,
            disabled_at: since(
                declared.disabled,
                old.as_ref().and_then(|old| old.disabled_at),
                self.now,
            ),
        };
        self.machines
            .insert(declared.name.clone(), subject.id.clone());
        let id = subject.id.clone();
        self.subject(
            "machine user",
            subject,
            old,
            NewPassword::Keep,
            &declared.roles,
        )
        .await?;
        match &declared.keys {
            Some(keys) => self.machine_keys(&declared.name, &id, keys).await,
            None => Ok(()),
        }
    }

    async fn subject(
        &mut self,
        kind: &str,
        subject: DeclaredSubject,
        old: Option<DeclaredSubject>,
        password: NewPassword,
        roles: &RolesForm,
    ) -> Result<(), StateError> {
        let name = subject.username.clone();
        let id = subject.id.clone();
        self.check_organization(kind, &name, &subject.organization)?;
        if let Some(old) = &old
            && old.id != id
        {
            let why = format!("exists with the id {}; an id cannot change", old.id);
            return Err(StateError::noun(kind, &name, why));
        }
        for identifier in &subject.identifiers {
            // Whoever has it as an e-mail address has it too (requirement A5.14).
            let owner = self.storage.declared_subject(identifier).await?;
            let is_taken = owner.is_some_and(|owner| owner.id != id);
            if is_taken || !self.names.insert(identifier.clone()) {
                let why = format!("somebody else goes by {} already", identifier.as_str());
                return Err(StateError::noun(kind, &name, why));
            }
        }
        if self.storage.client(&id.retyped()).await?.is_some() {
            let why = "a client has this id; a client and a subject cannot share one";
            return Err(StateError::noun(kind, &name, why));
        }
        let is_new = old.is_none();
        if old.as_ref() != Some(&subject) || !matches!(password, NewPassword::Keep) {
            let note = match (&password, is_new) {
                (NewPassword::Keep, _) | (_, true) => "",
                _ => " (password)",
            };
            let line = format!("{} {kind} {name}{note}", sign(!is_new));
            self.steps
                .push((line, Step::Subject(Box::new(subject), password)));
        }
        self.grants(kind, &name, &id, roles).await
    }

    async fn password(
        &self,
        declared: &UserForm,
        old: Option<&DeclaredSubject>,
    ) -> Result<NewPassword, StateError> {
        let name = &declared.username;
        let wrong = |why: &dyn std::fmt::Display| StateError::noun("user", name, why);
        let stored = old.and_then(|old| old.password_hash.clone());
        match (&declared.password, &declared.password_hash) {
            (Some(_), Some(_)) => Err(wrong(&"has both password and password_hash; keep one")),
            (None, None) => Ok(NewPassword::Keep),
            (None, Some(hash)) if Some(hash) == stored.as_ref() => Ok(NewPassword::Keep),
            (None, Some(hash)) if is_known_hash(hash) => Ok(NewPassword::SetHash),
            (None, Some(_)) => Err(wrong(
                &"password_hash is neither a PHC string of argon2 nor a bcrypt hash",
            )),
            (Some(text), None) => {
                let email = declared.profile.email.as_deref().unwrap_or_default();
                let password = Password::chosen(text, &[name, email]);
                let password = password.map_err(|error| wrong(&error))?;
                let verdict = match stored {
                    None => Verdict::Wrong,
                    Some(stored) => {
                        self.passwords
                            .verify(password.clone(), Some(stored))
                            .await?
                    }
                };
                Ok(match verdict {
                    Verdict::Right { .. } => NewPassword::Keep,
                    Verdict::Wrong => NewPassword::Set(password),
                })
            }
        }
    }

    fn check_organization(
        &self,
        kind: &str,
        name: &str,
        organization: &Id<Organization>,
    ) -> Result<(), StateError> {
        if self.organizations.contains(organization) {
            return Ok(());
        }
        let why = format!("organization {organization} is not declared and does not exist");
        Err(StateError::noun(kind, name, why))
    }

    fn id_of(&self, declared: Option<&Id<Subject>>, old: Option<&DeclaredSubject>) -> Id<Subject> {
        let entropy: &dyn Entropy = &SystemEntropy;
        declared
            .or(old.map(|old| &old.id))
            .cloned()
            .unwrap_or_else(|| Id::generate(self.now, entropy))
    }
}

/// Since when something is disabled: since it was, or from now on.
fn since(disabled: bool, old: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    disabled.then(|| old.unwrap_or(now))
}

const fn sign(exists: bool) -> &'static str {
    if exists { "~" } else { "+" }
}
