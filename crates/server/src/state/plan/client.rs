//! Clients of a declared state.

use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    secret::Digest,
    subject::{Identifier, Subject},
};

use super::{Maker, Step, sign, since};
use crate::state::form::{ClientForm, StateError};

impl Maker<'_> {
    pub(super) async fn client(
        &mut self,
        declared: &ClientForm,
        old: Option<&Client>,
    ) -> Result<(), StateError> {
        let id = &declared.client_id;
        let wrong = |why: &dyn std::fmt::Display| StateError::noun("client", id.as_str(), why);
        let machine = match &declared.machine_user {
            None => None,
            Some(name) => Some(self.machine_named(name).await?.ok_or_else(|| {
                wrong(&format!(
                    "machine_user {name} is not declared and does not exist"
                ))
            })?),
        };
        if self
            .storage
            .declared_subject_by_id(&id.retyped())
            .await?
            .is_some()
        {
            return Err(wrong(
                &"a subject has this id; a client and a subject cannot share one",
            ));
        }
        if let Some(organization) = &declared.organization {
            self.check_organization("client", id.as_str(), organization)?;
        }
        let secrets = secrets(declared, old).map_err(|why| wrong(&why))?;
        let client = Client {
            id: id.clone(),
            organization: declared.organization.clone(),
            machine,
            secrets,
            disabled_at: since(
                declared.disabled,
                old.and_then(|old| old.disabled_at),
                self.now,
            ),
            metadata: declared.metadata.clone(),
        };
        client.check().map_err(|error| wrong(&error))?;
        if old != Some(&client) {
            let line = format!("{} client {id}", sign(old.is_some()));
            self.steps.push((line, Step::Client(Box::new(client))));
        }
        Ok(())
    }

    async fn machine_named(&self, name: &str) -> Result<Option<Id<Subject>>, StateError> {
        if let Some(id) = self.machines.get(name) {
            return Ok(Some(id.clone()));
        }
        let Ok(identifier) = Identifier::parse(name) else {
            return Ok(None);
        };
        let found = self.storage.declared_subject(&identifier).await?;
        Ok(found
            .filter(|subject| subject.machine)
            .map(|subject| subject.id))
    }
}

/// The secrets of a client: those declared; the old ones when nothing is said of them.
fn secrets(declared: &ClientForm, old: Option<&Client>) -> Result<Vec<StoredSecret>, String> {
    let mut digests = Vec::new();
    for text in &declared.client_secret_sha256 {
        let digest = hexadecimal(text).and_then(|bytes| Digest::from_slice(&bytes));
        digests.push(digest.ok_or("client_secret_sha256 has 64 hexadecimal digits each")?);
    }
    if let Some(secret) = &declared.client_secret {
        if secret.is_empty() {
            return Err("client_secret is empty".to_owned());
        }
        digests.push(Digest::of(secret.as_bytes()));
    }
    let before = old.map(|old| old.secrets.clone()).unwrap_or_default();
    if digests.is_empty() {
        return Ok(before);
    }
    let known = |digest: &Digest<_>| before.iter().find(|old| old.digest == *digest).copied();
    let mut secrets: Vec<_> = digests
        .into_iter()
        .map(|digest| {
            known(&digest).unwrap_or(StoredSecret {
                digest,
                expires_at: None,
            })
        })
        .collect();
    // In the order in which storage hands them out, so that the same state compares equal.
    let place = |secret: &StoredSecret| before.iter().position(|old| old.digest == secret.digest);
    secrets.sort_by_key(|secret| place(secret).unwrap_or(usize::MAX));
    Ok(secrets)
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pair = |at: usize| {
        text.get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    (0..text.len()).step_by(2).map(pair).collect()
}
