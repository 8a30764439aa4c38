//! The configuration: one flat table of settings ([`table`]), set by a TOML file, by environment
//! variables and by the command line, each stronger than the one before.
//!
//! The rule: a name or a value that is not understood stops the start, with the place and what to
//! write instead. Nothing is guessed, nothing is ignored, and everything that is wrong is said at
//! once.
//!
//! Left out: reloading while running (an instance is replaced by starting another one), and
//! reading values from anywhere else.

mod check;
mod document;
mod error;
mod issuer;
mod parts;
mod registering;
mod seconds;
mod secret;
mod setting;
mod source;
mod table;
mod value;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub use self::{
    error::{ConfigError, Problem},
    issuer::Issuer,
    parts::*,
    registering::Registering,
    seconds::Seconds,
    secret::{DatabaseUrl, EncodedKey},
    source::environment,
};
use self::{
    setting::{Fallback, Setting},
    source::{Layers, Raw},
    table::{find, settings},
    value::{Value, half_of_the_cores},
};

/// What the server was told. Every field is documented in [`table`], under the same name.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub issuer: Option<Issuer>,
    pub database: DatabaseUrl,
    pub key_encryption_key: Option<EncodedKey>,
    pub key_encryption_key_file: Option<PathBuf>,
    pub previous_key_encryption_keys: Vec<EncodedKey>,
    pub state: Option<PathBuf>,
    pub demo: bool,
    pub listen_anyway: bool,
    pub tls: Option<Tls>,
    pub proxy: Proxy,
    pub paths: Paths,
    pub token: Token,
    pub requests: Requests,
    pub userinfo: Userinfo,
    pub session: Session,
    pub policy: Policy,
    pub interaction: Interaction,
    pub password: Password,
    pub keys: Keys,
    pub admin: Admin,
    pub console: Console,
    pub registration: Registration,
    pub clients: Clients,
    pub registering: Registering,
    pub outbound: Outbound,
    pub dpop: Dpop,
    pub device: Device,
    pub backchannel: Backchannel,
    pub log: Log,
    pub metrics: Metrics,
    pub limits: Limits,
    pub shutdown: Shutdown,
    /// What is permitted and yet deserves a line in the log, once there is one.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the configuration. `environment` is usually [`environment()`]; `overrides` are keys
    /// and values from the command line. Nothing is read but the one file.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        overrides: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let layers = source::gather(file, environment, overrides, &mut problems);
        for setting in settings() {
            if let Some(found) = layers.get(setting.key)
                && let Err(why) = value::check(&found.raw, setting.kind)
            {
                problems.push(Problem::value(setting, found, why));
            }
        }
        if !problems.is_empty() {
            return Err(ConfigError::new(problems));
        }
        let mut config = assemble(&Values { layers: &layers })
            .map_err(|what| ConfigError::new(vec![Problem::Conflict(what)]))?;
        let problems = check::conflicts(&config, &layers);
        if !problems.is_empty() {
            return Err(ConfigError::new(problems));
        }
        config.warnings = check::warnings(&config);
        Ok(config)
    }

    /// A configuration file with every setting, explained and commented out.
    pub fn example() -> String {
        document::file()
    }

    /// The issuer, given the address that is really listened on (the port may have been 0).
    pub fn issuer_at(&self, listening: SocketAddr) -> Issuer {
        self.issuer
            .clone()
            .unwrap_or_else(|| Issuer::at(listening, self.tls.is_some()))
    }

    /// Whether certificates of clients can reach this server: in its own handshake, or by a header.
    pub fn certificates_arrive(&self) -> bool {
        let tls = self.tls.as_ref();
        self.clients.certificate_header.is_some() || tls.is_some_and(|tls| tls.client_certificates)
    }

    /// Where the key-encryption key is kept when neither `key_encryption_key` nor
    /// `key_encryption_key_file` is set: the server makes that file at its first start. `None`
    /// for a database in memory, whose key need not outlive the process.
    pub fn default_key_file(&self) -> Option<PathBuf> {
        if self.database.is_in_memory() {
            return None;
        }
        let path = self
            .database
            .sqlite_file()
            .map(|path| format!("{path}.key"));
        Some(path.unwrap_or_else(|| "symbolon.key".to_owned()).into())
    }
}

