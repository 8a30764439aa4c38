//! Who may ask.
//!
//! A *gateway* is a client that is registered to introspect tokens, and says who it is by
//! client_secret_basic: it may ask about the scopes of the APIs that it stands in front of, as it
//! enforces the answers. Everybody else presents a
//! token, and is subject to the rules like everywhere: it takes `Symbolon.Access.v1.Evaluate` or
//! `Symbolon.Access.v1.Search`, in the system organization to ask about all organizations, or in
//! the organization that the question is about. An access token has to name the scope.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use symbolon_core::{
    authzen::{answer::Detail, question::Acting},
    client::Client,
    id::Id,
    organization::Organization,
    parameters::Parameters,
    policy::{Policy, Question, api::Api, api_scope::ApiScope, own},
    subject::Subject,
};

use super::refuse;
use crate::{
    access::{self, LiveToken, Presented},
    exchange::{Call, authenticate},
    failure::Failure,
    provider::Provider,
};

/// To ask for decisions.
pub const EVALUATE: &str = "Symbolon.Access.v1.Evaluate";

/// To search.
pub const SEARCH: &str = "Symbolon.Access.v1.Search";

/// To be told which roles and rules decided.
const POLICY: &str = "Symbolon.Access.v1.Policy";

/// Somebody who is who they say.
pub enum Caller {
    /// A client that enforces answers.
    Gateway(Arc<Client>),
    /// Whoever a token speaks of.
    Bearer(Box<LiveToken>),
}

/// What a caller may ask.
pub struct Permit<'a> {
    caller: &'a Caller,
    policy: &'a Policy,
    scope: &'static str,
    everywhere: bool,
    /// How much is told.
    pub detail: Detail,
}

impl Caller {
    /// Finds out who asks.
    ///
    /// # Errors
    /// The inner error is the answer when it is none of ours, the outer one when we cannot tell.
    pub async fn authenticate(
        provider: &Provider,
        call: &Call,
    ) -> Result<Result<Self, Response>, Failure> {
        let headers = &call.headers;
        let mut presented = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(authorization), None) = (presented.next(), presented.next()) else {
            let sentence = "authenticate once: as a client with Basic, or with a Bearer token";
            return Ok(Err(unauthorized(None, sentence)));
        };
        if is_basic(authorization) {
            Self::gateway(provider, call).await
        } else {
            Self::bearer(provider, call).await
        }
    }

    /// What this caller may ask with a scope.
    pub fn permit<'a>(
        &'a self,
        provider: &Provider,
        policy: &'a Policy,
        scope: &'static str,
    ) -> Permit<'a> {
        let system = provider.settings.system.as_ref();
        let in_system = |scope| system.is_some_and(|system| self.has(policy, scope, system));
        let (everywhere, sees_rules) = match self {
            Self::Gateway(_) => (true, false),
            Self::Bearer(_) => (in_system(scope), in_system(POLICY)),
        };
        Permit {
            caller: self,
            policy,
            scope,
            everywhere,
            detail: if sees_rules {
                Detail::Sentences
            } else {
                Detail::Reason
            },
        }
    }

    async fn gateway(provider: &Provider, call: &Call) -> Result<Result<Self, Response>, Failure> {
        let client = match authenticate(provider, call).await? {
            Ok(client) => client,
            Err(response) if response.status() == StatusCode::UNAUTHORIZED => {
                let sentence = "client authentication failed";
                return Ok(Err(unauthorized(Some("Basic"), sentence)));
            }
            Err(response) => return Ok(Err(response)),
        };
        if client.metadata.introspects.is_empty() {
            let sentence = "this client is not registered to introspect tokens, so it may not ask";
            return Ok(Err(refuse(StatusCode::FORBIDDEN, sentence.to_owned())));
        }
        Ok(Ok(Self::Gateway(client)))
    }

    async fn bearer(provider: &Provider, call: &Call) -> Result<Result<Self, Response>, Failure> {
        let refused = || {
            let sentence = "the access token is invalid, expired or revoked";
            Ok(Err(unauthorized(Some("Bearer"), sentence)))
        };
        let no_form = Parameters::default();
        let Ok(presentation) = access::presented(&call.headers, &no_form) else {
            return refused();
        };
        let certificate = call.certificate.as_ref();
        match access::admit_without_proof(provider, presentation, certificate).await? {
            Some(live) if is_for_us(provider, &live) => Ok(Ok(Self::Bearer(Box::new(live)))),
            _ => refused(),
        }
    }

    /// Whether the rules grant a scope in an organization.
    fn has(&self, policy: &Policy, scope: &str, acting: &Id<Organization>) -> bool {
        let Self::Bearer(live) = self else {
            return true;
        };
        let named = match &live.presented {
            Presented::Access(claims) => claims.scope.contains(scope),
            Presented::Personal(_) => true,
        };
        let Ok(needed) = ApiScope::parse(scope) else {
            return false;
        };
        let question = Question {
            acting,
            granted: &live.subject.roles,
            needed: &needed,
            token_scope: live.scope(),
            limits: live.limits(),
        };
        named && policy.allows(&question)
    }
}

