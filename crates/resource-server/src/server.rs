//! The handle that protects: what a request is decided by, and the task that keeps it fresh.

use std::{fmt, sync::Arc};

use http::{Response, request::Parts};
use symbolon_core::{id::Id, policy::api::Api, resource_metadata::ProtectedResource};
use symbolon_jose::VerifyError;
use tokio::task::AbortHandle;

use crate::{
    builder::Builder,
    caller::{Caller, Decided},
    certificate::ClientCertificate,
    decision::decided,
    metadata::Publishing,
    refresh::Enforcement,
    refusal::Refusal,
    request::{Asked, acting},
    token::{Claims, Presented},
};

/// Protects an API. Cheap to clone; when the last clone is dropped, and every service that was made
/// with it, the task that fetches bundles ends.
#[derive(Clone)]
pub struct ResourceServer {
    handle: Arc<Handle>,
}

struct Handle {
    enforcement: Arc<Enforcement>,
    task: AbortHandle,
}

impl ResourceServer {
    /// Begins to build one. The issuer is spelled as in the discovery document.
    pub fn builder(issuer: impl Into<String>) -> Builder {
        Builder::new(issuer.into())
    }

    pub(crate) fn start(enforcement: Arc<Enforcement>, refresh: std::time::Duration) -> Self {
        let task = tokio::spawn(Arc::clone(&enforcement).tend(refresh));
        let task = task.abort_handle();
        Self {
            handle: Arc::new(Handle { enforcement, task }),
        }
    }

    /// Decides about a request by its head: for services that are no tower service. The path is
    /// taken as it stands in `parts.uri`.
    ///
    /// # Errors
    /// [`Refusal`]; [`ResourceServer::refuse`] makes the answer of it.
    pub async fn admit(&self, parts: &Parts) -> Result<Caller, Refusal> {
        let asked = Asked::read(parts)?;
        let outcome = self.decide(asked).await;
        match &outcome {
            Ok(caller) => tracing::trace!(
                subject = %caller.subject,
                organization = %caller.organization,
                scope = %caller.scope,
                decided = ?caller.decided,
                "allowed"
            ),
            Err(refusal) => {
                tracing::debug!(?refusal, method = asked.method, "refused");
            }
        }
        outcome
    }

    /// The answer to a request that does not come through.
    pub fn refuse<B: Default>(&self, refusal: &Refusal) -> Response<B> {
        let metadata = self.handle.enforcement.accepted.metadata.as_deref();
        refusal.response(self.audience(), metadata)
    }

    /// A layer that serves the metadata of the API (RFC 9728) where the challenges say it is. It goes
    /// around this one, and needs [`Builder::publish_metadata`].
    pub fn publishing(&self) -> Publishing {
        Publishing::new(self.clone())
    }

    /// The metadata of the API, if that is what is at this path.
    pub(crate) fn metadata_at(&self, path: &str) -> Option<String> {
        let enforcement = &self.handle.enforcement;
        let address = enforcement.accepted.metadata.as_deref()?;
        if url::Url::parse(address).ok()?.path() != path {
            return None;
        }
        let snapshot = enforcement.current(enforcement.now());
        let audience = self.audience();
        let api = snapshot.as_ref().and_then(|now| now.policy.api(audience));
        let (name, scopes) = api.map_or(("", &[][..]), |api| (api.name(), api.scopes()));
        let scopes = scopes.iter().map(|own| own.scope.as_str());
        let issuer = &enforcement.accepted.issuer;
        Some(ProtectedResource::new(issuer, audience.as_str(), name, scopes).to_json())
    }

    /// The API that is protected.
    pub fn audience(&self) -> &Id<Api> {
        &self.handle.enforcement.accepted.audience
    }

    async fn decide(&self, asked: Asked<'_>) -> Result<Caller, Refusal> {
        let enforcement = &self.handle.enforcement;
        let now = enforcement.now();
        let snapshot = enforcement.current(now).ok_or(Refusal::Unavailable)?;
        let presented = Presented::of(asked.token).ok_or(Refusal::TokenInvalid)?;
        let mut how = Decided::Introspected;
        let facts = if presented == Presented::Jwt {
            let claims = self.claims(asked.token).await?;
            let acting = acting(asked.target, claims.home())?;
            how = claims.decided(&snapshot.changes, &acting);
            match how {
                Decided::Locally => Arc::new(claims.facts()),
                _ => enforcement.ask(asked.token, presented, now).await?,
            }
        } else {
            enforcement.ask(asked.token, presented, now).await?
        };
        let shown = ClientCertificate::shown(asked.certificate);
        if facts.confirmation.check(shown).is_err() {
            return Err(Refusal::CertificateOther);
        }
        let acting = acting(asked.target, &facts.home)?;
        decided(
            &snapshot.policy,
            &enforcement.accepted.audience,
            &facts,
            acting,
            asked.method,
            asked.path,
            how,
        )
    }

    /// The claims of a JWT that is genuine, for us, and within its time.
    async fn claims(&self, token: &str) -> Result<Claims, Refusal> {
        let enforcement = &self.handle.enforcement;
        let mut verified = Claims::verified(token, &enforcement.keys());
        if matches!(verified, Err(VerifyError::KeyUnknown)) {
            // The provider may have rotated its keys a moment ago.
            let renewed = enforcement.renew_keys_once().await;
            renewed.map_err(|error| {
                tracing::warn!(%error, "a token names a key that is not known");
                Refusal::Unavailable
            })?;
            verified = Claims::verified(token, &enforcement.keys());
        }
        let claims = verified.ok().flatten();
        claims
            .filter(|claims| claims.are_accepted(&enforcement.accepted, enforcement.now()))
            .ok_or(Refusal::TokenInvalid)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for ResourceServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResourceServer")
            .field("audience", self.audience())
            .finish_non_exhaustive()
    }
}
