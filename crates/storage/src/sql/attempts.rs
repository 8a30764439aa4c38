//! Wrong passwords, counted before they are looked at.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    attempt::Attempts as AttemptCount,
    time::{Lifetime, Timestamp},
};

use super::Database;
use crate::{Attempts, Result, record::read::instant};

statements! {
    READ = "SELECT failures, last_at FROM attempt WHERE account = $1";
    FIRST = "INSERT INTO attempt (account, failures, last_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account) DO NOTHING";
    NEXT = "UPDATE attempt SET failures = $2, last_at = $3 \
        WHERE account = $1 AND failures = $4 AND last_at = $5";
    TAKE_BACK = "UPDATE attempt SET failures = failures - 1 WHERE account = $1 AND failures > 0";
    CLEAR = "DELETE FROM attempt WHERE account = $1";
}

#[async_trait]
impl Attempts for Database {
    async fn begin_attempt(
        &self,
        account: &[u8],
        now: Timestamp,
    ) -> Result<std::result::Result<AttemptCount, Lifetime>> {
        // Compare and set: of a hundred attempts at once each counts, one after the other. Who
        // loses reads again, and sooner or later is told to wait, so the loop ends.
        loop {
            let row = query(READ)
                .bind(account)
                .fetch_optional(&self.writer)
                .await?;
            let before = match &row {
                None => AttemptCount::default(),
                Some(row) => AttemptCount {
                    failures: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
                    last_at: Some(instant(row, "last_at")?),
                },
            };
            let after = match before.begin(now) {
                Ok(after) => after,
                Err(wait) => return Ok(Err(wait)),
            };
            let written = match before.last_at {
                None => query(FIRST)
                    .bind(account)
                    .bind(i64::from(after.failures))
                    .bind(now.seconds()),
                Some(last_at) => query(NEXT)
                    .bind(account)
                    .bind(i64::from(after.failures))
                    .bind(now.seconds())
                    .bind(i64::from(before.failures))
                    .bind(last_at.seconds()),
            };
            if written.execute(&self.writer).await?.rows_affected() == 1 {
                return Ok(Ok(after));
            }
        }
    }

    async fn take_back_attempt(&self, account: &[u8]) -> Result<()> {
        query(TAKE_BACK).bind(account).execute(&self.writer).await?;
        Ok(())
    }

    async fn clear_attempts(&self, account: &[u8]) -> Result<()> {
        query(CLEAR).bind(account).execute(&self.writer).await?;
        Ok(())
    }
}
