//! `symbolon machine-key`: key files of machine users.

use std::process::ExitCode;

use clap::Args;
use symbolon_admin::MachineKeyFile;
use symbolon_core::{
    id::Id,
    machine_key::{MOST, MachineKey, USUAL},
    time::Clock,
};
use symbolon_jose::machine_key::MachineKeyPair;
use symbolon_storage::Storage;
use symbolon_web::clock::SystemClock;

use super::{CommandError, Common, called, lifetime, say};

/// How long a key can be good at the most: ten years.
const LONGEST_DAYS: u32 = 3650;

/// Make a key for a machine user, and print its key file. The file is shown this once: whoever has
/// it is the machine user.
#[derive(Debug, Args)]
pub(crate) struct MakeMachineKey {
    #[command(flatten)]
    common: Common,
    /// The name of the machine user.
    name: String,
    /// For how many days the key is good; left out: for a year and a day.
    #[arg(long)]
    days: Option<u32>,
}

impl MakeMachineKey {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let (_, storage) = self.common.open().await?;
        let outcome = self.make(&*storage).await;
        storage.close().await;
        outcome
    }

    async fn make(&self, storage: &dyn Storage) -> Result<ExitCode, CommandError> {
        let now = SystemClock.now();
        let lifetime = match self.days {
            None => USUAL,
            Some(days) => lifetime(days, LONGEST_DAYS)?,
        };
        let machine = called(storage, &self.name)
            .await?
            .filter(|subject| subject.machine)
            .ok_or_else(|| {
                CommandError::other(format!("no machine user is called {}", self.name))
            })?;
        if storage.machine_keys(&machine.id).await?.len() >= MOST {
            let why = format!("{} has {MOST} keys; take one away first", self.name);
            return Err(CommandError::other(why));
        }
        let made = tokio::task::spawn_blocking(MachineKeyPair::generate);
        let made = made.await.map_err(CommandError::other)?;
        let pair = made.map_err(CommandError::other)?;
        let key = MachineKey {
            id: Id::parse(&pair.kid).map_err(CommandError::other)?,
            machine: machine.id,
            jwk: pair.public_jwk,
            created_at: now,
            expires_at: Some(now.plus(lifetime)),
        };
        storage.put_machine_key(&key).await?;
        let file = MachineKeyFile::new(&key, pair.private_pem.to_string());
        let text = serde_json::to_string_pretty(&file);
        say(&text.map_err(CommandError::other)?);
        Ok(ExitCode::SUCCESS)
    }
}
