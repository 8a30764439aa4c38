//! Forward authentication: a proxy holds a request and asks whether to let it through.
//!
//! It reports what it holds ([`report`]); the caller's own bearer token comes with it. What is asked
//! of a token before its rights count (signature, time, revocation, client, subject, organization)
//! was asked before [`decide`]. Then, in this order: the token is for the API; the method and path
//! are one of its endpoints; the [policy](crate::policy) allows the scope which that needs. The API
//! behind is handed what was found out ([`Admission::headers`]) and, if it wants one, a token of its
//! own ([`upstream_token`]).
//!
//! Endpoints are looked up only for a token that is live, so that strangers learn of none. A path
//! that anybody could read in two ways is no endpoint ([`crate::policy::path`]).
//!
//! Left out on purpose: signing people in. A caller without a token is told so, never sent to a page.

mod challenge;
pub mod report;
pub mod upstream_token;

use crate::{
    client::Client,
    error::{ErrorCode, OAuthError},
    id::Id,
    organization::Organization,
    policy::{
        self, Located, Policy,
        api::Api,
        api_scope::ApiScope,
        decision::{Limits, Question, Reason},
        path::PathRefusal,
        standing::roles_in,
    },
    role::RoleKey,
    scope::Scope,
    subject::Subject,
    token::access::Audience,
};

use report::OriginalRequest;

/// The longest list of roles in a header, in bytes: proxies have buffers of a few kilobytes for all
/// headers of an answer, and fail when they are full.
pub const LONGEST_ROLES: usize = 2048;

/// What the proxy asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What it holds.
    pub original: OriginalRequest<'a>,
    /// The API that it stands in front of; `None`: whichever has the endpoint.
    pub audience: Option<&'a Id<Api>>,
    /// The organization that the caller wants to act in; `None`: its home.
    pub target: Option<&'a Id<Organization>>,
}

/// A token that is live, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<'a> {
    /// Whom the token is for; `None` for a personal access token, which is for every API.
    pub audience: Option<&'a Audience>,
    /// Which client it was given to; a personal access token was given to none.
    pub client: Option<&'a Id<Client>>,
    /// What it is limited to beyond its scope.
    pub limits: Limits<'a>,
    /// What it was granted.
    pub scope: &'a Scope,
    /// Whom it speaks of: active, with the roles held now.
    pub subject: &'a Subject,
}

/// The answer yes.
#[derive(Clone, Debug)]
pub struct Admission<'a> {
    /// The API that is called.
    pub api: &'a Api,
    /// The scope that the endpoint needs.
    pub needed: &'a ApiScope,
    /// The organization that is acted in.
    pub acting: &'a Id<Organization>,
    /// Who acts.
    pub subject: &'a Subject,
    /// Through which client, if any.
    pub client: Option<&'a Id<Client>>,
    /// The roles that the token may use in the acting organization, sorted, each once.
    pub roles: Vec<RoleKey>,
}

/// Every way in which a request is not let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `X-Target-Org-Id` stands twice, or is no identifier.
    ActingOrganizationMalformed,
    /// A header that holds no bearer token, or two of them.
    CredentialsMalformed,
    /// Nothing was presented.
    CredentialsMissing,
    /// The policy says no.
    Denied {
        /// Why.
        reason: Reason,
        /// The scope that the endpoint needs.
        needed: ApiScope,
    },
    /// The path is ambiguous, or nothing is there.
    NoEndpoint(PathRefusal),
    /// The token is for another API.
    OtherAudience,
    /// The parameters that the proxy is configured with are not right.
    ParametersMalformed,
    /// The proxy, or the caller through it, reports in two ways at once, or one thing twice.
    ReportAmbiguous,
    /// The proxy does not say which request it holds.
    ReportIncomplete,
    /// The method that is reported is none.
    ReportMalformed,
    /// The token is not ours, has expired, or was revoked; or whoever it speaks of is shut out.
    TokenNotLive,
}

/// The rule.
///
/// # Errors
/// [`Refusal`].
pub fn decide<'a>(
    asked: &Asked<'a>,
    bearer: &Bearer<'a>,
    policy: &'a Policy,
) -> Result<Admission<'a>, Refusal> {
    // Before anything is said of endpoints, when it is known which API is meant.
    let is_for = |api: &Id<Api>| bearer.audience.is_none_or(|own| own.contains(api.as_str()));
    if asked.audience.is_some_and(|audience| !is_for(audience)) {
        return Err(Refusal::OtherAudience);
    }
    let OriginalRequest { method, path } = asked.original;
    let located = path.and_then(|path| policy.endpoint(asked.audience, method, path));
    let Located { api, endpoint } = located.map_err(Refusal::NoEndpoint)?;
    if !is_for(api.audience()) {
        return Err(Refusal::OtherAudience);
    }
    let acting = asked.target.unwrap_or(&bearer.subject.organization);
    let question = Question {
        acting,
        granted: &bearer.subject.roles,
        needed: &endpoint.scope,
        token_scope: bearer.scope,
        limits: bearer.limits,
    };
    if !policy.allows(&question) {
        return Err(Refusal::Denied {
            reason: policy::decide(policy, &question).reason,
            needed: endpoint.scope.clone(),
        });
    }
    let held = roles_in(acting, question.granted, policy.standing());
    let usable = |role: &RoleKey| {
        let only = question.limits.roles;
        only.is_none_or(|only| only.contains(role))
    };
    let mut roles: Vec<_> = held
        .into_iter()
        .map(|held| held.role)
        .filter(usable)
        .collect();
    roles.dedup();
    Ok(Admission {
        api,
        needed: &endpoint.scope,
        acting,
        subject: bearer.subject,
        client: bearer.client,
        roles,
    })
}

