//! The scopes of all APIs, Symbolon's own with them: what rules speak of.

mod groups;
mod list;

use std::collections::BTreeMap;

use symbolon_core::{
    id::Id,
    policy::{Policy, api::Api, api_scope::ApiScope},
};

use crate::operation::Operation;

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation(), groups::operation()]
}

/// Every scope with its description and the audience of its API. One that several APIs define is
/// told of once, by the first of them.
fn all(policy: &Policy) -> BTreeMap<&ApiScope, (&str, &Id<Api>)> {
    let mut all = BTreeMap::new();
    for api in policy.apis() {
        for own in api.scopes() {
            let told = (own.description.as_str(), api.audience());
            all.entry(&own.scope).or_insert(told);
        }
    }
    all
}

/// Whether a text has another in it, in whatever case.
fn has(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&part.to_ascii_lowercase())
}
