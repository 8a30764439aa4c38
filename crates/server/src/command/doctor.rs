//! `symbolon doctor`: is everything as it should be, and if not, what to do.

use std::process::ExitCode;

use symbolon_core::{keys, time::Clock};
use symbolon_http::keyring;
use symbolon_storage::Storage;
use symbolon_web::clock::SystemClock;

use super::{CommandError, Common, say};
use crate::{config::Config, wire};

/// How far the clocks of this machine and of the database may differ, in seconds.
const SKEW: i64 = 60;

/// Checks, one line each.
pub(super) async fn run(common: &Common) -> Result<ExitCode, CommandError> {
    let config = match common.load(&[]) {
        Ok(config) => config,
        Err(error) => {
            say(&format!("FAIL configuration: {error}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut report = Report::default();
    report.good("configuration", "is complete");
    config
        .warnings
        .iter()
        .for_each(|warning| report.warn("configuration", warning));
    if let Some(storage) = check_database(&config, &mut report).await {
        check_clock(&*storage, &mut report).await;
        check_keys(&config, &*storage, &mut report).await;
        storage.close().await;
    }
    check_issuer(&config, &mut report).await;
    if report.failed {
        return Ok(ExitCode::FAILURE);
    }
    say("Nothing to fix.");
    Ok(ExitCode::SUCCESS)
}

#[derive(Default)]
struct Report {
    failed: bool,
}

impl Report {
    fn good(&mut self, what: &str, text: &str) {
        say(&format!("ok   {what}: {text}"));
    }

    fn warn(&mut self, what: &str, text: &str) {
        say(&format!("warn {what}: {text}"));
    }

    fn bad(&mut self, what: &str, text: &str) {
        self.failed = true;
        say(&format!("FAIL {what}: {text}"));
    }
}

async fn check_database(
    config: &Config,
    report: &mut Report,
) -> Option<std::sync::Arc<dyn Storage>> {
    let storage = match symbolon_storage::open(config.database.expose()).await {
        Ok(storage) => storage,
        Err(error) => {
            report.bad("database", &format!("{error}. Check the setting database, that the server runs, and that this machine may reach it"));
            return None;
        }
    };
    match storage.pending_migrations().await {
        Ok(pending) if pending.is_empty() => report.good("database", "answers, schema up to date"),
        Ok(pending) => {
            let text = format!(
                "{} migrations are pending; serve applies them, or run symbolon migrate",
                pending.len()
            );
            report.warn("database", &text);
            return None;
        }
        Err(error) => {
            report.bad("database", &error.to_string());
            return None;
        }
    }
    Some(storage)
}

async fn check_clock(storage: &dyn Storage, report: &mut Report) {
    let now = SystemClock.now();
    match storage.database_time().await {
        Ok(None) => report.good(
            "clock",
            "the database is on this machine and shares its clock",
        ),
        Ok(Some(theirs)) => {
            let skew = theirs.seconds() - now.seconds();
            if skew.abs() > SKEW {
                report.bad("clock", &format!("this machine and the database differ by {skew} seconds; run a time service (NTP) on both"));
            } else {
                report.good(
                    "clock",
                    &format!("differs from the database by {skew} seconds"),
                );
            }
        }
        Err(error) => report.bad("clock", &error.to_string()),
    }
}

async fn check_keys(config: &Config, storage: &dyn Storage, report: &mut Report) {
    let seal = match wire::existing_seal(config) {
        Ok(Some(seal)) => seal,
        Ok(None) => {
            report.warn(
                "keys",
                "there is no key-encryption key yet; the first start makes one",
            );
            return;
        }
        Err(error) => return report.bad("keys", &error.to_string()),
    };
    let (stored, settings) = match (storage.signing_keys().await, wire::key_settings(config)) {
        (Ok(stored), Ok(settings)) => (stored, settings),
        (Err(error), _) => return report.bad("keys", &error.to_string()),
        (_, Err(error)) => return report.bad("keys", &error.to_string()),
    };
    let mut opened = 0;
    for key in &stored {
        let context = keyring::context(key.record.id.as_str());
        match seal.open(context.as_bytes(), &key.sealed) {
            Ok(_) => opened += 1,
            Err(error) => report.bad("keys", &format!("{}: {error}", key.record.id)),
        }
    }
    let due = keys::due(&keyring::records(&stored), &settings, SystemClock.now());
    report.good(
        "keys",
        &format!("{opened} of {} can be opened", stored.len()),
    );
    if !due.is_empty() {
        let text = format!(
            "{} keys are due; a running server makes them by itself",
            due.len()
        );
        report.warn("keys", &text);
    }
}

async fn check_issuer(config: &Config, report: &mut Report) {
    let issuer = config.issuer_at(config.listen);
    let url = format!("{}/.well-known/openid-configuration", issuer.as_str());
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(5))
        .build();
    let answer = match client {
        Ok(client) => client.get(&url).send().await,
        Err(error) => Err(error),
    };
    let document = match answer {
        Ok(answer) if answer.status().is_success() => answer.json::<serde_json::Value>().await,
        Ok(answer) => {
            let text = format!(
                "{url} answers {}; does the proxy in front forward this path?",
                answer.status()
            );
            return report.bad("issuer", &text);
        }
        Err(error) => {
            let text = format!(
                "{url} does not answer ({error}); start the server, or set issuer to the address under which it is reached"
            );
            return report.warn("issuer", &text);
        }
    };
    match document {
        Ok(document) if document["issuer"] == issuer.as_str() => {
            report.good(
                "issuer",
                &format!("{url} answers and names itself {}", issuer.as_str()),
            );
        }
        Ok(document) => report.bad(
            "issuer",
            &format!(
                "{url} names itself {}, the setting issuer says {}; make them the same",
                document["issuer"],
                issuer.as_str()
            ),
        ),
        Err(_) => report.bad(
            "issuer",
            &format!("{url} is not JSON; something else answers there"),
        ),
    }
}
