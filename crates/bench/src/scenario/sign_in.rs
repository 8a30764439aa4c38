//! The whole code flow from nothing: authorize, the page, the password, the code, the token.
//!
//! Each flow begins with an empty cookie jar. Hashing the password dominates it by far, which
//! is why the flow with an existing session is measured beside it.

use super::browser::Browser;
use super::code_flow::{self, Client, Serial};
use crate::driver::{Failure, VirtualUser};
use crate::http::Connection;

/// How many people `bench.yaml` declares. An account bears five attempts at once, so up to five
/// times as many virtual users can sign in without meeting the limit of attempts.
const PEOPLE: usize = 64;

/// Somebody with a password.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Person {
    /// The one whom a virtual user of this number plays.
    pub(crate) fn number(user: usize) -> Self {
        Self {
            username: format!("bench-person-{}", user % PEOPLE),
            password: "a long pass phrase for the load driver".to_owned(),
        }
    }
}

pub(crate) struct SignIn {
    person: Person,
    client: Client,
    flows: Serial,
}

impl SignIn {
    pub(crate) fn new(user: usize, client: Client) -> Self {
        Self {
            person: Person::number(user),
            client,
            flows: Serial::new(user),
        }
    }

    /// Signs in once and keeps the session.
    pub(crate) async fn session(mut self, connection: &mut Connection) -> Result<Browser, Failure> {
        let mut browser = Browser::default();
        let person = Some(&self.person);
        code_flow::run(
            &mut browser,
            connection,
            self.client,
            &mut self.flows,
            person,
        )
        .await?;
        Ok(browser)
    }
}

impl VirtualUser for SignIn {
    async fn act(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        let mut browser = Browser::default();
        let person = Some(&self.person);
        code_flow::run(
            &mut browser,
            connection,
            self.client,
            &mut self.flows,
            person,
        )
        .await
        .map(drop)
    }
}
