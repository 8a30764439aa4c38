//! The settings. This table is the single truth: the file, the environment, the messages and the
//! documentation all come from it. Sorted as the file is: first what has no table, then by table.

use super::setting::{
    DAY,
    Fallback::{Described, Value},
    HOUR, Kind, MINUTE, Setting, count, seconds, setting,
};

/// The setting with this key.
pub(crate) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// All settings.
pub(crate) static SETTINGS: &[Setting] = &[
    setting(
        "listen",
        Kind::Address,
        Value("127.0.0.1:8080"),
        "The address and port to listen on. Port 0 takes a free one.",
    ),
    setting(
        "issuer",
        Kind::Issuer,
        Described {
            means: "derived from the address listened on, when that is a loopback address",
            example: "https://id.example.com",
        },
        "The issuer identifier: the URL under which browsers and applications reach this server, \
         and the `iss` of every token. Applications compare it letter by letter, so it is not to \
         change. An https URL without query, fragment and slash at its end, a path is allowed; \
         http only on loopback.",
    ),
    setting(
        "database",
        Kind::Database,
        Value("sqlite:symbolon.db"),
        "Where the data lives: `sqlite:PATH`, `sqlite::memory:` (gone with the process) or \
         `postgres://USER:PASSWORD@HOST/DATABASE`. Any number of instances may share one \
         PostgreSQL database.",
    ),
    setting(
        "key_encryption_key",
        Kind::EncryptionKey,
        Described {
            means: "not set: see `key_encryption_key_file`",
            example: "the output of `openssl rand -base64 32`",
        },
        "The key under which private signing keys are encrypted in the database: 32 random bytes \
         in base64, as `openssl rand -base64 32` prints them. Every instance on one database \
         needs the same one. Best set by environment variable.",
    ),
    setting(
        "key_encryption_key_file",
        Kind::File,
        Described {
            means: "a file made at the first start: the path of the SQLite database with `.key` \
                    added; with PostgreSQL `symbolon.key`",
            example: "/run/secrets/symbolon-key",
        },
        "A file that holds the key-encryption key in base64, instead of `key_encryption_key`: \
         setting both is refused.",
    ),
    setting(
        "previous_key_encryption_keys",
        Kind::EncryptionKeys,
        Described {
            means: "none",
            example: "a list of former keys, separated by commas",
        },
        "Former key-encryption keys, so that signing keys which are still encrypted under one of \
         them can be read after the key was changed.",
    ),
    setting(
        "state",
        Kind::File,
        Described {
            means: "none",
            example: "state.yaml",
        },
        "A declared state (organizations, users, clients, roles) that is applied at every start.",
    ),
    setting(
        "demo",
        Kind::Flag,
        Value("false"),
        "Loads the demo state, whose passwords everybody knows. Refused on an address that is not \
         loopback, unless `listen_anyway` is set too.",
    ),
    setting(
        "listen_anyway",
        Kind::Flag,
        Value("false"),
        "Listens on an address that is not loopback even with `demo`, and without `issuer`.",
    ),
    setting(
        "tls.certificate",
        Kind::File,
        Described {
            means: "no TLS",
            example: "/etc/symbolon/certificate.pem",
        },
        "The certificate chain for TLS, in PEM. Goes with `tls.key`. Without both, Symbolon speaks \
         plain HTTP and belongs behind a proxy that speaks TLS.",
    ),
    setting(
        "tls.key",
        Kind::File,
        Described {
            means: "no TLS",
            example: "/etc/symbolon/key.pem",
        },
        "The private key of `tls.certificate`, in PEM.",
    ),
    setting(
        "tls.client_certificates",
        Kind::Flag,
        Value("false"),
        "Whether clients are asked for a certificate in the handshake, which \
         `self_signed_tls_client_auth`, `tls_client_auth` and certificate-bound tokens rest on. \
         People whose browser has a certificate are asked for it too, so give such clients an \
         instance of their own.",
    ),
    setting(
        "proxy.trusted",
        Kind::Networks,
        Described {
            means: "nobody",
            example: "10.0.0.0/8,127.0.0.1",
        },
        "The proxies in front of Symbolon: networks in CIDR notation, or addresses. Only what \
         these say about the address of a client is believed.",
    ),
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
        "paths.end_session",
        Kind::EndpointPath,
        Value("/oidc/v1/end_session"),
        "The path of the sign-out endpoint.",
    ),
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
        "interaction.lifetime",
        seconds(10, DAY),
        Value("30m"),
        "How long a person may take over signing in, from the first page to the last.",
    ),
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
        "registration.organization",
        Kind::Name,
        Described {
            means: "nobody can sign up",
            example: "acme",
        },
        "The organization that people who sign up become members of.",
    ),
    setting(
        "clients.assertion_lifetime",
        seconds(MINUTE, DAY),
        Value("10m"),
        "How far ahead the assertions may expire by which clients authenticate (`private_key_jwt`, \
         `client_secret_jwt`). Each is good once; until it expires its name is remembered.",
    ),
    setting(
        "clients.certificate_header",
        Kind::Header,
        Described {
            means: "no certificates by a header",
            example: "Client-Cert",
        },
        "The header in which the proxies in `proxy.trusted` tell of the certificate that a client \
         showed them: as RFC 9440 has it, as base64 of DER, or as PEM with percent-encoding. They \
         have to overwrite it on every request.",
    ),
    setting(
        "clients.certificate_authorities",
        Kind::File,
        Described {
            means: "nobody: no client can use `tls_client_auth`",
            example: "/etc/symbolon/client-authorities.pem",
        },
        "Certificates of the authorities, intermediate ones too, that vouch for the certificates of \
         clients with `tls_client_auth`, in PEM. Symbolon checks it itself, also behind a proxy.",
    ),
    setting(
        "outbound.ca_file",
        Kind::File,
        Described {
            means: "the public certification authorities alone",
            example: "/etc/symbolon/authorities.pem",
        },
        "Certificates of further certification authorities, in PEM, that are trusted when the \
         server itself requests something, such as the keys at a client's `jwks_uri`.",
    ),
    setting(
        "outbound.allowed_networks",
        Kind::Networks,
        Described {
            means: "public addresses alone",
            example: "10.20.0.0/16",
        },
        "Networks that are not public and may be requested nevertheless, by https. Whoever \
         registers a client can have the server send requests there.",
    ),
    setting(
        "outbound.allow_loopback",
        Kind::Flag,
        Value("false"),
        "For tests: lets the server send requests to its own machine, also by http.",
    ),
    setting(
        "dpop.algorithms",
        Kind::ProofAlgorithms,
        Value("ES256,EdDSA,PS256,RS256"),
        "The algorithms that DPoP proofs may be signed with (RFC 9449).",
    ),
    setting(
        "dpop.nonces",
        Kind::NoncePolicy,
        Value("off"),
        "Whether DPoP proofs carry a nonce of this server, which shows that they were not made in \
         advance: `off`; `optional` hands one out with every answer, and one that comes back has \
         to be good; `required` refuses proofs without one.",
    ),
    setting(
        "device.code_lifetime",
        seconds(1, 30 * MINUTE),
        Value("10m"),
        "How long a device may wait for somebody to type its code elsewhere (RFC 8628).",
    ),
    setting(
        "device.poll_interval",
        seconds(2, MINUTE),
        Value("5s"),
        "How long a device waits between two questions whether that was done.",
    ),
    setting(
        "log.format",
        Kind::LogFormat,
        Value("text"),
        "How the log is written: `text` for people, `json` for machines. It goes to the standard \
         error stream.",
    ),
    setting(
        "log.level",
        Kind::LogFilter,
        Value("info"),
        "What is logged: `off`, `error`, `warn`, `info`, `debug` or `trace`, also for single parts \
         of the program (`info,sqlx=warn`).",
    ),
    setting(
        "metrics.enabled",
        Kind::Flag,
        Value("true"),
        "Whether `/metrics` answers.",
    ),
    setting(
        "limits.request_timeout",
        seconds(1, 10 * MINUTE),
        Value("30s"),
        "How long answering one request may take.",
    ),
    setting(
        "shutdown.drain",
        seconds(0, HOUR),
        Value("25s"),
        "How long requests that have begun may take to end when the server is told to stop.",
    ),
];
