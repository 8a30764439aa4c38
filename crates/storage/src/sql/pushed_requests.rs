//! Pushed authorization requests: one row a reference, for one browser and one answer.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    authorize::pushed::PushedRequest,
    parameters::Parameters,
    secret::{Digest, RequestUri},
    time::Timestamp,
};

use super::{Database, Row};
use crate::{
    Applied, PushedRequests, Result,
    record::read::{OF_THIS_DIGEST, id, instant, json, optional_instant, within},
};

statements! {
    INSERT = "INSERT INTO pushed_request (digest, client_id, parameters, expires_at) \
        VALUES ($1, $2, $3, $4)";
    READ = "SELECT client_id, parameters, expires_at, browser, used_at FROM pushed_request \
        WHERE digest = $1";
    CLAIM = "UPDATE pushed_request SET browser = $2 WHERE digest = $1 AND used_at IS NULL \
        AND (browser IS NULL OR browser = $2)";
    SPEND = "UPDATE pushed_request SET browser = $2, used_at = $3 WHERE digest = $1 \
        AND used_at IS NULL AND (browser IS NULL OR browser = $2)";
}

#[async_trait]
impl PushedRequests for Database {
    async fn create_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        request: &PushedRequest,
    ) -> Result<()> {
        let parameters = serde_json::to_string(request.parameters.pairs()).unwrap_or_default();
        query(INSERT)
            .bind(reference.as_bytes())
            .bind(request.client.as_str())
            .bind(parameters)
            .bind(request.expires_at.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn pushed_request(&self, reference: Digest<RequestUri>) -> Result<Option<PushedRequest>> {
        let row = query(READ)
            .bind(reference.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(pushed).transpose()
    }

    async fn claim_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        browser: &str,
    ) -> Result<Applied> {
        let claimed = query(CLAIM)
            .bind(reference.as_bytes())
            .bind(browser.to_owned())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(claimed.rows_affected()))
    }

    async fn spend_pushed_request(
        &self,
        reference: Digest<RequestUri>,
        browser: &str,
        now: Timestamp,
    ) -> Result<Applied> {
        let spent = query(SPEND)
            .bind(reference.as_bytes())
            .bind(browser.to_owned())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(spent.rows_affected()))
    }
}

fn pushed(row: &Row) -> Result<PushedRequest> {
    within("pushed_request", OF_THIS_DIGEST, || {
        let pairs: Vec<(String, String)> = json(row, "parameters")?;
        Ok(PushedRequest {
            client: id(row, "client_id")?,
            parameters: Parameters::from_pairs(pairs),
            expires_at: instant(row, "expires_at")?,
            browser: row.try_get("browser")?,
            used_at: optional_instant(row, "used_at")?,
        })
    })
}
