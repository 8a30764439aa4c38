//! Where the parameters of an authorization request come from: from the request itself, out of a
//! request object, or from what was pushed (the rules are in `core::authorize::source`).

use std::sync::Arc;

use serde_json::{Map, Value};
use symbolon_core::{
    authorize::{
        pushed,
        request::{self, PageRefusal, ProvenRedirect},
        request_object::{self, Signature},
        source::{Refusal, Source},
    },
    client::Client,
    parameters::Parameters,
    secret::{Digest, RequestUri},
};
use symbolon_jose::{Encrypted, Expected, strict_json, unsecured};
use symbolon_storage::Applied;
use symbolon_web::browser::BrowserSession;

use crate::{client_keys::Unverified, failure::Failure, interaction::Refused, provider::Provider};

/// A request with its parameters at hand, wherever they were.
#[derive(Debug, Default)]
pub struct Arrived {
    /// The parameters.
    pub parameters: Parameters,
    /// The reference that they were kept under, if they were pushed.
    pub pushed: Option<Digest<RequestUri>>,
}

/// The parameters of a request at the authorization endpoint. Nothing is used up yet.
///
/// # Errors
/// When storage fails.
pub async fn arrive(
    provider: &Provider,
    parameters: Parameters,
) -> Result<Result<Arrived, Refused>, Failure> {
    let client_id = match request::client_id(&parameters) {
        Ok(client_id) => client_id,
        Err(refusal) => return Ok(Err(Refused::Page(refusal))),
    };
    let Some(client) = provider.client(&client_id).await? else {
        return Ok(Err(Refused::Page(PageRefusal::ClientUnknown)));
    };
    let source = Source::of(&client, &parameters, &provider.settings.requests);
    let arrived = match source {
        Ok(Source::Plain) => Ok((None, None)),
        Ok(Source::Object(object)) => {
            let read = read_object(provider, &client, &parameters, object).await;
            read.map(|inside| (Some(inside), None))
        }
        Ok(Source::Fetched(uri)) => match provider.request_objects.at(uri).await {
            Some(object) => {
                let read = read_object(provider, &client, &parameters, &object).await;
                read.map(|inside| (Some(inside), None))
            }
            None => Err(Refusal::ReferenceUnavailable),
        },
        Ok(Source::Pushed(token)) => {
            let reference = token.digest();
            let found = provider.storage.pushed_request(reference).await?;
            found
                .ok_or(Refusal::ReferenceInvalid)
                .and_then(|request| request.open(&client, provider.now()))
                .map(|inside| (Some(inside), Some(reference)))
        }
        Err(refusal) => Err(refusal),
    };
    Ok(match arrived {
        Ok((inside, pushed)) => Ok(Arrived {
            parameters: inside.unwrap_or(parameters),
            pushed,
        }),
        Err(refusal) => Err(refused(client, &parameters, refusal)),
    })
}

/// The parameters of a request that is pushed.
///
/// # Errors
/// [`Refusal`].
pub async fn push(
    provider: &Provider,
    client: &Client,
    parameters: &Parameters,
) -> Result<Parameters, Refusal> {
    match Source::of_pushed(client, parameters)? {
        Source::Object(object) => read_object(provider, client, parameters, object).await,
        Source::Plain | Source::Fetched(_) | Source::Pushed(_) => {
            Ok(pushed::kept(client, parameters))
        }
    }
}

/// Whether a browser may go on with a request that was pushed: it has it from its first visit to the
/// one answer, which is now if the request `ends` (see `core::authorize::pushed`).
///
/// # Errors
/// When storage fails.
pub async fn hold(
    provider: &Provider,
    pushed: Option<Digest<RequestUri>>,
    browser: &BrowserSession,
    ends: bool,
) -> Result<bool, Failure> {
    let Some(reference) = pushed else {
        return Ok(true);
    };
    let (storage, now) = (&provider.storage, provider.now());
    let binding = browser.binding();
    let held = if ends {
        storage.spend_pushed_request(reference, binding, now).await
    } else {
        storage.claim_pushed_request(reference, binding).await
    };
    Ok(held? == Applied::Done)
}

/// Nothing in the source can be trusted: the client is told at a redirect URI outside of it, if
/// there is one that it registered; else the person is.
fn refused(client: Arc<Client>, outside: &Parameters, refusal: Refusal) -> Refused {
    let redirect = ProvenRedirect::of(&client, outside).ok();
    Refused::Source(client, redirect, refusal)
}

async fn read_object(
    provider: &Provider,
    client: &Client,
    outside: &Parameters,
    object: &str,
) -> Result<Parameters, Refusal> {
    let (typ, typ_may_be_absent) = request_object::types(client);
    let expected = |algorithms| Expected {
        typ,
        typ_may_be_absent,
        algorithms,
    };
    let opened;
    let object = match Encrypted::of(object) {
        None => object,
        Some(encrypted) => {
            opened = decrypt(provider, encrypted).await?;
            &*opened
        }
    };
    let payload = match request_object::signature(client, &provider.settings.requests)? {
        Signature::Absent => unsecured::read(object, expected(&[])),
        Signature::Required(algorithms) => {
            let keys = &provider.client_keys;
            match keys.verify(client, object, expected(algorithms)).await {
                Ok(verified) => Ok(verified.payload),
                Err(Unverified::Token(error)) => Err(error),
                Err(Unverified::KeysUnavailable) => return Err(Refusal::ObjectKeysUnavailable),
            }
        }
    };
    let payload = payload.map_err(|error| {
        tracing::info!(client = %client.id, %error, "request object refused");
        Refusal::ObjectInvalid
    })?;
    let claims: Map<String, Value> =
        strict_json::object_from_slice(&payload).map_err(|_| Refusal::ObjectMalformed)?;
    request_object::read(client, outside, claims, &provider.issuer, provider.now())
}

/// What was encrypted for us. Its signature is checked as that of any other object: anybody can
/// encrypt (requirement A3.5).
async fn decrypt(provider: &Provider, encrypted: Encrypted<'_>) -> Result<String, Refusal> {
    if !provider.settings.requests.encrypted_objects {
        return Err(Refusal::ObjectEncrypted);
    }
    let open = || encrypted.open(provider.keyring.load().decrypting().usable());
    let mut opened = open();
    if opened.is_err() && provider.catch_up_with_keys().await {
        opened = open();
    }
    opened.map_err(|_| Refusal::ObjectEncrypted)
}
