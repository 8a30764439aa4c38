//! One provider: everything that an endpoint may need, made once.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use symbolon_core::{
    algorithm::Algorithm,
    authorize::request::Offer,
    client::Client,
    client_auth::assertion::Rules as AssertionRules,
    discovery::{self, CertificateOffer, Endpoints, Metadata},
    dpop::nonce::NonceKeys,
    entropy::Entropy,
    id::Id,
    keys::KeySettings,
    organization::Organization,
    pairwise::PairwiseKey,
    policy::Policy,
    session::ACR_PASSWORD,
    settings::{
        BackchannelSettings, BrowserSettings, BundleSettings, DeviceSettings, RegistrationSettings,
        RequestSettings, SessionSettings, TokenSettings,
    },
    step_up::Requirement,
    time::{Clock, Lifetime, Timestamp},
    token::{Issuance, confirmation::Confirmation, refresh::SuccessionKeys},
};
use symbolon_jose::{Seal, VerifyingKeys};
use symbolon_outbound::Outbound;
use symbolon_storage::Storage;
use symbolon_web::{guard::Guard, metrics::Metrics, password_pool::PasswordPool};

use crate::{
    assertion,
    backchannel::unknown,
    bundle::Bundles,
    cache::Cache,
    certificate::Certificates,
    client_documents::ClientDocuments,
    client_keys::ClientKeys,
    device::strangers,
    dpop::{self, DpopSettings},
    endpoint::client_logo::ClientLogos,
    exchange::wrong_secrets,
    failure::Failure,
    gate::Gate,
    installation_key,
    keyring::{KeyError, Keyring, SharedKeyring, shared},
    logout::{Senders, senders},
    machine_assertion,
    metadata::Document,
    page::home::DemoGuide,
    registration::registrars,
    request_uri::RequestObjects,
    throttle::Throttle,
    upstream_tokens::UpstreamTokens,
};

/// Where the endpoints are, below the issuer.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The path of the issuer itself: empty, or `/…` without a slash at the end.
    pub prefix: String,
    /// RFC 6749 §3.1.
    pub authorize: String,
    /// RFC 9126 §2.
    pub pushed: String,
    /// RFC 6749 §3.2.
    pub token: String,
    /// RFC 7662.
    pub introspect: String,
    /// RFC 7009.
    pub revoke: String,
    /// RFC 7517 §5.
    pub keys: String,
    /// OIDC Core §5.3.
    pub userinfo: String,
    /// RFC 8628 §3.1.
    pub device_authorization: String,
    /// CIBA §7.
    pub backchannel_authentication: String,
    /// RP-Initiated Logout §2.
    pub end_session: String,
    /// RFC 7591 §3.
    pub register: String,
    /// Session Management §3.3.
    pub check_session: String,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// Where the endpoints are.
    pub paths: Paths,
    /// What stands in the place of the issuer in the addresses for clients that show a certificate,
    /// without a slash at the end (RFC 8705 §5).
    pub certificate_origin: Option<String>,
    /// Whether browsers reach us by https.
    pub https: bool,
    /// Lifetimes of tokens.
    pub token: TokenSettings,
    /// Which authorization requests are accepted.
    pub requests: RequestSettings,
    /// How old the sign-in behind a token may be at the userinfo endpoint; however old when `None`.
    pub userinfo_max_age: Option<Lifetime>,
    /// Lifetimes of sessions.
    pub session: SessionSettings,
    /// What the browser is told of sessions, and shown of clients.
    pub browser: BrowserSettings,
    /// Policy bundles.
    pub bundle: BundleSettings,
    /// For how long a person may take over a page.
    pub interaction_lifetime: Lifetime,
    /// When keys rotate.
    pub keys: KeySettings,
    /// How far ahead client assertions may expire.
    pub longest_assertion: Lifetime,
    /// Where people who sign up by themselves land; `None`: nobody can.
    pub sign_up: Option<Id<Organization>>,
    /// The organization in which a role counts for all of them, where Symbolon's own scopes are
    /// concerned; `None`: there is none.
    pub system: Option<Id<Organization>>,
    /// Proofs of possession.
    pub dpop: DpopSettings,
    /// Devices without a browser.
    pub device: DeviceSettings,
    /// Requests in the back channel.
    pub backchannel: BackchannelSettings,
    /// The client of machine users that name none when they sign for themselves; `None`: they have
    /// to name one.
    pub machine_client: Option<Id<Client>>,
    /// Clients that come by themselves.
    pub registration: RegistrationSettings,
    /// Whether the metadata of protected APIs is public (RFC 9728).
    pub resource_metadata: bool,
    /// Whether `/metrics` answers.
    pub metrics: bool,
    /// What the home page shows of a demo.
    pub demo: Option<DemoGuide>,
}

