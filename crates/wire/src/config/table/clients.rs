//! How clients prove who they are, and what the server requests of them.

use crate::config::setting::{
    DAY,
    Fallback::{Described, Value},
    HOUR, Kind, MINUTE, Setting, count, seconds, setting,
};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
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
        "clients.machine_client",
        Kind::Name,
        Described {
            means: "they have to name one",
            example: "machines",
        },
        "The client (`client_id`) of machine users that sign with a key file and name no client, as \
         libraries for key files do. It needs the grant \
         `urn:ietf:params:oauth:grant-type:jwt-bearer`, and its `scope` is what they can ask for. \
         Their assertion is then all that they prove.",
    ),
    setting(
        "clients.registration",
        Kind::RegistrationMode,
        Value("off"),
        "Who may register clients (RFC 7591): `off`, nobody; `initial_access_token`, whoever has a \
         token that `symbolon initial-token` or the Management API made; `open`, anybody. What such \
         clients may be is what the token says, or else the settings below. People are always asked \
         before one gets anything of theirs.",
    ),
    setting(
        "clients.registration_scopes",
        Kind::Words,
        Described {
            means: "the standard ones alone",
            example: "Invoices.Read",
        },
        "The API scopes that clients may have that come without a token, beside the standard ones.",
    ),
    setting(
        "clients.registration_audiences",
        Kind::Words,
        Described {
            means: "none: their tokens are for this server alone",
            example: "https://mcp.example/",
        },
        "The APIs that the tokens of clients may be for that come without a token: what these may \
         name as `resource` (RFC 8707).",
    ),
    setting(
        "clients.registration_device",
        Kind::Flag,
        Value("false"),
        "Whether clients that come without a token may have the grant of devices (RFC 8628).",
    ),
    setting(
        "clients.registration_implicit",
        Kind::Flag,
        Value("false"),
        "LEGACY, leave it off: whether clients that come without a token may have the grant \
         `implicit`, if `requests.implicit_and_hybrid` is on.",
    ),
    setting(
        "clients.registration_requires_pkce",
        Kind::Flag,
        Value("true"),
        "Whether confidential clients that come without a token have to use PKCE; public ones \
         always have to. The certification plans of the OpenID Foundation do not use it.",
    ),
    setting(
        "clients.registration_limit",
        count(1, 1_000_000),
        Value("1000"),
        "How many clients there may be at a time that came without a token, documents among them.",
    ),
    setting(
        "clients.registration_unused_lifetime",
        seconds(HOUR, 3650 * DAY),
        Value("7d"),
        "How long a client that came without a token is kept when nobody signs in to it.",
    ),
    setting(
        "clients.registration_per_hour",
        count(1, 1_000_000),
        Value("60"),
        "How many clients may be registered without a token from one address within an hour, on \
         each instance.",
    ),
    setting(
        "clients.software_statement_issuers",
        Kind::File,
        Described {
            means: "nobody's statements count",
            example: "/etc/symbolon/statement-issuers.json",
        },
        "A JSON file with an object that has, for every trusted issuer of software statements (RFC \
         7591), its JWK Set.",
    ),
    setting(
        "clients.metadata_documents",
        Kind::Flag,
        Value("false"),
        "Whether a `client_id` may be the https address of a document that says what the client is \
         (Client ID Metadata Documents). The server fetches it, as `outbound` permits.",
    ),
    setting(
        "clients.certificate_origin",
        Kind::Issuer,
        Described {
            means: "the same addresses for everybody",
            example: "https://mtls.id.example.com",
        },
        "Another address of this server, at which clients are asked for a certificate: it stands in \
         the place of `issuer` in the addresses that discovery names as `mtls_endpoint_aliases` \
         (RFC 8705 §5), so that the browsers of people are not asked.",
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
        "backchannel.request_lifetime",
        seconds(10, 30 * MINUTE),
        Value("5m"),
        "How long a person may take to answer a request that a client makes in the back channel \
         (CIBA), and the longest that a client can ask for.",
    ),
    setting(
        "backchannel.poll_interval",
        seconds(2, MINUTE),
        Value("5s"),
        "How long a client waits between two questions whether that was done.",
    ),
];
