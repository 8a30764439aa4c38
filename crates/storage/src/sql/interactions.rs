//! Interactions: authorization requests that wait for a person.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    authorize::interaction::Progress,
    parameters::Parameters,
    secret::{Digest, InteractionHandle},
    time::Timestamp,
};

use super::{Database, Row};
use crate::{
    Applied, Interaction, Interactions, Result,
    record::read::{
        OF_THIS_DIGEST, instant, json, optional_digest, optional_id, optional_instant, text, within,
    },
};

statements! {
    INSERT = "INSERT INTO interaction (digest, browser, parameters, started_at, expires_at, \
        chosen_session, allowed_at, finished_at, device_digest, pushed_digest, own_page) \
        VALUES ($1, $2, $3, $4, $5, NULL, NULL, NULL, $6, $7, $8)";
    READ = "SELECT browser, parameters, started_at, expires_at, chosen_session, allowed_at, \
        finished_at, device_digest, pushed_digest, own_page FROM interaction \
        WHERE digest = $1 AND expires_at > $2";
    ADVANCE = "UPDATE interaction SET chosen_session = $2, allowed_at = $3 \
        WHERE digest = $1 AND finished_at IS NULL";
    FINISH = "UPDATE interaction SET finished_at = $2 WHERE digest = $1 AND finished_at IS NULL";
}

#[async_trait]
impl Interactions for Database {
    async fn create_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        interaction: &Interaction,
    ) -> Result<()> {
        let parameters = serde_json::to_string(interaction.parameters.pairs()).unwrap_or_default();
        query(INSERT)
            .bind(handle.as_bytes())
            .bind(interaction.browser.as_str())
            .bind(parameters)
            .bind(interaction.progress.started_at.seconds())
            .bind(interaction.expires_at.seconds())
            .bind(interaction.device.map(|device| device.as_bytes().to_vec()))
            .bind(
                interaction
                    .pushed
                    .map(|reference| reference.as_bytes().to_vec()),
            )
            .bind(interaction.own_page.as_deref())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn interaction(
        &self,
        handle: Digest<InteractionHandle>,
        now: Timestamp,
    ) -> Result<Option<Interaction>> {
        let row = query(READ)
            .bind(handle.as_bytes())
            .bind(now.seconds())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(interaction).transpose()
    }

    async fn advance_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        progress: &Progress,
        now: Timestamp,
    ) -> Result<Applied> {
        let advanced = query(ADVANCE)
            .bind(handle.as_bytes())
            .bind(
                progress
                    .chosen
                    .as_ref()
                    .map(|session| session.as_str().to_owned()),
            )
            .bind(progress.allowed.then_some(now.seconds()))
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(advanced.rows_affected()))
    }

    async fn finish_interaction(
        &self,
        handle: Digest<InteractionHandle>,
        now: Timestamp,
    ) -> Result<Applied> {
        let finished = query(FINISH)
            .bind(handle.as_bytes())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(finished.rows_affected()))
    }
}

fn interaction(row: &Row) -> Result<Interaction> {
    within("interaction", OF_THIS_DIGEST, || {
        let pairs: Vec<(String, String)> = json(row, "parameters")?;
        Ok(Interaction {
            browser: text(row, "browser")?,
            parameters: Parameters::from_pairs(pairs),
            device: optional_digest(row, "device_digest")?,
            pushed: optional_digest(row, "pushed_digest")?,
            own_page: row.try_get("own_page")?,
            progress: Progress {
                started_at: instant(row, "started_at")?,
                chosen: optional_id(row, "chosen_session")?,
                allowed: optional_instant(row, "allowed_at")?.is_some(),
            },
            expires_at: instant(row, "expires_at")?,
            finished_at: optional_instant(row, "finished_at")?,
        })
    })
}
