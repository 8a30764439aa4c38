//! The present state as a form. Secrets are left out unless asked for, and then only as hashes
//! (requirement A7.6).

use std::collections::BTreeMap;

use symbolon_core::{id::Id, subject::Subject};
use symbolon_storage::Storage;

use super::form::{
    ClientForm, Form, GrantForm, MachineForm, MachineKeyForm, OrganizationForm, RolesForm,
    StateError, UserForm,
};

const PAGE: u32 = 500;

/// Reads everything.
pub async fn export(storage: &dyn Storage, with_hashes: bool) -> Result<Form, StateError> {
    let mut form = Form::default();
    for organization in storage.organizations().await? {
        form.organizations.push(OrganizationForm {
            id: organization.id,
            name: organization.name,
            disabled: organization.disabled_at.is_some(),
        });
    }
    form.roles = storage.roles().await?;
    form.relations = Some(storage.relations().await?);
    form.apis = storage.apis().await?;
    let rules = storage.policy_facts().await?.rules;
    form.rules = Some(rules.iter().cloned().collect());
    let machines = subjects(storage, with_hashes, &mut form).await?;
    for client in storage.clients().await? {
        // Who came by himself is no state that somebody declares.
        if client.origin.is_own_word() {
            continue;
        }
        let digests = client
            .secrets
            .iter()
            .map(|secret| secret.digest.hexadecimal());
        form.clients.push(ClientForm {
            client_secret: None,
            client_secret_sha256: if with_hashes {
                digests.collect()
            } else {
                Vec::new()
            },
            organization: client.organization,
            machine_user: client
                .machine
                .and_then(|machine| machines.get(&machine).cloned()),
            disabled: client.disabled_at.is_some(),
            metadata: client.metadata,
            client_id: client.id,
        });
    }
    Ok(form)
}

/// Reads people and machine users page by page; the names of the machine users.
async fn subjects(
    storage: &dyn Storage,
    with_hashes: bool,
    form: &mut Form,
) -> Result<BTreeMap<Id<Subject>, String>, StateError> {
    let mut machines = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = storage.subjects_after(&after, PAGE).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return Ok(machines);
        };
        let grants = storage
            .role_grants_between(first.id.as_str(), last.id.as_str())
            .await?;
        after = last.id.as_str().to_owned();
        let mut roles: BTreeMap<Id<Subject>, RolesForm> = BTreeMap::new();
        for grant in grants {
            let held = roles.entry(grant.subject).or_default();
            let own = GrantForm::new(grant.role, grant.expires_at);
            held.entry(grant.organization).or_default().push(own);
        }
        for subject in page {
            let roles = roles.remove(&subject.id).unwrap_or_default();
            let disabled = subject.disabled_at.is_some();
            if subject.machine {
                machines.insert(subject.id.clone(), subject.username.clone());
                let keys = storage.machine_keys(&subject.id).await?;
                let keys = keys.into_iter().map(|key| MachineKeyForm {
                    jwk: key.jwk,
                    expires_at: key.expires_at,
                });
                let keys: Vec<_> = keys.collect();
                form.machine_users.push(MachineForm {
                    name: subject.username,
                    id: Some(subject.id),
                    organization: subject.organization,
                    roles,
                    keys: (!keys.is_empty()).then_some(keys),
                    disabled,
                });
            } else {
                form.users.push(UserForm {
                    username: subject.username,
                    id: Some(subject.id),
                    organization: subject.organization,
                    password: None,
                    password_hash: subject.password_hash.filter(|_| with_hashes),
                    profile: subject.profile,
                    roles,
                    disabled,
                });
            }
        }
    }
}
