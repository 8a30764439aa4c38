//! The same request again and again: discovery, keys, and whatever needs no memory of answers.

use crate::driver::{Failure, VirtualUser};
use crate::http::{self, Connection};
use std::net::SocketAddr;

/// Sends prebuilt bytes; success is a 200 whose body holds a mark, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    step: &'static str,
    request: Vec<u8>,
    mark: &'static [u8],
}

impl Fixed {
    pub(crate) fn new(step: &'static str, request: Vec<u8>, mark: &'static str) -> Self {
        Self {
            step,
            request,
            mark: mark.as_bytes(),
        }
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.request
    }

    /// OIDC Discovery §4, RFC 8414 §3.
    pub(crate) fn discovery(address: SocketAddr) -> Self {
        let request = http::get(address, "/.well-known/openid-configuration", &[]);
        Self::new("discovery", request, "\"issuer\"")
    }

    /// RFC 7517 §5.
    pub(crate) fn jwks(address: SocketAddr) -> Self {
        Self::new(
            "jwks",
            http::get(address, "/oauth/v2/keys", &[]),
            "\"keys\"",
        )
    }
}

impl VirtualUser for Fixed {
    async fn act(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        let response = connection.exchange(&self.request).await?;
        // The mark stands near the beginning, so looking for it costs next to nothing.
        match response.status == 200 && contains(response.body, self.mark) {
            true => Ok(()),
            false => Err(Failure::unexpected(self.step, &response)),
        }
    }
}

fn contains(body: &[u8], mark: &[u8]) -> bool {
    mark.is_empty() || body.windows(mark.len()).any(|window| window == mark)
}
