//! Redirection endpoints: what may be registered, and what a request may name.

use std::fmt;

use url::{Host, Url};

/// The longest registered URI in bytes.
pub const LONGEST: usize = 2048;

/// A URI that a browser may be sent to, as it was registered. Compared as a string, never
/// normalised (RFC 9700 §2.1, §4.1.3; requirement A1.1).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri(Box<str>);

/// Why a URI cannot be registered (requirement A1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// White space, a control character, a backslash or anything outside ASCII.
    #[error(
        "a URI has no white space, control characters, backslashes or characters outside ASCII"
    )]
    Character,
    /// `javascript:` and its kin.
    #[error("this scheme runs code or reads files in the browser and cannot be registered")]
    DangerousScheme,
    /// A `#`: RFC 6749 §3.1.2.
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// Not absolute, or without a host where the scheme needs one.
    #[error("a redirect URI is absolute, such as https://app.example/callback")]
    NotAbsolute,
    /// `http` to anything but this machine.
    #[error("http is for loopback addresses only (http://127.0.0.1:…); elsewhere use https")]
    PlainHttp,
    /// A private-use scheme without a dot: RFC 8252 §7.1.
    #[error(
        "a private-use scheme is a domain name you control, reversed, such as com.example.app:/callback"
    )]
    PrivateScheme,
    /// More than [`LONGEST`] bytes.
    #[error("a redirect URI has at most 2048 characters")]
    TooLong,
    /// `user:password@`.
    #[error("a redirect URI has no user name or password")]
    Userinfo,
}

impl RedirectUri {
    /// Reads a URI that is to be registered.
    ///
    /// # Errors
    /// [`RedirectUriError`] names the rule it breaks.
    pub fn register(text: &str) -> Result<Self, RedirectUriError> {
        if text.len() > LONGEST {
            return Err(RedirectUriError::TooLong);
        }
        if !text
            .bytes()
            .all(|byte| matches!(byte, 0x21..=0x7e) && byte != b'\\')
        {
            return Err(RedirectUriError::Character);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        match url.scheme() {
            "https" if has_authority(text) => {}
            "http" if has_authority(text) && is_loopback(&url) => {}
            "http" if has_authority(text) => return Err(RedirectUriError::PlainHttp),
            "https" | "http" => return Err(RedirectUriError::NotAbsolute),
            "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "view-source"
            | "filesystem" | "ftp" | "ws" | "wss" | "mailto" | "jar" => {
                return Err(RedirectUriError::DangerousScheme);
            }
            scheme if scheme.contains('.') => {}
            _ => return Err(RedirectUriError::PrivateScheme),
        }
        let authority = text
            .split_once("://")
            .and_then(|(_, rest)| rest.split(['/', '?']).next());
        // An empty user name is one too: `https://@app.example/`.
        if authority.is_some_and(|authority| authority.contains('@')) || !url.username().is_empty()
        {
            return Err(RedirectUriError::Userinfo);
        }
        Ok(Self(text.into()))
    }

    /// Whether the request's `redirect_uri` is this one: the same string, or, for a loopback IP
    /// address, the same string but for the port (RFC 8252 §7.3).
    pub fn matches(&self, requested: &str) -> bool {
        if *self.0 == *requested {
            return true;
        }
        match (split_loopback(&self.0), split_loopback(requested)) {
            (Some(own), Some(other)) => own == other,
            _ => false,
        }
    }

    /// Whether what is sent there cannot be read on the way: by https, or without leaving the machine
    /// (RFC 8252 §8.3: to an address; what `localhost` is, others decide).
    pub fn is_protected(&self) -> bool {
        self.0.starts_with("https://") || split_loopback(&self.0).is_some()
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl serde::Serialize for RedirectUri {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for RedirectUri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::register(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Reads the address of a page that is only linked to (`client_uri`, `logo_uri`, …): the same
/// rules, and a web address (requirement A1.3).
///
/// # Errors
/// [`RedirectUriError`] names the rule it breaks.
pub fn web_page(text: &str) -> Result<String, RedirectUriError> {
    let page = RedirectUri::register(text)?;
    if text.starts_with("https://") || text.starts_with("http://") {
        Ok(page.0.into_string())
    } else {
        Err(RedirectUriError::DangerousScheme)
    }
}

fn has_authority(text: &str) -> bool {
    // `Url` reads `https:host` and `https:/host` as `https://host`; browsers and clients do not
    // agree on that, so only the plain spelling is accepted.
    text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_lowercase())
            && rest.bytes().next().is_some_and(|byte| byte != b'/')
    })
}

/// Whether it is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Splits `http://127.0.0.1:1234/path` into what stands before and after the port. `localhost` is
/// not in it on purpose: RFC 8252 §8.3 makes the exception for the address literals alone.
fn split_loopback(uri: &str) -> Option<(&str, &str)> {
    ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|host| {
            let rest = uri.strip_prefix(host)?;
            let Some(after_colon) = rest.strip_prefix(':') else {
                return (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest));
            };
            let end = after_colon.find(['/', '?']).unwrap_or(after_colon.len());
            let (port, after) = after_colon.split_at(end);
            let plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            (plain && port.parse::<u16>().is_ok()).then_some((host, after))
        })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn refused(uri: &str) -> RedirectUriError {
        RedirectUri::register(uri).unwrap_err()
    }

    #[test]
    fn a1_3_what_may_not_be_registered() {
        use RedirectUriError as E;
        for (uri, error) in [
            ("/callback", E::NotAbsolute),
            ("https:/app.example", E::NotAbsolute),
            ("https:app.example", E::NotAbsolute),
            ("HTTPS://app.example/", E::NotAbsolute),
            ("http://app.example/cb", E::PlainHttp),
            ("https://app.example/cb#x", E::Fragment),
            ("https://app.example/cb#", E::Fragment),
            ("https://user@app.example/cb", E::Userinfo),
            ("https://:pw@app.example/cb", E::Userinfo),
            ("https://@app.example/cb", E::Userinfo),
            ("https://app.example\\@evil.example/", E::Character),
            ("https://app.example/ cb", E::Character),
            ("https://app.example/\u{e4}", E::Character),
            ("javascript:alert(1)", E::DangerousScheme),
            ("JaVaScRiPt:alert(1)", E::DangerousScheme),
            ("data:text/html,x", E::DangerousScheme),
            ("file:///etc/passwd", E::DangerousScheme),
            ("myapp:/callback", E::PrivateScheme),
        ] {
            assert_eq!(refused(uri), error, "{uri}");
        }
    }

    #[test]
    fn a1_4_native_applications_may_register_reversed_domains_and_loopback() {
        for uri in [
            "com.example.app:/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:3000/cb",
        ] {
            assert!(RedirectUri::register(uri).is_ok(), "{uri}");
        }
    }

    #[test]
    fn a1_1_the_match_is_exact() {
        let registered = RedirectUri::register("https://app.example/cb").unwrap();
        assert!(registered.matches("https://app.example/cb"));
        for other in [
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://app.example:443/cb",
            "https://app.example/cb?x=1",
            "https://app.example/cb#",
            "https://app.example/%63b",
            "https://app.example.evil.example/cb",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        let registered = RedirectUri::register("http://127.0.0.1:5556/callback").unwrap();
        assert!(registered.matches("http://127.0.0.1:9/callback"));
        assert!(registered.matches("http://127.0.0.1/callback"));
        for other in [
            "http://127.0.0.1:9/other",
            "http://127.0.0.1:9@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:/callback",
            "http://[::1]:9/callback",
            "http://localhost:5556/callback",
            "https://127.0.0.1:9/callback",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
    }
}
