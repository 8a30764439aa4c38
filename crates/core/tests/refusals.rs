//! Every way a caller can be wrong, reached by being wrong, and the code that the specification
//! gives for it (RFC 6749 §4.1.2.1, §5.2; OIDC Core §3.1.2.6; RFC 6750 §3.1).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

#[path = "refusals/assertions.rs"]
mod assertions;
#[path = "refusals/certificates.rs"]
mod certificates;
#[path = "refusals/exchange.rs"]
mod exchange;
#[path = "refusals/grants.rs"]
mod grants;
#[path = "refusals/machine.rs"]
mod machine;
#[path = "refusals/profiles.rs"]
mod profiles;
#[path = "refusals/source.rs"]
mod source;

use std::fmt::Debug;

use base64::{Engine, engine::general_purpose::STANDARD};
use fixture::{
    REDIRECT_URI, Seeded, authorization_request, authorize_parameters, client, offer, person,
    session,
};
use symbolon_core::{
    authorize::{
        interaction::{Expected, Facts, Progress, next_step},
        request::{self, PageRefusal},
        response_mode::ResponseMode,
        response_type::ResponseType,
    },
    client::{AuthenticationMethod, GrantType, StoredSecret},
    client_auth::{self, Credentials},
    error::OAuthError,
    parameters::Parameters,
    scope::Scope,
    secret::{ClientSecret, Digest, Secret},
    time::Timestamp,
};

/// The variants of a refusal beside their codes on the wire. A new variant does not compile here
/// until it has one.
macro_rules! specified {
    ($name:ident: $refusal:ty { $($variant:ident => $code:literal,)* }) => {
        const $name: &[($refusal, &str)] = &{
            const fn complete(refusal: $refusal) {
                match refusal { $(<$refusal>::$variant => (),)* }
            }
            let all = [$((<$refusal>::$variant, $code),)*];
            complete(all[0].0);
            all
        };
    };
}

use specified;

specified!(AUTHORIZE: request::Refusal {
    AccountSelectionRequired => "account_selection_required",
    AcrUnsatisfiable => "unmet_authentication_requirements",
    ChallengeMissing => "invalid_request",
    ChallengeMalformed => "invalid_request",
    ChallengeMethod => "invalid_request",
    ClaimsMalformed => "invalid_request",
    ClientNotPermitted => "unauthorized_client",
    ConsentRequired => "consent_required",
    Denied => "access_denied",
    DetailsInvalid => "invalid_authorization_details",
    DetailsMalformed => "invalid_authorization_details",
    DetailsTypeUnknown => "invalid_authorization_details",
    DisplayUnknown => "invalid_request",
    HintInvalid => "invalid_request",
    KeyMalformed => "invalid_request",
    LoginRequired => "login_required",
    MaxAgeMalformed => "invalid_request",
    NonceMissing => "invalid_request",
    NonceTooLong => "invalid_request",
    OpenidMissing => "invalid_request",
    PromptContradictory => "invalid_request",
    PromptCreate => "invalid_request",
    PromptUnknown => "invalid_request",
    RegistrationParameter => "registration_not_supported",
    Repeated => "invalid_request",
    ResponseModeExposed => "invalid_request",
    ResponseModeNotPermitted => "invalid_request",
    ResponseModeUnknown => "invalid_request",
    ResponseTypeMissing => "invalid_request",
    ResponseTypeUnsupported => "unsupported_response_type",
    ScopeMalformed => "invalid_scope",
    ScopeMissing => "invalid_scope",
    ScopeContradictory => "invalid_scope",
    StateTooLong => "invalid_request",
    TargetMalformed => "invalid_target",
    TargetNotRegistered => "invalid_target",
});

