//! Where the server listens, where its data and keys are, and what stands in front of it.

use crate::config::setting::{
    Fallback::{Described, Value},
    Kind, Setting, setting,
};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
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
];
