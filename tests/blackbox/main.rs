//! Black-box tests: the real binary, over HTTP, on both databases. One file a flow.
//!
//! A test is named after the rule that it proves; one that proves a requirement begins with its
//! number (`a2_3_a_reused_code_revokes_its_tokens`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod admin;
mod api_scopes;
mod authorization_details;
mod authorize_parameters;
mod authzen;
mod certificate_bound;
mod ciba;
mod claims_parameter;
mod client_assertion;
mod client_certificate;
mod code_flow;
mod configuration;
mod consent;
mod console;
mod cookie;
mod cors;
mod crash;
mod declared_policy;
mod declared_state;
mod device;
mod discovery;
mod document;
mod dpop;
mod edge;
mod encryption;
mod fapi2;
mod forward_auth;
mod hostile;
mod interactions;
mod interop;
mod introspection;
mod jwt_bearer;
mod keys;
mod login_storm;
mod logout;
mod machine;
mod operations;
mod organization_login;
mod outage;
mod pairwise;
mod personal_access_token;
mod places;
mod prompt;
mod race;
mod refresh;
mod refused_state;
mod registration;
mod request_uri;
mod requests;
mod resource_indicators;
mod revocation;
mod security_headers;
mod sign_in;
mod sign_out;
mod sign_up;
mod support;
mod tls;
mod token_exchange;
mod token_shapes;
mod userinfo;
mod wrong_password;
