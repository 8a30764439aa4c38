//! `list_own_applications`, `get_own_application`, `withdraw_own_application`: what one allowed
//! applications.

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{client::Client, id::Id};
use symbolon_storage::{Act, Consent};

use super::{Own, record};
use crate::{
    call::{Call, Page},
    input::{LONGEST_PAGE, NoBody, NoQuery},
    moment::Moment,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
};

/// An application, and what it may.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnApplication")]
struct View {
    /// Its `client_id`.
    id: String,
    name: String,
    scope: String,
    allowed_at: Moment,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/own/applications",
            None,
            "list_own_applications",
            list,
        )
        .paged(),
        Operation::new(
            Method::GET,
            "/own/applications/{client}",
            None,
            "get_own_application",
            get,
        ),
        Operation::new(
            Method::DELETE,
            "/own/applications/{client}",
            None,
            "withdraw_own_application",
            withdraw,
        ),
    ]
    .into_iter()
    .map(|operation| operation.own(Own::Yes))
    .collect()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let storage = &call.admin.storage;
    let found = storage.consents_of(call.me(), call.after(0), call.limit() + 1);
    let mut named = Vec::new();
    for consent in found.await? {
        let client = storage.client(&consent.client).await?;
        named.push((consent, client));
    }
    let position = |(consent, _): &(Consent, _)| vec![consent.client.to_string()];
    Ok(Reply::of(call.paged(
        named,
        position,
        |(consent, client)| view(consent, client.as_ref()),
    )))
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let client: Id<Client> = call.id("client")?;
    let storage = &call.admin.storage;
    let mut after = String::new();
    loop {
        let found = storage.consents_of(call.me(), &after, LONGEST_PAGE).await?;
        let Some(last) = found.last() else {
            return Err(Problem::missing());
        };
        after = last.client.as_str().to_owned();
        if let Some(consent) = found.into_iter().find(|found| found.client == client) {
            let client = storage.client(&client).await?;
            return Ok(Reply::of(view(consent, client.as_ref())));
        }
    }
}

async fn withdraw(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let client: Id<Client> = call.id("client")?;
    let detail = json!({ "client": client.as_str() });
    let act = Act::WithdrawConsent {
        subject: call.me().clone(),
        client,
    };
    call.act(act, record(&call, "consent.withdraw", detail))
        .await?;
    Ok(Reply::of(Nothing))
}

fn view(consent: Consent, client: Option<&Client>) -> View {
    let name = client.map(|client| client.metadata.client_name.as_str());
    View {
        id: consent.client.to_string(),
        name: name.unwrap_or(consent.client.as_str()).to_owned(),
        scope: consent.scope.to_string(),
        allowed_at: Moment(consent.updated_at),
    }
}
