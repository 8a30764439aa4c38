//! `symbolon migrate`: the schema, brought up to date.

use std::process::ExitCode;

use super::{CommandError, Common, say};

/// Says what was done.
pub(super) async fn run(common: &Common) -> Result<ExitCode, CommandError> {
    let config = common.load(&[])?;
    let storage = symbolon_storage::open(config.database.expose()).await?;
    let pending = storage.pending_migrations().await?;
    storage.migrate().await?;
    storage.close().await;
    match pending.as_slice() {
        [] => say("The database is up to date; nothing to do."),
        pending => pending
            .iter()
            .for_each(|name| say(&format!("applied {name}"))),
    }
    Ok(ExitCode::SUCCESS)
}
