//! `symbolon machine-key`: key files of machine users.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use symbolon_core::{
    id::Id,
    machine_key::{MOST, MachineKey, USUAL},
    subject::Identifier,
    time::{Clock, Lifetime},
};
use symbolon_jose::machine_key::MachineKeyPair;
use symbolon_storage::Storage;
use symbolon_web::clock::SystemClock;

use super::{CommandError, Common, say};

/// Make a key for a machine user, and print its key file. The file is shown this once: whoever has
/// it is the machine user.
#[derive(Debug, Args)]
pub(crate) struct MachineKeyFile {
    #[command(flatten)]
    common: Common,
    /// The name of the machine user.
    name: String,
    /// For how many days the key is good; left out: for a year and a day.
    #[arg(long)]
    days: Option<u32>,
}

/// The file, as other providers hand it out and their libraries read it.
#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "keyId")]
    key_id: &'a str,
    key: &'a str,
    #[serde(rename = "userId")]
    user_id: &'a str,
}

impl MachineKeyFile {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let (_, storage) = self.common.open().await?;
        let outcome = self.make(&*storage).await;
        storage.close().await;
        outcome
    }

    async fn make(&self, storage: &dyn Storage) -> Result<ExitCode, CommandError> {
        let other = CommandError::Other;
        let now = SystemClock.now();
        let lifetime = match self.days {
            None => USUAL,
            Some(days @ 1..=3650) => Lifetime::from_days(days),
            Some(_) => return Err(other("--days is 1 to 3650".to_owned())),
        };
        let found = match Identifier::parse(&self.name) {
            Ok(identifier) => storage.declared_subject(&identifier).await?,
            Err(_) => None,
        };
        let machine = found
            .filter(|subject| subject.machine)
            .ok_or_else(|| other(format!("no machine user is called {}", self.name)))?;
        if storage.machine_keys(&machine.id).await?.len() >= MOST {
            let why = format!("{} has {MOST} keys; take one away first", self.name);
            return Err(other(why));
        }
        let made = tokio::task::spawn_blocking(MachineKeyPair::generate);
        let made = made.await.map_err(|error| other(error.to_string()))?;
        let pair = made.map_err(|error| other(error.to_string()))?;
        let key = MachineKey {
            id: Id::parse(&pair.kid).map_err(|error| other(error.to_string()))?,
            machine: machine.id,
            jwk: pair.public_jwk,
            created_at: now,
            expires_at: Some(now.plus(lifetime)),
        };
        storage.put_machine_key(&key).await?;
        let file = File {
            kind: "serviceaccount",
            key_id: key.id.as_str(),
            key: &pair.private_pem,
            user_id: key.machine.as_str(),
        };
        let text = serde_json::to_string_pretty(&file);
        say(&text.map_err(|error| other(error.to_string()))?);
        Ok(ExitCode::SUCCESS)
    }
}
