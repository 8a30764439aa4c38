//! One run of a module.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use symbolon_testkit::{Authentication, RelyingParty};

use crate::module::Driven;
use crate::outcome::Outcome;
use crate::provider::{Provider, somebody};

/// What is the same in all requests of a run.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What tells it from the other variants of its plan: empty when there is one.
    pub(crate) name: String,
    /// The `response_type`.
    pub(crate) response_type: &'static str,
    /// Whether answers travel in a form, instead of the default way.
    pub(crate) form_post: bool,
}

/// One run of a module: the server that it meets, in which variant.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) provider: &'static Provider,
    pub(crate) variant: Variant,
    /// Who signs in.
    pub(crate) username: String,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Run {
    pub(crate) fn new(provider: &'static Provider, variant: Variant) -> Self {
        Self {
            provider,
            variant,
            username: somebody(),
            warnings: Arc::default(),
        }
    }

    /// Goes through a module. A panic is what makes it fail, as in any test.
    pub(crate) async fn outcome(self, drive: for<'a> fn(&'a Self) -> Driven<'a>) -> Outcome {
        let run = self.clone();
        let driven = tokio::spawn(async move { AssertUnwindSafe(drive(&run)).0.await });
        let outcome = driven.await.unwrap_or_else(|error| {
            let panic = error.into_panic();
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Outcome::Failed(words.unwrap_or_default())
        });
        let mut warnings = self
            .warnings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        warnings.dedup();
        match outcome {
            Outcome::Passed if !warnings.is_empty() => Outcome::Warning(warnings.join("; ")),
            outcome => outcome,
        }
    }

    /// Notes what is not as it is recommended, unless it is.
    pub(crate) fn recommend(&self, so: bool, otherwise: impl Into<String>) {
        if !so {
            self.warnings
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(otherwise.into());
        }
    }

    /// Whether the answer to a request has this among its parts (`code`, `token`, `id_token`).
    pub(crate) fn asks_for(&self, part: &str) -> bool {
        self.variant.response_type.split(' ').any(|own| own == part)
    }

    /// The first client.
    pub(crate) async fn first(&self) -> RelyingParty {
        let secret = "the secret of the first client".to_owned();
        self.client("first", Authentication::Basic(secret)).await
    }

    /// The second client.
    pub(crate) async fn second(&self) -> RelyingParty {
        let secret = "the secret of the second client".to_owned();
        self.client("second", Authentication::Basic(secret)).await
    }

    /// A client that reads the discovery document.
    pub(crate) async fn client(&self, id: &str, authentication: Authentication) -> RelyingParty {
        let issuer = self.provider.server.issuer();
        let mut party = RelyingParty::new(issuer, id, authentication).await;
        "https://rp.example/callback".clone_into(&mut party.redirect_uri);
        party
    }
}
