//! The set-up of an installation, and what is counted in it.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    id::Id,
    organization::Organization,
    secret::{Digest, SetUpLink},
    time::Timestamp,
};

use super::{
    Connection, Database, Row,
    acts::{self, found},
    acts_owned as owned, policies,
};
use crate::{
    Activity, Administered, Installation, Result, RoleGrant, SetUp, SetUpOffer,
    record::read::{id, instant, optional_instant, text},
};

statements! {
    // The expired one is replaced; of many who offer at once, one is first.
    OFFER = "INSERT INTO set_up (id, digest, organization_id, expires_at) VALUES (1, $1, $2, $4) \
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at \
        WHERE set_up.used_at IS NULL AND set_up.expires_at <= $3";
    READ = "SELECT organization_id, used_at FROM set_up WHERE id = 1";
    IS_LINK = "SELECT 1 FROM set_up WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
    USE = "UPDATE set_up SET used_at = $2 \
        WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
    COUNT = "INSERT INTO activity (hour, what, outcome, number) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (hour, what, outcome) DO UPDATE SET number = activity.number + excluded.number";
    SINCE = "SELECT hour, what, outcome, number FROM activity WHERE hour >= $1 \
        ORDER BY hour, what, outcome";
    FORGET = "DELETE FROM activity WHERE hour < $1";
}

#[async_trait]
impl Installation for Database {
    async fn offer_set_up(
        &self,
        link: Digest<SetUpLink>,
        organization: &Id<Organization>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<SetUpOffer> {
        let offered = query(OFFER)
            .bind(link.as_bytes())
            .bind(organization.as_str())
            .bind(now.seconds())
            .bind(expires_at.seconds())
            .execute(&self.writer)
            .await?;
        let row = query(READ).fetch_one(&self.writer).await?;
        offer(&row, offered.rows_affected() == 1)
    }

    async fn set_up_offer(&self) -> Result<Option<SetUpOffer>> {
        let row = query(READ).fetch_optional(&self.reader).await?;
        row.map(|row| offer(&row, false)).transpose()
    }

    async fn is_set_up_link(&self, link: Digest<SetUpLink>, now: Timestamp) -> Result<bool> {
        let row = query(IS_LINK)
            .bind(link.as_bytes())
            .bind(now.seconds())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    async fn count_activity(&self, counted: &[Activity]) -> Result<()> {
        let mut transaction = self.begin().await?;
        for activity in counted {
            query(COUNT)
                .bind(activity.hour.seconds())
                .bind(activity.what.as_str())
                .bind(activity.outcome.as_str())
                .bind(i64::try_from(activity.number).unwrap_or(i64::MAX))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn activity_since(&self, from: Timestamp) -> Result<Vec<Activity>> {
        let rows = query(SINCE)
            .bind(from.seconds())
            .fetch_all(&self.reader)
            .await?;
        let rows = rows.iter().map(|row| {
            Ok(Activity {
                hour: instant(row, "hour")?,
                what: text(row, "what")?,
                outcome: text(row, "outcome")?,
                number: u64::try_from(row.try_get::<i64, _>("number")?).unwrap_or_default(),
            })
        });
        rows.collect()
    }

    async fn forget_activity(&self, before: Timestamp) -> Result<()> {
        query(FORGET)
            .bind(before.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn offer(row: &Row, new: bool) -> Result<SetUpOffer> {
    Ok(SetUpOffer {
        organization: id(row, "organization_id")?,
        used: optional_instant(row, "used_at")?.is_some(),
        new,
    })
}

/// Makes the first administrator, if the link is good: it is used with that.
pub(super) async fn set_up(
    connection: &mut Connection,
    set_up: &SetUp,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let used = query(USE)
        .bind(set_up.link.as_bytes())
        .bind(now.seconds())
        .execute(&mut *connection)
        .await?;
    if used.rows_affected() != 1 {
        return Ok(Administered::Missing);
    }
    // Both may be there already.
    owned::create_organization(connection, &set_up.organization, now).await?;
    acts::create_role(connection, &set_up.role, now).await?;
    let made = owned::create_subject(connection, &set_up.subject, now).await?;
    if made != Administered::Done {
        return Ok(made);
    }
    let grant = RoleGrant {
        subject: set_up.subject.id.clone(),
        organization: set_up.organization.id.clone(),
        role: set_up.role.key.clone(),
        expires_at: None,
    };
    acts::put_grant(connection, &grant, now).await?;
    match &set_up.rules {
        None => Ok(Administered::Done),
        Some(next) => {
            let created = policies::insert_rule_set(connection, next).await?;
            Ok(found(u64::from(created), Administered::Stale))
        }
    }
}
