//! The paths of the endpoints, below the issuer.

use crate::config::setting::{Fallback::Value, Kind, Setting, setting};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "paths.authorize",
        Kind::EndpointPath,
        Value("/oauth/v2/authorize"),
        "The path of the authorization endpoint, below the issuer.",
    ),
    setting(
        "paths.par",
        Kind::EndpointPath,
        Value("/oauth/v2/par"),
        "The path of the pushed authorization request endpoint.",
    ),
    setting(
        "paths.token",
        Kind::EndpointPath,
        Value("/oauth/v2/token"),
        "The path of the token endpoint.",
    ),
    setting(
        "paths.introspect",
        Kind::EndpointPath,
        Value("/oauth/v2/introspect"),
        "The path of the introspection endpoint.",
    ),
    setting(
        "paths.revoke",
        Kind::EndpointPath,
        Value("/oauth/v2/revoke"),
        "The path of the revocation endpoint.",
    ),
    setting(
        "paths.keys",
        Kind::EndpointPath,
        Value("/oauth/v2/keys"),
        "The path of the public keys (JWKS).",
    ),
    setting(
        "paths.userinfo",
        Kind::EndpointPath,
        Value("/oidc/v1/userinfo"),
        "The path of the userinfo endpoint.",
    ),
    setting(
        "paths.device_authorization",
        Kind::EndpointPath,
        Value("/oauth/v2/device_authorization"),
        "The path of the device authorization endpoint.",
    ),
    setting(
        "paths.backchannel_authentication",
        Kind::EndpointPath,
        Value("/oauth/v2/bc-authorize"),
        "The path of the backchannel authentication endpoint (CIBA).",
    ),
    setting(
        "paths.end_session",
        Kind::EndpointPath,
        Value("/oidc/v1/end_session"),
        "The path of the sign-out endpoint.",
    ),
    setting(
        "paths.register",
        Kind::EndpointPath,
        Value("/oauth/v2/register"),
        "The path of the client registration endpoint.",
    ),
    setting(
        "paths.check_session",
        Kind::EndpointPath,
        Value("/oidc/v1/check_session"),
        "The path of the frame that applications poll, where `session.check_session_iframe` is on.",
    ),
];
