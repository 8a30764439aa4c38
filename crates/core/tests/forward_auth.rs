//! What a proxy is answered, under the example policy of the matrix.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*};
use serde_json::json;
use symbolon_core::{
    client::Client,
    forward_auth::{
        Admission, Asked, Bearer, LONGEST_ROLES, Refusal, decide,
        report::{EnvoyTarget, Header, OriginalRequest, Report, target_organization},
        upstream_token::{self, Mark, UpstreamToken},
    },
    id::Id,
    policy::{
        Policy,
        api::Api,
        api_scope::ApiScope,
        decision::{Limits, Reason},
        path::PathRefusal,
        relation::Relation,
        rule::RuleSet,
    },
    role::{RoleKey, Roles},
    scope::Scope,
    subject::{Subject, SubjectKind},
    time::Timestamp,
    token::access::Audience,
};

const API: &str = include_str!("golden/policy_example_api.json");
const RULES: &str = include_str!("golden/policy_example_rules.json");
const ROLES: &str = include_str!("golden/policy_example_roles.json");
const RELATIONS: &str = include_str!("golden/policy_example_relations.json");

const AUDIENCE: &str = "https://api.invora.example";
const CREATE: &str = "Invora.Simple.Invoices.v1.Modify.Create";

/// The example, and a second API that has one endpoint with the same path.
fn policy() -> Policy {
    let other = json!({
        "audience": "other",
        "name": "Other",
        "scopes": [{"scope": "Other.Read"}],
        "endpoints": [
            {"method": "GET", "template": "/api/v1/simple/payments", "scope": "Other.Read"},
            {"method": "GET", "template": "/other", "scope": "Other.Read"},
        ],
    });
    let apis: [Api; 2] = [
        serde_json::from_str(API).unwrap(),
        serde_json::from_value(other).unwrap(),
    ];
    let rules: RuleSet = serde_json::from_str(RULES).unwrap();
    let relations: Vec<Relation> = serde_json::from_str(RELATIONS).unwrap();
    let roles: Vec<_> = serde_json::from_str(ROLES).unwrap();
    Policy::compile(1, rules, &relations, &roles, apis).unwrap()
}

fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}

fn keys(keys: &[&str]) -> Vec<RoleKey> {
    keys.iter()
        .map(|key| RoleKey::parse(key).unwrap())
        .collect()
}

/// An accountant of business.
fn subject() -> Subject {
    Subject {
        id: id("somebody"),
        organization: id("business"),
        organization_name: "Business".into(),
        kind: SubjectKind::Machine { name: "it".into() },
        disabled_at: None,
        roles_until: None,
        roles: Roles::from([(id("business"), keys(&["accountant", "viewer"]))]),
    }
}

/// One call, right in every way.
struct Call {
    method: &'static str,
    target: &'static str,
    audience: Option<&'static str>,
    acting: Option<&'static str>,
    token_audience: Option<Audience>,
    token_scope: &'static str,
    limits: Limits<'static>,
    client: Option<Id<Client>>,
    subject: Subject,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            method: "POST",
            target: "/api/v1/simple/invoices?draft",
            audience: Some(AUDIENCE),
            acting: None,
            token_audience: Some(Audience::One(AUDIENCE.into())),
            token_scope: "openid",
            limits: Limits::default(),
            client: Some(id("app")),
            subject: subject(),
        }
    }
}

