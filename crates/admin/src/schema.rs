//! Schemas of the documents that the core reads and writes by itself.

use schemars::{Schema, SchemaGenerator, json_schema};
use symbolon_core::algorithm::Algorithm;
use symbolon_core::authorize::{response_mode::ResponseMode, response_type::ResponseType};
use symbolon_core::client::{AuthenticationMethod, DeliveryMode, GrantType, profile::Profile};
use symbolon_core::client_auth::assertion::SigningAlgorithm;
use symbolon_core::encryption::{ContentEncryption, KeyManagement};
use symbolon_core::pairwise::SubjectType;

/// Rules (`core::policy::rule`).
pub(crate) fn rules(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "maxItems": 10_000, "items": rule_schema() })
}

fn rule_schema() -> Schema {
    json_schema!({
        "type": "object",
        "description": "Whoever counts as the role is allowed or denied the scopes of the pattern.",
        "required": ["role", "pattern", "effect"],
        "additionalProperties": false,
        "properties": {
            "role": { "type": "string" },
            "pattern": {
                "type": "string",
                "description": "A scope, all below a prefix (`Invoices.*`), or all (`*`).",
            },
            "effect": { "enum": ["allow", "deny"] },
            "organization": {
                "type": "string",
                "description": "Only here; left out: everywhere.",
            },
        },
    })
}

/// Why a role counts (`core::policy::standing::Held`).
pub(crate) fn held(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["role", "through"],
        "properties": {
            "role": { "type": "string" },
            "through": { "oneOf": [
                { "const": "grant" },
                { "type": "object", "required": ["relation"], "properties": { "relation": {
                    "type": "object",
                    "required": ["manager", "held"],
                    "properties": {
                        "manager": { "type": "string" },
                        "held": { "type": "string" },
                    },
                } } },
            ] },
        },
    } })
}

/// The standard claims of a person (OIDC Core §5.1).
pub(crate) fn profile(_: &mut SchemaGenerator) -> Schema {
    let text = || json_schema!({ "type": "string" });
    let flag = || json_schema!({ "type": "boolean" });
    json_schema!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "name": text(), "given_name": text(), "family_name": text(), "middle_name": text(),
            "nickname": text(), "profile": text(), "picture": text(), "website": text(),
            "email": text(), "email_verified": flag(), "gender": text(), "birthdate": text(),
            "zoneinfo": text(), "locale": text(), "phone_number": text(),
            "phone_number_verified": flag(), "address": { "type": "object" },
        },
    })
}

