//! The settings of clients that come by themselves: `clients.registration*` and
//! `clients.metadata_documents`.

use std::path::PathBuf;

use symbolon_core::registration::RegistrationMode;

use super::{
    Seconds, Values,
    setting::{Kind, items},
    source::Raw,
    value::Value,
};

/// What an operator says of clients that come by themselves.
#[derive(Clone, Debug)]
pub struct Registering {
    pub mode: RegistrationMode,
    pub scopes: Vec<String>,
    pub audiences: Vec<String>,
    pub implicit: bool,
    pub device: bool,
    pub require_pkce: bool,
    pub limit: u32,
    pub unused_lifetime: Seconds,
    pub per_hour: u32,
    pub documents: bool,
    pub statement_issuers: Option<PathBuf>,
}

impl Registering {
    pub(super) fn assemble(values: &Values<'_>) -> Result<Self, String> {
        let words = |key| Ok::<_, String>(values.optional::<Words>(key)?.unwrap_or_default().0);
        Ok(Self {
            mode: values.read("clients.registration")?,
            scopes: words("clients.registration_scopes")?,
            audiences: words("clients.registration_audiences")?,
            implicit: values.read("clients.registration_implicit")?,
            device: values.read("clients.registration_device")?,
            require_pkce: values.read("clients.registration_requires_pkce")?,
            limit: values.read("clients.registration_limit")?,
            unused_lifetime: values.read("clients.registration_unused_lifetime")?,
            per_hour: values.read("clients.registration_per_hour")?,
            documents: values.read("clients.metadata_documents")?,
            statement_issuers: values.optional("clients.software_statement_issuers")?,
        })
    }
}

/// A list of words.
#[derive(Default)]
pub(super) struct Words(Vec<String>);

impl Value for Words {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        let words = match raw {
            Raw::Text(text) => items(text).collect(),
            _ => raw.items()?,
        };
        for word in &words {
            if word.is_empty() {
                return Err("has an empty item".to_owned());
            }
            if word.contains(|character: char| !character.is_ascii_graphic()) {
                return Err(format!("contains `{}`", word.escape_debug()));
            }
        }
        Ok(Self(words.into_iter().map(str::to_owned).collect()))
    }
}

impl Value for RegistrationMode {
    fn read(raw: &Raw, _: Kind) -> Result<Self, String> {
        match raw.text()? {
            "off" => Ok(Self::Off),
            "initial_access_token" => Ok(Self::InitialAccessToken),
            "open" => Ok(Self::Open),
            _ => Err("is neither off nor initial_access_token nor open".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::check;

    #[test]
    fn who_may_register_is_one_of_three() {
        let read = |text: &str| check(&Raw::Text(text.to_owned()), Kind::RegistrationMode);
        for good in ["off", "initial_access_token", "open"] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for bad in ["", "on", "true", "Open"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn words_are_visible() {
        let read = |text: &str| check(&Raw::Text(text.to_owned()), Kind::Words);
        assert_eq!(read("https://api.example, Invoices.Read"), Ok(()));
        for bad in ["", "a,,b", "a b", "\u{e4}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
