//! What a profile turns on, and what it refuses: in the rules themselves, whatever is registered.

use super::NOW;
use super::fixture::{
    Seeded, authorization_request, authorize_parameters, client, person, session,
};
use symbolon_core::{
    algorithm::Algorithm,
    authorize::{
        code::approve,
        request::Refusal,
        request_object::{self, RequestObjectAlgorithm, Signature},
        source::{self, Source},
    },
    client::{
        AuthenticationMethod as Method, Client, ClientError, GrantType,
        profile::{Contradiction, Profile},
    },
    client_auth::{assertion::SigningAlgorithm, private_key_jwt},
    grant,
    redirect_uri::RedirectUri,
    settings::{RequestSettings, SessionSettings, TokenSettings},
    time::Lifetime,
};

/// A client that its profile permits.
fn held_to(profile: Profile) -> Client {
    let mut client = client();
    let metadata = &mut client.metadata;
    metadata.profile = Some(profile);
    if profile != Profile::OAuth2_1 {
        metadata.token_endpoint_auth_methods = vec![Method::PrivateKeyJwt];
        metadata.jwks = Some(serde_json::json!({"keys": []}));
        metadata.redirect_uris = vec![RedirectUri::register(super::fixture::REDIRECT_URI).unwrap()];
        metadata.id_token_signed_response_alg = Algorithm::ES256;
        metadata.access_token_signed_response_alg = Algorithm::PS256;
    }
    client
}

#[test]
fn what_a_profile_permits_is_registered_and_the_rest_is_not() {
    use Contradiction as C;
    type Change = fn(&mut Client);
    for profile in Profile::ALL {
        assert_eq!(held_to(profile).check(), Ok(()), "{profile}");
    }
    let fapi: [(C, Change); 11] = [
        (C::Method, |client| {
            let metadata = &mut client.metadata;
            metadata.token_endpoint_auth_methods = vec![Method::None];
        }),
        (C::Method, |client| {
            let metadata = &mut client.metadata;
            metadata.tls_client_auth_san_dns = Some("app.example".to_owned());
            metadata.token_endpoint_auth_methods = vec![Method::TlsClientAuth, Method::None];
        }),
        (C::Grant, |client| {
            client.metadata.grant_types.push(GrantType::DeviceCode);
        }),
        (C::ResponseType, |client| {
            client.metadata.response_types.clear()
        }),
        (C::Pkce, |client| client.metadata.require_pkce = false),
        (C::Redirect, |client| {
            let uri = RedirectUri::register("com.example.app:/callback").unwrap();
            client.metadata.redirect_uris.push(uri);
        }),
        (C::TokenAlgorithm, |client| {
            client.metadata.id_token_signed_response_alg = Algorithm::RS256;
        }),
        (C::TokenAlgorithm, |client| {
            client.metadata.access_token_signed_response_alg = Algorithm::RS256;
        }),
        (C::Algorithm, |client| {
            let rs256 = SigningAlgorithm::Signature(Algorithm::RS256);
            client.metadata.token_endpoint_auth_signing_alg = Some(rs256);
        }),
        (C::Algorithm, |client| {
            let none = RequestObjectAlgorithm::Unsigned;
            client.metadata.request_object_signing_alg = Some(none);
        }),
        (C::Algorithm, |client| {
            client.metadata.introspection_signed_response_alg = Some(Algorithm::RS256);
        }),
    ];
    for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
        for (expected, change) in fapi {
            let mut client = held_to(profile);
            change(&mut client);
            let refused = Err(ClientError::Profile(profile, expected));
            assert_eq!(client.check_profile(), refused);
            assert!(client.check().is_err());
            // Nothing of it matters to a client of no profile.
            client.metadata.profile = None;
            assert_eq!(client.check_profile(), Ok(()));
        }
    }
    let mut client = held_to(Profile::OAuth2_1);
    client.metadata.grant_types.push(GrantType::Implicit);
    let refused = ClientError::Profile(Profile::OAuth2_1, C::ResponseType);
    assert_eq!(client.check_profile(), Err(refused));
}

