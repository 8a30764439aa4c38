//! Where the parameters of an authorization request come from: from the request itself, out of a
//! request object, or from what was pushed (the rules are in `core::authorize::source`).

use std::sync::Arc;

use serde_json::{Map, Value};
use symbolon_core::{
    authorize::{
        pushed,
        request::{self, PageRefusal, ProvenRedirect},
        request_object::{self, Signature, TYPES},
        source::{Refusal, Source},
    },
    client::Client,
    parameters::Parameters,
    secret::{Digest, RequestUri},
};
use symbolon_jose::{Expected, VerifyingKeys, strict_json, unsecured};

use crate::{failure::Failure, interaction::Refused, provider::Provider};

/// A request with its parameters at hand, wherever they were.
#[derive(Debug)]
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
    let Some(client) = provider.cache.client(&client_id).await? else {
        return Ok(Err(Refused::Page(PageRefusal::ClientUnknown)));
    };
    let source = Source::of(&client, &parameters, &provider.settings.requests);
    let arrived = match source {
        Ok(Source::Plain) => Ok((None, None)),
        Ok(Source::Object(object)) => {
            let read = read_object(provider, &client, &parameters, object);
            read.map(|inside| (Some(inside), None))
        }
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
pub fn push(
    provider: &Provider,
    client: &Client,
    parameters: &Parameters,
) -> Result<Parameters, Refusal> {
    match Source::of_pushed(client, parameters)? {
        Source::Object(object) => read_object(provider, client, parameters, object),
        Source::Plain | Source::Pushed(_) => Ok(pushed::kept(client, parameters)),
    }
}

/// Nothing in the source can be trusted: the client is told at a redirect URI outside of it, if
/// there is one that it registered; else the person is.
fn refused(client: Arc<Client>, outside: &Parameters, refusal: Refusal) -> Refused {
    let redirect = ProvenRedirect::of(&client, outside).ok();
    Refused::Source(client, redirect, refusal)
}

fn read_object(
    provider: &Provider,
    client: &Client,
    outside: &Parameters,
    object: &str,
) -> Result<Parameters, Refusal> {
    let expected = |algorithms| Expected {
        typ: &TYPES,
        typ_may_be_absent: true,
        algorithms,
    };
    let payload = match request_object::signature(client, &provider.settings.requests)? {
        Signature::Absent => unsecured::read(object, expected(&[])),
        Signature::Required(algorithms) => {
            let keys = keys(client).ok_or(Refusal::ObjectNotSupported)?;
            let verified = keys.verify(object, expected(algorithms));
            verified.map(|verified| verified.payload)
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

/// The keys that a client registered.
fn keys(client: &Client) -> Option<VerifyingKeys> {
    VerifyingKeys::from_jwks(client.metadata.jwks.as_ref()?).ok()
}
