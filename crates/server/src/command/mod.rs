//! The commands, one file each, and what they share.

mod apply;
mod config;
mod doctor;
mod export;
mod initial_token;
mod keys;
mod machine_key;
mod migrate;
mod pat;
mod serve;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, Parser, Subcommand};
use symbolon_core::{subject::Identifier, time::Lifetime};
use symbolon_storage::{DeclaredSubject, Storage, StorageError};

use crate::config::{Config, environment};

/// An OpenID Connect authorization server and identity provider.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Bring the database schema up to date (serve does so too).
    Migrate(Common),
    /// Make a declared state true.
    Apply(apply::Apply),
    /// Print the present state in the form that apply reads.
    Export(export::Export),
    /// Look at the signing keys, or rotate them.
    Keys(keys::Keys),
    /// Make a key for a machine user, and print its key file.
    MachineKey(machine_key::MakeMachineKey),
    /// Make, list and revoke personal access tokens.
    Pat(pat::Pat),
    /// Make, list and revoke the tokens that let applications register themselves.
    InitialToken(initial_token::InitialToken),
    /// Check configuration, database, clock, keys and issuer, and say what to fix.
    Doctor(Common),
    /// Print a configuration file with every setting explained.
    Config,
}

/// How long a token can live at the most: a year and a day, so that it is looked at again.
const LONGEST_DAYS: u32 = 366;

/// What every command that touches the database takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: sqlite:PATH, sqlite::memory: or postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Why a command stopped, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("{0}")]
    Config(#[from] crate::config::ConfigError),
    #[error("{0}")]
    State(#[from] crate::state::StateError),
    #[error("{0}")]
    Storage(#[from] StorageError),
    #[error("{0}")]
    Wire(#[from] crate::wire::WireError),
    #[error("{0}")]
    Other(String),
}

impl CommandError {
    fn other(why: impl std::fmt::Display) -> Self {
        Self::Other(why.to_string())
    }
}

/// Runs a command.
pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, CommandError> {
    match arguments.command {
        Command::Serve(serve) => serve.run().await,
        Command::Migrate(common) => migrate::run(&common).await,
        Command::Apply(apply) => apply.run().await,
        Command::Export(export) => export.run().await,
        Command::Keys(keys) => keys.run().await,
        Command::MachineKey(key) => key.run().await,
        Command::Pat(pat) => pat.run().await,
        Command::InitialToken(token) => token.run().await,
        Command::Doctor(common) => doctor::run(&common).await,
        Command::Config => {
            config::run();
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Says on standard error why nothing was done.
#[expect(
    clippy::print_stderr,
    reason = "a command line speaks to whoever typed it"
)]
pub(crate) fn fail(message: &str) -> ExitCode {
    eprintln!("symbolon: {message}");
    ExitCode::FAILURE
}

/// Says something on standard output.
#[expect(
    clippy::print_stdout,
    reason = "a command line speaks to whoever typed it"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

impl Common {
    fn load(&self, more: &[(String, String)]) -> Result<Config, CommandError> {
        let database = self
            .database
            .iter()
            .map(|url| ("database".to_owned(), url.clone()));
        let overrides: Vec<_> = database.chain(more.iter().cloned()).collect();
        Ok(Config::load(
            self.config.as_deref(),
            environment(),
            &overrides,
        )?)
    }

    /// The configuration, and the database with its schema up to date.
    async fn open(&self) -> Result<(Config, Arc<dyn Storage>), CommandError> {
        let config = self.load(&[])?;
        crate::logging::start(config.log.format, "warn");
        let storage = symbolon_storage::open(config.database.expose()).await?;
        storage.migrate().await?;
        Ok((config, storage))
    }
}

/// Whom people mean by this name.
async fn called(
    storage: &dyn Storage,
    name: &str,
) -> Result<Option<DeclaredSubject>, StorageError> {
    match Identifier::parse(name) {
        Ok(identifier) => storage.declared_subject(&identifier).await,
        Err(_) => Ok(None),
    }
}

/// What was said as `--days`.
fn lifetime(days: u32, longest: u32) -> Result<Lifetime, CommandError> {
    if !(1..=longest).contains(&days) {
        return Err(CommandError::other(format!("--days is 1 to {longest}")));
    }
    Ok(Lifetime::from_days(days))
}
