//! `symbolon initial-token`: who may register clients.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::{
    client::GrantType,
    id::Id,
    registration::{
        initial_access_token::{InitialAccessToken, MOST_USES},
        policy::RegistrationPolicy,
    },
    scope::Scope,
    time::{Clock, Timestamp},
};
use symbolon_storage::{Act, Administered, AuditEvent, Storage};
use symbolon_web::{clock::SystemClock, entropy::SystemEntropy};

use super::{CommandError, Common, LONGEST_DAYS, lifetime, say};
use crate::state;

const PAGE: u32 = 100;

/// Make, list and revoke the tokens that let applications register themselves.
#[derive(Debug, Args)]
pub(crate) struct InitialToken {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token. Its text is shown this once.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// For how many days it is good.
        #[arg(long, default_value_t = 1)]
        days: u32,
        /// How many clients may be registered with it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// Whose the clients are. Left out: the installation's.
        #[arg(long, value_name = "ID")]
        organization: Option<String>,
        /// A grant that the clients may have; may be given several times. Left out:
        /// authorization_code and refresh_token.
        #[arg(long = "grant", value_name = "GRANT_TYPE")]
        grants: Vec<String>,
        /// The API scopes that the clients may have, beside the standard ones.
        #[arg(long, default_value = "")]
        scope: String,
        /// An API that the tokens of the clients are for; may be given several times.
        #[arg(long = "audience", value_name = "URI")]
        audience: Vec<String>,
        /// Let confidential clients do without PKCE.
        #[arg(long)]
        without_pkce: bool,
    },
    /// List the tokens.
    List,
    /// Revoke a token. The clients that were registered with it stay.
    Revoke {
        /// Its id, as list shows it.
        id: String,
    },
}

impl InitialToken {
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
                name,
                days,
                uses,
                organization,
                grants,
                scope,
                audience,
                without_pkce,
            } => {
                let lifetime = lifetime(days, LONGEST_DAYS)?;
                if !(1..=MOST_USES).contains(&uses) {
                    return Err(CommandError::other(format!("--uses is 1 to {MOST_USES}")));
                }
                let organization = organization.as_deref().map(Id::parse).transpose();
                let policy = RegistrationPolicy {
                    grant_types: grant_types(&grants)?,
                    scope: Scope::parse(&scope).map_err(CommandError::other)?,
                    audience,
                    organization: organization.map_err(CommandError::other)?,
                    require_pkce: !without_pkce,
                };
                policy.check().map_err(CommandError::other)?;
                if let Some(place) = &policy.organization
                    && storage.stored_organization(place).await?.is_none()
                {
                    return Err(CommandError::other(format!(
                        "there is no organization {place}"
                    )));
                }
                let until = now.plus(lifetime);
                let (token, text) =
                    InitialAccessToken::issue(name, policy, uses, now, until, &SystemEntropy);
                let event = event("initial_access_token.create", &token, now);
                let act = Act::CreateInitialToken(Box::new(token));
                storage.administer(&act, &event, None).await?;
                say(text.expose());
                Ok(ExitCode::SUCCESS)
            }
            Self::List => list(storage, now).await,
            Self::Revoke { id } => {
                let id = Id::parse(&id).map_err(CommandError::other)?;
                let found = storage.initial_access_token_of_id(&id).await?;
                let Some(token) = found else {
                    return Err(none(&id));
                };
                let event = event("initial_access_token.revoke", &token, now);
                let act = Act::RevokeInitialToken(id.clone());
                match storage.administer(&act, &event, None).await? {
                    Administered::Done => {
                        say(&format!("revoked {id}"));
                        Ok(ExitCode::SUCCESS)
                    }
                    _ => Err(none(&id)),
                }
            }
        }
    }
}

async fn list(storage: &dyn Storage, now: Timestamp) -> Result<ExitCode, CommandError> {
    let mut after = String::new();
    loop {
        let page = storage.initial_access_tokens_after(&after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(ExitCode::SUCCESS);
        };
        after = last.id.as_str().to_owned();
        for token in &page {
            let state = if token.is_live(now) { "live" } else { "dead" };
            say(&format!(
                "{state}  {}  until {}  uses left {}  {}",
                token.id,
                state::utc(token.expires_at),
                token.uses_left,
                token.name
            ));
        }
    }
}

fn grant_types(words: &[String]) -> Result<Vec<GrantType>, CommandError> {
    if words.is_empty() {
        return Ok(RegistrationPolicy::default().grant_types);
    }
    let parse = |word: &String| {
        GrantType::from_wire(word)
            .ok_or_else(|| CommandError::other(format!("{word} is no grant type")))
    };
    words.iter().map(parse).collect()
}

/// Whoever can run this has the database.
fn event(action: &str, token: &InitialAccessToken, now: Timestamp) -> AuditEvent {
    AuditEvent {
        id: Id::generate(now, &SystemEntropy),
        happened_at: now,
        actor: "urn:symbolon:command-line".to_owned(),
        client: None,
        address: None,
        request_id: None,
        action: action.to_owned(),
        object: format!("initial_access_token/{}", token.id),
        organization: token.policy.organization.clone(),
        detail: json!({ "name": token.name, "uses": token.uses_left }),
    }
}

fn none(id: &Id<InitialAccessToken>) -> CommandError {
    CommandError::other(format!(
        "no live token has the id {id}; initial-token list shows the ids"
    ))
}
