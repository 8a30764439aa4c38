//! `symbolon export`: the present state, in the form that `apply` reads.

use std::process::ExitCode;

use clap::Args;

use super::{CommandError, Common, say};
use crate::state;

/// Print the present state in the form that apply reads.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    common: Common,
    /// Include password hashes and digests of client secrets, so that the file can restore them.
    /// Keep it as safe as the database.
    #[arg(long)]
    with_hashes: bool,
}

impl Export {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let (_, storage) = self.common.open().await?;
        let form = state::export(&*storage, self.with_hashes).await?;
        storage.close().await;
        say(form.to_yaml()?.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
