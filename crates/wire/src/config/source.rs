//! Where settings come from, from weak to strong: the file, the environment, the command line.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::{
    error::Problem,
    setting::{Setting, items},
    table::{find, settings},
};

/// How the names of our environment variables begin.
pub const PREFIX: &str = "SYMBOLON_";

/// Variables of the test-suite: not settings, and left alone.
const TEST_PREFIX: &str = "SYMBOLON_TEST_";

/// A value before it is read as what its setting wants.
#[derive(Clone)]
pub enum Raw {
    /// A list of the file.
    List(Vec<String>),
    /// Something of the file that no setting takes: its name in words.
    Other(&'static str),
    /// Anything else; the environment and the command line know nothing but text.
    Text(String),
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command.
    CommandLine,
    /// An environment variable.
    Environment(String),
    /// The configuration file, with the line, counted from 1.
    File(PathBuf, usize),
}

/// A value and where it came from.
#[derive(Clone)]
pub struct Found {
    pub raw: Raw,
    pub origin: Origin,
}

/// What was set, by key.
pub type Layers = BTreeMap<&'static str, Found>;

/// Lays the sources over one another and reports every name that is no setting.
pub fn gather(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    overrides: &[(String, String)],
    problems: &mut Vec<Problem>,
) -> Layers {
    let mut layers = Layers::new();
    if let Some(path) = file {
        match std::fs::read_to_string(path) {
            Ok(text) => from_file(path, &text, &mut layers, problems),
            Err(error) => problems.push(Problem::Unreadable {
                file: path.to_owned(),
                why: error.to_string(),
            }),
        }
    }
    // Sorted, because the order of an environment is an accident and that of messages should not.
    let ours: BTreeMap<String, String> = environment
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    for (name, value) in ours {
        if name.starts_with(TEST_PREFIX) || is_service_link(&name, &value) {
            continue;
        }
        let origin = Origin::Environment(name.clone());
        match settings().find(|setting| setting.variable() == name) {
            // A composition hands over what it does not know as an empty variable.
            Some(_) if value.is_empty() => {}
            Some(setting) => {
                layers.insert(
                    setting.key,
                    Found {
                        raw: Raw::Text(value),
                        origin,
                    },
                );
            }
            None => problems.push(Problem::unknown(&name, origin)),
        }
    }
    for (key, value) in overrides {
        let origin = Origin::CommandLine;
        match find(key) {
            Some(setting) => {
                layers.insert(
                    setting.key,
                    Found {
                        raw: Raw::Text(value.clone()),
                        origin,
                    },
                );
            }
            None => problems.push(Problem::unknown(key, origin)),
        }
    }
    layers
}

/// The environment of this process, for [`super::Config::load`]. A value that is no text becomes
/// one that its setting refuses.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the environment is read"
    )]
    let variables = std::env::vars_os();
    variables.map(|(name, value)| {
        (
            name.to_string_lossy().into_owned(),
            value.to_string_lossy().into_owned(),
        )
    })
}

impl Raw {
    /// The value as one text.
    ///
    /// # Errors
    /// A list or a table is none.
    pub fn text(&self) -> Result<&str, String> {
        match self {
            Self::List(_) => Err("is a list, where one value is due".to_owned()),
            Self::Other(what) => Err(format!("is a {what}")),
            Self::Text(text) => Ok(text),
        }
    }

    /// The value as a list; text is split at its commas.
    ///
    /// # Errors
    /// A table is no list.
    pub fn items(&self) -> Result<Vec<&str>, String> {
        match self {
            Self::List(items) => Ok(items.iter().map(String::as_str).collect()),
            Self::Other(what) => Err(format!("is a {what}")),
            Self::Text(text) => Ok(items(text).collect()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => formatter.write_str("the command line"),
            Self::Environment(name) => write!(formatter, "the environment variable {name}"),
            Self::File(path, line) => write!(formatter, "{}, line {line}", path.display()),
        }
    }
}

fn from_file(path: &Path, text: &str, layers: &mut Layers, problems: &mut Vec<Problem>) {
    let line = |offset: usize| {
        1 + text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
    };
    match DeTable::parse(text) {
        Ok(document) => {
            let mut reader = FileReader {
                path,
                line: &line,
                layers,
                problems,
            };
            reader.table("", document.get_ref());
        }
        // Its `Display` quotes the line, and the line may hold a secret.
        Err(error) => problems.push(Problem::Syntax {
            file: path.to_owned(),
            line: error.span().map(|span| line(span.start)),
            why: error.message().to_owned(),
        }),
    }
}

struct FileReader<'a> {
    path: &'a Path,
    line: &'a dyn Fn(usize) -> usize,
    layers: &'a mut Layers,
    problems: &'a mut Vec<Problem>,
}

