//! Opaque access tokens, and JWTs that were revoked one by one.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{
    secret::{AccessToken, Digest},
    token::opaque::OpaqueAccessToken,
};

use super::Database;
use crate::{
    Result, Tokens,
    record::read::{OF_THIS_DIGEST, json, optional_instant, within},
};

statements! {
    OPAQUE = "SELECT claims, claims_request, revoked_at FROM access_token WHERE digest = $1";
    REVOKED = "SELECT jti FROM revoked_token WHERE jti = $1";
}

#[async_trait]
impl Tokens for Database {
    async fn access_token(&self, token: Digest<AccessToken>) -> Result<Option<OpaqueAccessToken>> {
        let row = query(OPAQUE)
            .bind(token.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| {
            within("access_token", OF_THIS_DIGEST, || {
                Ok(OpaqueAccessToken {
                    digest: token,
                    claims: json(&row, "claims")?,
                    claims_request: json(&row, "claims_request")?,
                    revoked_at: optional_instant(&row, "revoked_at")?,
                })
            })
        })
        .transpose()
    }

    async fn is_revoked(&self, jti: &str) -> Result<bool> {
        Ok(query(REVOKED)
            .bind(jti)
            .fetch_optional(&self.reader)
            .await?
            .is_some())
    }
}
