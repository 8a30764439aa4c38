//! OAuth 2 and OpenID Connect over HTTP.
//!
//! The life of a request: parameters -> the grant's own `Request` -> client authentication -> facts
//! -> `decide` (in `symbolon-core`) -> changes applied in one transaction -> tokens signed ->
//! answer. This crate does all but the deciding. One endpoint, one file; this one has the routes.

mod access;
mod admission;
mod answer;
pub mod assertion;
mod backchannel;
mod bearer;
mod browser_state;
mod bundle;
mod cache;
mod certificate;
mod client_documents;
mod client_keys;
mod conclude;
mod cors;
pub mod decryption_keys;
mod device;
mod dpop;
mod encrypt;
mod endpoint;
mod exchange;
mod failure;
mod fetched;
mod gate;
mod hint;
pub mod installation_key;
mod interaction;
pub mod keyring;
mod logout;
mod machine_assertion;
mod metadata;
mod organization;
mod own_page;
mod page;
mod provider;
mod registration;
mod request_uri;
pub mod sector;
mod sign_out;
mod source;
mod tend;
mod throttle;
mod upstream_tokens;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get, post},
};
use symbolon_web::{browser::BrowserStore, guard};

pub use bearer::{Bearer, BearerToken, NoBearer, Visitor};
pub use certificate::{Authorities, Certificates};
pub use dpop::DpopSettings;
pub use endpoint::route_name;
pub use page::assets;
pub use page::home::{DemoClient, DemoGuide, DemoPerson};
pub use provider::{Paths, Provider, ProviderError, ProviderParts, ProviderSettings};

/// All routes of a provider.
pub fn router(provider: Arc<Provider>) -> Router {
    let paths = &provider.paths;
    let at = |path: &str| format!("{}{path}", paths.prefix);

    // Pages have a browser with a cookie; nothing else reads one.
    let home = match paths.prefix.as_str() {
        "" => "/",
        prefix => prefix,
    };
    let pages = Router::new()
        .route(home, get(page::home::get))
        .route(
            &at(&paths.authorize),
            get(endpoint::authorize::get).post(endpoint::authorize::post),
        )
        .route(
            &at(&paths.end_session),
            get(endpoint::end_session::get).post(endpoint::end_session::post),
        )
        .route(
            &at(device::PAGE),
            get(page::device::get).post(page::device::post),
        )
        .route(&at(backchannel::PAGE), get(page::approvals::list))
        .route(
            &at("/approvals/sign-in"),
            get(page::approvals::other_account),
        )
        .route(
            &at("/approvals/{request}"),
            get(page::approvals::get).post(page::approvals::post),
        )
        .route(
            &at("/sign-in"),
            get(page::own_sign_in::get).post(page::own_sign_in::post),
        )
        .route(
            &at("/sign-in/{handle}"),
            get(page::sign_in::get).post(page::sign_in::post),
        )
        .route(
            &at("/sign-up/{handle}"),
            get(page::sign_up::get).post(page::sign_up::post),
        )
        .route(
            &at("/choose-account/{handle}"),
            get(page::choose_account::get).post(page::choose_account::post),
        )
        .route(
            &at("/consent/{handle}"),
            get(page::consent::get).post(page::consent::post),
        )
        .route(
            &at("/sign-out"),
            get(page::sign_out::get).post(page::sign_out::post),
        )
        .layer(BrowserStore::layer(
            Arc::clone(&provider.storage),
            Arc::clone(&provider.clock),
            provider.settings.https,
            i64::from(provider.settings.session.absolute_lifetime.seconds()),
        ));

    let registration = endpoint::register::routes(&provider);
    // Read by nobody's cookie, and by scripts of ours alone.
    let frames = match provider.settings.browser.check_session_frame {
        true => Router::new().route(&at(&paths.check_session), get(endpoint::check_session::get)),
        false => Router::new(),
    };

    Router::new()
        .route(
            &at(&paths.pushed),
            post(endpoint::par::post).options(cors::preflight),
        )
        .route(
            &at(&paths.token),
            post(endpoint::token::post).options(cors::preflight),
        )
        .route(
            &at(&paths.device_authorization),
            post(endpoint::device_authorization::post),
        )
        .route(
            &at(&paths.backchannel_authentication),
            post(endpoint::backchannel_authentication::post),
        )
        .route(&at(&paths.introspect), post(endpoint::introspect::post))
        .route(
            &at(&paths.revoke),
            post(endpoint::revoke::post).options(cors::preflight),
        )
        .route(&at("/access/v1/policy"), get(endpoint::policy_bundle::get))
        .route(
            &at(&paths.userinfo),
            get(endpoint::userinfo::get)
                .post(endpoint::userinfo::post)
                .options(cors::preflight),
        )
        .route(
            &at(&paths.keys),
            get(endpoint::keys::get).options(cors::preflight),
        )
        .route(
            &at("/.well-known/openid-configuration"),
            get(endpoint::discovery::get).options(cors::preflight),
        )
        // RFC 8414 §3.1 puts the issuer's path behind the well-known name.
        .route(
            &format!("/.well-known/oauth-authorization-server{}", paths.prefix),
            get(endpoint::discovery::get).options(cors::preflight),
        )
        .merge(path_inserted(paths))
        .route(
            &at("/access/v1/forward-auth"),
            any(endpoint::forward_auth::any),
        )
        .route(
            &at(&format!("{}{{*rest}}", endpoint::ext_authz::PATH)),
            any(endpoint::ext_authz::any),
        )
        .route(
            &at(endpoint::client_logo::PATH),
            get(endpoint::client_logo::get),
        )
        .route(
            &at(endpoint::resource_metadata::PATH),
            get(endpoint::resource_metadata::get),
        )
        .route("/healthz", get(endpoint::health::alive))
        .route("/readyz", get(endpoint::health::ready))
        .route("/metrics", get(endpoint::metrics::get))
        .route("/static/{*path}", get(endpoint::asset::get))
        .route("/favicon.ico", get(endpoint::asset::favicon))
        .merge(endpoint::authzen::routes(&paths.prefix))
        .merge(registration)
        .merge(pages)
        .merge(frames)
        .fallback(endpoint::missing::get)
        .layer(from_fn_with_state(
            Arc::clone(&provider.guard),
            guard::guard,
        ))
        .with_state(provider)
}

/// RFC 8414 §5: where clients look for the other document that do not know the older rule. Without a
/// path that is where it is anyway.
fn path_inserted(paths: &Paths) -> Router<Arc<Provider>> {
    if paths.prefix.is_empty() {
        return Router::new();
    }
    Router::new().route(
        &format!("/.well-known/openid-configuration{}", paths.prefix),
        get(endpoint::discovery::get).options(cors::preflight),
    )
}
