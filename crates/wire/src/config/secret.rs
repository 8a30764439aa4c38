//! The two settings that must not be printed: key-encryption keys, and the password inside a
//! database URL.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT},
};
use url::Url;

/// A key-encryption key as it was written: base64 of 32 bytes, for
/// `symbolon_jose::KeyEncryptionKey::from_base64`. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedKey(String);

/// Where the data lives: `sqlite:PATH`, `sqlite::memory:` or `postgres://...`. Printed without its
/// password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl EncodedKey {
    /// Reads a key; white space around it is ignored.
    ///
    /// # Errors
    /// What is wrong with the text, without the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // 64 hexadecimal digits are valid base64 too, of 48 bytes that nobody meant.
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("is hexadecimal".to_owned());
        }
        let bytes = STANDARD_PAD_INDIFFERENT
            .decode(text)
            .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text))
            .map_err(|_| "is not base64".to_owned())?;
        let [first, rest @ ..] = bytes.as_slice() else {
            return Err("is empty".to_owned());
        };
        if bytes.len() != 32 {
            return Err(format!("decodes to {} bytes, not to 32", bytes.len()));
        }
        if rest.iter().all(|byte| byte == first) {
            return Err("is one byte repeated: that is a placeholder, not a key".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The key itself, in base64.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EncodedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncodedKey")
    }
}

impl DatabaseUrl {
    /// Reads a database URL.
    ///
    /// # Errors
    /// What is wrong with the text, without the text: it may carry a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let accepted = Ok(Self(text.to_owned()));
        if let Some(path) = text.strip_prefix("sqlite:") {
            return match path {
                "" => Err("names no file".to_owned()),
                ":memory:" => accepted,
                path if path.starts_with("//") => {
                    Err("has `//`: write the path right after `sqlite:`".to_owned())
                }
                path if path.contains(['?', '#']) => {
                    Err("has parameters: a SQLite database takes none".to_owned())
                }
                path if path.starts_with(':') => {
                    Err("begins with `:`: the database in memory is `sqlite::memory:`".to_owned())
                }
                _ => accepted,
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match Url::parse(text) {
                Ok(_) => accepted,
                Err(error) => Err(format!(
                    "is not a valid URL ({error}); in a password, write @ / : # ? % as %40 %2F %3A \
                     %23 %3F %25"
                )),
            };
        }
        Err("begins with neither `sqlite:` nor `postgres://`".to_owned())
    }

    /// The file of a SQLite database that lives in one.
    pub fn sqlite_file(&self) -> Option<&str> {
        self.0
            .strip_prefix("sqlite:")
            .filter(|path| *path != ":memory:")
    }

    /// Whether the data is gone with the process.
    pub fn is_in_memory(&self) -> bool {
        self.0 == "sqlite::memory:"
    }

    /// The whole URL, password included: for the database driver alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with("sqlite:") {
            return formatter.write_str(&self.0);
        }
        let Ok(url) = Url::parse(&self.0) else {
            return formatter.write_str("postgres");
        };
        let host = url.host_str().unwrap_or_default();
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        write!(formatter, "postgres://{host}{port}{}", url.path())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn a_key_is_read_in_both_alphabets_with_and_without_padding() {
        for text in [
            KEY,
            KEY.trim_end_matches('='),
            "+/ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "-_ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ] {
            assert_eq!(EncodedKey::parse(text).unwrap().expose(), text);
            assert_eq!(
                EncodedKey::parse(&format!(" {text}\n")).unwrap().expose(),
                text
            );
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_without_repeating_it() {
        let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for (text, why) in [
            ("correct horse", "is not base64"),
            ("c2hvcnQ=", "decodes to 5 bytes, not to 32"),
            (&"0aF9".repeat(16), "is hexadecimal"),
            ("", "is empty"),
            (
                zeros,
                "is one byte repeated: that is a placeholder, not a key",
            ),
        ] {
            assert_eq!(EncodedKey::parse(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(
            format!("{:?}", EncodedKey::parse(KEY).unwrap()),
            "EncodedKey"
        );
    }

    #[test]
    fn both_databases_are_accepted() {
        for text in [
            "sqlite:symbolon.db",
            "sqlite:/var/lib/symbolon/symbolon.db",
            "sqlite::memory:",
            "postgres://symbolon:p%40ss@db.example.com:5433/symbolon?sslmode=verify-full",
            "postgresql://localhost/symbolon",
            "postgres:///symbolon?host=/var/run/postgresql",
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().expose(), text);
        }
    }

    #[test]
    fn other_databases_are_refused() {
        for text in [
            "",
            "symbolon.db",
            "sqlite:",
            "sqlite://symbolon.db",
            "sqlite:a.db?mode=ro",
            "sqlite:memory:x?",
            "sqlite::memry:",
            "mysql://localhost/symbolon",
            "postgres://user:p@ss:word@[::1/x",
        ] {
            assert!(DatabaseUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_database_prints_without_user_password_and_parameters() {
        let url = "postgres://someone:hunter2@db.example.com:5433/symbolon?password=hunter3";
        let database = DatabaseUrl::parse(url).unwrap();
        assert_eq!(
            database.to_string(),
            "postgres://db.example.com:5433/symbolon"
        );
        assert_eq!(
            format!("{database:?}"),
            "DatabaseUrl(postgres://db.example.com:5433/symbolon)"
        );
        assert_eq!(
            DatabaseUrl::parse("sqlite:x.db").unwrap().to_string(),
            "sqlite:x.db"
        );
    }
}
