//! The settings. These tables are the single truth: the file, the environment, the messages and the
//! documentation all come from them. Sorted as the file is: first what has no table, then by table.

mod administration;
mod clients;
mod operation;
mod paths;
mod protocol;
mod server;

use super::setting::Setting;

/// The setting with this key.
pub fn find(key: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.key == key)
}

/// The first setting of the file.
pub const FIRST: &Setting = &server::SETTINGS[0];

/// All settings, in the order of the file.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    PARTS.into_iter().flatten()
}

/// The tables of the file: each with its name, which is empty for what has no table.
pub fn tables() -> impl Iterator<Item = (&'static str, &'static [Setting])> {
    PARTS
        .into_iter()
        .flat_map(|part| part.chunk_by(|one, next| table(one) == table(next)))
        .map(|settings| (settings.first().map_or("", table), settings))
}

const PARTS: [&[Setting]; 6] = [
    server::SETTINGS,
    paths::SETTINGS,
    protocol::SETTINGS,
    administration::SETTINGS,
    clients::SETTINGS,
    operation::SETTINGS,
];

fn table(setting: &Setting) -> &'static str {
    setting.table_and_name().0
}
