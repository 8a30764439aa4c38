//! The interface of requests in the back channel that wait for a person (CIBA).

use async_trait::async_trait;
use symbolon_core::{
    approval::Approval,
    backchannel::BackchannelRequest,
    client::Client,
    id::Id,
    secret::{AuthRequestId, AuthorizationCode, Digest},
    subject::Subject,
    time::Timestamp,
};

use crate::{Applied, Result};

/// A client that is to be told that somebody decided.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// About which request.
    pub request: Digest<AuthRequestId>,
    /// Who is to be told.
    pub client: Id<Client>,
    /// What is to be told, and with what, sealed.
    pub sealed: Vec<u8>,
    /// How often it was tried, this time included.
    pub tries: u32,
}

/// Requests in the back channel that wait for a person.
#[async_trait]
pub trait BackchannelRequests: Send + Sync {
    /// Records one; with what its client is to be told, if it is, sealed.
    async fn create_backchannel_request(
        &self,
        request: &BackchannelRequest,
        notice: Option<&[u8]>,
    ) -> Result<()>;

    /// The request that a client asks with.
    async fn backchannel_request(
        &self,
        digest: Digest<AuthRequestId>,
    ) -> Result<Option<BackchannelRequest>>;

    /// The request of a page.
    async fn backchannel_request_of_id(
        &self,
        id: &Id<BackchannelRequest>,
    ) -> Result<Option<BackchannelRequest>>;

    /// Up to `limit` requests that wait for this person, the oldest first.
    async fn open_backchannel_requests(
        &self,
        subject: &Id<Subject>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<BackchannelRequest>>;

    /// The person said yes: records the approval, under the digest of a code that nobody has, and
    /// that the client is to be told; `Conflict` when the request does not wait any more.
    async fn approve_backchannel_request(
        &self,
        request: Digest<AuthRequestId>,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
    ) -> Result<Applied>;

    /// The person said no, which the client is told too; `Conflict` when the request does not wait
    /// any more.
    async fn deny_backchannel_request(
        &self,
        request: Digest<AuthRequestId>,
        now: Timestamp,
    ) -> Result<Applied>;

    /// Takes up to `limit` notices that are due, each for one caller: whoever does not say what became
    /// of it until `again` leaves it to others.
    async fn take_backchannel_notices(
        &self,
        now: Timestamp,
        again: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notice>>;

    /// What became of a notice: it is tried again at this moment, or forgotten.
    async fn settle_backchannel_notice(
        &self,
        request: Digest<AuthRequestId>,
        again: Option<Timestamp>,
    ) -> Result<()>;
}

impl std::fmt::Debug for Notice {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Notice")
            .field("client", &self.client)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