#[test]
fn a_profile_is_obeyed_even_by_a_client_that_should_not_have_been_stored() {
    let requests = RequestSettings {
        unsigned_objects: true,
        front_channel_tokens: true,
        ..RequestSettings::default()
    };
    let plain = authorize_parameters(&[]);
    for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
        let mut client = held_to(profile);
        client.metadata.require_pkce = false;
        client.metadata.response_types =
            symbolon_core::authorize::response_type::ResponseType::ALL.to_vec();
        client
            .metadata
            .grant_types
            .extend([GrantType::Implicit, GrantType::DeviceCode]);
        client.metadata.request_object_signing_alg = Some(RequestObjectAlgorithm::Unsigned);
        client
            .metadata
            .token_endpoint_auth_methods
            .push(Method::ClientSecretBasic);

        let unpushed = Source::of(&client, &plain, &requests);
        assert_eq!(unpushed.unwrap_err(), source::Refusal::PushRequired);
        let pushed = Source::of_pushed(&client, &plain);
        assert_eq!(pushed.is_ok(), profile == Profile::Fapi2Security);

        let without =
            authorize_parameters(&[("code_challenge", ""), ("code_challenge_method", "")]);
        let refused = authorization_request(&client, &without).unwrap_err();
        assert_eq!(refused, Refusal::ChallengeMissing);
        for kind in ["code id_token", "token", "id_token token"] {
            let parameters = authorize_parameters(&[("response_type", kind)]);
            let refused = authorization_request(&client, &parameters).unwrap_err();
            assert_eq!(refused, Refusal::ResponseTypeUnsupported, "{kind}");
        }
        assert!(request_object::signature(&client, &requests).is_err());
        for grant_type in [GrantType::Implicit, GrantType::DeviceCode] {
            assert!(grant::permit(&client, grant_type).is_err());
        }
        assert!(grant::permit(&client, GrantType::RefreshToken).is_ok());
        let methods: Vec<_> = client.accepted_methods().collect();
        assert_eq!(methods, [Method::PrivateKeyJwt]);
    }
}

#[test]
fn a3_11_what_a_client_signs_is_signed_with_one_of_three() {
    const STRONG: &[Algorithm] = &[Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
    let requests = RequestSettings::default();
    let mut client = held_to(Profile::Fapi2Security);
    assert_eq!(private_key_jwt::algorithms(&client), STRONG);
    assert_eq!(
        request_object::signature(&client, &requests),
        Ok(Signature::Required(STRONG))
    );
    let rs256 = SigningAlgorithm::Signature(Algorithm::RS256);
    client.metadata.token_endpoint_auth_signing_alg = Some(rs256);
    assert!(private_key_jwt::algorithms(&client).is_empty());
    let rs256 = RequestObjectAlgorithm::Signed(Algorithm::RS256);
    client.metadata.request_object_signing_alg = Some(rs256);
    assert_eq!(
        request_object::signature(&client, &requests),
        Ok(Signature::Required(&[]))
    );
    // What it did not choose is signed for it with what it did choose.
    assert_eq!(client.response_algorithm(), Algorithm::ES256);
    assert_eq!(client.introspection_algorithm(), Algorithm::ES256);
    client.metadata.profile = None;
    assert_eq!(client.response_algorithm(), Algorithm::RS256);
}

#[test]
fn a2_1_a_code_lives_for_a_minute_at_the_most_whatever_the_setting() {
    let lives = |client: &Client, setting: u32| {
        let request = authorization_request(client, &authorize_parameters(&[])).unwrap();
        let settings = TokenSettings {
            code_lifetime: Lifetime::from_seconds(setting),
            ..TokenSettings::default()
        };
        let session = session("s", &person("alice"), NOW);
        let sessions = SessionSettings::default();
        let (approval, _) = approve(
            &request,
            &session,
            &settings,
            &sessions,
            NOW,
            &Seeded::new(1),
        );
        approval.code_expires_at.since(NOW).seconds()
    };
    let fapi = held_to(Profile::Fapi2Security);
    assert_eq!((lives(&fapi, 300), lives(&fapi, 10)), (60, 10));
    assert_eq!(lives(&held_to(Profile::OAuth2_1), 300), 300);
}

#[test]
fn a_message_signing_client_sends_typed_objects() {
    let signing = held_to(Profile::Fapi2MessageSigning);
    assert_eq!(
        request_object::types(&signing),
        (&["oauth-authz-req+jwt"][..], false)
    );
    let (types, may_be_absent) = request_object::types(&held_to(Profile::Fapi2Security));
    assert_eq!((types.len(), may_be_absent), (2, true));
}
