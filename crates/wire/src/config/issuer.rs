//! The issuer identifier, and the paths of the endpoints below it.

use std::{fmt, net::SocketAddr};

use url::{Host, Url};

/// The issuer identifier (RFC 8414 §2, OIDC Discovery §3): an `https` URL with neither query nor
/// fragment, `http` only on the loopback interface. Clients compare it byte by byte, so it is kept
/// as the text that was configured, and only a text in normal form is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// First segments of paths that the server answers itself and that no endpoint may take.
const RESERVED: [&str; 13] = [
    ".well-known",
    "access",
    "choose-account",
    "consent",
    "favicon.ico",
    "healthz",
    "metrics",
    "readyz",
    "sign-in",
    "sign-out",
    "sign-up",
    "signed-out",
    "static",
];

impl Issuer {
    /// Reads an issuer.
    ///
    /// # Errors
    /// Which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(
                    "is http: only on 127.0.0.1, [::1] and localhost is that allowed, \
                            anywhere else write https"
                        .to_owned(),
                );
            }
            other => return Err(format!("has the scheme `{other}`")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("contains a user name or a password".to_owned());
        }
        if url.query().is_some() {
            return Err("has a query (`?`)".to_owned());
        }
        if url.fragment().is_some() {
            return Err("has a fragment (`#`)".to_owned());
        }
        if text.ends_with('/') {
            return Err("ends in `/`".to_owned());
        }
        if url.path() != "/" {
            check_segments(url.path())?;
        }
        let normal = url.as_str().trim_end_matches('/');
        if text != normal {
            return Err(format!("is not in normal form: write {normal}"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The issuer of a server that listens there and was not told its issuer. A wildcard address
    /// becomes the loopback address, because nobody can browse to the wildcard.
    pub fn at(listening: SocketAddr, tls: bool) -> Self {
        let host = match listening {
            SocketAddr::V4(_) if listening.ip().is_unspecified() => "127.0.0.1".to_owned(),
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(_) if listening.ip().is_unspecified() => "[::1]".to_owned(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let (scheme, usual_port) = if tls { ("https", 443) } else { ("http", 80) };
        match listening.port() {
            port if port == usual_port => Self(format!("{scheme}://{host}")),
            port => Self(format!("{scheme}://{host}:{port}")),
        }
    }

    /// The issuer as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Checks the path of an endpoint: `/oauth/v2/token`.
///
/// # Errors
/// Which rule the text breaks.
pub fn check_endpoint_path(path: &str) -> Result<(), String> {
    check_segments(path)?;
    let first = path.split('/').nth(1).unwrap_or_default();
    if RESERVED.contains(&first) {
        return Err(format!(
            "begins with `/{first}`, where the server has pages of its own"
        ));
    }
    Ok(())
}

/// Only unreserved characters (RFC 3986 §2.3): such a path reads the same encoded and decoded,
/// and means nothing to the router.
fn check_segments(path: &str) -> Result<(), String> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err("does not begin with `/`".to_owned());
    };
    for segment in segments.split('/') {
        if segment.is_empty() {
            return Err("has an empty segment or ends in `/`".to_owned());
        }
        if segment == "." || segment == ".." {
            return Err(format!("has the segment `{segment}`"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if let Some(strange) = segment.chars().find(|c| !plain(*c)) {
            return Err(format!(
                "has the character `{}`: a path has only letters, digits and - . _ ~",
                strange.escape_debug()
            ));
        }
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // RFC 6761 §6.3: these names never leave the machine.
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_issuer_is_https_or_loopback() {
        for text in [
            "https://id.example.com",
            "https://id.example.com:8443/realms/acme",
            "https://192.0.2.7",
            "http://127.0.0.1:8080",
            "http://127.8.9.10",
            "http://[::1]:8080",
            "http://localhost:8080",
            "http://id.localhost",
        ] {
            assert_eq!(
                Issuer::parse(text).map(|issuer| issuer.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_issuer_says_why() {
        for (text, why) in [
            (
                "id.example.com",
                "is not a URL (relative URL without a base)",
            ),
            ("ftp://id.example.com", "has the scheme `ftp`"),
            (
                "https://a:b@id.example.com",
                "contains a user name or a password",
            ),
            ("https://id.example.com?a=b", "has a query (`?`)"),
            ("https://id.example.com?", "has a query (`?`)"),
            ("https://id.example.com#", "has a fragment (`#`)"),
            ("https://id.example.com/", "ends in `/`"),
            (
                "https://id.example.com/a//b",
                "has an empty segment or ends in `/`",
            ),
            (
                "https://ID.example.com",
                "is not in normal form: write https://id.example.com",
            ),
            (
                "https://id.example.com:443",
                "is not in normal form: write https://id.example.com",
            ),
            (
                "https://id.example.com/a/../b",
                "is not in normal form: write https://id.example.com/b",
            ),
            (
                " https://id.example.com",
                "is not in normal form: write https://id.example.com",
            ),
            (
                "https://id.example.com/%41",
                "has the character `%`: a path has only letters, digits and - . _ ~",
            ),
        ] {
            assert_eq!(Issuer::parse(text), Err(why.to_owned()), "{text}");
        }
        for text in [
            "http://id.example.com",
            "http://192.0.2.7",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://0.0.0.0:8080",
        ] {
            assert!(
                Issuer::parse(text).unwrap_err().starts_with("is http: "),
                "{text}"
            );
        }
    }

    #[test]
    fn an_issuer_follows_from_the_address() {
        for (address, tls, issuer) in [
            ("127.0.0.1:8080", false, "http://127.0.0.1:8080"),
            ("[::1]:8080", false, "http://[::1]:8080"),
            ("127.0.0.1:80", false, "http://127.0.0.1"),
            ("127.0.0.1:443", true, "https://127.0.0.1"),
            ("127.0.0.1:80", true, "https://127.0.0.1:80"),
            ("0.0.0.0:8080", false, "http://127.0.0.1:8080"),
            ("[::]:8080", false, "http://[::1]:8080"),
        ] {
            let derived = Issuer::at(address.parse().unwrap(), tls);
            assert_eq!(derived.as_str(), issuer);
            assert_eq!(Issuer::parse(issuer), Ok(derived), "{address}");
        }
    }

    #[test]
    fn the_path_of_an_endpoint_is_plain_and_not_taken() {
        for path in ["/oauth/v2/token", "/token", "/a-b/_c~/.d", "/signing-in"] {
            assert_eq!(check_endpoint_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "/",
            "token",
            "/token/",
            "//token",
            "/a/../b",
            "/a/./b",
            "/{id}",
            "/*",
            "/a?b",
            "/a b",
            "/a%2fb",
            "/tökén",
            "/.well-known/x",
            "/static/x",
            "/healthz",
            "/sign-in/x",
        ] {
            assert!(check_endpoint_path(path).is_err(), "{path}");
        }
    }
}
