//! Subject search: who may do this (§8.4)?
//!
//! In a named organization, the holders of the roles that open the scope there are gone through, one
//! role after the other, also those of organizations that manage it. Without one, everybody acts at
//! home, and everybody is gone through. Either way a page looks at a bounded number of subjects, so
//! it may have few results and still not be the last.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use symbolon_core::{
    authzen::{
        candidate::{Found, FoundSubject},
        entity::SubjectKind,
        question::{Acting, Asked as Question, Meaning, allows, meaning},
        search::{Cursor, SubjectSearch},
    },
    id::Id,
    organization::Organization,
    policy::{Policy, api_scope::ApiScope, opening::Opening},
    subject::Subject,
};

use super::{Asked, admit, bad_request, caller::SEARCH, paging};
use crate::{failure::Failure, provider::Provider};

/// The most subjects that one page looks at.
const MOST_EXAMINED: usize = 500;

/// The most statements that one page takes to find them.
const MOST_STATEMENTS: usize = 50;

/// How many subjects one statement finds.
const BATCH: u32 = 100;

/// POST.
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match admit(&provider, request).await {
        Ok(asked) => respond(&provider, &asked)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, asked: &Asked) -> Result<Response, Failure> {
    let search = match SubjectSearch::read(&asked.body) {
        Ok(search) => search,
        Err(error) => return Ok(bad_request(error)),
    };
    let fingerprint = search.fingerprint();
    let cursor = match paging::begin(provider, &search.page, &fingerprint) {
        Ok(cursor) => cursor,
        Err(error) => return Ok(bad_request(error)),
    };
    let policy = &*asked.policy;
    let question = Question {
        subject: &search.properties,
        action: &search.action,
        kind: &search.resource.kind,
        id: &search.resource.id,
        resource: &search.resource.properties,
        context: &search.context,
    };
    let meaning = meaning(policy, &question);
    let permit = asked.caller.permit(provider, policy, SEARCH);
    let about = meaning.needed.as_ref();
    let about_what_it_may = about.map_or(true, |needed| permit.covers_scope(needed));
    if !about_what_it_may || !permit.covers_acting(&meaning.acting, None) {
        return Ok(permit.forbidden());
    }
    let found = match (SubjectKind::of(&search.kind), &meaning.needed) {
        (Some(kind), Ok(needed)) => {
            let walk = Walk {
                provider,
                policy,
                search: &search,
                kind,
                meaning: &meaning,
                cursor: &cursor,
                results: Vec::new(),
                examined: 0,
                statements: 0,
            };
            match &meaning.acting {
                Acting::In(organization) => walk.holders(organization, needed).await?,
                Acting::Home => walk.everybody().await?,
                Acting::Nowhere => Found::NOTHING,
            }
        }
        _ => Found::NOTHING,
    };
    Ok(paging::answer(provider, found, &cursor, &fingerprint))
}

/// A way through subjects, as far as one page goes.
struct Walk<'a> {
    provider: &'a Provider,
    policy: &'a Policy,
    search: &'a SubjectSearch,
    kind: SubjectKind,
    meaning: &'a Meaning,
    cursor: &'a Cursor,
    results: Vec<FoundSubject>,
    examined: usize,
    statements: usize,
}

impl Walk<'_> {
    /// Through those who hold a role that opens the scope.
    async fn holders(
        mut self,
        acting: &Id<Organization>,
        needed: &ApiScope,
    ) -> Result<Found<FoundSubject>, Failure> {
        let openings: Vec<_> = self.policy.openings(acting, needed).into_iter().collect();
        let (first, mut after) = self.resume(&openings);
        let now = self.provider.now();
        for (place, opening) in openings.iter().enumerate().skip(first) {
            let Opening { organization, role } = opening;
            let earlier = openings.get(..place).unwrap_or_default();
            loop {
                if self.is_full() {
                    return Ok(self.stop(opening, after));
                }
                self.statements += 1;
                let storage = &self.provider.storage;
                let page = storage.holders_after(organization, role, &after, now, BATCH);
                let page = page.await?;
                let last = page.len() < BATCH as usize;
                for id in page {
                    if self.is_full() {
                        return Ok(self.stop(opening, after));
                    }
                    // Whoever holds an earlier one too was looked at then.
                    self.look_at(&id, |subject| {
                        !earlier.iter().any(|own| own.is_held(subject))
                    })
                    .await?;
                    id.as_str().clone_into(&mut after);
                }
                if last {
                    break;
                }
            }
            after.clear();
        }
        Ok(self.end())
    }

    /// Through all there are.
    async fn everybody(mut self) -> Result<Found<FoundSubject>, Failure> {
        let mut after = self.cursor.after.first().cloned().unwrap_or_default();
        loop {
            let storage = &self.provider.storage;
            let page = storage.subject_ids_after(&after, BATCH).await?;
            if page.is_empty() {
                return Ok(self.end());
            }
            for id in page {
                if self.is_full() {
                    let next = Some(vec![after]);
                    let results = self.results;
                    return Ok(Found { results, next });
                }
                self.look_at(&id, |_| true).await?;
                id.as_str().clone_into(&mut after);
            }
        }
    }

    async fn look_at(
        &mut self,
        id: &Id<Subject>,
        is_new: impl Fn(&Subject) -> bool,
    ) -> Result<(), Failure> {
        self.examined += 1;
        let Some(subject) = self.provider.cache.subject(id).await? else {
            return Ok(());
        };
        let fits = subject.is_active() && self.kind.is(&subject) && is_new(&subject);
        if fits && allows(self.policy, self.meaning, &subject) {
            self.results.push(FoundSubject {
                kind: self.search.kind.clone(),
                id: id.to_string(),
            });
        }
        Ok(())
    }

    /// The opening to begin with, and the holder of it to begin behind.
    fn resume(&self, openings: &[Opening]) -> (usize, String) {
        let [organization, role, after] = self.cursor.after.as_slice() else {
            return (0, String::new());
        };
        let wanted = (organization.clone(), role.clone());
        let key = |own: &Opening| -> (String, String) {
            (own.organization.to_string(), own.role.to_string())
        };
        let first = openings.partition_point(|own| key(own) < wanted);
        let same = openings.get(first).is_some_and(|own| key(own) == wanted);
        (first, if same { after.clone() } else { String::new() })
    }

    fn is_full(&self) -> bool {
        self.results.len() >= self.cursor.limit
            || self.examined >= MOST_EXAMINED
            || self.statements >= MOST_STATEMENTS
    }

    fn stop(self, opening: &Opening, after: String) -> Found<FoundSubject> {
        let (organization, role) = (opening.organization.to_string(), opening.role.to_string());
        Found {
            results: self.results,
            next: Some(vec![organization, role, after]),
        }
    }

    fn end(self) -> Found<FoundSubject> {
        Found {
            results: self.results,
            next: None,
        }
    }
}
