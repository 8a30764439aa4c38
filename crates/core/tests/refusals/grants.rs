//! The grants of the token endpoint that a person stands behind.

use std::sync::Arc;

use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    authorize::code::approve,
    client::{Client, GrantType},
    error::OAuthError,
    grant::{self, authorization_code, refresh_token},
    id::Id,
    pairwise::PairwiseKey,
    parameters::Parameters,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::{AuthorizationCode, RefreshToken, Secret},
    settings::{SessionSettings, TokenSettings},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{
        Issuance,
        confirmation::Confirmation,
        refresh::{self, SuccessionKeys},
        target::Targets,
    },
};

use crate::{
    NOW, check,
    fixture::{
        POLICY, REDIRECT_URI, Seeded, VERIFIER, authorization_request, authorize_parameters,
        client, person, session,
    },
    parameters, specified,
};

specified!(CODE: authorization_code::Refusal {
    CodeExpired => "invalid_grant",
    CodeMissing => "invalid_request",
    CodeReused => "invalid_grant",
    CodeUnknown => "invalid_grant",
    DetailsMalformed => "invalid_authorization_details",
    DetailsWidened => "invalid_authorization_details",
    KeyMissing => "invalid_grant",
    KeyOther => "invalid_grant",
    OtherClient => "invalid_grant",
    OutsideOrganization => "invalid_grant",
    RedirectUriMismatch => "invalid_grant",
    Revoked => "invalid_grant",
    ScopeNotAllowed => "invalid_scope",
    SubjectInactive => "invalid_grant",
    TargetMalformed => "invalid_target",
    TargetNotRegistered => "invalid_target",
    TargetWidened => "invalid_target",
    VerifierMissing => "invalid_grant",
    VerifierUnexpected => "invalid_grant",
    VerifierMismatch => "invalid_grant",
    VerifierMalformed => "invalid_request",
});

specified!(REFRESH: refresh_token::Refusal {
    CertificateMissing => "invalid_grant",
    CertificateOther => "invalid_grant",
    DetailsMalformed => "invalid_authorization_details",
    DetailsWidened => "invalid_authorization_details",
    Expired => "invalid_grant",
    KeyMissing => "invalid_grant",
    KeyOther => "invalid_grant",
    OtherClient => "invalid_grant",
    OutsideOrganization => "invalid_grant",
    Replayed => "invalid_grant",
    Revoked => "invalid_grant",
    ScopeMalformed => "invalid_scope",
    ScopeNotAllowed => "invalid_scope",
    ScopeWidened => "invalid_scope",
    SubjectInactive => "invalid_grant",
    TargetMalformed => "invalid_target",
    TargetNotRegistered => "invalid_target",
    TargetWidened => "invalid_target",
    TokenMissing => "invalid_request",
    TokenUnknown => "invalid_grant",
});

#[test]
fn the_token_endpoint_refuses_a_grant_with_the_specified_code() {
    let code = |pairs: &[(&str, &str)]| {
        let refusal = grant::Request::parse(&parameters(pairs)).unwrap_err();
        refusal.code.as_str()
    };
    assert_eq!(code(&[]), "invalid_request");
    assert_eq!(
        code(&[("grant_type", "password")]),
        "unsupported_grant_type"
    );
    assert_eq!(
        code(&[("grant_type", "authorization_code")]),
        "invalid_request"
    );
    assert_eq!(code(&[("grant_type", "refresh_token")]), "invalid_request");
    let malformed = [("grant_type", "client_credentials"), ("scope", "\\")];
    assert_eq!(code(&malformed), "invalid_scope");
    // Nobody approved them (RFC 9396).
    let detailed = [
        ("grant_type", "client_credentials"),
        ("authorization_details", "[]"),
    ];
    assert_eq!(code(&detailed), "invalid_authorization_details");

    let machine = grant::permit(&client(), GrantType::ClientCredentials);
    assert_eq!(machine.unwrap_err().code.as_str(), "unauthorized_client");
    assert_eq!(grant::permit(&client(), GrantType::RefreshToken), Ok(()));
    let twice = parameters(&[("code", "a"), ("code", "a")]).refuse_repeated();
    assert_eq!(twice.unwrap_err().code.as_str(), "invalid_request");
    let broken: OAuthError = Parameters::parse(b"code=%").unwrap_err().into();
    assert_eq!(broken.code.as_str(), "invalid_request");
}

