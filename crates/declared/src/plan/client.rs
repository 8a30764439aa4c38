//! Clients of a declared state.

use symbolon_core::{
    client::{AuthenticationMethod, Client, Origin, StoredSecret},
    client_auth::client_secret_jwt::SHORTEST_SECRET,
    id::Id,
    pairwise,
    secret::{ClientSecret, Digest},
    subject::{Identifier, Subject},
};
use symbolon_http::sector;
use symbolon_jose::VerifyingKeys;

use super::{Maker, Step, sign, since};
use crate::form::{ClientForm, StateError};

impl Maker<'_> {
    pub(super) async fn client(
        &mut self,
        declared: &ClientForm,
        old: Option<&Client>,
    ) -> Result<(), StateError> {
        let id = &declared.client_id;
        let wrong = |why: &dyn std::fmt::Display| StateError::noun("client", id.as_str(), why);
        if old.is_some_and(|old| old.origin.is_own_word()) {
            return Err(wrong(
                &"an application registered itself under this id: choose another one",
            ));
        }
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
        let secrets = self.secrets(declared, old).map_err(|why| wrong(&why))?;
        if let Some(jwks) = &declared.metadata.jwks {
            let checked = VerifyingKeys::check_registered(jwks);
            checked.map_err(|error| wrong(&format!("jwks: {error}")))?;
        }
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
            origin: Origin::Operator,
            metadata: declared.metadata.clone(),
        };
        client.check().map_err(|error| wrong(&error))?;
        if pairwise::is_document_due(&client.metadata, old.map(|old| &old.metadata)) {
            let checked = sector::check(self.outbound, &client.metadata).await;
            checked.map_err(|error| wrong(&error))?;
        }
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

    /// The secrets of a client: those declared; the old ones when nothing is said of them.
    fn secrets(
        &self,
        declared: &ClientForm,
        old: Option<&Client>,
    ) -> Result<Vec<StoredSecret>, String> {
        let before = old.map(|old| old.secrets.clone()).unwrap_or_default();
        let known = |digest: &Digest<_>| before.iter().find(|old| old.digest == *digest).cloned();
        let methods = &declared.metadata.token_endpoint_auth_methods;
        let kept = methods.contains(&AuthenticationMethod::ClientSecretJwt);
        let mut secrets = Vec::new();
        for text in &declared.client_secret_sha256 {
            let digest = hexadecimal(text).and_then(|bytes| Digest::from_slice(&bytes));
            let digest = digest.ok_or("client_secret_sha256 has 64 hexadecimal digits each")?;
            secrets.push(known(&digest).unwrap_or(StoredSecret {
                digest,
                expires_at: None,
                sealed: None,
            }));
        }
        if let Some(secret) = &declared.client_secret {
            if secret.is_empty() {
                return Err("client_secret is empty".to_owned());
            }
            let digest = Digest::of(secret.as_bytes());
            let mut stored = known(&digest).unwrap_or(StoredSecret {
                digest,
                expires_at: None,
                sealed: None,
            });
            if kept && stored.sealed.is_none() {
                stored.sealed = Some(self.sealed(&declared.client_id, &digest, secret)?);
            }
            // Said by its digest too.
            secrets.retain(|other: &StoredSecret| other.digest != digest);
            secrets.push(stored);
        }
        if secrets.is_empty() {
            secrets.clone_from(&before);
        }
        if !kept {
            secrets.iter_mut().for_each(|secret| secret.sealed = None);
        }
        // In the order in which storage hands them out, so that the same state compares equal.
        let place =
            |secret: &StoredSecret| before.iter().position(|old| old.digest == secret.digest);
        secrets.sort_by_key(|secret| place(secret).unwrap_or(usize::MAX));
        Ok(secrets)
    }

    fn sealed(
        &self,
        client: &Id<Client>,
        digest: &Digest<ClientSecret>,
        secret: &str,
    ) -> Result<Vec<u8>, String> {
        if secret.len() < SHORTEST_SECRET {
            return Err(format!(
                "client_secret is shorter than {SHORTEST_SECRET} characters, which is too short for \
                 client_secret_jwt (RFC 7518 3.2)"
            ));
        }
        let seal = self.seal.ok_or(
            "client_secret_jwt keeps the secret, sealed under the key-encryption key, and there is \
             none yet: set key_encryption_key, or start the server once",
        )?;
        let place = StoredSecret::place(client, digest);
        Ok(seal.seal(place.as_bytes(), secret.as_bytes()))
    }
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
