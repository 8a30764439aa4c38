//! `GET` and `POST /admin/v1/machines/{machine}/keys`,
//! `DELETE /admin/v1/machines/{machine}/keys/{key}`
//!
//! Whoever has the private half is the machine user (RFC 7523 §2.1): so to add a key needs what a
//! personal access token of it would need.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use symbolon_core::{
    id::Id,
    machine_key::{MOST, MachineKey, USUAL},
};
use symbolon_storage::{Act, DeclaredSubject};

use crate::{
    api::subjects::{self, Kind},
    call::{Call, Page, Record, segment},
    input::{Json, NoBody, NoQuery},
    moment::Moment,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// A key of a machine user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MachineKey")]
struct View {
    /// The `kid` of what it signs.
    id: String,
    /// The public half (RFC 7517).
    jwk: Value,
    created_at: Moment,
    /// The first moment at which it is no longer good; none: it does not end.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
}

/// A new key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// The public half of a key that the machine user made itself (RFC 7517); left out: one is made
    /// here, and its file is shown this once.
    jwk: Option<Value>,
    /// Until when; left out: 366 days.
    expires_at: Option<Moment>,
}

/// What was added.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewMachineKey")]
struct Made {
    key: View,
    /// The key file, if the key was made here. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<MachineKeyFile>,
}

/// A key file, in the form that libraries for it read.
#[derive(Serialize, JsonSchema)]
pub struct MachineKeyFile {
    /// `serviceaccount`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The `kid`.
    #[serde(rename = "keyId")]
    key_id: String,
    /// The private half, in PEM.
    key: String,
    /// The `sub` of the machine user.
    #[serde(rename = "userId")]
    user_id: String,
}

impl MachineKeyFile {
    /// The file of a key, with its private half in PEM.
    pub fn new(key: &MachineKey, private_pem: String) -> Self {
        Self {
            kind: "serviceaccount",
            key_id: key.id.to_string(),
            key: private_pem,
            user_id: key.machine.to_string(),
        }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/machines/{machine}/keys",
            Some(Needed::MachinesRead),
            "list_machine_keys",
            list,
        )
        .about(
            "List the keys of a machine user",
            "The public halves, also of keys that have ended.",
        ),
        Operation::new(
            Method::POST,
            "/machines/{machine}/keys",
            Some(Needed::MachinesWrite),
            "create_machine_key",
            create,
        )
        .about(
            "Add a key of a machine user",
            "A public one that is brought, or a new one whose file is shown this once. All that the \
             machine user can has to be open to you. It has 10 at the most.",
        ),
        Operation::new(
            Method::DELETE,
            "/machines/{machine}/keys/{key}",
            Some(Needed::MachinesWrite),
            "delete_machine_key",
            delete,
        )
        .about(
            "Take a key from a machine user",
            "At once. Access tokens that it led to go on until they end.",
        ),
    ]
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let machine = subjects::found(&call, Kind::Machine, Needed::MachinesRead).await?;
    let keys = call.admin.storage.machine_keys(&machine.value.id).await?;
    Ok(Reply::of(Page {
        items: keys.into_iter().map(view).collect(),
        next: None,
    }))
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Made>, Problem> {
    let Json(New { jwk, expires_at }) = new;
    let machine = subjects::found(&call, Kind::Machine, Needed::MachinesWrite).await?;
    let machine = machine.value;
    subjects::holds(&call, &machine.id).await?;
    let expires_at = expires_at.map_or(call.now.plus(USUAL), |end| end.0);
    if expires_at <= call.now {
        return Err(Problem::member("/expires_at", "is to come"));
    }
    if call.admin.storage.machine_keys(&machine.id).await?.len() >= MOST {
        return Err(Problem::conflict("it has 10 keys; take one away first"));
    }
    let (kid, jwk, private) = match jwk {
        Some(jwk) => {
            let named = call.admin.keys.name_machine_key(jwk);
            let (kid, jwk) = named.map_err(|error| Problem::member("/jwk", error))?;
            (kid, jwk, None)
        }
        None => {
            let made = call.admin.keys.make_machine_key().await;
            let made = made.map_err(|error| {
                tracing::error!(%error, "a key for a machine user could not be made");
                Problem::failed()
            })?;
            (made.kid, made.public_jwk, Some(made.private_pem))
        }
    };
    let id = Id::parse(&kid).map_err(|error| Problem::member("/jwk/kid", error))?;
    let key = MachineKey {
        id,
        machine: machine.id.clone(),
        jwk,
        created_at: call.now,
        expires_at: Some(expires_at),
    };
    let record = record("machine.key.create", &machine, &key.id);
    call.act(Act::CreateMachineKey(Box::new(key.clone())), record)
        .await?;
    let file = private.map(|private| MachineKeyFile::new(&key, private));
    let path = format!("/machines/{}/keys/{}", machine.id, segment(key.id.as_str()));
    let made = Made {
        key: view(key),
        file,
    };
    Ok(Reply::of(made).at(path))
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let machine = subjects::found(&call, Kind::Machine, Needed::MachinesWrite).await?;
    let machine = machine.value;
    let key: Id<MachineKey> = call.id("key")?;
    let record = record("machine.key.delete", &machine, &key);
    call.act(Act::DeleteMachineKey(machine.id, key), record)
        .await?;
    Ok(Reply::of(Nothing))
}

fn view(key: MachineKey) -> View {
    View {
        id: key.id.as_str().to_owned(),
        jwk: key.jwk,
        created_at: Moment(key.created_at),
        expires_at: key.expires_at.map(Moment),
    }
}

fn record(action: &'static str, machine: &DeclaredSubject, key: &Id<MachineKey>) -> Record {
    let detail = json!({ "name": machine.username, "key": key.as_str() });
    Kind::Machine.record(action, machine, detail)
}
