//! From the text of a setting to its value. One implementation of [`Value`] for each type; the
//! [`Kind`] brings the limits.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use symbolon_core::{dpop::nonce::NoncePolicy, registration::RegistrationMode};
use tracing_subscriber::filter::Targets;

use super::{
    DatabaseUrl, EncodedKey, Issuer, LogFormat, Seconds,
    issuer::check_endpoint_path,
    registering::Words,
    setting::{Kind, items},
    source::Raw,
};

/// The algorithms that tokens can be signed with (RFC 7518 §3.1, RFC 8037 §3.1).
const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// A type that a setting can have.
pub trait Value: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// What is wrong with it; reads on after the value ("is not a number").
    fn read(raw: &Raw, kind: Kind) -> Result<Self, String>;
}

/// Checks a value without keeping it.
///
/// # Errors
/// As [`Value::read`].
pub fn check(raw: &Raw, kind: Kind) -> Result<(), String> {
    match kind {
        Kind::Address => SocketAddr::read(raw, kind).map(drop),
        Kind::Algorithms | Kind::ProofAlgorithms => Vec::<String>::read(raw, kind).map(drop),
        Kind::Count { .. } => u32::read(raw, kind).map(drop),
        Kind::Database => DatabaseUrl::read(raw, kind).map(drop),
        Kind::Duration { .. } => Seconds::read(raw, kind).map(drop),
        Kind::EncryptionKey => EncodedKey::read(raw, kind).map(drop),
        Kind::EncryptionKeys => Vec::<EncodedKey>::read(raw, kind).map(drop),
        Kind::EndpointPath | Kind::Header | Kind::LogFilter | Kind::Name => {
            String::read(raw, kind).map(drop)
        }
        Kind::File => PathBuf::read(raw, kind).map(drop),
        Kind::Flag => bool::read(raw, kind).map(drop),
        Kind::Issuer => Issuer::read(raw, kind).map(drop),
        Kind::LogFormat => LogFormat::read(raw, kind).map(drop),
        Kind::Networks => Vec::<IpNet>::read(raw, kind).map(drop),
        Kind::NoncePolicy => NoncePolicy::read(raw, kind).map(drop),
        Kind::RegistrationMode => RegistrationMode::read(raw, kind).map(drop),
        Kind::Words => Words::read(raw, kind).map(drop),
    }
}

impl Value for SocketAddr {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        raw.text()?
            .parse()
            .map_err(|_| "is not an IP address with a port".to_owned())
    }
}

impl Value for bool {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        match raw.text()? {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("is neither true nor false".to_owned()),
        }
    }
}

impl Value for u32 {
    fn read(raw: &Raw, kind: Kind) -> Result<Self, String> {
        let number = raw
            .text()?
            .parse()
            .map_err(|_| "is not a whole number in range".to_owned())?;
        match kind {
            Kind::Count { least, .. } if number < least => Err(format!("is less than {least}")),
            Kind::Count { most, .. } if number > most => Err(format!("is more than {most}")),
            _ => Ok(number),
        }
    }
}

impl Value for Seconds {
    fn read(raw: &Raw, kind: Kind) -> Result<Self, String> {
        let span: Self = raw
            .text()?
            .parse()
            .map_err(|error: super::seconds::SecondsError| error.to_string())?;
        match kind {
            Kind::Duration { least, .. } if span.count() < least => {
                Err(format!("is less than {}", Self::new(least)))
            }
            Kind::Duration { most, .. } if span.count() > most => {
                Err(format!("is more than {}", Self::new(most)))
            }
            _ => Ok(span),
        }
    }
}

impl Value for PathBuf {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        match raw.text()? {
            "" => Err("is empty".to_owned()),
            path => Ok(Self::from(path)),
        }
    }
}

impl Value for DatabaseUrl {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        Self::parse(raw.text()?)
    }
}

impl Value for Issuer {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        Self::parse(raw.text()?)
    }
}

impl Value for EncodedKey {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        Self::parse(raw.text()?)
    }
}

impl Value for Vec<EncodedKey> {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        let item = |(index, text)| {
            EncodedKey::parse(text).map_err(|why| format!("{why} (item {})", index + 1))
        };
        raw.items()?.into_iter().enumerate().map(item).collect()
    }
}

impl Value for LogFormat {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        match raw.text()? {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("is neither text nor json".to_owned()),
        }
    }
}

impl Value for NoncePolicy {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        match raw.text()? {
            "off" => Ok(Self::Off),
            "optional" => Ok(Self::Optional),
            "required" => Ok(Self::Required),
            _ => Err("is neither off nor optional nor required".to_owned()),
        }
    }
}

impl Value for Vec<IpNet> {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        raw.items()?.into_iter().map(network).collect()
    }
}

impl Value for String {
    fn read(raw: &Raw, kind: Kind) -> Result<Self, String> {
        let text = raw.text()?;
        match kind {
            Kind::EndpointPath => check_endpoint_path(text)?,
            Kind::LogFilter => check_filter(text)?,
            _ if text.is_empty() => return Err("is empty".to_owned()),
            _ if text.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                return Err("contains white space".to_owned());
            }
            _ => {}
        }
        Ok(text.to_owned())
    }
}

