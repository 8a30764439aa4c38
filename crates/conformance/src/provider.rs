//! The servers that the plans meet. One is shared by all modules of a plan, and by plans that need the
//! same settings.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use symbolon_testkit::{Backend, Options, OwnCertificate, Server, Site, trust};

/// How a server is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Setting {
    /// As an operator has it who allows what the plans of OpenID Connect Core ask for.
    Core,
    /// The same on PostgreSQL.
    CoreOnPostgres,
    /// Where anybody may register a client. What nobody signed is refused, since a client would have to
    /// register that it signs nothing, and those of the plans do not.
    Open,
}

/// What the servers sign with.
const ALGORITHMS: &str = "RS256,ES256";

/// How many people there are. Runs that go on at the same time take different ones.
const PEOPLE: usize = 16;

/// The name of the next person.
pub(crate) fn somebody() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % PEOPLE;
    format!("buffy-{number:02}")
}

/// A running server.
pub(crate) struct Provider {
    pub(crate) server: Server,
    pub(crate) place: Arc<Place>,
    database: String,
}

impl Provider {
    /// The server of this setting. The first who asks starts it.
    pub(crate) fn of(setting: Setting, place: &Arc<Place>) -> &'static Self {
        static ALL: OnceLock<Mutex<HashMap<Setting, &'static OnceLock<Provider>>>> =
            OnceLock::new();
        let own = *ALL
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(setting)
            .or_insert_with(|| Box::leak(Box::default()));
        own.get_or_init(|| Self::start(setting, place))
    }

    fn start(setting: Setting, place: &Arc<Place>) -> Self {
        let database = match setting {
            Setting::Core | Setting::Open => Backend::Sqlite.url(),
            Setting::CoreOnPostgres => Backend::Postgres.url(),
        };
        let folder = place.folder.path();
        let file = |name: &str| folder.join(name).display().to_string();
        let options = Options {
            demo: false,
            state: Some(folder.join("state.yaml")),
            ..Options::on(&database)
        };
        let options = options
            .with("SYMBOLON_TLS_CERTIFICATE", &file("certificate.pem"))
            .with("SYMBOLON_TLS_KEY", &file("key.pem"))
            .with("SYMBOLON_KEYS_ALGORITHMS", ALGORITHMS)
            .with("SYMBOLON_PASSWORD_ARGON2_MEMORY", "8192")
            // Many sign in at the same time here, and nobody is to be turned away.
            .with("SYMBOLON_PASSWORD_QUEUE", "1000")
            .with("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true");
        let options = match setting {
            Setting::Core | Setting::CoreOnPostgres => {
                options.with("SYMBOLON_REQUESTS_UNSIGNED_OBJECTS", "true")
            }
            Setting::Open => options
                .with("SYMBOLON_CLIENTS_REGISTRATION", "open")
                .with("SYMBOLON_CLIENTS_REGISTRATION_REQUIRES_PKCE", "false")
                .with("SYMBOLON_CLIENTS_REGISTRATION_PER_HOUR", "10000")
                .with("SYMBOLON_REQUESTS_FETCHED_OBJECTS", "true")
                .with("SYMBOLON_SESSION_CHECK_SESSION_IFRAME", "true")
                .with("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "true")
                .with("SYMBOLON_OUTBOUND_CA_FILE", &file("certificate.pem")),
        };
        Self {
            server: Server::start(&place.binary, options),
            place: Arc::clone(place),
            database,
        }
    }

    /// Runs a command of the binary on this server's database, as its operator does.
    pub(crate) fn operate(&self, arguments: &[&str]) {
        let (command, more) = arguments.split_first().expect("a command");
        let key = Options::on("").key_encryption_key.unwrap_or_default();
        let status = Command::new(&self.place.binary)
            .args([command, "--database", &self.database])
            .args(more)
            .env("SYMBOLON_KEY_ENCRYPTION_KEY", key)
            .env("SYMBOLON_KEYS_ALGORITHMS", ALGORITHMS)
            .stdout(Stdio::null())
            .status();
        let status = status.expect("the binary");
        assert!(status.success(), "{arguments:?}: {status}");
    }
}

/// What a server is started with: the binary, and a folder with a certificate that signs itself, which
/// this process trusts, and with what is declared.
pub(crate) struct Place {
    binary: PathBuf,
    folder: tempfile::TempDir,
    certificate: OwnCertificate,
}

impl Place {
    pub(crate) fn new(binary: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let certificate = OwnCertificate::new();
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        write("certificate.pem", &certificate.pem());
        write("key.pem", &certificate.key_pem());
        let people: String = (0..PEOPLE)
            .map(|number| include_str!("person.yaml").replace("NUMBER", &format!("{number:02}")))
            .collect();
        write(
            "state.yaml",
            &include_str!("state.yaml").replace("PEOPLE", &people),
        );
        trust(&certificate.pem());
        Self {
            binary: binary.to_owned(),
            folder,
            certificate,
        }
    }

    /// A site of a client on this machine, which the servers trust.
    pub(crate) fn site(&self) -> Site {
        Site::secure(&self.certificate)
    }
}
