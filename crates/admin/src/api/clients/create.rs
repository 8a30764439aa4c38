//! `POST /admin/v1/clients`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{
    client::{Client, ClientMetadata, Origin},
    id::Id,
    organization::Organization,
    secret::{ClientSecret, Secret},
    subject::Subject,
};
use symbolon_storage::{Act, Stored};

use super::{Made, check, owner, record, stored, view};
use crate::{
    call::{Call, check_segment, segment},
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// A new client.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// `client_id`, for ever; made up when left out.
    #[schemars(with = "Option<String>")]
    id: Option<Id<Client>>,
    /// The organization that owns it; left out: the installation, for those who may do so in the
    /// system organization.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// The machine user it acts as with client_credentials: one of the same organization.
    #[schemars(with = "Option<String>")]
    machine: Option<Id<Subject>>,
    /// What is registered of it (RFC 7591 §2).
    #[schemars(schema_with = "schema::metadata")]
    metadata: ClientMetadata,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/clients",
        Some(Needed::ClientsWrite),
        "create_client",
        create,
    )
    .about(
        "Register a client",
        "Unless it is public it gets a secret, which is shown this once. Nobody gives what he does \
         not hold: the scopes it may ask for, and all that its machine user can, have to be open to \
         you. That people are not asked (`consent: implicit`), `audience` and `introspects` are for \
         those who may change clients in the system organization.",
    )
    .tagged()
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Made>, Problem> {
    let Json(new) = new;
    owner(&call, new.organization.as_ref()).await?;
    let entropy = &*call.admin.entropy;
    let methods = &new.metadata.token_endpoint_auth_methods;
    let secret: Option<Secret<ClientSecret>> = methods
        .iter()
        .any(|method| method.uses_secret())
        .then(|| Secret::generate(entropy));
    let id = new.id.unwrap_or_else(|| Id::generate(call.now, entropy));
    let stored = secret
        .as_ref()
        .map(|secret| stored(&call, &id, &new.metadata, secret));
    let client = Client {
        id,
        organization: new.organization,
        machine: new.machine,
        secrets: stored.into_iter().collect(),
        disabled_at: None,
        origin: Origin::Operator,
        metadata: new.metadata,
    };
    check_segment("/id", &client.id)?;
    check(&call, &client, None).await?;
    // Requirement A2.14.
    let same: Id<Subject> = client.id.retyped();
    if call.admin.storage.stored_subject(&same).await?.is_some() {
        return Err(Problem::conflict("something has this name already"));
    }
    let act = Act::CreateClient(Box::new(client.clone()));
    call.act(act, record("client.create", &client)).await?;
    let path = format!("/clients/{}", segment(client.id.as_str()));
    let made = Stored {
        value: client,
        version: 1,
        created_at: call.now,
    };
    let made = Made {
        client: view(made),
        client_secret: secret.map(|secret| secret.expose().to_owned()),
    };
    Ok(Reply::of(made).version(1).at(path))
}
