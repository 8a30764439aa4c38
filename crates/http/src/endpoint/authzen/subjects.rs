//! Whom a question is about.

use std::{collections::HashMap, sync::Arc};

use symbolon_core::{
    authzen::entity::{Entity, SubjectKind},
    id::Id,
    subject::{Identifier, Subject},
};

use crate::{failure::Failure, provider::Provider};

/// Finds subjects. Within one request, nobody is looked up twice by name.
pub struct Subjects<'a> {
    provider: &'a Provider,
    names: HashMap<String, Option<Id<Subject>>>,
}

impl<'a> Subjects<'a> {
    /// Knows nobody yet.
    pub fn new(provider: &'a Provider) -> Self {
        let names = HashMap::new();
        Self { provider, names }
    }

    /// The subject whose `sub` the entity names, else the one who answers to it as a name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&mut self, entity: &Entity) -> Result<Option<Arc<Subject>>, Failure> {
        let Some(kind) = SubjectKind::of(&entity.kind) else {
            return Ok(None);
        };
        let cache = &self.provider.cache;
        let mut found = match Id::parse(&entity.id) {
            Ok(id) => cache.subject(&id).await?,
            Err(_) => None,
        };
        if found.is_none()
            && let Some(id) = self.named(&entity.id).await?
        {
            found = cache.subject(&id).await?;
        }
        Ok(found.filter(|subject| kind.is(subject)))
    }

    async fn named(&mut self, name: &str) -> Result<Option<Id<Subject>>, Failure> {
        if let Some(known) = self.names.get(name) {
            return Ok(known.clone());
        }
        let found = match Identifier::parse(name) {
            Ok(identifier) => self.provider.storage.subject_named(&identifier).await?,
            Err(_) => None,
        };
        self.names.insert(name.to_owned(), found.clone());
        Ok(found)
    }
}