/// What a provider is made of.
pub struct ProviderParts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What surrounds each request.
    pub guard: Guard,
    /// Where things are counted.
    pub metrics: Arc<Metrics>,
    /// How clients can show certificates.
    pub certificates: Certificates,
    /// The way out.
    pub outbound: Arc<Outbound>,
    /// Who hashes passwords.
    pub passwords: PasswordPool,
    /// What keeps keys at rest.
    pub seal: Seal,
    /// Whose software statements count, with the keys of each.
    pub statement_issuers: BTreeMap<String, VerifyingKeys>,
    /// Where everything is kept.
    pub storage: Arc<dyn Storage>,
}

/// Why a provider cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The first reading of the change feed.
    #[error("the storage does not answer: {0}")]
    Storage(String),
}

/// A provider.
pub struct Provider {
    pub(crate) assertion_rules: AssertionRules,
    pub(crate) bundles: Bundles,
    pub(crate) cache: Cache,
    pub(crate) certificates: Certificates,
    pub(crate) client_documents: ClientDocuments,
    pub(crate) client_keys: ClientKeys,
    pub(crate) client_logos: ClientLogos,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) discovery: Document,
    pub(crate) aliases: Option<Endpoints>,
    pub(crate) endpoints: Endpoints,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) gate: Gate,
    pub(crate) guard: Arc<Guard>,
    pub(crate) issuer: Arc<str>,
    pub(crate) keyring: SharedKeyring,
    pub(crate) machine_rules: AssertionRules,
    pub(crate) logouts: Senders,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) nonce_keys: NonceKeys,
    pub(crate) outbound: Arc<Outbound>,
    pub(crate) pairwise: PairwiseKey,
    pub(crate) passwords: PasswordPool,
    pub(crate) paths: Paths,
    pub(crate) registrars: Throttle,
    pub(crate) request_objects: RequestObjects,
    pub(crate) seal: Seal,
    pub(crate) settings: ProviderSettings,
    pub(crate) statement_issuers: BTreeMap<String, VerifyingKeys>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) strangers: Throttle,
    pub(crate) succession: SuccessionKeys,
    pub(crate) throttle: Throttle,
    pub(crate) unknown_people: Throttle,
    pub(crate) upstream_tokens: UpstreamTokens,
}

