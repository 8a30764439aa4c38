//! Authorization code with PKCE in a browser that is already signed in: authorize, then token.
//! RFC 6749 §4.1, RFC 7636. The steps serve the other flows as well.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::browser::Browser;
use super::sign_in::Person;
use crate::driver::{Failure, VirtualUser};
use crate::http::{self, Connection};
use crate::limit::TOKEN_PATH;

const REDIRECT_URI: &str = "http://127.0.0.1:5556/callback";
/// A flow with more redirects than this goes in circles.
const MOST_HOPS: usize = 8;

/// A relying party of `bench.yaml`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) id: &'static str,
    pub(crate) secret: Option<&'static str>,
}

/// Public: names itself with `client_id` alone.
pub(crate) const WEB: Client = Client {
    id: "bench-web",
    secret: None,
};
/// Confidential: proves itself with HTTP Basic.
pub(crate) const CONFIDENTIAL: Client = Client {
    id: "bench-confidential",
    secret: Some("bench-confidential-secret"),
};

impl Client {
    /// RFC 6749 §2.3.1. Neither part holds a character that would have to be form-encoded.
    pub(crate) fn authorization(self) -> Option<String> {
        let pair = format!("{}:{}", self.id, self.secret?);
        Some(format!("Authorization: Basic {}", STANDARD.encode(pair)))
    }
}

/// What the token endpoint gave out.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

/// A virtual user with a session of its own.
pub(crate) struct CodeFlow {
    browser: Browser,
    client: Client,
    flows: Serial,
}

impl CodeFlow {
    pub(crate) fn new(user: usize, browser: Browser, client: Client) -> Self {
        Self {
            browser,
            client,
            flows: Serial::new(user),
        }
    }
}

impl VirtualUser for CodeFlow {
    async fn act(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        run(
            &mut self.browser,
            connection,
            self.client,
            &mut self.flows,
            None,
        )
        .await
        .map(drop)
    }
}

/// The whole flow; with a person, whoever is asked to sign in does.
pub(crate) async fn run(
    browser: &mut Browser,
    connection: &mut Connection,
    client: Client,
    flows: &mut Serial,
    person: Option<&Person>,
) -> Result<Tokens, Failure> {
    let verifier = flows.next_verifier();
    let code = authorize(browser, connection, client, &verifier, person).await?;
    redeem(connection, client, &code, &verifier).await
}

async fn authorize(
    browser: &mut Browser,
    connection: &mut Connection,
    client: Client,
    verifier: &str,
    mut person: Option<&Person>,
) -> Result<String, Failure> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let query = http::form(&[
        ("response_type", "code"),
        ("client_id", client.id),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile email"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", verifier),
        ("nonce", verifier),
    ]);
    let mut target = format!("/oauth/v2/authorize?{query}");
    let mut page = browser.get(connection, "authorize", &target).await?;
    for _ in 0..MOST_HOPS {
        match (&page.location, person) {
            (Some(location), _) => {
                if let Some(answer) = location.strip_prefix(REDIRECT_URI) {
                    return code(answer, verifier);
                }
                target = local_target(location, connection.address())?;
                page = browser.get(connection, "page", &target).await?;
            }
            (None, Some(who)) => {
                let csrf = page.hidden_field("csrf").unwrap_or_default();
                let form = http::form(&[
                    ("username", &who.username),
                    ("password", &who.password),
                    ("csrf", csrf),
                ]);
                page = browser.post(connection, "sign-in", &target, &form).await?;
                // Asked once more means refused: the next round must not try again.
                person = None;
            }
            (None, None) => {
                return Err(Failure::new("a page where a redirect was due", &target));
            }
        }
    }
    Err(Failure::new("too many redirects", &target))
}

async fn redeem(
    connection: &mut Connection,
    client: Client,
    code: &str,
    verifier: &str,
) -> Result<Tokens, Failure> {
    // The code comes out of a query, so it is encoded already.
    let form = http::form(&[
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", verifier),
    ]);
    ask_for_tokens(connection, client, &format!("{form}&code={code}")).await
}

