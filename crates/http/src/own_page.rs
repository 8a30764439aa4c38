//! Signing in for a page of ours, and for no client: the person goes through an interaction like any
//! other, which ends where it began and gives nobody anything.

use std::sync::{Arc, LazyLock};

use axum::response::Response;
use symbolon_core::{
    authorize::{prompt::Prompt, waiting::ask_about},
    client::Client,
    id::Id,
    scope::Scope,
    token::target::Targets,
};

use crate::{answer, backchannel::PAGE, interaction::Asked, provider::Provider};

/// What interactions for it are recorded under.
pub const NAME: &str = "approvals";

/// Symbolon itself, where a client is due. It is in no database, so nothing can be asked for in its
/// name.
static OURSELVES: LazyLock<Option<Arc<Client>>> = LazyLock::new(|| {
    let metadata = serde_json::json!({
        "client_name": "your requests",
        "token_endpoint_auth_methods": ["none"],
        "grant_types": [],
        "consent": "implicit",
    });
    Some(Arc::new(Client {
        id: Id::parse("symbolon").ok()?,
        origin: symbolon_core::client::Origin::Operator,
        organization: None,
        machine: None,
        secrets: Vec::new(),
        disabled_at: None,
        metadata: serde_json::from_value(metadata).ok()?,
    }))
});

/// What a person is asked who has to sign in for the page. `anew`: also somebody who is signed in.
pub fn ask(provider: &Provider, anew: bool) -> Asked {
    let Some(client) = OURSELVES.as_ref() else {
        unreachable!("the registration of our own is well-formed");
    };
    let (nothing, nowhere) = (Scope::default(), Targets::default());
    let page = format!("{}{PAGE}", provider.issuer);
    let mut request = ask_about(&client.id, &nothing, &nowhere, &page, &*provider.entropy);
    // Signing in is all there is to it.
    request.prompt = Prompt {
        login: anew,
        ..Prompt::default()
    };
    Asked {
        client: Arc::clone(client),
        request,
        expected: None,
        device: None,
        own_page: true,
    }
}

/// The person is signed in.
pub fn done(provider: &Provider) -> Response {
    answer::see_other(&provider.path(PAGE))
}

/// The person does not want to sign in.
pub fn give_up(provider: &Provider) -> Response {
    let prefix = &provider.paths.prefix;
    answer::see_other(if prefix.is_empty() { "/" } else { prefix })
}
