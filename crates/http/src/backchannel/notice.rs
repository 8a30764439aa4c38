//! Telling a client that somebody decided (the mode `ping`).
//!
//! What is to be told is recorded with the decision, in one statement, and told at least once: an
//! instance takes a notice for some seconds, and whoever does not say what became of it leaves it to
//! the others. It is tried a few times, while the request is good. An answer that will not become
//! another by trying again ends it: the client can still ask (CIBA §10.2).
#![doc(alias = "CIBA §10.2")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use symbolon_core::{
    backchannel::{BackchannelRequest, NotificationToken},
    secret::{AuthRequestId, Digest, Secret},
    time::Lifetime,
};
use symbolon_outbound::{OutboundError, Post};
use symbolon_storage::Notice as Taken;
use tokio::task::JoinSet;

use crate::{failure::Failure, provider::Provider};

/// How many are told at once by one call.
const AT_ONCE: u32 = 16;

/// For how long a notice is one instance's: longer than a request may take.
const LEASE: Lifetime = Lifetime::from_seconds(20);

/// How often it is tried.
const MOST_TRIES: u32 = 5;

/// How long after the first failure it is tried again; after each more, three times as long.
const FIRST_PAUSE_SECONDS: u32 = 5;

/// What a client is told, and the token of its own that comes with it.
#[derive(Serialize, Deserialize)]
pub struct Notice {
    auth_req_id: String,
    token: String,
}

/// The body (CIBA §10.2).
#[derive(Serialize)]
struct Body<'a> {
    auth_req_id: &'a str,
}

impl Notice {
    /// What is kept of it until it is told. Nothing else that is stored has the `auth_req_id`.
    pub fn seal(
        provider: &Provider,
        request: &BackchannelRequest,
        secret: &Secret<AuthRequestId>,
        token: &NotificationToken,
    ) -> Vec<u8> {
        let notice = Self {
            auth_req_id: secret.expose().to_owned(),
            token: token.expose().to_owned(),
        };
        let text = serde_json::to_vec(&notice).unwrap_or_default();
        provider.seal.seal(place(request.digest).as_bytes(), &text)
    }
}

/// Tells whoever is to be told now.
pub async fn deliver(provider: Arc<Provider>) {
    loop {
        let now = provider.now();
        let taken = provider
            .storage
            .take_backchannel_notices(now, now.plus(LEASE), AT_ONCE)
            .await;
        let taken = match taken {
            Ok(taken) if taken.is_empty() => return,
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "what clients are to be told could not be read");
                return;
            }
        };
        let mut told = JoinSet::new();
        for notice in taken {
            let provider = Arc::clone(&provider);
            told.spawn(async move { tell(&provider, &notice).await });
        }
        for outcome in told.join_all().await {
            if let Err(failure) = outcome {
                tracing::warn!(?failure, "a client could not be told");
            }
        }
    }
}

async fn tell(provider: &Provider, taken: &Taken) -> Result<(), Failure> {
    let again = match send(provider, taken).await? {
        Outcome::Final => None,
        Outcome::Failed if taken.tries >= MOST_TRIES => None,
        Outcome::Failed => {
            let pause = FIRST_PAUSE_SECONDS.saturating_mul(3_u32.saturating_pow(taken.tries - 1));
            Some(provider.now().plus(Lifetime::from_seconds(pause)))
        }
    };
    let storage = &provider.storage;
    Ok(storage
        .settle_backchannel_notice(taken.request, again)
        .await?)
}

enum Outcome {
    /// Told, or never to be told.
    Final,
    /// It may work another time.
    Failed,
}

async fn send(provider: &Provider, taken: &Taken) -> Result<Outcome, Failure> {
    let client = provider.cache.client(&taken.client).await?;
    let client = client.filter(|client| client.disabled_at.is_none());
    let Some(client) = client else {
        return Ok(Outcome::Final);
    };
    let Some(url) = &client.metadata.backchannel_client_notification_endpoint else {
        return Ok(Outcome::Final);
    };
    let place = place(taken.request);
    let opened = provider.seal.open(place.as_bytes(), &taken.sealed)?;
    let Ok(notice) = serde_json::from_slice::<Notice>(&opened) else {
        return Ok(Outcome::Final);
    };
    let body = Body {
        auth_req_id: &notice.auth_req_id,
    };
    let post = Post {
        content_type: "application/json",
        body: serde_json::to_vec(&body).unwrap_or_default().into(),
        bearer: Some(notice.token),
    };
    let outcome = provider.outbound.post(url, post).await;
    let what = match &outcome {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::info!(client = %client.id, tries = taken.tries, what, "client notified");
    Ok(match outcome {
        // A redirect is not followed, and who does not want to be told is not told again.
        Ok(status) if status.is_server_error() || status.as_u16() == 429 => Outcome::Failed,
        Ok(_) | Err(OutboundError::Refused(_)) => Outcome::Final,
        Err(_) => Outcome::Failed,
    })
}

fn place(request: Digest<AuthRequestId>) -> String {
    format!("backchannel-notice:{}", request.hexadecimal())
}