impl Call {
    fn with<T>(&self, look: impl FnOnce(Result<Admission<'_>, Refusal>) -> T) -> T {
        let audience = self.audience.map(id);
        let acting = self.acting.map(id);
        let scope = Scope::parse(self.token_scope).unwrap();
        let original =
            OriginalRequest::new(self.method.as_bytes(), self.target.as_bytes()).unwrap();
        let asked = Asked {
            original,
            audience: audience.as_ref(),
            target: acting.as_ref(),
        };
        let bearer = Bearer {
            audience: self.token_audience.as_ref(),
            client: self.client.as_ref(),
            limits: self.limits,
            scope: &scope,
            subject: &self.subject,
        };
        look(decide(&asked, &bearer, &policy()))
    }

    fn refusal(&self) -> Refusal {
        self.with(|decided| decided.unwrap_err())
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        self.with(|decided| decided.unwrap().headers().collect())
    }
}

fn denied(reason: Reason, needed: &str) -> Refusal {
    let needed = ApiScope::parse(needed).unwrap();
    Refusal::Denied { reason, needed }
}

#[test]
fn the_api_is_told_who_acts_where_as_what_and_for_what() {
    let headers = Call::default().headers();
    let expected = [
        ("x-auth-subject", "somebody"),
        ("x-auth-organization", "business"),
        ("x-auth-home-organization", "business"),
        ("x-auth-roles", "accountant viewer"),
        ("x-auth-scope", CREATE),
        ("x-auth-client", "app"),
    ];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn only_the_roles_of_the_acting_organization_are_told() {
    let mut call = Call {
        method: "GET",
        acting: Some("platform"),
        ..Call::default()
    };
    call.subject.roles.insert(id("business"), keys(&["admin"]));
    let headers = call.headers();
    // An admin of business is a viewer of the platform, through a relation.
    assert!(
        headers.contains(&("x-auth-roles", "viewer".to_owned())),
        "{headers:?}"
    );
    assert!(headers.contains(&("x-auth-organization", "platform".to_owned())));
    assert!(headers.contains(&("x-auth-home-organization", "business".to_owned())));
}

#[test]
fn a7_5_a_personal_access_token_is_for_every_api_and_for_no_more_roles_than_it_may_use() {
    let mut call = Call {
        token_audience: None,
        client: None,
        ..Call::default()
    };
    assert_eq!(call.headers().len(), 5, "no client");
    let viewer = keys(&["viewer"]).leak();
    call.limits.roles = Some(viewer);
    assert_eq!(call.refusal(), denied(Reason::NoRuleGrants, CREATE));
    call.method = "GET";
    assert!(
        call.headers()
            .contains(&("x-auth-roles", "viewer".to_owned()))
    );
}

#[test]
fn a_list_of_roles_that_no_proxy_would_carry_is_left_out_as_a_whole() {
    let mut call = Call::default();
    call.subject
        .roles
        .insert(id("business"), keys(&["accountant"]));
    // The example has no such number of roles; what counts is their length.
    call.with(|decided| {
        let mut admission = decided.unwrap();
        let long = |index| RoleKey::parse(&format!("{index:063}")).unwrap();
        admission.roles = (0..LONGEST_ROLES / 64).map(long).collect();
        let told = |admission: &Admission<'_>| {
            let mut headers = admission.headers();
            headers.any(|(name, _)| name == "x-auth-roles")
        };
        assert!(told(&admission));
        admission.roles.extend(keys(&["a", "b"]));
        assert!(!told(&admission));
    });
}

#[test]
fn without_a_name_the_api_is_the_one_that_has_the_endpoint() {
    let call = Call {
        audience: None,
        ..Call::default()
    };
    assert!(
        call.headers()
            .contains(&("x-auth-scope", CREATE.to_owned()))
    );
    let ambiguous = Call {
        audience: None,
        method: "GET",
        target: "/api/v1/simple/payments",
        ..Call::default()
    };
    let refusal = Refusal::NoEndpoint(PathRefusal::AmbiguousEndpoint);
    assert_eq!(ambiguous.refusal(), refusal);
}

#[test]
fn a_token_for_another_api_is_refused_before_and_after_the_api_is_known() {
    for audience in [Some(AUDIENCE), None] {
        for token in [
            "other",
            "https://api.invora.example/",
            "https://issuer.example",
        ] {
            let call = Call {
                audience,
                token_audience: Some(Audience::One(token.into())),
                ..Call::default()
            };
            assert_eq!(
                call.refusal(),
                Refusal::OtherAudience,
                "{audience:?} {token}"
            );
        }
    }
    let several = Call {
        token_audience: Some(Audience::Many(vec!["other".into(), AUDIENCE.into()])),
        ..Call::default()
    };
    assert!(!several.headers().is_empty());
    // Nothing is said of the endpoints of an API that the token is not for.
    let unknown = Call {
        target: "/no/such",
        token_audience: Some(Audience::One("other".into())),
        ..Call::default()
    };
    assert_eq!(unknown.refusal(), Refusal::OtherAudience);
}

#[test]
fn what_is_no_endpoint_is_refused_without_a_scope() {
    use PathRefusal as P;
    for (method, target, refusal) in [
        ("PUT", "/api/v1/simple/invoices", P::NoSuchEndpoint),
        ("post", "/api/v1/simple/invoices", P::NoSuchEndpoint),
        ("POST", "/api/v1/simple/invoices/", P::NoSuchEndpoint),
        ("POST", "/API/v1/simple/invoices", P::NoSuchEndpoint),
        ("POST", "/api/v1/simple/x/../invoices", P::DotSegment),
        ("POST", "/api/v1//simple/invoices", P::EmptySegment),
        ("POST", "/api/v1/simple%2Finvoices", P::EncodedDelimiter),
        ("POST", "/api/v1/simple/invoices;a=b", P::PathParameter),
        ("POST", "/api/v1/simple/invoices%00", P::EncodedControl),
        ("POST", "http://h/api/v1/simple/invoices", P::NotAbsolute),
    ] {
        let call = Call {
            method,
            target,
            ..Call::default()
        };
        let refused = call.refusal();
        assert_eq!(refused, Refusal::NoEndpoint(refusal), "{method} {target}");
        assert_eq!(
            refused.challenge("api"),
            "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"no declared \
             endpoint has this method and exactly this path\""
        );
    }
    let elsewhere = Call {
        audience: Some("unknown"),
        token_audience: None,
        ..Call::default()
    };
    let nothing = Refusal::NoEndpoint(PathRefusal::NoSuchEndpoint);
    assert_eq!(elsewhere.refusal(), nothing);
}

#[test]
fn who_is_denied_is_told_the_scope() {
    let delete = "Invora.Simple.Invoices.v1.Modify.Delete";
    let ruled = Call {
        method: "DELETE",
        target: "/api/v1/simple/invoices/7",
        ..Call::default()
    };
    assert_eq!(ruled.refusal(), denied(Reason::DeniedByRule, delete));
    let narrow = Call {
        token_scope: "openid Invora.Simple.Invoices.v1.Read.List",
        ..Call::default()
    };
    let refusal = narrow.refusal();
    assert_eq!(refusal, denied(Reason::ScopeNotInToken, CREATE));
    assert_eq!(
        refusal.challenge(AUDIENCE),
        "Bearer realm=\"https://api.invora.example\", error=\"insufficient_scope\", \
         error_description=\"the access token does not name the scope that this endpoint needs: \
         ask for it\", scope=\"Invora.Simple.Invoices.v1.Modify.Create\""
    );
}

#[test]
fn an_unknown_organization_and_one_without_roles_look_alike() {
    let in_organization = |acting| {
        let call = Call {
            acting: Some(acting),
            ..Call::default()
        };
        let refusal = call.refusal();
        (refusal.challenge("api"), refusal.as_str())
    };
    assert_eq!(in_organization("platform"), in_organization("no-such"));
    assert_eq!(in_organization("no-such").1, "no_role_in_organization");
}

#[test]
fn every_refusal_has_its_code_and_a_name_of_its_own() {
    let all = [
        (Refusal::ActingOrganizationMalformed, "invalid_request"),
        (Refusal::CredentialsMalformed, "invalid_request"),
        (Refusal::CredentialsMissing, ""),
        (denied(Reason::NoRuleGrants, CREATE), "insufficient_scope"),
        (
            Refusal::NoEndpoint(PathRefusal::LookAlike),
            "insufficient_scope",
        ),
        (Refusal::OtherAudience, "invalid_token"),
        (Refusal::ParametersMalformed, "invalid_request"),
        (Refusal::ReportAmbiguous, "invalid_request"),
        (Refusal::ReportIncomplete, "invalid_request"),
        (Refusal::ReportMalformed, "invalid_request"),
        (Refusal::TokenNotLive, "invalid_token"),
    ];
    let mut names: Vec<_> = all.iter().map(|(refusal, _)| refusal.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
    for (refusal, code) in all {
        let told = refusal.wire().map_or("", |error| error.code.as_str());
        assert_eq!(told, code, "{refusal:?}");
    }
    // RFC 6750 §3.1: nothing is said of an error to who presented nothing.
    let missing = Refusal::CredentialsMissing.challenge("api");
    assert_eq!(missing, "Bearer realm=\"api\"");
}

#[test]
fn the_token_for_the_api_says_what_was_decided_and_no_more() {
    let issuer: Arc<str> = "https://id.example".into();
    Call::default().with(|decided| {
        let token = UpstreamToken::new(&issuer, &decided.unwrap());
        let (now, end) = (Timestamp::from_seconds(10), Timestamp::from_seconds(70));
        let claims = serde_json::to_value(token.claims(id("name"), now, end)).unwrap();
        let mark: Mark = serde_json::from_value(claims.clone()).unwrap();
        assert!(mark.is_of_upstream_token());
        assert_eq!(
            claims,
            json!({
                "iss": "https://id.example",
                "sub": "somebody",
                "aud": AUDIENCE,
                "client_id": "app",
                "org_id": "business",
                "organization_id": "business",
                "roles": {"business": ["accountant", "viewer"]},
                "scope": CREATE,
                "jti": "name",
                "iat": 10,
                "exp": 70,
            })
        );
    });
}

#[test]
fn the_token_for_the_api_outlives_neither_a_minute_nor_what_was_presented_nor_a_role() {
    let at = Timestamp::from_seconds;
    for (presented, roles, end) in [
        (9_999, None, 160),
        (160, None, 160),
        (120, None, 120),
        (9_999, Some(130), 130),
        (120, Some(130), 120),
        (9_999, Some(9_999), 160),
    ] {
        let found = upstream_token::end(at(100), at(presented), roles.map(at));
        assert_eq!(found, at(end), "{presented} {roles:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_in_headers_are_an_answer_and_never_a_yes_by_accident(
        values in vec(option::of(vec(any::<u8>(), 0..12)), 4),
        target in option::of(vec(any::<u8>(), 0..12)),
        rest in ".{0,20}",
    ) {
        let header = |value: &'_ Option<Vec<u8>>| match value {
            None => Header::Absent,
            Some(bytes) => Header::Once(bytes.clone().leak()),
        };
        let [a, b, c, d] = <[_; 4]>::try_from(values).unwrap();
        let report = Report {
            original_method: header(&a),
            original_uri: header(&b),
            forwarded_method: header(&c),
            forwarded_uri: header(&d),
        };
        if let Ok(original) = OriginalRequest::reported(report) {
            // It is one whole family, word for word.
            let (method, uri) = if a.is_some() { (a, b) } else { (c, d) };
            prop_assert_eq!(original.method.as_bytes(), method.unwrap());
            if let Ok(path) = original.path {
                prop_assert!(uri.unwrap().starts_with(path.as_str().as_bytes()));
            }
        }
        if let Ok(Some(id)) = target_organization(header(&target)) {
            prop_assert_eq!(id.as_str().as_bytes(), target.unwrap());
        }
        if let Ok(envoy) = EnvoyTarget::parse(&rest) {
            prop_assert!(rest.ends_with(envoy.path) && envoy.path.starts_with('/'));
        }
    }

    #[test]
    fn a_challenge_is_one_line_of_visible_characters_with_even_quotes(realm in any::<String>()) {
        let text = denied(Reason::NoRuleGrants, CREATE).challenge(&realm);
        prop_assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        let unescaped = text.replace("\\\\", "").replace("\\\"", "");
        prop_assert_eq!(unescaped.matches('"').count(), 8);
    }
}
