//! From a configuration to a provider.

mod registering;

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc};

use axum::http::HeaderName;
use symbolon_core::{
    algorithm::UnknownAlgorithm,
    entropy::Entropy,
    id::Id,
    keys::KeySettings,
    organization::Organization,
    settings::{
        BackchannelSettings, BrowserSettings, BundleSettings, DeviceSettings, RequestSettings,
        SessionSettings, TokenSettings,
    },
    time::{Clock, Lifetime},
};
use symbolon_http::{
    Certificates, DemoGuide, DpopSettings, Paths, Provider, ProviderError, ProviderParts,
    ProviderSettings, assertion::ResealError, keyring::KeyError,
};
use symbolon_jose::{Algorithm, KeyEncryptionKey, Seal};
use symbolon_outbound::{self as outbound, Outbound};
use symbolon_storage::Storage;
use symbolon_web::{
    clock::SystemClock,
    entropy::SystemEntropy,
    guard::Guard,
    metrics::Metrics,
    password_pool::{HashingCost, PasswordPool, PoolError},
};

use crate::{
    client_certificates,
    config::{Config, Seconds},
    demo,
};

/// Why the parts do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// A signing key.
    #[error("{0}")]
    Keys(#[from] KeyError),
    /// A secret that is kept.
    #[error("{0}")]
    Secrets(#[from] ResealError),
    /// The threads that hash passwords.
    #[error("{0}")]
    Passwords(#[from] PoolError),
    /// The provider itself.
    #[error("{0}")]
    Provider(#[from] ProviderError),
    /// The file with the key-encryption key.
    #[error("the key-encryption key in {file} cannot be used: {why}")]
    KeyFile {
        /// Its path.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The key-encryption key as a setting.
    #[error("key_encryption_key cannot be used: {0}")]
    KeySetting(String),
    /// A setting that only here turns out to be wrong.
    #[error("{setting}: {why}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What is wrong.
        why: String,
    },
}

impl WireError {
    pub(crate) fn setting(setting: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Setting {
            setting,
            why: why.to_string(),
        }
    }
}

/// What is taken from the machine, and can be something else where the machine is not to be asked.
#[derive(Clone)]
pub struct Machine {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Machine {
    /// Its own clock and randomness.
    pub fn real() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }
}

/// Makes a provider.
///
/// # Errors
/// [`WireError`].
pub async fn provider(
    config: &Config,
    issuer: &str,
    storage: Arc<dyn Storage>,
    passwords: PasswordPool,
    seal: Seal,
    demo: Option<DemoGuide>,
    machine: Machine,
) -> Result<Arc<Provider>, WireError> {
    let Machine { clock, entropy } = machine;
    let metrics = Arc::new(Metrics::new());
    let https = issuer.starts_with("https://");
    let parts = ProviderParts {
        clock,
        entropy: Arc::clone(&entropy),
        guard: Guard {
            entropy,
            metrics: Arc::clone(&metrics),
            timeout: config.limits.request_timeout.into(),
            certificate_header: certificate_header(config)?,
            trusted_proxies: config.proxy.trusted.clone(),
            https,
            route_names: route_name,
        },
        metrics,
        certificates: certificates(config)?,
        outbound: Arc::new(outbound(config)?),
        passwords,
        seal,
        statement_issuers: registering::statement_issuers(config)?,
        storage,
    };
    let settings = ProviderSettings {
        issuer: issuer.to_owned(),
        paths: paths(config, issuer),
        certificate_origin: config
            .clients
            .certificate_origin
            .as_ref()
            .map(ToString::to_string),
        https,
        token: token_settings(config),
        requests: request_settings(config),
        userinfo_max_age: config.userinfo.max_age.map(lifetime),
        session: session_settings(config),
        browser: BrowserSettings {
            check_session_frame: config.session.check_session_iframe,
        },
        bundle: BundleSettings {
            lifetime: lifetime(config.policy.bundle_lifetime),
            clock_tolerance: lifetime(config.policy.clock_tolerance),
        },
        interaction_lifetime: lifetime(config.interaction.lifetime),
        keys: key_settings(config)?,
        longest_assertion: lifetime(config.clients.assertion_lifetime),
        sign_up: name(
            "registration.organization",
            config.registration.organization.as_deref(),
        )?,
        system: system(config)?,
        dpop: dpop_settings(config)?,
        device: DeviceSettings {
            code_lifetime: lifetime(config.device.code_lifetime),
            poll_interval: lifetime(config.device.poll_interval),
        },
        backchannel: BackchannelSettings {
            request_lifetime: lifetime(config.backchannel.request_lifetime),
            poll_interval: lifetime(config.backchannel.poll_interval),
        },
        machine_client: name(
            "clients.machine_client",
            config.clients.machine_client.as_deref(),
        )?,
        registration: registering::settings(config)?,
        resource_metadata: config.policy.resource_metadata,
        metrics: config.metrics.enabled,
        demo,
    };
    Ok(Provider::start(settings, parts).await?)
}

/// The organization whose roles count for all organizations.
pub(crate) fn system(config: &Config) -> Result<Option<Id<Organization>>, WireError> {
    let demo = config.demo.then_some(demo::SYSTEM);
    let set = config.admin.organization.as_deref().or(demo);
    name("admin.organization", set)
}

/// What a setting names, if it is set.
fn name<K>(setting: &'static str, set: Option<&str>) -> Result<Option<Id<K>>, WireError> {
    set.map(Id::parse)
        .transpose()
        .map_err(|error| WireError::setting(setting, error))
}

/// The name of a route in metrics and logs.
fn route_name(path: &str) -> &'static str {
    if path.contains("/admin/v1/") {
        "admin"
    } else {
        symbolon_http::route_name(path)
    }
}

fn certificate_header(config: &Config) -> Result<Option<HeaderName>, WireError> {
    let header = config.clients.certificate_header.as_ref();
    let header = header.map(|name| HeaderName::from_bytes(name.as_bytes()));
    header
        .transpose()
        .map_err(|error| WireError::setting("clients.certificate_header", error))
}

/// How clients can show certificates.
fn certificates(config: &Config) -> Result<Certificates, WireError> {
    let file = config.clients.certificate_authorities.as_ref();
    let authorities = file.map(|file| client_certificates::authorities(file));
    Ok(Certificates {
        arrive: config.certificates_arrive(),
        authorities: authorities
            .transpose()
            .map_err(|why| WireError::setting("clients.certificate_authorities", why))?,
    })
}

/// The way out, for requests of the server itself.
///
/// # Errors
/// [`WireError`].
pub fn outbound(config: &Config) -> Result<Outbound, WireError> {
    let failed = |why: String| WireError::setting("outbound.ca_file", why);
    let settings = &config.outbound;
    let authorities = settings.ca_file.as_ref().map(fs::read).transpose();
    let authorities = authorities.map_err(|error| failed(error.to_string()))?;
    let guard = outbound::Guard {
        allow_loopback: settings.allow_loopback,
        allowed_networks: settings.allowed_networks.clone(),
    };
    Outbound::new(guard, authorities.as_deref()).map_err(|error| failed(error.to_string()))
}

/// When signing keys rotate.
pub fn key_settings(config: &Config) -> Result<KeySettings, WireError> {
    Ok(KeySettings {
        algorithms: algorithms("keys.algorithms", &config.keys.algorithms)?,
        rotation_interval: lifetime(config.keys.rotation_interval),
        publish_before_use: lifetime(config.keys.publish_before_use),
        longest_token: lifetime(config.token.access_lifetime.max(config.token.id_lifetime)),
    })
}

fn dpop_settings(config: &Config) -> Result<DpopSettings, WireError> {
    Ok(DpopSettings {
        algorithms: algorithms("dpop.algorithms", &config.dpop.algorithms)?,
        nonces: config.dpop.nonces,
    })
}

fn algorithms(setting: &'static str, names: &[String]) -> Result<Vec<Algorithm>, WireError> {
    let parse = |name: &String| {
        name.parse()
            .map_err(|error: UnknownAlgorithm| WireError::setting(setting, error))
    };
    names.iter().map(parse).collect()
}

/// The threads that hash passwords.
pub fn password_pool(config: &Config) -> Result<PasswordPool, WireError> {
    let cost = HashingCost {
        memory: config.password.argon2_memory,
        iterations: config.password.argon2_iterations,
        parallelism: config.password.argon2_parallelism,
    };
    let workers = config.password.workers;
    Ok(PasswordPool::start(
        cost,
        workers,
        config.password.queue,
        Arc::new(SystemEntropy),
    )?)
}

/// What keeps keys at rest. Without a setting, a key is made beside the database at the first start.
pub fn seal(config: &Config) -> Result<Seal, WireError> {
    match existing_seal(config)? {
        Some(seal) => Ok(seal),
        None => {
            let key = KeyEncryptionKey::generate();
            if let Some(file) = config.default_key_file() {
                write_key(&file, &key)?;
                tracing::warn!(
                    file = %file.display(),
                    "made a key-encryption key; back it up apart from the database, without it the \
                     signing keys are lost"
                );
            }
            Ok(Seal::new(key, previous_keys(config)?))
        }
    }
}

/// What keeps keys at rest, if there is a key already.
pub fn existing_seal(config: &Config) -> Result<Option<Seal>, WireError> {
    let key = match (&config.key_encryption_key, &config.key_encryption_key_file) {
        (Some(key), _) => Some(setting_key(key.expose())?),
        (None, Some(file)) => Some(read_key(file)?),
        (None, None) => match config.default_key_file() {
            Some(file) if file.exists() => Some(read_key(&file)?),
            _ => None,
        },
    };
    key.map(|key| Ok(Seal::new(key, previous_keys(config)?)))
        .transpose()
}

fn previous_keys(config: &Config) -> Result<Vec<KeyEncryptionKey>, WireError> {
    config
        .previous_key_encryption_keys
        .iter()
        .map(|key| setting_key(key.expose()))
        .collect()
}

fn setting_key(text: &str) -> Result<KeyEncryptionKey, WireError> {
    KeyEncryptionKey::from_base64(text).map_err(|error| WireError::KeySetting(error.to_string()))
}

fn read_key(file: &Path) -> Result<KeyEncryptionKey, WireError> {
    let failed = |why: String| WireError::KeyFile {
        file: file.display().to_string(),
        why,
    };
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    KeyEncryptionKey::from_base64(text.trim()).map_err(|error| failed(error.to_string()))
}

/// Writes a new key for its owner alone. Fails when the file exists, so of two servers that start at
/// once neither overwrites the other's key.
fn write_key(file: &Path, key: &KeyEncryptionKey) -> Result<(), WireError> {
    let failed = |error: std::io::Error| WireError::KeyFile {
        file: file.display().to_string(),
        why: error.to_string(),
    };
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(failed)?;
    writeln!(file, "{}", key.to_base64().as_str()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// How long sessions live.
pub(crate) fn session_settings(config: &Config) -> SessionSettings {
    SessionSettings {
        idle_lifetime: lifetime(config.session.idle_lifetime),
        absolute_lifetime: lifetime(config.session.absolute_lifetime),
    }
}

fn token_settings(config: &Config) -> TokenSettings {
    TokenSettings {
        access_lifetime: lifetime(config.token.access_lifetime),
        id_lifetime: lifetime(config.token.id_lifetime),
        code_lifetime: lifetime(config.token.code_lifetime),
        refresh_idle_lifetime: lifetime(config.token.refresh_idle_lifetime),
        refresh_absolute_lifetime: lifetime(config.token.refresh_absolute_lifetime),
        refresh_grace: lifetime(config.token.refresh_grace),
        roles_limit: config.token.roles_limit.try_into().unwrap_or(usize::MAX),
    }
}

fn request_settings(config: &Config) -> RequestSettings {
    let requests = &config.requests;
    RequestSettings {
        pushed_lifetime: lifetime(requests.pushed_lifetime),
        require_pushed: requests.require_pushed,
        unsigned_objects: requests.unsigned_objects,
        fetched_objects: requests.fetched_objects,
        encrypted_objects: requests.encrypted_objects,
        front_channel_tokens: requests.implicit_and_hybrid,
    }
}

fn paths(config: &Config, issuer: &str) -> Paths {
    Paths {
        prefix: prefix(issuer),
        authorize: config.paths.authorize.clone(),
        pushed: config.paths.par.clone(),
        token: config.paths.token.clone(),
        introspect: config.paths.introspect.clone(),
        revoke: config.paths.revoke.clone(),
        keys: config.paths.keys.clone(),
        userinfo: config.paths.userinfo.clone(),
        device_authorization: config.paths.device_authorization.clone(),
        backchannel_authentication: config.paths.backchannel_authentication.clone(),
        end_session: config.paths.end_session.clone(),
        register: config.paths.register.clone(),
        check_session: config.paths.check_session.clone(),
    }
}

/// The path of the issuer: empty, or `/…`.
pub(crate) fn prefix(issuer: &str) -> String {
    let after_scheme = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    let path = after_scheme.find('/');
    let prefix = path.and_then(|start| after_scheme.get(start..));
    prefix.unwrap_or_default().to_owned()
}

/// A number of seconds, as the rules want it.
pub(crate) fn lifetime(seconds: Seconds) -> Lifetime {
    Lifetime::from_seconds(seconds.count())
}
