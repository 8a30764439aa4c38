//! Telling clients that sessions ended, from server to server.
//!
//! What is to be told stands in the database since the session ended, and any instance may tell it:
//! whoever counts the try up has the notice to itself until the lease is over. So a client is told once
//! when nothing fails, and at least once whatever fails. The person who signs out waits for
//! [`PATIENCE`] at the most.
#![doc(alias = "OpenID Connect Back-Channel Logout")]

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use symbolon_core::logout::back_channel::{LEASE, LogoutClaims, Notice, TYPE};
use symbolon_outbound::{OutboundError, Post};
use symbolon_storage::Applied;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{encrypt, failure::Failure, provider::Provider};

/// How many clients one instance tells at once: half of what goes out at all, so that slow ones do not
/// keep the keys of others away.
const AT_ONCE: usize = 32;

/// How long a person who signs out waits for clients to be told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Those who tell clients.
pub type Senders = Arc<Semaphore>;

/// Nobody is telling anybody yet.
pub fn senders() -> Senders {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// Why a client was not told.
#[derive(Debug, thiserror::Error)]
enum Untold {
    /// No token can be made.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// It cannot be reached.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It says that it did not work.
    #[error("the answer has the status {0}")]
    Status(StatusCode),
}

/// Tells the clients of a session that has just ended, as far as that is quick; the rest goes on
/// without anybody who waits.
pub async fn tell_soon(provider: &Arc<Provider>) {
    let telling = tokio::spawn(tell_due(Arc::clone(provider)));
    // Dropping the handle leaves the task alone.
    if tokio::time::timeout(PATIENCE, telling).await.is_err() {
        tracing::debug!("clients are told of a sign-out behind the person's back");
    }
}

/// Tells every client whose turn it is.
pub async fn tell_due(provider: Arc<Provider>) {
    let mut telling = JoinSet::new();
    loop {
        let free = provider.logouts.available_permits();
        if free == 0 {
            break;
        }
        let most = u32::try_from(free).unwrap_or(u32::MAX);
        let due = match provider.storage.due_notices(provider.now(), most).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "who has to be told of a sign-out could not be read");
                break;
            }
        };
        let all = due.len() < free;
        for notice in due {
            let Ok(sender) = Arc::clone(&provider.logouts).try_acquire_owned() else {
                break;
            };
            let provider = Arc::clone(&provider);
            telling.spawn(async move {
                tell(&provider, notice).await;
                drop(sender);
            });
        }
        if all {
            break;
        }
        telling.join_next().await;
    }
    while telling.join_next().await.is_some() {}
}

/// Tells one client, if nobody else does.
async fn tell(provider: &Provider, mut notice: Notice) {
    let until = provider.now().plus(LEASE);
    match provider.storage.claim_notice(&notice, until).await {
        Ok(Applied::Done) => notice.tries = notice.tries.saturating_add(1),
        Ok(Applied::Conflict) => return,
        Err(error) => {
            tracing::warn!(%error, "a notice of a sign-out could not be claimed");
            return;
        }
    }
    let (client, tries) = (&notice.client, notice.tries);
    let settled = match post(provider, &notice).await {
        Ok(()) => provider.storage.settle_notice(&notice).await,
        Err(why) => match notice.retry_after() {
            Some(wait) => {
                tracing::warn!(%client, tries, %why, %wait, "a client was not told of a sign-out");
                let due_at = provider.now().plus(wait);
                provider.storage.postpone_notice(&notice, due_at).await
            }
            None => {
                tracing::error!(%client, tries, %why, "a client is never told of a sign-out");
                provider.storage.settle_notice(&notice).await
            }
        },
    };
    // It is tried again when the lease is over.
    if let Err(error) = settled {
        tracing::warn!(%client, %error, "that a client was told of a sign-out could not be recorded");
    }
}

async fn post(provider: &Provider, notice: &Notice) -> Result<(), Untold> {
    let Some(client) = provider.cache.client(&notice.client).await? else {
        return Ok(());
    };
    // Registered otherwise since.
    let Some(uri) = &client.metadata.backchannel_logout_uri else {
        return Ok(());
    };
    let now = provider.now();
    let sub = provider.pairwise.told(&client, &notice.subject);
    let claims = LogoutClaims::new(&provider.issuer, notice, sub, now, &*provider.entropy);
    // Back-Channel Logout §2.4: what signs the ID tokens of the client.
    let algorithm = client.metadata.id_token_signed_response_alg;
    let token = provider.sign(algorithm, claims.iat, TYPE, &claims)?;
    // §2.4: encrypted where the ID tokens are.
    let encryption = client.metadata.id_token_encryption();
    let token = encrypt::nested(provider, &client, encryption, token).await?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", &token)
        .finish();
    let post = Post {
        content_type: "application/x-www-form-urlencoded",
        body: body.into(),
        bearer: None,
    };
    let status = provider.outbound.post(uri, post).await?;
    // §2.8: 200; some frameworks say 204 where there is nothing to say.
    if status.is_success() {
        tracing::info!(client = %client.id, "told a client of a sign-out");
        Ok(())
    } else {
        Err(Untold::Status(status))
    }
}
