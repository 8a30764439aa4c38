//! The audit log: only ever added to.

use sqlx::query;
use symbolon_core::{organization::Organization, time::Timestamp};

use super::{Connection, Database, Row};
use crate::{
    AuditEvent, AuditFilter, Result,
    record::read::{id, instant, json, name, optional_id, text, within},
};

statements! {
    RECORD = "INSERT INTO audit_event (id, happened_at, actor, client_id, address, request_id, \
        action, object, organization_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    EVENTS = "SELECT * FROM audit_event WHERE ($1 = '' OR id < $1) AND ($2 = '' OR actor = $2) \
        AND ($3 = '' OR object = $3) AND ($4 = '' OR action = $4) AND happened_at >= $5 \
        AND happened_at < $6 ORDER BY id DESC LIMIT $7";
    EVENTS_IN = "SELECT * FROM audit_event WHERE ($1 = '' OR id < $1) AND ($2 = '' OR actor = $2) \
        AND ($3 = '' OR object = $3) AND ($4 = '' OR action = $4) AND happened_at >= $5 \
        AND happened_at < $6 AND organization_id = $8 ORDER BY id DESC LIMIT $7";
}

/// Adds an event, in the transaction of what it tells of.
pub(super) async fn record(connection: &mut Connection, event: &AuditEvent) -> sqlx::Result<()> {
    query(RECORD)
        .bind(event.id.as_str())
        .bind(event.happened_at.seconds())
        .bind(event.actor.as_str())
        .bind(event.client.as_deref())
        .bind(event.address.as_deref())
        .bind(event.request_id.as_deref())
        .bind(event.action.as_str())
        .bind(event.object.as_str())
        .bind(event.organization.as_ref().map(|id| id.as_str().to_owned()))
        .bind(event.detail.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Up to `limit` events, the latest first.
pub(super) async fn events(
    database: &Database,
    filter: &AuditFilter,
    limit: u32,
) -> Result<Vec<AuditEvent>> {
    let statement = match filter.organization {
        None => EVENTS,
        Some(_) => EVENTS_IN,
    };
    let mut statement = query(statement)
        .bind(filter.before.as_str())
        .bind(filter.actor.as_str())
        .bind(filter.object.as_str())
        .bind(filter.action.as_str())
        .bind(filter.from.map_or(i64::MIN, Timestamp::seconds))
        .bind(filter.until.map_or(i64::MAX, Timestamp::seconds))
        .bind(i64::from(limit));
    if let Some(organization) = &filter.organization {
        statement = statement.bind(organization.as_str());
    }
    let rows = statement.fetch_all(&database.reader).await?;
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<AuditEvent> {
    within("audit_event", &name(row, "id"), || {
        Ok(AuditEvent {
            id: id(row, "id")?,
            happened_at: instant(row, "happened_at")?,
            actor: text(row, "actor")?,
            client: sqlx::Row::try_get(row, "client_id")?,
            address: sqlx::Row::try_get(row, "address")?,
            request_id: sqlx::Row::try_get(row, "request_id")?,
            action: text(row, "action")?,
            object: text(row, "object")?,
            organization: optional_id::<_, Organization>(row, "organization_id")?,
            detail: json(row, "detail")?,
        })
    })
}
