//! Clients: the applications and machines that ask for tokens, and their secrets.

mod create;
mod delete;
mod get;
mod list;
mod secrets;
mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_core::{
    client::{AuthenticationMethod, Client, ClientMetadata, ConsentPolicy, StoredSecret},
    id::Id,
    organization::Organization,
    pairwise,
    policy::api_scope::ApiScope,
    secret::{ClientSecret, Secret},
    subject::Subject,
};
use symbolon_storage::{SecretRecord, Stored};

use super::subjects;
use crate::{
    call::{Call, Record},
    moment::Moment,
    operation::Operation,
    problem::{Kind, Problem},
    schema,
    scopes::Needed,
};

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ];
    all.extend(secrets::operations());
    all
}

/// A client.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Client")]
struct View {
    /// `client_id`.
    id: String,
    /// The organization that owns it; none: the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// The machine user it acts as with client_credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<String>,
    /// What is registered of it (RFC 7591 §2).
    #[schemars(schema_with = "schema::metadata")]
    metadata: ClientMetadata,
    /// How it came to be known: `operator`, `registered` (by itself) or `document` (its id is the
    /// address of one).
    origin: &'static str,
    /// Whether it is shut out.
    disabled: bool,
    /// Since when, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Moment>,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// A client and its first secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewClient")]
struct Made {
    client: View,
    /// Shown this once; none for a public client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// What can be changed of a client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// The machine user it acts as with client_credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    machine: Option<Id<Subject>>,
    /// What is registered of it (RFC 7591 §2).
    #[schemars(schema_with = "schema::metadata")]
    metadata: ClientMetadata,
    /// Whether it is shut out.
    #[serde(default)]
    disabled: bool,
}

fn view(stored: Stored<Client>) -> View {
    let client = stored.value;
    View {
        id: client.id.as_str().to_owned(),
        organization: client.organization.map(|id| id.as_str().to_owned()),
        machine: client.machine.map(|id| id.as_str().to_owned()),
        metadata: client.metadata,
        origin: client.origin.as_str(),
        disabled: client.disabled_at.is_some(),
        disabled_at: client.disabled_at.map(Moment),
        created_at: Moment(stored.created_at),
        version: stored.version,
    }
}

/// The client in the path, if the caller may do that with it.
async fn found(
    call: &Call,
    needed: Needed,
) -> Result<(Stored<Client>, Vec<SecretRecord>), Problem> {
    let id = call.id("client")?;
    let found = call.admin.storage.stored_client(&id).await?;
    let (client, secrets) = found.ok_or_else(Problem::missing)?;
    call.guard
        .check(client.value.organization.as_ref(), needed)?;
    Ok((client, secrets))
}

/// What is stored of a new secret: for client_secret_jwt the secret itself, sealed.
fn stored(
    call: &Call,
    client: &Id<Client>,
    metadata: &ClientMetadata,
    secret: &Secret<ClientSecret>,
) -> StoredSecret {
    let digest = secret.digest();
    let methods = &metadata.token_endpoint_auth_methods;
    let kept = methods.contains(&AuthenticationMethod::ClientSecretJwt);
    StoredSecret {
        digest,
        expires_at: None,
        sealed: kept.then(|| {
            let place = StoredSecret::place(client, &digest);
            call.admin.keys.seal(&place, secret.expose())
        }),
    }
}

/// Whether the caller may let a client be like this. `before`: as it is, so that what somebody else
/// gave it may stay.
///
/// What concerns people of all organizations (that they are not asked, which tokens it may look
/// into, for which APIs its tokens are) is for those who may change clients everywhere.
async fn check(call: &Call, client: &Client, before: Option<&Client>) -> Result<(), Problem> {
    client
        .check()
        .map_err(|error| Problem::member("/metadata", error))?;
    let metadata = &client.metadata;
    if let Some(jwks) = &metadata.jwks {
        let keys = &call.admin.keys;
        keys.check(jwks)
            .map_err(|error| Problem::member("/metadata/jwks", error))?;
    }
    let old = before.map(|before| &before.metadata);
    if pairwise::is_document_due(metadata, old) {
        let checked = call.admin.sectors.check(metadata).await;
        checked.map_err(|error| Problem::member("/metadata/sector_identifier_uri", error))?;
    }
    let trusted = metadata.consent == ConsentPolicy::Implicit
        && old.is_none_or(|old| old.consent != ConsentPolicy::Implicit);
    let introspects = new_words(&metadata.introspects, old.map(|old| &old.introspects));
    let audience = new_words(&metadata.audience, old.map(|old| &old.audience));
    let project = |metadata: &ClientMetadata| metadata.zitadel.clone().map(|own| own.project);
    // An audience too.
    let project = project(metadata).is_some_and(|own| old.and_then(project) != Some(own));
    // Where people are not asked, whoever gets the code gets their tokens.
    let receives = metadata.consent == ConsentPolicy::Implicit
        && !metadata
            .redirect_uris
            .iter()
            .all(|uri| old.is_some_and(|old| old.redirect_uris.contains(uri)));
    if !call.guard.may(None, Needed::ClientsWrite) {
        for (is_new, pointer) in [
            (trusted, "/metadata/consent"),
            (receives, "/metadata/redirect_uris"),
            (introspects, "/metadata/introspects"),
            (audience, "/metadata/audience"),
            (project, "/metadata/zitadel"),
        ] {
            if is_new {
                return Err(Problem::new(
                    Kind::NotHeld,
                    format!(
                        "{pointer} concerns people of every organization: it is for those who may \
                         change clients in the system organization"
                    ),
                ));
            }
        }
    }
    for word in metadata.scope.words() {
        let known = old.is_some_and(|old| old.scope.contains(word));
        let Ok(scope) = ApiScope::parse(word) else {
            continue;
        };
        if !known && !call.guard.holds_scope(client.organization.as_ref(), &scope) {
            return Err(Problem::new(
                Kind::NotHeld,
                format!("/metadata/scope gives what you do not hold: {scope}"),
            ));
        }
    }
    if let Some(machine) = &client.machine
        && before.is_none_or(|before| before.machine != client.machine)
    {
        let found = call.admin.storage.stored_subject(machine).await?;
        let own = found.filter(|found| {
            let own = Some(&found.value.organization);
            found.value.machine && own == client.organization.as_ref()
        });
        own.ok_or_else(|| {
            Problem::member(
                "/machine",
                "is a machine user of the organization of the client",
            )
        })?;
        subjects::holds(call, machine).await?;
    }
    Ok(())
}

fn new_words(after: &[String], before: Option<&Vec<String>>) -> bool {
    let known = |word| before.is_some_and(|before| before.contains(word));
    !after.iter().all(known)
}

/// Whether the caller may get a secret of the client: with it he is the machine user of it.
async fn may_have_secret(call: &Call, client: &Client) -> Result<(), Problem> {
    match &client.machine {
        Some(machine) => subjects::holds(call, machine).await,
        None => Ok(()),
    }
}

fn record(action: &'static str, client: &Client) -> Record {
    Record {
        action,
        object: format!("client/{}", client.id),
        organization: client.organization.clone(),
        detail: json!({
            "name": client.metadata.client_name,
            "machine": client.machine.as_ref().map(Id::as_str),
            "disabled": client.disabled_at.is_some(),
        }),
    }
}

/// The organization of a new client: none for what belongs to the installation.
pub(super) async fn owner(
    call: &Call,
    organization: Option<&Id<Organization>>,
) -> Result<(), Problem> {
    match organization {
        Some(place) => subjects::owner(call, place, Needed::ClientsWrite).await,
        None if call.guard.may(None, Needed::ClientsWrite) => Ok(()),
        None => Err(Problem::member(
            "/organization",
            "is the one that is to own the client",
        )),
    }
}
