//! The operations: one noun, one folder; one verb, one file.

mod activity;
mod apis;
mod audit;
mod clients;
mod grants;
mod initial_tokens;
mod keys;
mod machines;
mod me;
mod organizations;
mod relations;
mod roles;
mod rules;
mod scopes;
pub(crate) mod sessions;
pub(crate) mod subjects;
pub(crate) mod tokens;
mod users;

pub use machines::MachineKeyFile;
pub(crate) use organizations::checked_name;
pub(crate) use users::chosen_password;

use crate::operation::Operation;

/// Every operation there is. What is not in here is not served.
pub(crate) fn operations() -> Vec<Operation> {
    [
        me::operations(),
        organizations::operations(),
        relations::operations(),
        users::operations(),
        sessions::operations(),
        machines::operations(),
        tokens::operations(),
        clients::operations(),
        initial_tokens::operations(),
        apis::operations(),
        roles::operations(),
        grants::operations(),
        scopes::operations(),
        rules::operations(),
        keys::operations(),
        audit::operations(),
        activity::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
