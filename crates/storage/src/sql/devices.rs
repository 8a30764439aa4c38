//! Devices that wait for a person.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{
    approval::Approval,
    device::{DeviceAuthorization, UserCode},
    secret::{AuthorizationCode, DeviceCode, Digest},
    time::{Lifetime, Timestamp},
    token::target::Targets,
};

use super::{Database, Row, waiting};
use crate::{
    Applied, Devices, Result, StorageError,
    record::read::{
        OF_THIS_DIGEST, digest, id, instant, number, optional_instant, scope, text, within, words,
    },
};

statements! {
    INSERT = "INSERT INTO device_authorization (digest, user_code, client_id, scope, targets, address, \
        created_at, expires_at, poll_interval) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (user_code) DO NOTHING";
    BY_DIGEST = "SELECT digest, user_code, client_id, scope, targets, address, created_at, expires_at, \
        poll_interval, polled_at, approval_id, denied_at \
        FROM device_authorization WHERE digest = $1";
    BY_USER_CODE = "SELECT digest, user_code, client_id, scope, targets, address, created_at, expires_at, \
        poll_interval, polled_at, approval_id, denied_at \
        FROM device_authorization WHERE user_code = $1";
    APPROVE = "UPDATE device_authorization SET approval_id = $2 \
        WHERE digest = $1 AND approval_id IS NULL AND denied_at IS NULL AND expires_at > $3";
    DENY = "UPDATE device_authorization SET denied_at = $2 \
        WHERE digest = $1 AND approval_id IS NULL AND denied_at IS NULL";
}

#[async_trait]
impl Devices for Database {
    async fn create_device(&self, device: &DeviceAuthorization) -> Result<Applied> {
        let created = query(INSERT)
            .bind(device.digest.as_bytes())
            .bind(device.user_code.to_string())
            .bind(device.client.as_str())
            .bind(device.scope.to_string())
            .bind(device.targets.as_slice().join(" "))
            .bind(device.address.as_str())
            .bind(device.created_at.seconds())
            .bind(device.expires_at.seconds())
            .bind(i64::from(device.interval.seconds()))
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(created.rows_affected()))
    }

    async fn device(&self, code: Digest<DeviceCode>) -> Result<Option<DeviceAuthorization>> {
        let row = query(BY_DIGEST)
            .bind(code.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(device).transpose()
    }

    async fn device_of_user_code(&self, code: &UserCode) -> Result<Option<DeviceAuthorization>> {
        let row = query(BY_USER_CODE)
            .bind(code.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(device).transpose()
    }

    async fn approve_device(
        &self,
        device: Digest<DeviceCode>,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
    ) -> Result<Applied> {
        waiting::approve(self, APPROVE, device.as_bytes(), approval, code).await
    }

    async fn deny_device(&self, device: Digest<DeviceCode>, now: Timestamp) -> Result<Applied> {
        let denied = query(DENY)
            .bind(device.as_bytes())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(denied.rows_affected()))
    }
}

fn device(row: &Row) -> Result<DeviceAuthorization> {
    within("device_authorization", OF_THIS_DIGEST, || {
        Ok(DeviceAuthorization {
            digest: digest(row, "digest")?,
            user_code: UserCode::parse(&text(row, "user_code")?)
                .map_err(|_| StorageError::corrupt("user_code"))?,
            client: id(row, "client_id")?,
            scope: scope(row, "scope")?,
            targets: Targets::trusted(words(row, "targets")?),
            address: text(row, "address")?,
            created_at: instant(row, "created_at")?,
            expires_at: instant(row, "expires_at")?,
            interval: Lifetime::from_seconds(number(row, "poll_interval")?),
            polled_at: optional_instant(row, "polled_at")?,
            state: waiting::said(row)?,
        })
    })
}
