//! `symbolon apply`: a declared state, made true.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use symbolon_core::time::Clock;
use symbolon_web::clock::SystemClock;

use super::{CommandError, Common, say};
use crate::{
    state::{Form, Plan},
    wire,
};

/// Make a declared state true.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    common: Common,
    /// The declared state (YAML).
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Only say what would change.
    #[arg(long)]
    plan: bool,
}

impl Apply {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let form = Form::read(&self.file)?;
        let (config, storage) = self.common.open().await?;
        let passwords = wire::password_pool(&config)?;
        let seal = wire::existing_seal(&config)?;
        let now = SystemClock.now();
        let outbound = wire::outbound(&config)?;
        let seal = seal.as_ref();
        let plan = Plan::make(&form, &*storage, &passwords, seal, &outbound, now).await?;
        if plan.is_empty() {
            say("Nothing to change: the state is as declared.");
        }
        plan.lines().iter().for_each(|line| say(line));
        if !self.plan && !plan.is_empty() {
            plan.apply(&*storage, &passwords, now).await?;
            say(&format!("Applied {} changes.", plan.lines().len()));
        }
        storage.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
