//! The Management API: organizations, people, machines, clients, APIs, roles, rules and what else
//! there is to manage, over HTTP and JSON under `/admin/v1/`.
//!
//! One noun, one folder; one verb, one file ([`api`]). Every operation is one value that has its
//! route, the scope it needs, and the types of what it takes and answers; the router and the OpenAPI
//! document are made of these. What a caller may do is one question to the policy (`guard`): the API
//! is protected like any other, by roles and rules that are changed through it.
//!
//! Who calls is found out by whoever wires this ([`Callers`]): this crate knows nothing of how tokens
//! are made.

// A schema of many members is one macro.
#![recursion_limit = "512"]

mod api;
mod call;
mod caller;
mod cursor;
mod guard;
mod input;
mod lockout;
mod management;
mod metadata;
mod moment;
mod openapi;
mod operation;
mod own;
mod problem;
mod schema;
mod scopes;
mod set_up;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use axum::{
    Router,
    extract::Request,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodFilter, any, get, on},
};
use http::{HeaderValue, header};
use symbolon_core::{
    client::ClientMetadata,
    entropy::Entropy,
    id::Id,
    keys::{KeyPlan, KeySettings},
    organization::Organization,
    pairwise::SectorError,
    resource_metadata::WELL_KNOWN,
    settings::SessionSettings,
    time::{Clock, Timestamp},
};
use symbolon_storage::{Storage, StoredKey};
use symbolon_web::{guard as web, password_pool::PasswordPool};

pub use api::MachineKeyFile;
pub use call::Origin;
pub use caller::{Caller, Callers, Refused, Token};
pub use management::{Ask, Listed, Management};
pub use problem::{Fault, Kind, Problem};
pub use set_up::{FirstAdministrator, SET_UP_LIFETIME};

use crate::cursor::Cursors;

/// Where the API is, below the path of the issuer.
pub const BASE: &str = "/admin/v1";

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct AdminSettings {
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// The path of the issuer: empty, or `/…` without a slash at the end.
    pub prefix: String,
    /// The organization in which a role counts for everything.
    pub system: Option<Id<Organization>>,
    /// When signing keys rotate.
    pub keys: KeySettings,
    /// How long sessions last.
    pub session: SessionSettings,
}

/// Makes signing keys, sealed and ready to be stored; seals and checks those of clients.
#[async_trait]
pub trait KeyMaker: Send + Sync {
    /// The keys of these plans; the error is for the log.
    async fn make(&self, plans: &[KeyPlan], now: Timestamp) -> Result<Vec<StoredKey>, String>;

    /// Seals a client secret that is kept, for its place.
    fn seal(&self, place: &str, secret: &str) -> Vec<u8>;

    /// Checks the public keys that a client registers; the error is for who does.
    ///
    /// # Errors
    /// What is wrong with them.
    fn check(&self, jwks: &serde_json::Value) -> Result<(), String>;

    /// A new key for a machine user; the error is for the log.
    async fn make_machine_key(&self) -> Result<MachineKeyPair, String>;

    /// Checks a public key that somebody brings for a machine user: its name, and the key with it;
    /// the error is for who does.
    ///
    /// # Errors
    /// What is wrong with it.
    fn name_machine_key(
        &self,
        jwk: serde_json::Value,
    ) -> Result<(String, serde_json::Value), String>;
}

/// A key for a machine user, both halves.
pub struct MachineKeyPair {
    /// Its name.
    pub kid: String,
    /// The private half, in PEM: to be handed out once.
    pub private_pem: String,
    /// The public half.
    pub public_jwk: serde_json::Value,
}

/// Looks at the document of a client's sector (OIDC Core §8.1).
#[async_trait]
pub trait Sectors: Send + Sync {
    /// Checks it; the error is for who registers the client.
    async fn check(&self, metadata: &ClientMetadata) -> Result<(), SectorError>;
}

/// What the API is made of.
pub struct AdminParts {
    /// Who calls.
    pub callers: Arc<dyn Callers>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What cursors are authenticated with: the same on all instances.
    pub cursor_key: [u8; 32],
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What surrounds each request.
    pub guard: Arc<web::Guard>,
    /// Who makes signing keys.
    pub keys: Arc<dyn KeyMaker>,
    /// Who hashes passwords.
    pub passwords: PasswordPool,
    /// Who looks at sectors.
    pub sectors: Arc<dyn Sectors>,
    /// Where everything is kept.
    pub storage: Arc<dyn Storage>,
}

/// The API.
pub(crate) struct Admin {
    callers: Arc<dyn Callers>,
    clock: Arc<dyn Clock>,
    cursors: Cursors,
    entropy: Arc<dyn Entropy>,
    keys: Arc<dyn KeyMaker>,
    passwords: PasswordPool,
    sectors: Arc<dyn Sectors>,
    settings: AdminSettings,
    storage: Arc<dyn Storage>,
}

impl AdminSettings {
    /// The path of the API.
    fn base(&self) -> String {
        format!("{}{BASE}", self.prefix)
    }
}

fn router(management: &Management) -> Router {
    let settings = &management.admin.settings;
    let base = settings.base();
    // Made when it is first asked for: what it takes to make it would stay in memory.
    let (document, issuer) = (Arc::new(OnceLock::new()), settings.issuer.clone());
    let metadata = bytes::Bytes::from(metadata::document(settings));
    let mut router = Router::new();
    let served = management.operations.values();
    for operation in served.filter(|operation| operation.own == own::Own::No) {
        let Ok(method) = MethodFilter::try_from(operation.method.clone()) else {
            continue;
        };
        let path = format!("{base}{}", operation.path);
        let (operation, admin) = (Arc::clone(operation), Arc::clone(&management.admin));
        let serve =
            move |request: Request| Arc::clone(&operation).serve(Arc::clone(&admin), request);
        router = router.route(&path, on(method, serve));
    }
    router
        .route(
            &format!("{base}/openapi.json"),
            get(move || {
                let make = || {
                    let document = openapi::document(&issuer, &api::operations());
                    bytes::Bytes::from(serde_json::to_vec(&document).unwrap_or_default())
                };
                let document = document.get_or_init(make).clone();
                async move { public(document) }
            }),
        )
        .route(
            &format!("{WELL_KNOWN}{base}"),
            get(move || async move { public(metadata) }),
        )
        .route(&format!("{base}/{{*rest}}"), any(async || nothing()))
        .method_not_allowed_fallback(async || {
            Problem::new(Kind::Method, "see /admin/v1/openapi.json for what there is")
                .into_response()
        })
        .layer(from_fn_with_state(
            Arc::clone(&management.guard),
            web::guard,
        ))
}

/// What there is, as OpenAPI 3.1.
pub fn openapi(issuer: &str) -> serde_json::Value {
    openapi::document(issuer, &api::operations())
}

/// Whether there is an operation of this name: of the API, or of the own account.
pub fn is_operation(name: &str) -> bool {
    let mut all = api::operations().into_iter().chain(own::operations());
    all.any(|operation| operation.id == name)
}

fn nothing() -> Response {
    Problem::new(
        Kind::Missing,
        "see /admin/v1/openapi.json for what there is",
    )
    .into_response()
}

fn public(document: bytes::Bytes) -> Response {
    let mut response = Response::new(axum::body::Body::from(document));
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    let cached = HeaderValue::from_static("public, max-age=300");
    headers.insert(header::CACHE_CONTROL, cached);
    let everybody = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    response
}
