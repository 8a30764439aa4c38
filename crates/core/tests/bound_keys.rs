//! Codes and refresh tokens that are bound to a key (RFC 9449 §5, §10) or a certificate (RFC 8705
//! §4): good with it, and without it not even used up.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::sync::Arc;

use fixture::{
    POLICY, REDIRECT_URI, Seeded, VERIFIER, authorization_request, authorize_parameters, client,
    person, session,
};
use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    authorize::code::approve,
    client::{AuthenticationMethod, Client, profile::Profile},
    dpop::Thumbprint,
    grant::{authorization_code, refresh_token},
    pairwise::PairwiseKey,
    parameters::Parameters,
    secret::{AuthorizationCode, RefreshToken, Secret},
    settings::{SessionSettings, TokenSettings},
    time::Timestamp,
    token::{
        Issuance, Tokens,
        confirmation::{CertificateThumbprint, Confirmation, Shown},
        refresh::{self, SuccessionKeys},
    },
};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn key(letter: &str) -> Thumbprint {
    Thumbprint::from_text(&format!("{}A", letter.repeat(42))).unwrap()
}

fn bound_to(key: Option<Thumbprint>) -> Confirmation {
    key.map_or(Confirmation::Nothing, Confirmation::Key)
}

fn certificate(der: &str) -> Confirmation {
    Confirmation::Certificate(CertificateThumbprint::of(der.as_bytes()))
}

