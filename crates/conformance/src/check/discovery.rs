//! The discovery document: OIDC Discovery §3, RFC 8414 §2.

use std::collections::HashSet;

use serde_json::Value;
use symbolon_testkit::{Answer, RelyingParty, http};

use crate::check::{error_response, keys};
use crate::run::Run;

/// The members that are addresses.
const ADDRESSES: [&str; 20] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "backchannel_authentication_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "service_documentation",
    "op_policy_uri",
    "op_tos_uri",
    "challenge_endpoint",
    "authorization_challenge_endpoint",
    "grant_management_endpoint",
    "credential_issuer",
];

/// The members that are lists of texts.
const LISTS: [&str; 38] = [
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "authorization_signing_alg_values_supported",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "introspection_signing_alg_values_supported",
    "introspection_encryption_alg_values_supported",
    "introspection_encryption_enc_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "backchannel_token_delivery_modes_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
    "display_values_supported",
    "claim_types_supported",
    "claims_supported",
    "claims_locales_supported",
    "ui_locales_supported",
    "prompt_values_supported",
    "code_challenge_methods_supported",
    "dpop_signing_alg_values_supported",
    "authorization_details_types_supported",
];

/// The members that are yes or no.
const FLAGS: [&str; 17] = [
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "backchannel_user_code_parameter_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "tls_client_certificate_bound_access_tokens",
    "client_id_metadata_document_supported",
    "dpop_bound_access_tokens_required",
    "http_session_management_supported",
    "protected_resources_supported",
];

/// Fetches the document and checks all that is asked of every provider. Returns it.
pub(crate) async fn check(run: &Run, party: &RelyingParty) -> Value {
    let issuer = run.provider.server.issuer();
    let url = format!("{issuer}/.well-known/openid-configuration");
    let answer = Answer::to(http().get(url)).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    error_response::is_json(&answer);
    let metadata = answer.json;
    assert_eq!(metadata["issuer"], issuer);
    types(run, &metadata);
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        assert!(metadata[name].is_string(), "no {name}");
    }
    for name in ADDRESSES {
        if let Some(address) = metadata[name].as_str() {
            assert!(address.starts_with("https://"), "{name} is {address}");
            assert!(!address.contains('#'), "{name} is {address}");
        }
    }
    has(&metadata, "scopes_supported", &["openid"]);
    has(&metadata, "response_types_supported", &["code"]);
    has(&metadata, "grant_types_supported", &["authorization_code"]);
    has(
        &metadata,
        "id_token_signing_alg_values_supported",
        &["RS256"],
    );
    let subjects = list(&metadata, "subject_types_supported");
    assert!(!subjects.is_empty(), "no subject type");
    for kind in subjects {
        assert!(["public", "pairwise"].contains(&kind), "{kind}");
    }
    for name in ["ui_locales_supported", "claims_locales_supported"] {
        for locale in list(&metadata, name) {
            let mut parts = locale.split('-');
            let language = parts.next().unwrap_or_default();
            assert!((2..=8).contains(&language.len()), "{name}: {locale}");
            assert!(
                parts.all(|part| (1..=8).contains(&part.len())),
                "{name}: {locale}"
            );
        }
    }
    keys::check(party).await;
    metadata
}

/// Checks that a list has all of these.
pub(crate) fn has(metadata: &Value, name: &str, wanted: &[&str]) {
    let list = list(metadata, name);
    for wanted in wanted {
        assert!(list.contains(wanted), "no {wanted} in {name}: {list:?}");
    }
}

/// The texts of a list: none when it is absent.
pub(crate) fn list<'a>(metadata: &'a Value, name: &str) -> Vec<&'a str> {
    metadata[name]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Checks that every member has its type, and notes those that no specification has.
fn types(run: &Run, metadata: &Value) {
    for (name, value) in metadata.as_object().into_iter().flatten() {
        let name = name.as_str();
        if ADDRESSES.contains(&name) {
            let address = value.as_str().unwrap_or_else(|| panic!("{name}: {value}"));
            assert!(url::Url::parse(address).is_ok(), "{name} is {address}");
        } else if LISTS.contains(&name) {
            let texts = list(metadata, name);
            assert_eq!(
                Some(texts.len()),
                value.as_array().map(Vec::len),
                "{name}: {value}"
            );
            // RFC 8414 §2: what has nothing in it is left out.
            assert!(!texts.is_empty(), "{name} is empty");
            let different: HashSet<_> = texts.iter().collect();
            assert_eq!(different.len(), texts.len(), "{name}: {value}");
        } else if FLAGS.contains(&name) {
            assert!(value.is_boolean(), "{name}: {value}");
        } else {
            let known = ["mtls_endpoint_aliases"].contains(&name);
            run.recommend(known, format!("{name} is no member that is known"));
        }
    }
}
