//! How a protection is set up.

use std::{fmt, sync::Arc, time::Duration};

use symbolon_core::{
    id::Id,
    resource_metadata::address,
    time::{Clock, Lifetime},
};
use url::{Host, Url};

use crate::{
    clock::SystemClock, error::BuildError, refresh::Enforcement, server::ResourceServer,
    source::Source, token::Accepted,
};

/// Sets up a [`ResourceServer`].
pub struct Builder {
    issuer: String,
    audience: String,
    client: Option<(String, String)>,
    refresh: Duration,
    trust: Option<Lifetime>,
    leeway: Lifetime,
    roots: Vec<Vec<u8>>,
    publish: bool,
    clock: Arc<dyn Clock>,
}

impl Builder {
    pub(crate) fn new(issuer: String) -> Self {
        Self {
            issuer,
            audience: String::new(),
            client: None,
            refresh: Duration::from_secs(1),
            trust: None,
            leeway: Lifetime::from_seconds(5),
            roots: Vec::new(),
            publish: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// The audience that the API is registered with.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// The confidential client as which the provider is asked. It needs the audience among its
    /// `introspects`.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some((id.into(), secret.into()));
        self
    }

    /// How often the provider is asked for changes: once a second if nothing is said, and never
    /// more often than ten times. This is how old an answer may be while the provider is there.
    #[must_use]
    pub fn refresh_every(mut self, interval: Duration) -> Self {
        self.refresh = interval.max(Duration::from_millis(100));
        self
    }

    /// For how long to go on when the provider does not answer. A bundle has an end of its own (five
    /// minutes, if the provider is not set up otherwise), and this can only shorten it.
    #[must_use]
    pub fn trust_for(mut self, time: Duration) -> Self {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self.trust = Some(Lifetime::from_seconds(seconds));
        self
    }

    /// By how much the clocks of this machine and of the provider may differ: five seconds if
    /// nothing is said. For so long a token is good after its end.
    #[must_use]
    pub fn leeway(mut self, time: Duration) -> Self {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self.leeway = Lifetime::from_seconds(seconds);
        self
    }

    /// Trusts this certificate (PEM) beside those of the machine, for a provider with a private
    /// authority.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Lets challenges name the metadata of the API (RFC 9728), which
    /// [`ResourceServer::publishing`] serves. The audience has to be the https address of the API.
    #[must_use]
    pub fn publish_metadata(mut self) -> Self {
        self.publish = true;
        self
    }

    /// Another clock than that of the machine: for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Fetches the provider's endpoints, keys and policy, and starts the task that keeps them fresh
    /// on the present tokio runtime.
    ///
    /// # Errors
    /// [`BuildError`] when something is missing, or the provider does not answer as it should.
    pub async fn build(self) -> Result<ResourceServer, BuildError> {
        let issuer = issuer(&self.issuer).ok_or(BuildError::Issuer)?;
        let audience = Id::parse(&self.audience).map_err(BuildError::Audience)?;
        let metadata = self
            .publish
            .then(|| address(audience.as_str()).ok_or(BuildError::AudienceNoAddress))
            .transpose()?;
        let (client, secret) = self.client.ok_or(BuildError::ClientMissing)?;
        let http =
            http(&issuer, &self.roots).map_err(|error| BuildError::Http(error.to_string()))?;
        let who = (client.as_str(), secret.as_str());
        let source = Source::discover(http, &issuer, &self.issuer, audience.as_str(), who).await?;
        let accepted = Accepted {
            issuer: self.issuer.into(),
            audience,
            leeway: self.leeway,
            metadata,
        };
        let enforcement = Enforcement::begin(source, accepted, self.clock, self.trust).await?;
        Ok(ResourceServer::start(Arc::new(enforcement), self.refresh))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// RFC 8414 §2: an https URL without query and fragment; http on the loopback interface alone.
fn issuer(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && !text.ends_with('/');
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    (is_plain && is_safe).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn http(issuer: &Url, roots: &[Vec<u8>]) -> Result<reqwest::Client, reqwest::Error> {
    let roots = roots.iter().map(|pem| reqwest::Certificate::from_pem(pem));
    let roots = roots.collect::<Result<Vec<_>, _>>()?;
    // Whoever answers with a redirect would get the secret of the client.
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(2));
    let builder = match issuer.scheme() {
        // On this machine: neither certificates nor a proxy are needed.
        "http" => builder.no_proxy().tls_certs_only([]),
        _ => builder.tls_certs_merge(roots),
    };
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_sent_over_tls_or_not_at_all() {
        for good in [
            "https://id.example",
            "https://id.example/tenant",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            assert!(issuer(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "id.example",
            "http://id.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "ftp://id.example",
            "https://id.example/",
            "https://id.example?a",
            "https://id.example#a",
        ] {
            assert!(issuer(bad).is_none(), "{bad}");
        }
    }
}
