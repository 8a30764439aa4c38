//! What the tables of the file become.

use std::path::PathBuf;

use ipnet::IpNet;
use symbolon_core::dpop::nonce::NoncePolicy;

use super::{Issuer, Seconds};

/// `tls.*`, when both are set.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub client_certificates: bool,
}

/// `proxy.*`
#[derive(Clone, Debug)]
pub struct Proxy {
    pub trusted: Vec<IpNet>,
}

/// `paths.*`
#[derive(Clone, Debug)]
pub struct Paths {
    pub authorize: String,
    pub par: String,
    pub token: String,
    pub introspect: String,
    pub revoke: String,
    pub keys: String,
    pub userinfo: String,
    pub device_authorization: String,
    pub backchannel_authentication: String,
    pub end_session: String,
    pub register: String,
    pub check_session: String,
}

/// `token.*`
#[derive(Clone, Debug)]
pub struct Token {
    pub access_lifetime: Seconds,
    pub id_lifetime: Seconds,
    pub code_lifetime: Seconds,
    pub refresh_idle_lifetime: Seconds,
    pub refresh_absolute_lifetime: Seconds,
    pub refresh_grace: Seconds,
    /// In bytes.
    pub roles_limit: u32,
}

/// `requests.*`
#[derive(Clone, Debug)]
pub struct Requests {
    pub pushed_lifetime: Seconds,
    pub require_pushed: bool,
    pub unsigned_objects: bool,
    pub fetched_objects: bool,
    pub encrypted_objects: bool,
    pub implicit_and_hybrid: bool,
}

/// `userinfo.*`
#[derive(Clone, Debug)]
pub struct Userinfo {
    pub max_age: Option<Seconds>,
}

/// `session.*`
#[derive(Clone, Debug)]
pub struct Session {
    pub idle_lifetime: Seconds,
    pub absolute_lifetime: Seconds,
    pub check_session_iframe: bool,
}

/// `policy.*`
#[derive(Clone, Debug)]
pub struct Policy {
    pub bundle_lifetime: Seconds,
    pub clock_tolerance: Seconds,
    pub resource_metadata: bool,
}

/// `interaction.*`
#[derive(Clone, Debug)]
pub struct Interaction {
    pub lifetime: Seconds,
}

/// `password.*`
#[derive(Clone, Debug)]
pub struct Password {
    /// In KiB.
    pub argon2_memory: u32,
    pub argon2_iterations: u32,
    pub argon2_parallelism: u32,
    pub workers: u32,
    pub queue: u32,
}

/// `keys.*`
#[derive(Clone, Debug)]
pub struct Keys {
    pub rotation_interval: Seconds,
    pub publish_before_use: Seconds,
    /// JWA names, RS256 among them.
    pub algorithms: Vec<String>,
}

/// `console.*`
#[derive(Clone, Debug)]
pub struct Console {
    pub enabled: bool,
    pub fresh_sign_in: Seconds,
}

/// `admin.*`
#[derive(Clone, Debug)]
pub struct Admin {
    pub enabled: bool,
    pub organization: Option<String>,
}

/// `registration.*`
#[derive(Clone, Debug)]
pub struct Registration {
    pub organization: Option<String>,
}

/// `clients.*`
#[derive(Clone, Debug)]
pub struct Clients {
    pub assertion_lifetime: Seconds,
    pub certificate_header: Option<String>,
    pub machine_client: Option<String>,
    pub certificate_authorities: Option<PathBuf>,
    pub certificate_origin: Option<Issuer>,
}

/// `outbound.*`
#[derive(Clone, Debug)]
pub struct Outbound {
    pub ca_file: Option<PathBuf>,
    pub allowed_networks: Vec<IpNet>,
    pub allow_loopback: bool,
}

/// `dpop.*`
#[derive(Clone, Debug)]
pub struct Dpop {
    /// JWA names.
    pub algorithms: Vec<String>,
    pub nonces: NoncePolicy,
}

/// `device.*`
#[derive(Clone, Debug)]
pub struct Device {
    pub code_lifetime: Seconds,
    pub poll_interval: Seconds,
}

/// `backchannel.*`
#[derive(Clone, Debug)]
pub struct Backchannel {
    pub request_lifetime: Seconds,
    pub poll_interval: Seconds,
}

/// `log.*`
#[derive(Clone, Debug)]
pub struct Log {
    pub format: LogFormat,
    /// A filter that `tracing_subscriber::filter::Targets` accepts.
    pub level: String,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// `metrics.*`
#[derive(Clone, Debug)]
pub struct Metrics {
    pub enabled: bool,
}

/// `limits.*`
#[derive(Clone, Debug)]
pub struct Limits {
    pub request_timeout: Seconds,
}

/// `shutdown.*`
#[derive(Clone, Debug)]
pub struct Shutdown {
    pub drain: Seconds,
}
