//! What surrounds every request: an id, a time limit, security headers, metrics and a log line.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, Version, header};
use ipnet::IpNet;
use symbolon_core::entropy::Entropy;
use tracing::Instrument;

use crate::{
    client_address::client_address,
    client_certificate::{ClientCertificate, forwarded, is_trusted},
    metrics::Metrics,
};

/// The id of a request: in the answer's `x-request-id`, on error pages and in every log line.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address a request comes from, proxies considered.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// What the guard needs to know.
pub struct Guard {
    /// Where request ids come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// After how long a request is given up.
    pub timeout: Duration,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which a trusted proxy tells of the client's certificate.
    pub certificate_header: Option<HeaderName>,
    /// Whether browsers reach us by https.
    pub https: bool,
    /// Names each route for the metrics: bounded, so that no caller can add series.
    pub route_names: fn(&str) -> &'static str,
}

/// In the extensions of a response: pages of others may have it in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Framed;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
pub async fn guard(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let id = request_id(&*guard.entropy);
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let address = client_address(peer, request.headers(), &guard.trusted_proxies);
    let path = request.extensions().get::<MatchedPath>();
    let route = path.map_or("unmatched", |path| (guard.route_names)(path.as_str()));
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(ClientAddress(address));
    tell_certificate(&guard, peer, &mut request);

    // No query and no path: both can carry secrets.
    let span = tracing::info_span!("request", id = %id.0, route, address = %address);
    let started = now();
    let mut counted = InFlight::new(&guard.metrics);
    let answer = async {
        if !names_one_host(&request) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        match tokio::time::timeout(guard.timeout, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                tracing::error!("the request took longer than limits.request_timeout");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    [(header::RETRY_AFTER, "5")],
                )
                    .into_response()
            }
        }
    };
    let mut response = answer.instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status();
    counted.answered(route, status.as_u16(), elapsed.as_secs_f64());
    span.in_scope(|| {
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), milliseconds, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), milliseconds, "answered");
        }
    });
    set_headers(&mut response, &id, guard.https);
    response
}

/// Behind a trusted proxy the certificate of the connection is the proxy's own: then only its header
/// counts.
fn tell_certificate(guard: &Guard, peer: IpAddr, request: &mut Request) {
    let trusted = &guard.trusted_proxies;
    if !is_trusted(peer, trusted) {
        return;
    }
    let header = guard.certificate_header.as_ref();
    let told = forwarded(peer, request.headers(), header, trusted);
    let extensions = request.extensions_mut();
    extensions.remove::<ClientCertificate>();
    if let Some(certificate) = told {
        extensions.insert(certificate);
    }
}

/// RFC 9112 §3.2: without a Host header, or with two, HTTP/1.1 is refused, since a proxy in front may
/// have read the other one.
fn names_one_host(request: &Request) -> bool {
    request.version() != Version::HTTP_11
        || request.headers().get_all(header::HOST).iter().count() == 1
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long a request took; no rule sees it"
)]
fn now() -> Instant {
    Instant::now()
}

fn request_id(entropy: &dyn Entropy) -> RequestId {
    let mut random = [0; 8];
    entropy.fill(&mut random);
    RequestId(format!("{:016x}", u64::from_le_bytes(random)).into())
}

/// Requirement A1.11; pages set a policy of their own, which is left as it is, and so is the id that
/// an endpoint repeats because its protocol says so.
fn set_headers(response: &mut Response, id: &RequestId, https: bool) {
    let framed = response.extensions().get::<Framed>().is_some();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.entry(REQUEST_ID).or_insert(value);
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if framed {
        headers.remove(header::X_FRAME_OPTIONS);
    }
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        );
    }
}

/// Keeps the gauge of requests under way right, even when a caller hangs up and the future is
/// dropped.
struct InFlight<'a> {
    metrics: &'a Metrics,
    open: bool,
}

impl<'a> InFlight<'a> {
    fn new(metrics: &'a Metrics) -> Self {
        metrics.arrived();
        Self {
            metrics,
            open: true,
        }
    }

    fn answered(&mut self, route: &'static str, status: u16, seconds: f64) {
        self.open = false;
        self.metrics.answered(route, status, seconds);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if self.open {
            self.metrics.abandoned();
        }
    }
}
