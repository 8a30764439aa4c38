//! `export_own_data`: all that is kept about oneself, as one document (GDPR, articles 15 and 20).
//!
//! Left out is what is no answer to "what do you know of me": hashes and texts of secrets, requests
//! that are gone within minutes, and where others were when they changed the account.

use std::collections::BTreeMap;

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use symbolon_storage::{Act, AuditEvent, AuditFilter, RoleGrant};

use super::{Own, myself, record};
use crate::{
    api::{sessions, tokens},
    call::Call,
    input::{LONGEST_PAGE, NoBody, NoQuery},
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
};

/// How many things of one kind there are in it at the most; it says when there are more.
const MOST: usize = 10_000;

/// A whole list of the caller's, part by part.
macro_rules! whole {
    ($call:ident, $cut:ident, $name:literal, $fetch:ident, $last:ident => $id:expr) => {{
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let storage = &$call.admin.storage;
            let found = storage.$fetch($call.me(), &after, LONGEST_PAGE).await?;
            let Some($last) = found.last() else { break };
            after = $id.to_string();
            all.extend(found);
            if all.len() >= MOST {
                $cut.push($name);
                break;
            }
        }
        all
    }};
}

pub(super) fn operations() -> Vec<Operation> {
    let export = Operation::new(Method::POST, "/own/export", None, "export_own_data", export);
    vec![export.own(Own::Fresh).asks()]
}

async fn export(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Value>, Problem> {
    let stored = myself(&call).await?;
    let subject = &stored.value;
    let mut cut = Vec::new();
    let sessions = whole!(call, cut, "sessions", sessions_of, one => one.id);
    let tokens = whole!(call, cut, "personal_access_tokens", personal_tokens_of, one => one.0.id);
    let consents = whole!(call, cut, "consents", consents_of, one => one.client);
    let approvals = whole!(call, cut, "sign_ins_to_applications", approvals_of, one => one.id);
    let grants = grants(&call, &mut cut).await?;
    let log = log(&call, &mut cut).await?;

    let document = json!({
        "exported_at": Moment(call.now),
        "issuer": call.admin.settings.issuer,
        "account": {
            "sub": subject.id.as_str(),
            "username": subject.username,
            "organization": subject.organization.as_str(),
            "profile": subject.profile,
            "signs_in_with": call.admin.storage.identifiers_of(call.me()).await?,
            "has_password": subject.password_hash.is_some(),
            "disabled_at": subject.disabled_at.map(Moment),
            "created_at": Moment(stored.created_at),
        },
        "roles": grants.iter().map(|grant| json!({
            "organization": grant.organization.as_str(),
            "role": grant.role.as_str(),
            "expires_at": grant.expires_at.map(Moment),
        })).collect::<Vec<_>>(),
        "sessions": shown(sessions.into_iter().map(|one| sessions::view(one, &call))),
        "consents": consents.iter().map(|consent| json!({
            "client_id": consent.client.as_str(),
            "scope": consent.scope.to_string(),
            "allowed_at": Moment(consent.updated_at),
        })).collect::<Vec<_>>(),
        "sign_ins_to_applications": approvals.iter().map(|approval| json!({
            "id": approval.id.as_str(),
            "client_id": approval.client.as_str(),
            "session": approval.session.as_str(),
            "scope": approval.scope.to_string(),
            "created_at": Moment(approval.created_at),
            "ends_at": Moment(approval.refresh_expires_at),
            "revoked_at": approval.revoked_at.map(Moment),
        })).collect::<Vec<_>>(),
        "personal_access_tokens": shown(
            tokens.into_iter().map(|(token, used)| tokens::view(token, used, call.now)),
        ),
        "log": log,
        // Of these there is more than fits: the operator has the rest.
        "incomplete": cut,
    });
    call.act(Act::Look, record(&call, "user.export", json!({})))
        .await?;
    Ok(Reply::of(document))
}

async fn grants(call: &Call, cut: &mut Vec<&'static str>) -> Result<Vec<RoleGrant>, Problem> {
    let mut all: Vec<RoleGrant> = Vec::new();
    loop {
        let after = all.last();
        let after = after.map_or(("", ""), |last| {
            (last.organization.as_str(), last.role.as_str())
        });
        let storage = &call.admin.storage;
        let found = storage.grants_of(call.me(), after, LONGEST_PAGE).await?;
        if found.is_empty() {
            return Ok(all);
        }
        all.extend(found);
        if all.len() >= MOST {
            cut.push("roles");
            return Ok(all);
        }
    }
}

/// What the person did, and what was done to the account, the latest first.
async fn log(call: &Call, cut: &mut Vec<&'static str>) -> Result<Vec<Value>, Problem> {
    let me = call.me().as_str();
    let mut all: BTreeMap<String, AuditEvent> = BTreeMap::new();
    let filters = [
        AuditFilter {
            actor: me.to_owned(),
            ..AuditFilter::default()
        },
        AuditFilter {
            object: format!("user/{me}"),
            ..AuditFilter::default()
        },
    ];
    for mut filter in filters {
        let mut number = 0;
        loop {
            let storage = &call.admin.storage;
            let found = storage.audit_events(&filter, LONGEST_PAGE).await?;
            let Some(last) = found.last() else { break };
            filter.before = last.id.as_str().to_owned();
            number += found.len();
            all.extend(found.into_iter().map(|event| (event.id.to_string(), event)));
            if number >= MOST {
                cut.push("log");
                break;
            }
        }
    }
    let all = all.into_values().rev();
    Ok(all.map(|event| told(event, me)).collect())
}

/// Of what others did: what and when.
fn told(event: AuditEvent, me: &str) -> Value {
    let by_me = event.actor == me;
    let mut told = json!({
        "happened_at": Moment(event.happened_at),
        "action": event.action,
        "object": event.object,
        "by_me": by_me,
    });
    if let (true, Some(told)) = (by_me, told.as_object_mut()) {
        told.insert("address".to_owned(), json!(event.address));
        told.insert("client_id".to_owned(), json!(event.client));
        told.insert("detail".to_owned(), event.detail);
    }
    told
}

fn shown<T: Serialize>(items: impl Iterator<Item = T>) -> Vec<Value> {
    items
        .map(|item| serde_json::to_value(item).unwrap_or_default())
        .collect()
}