specified!(CLIENT: client_auth::Refusal {
    AssertionAlgorithm => "invalid_client",
    AssertionAudience => "invalid_client",
    AssertionAudienceOther => "invalid_client",
    AssertionExpired => "invalid_client",
    AssertionMalformed => "invalid_client",
    AssertionNotYet => "invalid_client",
    AssertionReplayed => "invalid_client",
    AssertionSignature => "invalid_client",
    AssertionSubject => "invalid_client",
    AssertionTooLong => "invalid_client",
    AssertionType => "invalid_client",
    Certificate => "invalid_client",
    KeysUnavailable => "invalid_client",
    Disabled => "invalid_client",
    MalformedHeader => "invalid_client",
    MalformedIdentifier => "invalid_client",
    Missing => "invalid_client",
    MethodNotRegistered => "invalid_client",
    ProfileContradicted => "invalid_client",
    SeveralMethods => "invalid_request",
    Unknown => "invalid_client",
    WrongSecret => "invalid_client",
});

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// Holds the refusals that were reached against the table: each of them, but for those that are
/// found at the edge, was reached, and says the code that is specified.
fn check<R: Copy + Debug + PartialEq>(
    specified: &[(R, &str)],
    at_the_edge: &[R],
    reached: &[R],
    wire: impl Fn(R) -> OAuthError,
) {
    for (refusal, code) in specified {
        let error = wire(*refusal);
        assert_eq!(error.code.as_str(), *code, "{refusal:?}");
        // RFC 6749 §5.2: the characters that error_description may have.
        let permitted = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let description = error.description;
        assert!(
            description.bytes().all(permitted),
            "{refusal:?}: {description}"
        );
        let expected = !at_the_edge.contains(refusal);
        assert_eq!(reached.contains(refusal), expected, "{refusal:?}");
    }
}