impl Provider {
    /// Makes a provider over a storage whose schema is up to date.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn start(
        settings: ProviderSettings,
        parts: ProviderParts,
    ) -> Result<Arc<Self>, ProviderError> {
        let now = parts.clock.now();
        let encrypted = settings.requests.encrypted_objects;
        let (storage, seal) = (&*parts.storage, &parts.seal);
        let keyring = Keyring::load(storage, seal, &settings.keys, encrypted, now).await?;
        let pairwise = installation_key::pairwise(storage, seal, &*parts.entropy, now).await?;
        let endpoints = endpoints(&settings.issuer, &settings);
        let origin = settings.certificate_origin.as_ref();
        let aliases = origin.map(|origin| self::endpoints(origin, &settings));
        let methods = parts.certificates.methods();
        let metadata = Metadata::new(&discovery::Offer {
            issuer: &settings.issuer,
            endpoints: &endpoints,
            algorithms: &settings.keys.algorithms,
            methods: &methods,
            proofs: &settings.dpop.algorithms,
            sign_up: settings.sign_up.is_some(),
            requests: &settings.requests,
            certificates: CertificateOffer {
                bound_tokens: parts.certificates.arrive,
                aliases: aliases.as_ref(),
            },
            registration: &settings.registration,
        });
        let discovery = Document::new(&metadata);
        let provider = Arc::new(Self {
            assertion_rules: assertion::rules(
                &settings.issuer,
                [Some(&endpoints), aliases.as_ref()],
                settings.longest_assertion,
            ),
            machine_rules: machine_assertion::rules(&settings.issuer, &endpoints),
            certificates: parts.certificates,
            client_documents: ClientDocuments::new(Arc::clone(&parts.outbound)),
            client_logos: ClientLogos::new(Arc::clone(&parts.outbound)),
            client_keys: ClientKeys::new(Arc::clone(&parts.outbound)),
            bundles: Bundles::default(),
            cache: Cache::new(
                Arc::clone(&parts.storage),
                Arc::clone(&parts.clock),
                Arc::clone(&parts.metrics),
            ),
            aliases,
            clock: parts.clock,
            discovery,
            endpoints,
            entropy: parts.entropy,
            gate: Gate::new(),
            guard: Arc::new(parts.guard),
            issuer: Arc::from(settings.issuer.as_str()),
            keyring: shared(keyring),
            logouts: senders(),
            metrics: parts.metrics,
            nonce_keys: dpop::nonce_keys(&parts.seal),
            request_objects: RequestObjects::new(Arc::clone(&parts.outbound)),
            outbound: parts.outbound,
            pairwise,
            passwords: parts.passwords,
            paths: settings.paths.clone(),
            registrars: registrars(&settings.registration),
            statement_issuers: parts.statement_issuers,
            strangers: strangers(),
            succession: succession(&parts.seal),
            seal: parts.seal,
            settings,
            storage: parts.storage,
            throttle: wrong_secrets(),
            unknown_people: unknown(),
            upstream_tokens: UpstreamTokens::new(),
        });
        let learned = provider.cache.learn(now).await;
        learned.map_err(|error| ProviderError::Storage(error.to_string()))?;
        Ok(provider)
    }

    /// Which roles grant which scopes, now.
    ///
    /// # Errors
    /// When storage fails, and memory is not to be trusted.
    pub(crate) async fn policy(&self) -> Result<Arc<Policy>, Failure> {
        self.cache.policy().await
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// By whom, when, under which settings and for which key tokens are issued now.
    pub(crate) fn issuance<'a>(
        &'a self,
        policy: &'a Policy,
        confirmation: Confirmation,
    ) -> Issuance<'a> {
        Issuance {
            issuer: &self.issuer,
            settings: &self.settings.token,
            policy,
            now: self.now(),
            entropy: &*self.entropy,
            pairwise: &self.pairwise,
            succession: &self.succession,
            confirmation,
        }
    }

    /// What an authorization request may ask for.
    pub(crate) fn offer<'a>(&self, policy: &'a Policy) -> Offer<'a> {
        Offer {
            acr_values: &[ACR_PASSWORD],
            policy,
            front_channel_tokens: self.settings.requests.front_channel_tokens,
            sign_up: self.settings.sign_up.is_some(),
        }
    }

    /// How a person has to be signed in for the userinfo endpoint (RFC 9470).
    pub(crate) fn userinfo_requirement(&self) -> Option<Requirement<'static>> {
        let max_age = self.settings.userinfo_max_age?;
        Some(Requirement {
            acr_values: &[ACR_PASSWORD],
            max_age: Some(max_age),
        })
    }

    /// The other address of an endpoint, for clients that show a certificate.
    pub(crate) fn alias(&self, endpoint: fn(&Endpoints) -> &String) -> Option<&str> {
        self.aliases.as_ref().map(|all| endpoint(all).as_str())
    }

    /// Signs with the key that an algorithm has at a moment.
    ///
    /// # Errors
    /// When it has none, or that does not sign.
    pub(crate) fn sign(
        &self,
        algorithm: Algorithm,
        now: Timestamp,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, Failure> {
        let keyring = self.keyring.load();
        let signer = keyring.signer(algorithm, now);
        let signer = signer.ok_or(Failure::KeyMissing(algorithm))?;
        Ok(signer.sign(typ, claims)?)
    }

    /// The path of a page of ours.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("{}{page}", self.paths.prefix)
    }
}

fn succession(seal: &Seal) -> SuccessionKeys {
    const LABEL: &str = "refresh token succession";
    SuccessionKeys::new(
        seal.derive(LABEL),
        seal.derive_all(LABEL).into_iter().skip(1),
    )
}

fn endpoints(issuer: &str, settings: &ProviderSettings) -> Endpoints {
    let paths = &settings.paths;
    let at = |path: &str| format!("{issuer}{path}");
    Endpoints {
        authorize: at(&paths.authorize),
        pushed: at(&paths.pushed),
        token: at(&paths.token),
        introspect: at(&paths.introspect),
        revoke: at(&paths.revoke),
        keys: at(&paths.keys),
        userinfo: at(&paths.userinfo),
        device_authorization: at(&paths.device_authorization),
        backchannel_authentication: at(&paths.backchannel_authentication),
        end_session: at(&paths.end_session),
        register: at(&paths.register),
        check_session: settings
            .browser
            .check_session_frame
            .then(|| at(&paths.check_session)),
    }
}
