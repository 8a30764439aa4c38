//! What a person has allowed a client, and what is still to be asked (requirement A6.5).

use crate::{client::Client, reserved_scope::restricts, scope::Scope};

/// The scopes that must be put before the person: none when the client is trusted, else those not
/// allowed before. `prompt=consent` asks for all again.
pub fn missing(client: &Client, requested: &Scope, allowed: &Scope) -> Scope {
    if client.is_trusted() {
        return Scope::default();
    }
    // What restricts takes something away, so nobody needs to be asked.
    requested.filtered(|word| !allowed.contains(word) && !restricts(word))
}