#[test]
fn the_code_grant_refuses_with_the_specified_codes() {
    use authorization_code::Refusal as R;
    let (approval, code) = approval();
    let good = [
        ("code", code.expose()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let mut reached = Vec::new();
    for (expected, name, value) in [
        (R::CodeMissing, "code", ""),
        (R::VerifierMalformed, "code_verifier", "short"),
        (R::DetailsMalformed, "authorization_details", "[]"),
        (R::TargetMalformed, "resource", "invoices"),
    ] {
        let request = authorization_code::Request::parse(&changed(&good, name, value));
        assert_eq!(request.unwrap_err(), expected);
        reached.push(expected);
    }

    let decide = |sent: &Parameters, client: &Client, approval, subject, now| {
        let request = authorization_code::Request::parse(sent).unwrap();
        let facts = authorization_code::Facts { approval, subject };
        issuing(now, |issuance| {
            authorization_code::decide(&request, client, &facts, issuance)
        })
    };
    let (own, other, several) = (client(), named("other"), with_two_redirects());
    let (alice, gone) = (&person("alice"), &disabled());
    let pending = &approval;
    let redeemed = &in_state(&approval, ApprovalState::Redeemed { refresh: None });
    let revoked = &in_state(&approval, ApprovalState::Revoked { at: NOW });
    let plain = parameters(&good);
    let other_uri = changed(&good, "redirect_uri", "https://app.example/callback/");
    let no_uri = changed(&good, "redirect_uri", "");
    let other_api = changed(&good, "resource", "https://unknown.example");
    let details = r#"[{"type":"invoice","number":1}]"#;
    let more_details = changed(&good, "authorization_details", details);
    let no_verifier = changed(&good, "code_verifier", "");
    let exempt = &Approval {
        challenge: None,
        ..approval.clone()
    };
    // A client that is exempt from PKCE and did without.
    let decision = decide(&no_verifier, &own, Some(exempt), Some(alice), NOW);
    assert!(decision.outcome.is_ok());
    let other_verifier = changed(&good, "code_verifier", &"v".repeat(43));
    let late = approval.code_expires_at;
    for good in [&plain, &no_uri] {
        let decision = decide(good, &own, Some(pending), Some(alice), NOW);
        assert!(decision.outcome.is_ok());
    }
    for (expected, sent, client, approval, subject, now) in [
        (R::CodeUnknown, &plain, &own, None, Some(alice), NOW),
        (
            R::OtherClient,
            &plain,
            &other,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::RedirectUriMismatch,
            &other_uri,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::RedirectUriMismatch,
            &no_uri,
            &several,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::VerifierMismatch,
            &other_verifier,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::VerifierMissing,
            &no_verifier,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::VerifierUnexpected,
            &plain,
            &own,
            Some(exempt),
            Some(alice),
            NOW,
        ),
        (
            R::CodeReused,
            &plain,
            &own,
            Some(redeemed),
            Some(alice),
            NOW,
        ),
        (R::Revoked, &plain, &own, Some(revoked), Some(alice), NOW),
        (
            R::CodeExpired,
            &plain,
            &own,
            Some(pending),
            Some(alice),
            late,
        ),
        (
            R::SubjectInactive,
            &plain,
            &own,
            Some(pending),
            Some(gone),
            NOW,
        ),
        (R::SubjectInactive, &plain, &own, Some(pending), None, NOW),
        (
            R::TargetWidened,
            &other_api,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::DetailsWidened,
            &more_details,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::TargetNotRegistered,
            &plain,
            &own,
            Some(&for_target(pending)),
            Some(alice),
            NOW,
        ),
        (
            R::OutsideOrganization,
            &plain,
            &own,
            Some(&for_scope(
                pending,
                "openid urn:symbolon:organization:globex",
            )),
            Some(alice),
            NOW,
        ),
        (
            R::ScopeNotAllowed,
            &plain,
            &own,
            Some(&for_scope(pending, "Invoices.Write")),
            Some(alice),
            NOW,
        ),
    ] {
        let decision = decide(sent, client, approval, subject, now);
        assert_eq!(decision.outcome.unwrap_err(), expected);
        assert_eq!(decision.changes.is_empty(), expected != R::CodeReused);
        reached.push(expected);
    }
    // tests/bound_keys.rs is about keys and certificates.
    check(CODE, &[R::KeyMissing, R::KeyOther], &reached, R::wire);
}

#[test]
fn the_refresh_grant_refuses_with_the_specified_codes() {
    use refresh_token::Refusal as R;
    let (approval, _) = approval();
    let (token, family) = refresh::found(NOW, Confirmation::Nothing, &Seeded::new(2));
    let good = [("refresh_token", token.expose())];
    let mut reached = Vec::new();
    for (expected, sent) in [
        (R::TokenMissing, changed(&good, "refresh_token", "")),
        (R::ScopeMalformed, changed(&good, "scope", "op\"enid")),
        (
            R::DetailsMalformed,
            changed(&good, "authorization_details", "{}"),
        ),
        (R::TargetMalformed, changed(&good, "resource", "invoices")),
    ] {
        assert_eq!(refresh_token::Request::parse(&sent).unwrap_err(), expected);
        reached.push(expected);
    }

    let decide = |sent: &Parameters, client: &Client, approval, subject, now| {
        let request = refresh_token::Request::parse(sent).unwrap();
        let facts = refresh_token::Facts { approval, subject };
        issuing(now, |issuance| {
            refresh_token::decide(&request, client, &facts, issuance)
        })
    };
    let (own, other) = (client(), named("other"));
    let (alice, gone) = (&person("alice"), &disabled());
    let live = &redeemed(&approval, family);
    let pending = &approval;
    let without = &in_state(&approval, ApprovalState::Redeemed { refresh: None });
    let revoked = &in_state(&approval, ApprovalState::Revoked { at: NOW });
    let plain = parameters(&good);
    let wider = changed(&good, "scope", "openid invoices.write");
    let other_api = changed(&good, "resource", "https://unknown.example");
    let details = r#"[{"type":"invoice","number":1}]"#;
    let more_details = changed(&good, "authorization_details", details);
    let older = Secret::<RefreshToken>::of_family(&token.family(), &[0; 32]);
    let older = parameters(&[("refresh_token", older.expose())]);
    let no_token = parameters(&[("refresh_token", "sy_rt_x")]);
    let idle = NOW.plus(TokenSettings::default().refresh_idle_lifetime);
    let decision = decide(&plain, &own, Some(live), Some(alice), NOW);
    assert!(decision.outcome.is_ok());
    for (expected, sent, client, approval, subject, now) in [
        (R::TokenUnknown, &plain, &own, None, Some(alice), NOW),
        (
            R::TokenUnknown,
            &no_token,
            &own,
            Some(live),
            Some(alice),
            NOW,
        ),
        (
            R::TokenUnknown,
            &plain,
            &own,
            Some(pending),
            Some(alice),
            NOW,
        ),
        (
            R::TokenUnknown,
            &plain,
            &own,
            Some(without),
            Some(alice),
            NOW,
        ),
        (R::OtherClient, &plain, &other, Some(live), Some(alice), NOW),
        (R::OtherClient, &older, &other, Some(live), Some(alice), NOW),
        (R::Revoked, &plain, &own, Some(revoked), Some(alice), NOW),
        (R::Replayed, &older, &own, Some(live), Some(alice), NOW),
        (R::Expired, &plain, &own, Some(live), Some(alice), idle),
        (
            R::Expired,
            &plain,
            &own,
            Some(live),
            Some(alice),
            live.refresh_expires_at,
        ),
        (
            R::SubjectInactive,
            &plain,
            &own,
            Some(live),
            Some(gone),
            NOW,
        ),
        (R::SubjectInactive, &plain, &own, Some(live), None, NOW),
        (R::ScopeWidened, &wider, &own, Some(live), Some(alice), NOW),
        (
            R::DetailsWidened,
            &more_details,
            &own,
            Some(live),
            Some(alice),
            NOW,
        ),
        (
            R::TargetWidened,
            &other_api,
            &own,
            Some(live),
            Some(alice),
            NOW,
        ),
        (
            R::TargetNotRegistered,
            &plain,
            &own,
            Some(&for_target(live)),
            Some(alice),
            NOW,
        ),
        (
            R::OutsideOrganization,
            &plain,
            &own,
            Some(&for_scope(live, "openid urn:zitadel:iam:org:id:globex")),
            Some(alice),
            NOW,
        ),
        (
            R::ScopeNotAllowed,
            &plain,
            &own,
            Some(&for_scope(live, "Invoices.Write")),
            Some(alice),
            NOW,
        ),
    ] {
        let decision = decide(sent, client, approval, subject, now);
        assert_eq!(decision.outcome.unwrap_err(), expected);
        assert_eq!(decision.changes.is_empty(), expected != R::Replayed);
        reached.push(expected);
    }
    // tests/bound_keys.rs is about keys.
    let elsewhere = [
        R::CertificateMissing,
        R::CertificateOther,
        R::KeyMissing,
        R::KeyOther,
    ];
    check(REFRESH, &elsewhere, &reached, R::wire);
}

pub(crate) const ISSUER: &str = "https://issuer.example";

pub(crate) fn issuing<T>(now: Timestamp, decide: impl FnOnce(Issuance<'_>) -> T) -> T {
    decide(Issuance {
        issuer: &Arc::from(ISSUER),
        policy: &POLICY,
        settings: &TokenSettings::default(),
        now,
        entropy: &Seeded::new(3),
        pairwise: &PairwiseKey::new([8; 32]),
        succession: &SuccessionKeys::new([7; 32], []),
        confirmation: Confirmation::default(),
    })
}

/// What alice has just approved.
fn approval() -> (Approval, Secret<AuthorizationCode>) {
    let request = authorization_request(&client(), &authorize_parameters(&[]));
    let session = session("s", &person("alice"), NOW);
    // Sessions that outlast the idle lifetime of refresh tokens, so that each border is reached.
    let sessions = SessionSettings {
        absolute_lifetime: Lifetime::from_days(60),
        ..SessionSettings::default()
    };
    let tokens = TokenSettings::default();
    approve(
        &request.unwrap(),
        &session,
        &tokens,
        &sessions,
        NOW,
        &Seeded::new(1),
    )
}

fn in_state(approval: &Approval, state: ApprovalState) -> Approval {
    Approval {
        state,
        ..approval.clone()
    }
}

fn for_scope(approval: &Approval, scope: &str) -> Approval {
    Approval {
        scope: Scope::parse(scope).unwrap(),
        ..approval.clone()
    }
}

fn for_target(approval: &Approval) -> Approval {
    Approval {
        targets: Targets::trusted(vec!["https://gone.example".into()]),
        ..approval.clone()
    }
}

fn redeemed(approval: &Approval, family: RefreshFamilyState) -> Approval {
    let refresh = Some(family);
    in_state(approval, ApprovalState::Redeemed { refresh })
}

pub(crate) fn disabled() -> Subject {
    Subject {
        disabled_at: Some(NOW),
        ..person("alice")
    }
}

fn named(id: &str) -> Client {
    Client {
        id: Id::parse(id).unwrap(),
        ..client()
    }
}

fn with_two_redirects() -> Client {
    let mut client = client();
    let second = RedirectUri::register("https://app.example/second").unwrap();
    client.metadata.redirect_uris.push(second);
    client
}

/// These parameters with one of them changed, or added.
fn changed(good: &[(&str, &str)], name: &str, value: &str) -> Parameters {
    let mut pairs = good.to_vec();
    pairs.retain(|(other, _)| *other != name);
    pairs.push((name, value));
    parameters(&pairs)
}
