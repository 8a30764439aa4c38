//! What the protocol gives: how long tokens, requests and sign-ins last, and which requests are permitted.

use crate::config::setting::{
    DAY,
    Fallback::{Described, Value},
    Kind, MINUTE, Setting, count, seconds, setting,
};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "token.access_lifetime",
        seconds(1, 30 * DAY),
        Value("12h"),
        "How long an access token is valid.",
    ),
    setting(
        "token.id_lifetime",
        seconds(1, 30 * DAY),
        Value("1h"),
        "How long an ID token is valid.",
    ),
    setting(
        "token.code_lifetime",
        seconds(1, 10 * MINUTE),
        Value("60s"),
        "How long an authorization code can be redeemed. More than 60s is permitted with a \
         warning.",
    ),
    setting(
        "token.refresh_idle_lifetime",
        seconds(1, 3650 * DAY),
        Value("30d"),
        "How long a refresh token that is not used stays valid.",
    ),
    setting(
        "token.refresh_absolute_lifetime",
        seconds(1, 3650 * DAY),
        Value("90d"),
        "How long after the sign-in refreshing ends, however often it was done.",
    ),
    setting(
        "token.refresh_grace",
        seconds(0, 30),
        Value("5s"),
        "How long a used refresh token, sent again, is answered with the same successor. After \
         that the second use revokes everything that came from it.",
    ),
    setting(
        "token.roles_limit",
        count(64, 65_536),
        Value("4096"),
        "The longest claim about the roles in several organizations, in bytes. Where it would be \
         longer, it tells the roles in one organization alone: the one that was asked for, else \
         the home.",
    ),
    setting(
        "requests.pushed_lifetime",
        seconds(5, 10 * MINUTE),
        Value("60s"),
        "How long a pushed authorization request waits for the browser.",
    ),
    setting(
        "requests.require_pushed",
        Kind::Flag,
        Value("false"),
        "Whether every authorization request has to be pushed (RFC 9126 §5). For single clients: \
         `require_pushed_authorization_requests`.",
    ),
    setting(
        "requests.unsigned_objects",
        Kind::Flag,
        Value("false"),
        "Whether clients that are registered with `request_object_signing_alg: none` may send \
         request objects that nobody signed. They prove nothing: leave this off unless an \
         application cannot do otherwise.",
    ),
    setting(
        "requests.fetched_objects",
        Kind::Flag,
        Value("false"),
        "Whether request objects are fetched from the `request_uris` that a client registered (RFC \
         9101 §5.2), through the guard of `outbound`. Anybody who knows such a URI can have the \
         server fetch it, once a minute; pushed requests need no such trust.",
    ),
    setting(
        "requests.encrypted_objects",
        Kind::Flag,
        Value("false"),
        "Whether request objects may be encrypted for this server (RFC 9101 §6.1). Keys for that are \
         made, published with `use: enc`, and rotated like the signing keys.",
    ),
    setting(
        "requests.implicit_and_hybrid",
        Kind::Flag,
        Value("false"),
        "LEGACY, leave it off: whether clients that are registered for the grant `implicit` may get \
         tokens straight from the authorization endpoint (the `response_type`s with `id_token` or \
         `token`). Such tokens pass through the browser, where they leak (RFC 9700 §2.1.2).",
    ),
    setting(
        "userinfo.max_age",
        seconds(1, 365 * DAY),
        Described {
            means: "however old",
            example: "1h",
        },
        "How long ago a person may have signed in for an access token to be good at the userinfo \
         endpoint. An older one is answered with the challenge `insufficient_user_authentication` \
         (RFC 9470), so that the application sends the person to sign in anew.",
    ),
    setting(
        "session.idle_lifetime",
        seconds(1, 365 * DAY),
        Value("1d"),
        "How long a sign-in that is not used lasts in the browser.",
    ),
    setting(
        "session.absolute_lifetime",
        seconds(1, 365 * DAY),
        Value("30d"),
        "How long a sign-in lasts, however much it is used.",
    ),
    setting(
        "session.check_session_iframe",
        Kind::Flag,
        Value("false"),
        "Whether applications may poll a frame that tells whether somebody else is signed in now \
         (OpenID Connect Session Management). It rests on a cookie in a frame of another site, which \
         most browsers withhold: the frame then answers `error`. Applications do better with \
         `backchannel_logout_uri`.",
    ),
    setting(
        "policy.bundle_lifetime",
        seconds(10, DAY),
        Value("5m"),
        "How long a resource server may go on deciding by a policy bundle when it cannot fetch a \
         newer one.",
    ),
    setting(
        "policy.clock_tolerance",
        seconds(0, 10 * MINUTE),
        Value("60s"),
        "By how much the clocks of instances on one database may differ. For so long after a change \
         of somebody or something, resource servers ask about every token that depends on it.",
    ),
    setting(
        "policy.resource_metadata",
        Kind::Flag,
        Value("false"),
        "Whether everybody may read the metadata (RFC 9728) of the APIs whose audience is their https \
         address: their names, their scopes, and that this server issues their tokens. The \
         challenges of forward authentication name it then, so that a client finds its way by the \
         address of the API alone.",
    ),
    setting(
        "interaction.lifetime",
        seconds(10, DAY),
        Value("30m"),
        "How long a person may take over signing in, from the first page to the last.",
    ),
];
