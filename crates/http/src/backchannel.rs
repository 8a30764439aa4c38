//! From a client that asks for somebody to a person who decides: what endpoint and pages share.
#![doc(alias = "CIBA")]

mod notice;

use std::{sync::Arc, time::Duration};

use sha2::{Digest as _, Sha256};
use symbolon_core::{
    authorize::{code, waiting::ask_about},
    backchannel::{
        BackchannelRequest, Hint, Refusal, Request,
        object::{self, Source, TYPES},
    },
    client::Client,
    id::Id,
    parameters::Parameters,
    policy::Policy,
    restriction::Restriction,
    session::Session,
    subject::{Identifier, Subject},
    time::Lifetime,
};
use symbolon_jose::{Expected, strict_json};
use symbolon_storage::Applied;

use crate::{
    client_keys::Unverified, conclude, failure::Failure, hint, provider::Provider,
    throttle::Throttle,
};

pub use notice::{Notice, deliver};

/// The path of the page that lists what waits for a person.
pub const PAGE: &str = "/approvals";

/// For how long names of nobody are remembered.
const WINDOW: Duration = Duration::from_secs(600);

/// Names of nobody, within the window and by one instance, after which a client can name nobody any
/// more: it is not to find out who there is.
const MOST_UNKNOWN: u32 = 100;

/// Names of nobody, by the client that asked.
pub fn unknown() -> Throttle {
    Throttle::new(MOST_UNKNOWN, WINDOW, 10_000)
}

/// The parameters of a request, wherever they are. A signed request is used up by that.
///
/// # Errors
/// When storage fails.
pub async fn parameters(
    provider: &Provider,
    client: &Client,
    outside: &Parameters,
) -> Result<Result<Parameters, Refusal>, Failure> {
    let (token, algorithms) = match object::source(client, outside) {
        Ok(Source::Plain) => return Ok(Ok(outside.clone())),
        Ok(Source::Object(token, algorithms)) => (token, algorithms),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let expected = Expected {
        typ: &TYPES,
        typ_may_be_absent: true,
        algorithms,
    };
    let payload = match provider.client_keys.verify(client, token, expected).await {
        Ok(verified) => verified.payload,
        Err(Unverified::KeysUnavailable) => return Ok(Err(Refusal::ObjectKeysUnavailable)),
        Err(Unverified::Token(error)) => {
            tracing::info!(client = %client.id, %error, "signed request refused");
            return Ok(Err(Refusal::ObjectInvalid));
        }
    };
    let Ok(claims) = strict_json::object_from_slice(&payload) else {
        return Ok(Err(Refusal::ObjectInvalid));
    };
    let (inside, used_up) = match object::read(client, claims, &provider.issuer, provider.now()) {
        Ok(read) => read,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let storage = &provider.storage;
    Ok(
        match storage.use_once(&used_up.digest, used_up.until).await? {
            Applied::Done => Ok(inside),
            Applied::Conflict => Err(Refusal::ObjectReplayed),
        },
    )
}

/// Whom the client means: somebody who could answer.
///
/// # Errors
/// When storage fails.
pub async fn find(
    provider: &Provider,
    client: &Client,
    request: &Request,
    policy: &Policy,
) -> Result<Result<Id<Subject>, Refusal>, Failure> {
    let unknown = &provider.unknown_people;
    if unknown.is_exhausted(|| client.id.to_string()) {
        return Ok(Err(Refusal::TooManyUnknown));
    }
    let named = match &request.hint {
        Hint::Login(name) => match Identifier::parse(name) {
            Ok(name) => provider.storage.subject_named(&name).await?,
            Err(_) => None,
        },
        Hint::IdToken(token) => {
            let claims = hint::hint(provider, token);
            match claims.filter(|claims| claims.aud == client.id) {
                // What a client with names of its own calls a person leads to nobody.
                Some(claims) => {
                    let public = client.metadata.subject_type.is_public();
                    public.then(|| claims.sub.retyped())
                }
                None => return Ok(Err(Refusal::HintInvalid)),
            }
        }
    };
    let subject = match &named {
        Some(id) => provider.cache.subject(id).await?,
        None => None,
    };
    let restriction = Restriction::of(&request.scope);
    let can_answer = |subject: &Arc<Subject>| {
        let permitted = restriction.is_none() || restriction.permits(subject, policy);
        subject.person().is_some() && subject.is_active() && permitted
    };
    match subject.filter(can_answer) {
        Some(subject) => Ok(Ok(subject.id.clone())),
        None => {
            unknown.failed(client.id.as_str());
            Ok(Err(Refusal::SubjectUnknown))
        }
    }
}

/// Whether a client may ask for a person now; the inner error says how long it has to wait. It is
/// counted as wrong passwords are, on all instances together: five requests cost no waiting, the next
/// ones 2, 4, 8 … seconds, until the person allows one. So nobody is asked until they give in.
///
/// # Errors
/// When storage fails.
pub async fn permit(
    provider: &Provider,
    client: &Client,
    subject: &Id<Subject>,
) -> Result<Result<(), Lifetime>, Failure> {
    let account = account(&client.id, subject);
    let attempt = provider.storage.begin_attempt(&account, provider.now());
    Ok(attempt.await?.map(drop))
}

fn account(client: &Id<Client>, subject: &Id<Subject>) -> Vec<u8> {
    let mut account = Sha256::new();
    account.update(b"backchannel\0");
    account.update(client.as_str());
    account.update(b"\0");
    account.update(subject.as_str());
    account.finalize().to_vec()
}

/// The person said yes: what they allowed is recorded, under a code that nobody has. `Conflict` when
/// it was answered before.
///
/// # Errors
/// When storage fails.
pub async fn approve(
    provider: &Arc<Provider>,
    request: &BackchannelRequest,
    session: &Session,
) -> Result<Applied, Failure> {
    conclude::touch(provider, session).await?;
    let (settings, now) = (&provider.settings, provider.now());
    let page = format!("{}{PAGE}", provider.issuer);
    let asked = ask_about(
        &request.client,
        &request.scope,
        &request.targets,
        &page,
        &*provider.entropy,
    );
    let (tokens, sessions) = (&settings.token, &settings.session);
    let (mut approval, code) =
        code::approve(&asked, session, tokens, sessions, now, &*provider.entropy);
    approval.code_expires_at = request.expires_at;
    let (storage, digest) = (&provider.storage, request.digest);
    let approved = storage
        .approve_backchannel_request(digest, &approval, code.digest())
        .await?;
    if approved == Applied::Done {
        let account = account(&request.client, &request.subject);
        storage.clear_attempts(&account).await?;
        tracing::info!(client = %approval.client, subject = %approval.subject, "backchannel request approved");
        tokio::spawn(deliver(Arc::clone(provider)));
    }
    Ok(approved)
}

/// The person said no. `Conflict` when it was answered before.
///
/// # Errors
/// When storage fails.
pub async fn deny(
    provider: &Arc<Provider>,
    request: &BackchannelRequest,
) -> Result<Applied, Failure> {
    let now = provider.now();
    let denied = provider
        .storage
        .deny_backchannel_request(request.digest, now)
        .await?;
    if denied == Applied::Done {
        tracing::info!(client = %request.client, "backchannel request denied");
        tokio::spawn(deliver(Arc::clone(provider)));
    }
    Ok(denied)
}