#[test]
fn the_authorization_endpoint_refuses_with_the_specified_codes() {
    use request::Refusal as R;
    let long = "x".repeat(2049);
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
    let two = "openid urn:symbolon:organization:acme urn:symbolon:organization:globex";
    let wrong: [(R, &[(&str, &str)]); 30] = [
        (R::AcrUnsatisfiable, &[("claims", essential)]),
        (R::ChallengeMissing, &[("code_challenge", "")]),
        (R::ChallengeMalformed, &[("code_challenge", "short")]),
        (R::ChallengeMethod, &[("code_challenge_method", "plain")]),
        (R::ClaimsMalformed, &[("claims", "[]")]),
        (R::DisplayUnknown, &[("display", "hologram")]),
        (R::KeyMalformed, &[("dpop_jkt", "short")]),
        (R::MaxAgeMalformed, &[("max_age", "-1")]),
        (R::NonceTooLong, &[("nonce", &long)]),
        (R::PromptContradictory, &[("prompt", "none login")]),
        (R::PromptUnknown, &[("prompt", "please")]),
        (R::RegistrationParameter, &[("registration", "{}")]),
        (R::Repeated, &[("nonce", "a"), ("nonce", "a")]),
        // Offered, and not to this client.
        (R::ResponseTypeUnsupported, &[("response_type", "id_token")]),
        (
            R::ResponseTypeUnsupported,
            &[("response_type", "code token")],
        ),
        (R::ResponseTypeUnsupported, &[("response_type", "none")]),
        (R::ResponseModeUnknown, &[("response_mode", "pigeon")]),
        (R::ResponseTypeMissing, &[("response_type", "")]),
        (R::ResponseTypeUnsupported, &[("response_type", "token")]),
        (R::ScopeMalformed, &[("scope", "op\"enid")]),
        (R::ScopeMissing, &[("scope", "")]),
        (R::ScopeMissing, &[("scope", "nobody.knows.it")]),
        (R::ScopeContradictory, &[("scope", two)]),
        (
            R::ScopeContradictory,
            &[("scope", "openid urn:zitadel:iam:org:id:")],
        ),
        (R::StateTooLong, &[("state", &long)]),
        (R::TargetMalformed, &[("resource", "invoices")]),
        (R::TargetMalformed, &[("resource", "https://a.example/#b")]),
        (
            R::TargetNotRegistered,
            &[("resource", "https://unknown.example")],
        ),
        // The API is there, and none of its scopes is registered.
        (
            R::TargetNotRegistered,
            &[("resource", "https://invoices.example")],
        ),
        (R::PromptContradictory, &[("prompt", "consent none")]),
    ];
    let mut reached = Vec::new();
    for (expected, changes) in wrong {
        let refusal = authorization_request(&client(), &authorize_parameters(changes)).unwrap_err();
        assert_eq!(refusal, expected, "{changes:?}");
        reached.push(refusal);
    }

    let mut paying = client();
    paying.metadata.authorization_details_types = vec!["invoice".to_owned()];
    for (expected, client, details) in [
        (Some(R::DetailsMalformed), &paying, "{}"),
        (
            Some(R::DetailsTypeUnknown),
            &client(),
            r#"[{"type":"invoice","number":1}]"#,
        ),
        (
            Some(R::DetailsTypeUnknown),
            &paying,
            r#"[{"type":"other"}]"#,
        ),
        (Some(R::DetailsInvalid), &paying, r#"[{"type":"invoice"}]"#),
        (None, &paying, r#"[{"type":"invoice","number":1}]"#),
    ] {
        let parameters = authorize_parameters(&[("authorization_details", details)]);
        let refusal = authorization_request(client, &parameters).err();
        assert_eq!(refusal, expected, "{details}");
        reached.extend(refusal);
    }
    let mut without_grant = client();
    without_grant.metadata.grant_types = Vec::new();
    reached.extend(authorization_request(&without_grant, &authorize_parameters(&[])).err());
    let mut hybrid = client();
    hybrid.metadata.response_types = ResponseType::ALL.to_vec();
    hybrid.metadata.grant_types = vec![GrantType::Implicit, GrantType::AuthorizationCode];
    let in_front = ("response_type", "id_token token");
    for changes in [
        &[in_front][..],
        &[in_front, ("nonce", "n"), ("scope", "invoices.read")],
        &[in_front, ("nonce", "n"), ("response_mode", "query")],
        &[in_front, ("nonce", "n"), ("response_mode", "query.jwt")],
    ] {
        reached.extend(authorization_request(&hybrid, &authorize_parameters(changes)).err());
    }
    let mut posted_to = client();
    posted_to.metadata.response_modes = vec![ResponseMode::FormPost];
    reached.extend(authorization_request(&posted_to, &authorize_parameters(&[])).err());
    let closed = request::Offer {
        sign_up: false,
        front_channel_tokens: false,
        ..offer()
    };
    // Requirement A1.12: switched on for the client, and not by the setting.
    let implicit = authorize_parameters(&[in_front, ("nonce", "n")]);
    assert!(authorization_request(&hybrid, &implicit).is_ok());
    let redirect = request::redirect(&hybrid, &implicit).unwrap();
    let refusal = request::check(&hybrid, &redirect, &implicit, closed).unwrap_err();
    assert_eq!(refusal, R::ResponseTypeUnsupported);
    let create = authorize_parameters(&[("prompt", "create")]);
    let redirect = request::redirect(&client(), &create).unwrap();
    reached.extend(request::check(&client(), &redirect, &create, closed).err());

    let silent = authorize_parameters(&[("prompt", "none")]);
    let silent = authorization_request(&client(), &silent).unwrap();
    let sessions = ["alice", "bob"].map(|name| session(name, &person(name), NOW));
    for count in 0..=2 {
        let facts = Facts {
            sessions: &sessions[..count],
            expected: Expected::Anybody,
            allowed: &Scope::default(),
        };
        let step = next_step(&silent, &client(), &Progress::begun(NOW), &facts, NOW);
        reached.push(step.unwrap_err());
    }
    // A signature is checked and a button is pressed outside this crate.
    check(AUTHORIZE, &[R::Denied, R::HintInvalid], &reached, R::wire);
}

#[test]
fn without_a_proven_redirect_the_refusal_is_for_the_person_and_has_no_code() {
    use PageRefusal as P;
    let malformed: [(P, &[(&str, &str)]); 3] = [
        (P::ClientIdMissing, &[("client_id", "")]),
        (P::ClientIdMalformed, &[("client_id", "a client")]),
        (
            P::ClientIdMalformed,
            &[("client_id", "app"), ("client_id", "app")],
        ),
    ];
    for (expected, changes) in malformed {
        let refusal = request::client_id(&authorize_parameters(changes)).unwrap_err();
        assert_eq!(refusal, expected);
    }
    let misdirected: [(P, &[(&str, &str)]); 4] = [
        (P::RedirectUriMissing, &[("redirect_uri", "")]),
        (
            P::RedirectUriRepeated,
            &[
                ("redirect_uri", REDIRECT_URI),
                ("redirect_uri", REDIRECT_URI),
            ],
        ),
        (
            P::RedirectUriUnregistered,
            &[("redirect_uri", "https://evil.example/callback")],
        ),
        // Requirement A1.2: whatever else is wrong in the same request.
        (
            P::RedirectUriUnregistered,
            &[
                ("redirect_uri", "https://evil.example/"),
                ("prompt", "please"),
            ],
        ),
    ];
    for (expected, changes) in misdirected {
        let refusal = request::redirect(&client(), &authorize_parameters(changes)).unwrap_err();
        assert_eq!(refusal, expected);
    }
    let mut disabled = client();
    disabled.disabled_at = Some(NOW);
    let refusal = request::redirect(&disabled, &authorize_parameters(&[])).unwrap_err();
    assert_eq!(refusal, P::ClientDisabled);
}

#[test]
fn client_authentication_refuses_with_the_specified_codes() {
    use client_auth::Refusal as R;
    let secret = Secret::<ClientSecret>::generate(&Seeded::new(1));
    let mut confidential = client();
    confidential.metadata.token_endpoint_auth_methods =
        vec![AuthenticationMethod::ClientSecretBasic];
    let stored = |expires_at| StoredSecret {
        digest: Digest::of(secret.expose().as_bytes()),
        expires_at,
        sealed: None,
    };
    confidential.secrets = vec![stored(None)];
    let good = format!(
        "Basic {}",
        STANDARD.encode(format!("app:{}", secret.expose()))
    );
    let credentials = |header: Option<&str>, pairs: &[(&str, &str)]| {
        Credentials::parse(header, &parameters(pairs))
    };
    assert!(
        credentials(Some(&good), &[])
            .unwrap()
            .verify(&confidential, &assertions::evidence(None))
            .is_ok()
    );

    let mut reached = Vec::new();
    let wrong = format!("Basic {}", STANDARD.encode("app:wrong"));
    let in_body = ("client_secret", secret.expose());
    for (expected, header, pairs) in [
        (R::MalformedHeader, Some("Bearer abc"), &[][..]),
        (R::MalformedHeader, Some("Basic"), &[]),
        (R::MalformedHeader, Some("Basic !!!"), &[]),
        (R::MalformedHeader, Some("Basic YXBw"), &[]),
        (R::MalformedIdentifier, None, &[("client_id", "a client")]),
        (R::MalformedIdentifier, Some("Basic YSBiOmM="), &[]),
        (R::Missing, None, &[]),
        (R::Missing, None, &[in_body]),
        (
            R::SeveralMethods,
            Some(&good),
            &[("client_id", "app"), in_body],
        ),
        (R::SeveralMethods, Some(&good), &[("client_id", "other")]),
    ] {
        let refusal = credentials(header, pairs).unwrap_err();
        assert_eq!(refusal, expected, "{header:?}");
        reached.push(refusal);
    }
    let mut expired = confidential.clone();
    expired.secrets = vec![stored(Some(NOW))];
    let mut disabled = confidential.clone();
    disabled.disabled_at = Some(NOW);
    for (expected, header, pairs, registered) in [
        (R::WrongSecret, Some(&wrong), &[][..], &confidential),
        (R::WrongSecret, Some(&good), &[], &expired),
        (
            R::MethodNotRegistered,
            None,
            &[("client_id", "app"), in_body],
            &confidential,
        ),
        (
            R::MethodNotRegistered,
            None,
            &[("client_id", "app")],
            &confidential,
        ),
        (R::MethodNotRegistered, Some(&good), &[], &client()),
        (R::Disabled, Some(&good), &[], &disabled),
        // Only who knows the secret learns that the client is disabled.
        (R::WrongSecret, Some(&wrong), &[], &disabled),
    ] {
        let credentials = credentials(header.map(String::as_str), pairs).unwrap();
        let verified = credentials.verify(registered, &assertions::evidence(None));
        assert_eq!(verified, Err(expected));
        reached.push(expected);
    }
    reached.extend(assertions::reached());
    reached.extend(certificates::reached());
    // Nothing is loaded or recorded here, so nothing is missed here.
    let at_the_edge = [R::AssertionReplayed, R::KeysUnavailable, R::Unknown];
    check(CLIENT, &at_the_edge, &reached, R::wire);
    // Whether a client exists is nobody's business.
    assert_eq!(R::Unknown.wire(), R::WrongSecret.wire());
    assert_eq!(R::Unknown.wire(), R::Disabled.wire());
}

fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::from_pairs(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}
