//! `symbolon keys`: the signing keys.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use symbolon_core::{
    keys::{self, KeyState},
    time::Clock,
};
use symbolon_http::{assertion, decryption_keys, installation_key, keyring};
use symbolon_web::clock::SystemClock;

use super::{CommandError, Common, say};
use crate::{
    state,
    wire::{self, WireError},
};

/// Look at the signing keys, or rotate them.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the keys and where they stand.
    List,
    /// Make a successor of every key. It is published at once and signs after
    /// keys.publish_before_use.
    Rotate {
        /// Sign with the new keys at once: for when a key has leaked. Clients that keep the key
        /// set for long may refuse tokens until they fetch it again.
        #[arg(long)]
        now: bool,
    },
    /// Seal all keys, and client secrets that are kept, under the present key-encryption key, after it was replaced.
    Reseal,
}

impl Keys {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let (config, storage) = self.common.open().await?;
        let settings = wire::key_settings(&config)?;
        let now = SystemClock.now();
        match self.what {
            What::List => {
                let records = keyring::records(&storage.signing_keys().await?);
                for record in &records {
                    let state = match keys::state(record, &records, &settings, now) {
                        KeyState::Pending => "pending",
                        KeyState::Active => "active",
                        KeyState::Retiring => "retiring",
                        KeyState::Retired => "retired",
                    };
                    let signs_from = state::utc(record.activates_at);
                    let algorithm = record.algorithm;
                    say(&format!(
                        "{state:<9} {algorithm:<6} signs from {signs_from}  {}",
                        record.id
                    ));
                }
            }
            What::Rotate { now: at_once } => {
                let seal = wire::seal(&config)?;
                let records = keyring::records(&storage.signing_keys().await?);
                let from = if at_once {
                    now
                } else {
                    now.plus(settings.publish_before_use)
                };
                let plans = keys::rotation(&records, &settings, from, now);
                if plans.is_empty() {
                    say("Every key has a successor waiting already; nothing to do.");
                }
                let made = keyring::create(&*storage, &seal, &plans, now).await;
                for id in made.map_err(WireError::from)? {
                    say(&format!("made {id}; signs from {}", state::utc(from)));
                }
                let encrypted = config.requests.encrypted_objects;
                let settings = decryption_keys::settings(&settings, encrypted);
                let records = decryption_keys::records(&storage.encryption_keys().await?);
                let plans = keys::rotation(&records, &settings, from, now);
                let made = decryption_keys::create(&*storage, &seal, &plans, now).await;
                for id in made.map_err(WireError::from)? {
                    say(&format!("made {id}; to encrypt for"));
                }
            }
            What::Reseal => {
                let seal = wire::seal(&config)?;
                let count = keyring::reseal(&*storage, &seal)
                    .await
                    .map_err(WireError::from)?;
                decryption_keys::reseal(&*storage, &seal)
                    .await
                    .map_err(WireError::from)?;
                installation_key::reseal(&*storage, &seal)
                    .await
                    .map_err(WireError::from)?;
                let secrets = assertion::reseal(&*storage, &seal, now)
                    .await
                    .map_err(WireError::from)?;
                let with_secrets = match secrets {
                    0 => String::new(),
                    secrets => format!(" and {secrets} client secrets"),
                };
                say(&format!(
                    "sealed {count} keys{with_secrets} under {}",
                    seal.current_key_id()
                ));
            }
        }
        storage.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
