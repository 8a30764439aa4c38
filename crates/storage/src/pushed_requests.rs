//! The interface of authorization requests that were pushed (RFC 9126).

use async_trait::async_trait;
use symbolon_core::{
    authorize::pushed::PushedRequest,
    secret::{Digest, RequestUri},
    time::Timestamp,
};

use crate::{Applied, Result};

/// Authorization requests that clients pushed.
#[async_trait]
pub trait PushedRequests: Send + Sync {
    /// Records a new one.
    async fn create_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        request: &PushedRequest,
    ) -> Result<()>;

    /// The request of a reference, also one that has expired or was answered.
    async fn pushed_request(&self, reference: Digest<RequestUri>) -> Result<Option<PushedRequest>>;

    /// A browser came with the reference: it is that browser's from now on; `Conflict` when it is
    /// another one's, or was answered.
    async fn claim_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        browser: &str,
    ) -> Result<Applied>;

    /// The request is answered, in this browser; `Conflict` as above, so that it is answered once.
    async fn spend_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        browser: &str,
        now: Timestamp,
    ) -> Result<Applied>;
}
