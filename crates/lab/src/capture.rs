//! What was asked and answered, for tests that want to know.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use serde::Serialize;
use tokio::sync::Notify;

use crate::{exchange::Endpoint, world::lock};

/// How many exchanges are kept.
const MOST: usize = 1_000;

/// An exchange.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Captured {
    /// Counted from 1.
    pub(crate) number: u64,
    /// By the clock of the lab.
    pub(crate) at: i64,
    pub(crate) issuer: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) method: String,
    /// Below the issuer.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) client: Option<String>,
    pub(crate) person: Option<String>,
    /// Names of the faults that were on.
    pub(crate) faults: Vec<&'static str>,
    pub(crate) status: u16,
    /// Where the browser was sent.
    pub(crate) location: Option<String>,
    /// The answer, when it is text and no page.
    pub(crate) answer: Option<String>,
}

/// Which exchanges are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) endpoint: Option<String>,
    pub(crate) client: Option<String>,
    /// Only later ones.
    pub(crate) after: u64,
}

impl Wanted {
    fn is(&self, captured: &Captured) -> bool {
        let endpoint = serde_json::to_value(captured.endpoint).unwrap_or_default();
        captured.number > self.after
            && self
                .endpoint
                .as_ref()
                .is_none_or(|own| endpoint == own.as_str())
            && (self.client.is_none() || self.client == captured.client)
    }
}

/// The exchanges, the earliest first.
#[derive(Default)]
pub(crate) struct Captures {
    kept: Mutex<(u64, VecDeque<Captured>)>,
    more: Notify,
}

impl Captures {
    pub(crate) fn keep(&self, mut captured: Captured) {
        let mut kept = lock(&self.kept);
        kept.0 += 1;
        captured.number = kept.0;
        kept.1.push_back(captured);
        if kept.1.len() > MOST {
            kept.1.pop_front();
        }
        drop(kept);
        self.more.notify_waiters();
    }

    pub(crate) fn forget(&self) {
        lock(&self.kept).1.clear();
    }

    fn found(&self, wanted: &Wanted) -> Vec<Captured> {
        let kept = lock(&self.kept);
        kept.1
            .iter()
            .filter(|one| wanted.is(one))
            .cloned()
            .collect()
    }

    /// What was captured, as soon as it is at least `count`; or what there is after `patience`.
    pub(crate) async fn wait(
        &self,
        wanted: &Wanted,
        count: usize,
        patience: Duration,
    ) -> Vec<Captured> {
        let enough = async {
            loop {
                let more = self.more.notified();
                tokio::pin!(more);
                // Enabled before it is looked, so that nothing is missed in between.
                more.as_mut().enable();
                let found = self.found(wanted);
                if found.len() >= count {
                    return found;
                }
                more.await;
            }
        };
        match tokio::time::timeout(patience, enough).await {
            Ok(found) => found,
            Err(_) => self.found(wanted),
        }
    }
}