impl FileReader<'_> {
    /// Reads a table whose settings begin with `prefix`. A table that is no group of settings is
    /// reported once, not once for everything in it.
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let line = (self.line)(name.span().start);
            let origin = Origin::File(self.path.to_owned(), line);
            let key = format!("{prefix}{}", name.get_ref());
            let group = format!("{key}.");
            match (find(&key), value.get_ref()) {
                (Some(setting), value) => {
                    self.layers.insert(
                        setting.key,
                        Found {
                            raw: raw(value),
                            origin,
                        },
                    );
                }
                (None, DeValue::Table(inner)) if is_group(&group) => self.table(&group, inner),
                (None, _) => self.problems.push(Problem::unknown(&key, origin)),
            }
        }
    }
}

fn is_group(prefix: &str) -> bool {
    settings().any(|Setting { key, .. }| key.starts_with(prefix))
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::Array(array) => {
            let texts = array
                .iter()
                .map(|item| scalar(item.get_ref()))
                .collect::<Option<_>>();
            texts.map_or(Raw::Other("list of something other than text"), Raw::List)
        }
        DeValue::Datetime(_) => Raw::Other("date or time"),
        DeValue::Table(_) => Raw::Other("table"),
        value => scalar(value).map_or(Raw::Other("number out of range"), Raw::Text),
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|n| n.to_string()),
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Array(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// Kubernetes (and the links of older container engines) tells every container where the services
/// of its namespace are. One called `symbolon` or `symbolon-database` makes variables that begin
/// like ours: `SYMBOLON_SERVICE_HOST=10.0.0.11`, `SYMBOLON_PORT=tcp://10.0.0.11:8080`,
/// `SYMBOLON_PORT_8080_TCP_ADDR=10.0.0.11`. Nobody meant those as settings.
/// <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>
fn is_service_link(name: &str, value: &str) -> bool {
    if settings().any(|setting| setting.variable() == name) {
        return false;
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_url = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    if name.ends_with("_SERVICE_HOST") || (name.ends_with("_PORT") && is_url) {
        return true;
    }
    if let Some((_, rest)) = name.rsplit_once("_SERVICE_PORT") {
        return (rest.is_empty() || rest.starts_with('_')) && is_number(value);
    }
    // ..._PORT_8080_TCP, and the same followed by _ADDR, _PORT or _PROTO.
    let name = ["_ADDR", "_PORT", "_PROTO"]
        .iter()
        .find_map(|detail| name.strip_suffix(detail))
        .unwrap_or(name);
    let link = name
        .rsplit_once("_PORT_")
        .and_then(|(_, rest)| rest.split_once('_'));
    link.is_some_and(|(number, protocol)| {
        is_number(number) && ["TCP", "UDP", "SCTP"].contains(&protocol)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_links_are_told_from_settings() {
        for (name, value) in [
            ("SYMBOLON_SERVICE_HOST", "10.0.0.11"),
            ("SYMBOLON_SERVICE_PORT", "8080"),
            ("SYMBOLON_SERVICE_PORT_HTTP", "8080"),
            ("SYMBOLON_PORT", "tcp://10.0.0.11:8080"),
            ("SYMBOLON_PORT_8080_TCP", "tcp://10.0.0.11:8080"),
            ("SYMBOLON_PORT_8080_TCP_ADDR", "10.0.0.11"),
            ("SYMBOLON_PORT_8080_TCP_PORT", "8080"),
            ("SYMBOLON_PORT_8080_TCP_PROTO", "tcp"),
            ("SYMBOLON_DATABASE_PORT_5432_TCP_PORT", "5432"),
        ] {
            assert!(is_service_link(name, value), "{name}");
        }
        for (name, value) in [
            ("SYMBOLON_PORT", "8080"),
            ("SYMBOLON_LISTEN_PORT", "8080"),
            ("SYMBOLON_SERVICE_PORTS", "8080"),
            ("SYMBOLON_TOKEN_ACCES_LIFETIME", "12h"),
            ("SYMBOLON_PORT_8080", "1"),
            ("SYMBOLON_LISTEN", "tcp://10.0.0.11:8080"),
        ] {
            assert!(!is_service_link(name, value), "{name}");
        }
    }
}
