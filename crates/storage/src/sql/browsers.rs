//! Browsers: what a cookie stands for, found by the digest of the cookie.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::time::Timestamp;

use super::Database;
use crate::{
    Browser, Browsers, Result,
    record::read::{OF_THIS_DIGEST, instant, text, within},
};

statements! {
    CREATE = "INSERT INTO browser (digest, data, expires_at) VALUES ($1, $2, $3)";
    SAVE = "UPDATE browser SET data = $2, expires_at = $3 WHERE digest = $1";
    READ = "SELECT data, expires_at FROM browser WHERE digest = $1 AND expires_at > $2";
    DELETE = "DELETE FROM browser WHERE digest = $1";
}

#[async_trait]
impl Browsers for Database {
    async fn create_browser(&self, digest: &[u8], browser: &Browser) -> Result<()> {
        write(self, CREATE, digest, browser).await
    }

    async fn save_browser(&self, digest: &[u8], browser: &Browser) -> Result<()> {
        write(self, SAVE, digest, browser).await
    }

    async fn browser(&self, digest: &[u8], now: Timestamp) -> Result<Option<Browser>> {
        let row = query(READ)
            .bind(digest)
            .bind(now.seconds())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| {
            within("browser", OF_THIS_DIGEST, || {
                Ok(Browser {
                    data: text(&row, "data")?,
                    expires_at: instant(&row, "expires_at")?,
                })
            })
        })
        .transpose()
    }

    async fn delete_browser(&self, digest: &[u8]) -> Result<()> {
        query(DELETE).bind(digest).execute(&self.writer).await?;
        Ok(())
    }
}

async fn write(
    database: &Database,
    statement: &'static str,
    digest: &[u8],
    browser: &Browser,
) -> Result<()> {
    query(statement)
        .bind(digest)
        .bind(browser.data.as_str())
        .bind(browser.expires_at.seconds())
        .execute(&database.writer)
        .await?;
    Ok(())
}
