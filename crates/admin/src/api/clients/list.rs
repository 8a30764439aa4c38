//! `GET /admin/v1/clients`

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{client::Client, id::Id, organization::Organization};
use symbolon_storage::{Storage, Stored};

use super::{View, view};
use crate::{
    call::{Call, Page, Part},
    input::{Flag, LONGEST_PAGE, NoBody},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only those that this one owns.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// Only those with this in their name or id, in capitals or not.
    name: Option<String>,
    /// Only those that are shut out, or that are not.
    disabled: Option<Flag>,
}

/// What a client has to be like to be in the list.
#[derive(Default)]
struct Sought {
    name: String,
    disabled: Option<bool>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/clients",
        Some(Needed::ClientsRead),
        "list_clients",
        list,
    )
    .about(
        "List the clients that you may see",
        "By organization, then by id; first those that no organization owns.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let sought = Arc::new(Sought {
        name: filter.name.unwrap_or_default().trim().to_lowercase(),
        disabled: filter.disabled.map(|flag| flag.0),
    });
    let fetch = |storage: Arc<dyn Storage>, part: Part| {
        let sought = Arc::clone(&sought);
        async move { found(&*storage, part, &sought).await }
    };
    let only = filter.organization.as_ref();
    let page = call.paged_by_place(Needed::ClientsRead, only, fetch, position, view);
    Ok(Reply::of(page.await?))
}

/// As many as the part may have of those that are sought; fewer at the end of the list alone. What a
/// client is called is inside of what is registered of it, where no index reaches.
async fn found(
    storage: &dyn Storage,
    mut part: Part,
    sought: &Sought,
) -> symbolon_storage::Result<Vec<Stored<Client>>> {
    if sought.is_anything() {
        return storage.stored_clients(part.page()).await;
    }
    let wanted = usize::try_from(part.limit).unwrap_or(usize::MAX);
    part.limit = LONGEST_PAGE;
    let mut all = Vec::new();
    loop {
        let some = storage.stored_clients(part.page()).await?;
        let Some(last) = some.last() else {
            return Ok(all);
        };
        let own = last.value.organization.as_ref();
        part.after = (
            own.map_or("", Id::as_str).to_owned(),
            last.value.id.as_str().to_owned(),
        );
        all.extend(some.into_iter().filter(|one| sought.is_like(&one.value)));
        if all.len() >= wanted {
            all.truncate(wanted);
            return Ok(all);
        }
    }
}

fn position(found: &Stored<Client>) -> Vec<String> {
    let own = found.value.organization.as_ref();
    let own = own.map_or("", Id::as_str);
    [own, found.value.id.as_str()].map(str::to_owned).into()
}

impl Sought {
    fn is_anything(&self) -> bool {
        self.name.is_empty() && self.disabled.is_none()
    }

    fn is_like(&self, client: &Client) -> bool {
        let called = |text: &str| text.to_lowercase().contains(&self.name);
        let disabled = client.disabled_at.is_some();
        self.disabled.is_none_or(|wanted| wanted == disabled)
            && (called(&client.metadata.client_name) || called(client.id.as_str()))
    }
}
