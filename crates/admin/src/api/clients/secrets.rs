//! `GET` and `POST /admin/v1/clients/{client}/secrets`,
//! `DELETE /admin/v1/clients/{client}/secrets/{secret}`
//!
//! Rotation with an overlap: a new secret beside the old ones, which get an end. A secret is called
//! by the first digits of its digest, which tell nothing of it.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    secret::{ClientSecret, Digest, Secret},
    time::Lifetime,
};
use symbolon_storage::{Act, SecretRecord};

use super::{found, may_have_secret, record, stored};
use crate::{
    call::{Call, Page},
    input::{Json, NoBody, NoQuery},
    moment::Moment,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// How many digits name a secret.
const DIGITS: usize = 16;

/// How many secrets a client has at the most: rotation needs two.
const MOST: usize = 10;

/// For how long old secrets go on, unless something else is asked for.
const OVERLAP: u32 = 24 * 60 * 60;

/// A secret of a client.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClientSecret")]
struct View {
    /// What it is called here. No part of it.
    id: String,
    created_at: Moment,
    /// The first moment at which it is no longer good; none: it does not end.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
}

/// A new secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewClientSecret")]
struct Made {
    /// What it is called here.
    id: String,
    /// Shown this once.
    client_secret: String,
    /// When the others end.
    others_end_at: Moment,
}

/// How to rotate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// For how many seconds the old secrets go on: 0 to 7776000 (90 days); a day when left out.
    overlap: Option<u32>,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/clients/{client}/secrets",
            Some(Needed::ClientsRead),
            "list_client_secrets",
            list,
        )
        .about(
            "List the secrets of a client",
            "When they were made and end; not what they are.",
        )
        .tagged(),
        Operation::new(
            Method::POST,
            "/clients/{client}/secrets",
            Some(Needed::ClientsWrite),
            "rotate_client_secret",
            rotate,
        )
        .about(
            "Make a new secret for a client",
            "It is shown this once. The old ones go on for the overlap. If the client acts as a \
             machine user, all that this can has to be open to you.",
        )
        .conditional(),
        Operation::new(
            Method::DELETE,
            "/clients/{client}/secrets/{secret}",
            Some(Needed::ClientsWrite),
            "delete_client_secret",
            delete,
        )
        .about("End a secret of a client at once", "The last one stays.")
        .conditional(),
    ]
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let (client, secrets) = found(&call, Needed::ClientsRead).await?;
    let view = |own: SecretRecord| View {
        id: name(own.secret.digest),
        created_at: Moment(own.created_at),
        expires_at: own.secret.expires_at.map(Moment),
    };
    let page = Page {
        items: secrets.into_iter().map(view).collect(),
        next: None,
    };
    Ok(Reply::of(page).version(client.version))
}

async fn rotate(call: Call, _: NoQuery, how: Json<Rotation>) -> Result<Reply<Made>, Problem> {
    let (client, secrets) = found(&call, Needed::ClientsWrite).await?;
    let client = client.value;
    if client.is_public() {
        return Err(Problem::conflict("a public client has no secret"));
    }
    may_have_secret(&call, &client).await?;
    if secrets.len() >= MOST {
        return Err(Problem::conflict("it has 10 secrets; end one first"));
    }
    let overlap = how.0.overlap.unwrap_or(OVERLAP);
    if overlap > 90 * OVERLAP {
        return Err(Problem::member("/overlap", "is 0 to 7776000 seconds"));
    }
    let secret: Secret<ClientSecret> = Secret::generate(&*call.admin.entropy);
    let others_end = call.now.plus(Lifetime::from_seconds(overlap));
    let version = call.expected();
    let act = Act::AddSecret {
        client: client.id.clone(),
        version,
        secret: stored(&call, &client.id, &client.metadata, &secret),
        others_end,
    };
    call.act(act, record("client.secret.rotate", &client))
        .await?;
    let made = Made {
        id: name(secret.digest()),
        client_secret: secret.expose().to_owned(),
        others_end_at: Moment(others_end),
    };
    Ok(Reply::of(made).version(version + 1))
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let (client, secrets) = found(&call, Needed::ClientsWrite).await?;
    let wanted = call.word("secret");
    let own = secrets.iter().find(|own| name(own.secret.digest) == wanted);
    let digest = own.ok_or_else(Problem::missing)?.secret.digest;
    let good = |own: &&SecretRecord| own.secret.expires_at.is_none_or(|end| end > call.now);
    let mut others = secrets.iter().filter(good);
    if others.all(|own| own.secret.digest == digest) {
        return Err(Problem::conflict(
            "it is the last one: make another first, or disable the client",
        ));
    }
    let act = Act::RemoveSecret {
        client: client.value.id.clone(),
        version: call.expected(),
        secret: digest,
    };
    call.act(act, record("client.secret.delete", &client.value))
        .await?;
    Ok(Reply::of(Nothing))
}

fn name(digest: Digest<ClientSecret>) -> String {
    digest.hexadecimal().chars().take(DIGITS).collect()
}
