//! Declared state: organizations, roles, users, machine users and clients in a file.
//!
//! A library, since a server makes such a state true and a stand-in for it does so too.
//!
//! [`Form`] is the file, [`Plan`] the difference to what is there, [`export`] the way back.

mod export;
mod form;
mod plan;

use symbolon_core::time::Timestamp;

pub use export::export;
pub use form::{Form, StateError};
pub use plan::Plan;

/// A moment as people read it.
pub fn utc(moment: Timestamp) -> String {
    time::OffsetDateTime::from_unix_timestamp(moment.seconds())
        .ok()
        .and_then(|moment| {
            moment
                .format(&time::format_description::well_known::Rfc3339)
                .ok()
        })
        .unwrap_or_else(|| moment.seconds().to_string())
}
