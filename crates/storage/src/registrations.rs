//! The interface of clients that came by themselves, and of the tokens that let them. What is done to
//! them is an [`crate::Act`], so that it is recorded.

use async_trait::async_trait;
use symbolon_core::{
    client::Client,
    id::Id,
    registration::{Registration, initial_access_token::InitialAccessToken},
    secret::{self, Digest},
};

use crate::Result;

/// Clients that came by themselves.
#[async_trait]
pub trait Registrations: Send + Sync {
    /// What is known of a client that came by itself.
    async fn registration(&self, client: &Id<Client>) -> Result<Option<Registration>>;

    /// The initial access token of a text, good or not.
    async fn initial_access_token(
        &self,
        token: Digest<secret::InitialAccessToken>,
    ) -> Result<Option<InitialAccessToken>>;

    /// The initial access token of this name, good or not.
    async fn initial_access_token_of_id(
        &self,
        id: &Id<InitialAccessToken>,
    ) -> Result<Option<InitialAccessToken>>;

    /// Up to `limit` initial access tokens behind `after`, by id; also those that are no longer good.
    async fn initial_access_tokens_after(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InitialAccessToken>>;
}
