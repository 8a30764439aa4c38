//! Passwords, signing keys, and who administers whom.

use crate::config::setting::{
    DAY,
    Fallback::{Described, Value},
    Kind, MINUTE, Setting, count, seconds, setting,
};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "password.argon2_memory",
        count(8192, 4_194_304),
        Value("19456"),
        "The memory of argon2id for one password, in KiB.",
    ),
    setting(
        "password.argon2_iterations",
        count(1, 100),
        Value("2"),
        "The iterations of argon2id.",
    ),
    setting(
        "password.argon2_parallelism",
        count(1, 64),
        Value("1"),
        "The lanes of argon2id.",
    ),
    setting(
        "password.workers",
        count(1, 256),
        Described {
            means: "half of the cores, at least 1",
            example: "2",
        },
        "How many passwords are checked at the same time.",
    ),
    setting(
        "password.queue",
        count(1, 100_000),
        Value("64"),
        "How many password checks may wait. Past that, sign-in answers 503 with `Retry-After`.",
    ),
    setting(
        "keys.rotation_interval",
        seconds(MINUTE, 3650 * DAY),
        Value("90d"),
        "How long a signing key signs before its successor takes over.",
    ),
    setting(
        "keys.publish_before_use",
        seconds(0, 365 * DAY),
        Value("1d"),
        "How long a signing key is published before it signs, so that applications that cache the \
         keys know it in time.",
    ),
    setting(
        "keys.algorithms",
        Kind::Algorithms,
        Value("RS256,PS256,ES256,EdDSA"),
        "The algorithms that tokens can be signed with. RS256 cannot be left out.",
    ),
    setting(
        "admin.enabled",
        Kind::Flag,
        Value("true"),
        "Whether the Management API below `/admin/v1` answers.",
    ),
    setting(
        "admin.organization",
        Kind::Name,
        Described {
            means: "none: what belongs to no organization cannot be managed over HTTP; with `demo`, \
                    `acme`",
            example: "operations",
        },
        "The system organization: whoever holds a role there holds it, where Symbolon's own scopes \
         are concerned, for all organizations. Whoever is a super administrator in it administers \
         the installation; it is best to let it have no other members.",
    ),
    setting(
        "console.enabled",
        Kind::Flag,
        Value("true"),
        "Whether there are the admin console (`/admin`) and the account pages (`/account`).",
    ),
    setting(
        "console.fresh_sign_in",
        seconds(2 * MINUTE, DAY),
        Value("10m"),
        "How recently somebody has to have signed in for what matters most: passwords, tokens, roles, \
         rules and keys. Else the page asks for a sign-in first.",
    ),
    setting(
        "registration.organization",
        Kind::Name,
        Described {
            means: "nobody can sign up",
            example: "acme",
        },
        "The organization that people who sign up become members of.",
    ),
];