/// Puts the values into their places. All of them were checked before, and those that are not set
/// have a fallback in the table, so what can fail here is this program: a test covers it.
fn assemble(values: &Values<'_>) -> Result<Config, String> {
    let certificate = values.optional("tls.certificate")?;
    let key = values.optional("tls.key")?;
    let client_certificates = values.read("tls.client_certificates")?;
    Ok(Config {
        listen: values.read("listen")?,
        issuer: values.optional("issuer")?,
        database: values.read("database")?,
        key_encryption_key: values.optional("key_encryption_key")?,
        key_encryption_key_file: values.optional("key_encryption_key_file")?,
        previous_key_encryption_keys: values
            .optional("previous_key_encryption_keys")?
            .unwrap_or_default(),
        state: values.optional("state")?,
        demo: values.read("demo")?,
        listen_anyway: values.read("listen_anyway")?,
        tls: certificate.zip(key).map(|(certificate, key)| Tls {
            certificate,
            key,
            client_certificates,
        }),
        proxy: Proxy {
            trusted: values.optional("proxy.trusted")?.unwrap_or_default(),
        },
        paths: Paths {
            authorize: values.read("paths.authorize")?,
            par: values.read("paths.par")?,
            token: values.read("paths.token")?,
            introspect: values.read("paths.introspect")?,
            revoke: values.read("paths.revoke")?,
            keys: values.read("paths.keys")?,
            userinfo: values.read("paths.userinfo")?,
            device_authorization: values.read("paths.device_authorization")?,
            backchannel_authentication: values.read("paths.backchannel_authentication")?,
            end_session: values.read("paths.end_session")?,
            register: values.read("paths.register")?,
            check_session: values.read("paths.check_session")?,
        },
        token: Token {
            access_lifetime: values.read("token.access_lifetime")?,
            id_lifetime: values.read("token.id_lifetime")?,
            code_lifetime: values.read("token.code_lifetime")?,
            refresh_idle_lifetime: values.read("token.refresh_idle_lifetime")?,
            refresh_absolute_lifetime: values.read("token.refresh_absolute_lifetime")?,
            refresh_grace: values.read("token.refresh_grace")?,
            roles_limit: values.read("token.roles_limit")?,
        },
        requests: Requests {
            pushed_lifetime: values.read("requests.pushed_lifetime")?,
            require_pushed: values.read("requests.require_pushed")?,
            unsigned_objects: values.read("requests.unsigned_objects")?,
            fetched_objects: values.read("requests.fetched_objects")?,
            encrypted_objects: values.read("requests.encrypted_objects")?,
            implicit_and_hybrid: values.read("requests.implicit_and_hybrid")?,
        },
        userinfo: Userinfo {
            max_age: values.optional("userinfo.max_age")?,
        },
        session: Session {
            idle_lifetime: values.read("session.idle_lifetime")?,
            absolute_lifetime: values.read("session.absolute_lifetime")?,
            check_session_iframe: values.read("session.check_session_iframe")?,
        },
        policy: Policy {
            bundle_lifetime: values.read("policy.bundle_lifetime")?,
            clock_tolerance: values.read("policy.clock_tolerance")?,
            resource_metadata: values.read("policy.resource_metadata")?,
        },
        interaction: Interaction {
            lifetime: values.read("interaction.lifetime")?,
        },
        password: Password {
            argon2_memory: values.read("password.argon2_memory")?,
            argon2_iterations: values.read("password.argon2_iterations")?,
            argon2_parallelism: values.read("password.argon2_parallelism")?,
            workers: values
                .optional("password.workers")?
                .unwrap_or_else(half_of_the_cores),
            queue: values.read("password.queue")?,
        },
        keys: Keys {
            rotation_interval: values.read("keys.rotation_interval")?,
            publish_before_use: values.read("keys.publish_before_use")?,
            algorithms: values.read("keys.algorithms")?,
        },
        console: Console {
            enabled: values.read("console.enabled")?,
            fresh_sign_in: values.read("console.fresh_sign_in")?,
        },
        admin: Admin {
            enabled: values.read("admin.enabled")?,
            organization: values.optional("admin.organization")?,
        },
        registration: Registration {
            organization: values.optional("registration.organization")?,
        },
        clients: Clients {
            assertion_lifetime: values.read("clients.assertion_lifetime")?,
            certificate_header: values.optional("clients.certificate_header")?,
            certificate_authorities: values.optional("clients.certificate_authorities")?,
            machine_client: values.optional("clients.machine_client")?,
            certificate_origin: values.optional("clients.certificate_origin")?,
        },
        registering: Registering::assemble(values)?,
        outbound: Outbound {
            ca_file: values.optional("outbound.ca_file")?,
            allowed_networks: values
                .optional("outbound.allowed_networks")?
                .unwrap_or_default(),
            allow_loopback: values.read("outbound.allow_loopback")?,
        },
        dpop: Dpop {
            algorithms: values.read("dpop.algorithms")?,
            nonces: values.read("dpop.nonces")?,
        },
        device: Device {
            code_lifetime: values.read("device.code_lifetime")?,
            poll_interval: values.read("device.poll_interval")?,
        },
        backchannel: Backchannel {
            request_lifetime: values.read("backchannel.request_lifetime")?,
            poll_interval: values.read("backchannel.poll_interval")?,
        },
        log: Log {
            format: values.read("log.format")?,
            level: values.read("log.level")?,
        },
        metrics: Metrics {
            enabled: values.read("metrics.enabled")?,
        },
        limits: Limits {
            request_timeout: values.read("limits.request_timeout")?,
        },
        shutdown: Shutdown {
            drain: values.read("shutdown.drain")?,
        },
        warnings: Vec::new(),
    })
}

/// The values of the settings, with the fallbacks of the table.
struct Values<'a> {
    layers: &'a Layers,
}

impl Values<'_> {
    fn read<T: Value>(&self, key: &'static str) -> Result<T, String> {
        self.optional(key)?
            .ok_or_else(|| format!("{key} must be set"))
    }

    fn optional<T: Value>(&self, key: &'static str) -> Result<Option<T>, String> {
        let setting: &Setting = find(key).ok_or_else(|| format!("{key} is not in the table"))?;
        let raw = match (self.layers.get(key), &setting.fallback) {
            (Some(found), _) => found.raw.clone(),
            (None, Fallback::Value(value)) => Raw::Text((*value).to_owned()),
            (None, Fallback::Described { .. }) => return Ok(None),
        };
        T::read(&raw, setting.kind)
            .map(Some)
            .map_err(|why| format!("the value of {key} {why}"))
    }
}

#[cfg(test)]
mod tests;
