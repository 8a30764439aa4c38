//! The settings as documents: the example file, and the tables of `docs/configuration.md`.

use std::fmt::Write as _;

use super::{
    Seconds,
    setting::{Fallback, Kind, Setting},
    table::tables as by_table,
};

/// How wide the comments of the example file are.
const WIDTH: usize = 96;

/// What a table of the file is about.
fn heading(table: &str) -> &'static str {
    match table {
        "backchannel" => "Requests that people approve elsewhere",
        "clients" => "How clients authenticate",
        "device" => "Devices without a browser",
        "dpop" => "Proofs of possession",
        "interaction" => "The way through signing in",
        "keys" => "Signing keys",
        "limits" => "Limits",
        "log" => "Log",
        "metrics" => "Metrics",
        "outbound" => "Requests of the server itself",
        "password" => "Passwords",
        "paths" => "Paths of the endpoints",
        "policy" => "Policy bundles for resource servers",
        "proxy" => "Proxies in front",
        "admin" => "Administration",
        "console" => "The console",
        "registration" => "Signing up",
        "requests" => "Authorization requests",
        "session" => "Sign-ins in the browser",
        "shutdown" => "Stopping",
        "tls" => "TLS",
        "token" => "Tokens",
        "userinfo" => "Userinfo",
        _ => "The server",
    }
}

/// A configuration file with every setting, explained and commented out.
pub(super) fn file() -> String {
    let mut text = String::from(
        "# Configuration of Symbolon, with every setting at its default or with an example.\n\
         # Take the # before a setting away to change it. Every setting is also an environment\n\
         # variable, which is stronger than this file.\n",
    );
    for (table, settings) in by_table() {
        let _ = write!(text, "\n## {}\n", heading(table));
        if !table.is_empty() {
            let _ = writeln!(text, "[{table}]");
        }
        for setting in settings {
            text.push('\n');
            comment(&mut text, &meaning(setting).replace('`', ""));
            let fallback = format!("Default: {}", fallback(setting));
            comment(&mut text, &fallback.replace('`', ""));
            let _ = writeln!(text, "# Variable: {}", setting.variable());
            let (_, name) = setting.table_and_name();
            let _ = writeln!(text, "#{name} = {}", setting.example_in_toml());
        }
    }
    text
}

/// The same as Markdown tables: what the test below holds the manual against.
#[cfg(test)]
pub(super) fn tables() -> String {
    let mut text = String::new();
    for (table, settings) in by_table() {
        let _ = match table {
            "" => write!(text, "### {}\n\n", heading(table)),
            _ => write!(text, "### {} `[{table}]`\n\n", heading(table)),
        };
        text.push_str("| Setting and variable | Default | Meaning |\n| --- | --- | --- |\n");
        for setting in settings {
            let fallback = match setting.fallback {
                Fallback::Value(value) => format!("`{value}`"),
                Fallback::Described { means, .. } => means.to_owned(),
            };
            let _ = writeln!(
                text,
                "| `{}`<br>`{}` | {} | {} |",
                setting.key,
                setting.variable(),
                fallback,
                meaning(setting)
            );
        }
        text.push('\n');
    }
    text
}

fn fallback(setting: &Setting) -> &'static str {
    match setting.fallback {
        Fallback::Described { means, .. } => means,
        Fallback::Value(value) => value,
    }
}

/// The sentences about a setting, the last one about its limits.
fn meaning(setting: &Setting) -> String {
    match setting.kind {
        Kind::Count { least, most } => format!("{} From {least} to {most}.", setting.doc),
        Kind::Duration { least, most } => {
            let (least, most) = (Seconds::new(least), Seconds::new(most));
            format!("{} From {least} to {most}.", setting.doc)
        }
        _ => setting.doc.to_owned(),
    }
}

fn comment(text: &mut String, paragraph: &str) {
    let mut width = 0;
    for word in paragraph.split_whitespace() {
        if width == 0 || width + 1 + word.len() > WIDTH {
            if width > 0 {
                text.push('\n');
            }
            text.push('#');
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + word.len();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::config::{Config, EncodedKey, source::Raw, table::settings, value};

    const BEGIN: &str = "<!-- settings: begin; made from the table in the code -->";
    const END: &str = "<!-- settings: end -->";

    #[test]
    fn the_manual_has_every_setting_as_it_is() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let manual = fs::read_to_string(&path).unwrap();
        let (before, rest) = manual
            .split_once(BEGIN)
            .expect("the manual has a begin mark");
        let (found, after) = rest.split_once(END).expect("the manual has an end mark");
        let wanted = format!("\n\n{}", tables());
        if found == wanted {
            return;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "the switch that rewrites the manual"
        )]
        let update = std::env::var_os("SYMBOLON_TEST_UPDATE").is_some_and(|value| value == "1");
        assert!(
            update,
            "docs/configuration.md is stale. Run the tests once with SYMBOLON_TEST_UPDATE=1, or \
             paste this between its two marks:{wanted}"
        );
        fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    }

    #[test]
    fn the_example_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("symbolon.toml");
        fs::write(&path, Config::example()).unwrap();
        let from_example = Config::load(Some(&path), std::iter::empty(), &[]).unwrap();
        let from_nothing = Config::load(None, std::iter::empty(), &[]).unwrap();
        assert_eq!(format!("{from_example:?}"), format!("{from_nothing:?}"));
    }

    #[test]
    fn every_line_of_the_example_can_be_switched_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("symbolon.toml");
        // The two ways to give the key exclude one another, and the empty key is no key.
        let switched_on: Vec<String> = Config::example()
            .lines()
            .filter(|line| !line.starts_with("#key_encryption_key = "))
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with([' ', '#']) => setting.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        fs::write(&path, switched_on.join("\n")).unwrap();
        let config = Config::load(Some(&path), std::iter::empty(), &[]).unwrap();
        assert_eq!(config.issuer.unwrap().as_str(), "https://id.example.com");
        assert_eq!(config.proxy.trusted.len(), 2);
        assert_eq!(config.registration.organization.as_deref(), Some("acme"));
        assert_eq!(config.tls.unwrap().key, Path::new("/etc/symbolon/key.pem"));
    }

    #[test]
    fn every_example_is_accepted_and_no_secret_has_one() {
        for setting in settings() {
            let example = Raw::Text(setting.example().to_owned());
            if setting.kind.is_secret() {
                assert!(
                    EncodedKey::parse(setting.example()).is_err(),
                    "{}",
                    setting.key
                );
            } else {
                assert_eq!(
                    value::check(&example, setting.kind),
                    Ok(()),
                    "{}",
                    setting.key
                );
            }
        }
    }

    #[test]
    fn no_two_settings_share_a_name_and_tables_stay_together() {
        let keys: BTreeSet<_> = settings().map(|setting| setting.key).collect();
        let variables: BTreeSet<_> = settings().map(Setting::variable).collect();
        assert_eq!(keys.len(), settings().count());
        assert_eq!(variables.len(), settings().count());
        let tables: Vec<_> = by_table().map(|(table, _)| table).collect();
        assert_eq!(tables.iter().collect::<BTreeSet<_>>().len(), tables.len());
        assert_eq!(tables.first(), Some(&""));
    }

    #[test]
    fn every_setting_is_documented_in_sentences() {
        for setting in settings() {
            assert!(setting.doc.ends_with('.'), "{}", setting.key);
            assert!(!setting.doc.contains(['|', '\n']), "{}", setting.key);
        }
    }
}
