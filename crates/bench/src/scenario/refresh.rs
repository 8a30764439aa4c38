//! Each virtual user owns one token family and rotates it without pause. RFC 6749 §6.

use super::browser::Browser;
use super::code_flow::{self, Client, Serial};
use crate::driver::{Failure, VirtualUser};
use crate::http::{self, Connection};

pub(crate) struct Refresh {
    client: Client,
    token: String,
}

impl Refresh {
    /// A family of its own out of an existing session.
    pub(crate) async fn begin(
        user: usize,
        mut browser: Browser,
        client: Client,
        connection: &mut Connection,
    ) -> Result<Self, Failure> {
        let mut flows = Serial::new(user);
        let tokens = code_flow::run(&mut browser, connection, client, &mut flows, None).await?;
        match tokens.refresh {
            Some(token) => Ok(Self { client, token }),
            None => Err(Failure::new(
                "no refresh token came with the code",
                client.id,
            )),
        }
    }
}

impl VirtualUser for Refresh {
    async fn act(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        let form = http::form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &self.token),
        ]);
        let tokens = code_flow::ask_for_tokens(connection, self.client, &form).await?;
        match tokens.refresh {
            Some(successor) if successor != self.token => {
                self.token = successor;
                Ok(())
            }
            _ => Err(Failure::new("the refresh token did not rotate", "")),
        }
    }
}