fn issuing<T>(confirmation: Confirmation, decide: impl FnOnce(Issuance<'_>) -> T) -> T {
    decide(Issuance {
        issuer: &Arc::from("https://issuer.example"),
        policy: &POLICY,
        settings: &TokenSettings::default(),
        now: NOW,
        entropy: &Seeded::new(3),
        pairwise: &PairwiseKey::new([8; 32]),
        succession: &SuccessionKeys::new([7; 32], []),
        confirmation,
    })
}

fn approval(key: Option<Thumbprint>) -> (Approval, Secret<AuthorizationCode>) {
    let named = key.map(|key| key.to_text()).unwrap_or_default();
    let parameters = authorize_parameters(&[("dpop_jkt", &named)]);
    approve(
        &authorization_request(&client(), &parameters).unwrap(),
        &session("s", &person("alice"), NOW),
        &TokenSettings::default(),
        &SessionSettings::default(),
        NOW,
        &Seeded::new(1),
    )
}

fn redeem(
    bound: Option<Thumbprint>,
    proved: Option<Thumbprint>,
) -> Result<Tokens, authorization_code::Refusal> {
    let (approval, code) = approval(bound);
    let pairs = [
        ("code", code.expose()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = authorization_code::Request::parse(&Parameters::from_pairs(pairs)).unwrap();
    let alice = person("alice");
    let facts = authorization_code::Facts {
        approval: Some(&approval),
        subject: Some(&alice),
    };
    let decision = issuing(bound_to(proved), |issuance| {
        authorization_code::decide(&request, &client(), &facts, issuance)
    });
    assert_eq!(decision.changes.is_empty(), decision.outcome.is_err());
    decision.outcome
}

fn refresh(
    client: &Client,
    token: &Secret<RefreshToken>,
    family: RefreshFamilyState,
    shown: Confirmation,
) -> Result<Tokens, refresh_token::Refusal> {
    let (mut approval, _) = approval(None);
    approval.state = ApprovalState::Redeemed {
        refresh: Some(family),
    };
    let pairs = [("refresh_token".to_owned(), token.expose().to_owned())];
    let request = refresh_token::Request::parse(&Parameters::from_pairs(pairs)).unwrap();
    let alice = person("alice");
    let facts = refresh_token::Facts {
        approval: Some(&approval),
        subject: Some(&alice),
    };
    let decision = issuing(shown, |issuance| {
        refresh_token::decide(&request, client, &facts, issuance)
    });
    assert_eq!(decision.changes.is_empty(), decision.outcome.is_err());
    decision.outcome
}

fn confidential() -> Client {
    let mut client = client();
    client.metadata.token_endpoint_auth_methods = vec![AuthenticationMethod::ClientSecretBasic];
    client
}

#[test]
fn a3_9_a_code_that_is_bound_to_a_key_is_redeemed_with_that_key_alone() {
    use authorization_code::Refusal as R;
    let (own, other) = (key("A"), key("B"));
    assert_eq!(redeem(Some(own), None).unwrap_err(), R::KeyMissing);
    assert_eq!(redeem(Some(own), Some(other)).unwrap_err(), R::KeyOther);
    assert!(redeem(Some(own), Some(own)).is_ok());
}

#[test]
fn what_is_issued_is_bound_to_the_key_that_was_proved() {
    let own = key("A");
    let bound = redeem(None, Some(own)).unwrap().access.claims.cnf;
    assert_eq!(bound, Confirmation::Key(own));
    assert_eq!(bound.token_type(), "DPoP");
    let free = redeem(None, None).unwrap().access.claims.cnf;
    assert!(free.is_none());
    assert_eq!(free.token_type(), "Bearer");
}

#[test]
fn a_refresh_token_of_a_public_client_is_used_with_its_key_alone() {
    use refresh_token::Refusal as R;
    let (own, other) = (key("A"), key("B"));
    let (token, family) = refresh::found(NOW, Confirmation::Key(own), &Seeded::new(2));
    let used = |proved| refresh(&client(), &token, family, bound_to(proved));
    assert_eq!(used(None).unwrap_err(), R::KeyMissing);
    assert_eq!(used(Some(other)).unwrap_err(), R::KeyOther);
    assert_eq!(
        used(Some(own)).unwrap().access.claims.cnf,
        Confirmation::Key(own)
    );
}

#[test]
fn a_confidential_client_may_change_its_key_and_never_go_without() {
    use refresh_token::Refusal as R;
    let (own, other) = (key("A"), key("B"));
    let (token, family) = refresh::found(NOW, Confirmation::Key(own), &Seeded::new(2));
    let used = |proved| refresh(&confidential(), &token, family, bound_to(proved));
    assert_eq!(used(None).unwrap_err(), R::KeyMissing);
    let changed = used(Some(other)).unwrap();
    assert_eq!(changed.access.claims.cnf, Confirmation::Key(other));
}

#[test]
fn a_thief_without_the_key_cannot_have_a_family_revoked() {
    use refresh_token::Refusal as R;
    let (token, family) = refresh::found(NOW, Confirmation::Key(key("A")), &Seeded::new(2));
    // A generation that was used up long ago would revoke the family, from who has the key.
    let older = Secret::<RefreshToken>::of_family(&token.family(), &[0; 32]);
    let stolen = refresh(&client(), &older, family, Confirmation::Nothing);
    assert_eq!(stolen.unwrap_err(), R::KeyMissing);
}

#[test]
fn a_refresh_token_of_a_public_client_is_used_with_its_certificate_alone() {
    use refresh_token::Refusal as R;
    let (own, other) = (certificate("own"), certificate("other"));
    let (token, family) = refresh::found(NOW, own, &Seeded::new(2));
    let used = |shown| refresh(&client(), &token, family, shown);
    for (shown, refusal) in [
        (Confirmation::Nothing, R::CertificateMissing),
        (Confirmation::Key(key("A")), R::CertificateMissing),
        (other, R::CertificateOther),
    ] {
        assert_eq!(used(shown).unwrap_err(), refusal);
    }
    assert_eq!(used(own).unwrap().access.claims.cnf, own);
}

#[test]
fn a_confidential_client_may_renew_its_certificate_and_never_go_without() {
    use refresh_token::Refusal as R;
    let (own, other) = (certificate("own"), certificate("other"));
    let (token, family) = refresh::found(NOW, own, &Seeded::new(2));
    let used = |shown| refresh(&confidential(), &token, family, shown);
    let missing = R::CertificateMissing;
    assert_eq!(used(Confirmation::Nothing).unwrap_err(), missing);
    assert_eq!(used(other).unwrap().access.claims.cnf, other);
}

#[test]
fn a3_11_a_refresh_token_that_is_bound_stays_what_it_is_where_the_profile_says_so() {
    let own = key("A");
    let (token, family) = refresh::found(NOW, Confirmation::Key(own), &Seeded::new(2));
    let mut client = confidential();
    client.metadata.profile = Some(Profile::Fapi2Security);
    for _ in 0..3 {
        let tokens = refresh(&client, &token, family, Confirmation::Key(own)).unwrap();
        assert!(tokens.refresh.is_none());
    }
    client.metadata.profile = Some(Profile::OAuth2_1);
    let tokens = refresh(&client, &token, family, Confirmation::Key(own)).unwrap();
    assert!(tokens.refresh.is_some());
}

#[test]
fn what_a_client_registered_says_what_its_tokens_are_bound_to() {
    use symbolon_core::token::confirmation::Refusal as R;
    let (key, shown) = (key("A"), CertificateThumbprint::of(b"own"));
    let of = |change: fn(&mut Client), key, certificate| {
        let mut client = confidential();
        change(&mut client);
        Confirmation::of(&client, Shown { key, certificate })
    };
    let free = |_: &mut Client| {};
    let by_key = |client: &mut Client| client.metadata.dpop_bound_access_tokens = true;
    let by_certificate = |client: &mut Client| {
        client.metadata.tls_client_certificate_bound_access_tokens = true;
    };
    let fapi = |client: &mut Client| client.metadata.profile = Some(Profile::Fapi2Security);
    let to_key = Ok(Confirmation::Key(key));
    let no_proof = Err(R::Proof(symbolon_core::dpop::Refusal::Missing));
    for (change, without) in [
        (free as fn(&mut Client), Ok(Confirmation::Nothing)),
        (by_key, no_proof),
        (fapi, no_proof),
    ] {
        // A certificate is shown to authenticate, and binds nothing that is not registered for it.
        assert_eq!(of(change, None, None), without);
        assert_eq!(of(change, None, Some(shown)), without);
        assert_eq!(of(change, Some(key), None), to_key);
        assert_eq!(of(change, Some(key), Some(shown)), to_key);
    }
    let to_certificate = Ok(Confirmation::Certificate(shown));
    assert_eq!(of(by_certificate, None, Some(shown)), to_certificate);
    assert_eq!(of(by_certificate, None, None), Err(R::CertificateMissing));
    for certificate in [None, Some(shown)] {
        assert_eq!(
            of(by_certificate, Some(key), certificate),
            Err(R::KeyUnexpected)
        );
    }
}
