//! What the tables of the file become.

use std::path::PathBuf;

use ipnet::IpNet;
use symbolon_core::dpop::nonce::NoncePolicy;

use super::{Issuer, Seconds};

/// `tls.*`, when both are set.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) client_certificates: bool,
}

/// `proxy.*`
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) trusted: Vec<IpNet>,
}

/// `paths.*`
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) authorize: String,
    pub(crate) par: String,
    pub(crate) token: String,
    pub(crate) introspect: String,
    pub(crate) revoke: String,
    pub(crate) keys: String,
    pub(crate) userinfo: String,
    pub(crate) device_authorization: String,
    pub(crate) backchannel_authentication: String,
    pub(crate) end_session: String,
    pub(crate) register: String,
    pub(crate) check_session: String,
}

/// `token.*`
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) access_lifetime: Seconds,
    pub(crate) id_lifetime: Seconds,
    pub(crate) code_lifetime: Seconds,
    pub(crate) refresh_idle_lifetime: Seconds,
    pub(crate) refresh_absolute_lifetime: Seconds,
    pub(crate) refresh_grace: Seconds,
    /// In bytes.
    pub(crate) roles_limit: u32,
}

/// `requests.*`
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    pub(crate) pushed_lifetime: Seconds,
    pub(crate) require_pushed: bool,
    pub(crate) unsigned_objects: bool,
    pub(crate) fetched_objects: bool,
    pub(crate) encrypted_objects: bool,
    pub(crate) implicit_and_hybrid: bool,
}

/// `userinfo.*`
#[derive(Clone, Debug)]
pub(crate) struct Userinfo {
    pub(crate) max_age: Option<Seconds>,
}

/// `session.*`
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) idle_lifetime: Seconds,
    pub(crate) absolute_lifetime: Seconds,
    pub(crate) check_session_iframe: bool,
}

/// `policy.*`
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) bundle_lifetime: Seconds,
    pub(crate) clock_tolerance: Seconds,
    pub(crate) resource_metadata: bool,
}

/// `interaction.*`
#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    pub(crate) lifetime: Seconds,
}

/// `password.*`
#[derive(Clone, Debug)]
pub(crate) struct Password {
    /// In KiB.
    pub(crate) argon2_memory: u32,
    pub(crate) argon2_iterations: u32,
    pub(crate) argon2_parallelism: u32,
    pub(crate) workers: u32,
    pub(crate) queue: u32,
}

/// `keys.*`
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) rotation_interval: Seconds,
    pub(crate) publish_before_use: Seconds,
    /// JWA names, RS256 among them.
    pub(crate) algorithms: Vec<String>,
}

/// `console.*`
#[derive(Clone, Debug)]
pub(crate) struct Console {
    pub(crate) enabled: bool,
    pub(crate) fresh_sign_in: Seconds,
}

/// `admin.*`
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) enabled: bool,
    pub(crate) organization: Option<String>,
}

/// `registration.*`
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) organization: Option<String>,
}

/// `clients.*`
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) assertion_lifetime: Seconds,
    pub(crate) certificate_header: Option<String>,
    pub(crate) machine_client: Option<String>,
    pub(crate) certificate_authorities: Option<PathBuf>,
    pub(crate) certificate_origin: Option<Issuer>,
}

/// `outbound.*`
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) allowed_networks: Vec<IpNet>,
    pub(crate) allow_loopback: bool,
}

/// `dpop.*`
#[derive(Clone, Debug)]
pub(crate) struct Dpop {
    /// JWA names.
    pub(crate) algorithms: Vec<String>,
    pub(crate) nonces: NoncePolicy,
}

/// `device.*`
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) code_lifetime: Seconds,
    pub(crate) poll_interval: Seconds,
}

/// `backchannel.*`
#[derive(Clone, Debug)]
pub(crate) struct Backchannel {
    pub(crate) request_lifetime: Seconds,
    pub(crate) poll_interval: Seconds,
}

/// `log.*`
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    /// A filter that `tracing_subscriber::filter::Targets` accepts.
    pub(crate) level: String,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// `metrics.*`
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) enabled: bool,
}

/// `limits.*`
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) request_timeout: Seconds,
}

/// `shutdown.*`
#[derive(Clone, Debug)]
pub(crate) struct Shutdown {
    pub(crate) drain: Seconds,
}