/// Posts a form to the token endpoint as that client.
pub(crate) async fn ask_for_tokens(
    connection: &mut Connection,
    client: Client,
    form: &str,
) -> Result<Tokens, Failure> {
    let request = match client.authorization() {
        Some(header) => http::post_form(connection.address(), TOKEN_PATH, &[&header], form),
        None => {
            let form = format!("{form}&client_id={}", client.id);
            http::post_form(connection.address(), TOKEN_PATH, &[], &form)
        }
    };
    let response = connection.exchange(&request).await?;
    match serde_json::from_slice::<TokenResponse<'_>>(response.body) {
        Ok(tokens) if response.status == 200 => Ok(Tokens {
            access: tokens.access_token.to_owned(),
            refresh: tokens.refresh_token.map(str::to_owned),
        }),
        _ => Err(Failure::unexpected("token", &response)),
    }
}

/// Only what is used. Tokens have no character that JSON would escape, so they can be borrowed.
#[derive(Deserialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
}

/// Numbers the flows of one user, so that no verifier or state comes twice in a run.
#[derive(Debug)]
pub(crate) struct Serial {
    user: usize,
    flows: u64,
}

impl Serial {
    pub(crate) fn new(user: usize) -> Self {
        Self { user, flows: 0 }
    }

    /// 43 unreserved characters (RFC 7636 §4.1). Unique is enough here: nobody else listens.
    fn next_verifier(&mut self) -> String {
        self.flows += 1;
        format!("bench-{:018}-{:018}", self.user, self.flows)
    }
}

/// The code out of `?code=...&state=...`.
fn code(answer: &str, state: &str) -> Result<String, Failure> {
    let query = answer.strip_prefix('?').unwrap_or_default();
    let parameter = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
    };
    match (parameter("code"), parameter("state")) {
        (Some((_, code)), Some((_, returned))) if returned == state => Ok(code.to_owned()),
        _ => Err(Failure::new("authorize: no code", answer)),
    }
}

/// A path on the measured server; a redirect that leads anywhere else is not followed.
fn local_target(location: &str, address: SocketAddr) -> Result<String, Failure> {
    let path = location
        .strip_prefix(&format!("http://{address}"))
        .unwrap_or(location);
    match path.starts_with('/') && !path.starts_with("//") {
        true => Ok(path.to_owned()),
        false => Err(Failure::new("a redirect to another place", location)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_verifier_has_the_shortest_permitted_length_and_never_comes_twice() {
        let mut serial = Serial::new(255);
        let (first, second) = (serial.next_verifier(), serial.next_verifier());
        assert_eq!(first.len(), 43);
        assert_ne!(first, second);
        assert_ne!(first, Serial::new(254).next_verifier());
    }

    #[test]
    fn a_code_counts_only_with_the_state_that_was_sent() {
        assert_eq!(code("?code=abc&state=s&iss=x", "s").unwrap(), "abc");
        assert!(code("?code=abc&state=t", "s").is_err());
        assert!(code("?error=access_denied&state=s", "s").is_err());
    }

    #[test]
    fn a_redirect_to_another_host_is_not_followed() {
        let address = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(local_target("/sign-in/1", address).unwrap(), "/sign-in/1");
        assert_eq!(
            local_target("http://127.0.0.1:8080/x?y", address).unwrap(),
            "/x?y"
        );
        for location in [
            "//example.org/",
            "http://example.org/",
            "http://127.0.0.1:80801/",
        ] {
            assert!(local_target(location, address).is_err(), "{location}");
        }
    }

    #[test]
    fn a_confidential_client_proves_itself_and_a_public_one_does_not() {
        assert_eq!(WEB.authorization(), None);
        let header = CONFIDENTIAL.authorization().unwrap();
        assert_eq!(
            header,
            "Authorization: Basic YmVuY2gtY29uZmlkZW50aWFsOmJlbmNoLWNvbmZpZGVudGlhbC1zZWNyZXQ="
        );
    }
}
