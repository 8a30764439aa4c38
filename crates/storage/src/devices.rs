//! The interface of devices that wait for a person.

use async_trait::async_trait;
use symbolon_core::{
    approval::Approval,
    device::{DeviceAuthorization, UserCode},
    secret::{AuthorizationCode, DeviceCode, Digest},
    time::Timestamp,
};

use crate::{Applied, Result};

/// Devices without a browser that wait for a person.
#[async_trait]
pub trait Devices: Send + Sync {
    /// Records one; `Conflict` when its user code is taken.
    async fn create_device(&self, device: &DeviceAuthorization) -> Result<Applied>;

    /// The device of a device code.
    async fn device(&self, code: Digest<DeviceCode>) -> Result<Option<DeviceAuthorization>>;

    /// The device of a code that a person typed.
    async fn device_of_user_code(&self, code: &UserCode) -> Result<Option<DeviceAuthorization>>;

    /// The person said yes: records the approval, under the digest of a code that nobody has;
    /// `Conflict` when the device does not wait any more.
    async fn approve_device(
        &self,
        device: Digest<DeviceCode>,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
    ) -> Result<Applied>;

    /// The person said no; `Conflict` when they, or somebody else, said something before.
    async fn deny_device(&self, device: Digest<DeviceCode>, now: Timestamp) -> Result<Applied>;
}
