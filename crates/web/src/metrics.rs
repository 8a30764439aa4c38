//! Metrics in the text form of OpenMetrics.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    tokens: Family<GrantLabels, Counter>,
    sign_ins: Family<OutcomeLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    in_flight: Gauge<i64, std::sync::atomic::AtomicI64>,
    cache: Family<CacheLabels, Counter<u64, AtomicU64>>,
    decisions: Family<DecisionLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GrantLabels {
    grant_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    cache: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    reason: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All counters at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("symbolon");
        let requests = Family::default();
        registry.register(
            "http_requests",
            "Requests by route and status",
            requests.clone(),
        );
        let durations: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(|| {
            Histogram::new([
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
            ])
        });
        registry.register(
            "http_request_duration_seconds",
            "Time from the head of a request to the head of its answer",
            durations.clone(),
        );
        let tokens = Family::default();
        registry.register(
            "token_responses",
            "Successful token responses by grant",
            tokens.clone(),
        );
        let sign_ins = Family::default();
        registry.register("sign_ins", "Password sign-ins by outcome", sign_ins.clone());
        let refusals = Family::default();
        registry.register(
            "oauth_errors",
            "Errors told to clients, by code",
            refusals.clone(),
        );
        let in_flight = Gauge::default();
        registry.register(
            "http_requests_in_flight",
            "Requests under way",
            in_flight.clone(),
        );
        let cache = Family::default();
        registry.register(
            "cache_lookups",
            "Look-ups by cache and outcome",
            cache.clone(),
        );
        let decisions = Family::default();
        registry.register(
            "decisions",
            "Calls of protected APIs that were let through or not, by reason",
            decisions.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            tokens,
            sign_ins,
            refusals,
            in_flight,
            cache,
            decisions,
        }
    }

    /// A request arrived; it is under way until [`Self::answered`].
    pub fn arrived(&self) {
        self.in_flight.inc();
    }

    /// A request was answered after so many seconds.
    pub fn answered(&self, route: &'static str, status: u16, seconds: f64) {
        self.in_flight.dec();
        self.requests
            .get_or_create(&RequestLabels { route, status })
            .inc();
        self.durations
            .get_or_create(&RouteLabels { route })
            .observe(seconds);
    }

    /// A request was given up before it was answered.
    pub fn abandoned(&self) {
        self.in_flight.dec();
    }

    /// Tokens were issued.
    pub fn issued(&self, grant_type: &'static str) {
        self.tokens.get_or_create(&GrantLabels { grant_type }).inc();
    }

    /// Somebody tried to sign in.
    pub fn sign_in(&self, outcome: &'static str) {
        self.sign_ins
            .get_or_create(&OutcomeLabels { outcome })
            .inc();
    }

    /// A client was refused.
    pub fn refused(&self, error: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { error }).inc();
    }

    /// Somebody was told whether a call may pass.
    pub fn decided(&self, reason: &'static str) {
        self.decisions
            .get_or_create(&DecisionLabels { reason })
            .inc();
    }

    /// A cache was asked.
    pub fn looked_up(&self, cache: &'static str, hit: bool) {
        let outcome = if hit { "hit" } else { "miss" };
        self.cache
            .get_or_create(&CacheLabels { cache, outcome })
            .inc();
    }

    /// What was counted since the start for those who look after the installation: what, its outcome,
    /// how often.
    pub fn counted(&self) -> Vec<(&'static str, String, u64)> {
        // The families do not list what is in them; the text does.
        const FAMILIES: [(&str, &str); 3] = [
            ("symbolon_sign_ins_total{outcome=\"", "sign_in"),
            ("symbolon_token_responses_total{grant_type=\"", "token"),
            ("symbolon_oauth_errors_total{error=\"", "refusal"),
        ];
        let text = self.render();
        let lines = text.lines().filter_map(|line| {
            let counted = |(start, what)| {
                let (outcome, number) = line.strip_prefix(start)?.split_once("\"} ")?;
                Some((what, outcome.to_owned(), number.parse().ok()?))
            };
            FAMILIES.into_iter().find_map(counted)
        });
        lines.collect()
    }

    /// The text to scrape.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
