//! What every back end must do: one text, run on SQLite in a file, on SQLite in memory and on
//! PostgreSQL.
//!
//! A module a noun. Each test is a plain function of a [`Database`]; `on_every_back_end!` makes
//! three tests of it, `on_shared_back_ends!` two for what takes several instances.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Declares each rule as a test on every back end.
macro_rules! on_every_back_end {
    ($($rule:ident),* $(,)?) => { $(
        mod $rule {
            use crate::database::Database;

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                super::$rule(&Database::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite_in_memory() {
                super::$rule(&Database::sqlite_in_memory().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                super::$rule(&Database::postgres().await).await;
            }
        }
    )* };
}

/// Declares each rule as a test on the back ends that several instances can share.
macro_rules! on_shared_back_ends {
    ($($rule:ident),* $(,)?) => { $(
        mod $rule {
            use crate::database::Database;

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                super::$rule(&Database::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                super::$rule(&Database::postgres().await).await;
            }
        }
    )* };
}

mod accounts;
mod administration;
mod approvals;
mod attempts;
mod backchannel_requests;
mod browsers;
mod changes;
mod clients;
mod consents;
mod corruption;
mod database;
mod declared;
mod devices;
mod feed;
mod holders;
mod installation_secrets;
mod interactions;
mod logouts;
mod machine_keys;
mod outage;
mod personal_tokens;
mod policies;
mod proxy;
mod purge;
mod pushed_requests;
mod races;
mod registrations;
mod sample;
mod schema;
mod sessions;
mod signing_keys;
mod single_uses;
mod subjects;
mod token_changes;
mod tokens;
