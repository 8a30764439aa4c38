//! `symbolon pat`: personal access tokens.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use symbolon_core::{
    id::Id,
    scope::Scope,
    time::Clock,
    token::personal::{Limits, PersonalAccessToken},
};
use symbolon_storage::{DeclaredSubject, Storage};
use symbolon_web::{clock::SystemClock, entropy::SystemEntropy};

use super::{CommandError, Common, LONGEST_DAYS, called, lifetime, say};
use crate::state;

const PAGE: u32 = 100;

/// Make, list and revoke personal access tokens.
#[derive(Debug, Args)]
pub(crate) struct Pat {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token. Its text is shown this once.
    Create {
        /// The user name, or the name of the machine user, that it stands for.
        #[arg(long)]
        owner: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// For how many days it is good.
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// Only in this organization; may be given several times. Left out: in all of the owner's.
        #[arg(long = "organization", value_name = "ID")]
        organizations: Vec<String>,
        /// Only with this role; may be given several times. Left out: with all of the owner's.
        #[arg(long = "role", value_name = "KEY")]
        roles: Vec<String>,
        /// The scopes. API scopes among them limit it to these.
        #[arg(long, default_value = "openid profile email")]
        scope: String,
    },
    /// List the tokens of an owner.
    List {
        /// The user name, or the name of the machine user.
        #[arg(long)]
        owner: String,
    },
    /// Revoke a token: at once, on every instance within a second.
    Revoke {
        /// Its id, as list shows it.
        id: String,
    },
}

impl Pat {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let (_, storage) = self.common.open().await?;
        let outcome = self.what.run(&*storage).await;
        storage.close().await;
        outcome
    }
}

impl What {
    async fn run(self, storage: &dyn Storage) -> Result<ExitCode, CommandError> {
        let now = SystemClock.now();
        match self {
            Self::Create {
                owner,
                name,
                days,
                organizations,
                roles,
                scope,
            } => {
                let owner = find(storage, &owner).await?;
                let lifetime = lifetime(days, LONGEST_DAYS)?;
                let limits = Limits {
                    organizations: parsed(&organizations, Id::parse)?,
                    roles: parsed(&roles, symbolon_core::role::RoleKey::parse)?,
                    scope: Scope::parse(&scope).map_err(CommandError::other)?,
                };
                let until = now.plus(lifetime);
                let (token, text) =
                    PersonalAccessToken::issue(&owner.id, name, limits, now, until, &SystemEntropy);
                storage.create_personal_token(&token).await?;
                say(text.expose());
                Ok(ExitCode::SUCCESS)
            }
            Self::List { owner } => {
                let owner = find(storage, &owner).await?;
                let mut after = String::new();
                loop {
                    let page = storage.personal_tokens_of(&owner.id, &after, PAGE).await?;
                    let Some((last, _)) = page.last() else {
                        return Ok(ExitCode::SUCCESS);
                    };
                    after = last.id.as_str().to_owned();
                    for (token, used_at) in &page {
                        let state = if token.is_live(now) { "live" } else { "dead" };
                        let used = used_at.map_or("never".to_owned(), state::utc);
                        let until = state::utc(token.expires_at);
                        say(&format!(
                            "{state}  {}  until {until}  used {used}  {}",
                            token.id, token.name
                        ));
                    }
                }
            }
            Self::Revoke { id } => {
                let id = Id::parse(&id).map_err(CommandError::other)?;
                if storage.revoke_personal_token(&id, now).await? {
                    say(&format!("revoked {id}"));
                    Ok(ExitCode::SUCCESS)
                } else {
                    Err(CommandError::other(format!(
                        "no live token has the id {id}; pat list shows the ids"
                    )))
                }
            }
        }
    }
}

async fn find(storage: &dyn Storage, name: &str) -> Result<DeclaredSubject, CommandError> {
    let found = called(storage, name).await?;
    found.ok_or_else(|| CommandError::other(format!("nobody is called {name}")))
}

/// No word: no limit.
fn parsed<T, E: std::fmt::Display>(
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<Vec<T>>, CommandError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let all: Result<_, _> = texts.iter().map(|text| parse(text)).collect();
    all.map(Some).map_err(CommandError::other)
}
