//! `none`: a public client names itself and proves nothing (RFC 6749 §3.2.1).

use super::{Credentials, Presented, Refusal};
use crate::{client::AuthenticationMethod, id::Id};

/// Reads `client_id`.
pub(super) fn parse(client_id: Option<&str>) -> Result<Credentials, Refusal> {
    let client = Id::parse(client_id.ok_or(Refusal::Missing)?);
    Ok(Credentials {
        client: client.map_err(|_| Refusal::MalformedIdentifier)?,
        method: AuthenticationMethod::None,
        presented: Presented::Nothing,
    })
}