impl Admission<'_> {
    /// What the API behind is told, as headers: all values are visible ASCII.
    ///
    /// Roles that would take more than [`LONGEST_ROLES`] are left out, all of them: who sees some
    /// could think that there are no others.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let text = |text: &str| Some(text.to_owned());
        let roles: Vec<_> = self.roles.iter().map(RoleKey::as_str).collect();
        let roles = Some(roles.join(" ")).filter(|roles| roles.len() <= LONGEST_ROLES);
        let all = [
            ("x-auth-subject", text(self.subject.id.as_str())),
            ("x-auth-organization", text(self.acting.as_str())),
            (
                "x-auth-home-organization",
                text(self.subject.organization.as_str()),
            ),
            ("x-auth-roles", roles),
            ("x-auth-scope", text(self.needed.as_str())),
            (
                "x-auth-client",
                self.client.map(|id| id.as_str().to_owned()),
            ),
        ];
        let known = all.into_iter();
        known.filter_map(|(name, value)| Some((name, value?)))
    }
}

impl Refusal {
    /// What the caller is told (RFC 6750 §3.1); `None` when it presented nothing: then it is told
    /// how to, and no more.
    pub const fn wire(&self) -> Option<OAuthError> {
        let (code, description) = match self {
            Self::ActingOrganizationMalformed => (
                ErrorCode::InvalidRequest,
                "X-Target-Org-Id has to be one organization id, once",
            ),
            Self::CredentialsMalformed => (
                ErrorCode::InvalidRequest,
                "present the access token once, as Authorization: Bearer",
            ),
            Self::CredentialsMissing => return None,
            Self::Denied { reason, .. } => (ErrorCode::InsufficientScope, denied(*reason)),
            Self::NoEndpoint(_) => (
                ErrorCode::InsufficientScope,
                "no declared endpoint has this method and exactly this path",
            ),
            Self::OtherAudience => (
                ErrorCode::InvalidToken,
                "the access token is for another audience than this API",
            ),
            Self::ParametersMalformed => (
                ErrorCode::InvalidRequest,
                "the proxy may name one audience, and token=jwt, each once, and nothing else",
            ),
            Self::ReportAmbiguous => (
                ErrorCode::InvalidRequest,
                "either X-Original-Method and X-Original-URI or X-Forwarded-Method and \
                 X-Forwarded-Uri, each once; the proxy has to remove what callers send of them",
            ),
            Self::ReportIncomplete => (
                ErrorCode::InvalidRequest,
                "the proxy has to send X-Original-Method and X-Original-URI, or \
                 X-Forwarded-Method and X-Forwarded-Uri",
            ),
            Self::ReportMalformed => (
                ErrorCode::InvalidRequest,
                "the reported method is no method of HTTP",
            ),
            Self::TokenNotLive => (
                ErrorCode::InvalidToken,
                "the access token is invalid, expired or revoked",
            ),
        };
        Some(OAuthError::new(code, description))
    }

    /// What logs, metrics and the header `X-Auth-Reason` call it: one of a fixed set.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ActingOrganizationMalformed => "acting_organization_malformed",
            Self::CredentialsMalformed => "credentials_malformed",
            Self::CredentialsMissing => "credentials_missing",
            Self::Denied { reason, .. } => reason.as_str(),
            Self::NoEndpoint(refusal) => no_endpoint(*refusal),
            Self::OtherAudience => "other_audience",
            Self::ParametersMalformed => "parameters_malformed",
            Self::ReportAmbiguous => "report_ambiguous",
            Self::ReportIncomplete => "report_incomplete",
            Self::ReportMalformed => "report_malformed",
            Self::TokenNotLive => "token_not_live",
        }
    }

    /// The challenge of the answer (RFC 6750 §3), naming the scope that is missing, if one is.
    /// `realm` is what is protected. Any text gives visible ASCII and quoted strings that end where
    /// they should.
    pub fn challenge(&self, realm: &str) -> String {
        let needed = match self {
            Self::Denied { needed, .. } => Some(needed.as_str()),
            _ => None,
        };
        challenge::text(realm, self.wire(), needed)
    }
}

const fn denied(reason: Reason) -> &'static str {
    match reason {
        // Never told: a yes is no refusal.
        Reason::Allowed => "allowed",
        Reason::DeniedByRule => "a rule denies the scope that this endpoint needs",
        Reason::NoRoleInOrganization => "no role in this organization",
        Reason::NoRuleGrants => "no rule grants the scope that this endpoint needs",
        Reason::OrganizationNotInToken => "the access token is limited to other organizations",
        Reason::ScopeNotInToken => {
            "the access token does not name the scope that this endpoint needs: ask for it"
        }
    }
}

const fn no_endpoint(refusal: PathRefusal) -> &'static str {
    match refusal {
        PathRefusal::AmbiguousEndpoint => "ambiguous_endpoint",
        PathRefusal::Character => "path_character",
        PathRefusal::DotSegment => "path_dot_segment",
        PathRefusal::EmptySegment => "path_empty_segment",
        PathRefusal::EncodedControl => "path_encoded_control",
        PathRefusal::EncodedDelimiter => "path_encoded_delimiter",
        PathRefusal::LookAlike => "path_look_alike",
        PathRefusal::MalformedEncoding => "path_malformed_encoding",
        PathRefusal::NoSuchEndpoint => "no_such_endpoint",
        PathRefusal::NotAbsolute => "path_not_absolute",
        PathRefusal::NotCanonical => "path_not_canonical",
        PathRefusal::PathParameter => "path_parameter",
        PathRefusal::TooLong => "path_too_long",
        PathRefusal::TooManySegments => "path_too_many_segments",
    }
}
