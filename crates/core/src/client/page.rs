//! Pages and other addresses of a client, as they are registered.

use serde::Deserialize;

pub(super) fn web_page<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer)?
        .map(|text| crate::redirect_uri::web_page(&text))
        .transpose()
        .map_err(serde::de::Error::custom)
}

/// OIDC Core §4: a page that others send people to is reached by https.
pub(super) fn https_page<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let page = web_page(deserializer)?;
    match &page {
        Some(text) if !text.starts_with("https://") => Err(serde::de::Error::custom(
            "initiate_login_uri is an https URL (OpenID Connect Core 4)",
        )),
        _ => Ok(page),
    }
}