/// The only lists of plain text are those of algorithms.
impl Value for Vec<String> {
    fn read(raw: &Raw, kind: Kind) -> Result<Self, String> {
        let names = raw.items()?;
        for (index, name) in names.iter().enumerate() {
            if !ALGORITHMS.contains(name) {
                return Err(format!("contains `{}`", name.escape_debug()));
            }
            if names[..index].contains(name) {
                return Err(format!("contains {name} twice"));
            }
        }
        // OIDC Core §15.1: an OpenID provider must be able to sign with RS256.
        if kind == Kind::Algorithms && !names.contains(&"RS256") {
            return Err("lacks RS256, which OpenID Connect requires".to_owned());
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(address.into());
    }
    let network: IpNet = text
        .parse()
        .map_err(|_| format!("contains `{}`", text.escape_debug()))?;
    // 10.1.2.3/8 is either a slip in the address or in the length: whom to trust is not guessed.
    if network != network.trunc() {
        return Err(format!(
            "contains `{network}`, which is not the start of its network: {}",
            {
                let whole = network.trunc();
                let host = IpNet::from(network.addr());
                format!("write {whole} or {host}")
            }
        ));
    }
    Ok(network)
}

fn check_filter(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    text.parse::<Targets>()
        .map_err(|error| format!("cannot be read ({error})"))?;
    // The filter takes a bare word that is no level for the name of a module, so `inof` would
    // silently switch everything else off.
    let is_level = |word: &str| LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level));
    let is_directive = |part: &str| part.contains('=') || is_level(part);
    match items(text).find(|part| !is_directive(part)) {
        Some(word) => Err(format!("has `{}`, which is no level", word.escape_debug())),
        None => Ok(()),
    }
}

/// Half, because the other half is to keep issuing tokens while people sign in.
pub(super) fn half_of_the_cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores / 2).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    fn refused(kind: Kind, values: &[&str]) {
        for value in values {
            assert!(check(&text(value), kind).is_err(), "{kind:?} {value}");
        }
    }

    fn accepted(kind: Kind, values: &[&str]) {
        for value in values {
            assert_eq!(check(&text(value), kind), Ok(()), "{kind:?} {value}");
        }
    }

    #[test]
    fn an_address_is_numeric() {
        accepted(Kind::Address, &["127.0.0.1:0", "[::1]:8080", "0.0.0.0:80"]);
        refused(
            Kind::Address,
            &["", "8080", "localhost:8080", "127.0.0.1", "::1:8080:x"],
        );
    }

    #[test]
    fn a_number_stays_within_its_limits() {
        let kind = Kind::Count { least: 2, most: 9 };
        accepted(kind, &["2", "9"]);
        refused(kind, &["", "1", "10", "-2", "2.5", "two", "99999999999"]);
        assert_eq!(check(&text("1"), kind), Err("is less than 2".to_owned()));
        assert_eq!(check(&text("10"), kind), Err("is more than 9".to_owned()));
    }

    #[test]
    fn a_duration_stays_within_its_limits() {
        let kind = Kind::Duration {
            least: 60,
            most: 3600,
        };
        accepted(kind, &["60", "1m", "1h", "59m60s"]);
        refused(kind, &["59s", "1h1s", "1d", "x"]);
        assert_eq!(check(&text("2h"), kind), Err("is more than 1h".to_owned()));
    }

    #[test]
    fn a_flag_is_true_or_false_and_nothing_else() {
        accepted(Kind::Flag, &["true", "false"]);
        refused(Kind::Flag, &["", "yes", "1", "True", "on"]);
    }

    #[test]
    fn a_level_with_a_typing_error_is_refused() {
        let good = ["info", "OFF", "info,sqlx=warn", "symbolon=trace, info"];
        accepted(Kind::LogFilter, &good);
        refused(
            Kind::LogFilter,
            &["", "inof", "symbolon", "info,sqlx=loud", "info,,warn", "3"],
        );
    }

    #[test]
    fn networks_are_whole() {
        accepted(
            Kind::Networks,
            &[
                "10.0.0.0/8",
                "10.1.2.3",
                "fd00::/8,127.0.0.1/32",
                "0.0.0.0/0",
            ],
        );
        refused(
            Kind::Networks,
            &["10.0.0.0/33", "proxy.example.com", "10.0.0.0/8,", "10.0.0"],
        );
        assert_eq!(
            check(&text("10.1.2.3/8"), Kind::Networks),
            Err(
                "contains `10.1.2.3/8`, which is not the start of its network: write 10.0.0.0/8 \
                 or 10.1.2.3/32"
                    .to_owned()
            )
        );
    }

    #[test]
    fn rs256_cannot_be_left_out() {
        accepted(
            Kind::Algorithms,
            &["RS256", "EdDSA,RS256", "RS256, PS256, ES256, EdDSA"],
        );
        refused(
            Kind::Algorithms,
            &["", "ES256", "RS256,none", "RS256,HS256", "rs256"],
        );
        refused(Kind::Algorithms, &["RS256,RS256"]);
    }

    #[test]
    fn proofs_are_signed_with_any_of_the_four() {
        accepted(Kind::ProofAlgorithms, &["ES256", "EdDSA,PS256"]);
        refused(
            Kind::ProofAlgorithms,
            &["", "none", "ES256,HS256", "ES256,ES256"],
        );
        accepted(Kind::NoncePolicy, &["off", "optional", "required"]);
        refused(Kind::NoncePolicy, &["", "on", "true", "Required"]);
    }

    #[test]
    fn an_organization_has_no_white_space() {
        accepted(Kind::Name, &["acme", "0190-abc"]);
        refused(Kind::Name, &["", "a b", "a\n"]);
    }

    #[test]
    fn a_list_does_not_fit_where_one_value_is_due() {
        let list = Raw::List(vec!["12h".to_owned()]);
        let kind = Kind::Duration { least: 0, most: 60 };
        assert_eq!(
            check(&list, kind),
            Err("is a list, where one value is due".to_owned())
        );
        let other = Raw::Other("table");
        assert_eq!(check(&other, kind), Err("is a table".to_owned()));
        assert_eq!(check(&other, Kind::Networks), Err("is a table".to_owned()));
    }
}
