//! The client credentials grant, and userinfo with the tokens that come of it.

use symbolon_core::{
    claims::ClaimsRequest, grant::client_credentials, scope::Scope,
    token::access::AccessTokenClaims, userinfo,
};

use crate::{
    NOW, check,
    fixture::{client, person},
    grants::{ISSUER, disabled, issuing},
    parameters, specified,
};

specified!(MACHINE: client_credentials::Refusal {
    MachineInactive => "unauthorized_client",
    OutsideOrganization => "invalid_scope",
    ScopeMalformed => "invalid_scope",
    ScopeNotAllowed => "invalid_scope",
    ScopeNotGranted => "invalid_scope",
    TargetMalformed => "invalid_target",
    TargetNotRegistered => "invalid_target",
});

specified!(USERINFO: userinfo::Refusal {
    OtherAudience => "invalid_token",
    ScopeMissing => "insufficient_scope",
    SubjectInactive => "invalid_token",
});

#[test]
fn the_client_credentials_grant_refuses_with_the_specified_codes() {
    use client_credentials::Refusal as R;
    let malformed = client_credentials::Request::parse(&parameters(&[("scope", "a\"b")]));
    let relative = client_credentials::Request::parse(&parameters(&[("resource", "/")]));
    let mut reached = vec![malformed.unwrap_err(), relative.unwrap_err()];
    let machine = person("robot");
    let mut client = client();
    client.metadata.scope = Scope::parse("invoices.read Invoices.Write").unwrap();
    for (expected, scope, machine) in [
        (None, "openid invoices.read unknown", Some(&machine)),
        (None, "", Some(&machine)),
        (Some(R::ScopeNotGranted), "unknown", Some(&machine)),
        (Some(R::ScopeNotGranted), "offline_access", Some(&machine)),
        (Some(R::ScopeNotAllowed), "Invoices.Write", Some(&machine)),
        (None, "openid Invoices.Write", Some(&machine)),
        (
            Some(R::OutsideOrganization),
            "urn:symbolon:organization:globex",
            Some(&machine),
        ),
        (Some(R::MachineInactive), "openid", Some(&disabled())),
        (Some(R::MachineInactive), "openid", None),
    ] {
        let request = client_credentials::Request::parse(&parameters(&[("scope", scope)]));
        let decision = issuing(NOW, |issuance| {
            client_credentials::decide(&request.unwrap(), &client, machine, issuance)
        });
        assert_eq!(decision.outcome.err(), expected, "{scope}");
        reached.extend(expected);
    }
    let elsewhere = parameters(&[("resource", "https://unknown.example")]);
    let elsewhere = client_credentials::Request::parse(&elsewhere).unwrap();
    let decision = issuing(NOW, |issuance| {
        client_credentials::decide(&elsewhere, &client, Some(&machine), issuance)
    });
    reached.extend(decision.outcome.err());
    check(MACHINE, &[], &reached, R::wire);
}

#[test]
fn userinfo_refuses_with_the_specified_codes() {
    use userinfo::Refusal as R;
    let alice = person("alice");
    let claims = |scope: &str, audience: &[&str]| -> AccessTokenClaims {
        let mut client = client();
        client.metadata.audience = audience.iter().map(|one| (*one).to_owned()).collect();
        let request = client_credentials::Request::parse(&parameters(&[("scope", scope)]));
        issuing(NOW, |issuance| {
            client_credentials::decide(&request.unwrap(), &client, Some(&alice), issuance)
        })
        .outcome
        .unwrap()
        .access
        .claims
    };
    let decide = |claims: &AccessTokenClaims, subject| {
        let facts = userinfo::Facts {
            audience: Some(&claims.aud),
            scope: &claims.scope,
            request: &ClaimsRequest::default(),
            subject,
            sub: &alice.id.retyped(),
            roles: None,
        };
        userinfo::decide(facts, ISSUER).err()
    };
    let good = claims("openid", &[]);
    let api = claims("invoices.read", &["https://api.example"]);
    assert_eq!(decide(&good, Some(&alice)), None);
    let reached = [
        decide(&api, Some(&alice)),
        decide(&claims("invoices.read", &[]), Some(&alice)),
        decide(&good, Some(&disabled())),
        decide(&good, None),
    ];
    let expected = [
        R::OtherAudience,
        R::ScopeMissing,
        R::SubjectInactive,
        R::SubjectInactive,
    ];
    assert_eq!(reached, expected.map(Some));
    check(USERINFO, &[], &expected, R::wire);
}
