//! What people and machine users have in common.

use std::sync::Arc;

use serde_json::Value;
use symbolon_core::{
    id::Id,
    organization::Organization,
    subject::{Identifier, Profile, Subject},
};
use symbolon_storage::{Act, Administered, DeclaredSubject, Storage, Stored, SubjectFilter};

use super::organizations::since;
use crate::{
    call::{Call, Page, Part, Record, settled},
    input::Flag,
    lockout::Loss,
    problem::Problem,
    scopes::Needed,
};

/// People, or machine users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Machine,
}

impl Kind {
    const fn noun(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::Machine => "machine",
        }
    }

    const fn read(self) -> Needed {
        match self {
            Self::Person => Needed::UsersRead,
            Self::Machine => Needed::MachinesRead,
        }
    }

    const fn write(self) -> Needed {
        match self {
            Self::Person => Needed::UsersWrite,
            Self::Machine => Needed::MachinesWrite,
        }
    }

    /// What a record calls one.
    pub(super) fn record(
        self,
        act: &'static str,
        subject: &DeclaredSubject,
        detail: Value,
    ) -> Record {
        Record {
            action: act,
            object: format!("{}/{}", self.noun(), subject.id),
            organization: Some(subject.organization.clone()),
            detail,
        }
    }
}

/// The subject in the path, if it is of this kind and the caller may do that with it.
pub(super) async fn found(
    call: &Call,
    kind: Kind,
    needed: Needed,
) -> Result<Stored<DeclaredSubject>, Problem> {
    let id: Id<Subject> = call.id(kind.noun())?;
    let found = call.admin.storage.stored_subject(&id).await?;
    let found = found.filter(|found| found.value.machine == (kind == Kind::Machine));
    let found = found.ok_or_else(Problem::missing)?;
    call.guard.check(Some(&found.value.organization), needed)?;
    Ok(found)
}

/// A page of them.
pub(super) async fn list<V: Send>(
    call: &Call,
    kind: Kind,
    organization: Option<Id<Organization>>,
    name: Option<String>,
    disabled: Option<Flag>,
    view: impl Fn(Stored<DeclaredSubject>) -> V + Send + Sync,
) -> Result<Page<V>, Problem> {
    let name = match name.as_deref() {
        None | Some("") => String::new(),
        Some(text) => Identifier::parse(text)
            .map_err(|error| Problem::parameter("name", error))?
            .as_str()
            .to_owned(),
    };
    let fetch = |storage: Arc<dyn Storage>, part: Part| {
        let name = name.clone();
        async move {
            let filter = SubjectFilter {
                machines: kind == Kind::Machine,
                name: &name,
                disabled: disabled.map(|flag| flag.0),
            };
            storage.stored_subjects(filter, part.page()).await
        }
    };
    let position = |found: &Stored<DeclaredSubject>| {
        let subject = &found.value;
        [subject.organization.as_str(), subject.id.as_str()]
            .map(str::to_owned)
            .into()
    };
    let only = organization.as_ref();
    call.paged_by_place(kind.read(), only, fetch, position, view)
        .await
}

/// The names that somebody answers to: the user name, and a proven e-mail address.
pub(crate) fn identifiers(
    pointer: &str,
    name: &str,
    profile: &Profile,
) -> Result<Vec<Identifier>, Problem> {
    let own = Identifier::parse(name).map_err(|error| Problem::member(pointer, error))?;
    let mut all = vec![own];
    if let (Some(email), Some(true)) = (&profile.email, profile.email_verified) {
        let email =
            Identifier::parse(email).map_err(|error| Problem::member("/profile/email", error))?;
        if !all.contains(&email) {
            all.push(email);
        }
    }
    all.sort();
    Ok(all)
}

/// An organization that a new thing is to belong to. Unknown and forbidden look alike.
pub(super) async fn owner(
    call: &Call,
    organization: &Id<Organization>,
    needed: Needed,
) -> Result<(), Problem> {
    let none = || {
        Problem::member(
            "/organization",
            "there is no such organization in which your roles allow this",
        )
    };
    if !call.guard.may(Some(organization), needed) {
        return Err(none());
    }
    let found = call.admin.storage.stored_organization(organization).await?;
    found.map(drop).ok_or_else(none)
}

/// Adds one.
pub(super) async fn create(
    call: &Call,
    kind: Kind,
    subject: DeclaredSubject,
    detail: Value,
) -> Result<Stored<DeclaredSubject>, Problem> {
    owner(call, &subject.organization, kind.write()).await?;
    let action = match kind {
        Kind::Person => "user.create",
        Kind::Machine => "machine.create",
    };
    let record = kind.record(action, &subject, detail);
    let act = Act::CreateSubject(subject.clone());
    named(call.try_act(&act, record, None).await?)?;
    Ok(Stored {
        value: subject,
        version: 1,
        created_at: call.now,
    })
}

/// Changes one. Whoever changes more than whether it is disabled could then be taken for it, and so
/// has to hold what it holds (requirement A7.2).
pub(super) async fn update(
    call: &Call,
    kind: Kind,
    before: Stored<DeclaredSubject>,
    mut subject: DeclaredSubject,
    disabled: bool,
    detail: Value,
) -> Result<Stored<DeclaredSubject>, Problem> {
    subject.disabled_at = since(disabled, before.value.disabled_at, call.now);
    let same_names = subject.username == before.value.username
        && subject.profile == before.value.profile
        && subject.password_hash == before.value.password_hash;
    if !same_names {
        holds(call, &subject.id).await?;
    }
    let new_password = subject.password_hash != before.value.password_hash;
    let version = call.expected();
    let act = Act::UpdateSubject {
        subject: subject.clone(),
        version,
        // Requirements A6.2 and A6.3.
        end_sessions: disabled || new_password,
    };
    let action = match (kind, new_password) {
        (Kind::Person, false) => "user.update",
        (Kind::Person, true) => "user.password",
        (Kind::Machine, _) => "machine.update",
    };
    let record = || kind.record(action, &subject, detail.clone());
    if disabled && before.value.disabled_at.is_none() {
        let loss = Loss::Subject(&before.value.id);
        call.act_unless_lockout(&act, &loss, record).await?;
    } else {
        named(call.try_act(&act, record(), None).await?)?;
    }
    Ok(Stored {
        value: subject,
        version: version + 1,
        created_at: before.created_at,
    })
}

/// Deletes one.
pub(super) async fn delete(call: &Call, kind: Kind) -> Result<(), Problem> {
    let found = found(call, kind, kind.write()).await?;
    let action = match kind {
        Kind::Person => "user.delete",
        Kind::Machine => "machine.delete",
    };
    let subject = &found.value;
    let record = || {
        let detail = serde_json::json!({ "name": subject.username });
        kind.record(action, subject, detail)
    };
    let act = Act::DeleteSubject(subject.id.clone(), call.expected());
    call.act_unless_lockout(&act, &Loss::Subject(&subject.id), record)
        .await
}

/// Whether the caller holds what somebody holds, of whom he is about to be able to be taken for.
pub(super) async fn holds(call: &Call, id: &Id<Subject>) -> Result<(), Problem> {
    match call.admin.storage.subject(id, call.now).await? {
        Some(subject) => call.guard.holds_roles(&subject.roles),
        None => Ok(()),
    }
}

fn named(outcome: Administered) -> Result<(), Problem> {
    match outcome {
        Administered::Taken => Err(Problem::conflict(
            "somebody answers to this name or e-mail address already",
        )),
        outcome => settled(outcome),
    }
}
