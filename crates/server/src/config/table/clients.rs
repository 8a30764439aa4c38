//! How clients prove who they are, and what the server requests of them.

use crate::config::setting::{
    DAY,
    Fallback::{Described, Value},
    Kind, MINUTE, Setting, seconds, setting,
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
];
