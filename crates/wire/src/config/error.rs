//! Everything that is wrong with a configuration, in words that say what to change.

use std::{fmt, path::PathBuf};

use super::{
    setting::Setting,
    source::{Origin, PREFIX},
    table::{FIRST, settings},
};

/// Why a configuration was refused: all that is wrong with it, not only what was found first.
#[derive(Debug)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Settings that are fine each by itself and make no sense together.
    Conflict(String),
    /// The file is not TOML.
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: Option<usize>,
        /// What the parser did not like.
        why: String,
    },
    /// A name that is no setting.
    Unknown {
        /// The name as it was written.
        name: String,
        /// Where it was written.
        origin: Origin,
        /// The setting that comes closest, written as in that place.
        nearest: String,
    },
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        why: String,
    },
    /// A value that its setting does not take.
    Value {
        /// The key of the setting.
        key: &'static str,
        /// Where the value was written.
        origin: Origin,
        /// The value, unless it must not be shown.
        shown: Option<String>,
        /// What is wrong with it; reads on after the value.
        why: String,
        /// What is expected; reads on after "expected".
        expected: String,
        /// A value that would be accepted, written as in that place.
        example: String,
    },
}

impl ConfigError {
    /// The error for these problems, of which there is at least one.
    pub const fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    #[cfg(test)]
    /// The problems, in the order of the sources and, in the file, of the lines.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(formatter, "the configuration cannot be used: {problem}"),
            problems => {
                write!(
                    formatter,
                    "the configuration cannot be used: {} problems",
                    problems.len()
                )?;
                problems
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, problem)| {
                        write!(formatter, "\n  {}. {problem}", index + 1)
                    })
            }
        }
    }
}

impl Problem {
    /// A name that is no setting.
    pub fn unknown(name: &str, origin: Origin) -> Self {
        let nearest = match &origin {
            Origin::Environment(_) => {
                let written = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
                nearest(&written, |setting| setting.key.replace('.', "_"))
                    .0
                    .variable()
            }
            Origin::CommandLine | Origin::File(..) => {
                let written = name.to_lowercase();
                let (setting, likeness) = nearest(&written, |setting| setting.key.to_owned());
                // What stands at the top level may have been meant for the name of a table.
                let table = settings()
                    .map(|setting| setting.table_and_name().0)
                    .filter(|table| !table.is_empty() && !written.contains('.'))
                    .max_by(|a, b| alike(&written, a).total_cmp(&alike(&written, b)));
                match table.filter(|table| alike(&written, table) > likeness) {
                    Some(table) => format!("the table [{table}]"),
                    None => setting.key.to_owned(),
                }
            }
        };
        Self::Unknown {
            name: name.to_owned(),
            origin,
            nearest,
        }
    }

    /// A value that its setting does not take.
    pub fn value(setting: &Setting, found: &super::source::Found, why: String) -> Self {
        let example = match &found.origin {
            _ if setting.kind.is_secret() => setting.example().to_owned(),
            Origin::CommandLine => setting.example().to_owned(),
            Origin::Environment(name) => format!("{name}={}", setting.example()),
            Origin::File(..) => {
                format!(
                    "{} = {}",
                    setting.table_and_name().1,
                    setting.example_in_toml()
                )
            }
        };
        Self::Value {
            key: setting.key,
            origin: found.origin.clone(),
            shown: setting.kind.shown(&found.raw),
            why,
            expected: setting.kind.expected(),
            example,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(what) => formatter.write_str(what),
            Self::Syntax { file, line, why } => {
                write!(formatter, "{}", file.display())?;
                if let Some(line) = line {
                    write!(formatter, ", line {line}")?;
                }
                write!(formatter, ": not valid TOML: {why}")
            }
            Self::Unknown {
                name,
                origin: Origin::Environment(_),
                nearest,
            } => write!(
                formatter,
                "the environment variable {name} is no setting. Did you mean {nearest}?"
            ),
            Self::Unknown {
                name,
                origin,
                nearest,
            } => write!(
                formatter,
                "{} is no setting (from {origin}). Did you mean {nearest}?",
                name.escape_debug()
            ),
            Self::Unreadable { file, why } => {
                write!(formatter, "{} cannot be read: {why}", file.display())
            }
            Self::Value {
                key,
                origin,
                shown,
                why,
                expected,
                example,
            } => {
                match shown {
                    Some(value) => write!(formatter, "{key}: `{value}` {why}")?,
                    None => write!(formatter, "{key}: the value {why}")?,
                }
                write!(
                    formatter,
                    " (from {origin}). Expected {expected}, for example {example}"
                )
            }
        }
    }
}

/// The setting whose name is most like the one that was written, and how much so: as a whole, or,
/// when somebody put the right name into the wrong table, in its last part.
fn nearest(written: &str, name_of: impl Fn(&Setting) -> String) -> (&'static Setting, f64) {
    let likeness = |setting: &Setting| {
        let last_written = written.rsplit('.').next().unwrap_or(written);
        let last = alike(last_written, setting.table_and_name().1);
        alike(written, &name_of(setting)).max(0.95 * last)
    };
    settings()
        .map(|setting| (setting, likeness(setting)))
        .fold(
            (FIRST, 0.0),
            |best, next| {
                if next.1 > best.1 { next } else { best }
            },
        )
}

/// From 0 to 1. A name that was cut short or lengthened (`tls.cert`, `database_url`) is more alike
/// than counting its letters says.
fn alike(one: &str, other: &str) -> f64 {
    let typing = strsim::normalized_damerau_levenshtein(one, other);
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short.len() >= 3 && long.starts_with(short) {
        typing.max(0.85)
    } else {
        typing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest_key(written: &str) -> &'static str {
        nearest(written, |setting| setting.key.to_owned()).0.key
    }

    #[test]
    fn the_nearest_setting_is_the_one_that_was_meant() {
        for (written, meant) in [
            ("token.acces_lifetime", "token.access_lifetime"),
            ("access_lifetime", "token.access_lifetime"),
            ("session.access_lifetime", "token.access_lifetime"),
            ("session.idle_lifetim", "session.idle_lifetime"),
            ("databse", "database"),
            ("databse_url", "database"),
            ("isuser", "issuer"),
            ("tls.cert", "tls.certificate"),
            ("log.levle", "log.level"),
            ("trusted_proxies", "proxy.trusted"),
            (
                "token.refresh_absolut_lifetime",
                "token.refresh_absolute_lifetime",
            ),
        ] {
            assert_eq!(nearest_key(written), meant, "{written}");
        }
    }

    #[test]
    fn the_nearest_variable_is_named_as_a_variable() {
        for (written, meant) in [
            (
                "SYMBOLON_TOKEN_ACCES_LIFETIME",
                "SYMBOLON_TOKEN_ACCESS_LIFETIME",
            ),
            ("SYMBOLON_ACCESS_LIFETIME", "SYMBOLON_TOKEN_ACCESS_LIFETIME"),
            ("SYMBOLON_DATABASE_URL", "SYMBOLON_DATABASE"),
            ("SYMBOLON_LOGLEVEL", "SYMBOLON_LOG_LEVEL"),
        ] {
            let problem = Problem::unknown(written, Origin::Environment(written.to_owned()));
            let told =
                format!("the environment variable {written} is no setting. Did you mean {meant}?");
            assert_eq!(problem.to_string(), told);
        }
    }
}