/// What is registered of a client (RFC 7591 §2). Which members there are, the core knows best.
pub(crate) fn metadata(_: &mut SchemaGenerator) -> Schema {
    let uris = || json_schema!({ "type": "array", "items": { "type": "string", "format": "uri" } });
    let uri = || json_schema!({ "type": "string", "format": "uri" });
    let words = || json_schema!({ "type": "array", "items": { "type": "string" } });
    let algorithms: Vec<_> = Algorithm::ALL.iter().map(|own| own.as_str()).collect();
    let request_algorithms: Vec<_> = algorithms.iter().copied().chain(["none"]).collect();
    let response_types = ResponseType::ALL.map(ResponseType::as_str);
    let response_modes = ResponseMode::ALL.map(ResponseMode::as_str);
    let methods: Vec<_> = AuthenticationMethod::ALL
        .iter()
        .map(|own| own.as_str())
        .collect();
    let assertions = SigningAlgorithm::ALL.map(SigningAlgorithm::as_str);
    let grants: Vec<_> = GrantType::ALL.iter().map(|own| own.as_str()).collect();
    let key_managements = KeyManagement::ALL.map(KeyManagement::as_str);
    let content_encryptions = ContentEncryption::ALL.map(ContentEncryption::as_str);
    json_schema!({
        "type": "object",
        "required": ["client_name", "grant_types"],
        "properties": {
            "client_name": { "type": "string", "minLength": 1, "maxLength": 200 },
            "token_endpoint_auth_methods": { "type": "array", "items": { "enum": methods } },
            "token_endpoint_auth_signing_alg": { "enum": assertions },
            "jwks": { "type": "object", "description": "Its public keys, a JWK Set (RFC 7517)." },
            "jwks_uri": uri(),
            "tls_client_auth_subject_dn": {
                "type": "string",
                "description": "For tls_client_auth, the subject of its certificate (RFC 4514).",
            },
            "tls_client_auth_san_dns": { "type": "string" },
            "tls_client_auth_san_uri": { "type": "string" },
            "tls_client_auth_san_ip": { "type": "string" },
            "tls_client_auth_san_email": { "type": "string" },
            "grant_types": { "type": "array", "items": { "enum": grants } },
            "response_types": { "type": "array", "items": { "enum": response_types } },
            "response_modes": { "type": "array", "items": { "enum": response_modes } },
            "authorization_signed_response_alg": { "enum": algorithms },
            "request_object_signing_alg": { "enum": request_algorithms },
            "request_object_encryption_alg": { "enum": key_managements },
            "request_object_encryption_enc": { "enum": content_encryptions },
            "request_uris": uris(),
            "require_signed_request_object": { "type": "boolean" },
            "require_pushed_authorization_requests": { "type": "boolean" },
            "backchannel_token_delivery_mode": { "enum": DeliveryMode::ALL },
            "backchannel_client_notification_endpoint": uri(),
            "backchannel_authentication_request_signing_alg": { "enum": algorithms },
            "require_pkce": { "type": "boolean" },
            "default_max_age": { "type": "integer", "description": "Seconds." },
            "initiate_login_uri": uri(),
            "redirect_uris": uris(),
            "post_logout_redirect_uris": uris(),
            "backchannel_logout_uri": uri(),
            "backchannel_logout_session_required": { "type": "boolean" },
            "frontchannel_logout_uri": uri(),
            "frontchannel_logout_session_required": { "type": "boolean" },
            "scope": {
                "type": "string",
                "description": "The scopes of APIs that it may ask for, with spaces between.",
            },
            "consent": { "enum": ["required", "implicit"] },
            "access_token_format": { "enum": ["jwt", "opaque"] },
            "access_token_signed_response_alg": { "enum": algorithms },
            "id_token_signed_response_alg": { "enum": algorithms },
            "id_token_encrypted_response_alg": { "enum": key_managements },
            "id_token_encrypted_response_enc": { "enum": content_encryptions },
            "userinfo_signed_response_alg": { "enum": algorithms },
            "userinfo_encrypted_response_alg": { "enum": key_managements },
            "userinfo_encrypted_response_enc": { "enum": content_encryptions },
            "subject_type": { "enum": SubjectType::ALL },
            "sector_identifier_uri": uri(),
            "access_token_lifetime": { "type": "integer", "description": "Seconds." },
            "dpop_bound_access_tokens": { "type": "boolean" },
            "tls_client_certificate_bound_access_tokens": { "type": "boolean" },
            "introspection_signed_response_alg": { "enum": algorithms },
            "profile": { "enum": Profile::ALL.map(Profile::as_str) },
            "audience": words(),
            "introspects": words(),
            "role_claims": { "type": "object" },
            "zitadel": { "type": "object" },
            "client_uri": uri(), "logo_uri": uri(), "policy_uri": uri(), "tos_uri": uri(),
        },
    })
}

/// Scopes of an API (`core::policy::api::ScopeDefinition`).
pub(crate) fn scopes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["scope"],
        "additionalProperties": false,
        "properties": {
            "scope": { "type": "string" },
            "description": { "type": "string" },
        },
    } })
}

/// Endpoints of an API (`core::policy::api::Endpoint`).
pub(crate) fn endpoints(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["method", "template", "scope"],
        "additionalProperties": false,
        "properties": {
            "method": { "type": "string" },
            "template": { "type": "string", "description": "`/invoices/{id}`" },
            "scope": { "type": "string", "description": "What a caller needs." },
        },
    } })
}

/// What is decided about beside endpoints (`core::policy::resource::ResourceLine`).
pub(crate) fn resources(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["type", "action", "scope"],
        "additionalProperties": false,
        "properties": {
            "type": { "type": "string" },
            "action": { "type": "string" },
            "when": { "type": "object" },
            "scope": { "type": "string", "description": "What a caller needs." },
        },
    } })
}

/// Resources that are known by name (`core::policy::resource::Instance`).
pub(crate) fn instances(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": false,
        "properties": {
            "type": { "type": "string" },
            "id": { "type": "string" },
            "properties": { "type": "object" },
        },
    } })
}