impl Permit<'_> {
    /// Whether a question about this organization may be asked.
    pub fn covers(&self, organization: &Id<Organization>) -> bool {
        self.everywhere || self.caller.has(self.policy, self.scope, organization)
    }

    /// Whether a question about this scope may be asked. Whoever enforces the answers of one API need
    /// not know who may do what in the others. What no API defines is nobody's secret.
    pub fn covers_scope(&self, scope: &ApiScope) -> bool {
        let Caller::Gateway(client) = self.caller else {
            return true;
        };
        let defines = |api: &&Api| api.scopes().iter().any(|own| own.scope == *scope);
        let mut defining = self.policy.apis().filter(defines).peekable();
        let own = &client.metadata.introspects;
        defining.peek().is_none()
            || defining.any(|api| own.iter().any(|own| own == api.audience().as_str()))
    }

    /// Whether a question about what a subject may do there may be asked. Of somebody who does not
    /// exist no home is known.
    pub fn covers_acting(&self, acting: &Acting, subject: Option<&Subject>) -> bool {
        let organization = match subject {
            Some(subject) => acting.of(&subject.organization),
            None => acting.named(),
        };
        self.everywhere || organization.is_some_and(|organization| self.covers(organization))
    }

    /// Whether there is any organization that may be asked about.
    pub fn covers_any(&self) -> bool {
        match self.caller {
            Caller::Gateway(_) => true,
            Caller::Bearer(live) => {
                let organizations = self.policy.organizations(&live.subject.roles);
                self.everywhere || organizations.iter().any(|own| self.covers(own))
            }
        }
    }

    /// The answer to a question that may not be asked.
    pub fn forbidden(&self) -> Response {
        let sentence = format!(
            "the caller may not ask this: it takes {}, in the organization the question is about or \
             in the system organization",
            self.scope
        );
        let mut response = refuse(StatusCode::FORBIDDEN, sentence);
        // RFC 6750 §3.1.
        let challenge = format!(
            "Bearer realm=\"access\", error=\"insufficient_scope\", scope=\"{}\"",
            self.scope
        );
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Tokens for other APIs are not for us, whatever scope they name.
fn is_for_us(provider: &Provider, live: &LiveToken) -> bool {
    live.audience().is_none_or(|audience| {
        audience.contains(own::AUDIENCE) || audience.contains(&provider.issuer)
    })
}

fn is_basic(authorization: &HeaderValue) -> bool {
    let scheme = authorization.as_bytes().split(|byte| *byte == b' ').next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
}

/// §11.3. `tried` is the scheme that was used.
fn unauthorized(tried: Option<&str>, sentence: &str) -> Response {
    let basic = HeaderValue::from_static("Basic realm=\"access\", charset=\"UTF-8\"");
    let bearer = match tried {
        Some("Bearer") => "Bearer realm=\"access\", error=\"invalid_token\"",
        _ => "Bearer realm=\"access\"",
    };
    let mut response = refuse(StatusCode::UNAUTHORIZED, sentence.to_owned());
    let headers = response.headers_mut();
    headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(bearer));
    headers.append(header::WWW_AUTHENTICATE, basic);
    response
}
