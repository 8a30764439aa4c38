//! The interface of what belongs to an installation as a whole: how its first administrator is made,
//! and what is counted for those who look after it.

use async_trait::async_trait;
use symbolon_core::{
    id::Id,
    organization::Organization,
    role::Role,
    secret::{Digest, SetUpLink},
    time::Timestamp,
};

use crate::{DeclaredSubject, Result, StoredRuleSet};

/// What the first administrator is made of.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The link that he came by.
    pub link: Digest<SetUpLink>,
    /// The system organization; made unless it is there.
    pub organization: Organization,
    /// His role; made unless it is there.
    pub role: Role,
    /// He himself.
    pub subject: DeclaredSubject,
    /// The rules in which the role opens everything in that organization; `None`: it does already.
    pub rules: Option<StoredRuleSet>,
}

/// The offer to set an installation up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpOffer {
    /// The id of the system organization.
    pub organization: Id<Organization>,
    /// Whether the offer was taken.
    pub used: bool,
    /// Whether the link that was offered now is the one that is good.
    pub new: bool,
}

/// How often something happened in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When the hour began.
    pub hour: Timestamp,
    /// What: `sign_in`, `token` or `refusal`.
    pub what: String,
    /// How it went: an outcome, a grant or an error code.
    pub outcome: String,
    /// How often.
    pub number: u64,
}

/// An installation as a whole.
#[async_trait]
pub trait Installation: Send + Sync {
    /// Offers a link, unless another one is good or was used. `organization` is kept from the first
    /// offer on.
    async fn offer_set_up(
        &self,
        link: Digest<SetUpLink>,
        organization: &Id<Organization>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<SetUpOffer>;

    /// What was offered, if anything was.
    async fn set_up_offer(&self) -> Result<Option<SetUpOffer>>;

    /// Whether a link is good.
    async fn is_set_up_link(&self, link: Digest<SetUpLink>, now: Timestamp) -> Result<bool>;

    /// Adds to what was counted in these hours.
    async fn count_activity(&self, counted: &[Activity]) -> Result<()>;

    /// What was counted from a moment on, by hour.
    async fn activity_since(&self, from: Timestamp) -> Result<Vec<Activity>>;

    /// Forgets what was counted before a moment.
    async fn forget_activity(&self, before: Timestamp) -> Result<()>;
}
