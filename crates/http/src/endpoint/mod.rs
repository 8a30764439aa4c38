//! The endpoints, one file each.

pub mod asset;
pub mod authorize;
pub mod authzen;
pub mod backchannel_authentication;
pub mod check_session;
pub mod client_logo;
pub mod device_authorization;
pub mod discovery;
pub mod end_session;
pub mod ext_authz;
pub mod forward_auth;
pub mod health;
pub mod introspect;
pub mod keys;
pub mod metrics;
pub mod missing;
pub mod par;
pub mod policy_bundle;
pub mod register;
pub mod registration;
pub mod resource_metadata;
pub mod revoke;
pub mod token;
pub mod userinfo;

/// The name of a route in metrics and logs: a fixed set, whatever paths are configured.
pub fn route_name(path: &str) -> &'static str {
    const NAMES: &[(&str, &str)] = &[
        ("/authorize", "authorize"),
        ("/par", "par"),
        ("/token", "token"),
        ("/introspect", "introspect"),
        ("/register", "register"),
        ("/register/{client}", "registration"),
        ("/client-logo", "client_logo"),
        ("/access/v1/resource-metadata", "resource_metadata"),
        ("/revoke", "revoke"),
        ("/keys", "keys"),
        ("/userinfo", "userinfo"),
        ("/end_session", "end_session"),
        ("/check_session", "check_session"),
        ("/device_authorization", "device_authorization"),
        ("/device", "device"),
        ("/bc-authorize", "backchannel_authentication"),
        ("/approvals", "approvals"),
        ("/approvals/sign-in", "approvals"),
        ("/approvals/{request}", "approvals"),
        ("/sign-in", "own_sign_in"),
        ("/sign-in/{handle}", "sign_in"),
        ("/sign-up/{handle}", "sign_up"),
        ("/choose-account/{handle}", "choose_account"),
        ("/consent/{handle}", "consent"),
        ("/sign-out", "sign_out"),
        ("/.well-known/openid-configuration", "discovery"),
        ("/forward-auth", "forward_auth"),
        ("/ext-authz/{*rest}", "ext_authz"),
        ("/access/v1/evaluation", "evaluation"),
        ("/access/v1/evaluations", "evaluations"),
        ("/access/v1/search/subject", "search_subject"),
        ("/access/v1/search/resource", "search_resource"),
        ("/access/v1/search/action", "search_action"),
        (
            "/.well-known/authzen-configuration",
            "authzen_configuration",
        ),
        ("/healthz", "healthz"),
        ("/readyz", "readyz"),
        ("/metrics", "metrics"),
        ("/access/v1/policy", "policy_bundle"),
        ("/static/{*path}", "static"),
    ];
    NAMES
        .iter()
        .find(|(end, _)| path.ends_with(end))
        .map_or("other", |(_, name)| name)
}
