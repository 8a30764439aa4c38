//! What a setting is: a key, the kind of value it takes, what holds when it is not set, and the
//! sentence that documents it. The settings themselves stand in [`super::table`].

use super::source::Raw;

/// In seconds.
pub(super) const MINUTE: u32 = 60;
/// In seconds.
pub(super) const HOUR: u32 = 60 * MINUTE;
/// In seconds.
pub(super) const DAY: u32 = 24 * HOUR;

/// One setting. In the file it is `key` (its tables give the part before the dot), in the
/// environment [`Setting::variable`].
#[derive(Debug)]
pub struct Setting {
    /// `token.access_lifetime`.
    pub key: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What holds when nobody sets it.
    pub fallback: Fallback,
    /// What it does, in Markdown, in whole sentences.
    pub doc: &'static str,
}

/// What holds when a setting is not set.
#[derive(Debug)]
pub enum Fallback {
    /// This value, written as it is in an environment variable.
    Value(&'static str),
    /// Something that depends on the rest, or the absence of a value.
    Described {
        /// What it is, in words.
        means: &'static str,
        /// A value that would be accepted, for documentation and messages.
        example: &'static str,
    },
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An IP address with a port.
    Address,
    /// A list of signature algorithms.
    Algorithms,
    /// A whole number.
    Count {
        /// The smallest.
        least: u32,
        /// The largest.
        most: u32,
    },
    /// A database URL.
    Database,
    /// A span of time.
    Duration {
        /// The shortest, in seconds.
        least: u32,
        /// The longest, in seconds.
        most: u32,
    },
    /// A key of 256 bits. Never shown.
    EncryptionKey,
    /// A list of such keys. Never shown.
    EncryptionKeys,
    /// The path of an endpoint.
    EndpointPath,
    /// The path of a file.
    File,
    /// Yes or no.
    Flag,
    /// The name of an HTTP header.
    Header,
    /// An issuer identifier.
    Issuer,
    /// What is logged: a level, or a list of levels for parts of the program.
    LogFilter,
    /// How it is logged.
    LogFormat,
    /// The identifier of an organization.
    Name,
    /// A list of IP networks.
    Networks,
    /// Whether proofs of possession carry a nonce.
    NoncePolicy,
    /// A list of signature algorithms of proofs of possession.
    ProofAlgorithms,
    /// Who may register clients.
    RegistrationMode,
    /// A list of words.
    Words,
}

/// One line of the table.
pub(super) const fn setting(
    key: &'static str,
    kind: Kind,
    fallback: Fallback,
    doc: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        fallback,
        doc,
    }
}

/// A span of time between these.
pub(super) const fn seconds(least: u32, most: u32) -> Kind {
    Kind::Duration { least, most }
}

/// A number between these.
pub(super) const fn count(least: u32, most: u32) -> Kind {
    Kind::Count { least, most }
}

impl Setting {
    /// The environment variable: `SYMBOLON_TOKEN_ACCESS_LIFETIME`.
    pub fn variable(&self) -> String {
        format!(
            "{}{}",
            super::source::PREFIX,
            self.key.to_uppercase().replace('.', "_")
        )
    }

    /// The table of the file it stands in (empty for the top level) and its name there.
    pub fn table_and_name(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// A value that is accepted, written as it is in an environment variable. For a secret, how to
    /// make one: a key that stands in a manual is not a key.
    pub const fn example(&self) -> &'static str {
        match self.fallback {
            Fallback::Value(value) => value,
            Fallback::Described { example, .. } => example,
        }
    }

    /// The example as it is written in the file.
    pub fn example_in_toml(&self) -> String {
        let example = self.example();
        match self.kind {
            Kind::EncryptionKey => quoted(""),
            Kind::EncryptionKeys => "[]".to_owned(),
            Kind::Count { .. } | Kind::Flag => example.to_owned(),
            kind if kind.is_list() => {
                let items: Vec<String> = items(example).map(quoted).collect();
                format!("[{}]", items.join(", "))
            }
            _ => quoted(example),
        }
    }
}

impl Kind {
    /// What a value has to look like; reads on after "expected".
    pub fn expected(self) -> String {
        match self {
            Self::Address => "an IP address and a port".to_owned(),
            Self::Algorithms => {
                "a list out of RS256, PS256, ES256 and EdDSA, with RS256 in it".to_owned()
            }
            Self::Count { least, most } => format!("a whole number from {least} to {most}"),
            Self::Database => "sqlite:PATH, sqlite::memory: or postgres://...".to_owned(),
            Self::Duration { least, most } => format!(
                "a duration from {} to {} (units d, h, m and s)",
                super::Seconds::new(least),
                super::Seconds::new(most)
            ),
            Self::EncryptionKey => "32 random bytes in base64".to_owned(),
            Self::EncryptionKeys => "a list of keys, each 32 bytes in base64".to_owned(),
            Self::EndpointPath => "a path that begins with `/`".to_owned(),
            Self::File => "the path of a file".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Header => "the name of an HTTP header".to_owned(),
            Self::Issuer => {
                "an https URL without query, fragment and `/` at its end (http on loopback only)"
                    .to_owned()
            }
            Self::LogFilter => {
                "off, error, warn, info, debug or trace, or a list such as info,sqlx=warn"
                    .to_owned()
            }
            Self::LogFormat => "text or json".to_owned(),
            Self::Name => "the identifier of an organization or client".to_owned(),
            Self::Networks => "a list of IP networks in CIDR notation, or of addresses".to_owned(),
            Self::NoncePolicy => "off, optional or required".to_owned(),
            Self::RegistrationMode => "off, initial_access_token or open".to_owned(),
            Self::Words => "a list of words without white space".to_owned(),
            Self::ProofAlgorithms => "a list out of ES256, EdDSA, PS256 and RS256".to_owned(),
        }
    }

    /// Whether the file takes a list here.
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Algorithms
                | Self::EncryptionKeys
                | Self::Networks
                | Self::ProofAlgorithms
                | Self::Words
        )
    }

    /// Whether no value may be shown, not even in the documentation.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::EncryptionKey | Self::EncryptionKeys)
    }

    /// The value as it may stand in a message, or nothing when it may not.
    pub fn shown(self, raw: &Raw) -> Option<String> {
        let text = match raw {
            Raw::List(items) => items.join(","),
            Raw::Other(_) => return None,
            Raw::Text(text) => text.clone(),
        };
        match self {
            Self::EncryptionKey | Self::EncryptionKeys => None,
            // A database URL can carry a password in more than one place, and one that could not
            // be read could carry it anywhere.
            Self::Database => {
                let (scheme, _) = text.split_once(':')?;
                let plain = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
                plain.then(|| format!("{scheme}:..."))
            }
            // So can a URL that somebody took for the issuer.
            Self::Issuer if text.contains('@') => None,
            _ => Some(shortened(&text)),
        }
    }
}

/// The items of a list that is written in one line of text.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

/// A TOML basic string. The examples need no escapes; a test reads all of them back.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The text without line breaks and other surprises, and not longer than a line.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown
}
