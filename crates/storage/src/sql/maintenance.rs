//! The database itself: schema, health, expiry.

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Executor, Row as _, SqlSafeStr,
    migrate::{Migrate, MigrateError},
    query,
};
use symbolon_core::time::{Lifetime, Timestamp};

use super::{
    COLUMNS, DATABASE_TIME, Database, MIGRATIONS, accounts, acts, acts_owned, administration,
    administration_reads, approvals, attempts, audit, backchannel_requests, browsers, changes,
    clients, consents, declared, devices, holders, installation, installation_secrets,
    interactions, logouts, machine_keys, personal_tokens, policies, pushed_requests, registrations,
    sessions, signing_keys, single_uses, subjects, tokens,
};
use crate::{Maintenance, Result, StorageError, migration::migrator};

statements! {
    PING = "SELECT 1";
    PURGE_INTERACTIONS = "DELETE FROM interaction WHERE expires_at < $1";
    PURGE_BROWSERS = "DELETE FROM browser WHERE expires_at < $1";
    PURGE_ACCESS_TOKENS = "DELETE FROM access_token WHERE expires_at < $1";
    PURGE_REVOKED_TOKENS = "DELETE FROM revoked_token WHERE expires_at < $1";
    PURGE_APPROVALS = "DELETE FROM approval WHERE refresh_expires_at < $1";
    PURGE_CODES = "DELETE FROM approval WHERE redeemed_at IS NULL AND code_expires_at < $1";
    PURGE_PERSONAL_TOKENS = "DELETE FROM personal_access_token WHERE expires_at < $1";
    PURGE_ATTEMPTS = "DELETE FROM attempt WHERE last_at < $1";
    PURGE_SESSIONS = "DELETE FROM session WHERE created_at < $1";
    PURGE_DEVICES = "DELETE FROM device_authorization WHERE expires_at < $1";
    PURGE_BACKCHANNEL_REQUESTS = "DELETE FROM backchannel_request WHERE expires_at < $1";
    MARK_FEED = "INSERT INTO change_feed (noun, key, version, changed_at) \
        VALUES ('change_feed', 'complete_since', $2, $3) ON CONFLICT (noun, key) DO UPDATE \
        SET changed_at = excluded.changed_at, version = \
        CASE WHEN $1 > change_feed.version THEN $1 ELSE change_feed.version END";
    PURGE_SINGLE_USES = "DELETE FROM used_once WHERE expires_at < $1";
    PURGE_PUSHED_REQUESTS = "DELETE FROM pushed_request WHERE expires_at < $1";
    PURGE_INITIAL_TOKENS = "DELETE FROM initial_access_token WHERE expires_at < $1";
    PURGE_FEED = "DELETE FROM change_feed WHERE changed_at < $1";
}

#[async_trait]
impl Maintenance for Database {
    async fn migrate(&self) -> Result<()> {
        self.run(&migrator(MIGRATIONS)).await.map_err(failed)
    }

