//! The token exchange grant.

use symbolon_core::{
    client::Client,
    grant::{
        client_credentials,
        token_exchange::{self, ACCESS_TOKEN, JWT, PERSONAL_ACCESS_TOKEN, SubjectToken},
    },
    id::Id,
    scope::Scope,
    subject::Subject,
    time::Lifetime,
    token::{
        access::AccessTokenClaims,
        personal::{Limits, PersonalAccessToken},
    },
};

use crate::{
    NOW, check,
    fixture::{Seeded, client, person},
    grants::{disabled, issuing},
    parameters, specified,
};

specified!(EXCHANGE: token_exchange::Refusal {
    ActorToken => "invalid_request",
    NotConcerned => "invalid_request",
    OutsideOrganization => "invalid_scope",
    RequestedType => "invalid_request",
    ScopeMalformed => "invalid_scope",
    ScopeNotAllowed => "invalid_scope",
    ScopeWidened => "invalid_scope",
    SubjectInactive => "invalid_request",
    SubjectMissing => "invalid_request",
    SubjectTypeMissing => "invalid_request",
    SubjectType => "invalid_request",
    TargetMalformed => "invalid_target",
    TargetNotRegistered => "invalid_target",
    TargetWidened => "invalid_target",
    TooDeep => "invalid_request",
});

const GOOD: [(&str, &str); 2] = [
    ("subject_token", "a token"),
    ("subject_token_type", ACCESS_TOKEN),
];

/// [`GOOD`] with one parameter changed; an empty one is taken away.
fn request(name: &str, value: &str) -> Result<token_exchange::Request, token_exchange::Refusal> {
    let mut pairs = GOOD.to_vec();
    pairs.retain(|(other, _)| *other != name);
    pairs.push((name, value));
    token_exchange::Request::parse(&parameters(&pairs))
}

fn claims(scope: &str) -> AccessTokenClaims {
    let request = client_credentials::Request::parse(&parameters(&[("scope", scope)]));
    let decision = issuing(NOW, |issuance| {
        let machine = person("robot");
        client_credentials::decide(&request.unwrap(), &registered(), Some(&machine), issuance)
    });
    decision.outcome.unwrap().access.claims
}

fn registered() -> Client {
    let mut client = client();
    client.metadata.scope = Scope::parse("invoices.read Invoices.Write").unwrap();
    client
}

fn personal(scope: &str) -> PersonalAccessToken {
    let limits = Limits {
        scope: Scope::parse(scope).unwrap(),
        ..Limits::default()
    };
    let owner = Id::parse("person-robot").unwrap();
    let until = NOW.plus(Lifetime::from_days(1));
    PersonalAccessToken::issue(&owner, "ci".into(), limits, NOW, until, &Seeded::new(9)).0
}

#[test]
fn the_exchange_grant_refuses_with_the_specified_codes() {
    use token_exchange::Refusal as R;
    let mut reached = Vec::new();
    for (expected, name, value) in [
        (R::ActorToken, "actor_token", "x"),
        (R::ActorToken, "actor_token_type", ACCESS_TOKEN),
        (
            R::RequestedType,
            "requested_token_type",
            PERSONAL_ACCESS_TOKEN,
        ),
        (R::ScopeMalformed, "scope", "op\"enid"),
        (R::SubjectMissing, "subject_token", ""),
        (R::SubjectTypeMissing, "subject_token_type", ""),
        (R::SubjectType, "subject_token_type", JWT),
        (R::TargetMalformed, "resource", "invoices"),
    ] {
        assert_eq!(
            request(name, value).unwrap_err(),
            expected,
            "{name}={value}"
        );
        reached.push(expected);
    }

    let robot = person("robot");
    let other = Client {
        id: Id::parse("other").unwrap(),
        ..client()
    };
    let (good, reads) = (claims("openid invoices.read"), personal("openid"));
    let mut deep = good.clone();
    deep.exchanged_from = vec!["jti".to_owned(); token_exchange::MOST];
    let access = SubjectToken::Access(&good);
    let open = SubjectToken::Personal(&reads);
    let none = ("x", "");
    let gone = disabled();
    type Case<'a> = (
        Option<R>,
        (&'a str, &'a str),
        &'a Client,
        Option<(SubjectToken<'a>, &'a Subject)>,
    );
    let own = registered();
    let cases: [Case<'_>; 13] = [
        (None, none, &own, Some((access, &robot))),
        (
            None,
            ("requested_token_type", JWT),
            &own,
            Some((open, &robot)),
        ),
        (Some(R::SubjectInactive), none, &own, None),
        (Some(R::SubjectInactive), none, &own, Some((access, &gone))),
        (Some(R::NotConcerned), none, &other, Some((access, &robot))),
        (
            Some(R::SubjectType),
            ("subject_token_type", PERSONAL_ACCESS_TOKEN),
            &own,
            Some((access, &robot)),
        ),
        (
            Some(R::TooDeep),
            none,
            &own,
            Some((SubjectToken::Access(&deep), &robot)),
        ),
        (
            Some(R::ScopeWidened),
            ("scope", "openid profile"),
            &own,
            Some((access, &robot)),
        ),
        (
            Some(R::ScopeNotAllowed),
            ("scope", "Invoices.Write"),
            &own,
            Some((open, &robot)),
        ),
        (
            Some(R::OutsideOrganization),
            ("scope", "urn:symbolon:organization:globex"),
            &own,
            Some((access, &robot)),
        ),
        (
            Some(R::TargetWidened),
            ("audience", "https://unknown.example"),
            &own,
            Some((access, &robot)),
        ),
        (
            Some(R::TargetNotRegistered),
            ("resource", "https://unknown.example"),
            &own,
            Some((open, &robot)),
        ),
        (
            Some(R::TargetNotRegistered),
            ("audience", "unknown"),
            &own,
            Some((open, &robot)),
        ),
    ];
    for (expected, (name, value), client, live) in cases {
        let request = request(name, value).unwrap();
        let facts = token_exchange::Facts { live };
        let decision = issuing(NOW, |issuance| {
            token_exchange::decide(&request, client, facts, issuance)
        });
        assert_eq!(decision.outcome.err(), expected, "{name}={value}");
        assert!(decision.changes.is_empty());
        reached.extend(expected);
    }
    check(EXCHANGE, &[], &reached, R::wire);
}

#[test]
fn a_request_does_not_print_the_token() {
    let printed = format!("{:?}", request("subject_token", "a secret token").unwrap());
    assert!(!printed.contains("secret"), "{printed}");
}
