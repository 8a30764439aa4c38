//! The kinds of application, and what each begins with.

use serde_json::{Map, Value, json};

/// A kind of application: what somebody who makes one knows of it.
pub(super) struct Kind {
    /// Its word in addresses.
    pub(super) word: &'static str,
    /// Its name, a message.
    pub(super) name: &'static str,
    /// What it is, a message.
    pub(super) about: &'static str,
    /// Whether it keeps a secret (RFC 6749 §2.1).
    pub(super) secret: bool,
    grants: &'static [&'static str],
}

pub(super) const CODE: &str = "authorization_code";
pub(super) const REFRESH: &str = "refresh_token";
pub(super) const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const MACHINE: &str = "client_credentials";

/// All kinds, in the order in which they are offered.
pub(super) const KINDS: [Kind; 5] = [
    Kind {
        word: "web",
        name: "kind-web",
        about: "kind-web-text",
        secret: true,
        grants: &[CODE, REFRESH],
    },
    Kind {
        word: "browser",
        name: "kind-browser",
        about: "kind-browser-text",
        secret: false,
        grants: &[CODE, REFRESH],
    },
    Kind {
        word: "native",
        name: "kind-native",
        about: "kind-native-text",
        secret: false,
        grants: &[CODE, REFRESH],
    },
    Kind {
        word: "machine",
        name: "kind-machine",
        about: "kind-machine-text",
        secret: true,
        grants: &[MACHINE],
    },
    Kind {
        word: "gateway",
        name: "kind-gateway",
        about: "kind-gateway-text",
        secret: true,
        grants: &[EXCHANGE],
    },
];

impl Kind {
    /// The kind of this word.
    pub(super) fn of_word(word: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.word == word)
    }

    /// What an application most likely is, by what is registered of it. Nothing depends on it but
    /// what is shown first.
    pub(super) fn of(metadata: &Map<String, Value>) -> &'static Self {
        let [web, browser, native, machine, gateway] = &KINDS;
        let has = |name: &str, word: &str| list(metadata, name).any(|one| one == word);
        if has("grant_types", MACHINE) {
            return machine;
        }
        if !has("grant_types", CODE) && !has("grant_types", DEVICE) {
            return gateway;
        }
        if !has("token_endpoint_auth_methods", "none") {
            return web;
        }
        // RFC 8252 §7.1 and §7.3.
        let installed = list(metadata, "redirect_uris").any(|uri| {
            !uri.starts_with("http")
                || uri.starts_with("http://127.")
                || uri.starts_with("http://[")
        });
        if installed || has("grant_types", DEVICE) {
            native
        } else {
            browser
        }
    }

    /// Whether people sign in to it.
    pub(super) fn signs_in(&self) -> bool {
        self.grants.contains(&CODE)
    }

    pub(super) fn is_machine(&self) -> bool {
        self.grants.contains(&MACHINE)
    }

    pub(super) fn is_gateway(&self) -> bool {
        self.grants.contains(&EXCHANGE)
    }

    /// What is registered of a new one, before anything is typed. PKCE, `S256` alone, the exact
    /// comparison of redirect URIs, rotation of refresh tokens and being asked for consent are what
    /// the API does when nothing is said.
    pub(super) fn metadata(&self) -> Map<String, Value> {
        let methods: &[&str] = if self.secret {
            // Libraries take one or the other without being told.
            &["client_secret_basic", "client_secret_post"]
        } else {
            &["none"]
        };
        let mut metadata = Map::new();
        metadata.insert("token_endpoint_auth_methods".to_owned(), json!(methods));
        metadata.insert("grant_types".to_owned(), json!(self.grants));
        metadata
    }
}

/// The texts of a member that is an array of them.
pub(super) fn list<'a>(
    metadata: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a str> {
    let all = metadata.get(name).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str)
}