    async fn pending_migrations(&self) -> Result<Vec<String>> {
        let mut connection = self.reader.acquire().await?;
        let applied = connection.list_applied_migrations("_sqlx_migrations");
        let applied = match applied.await.map_err(failed) {
            Ok(applied) => applied,
            // A database that was never migrated has no table of migrations.
            Err(StorageError::Statement(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let is_pending = |version: i64| !applied.iter().any(|done| done.version == version);
        Ok(MIGRATIONS
            .iter()
            .filter(|(version, ..)| is_pending(*version))
            .map(|(version, description, _)| format!("{version:04} {description}"))
            .collect())
    }

    async fn ping(&self) -> Result<()> {
        query(PING).execute(&self.writer).await?;
        Ok(())
    }

    async fn database_time(&self) -> Result<Option<Timestamp>> {
        let Some(statement) = DATABASE_TIME else {
            return Ok(None);
        };
        let row = query(statement).fetch_one(&self.reader).await?;
        Ok(Some(Timestamp::from_seconds(row.try_get(0)?)))
    }

    async fn purge(&self, now: Timestamp, feed: Lifetime) -> Result<u64> {
        let day = Lifetime::from_days(1);
        let kept_since = now.minus(feed);
        // Said before it is done, so that nobody takes what is left for the whole. Before this was
        // said for the first time, the feed was kept for an hour.
        query(MARK_FEED)
            .bind(kept_since.seconds())
            .bind(kept_since.max(now.minus(Lifetime::from_hours(1))).seconds())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        let mut purged = 0;
        for (statement, before) in [
            (PURGE_INTERACTIONS, now),
            (PURGE_BROWSERS, now),
            // Clocks of instances may differ by a minute (requirement A9.5), and a replayed code
            // must still be recognised for a while.
            (PURGE_ACCESS_TOKENS, now.minus(day)),
            (PURGE_REVOKED_TOKENS, now.minus(day)),
            (PURGE_APPROVALS, now.minus(day)),
            (PURGE_CODES, now.minus(day)),
            // Whoever wonders why a script stopped finds the token in the list for a month.
            (PURGE_PERSONAL_TOKENS, now.minus(Lifetime::from_days(30))),
            // A person may be a day on the way (interaction.lifetime).
            (PURGE_PUSHED_REQUESTS, now.minus(day)),
            (PURGE_ATTEMPTS, now.minus(Lifetime::from_days(2))),
            (PURGE_DEVICES, now.minus(day)),
            (PURGE_BACKCHANNEL_REQUESTS, now.minus(day)),
            (PURGE_SINGLE_USES, now.minus(Lifetime::from_minutes(5))),
            (PURGE_SESSIONS, now.minus(Lifetime::from_days(400))),
            (PURGE_INITIAL_TOKENS, now.minus(Lifetime::from_days(30))),
            (PURGE_FEED, kept_since),
        ] {
            let done = query(statement)
                .bind(before.seconds())
                .execute(&self.writer)
                .await?;
            purged += done.rows_affected();
        }
        Ok(purged + registrations::purge_unused(self, now).await?)
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    async fn prepare_all(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let statements = [
            STATEMENTS,
            accounts::STATEMENTS,
            acts::STATEMENTS,
            acts_owned::STATEMENTS,
            administration::STATEMENTS,
            administration_reads::STATEMENTS,
            approvals::STATEMENTS,
            attempts::STATEMENTS,
            audit::STATEMENTS,
            backchannel_requests::STATEMENTS,
            browsers::STATEMENTS,
            changes::STATEMENTS,
            clients::STATEMENTS,
            consents::STATEMENTS,
            declared::STATEMENTS,
            devices::STATEMENTS,
            holders::STATEMENTS,
            installation_secrets::STATEMENTS,
            installation::STATEMENTS,
            interactions::STATEMENTS,
            machine_keys::STATEMENTS,
            logouts::STATEMENTS,
            personal_tokens::STATEMENTS,
            policies::STATEMENTS,
            pushed_requests::STATEMENTS,
            registrations::STATEMENTS,
            sessions::STATEMENTS,
            signing_keys::STATEMENTS,
            single_uses::STATEMENTS,
            subjects::STATEMENTS,
            tokens::STATEMENTS,
        ];
        for statement in statements.into_iter().flatten() {
            let text = AssertSqlSafe(*statement).into_sql_str();
            let prepared = match self.writer.acquire().await {
                Ok(mut connection) => connection.prepare(text).await.map(drop),
                Err(error) => Err(error),
            };
            if let Err(error) = prepared {
                failures.push(format!("{error}: {statement}"));
            }
        }
        failures
    }

    async fn columns(&self) -> Result<Vec<String>> {
        let rows = query(COLUMNS).fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// Tells a database that is away or refuses a statement from a migration that cannot be applied.
fn failed(error: MigrateError) -> StorageError {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::ExecuteMigration(error, version) => match error.into() {
            away @ StorageError::Unavailable(_) => away,
            refused => StorageError::Migration(format!("migration {version:04}: {refused}")),
        },
        other => StorageError::Migration(other.to_string()),
    }
}
