//! Protects an API with the rules of Symbolon, without a line of authorization code in the API.
//!
//! [`ResourceServer`] is a [`tower::Layer`] for axum and hyper services. For every request it
//!
//! 1. takes the bearer token (RFC 6750 §2.1) and the organization to act in (`X-Target-Org-Id`, else
//!    the home organization of the caller);
//! 2. proves the token: a JWT (RFC 9068) by its signature, issuer, audience and time; an opaque or
//!    personal access token by introspection (RFC 7662);
//! 3. finds the endpoint that is called, and the scope it needs, by method and path;
//! 4. decides, in this process and in microseconds, by the provider's rules;
//! 5. lets the request through with a [`Caller`] among its extensions, or answers 400, 401, 403 or
//!    503 with the challenge of RFC 6750 §3.
//!
//! Rules, endpoints and what happened to tokens since their issue come as a signed *policy bundle*
//! that is fetched once a second. A token that may not say what is true any more, because something
//! it depends on changed after its issue, is introspected too: see
//! [`symbolon_core::policy::token_changes`]. So an answer is as true as the bundle is young, and one
//! that is older than it may be is not trusted: without a provider the answer is first the same as
//! before, then 503.
//!
//! ```no_run
//! use axum::{Extension, Router, routing::get};
//! use symbolon_resource_server::{Caller, ResourceServer};
//!
//! async fn invoices(Extension(caller): Extension<Caller>) -> String {
//!     format!("the invoices of {}", caller.organization)
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let protection = ResourceServer::builder("https://id.example")
//!     .audience("https://api.example")
//!     .client("invoices-api", "its client secret")
//!     .build()
//!     .await?;
//! let service: Router = Router::new()
//!     .route("/api/v1/invoices", get(invoices))
//!     .layer(protection);
//! # Ok(())
//! # }
//! ```
//!
//! Put the layer around the outermost router: what it decides by is the path that it sees, and
//! `nest` shows a router only the rest of a path.
//!
//! A token that is bound to a certificate (RFC 8705) is good beside that certificate alone: the host,
//! which made the handshake, puts a [`ClientCertificate`] among the extensions of the request.
//!
//! A client that knows nothing but the address of the API finds its way if the audience is that
//! address, [`Builder::publish_metadata`] is set and the layer [`ResourceServer::publishing`] goes
//! around this one (RFC 9728).
//!
//! # What is left out, and why
//!
//! - DPoP (RFC 9449): a token that is bound to a key is refused.
//! - Objects. That somebody may read invoices in an organization says nothing about whose invoice
//!   number 7 is: an API selects by [`Caller::organization`].
//! - Tokens in a form body or in the query (RFC 6750 §2.2, §2.3): one place is enough, and the query
//!   ends up in logs.
//! - CORS: a preflight has no token. Put a CORS layer outside of this one.

mod builder;
mod caller;
mod certificate;
mod clock;
mod decision;
mod error;
mod introspection;
mod layer;
mod metadata;
mod refresh;
mod refusal;
mod request;
mod server;
mod snapshot;
mod source;
mod token;

pub use builder::Builder;
pub use caller::{Caller, Decided};
pub use certificate::ClientCertificate;
pub use error::{BuildError, ProviderError};
pub use layer::Protected;
pub use metadata::{Published, Publishing};
pub use refusal::Refusal;
pub use server::ResourceServer;
