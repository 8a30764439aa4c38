//! What the command line says, and what a lab refuses to be.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;
use url::{Host, Url};

/// A stand-in for a Symbolon provider, for the desk and for tests of relying parties. Everybody can
/// be anybody in it: never give it real people or real clients.
#[derive(Clone, Debug, Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub(crate) listen: SocketAddr,
    /// Listen on an address that other machines reach.
    #[arg(long)]
    pub(crate) listen_anyway: bool,
    /// The issuer, when it is not the address that is listened on.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Every request is answered as the issuer of the host that it names: browsers and containers
    /// may then know the lab by different names.
    #[arg(long)]
    pub(crate) issuer_from_host: bool,
    /// A declared state in place of the demo (YAML, the form of `symbolon apply`).
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// What ids and keys follow from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Whoever comes is this person, without a page.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) auto_login: Option<String>,
    /// Clients that nobody declared are taken as they come.
    #[arg(long)]
    pub(crate) lenient_clients: bool,
    /// Nothing but `sqlite::memory:`.
    #[arg(long, value_name = "URL", default_value = "sqlite::memory:")]
    pub(crate) database: String,
}

impl Arguments {
    /// Why this is no lab, if it is none.
    pub(crate) fn refusal(&self) -> Option<String> {
        if self.database != "sqlite::memory:" {
            return Some(
                "a lab keeps nothing: its only database is sqlite::memory:. To keep people and \
                 clients, run symbolon serve"
                    .to_owned(),
            );
        }
        if !self.listen.ip().is_loopback() && !self.listen_anyway {
            return Some(format!(
                "{} is not a loopback address, and in a lab everybody can be anybody: listen on \
                 127.0.0.1, or say --listen-anyway if only you reach that address",
                self.listen
            ));
        }
        let issuer = Url::parse(self.issuer.as_deref()?);
        match issuer {
            Err(error) => Some(format!("--issuer is not a URL ({error})")),
            Ok(url) if url.scheme() == "https" && is_public(&url) => Some(format!(
                "--issuer {url} is https on a public name: that is what people trust, and a lab is \
                 not to be trusted. Use http, or a name below .localhost, .test or .internal"
            )),
            Ok(_) => None,
        }
    }
}

/// Whether a name may belong to somebody (RFC 2606, RFC 6761).
fn is_public(url: &Url) -> bool {
    const PRIVATE: [&str; 5] = ["localhost", "test", "internal", "invalid", "example"];
    match url.host() {
        Some(Host::Domain(name)) => {
            let last = name.rsplit('.').next().unwrap_or_default();
            name.contains('.') && !PRIVATE.contains(&last)
        }
        Some(Host::Ipv4(address)) => !address.is_loopback() && !address.is_private(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn refusal(arguments: &[&str]) -> Option<String> {
        let all = ["symbolon-lab"].iter().chain(arguments);
        Arguments::try_parse_from(all).unwrap().refusal()
    }

    #[test]
    fn a_lab_is_refused_what_would_make_it_a_provider() {
        assert_eq!(refusal(&[]), None);
        assert_eq!(refusal(&["--issuer", "https://idp.test"]), None);
        assert_eq!(refusal(&["--issuer", "http://symbolon-lab:9000"]), None);
        assert_eq!(refusal(&["--listen", "0.0.0.0:1", "--listen-anyway"]), None);
        for refused in [
            &["--database", "sqlite:lab.db"][..],
            &["--database", "postgres://localhost/lab"],
            &["--listen", "0.0.0.0:1"],
            &["--listen", "[::]:1"],
            &["--issuer", "https://id.example.com"],
            &["--issuer", "https://203.0.113.7"],
            &["--issuer", "id"],
        ] {
            assert!(refusal(refused).is_some(), "{refused:?}");
        }
    }
}
