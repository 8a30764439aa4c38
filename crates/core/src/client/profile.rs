//! Profiles: sets of rules that a client is held to as a whole. One word in its registration turns
//! all of them on; what contradicts them is refused when the client is stored, and again when it
//! acts.
//!
//! What a profile asks is one value, [`Demands`]. Every rule of this crate that a profile makes
//! stricter asks it (`client.demands()`, or one of the questions below), so what a profile means can
//! be read here, and nothing else knows its name.
//!
//! What is true of every client already stands nowhere here: exact redirect URIs, `iss` in every
//! answer, codes used once, no `307`, no password grant, keys of 2048 bits.
//!
//! Left out: the parts of FAPI 2.0 Message Signing that are about HTTP messages (RFC 9421), which the
//! profile leaves optional.
#![doc(alias = "FAPI 2.0")]
#![doc(alias = "OAuth 2.1")]

use super::{
    AccessTokenFormat, AuthenticationMethod, Client, ClientError, ClientMetadata, GrantType,
};
use crate::{
    algorithm::Algorithm, authorize::request_object::RequestObjectAlgorithm,
    client_auth::assertion::SigningAlgorithm, redirect_uri::RedirectUri, time::Lifetime,
    words::words,
};

words! {
    /// A set of rules.
    Profile {
        /// FAPI 2.0 Security Profile.
        Fapi2Security = "fapi2_security",
        /// FAPI 2.0 Message Signing: the same, and requests are signed.
        Fapi2MessageSigning = "fapi2_message_signing",
        /// OAuth 2.1.
        OAuth2_1 = "oauth2_1",
    }
}

/// What is asked of a client beyond what is asked of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// What anything is signed with that it makes or gets (FAPI 2.0 §5.4.1).
    pub algorithms: &'static [Algorithm],
    /// Whether all that it signs is signed with a key of its own: not at all, or under a secret that
    /// is shared, will not do (FAPI 2.0 §5.4.1).
    pub own_signatures: bool,
    /// How it may authenticate (FAPI 2.0 §5.3.2.1); in any way when empty.
    pub methods: &'static [AuthenticationMethod],
    /// Which grants it may use.
    pub grants: &'static [GrantType],
    /// Whether `aud` of its assertions is the issuer as one string, and nothing else
    /// (FAPI 2.0 §5.3.2.1).
    pub issuer_as_audience: bool,
    /// Whether nothing but a code passes through the browser (FAPI 2.0 §5.3.2.2, OAuth 2.1 §4.1).
    pub code_alone: bool,
    /// Whether it has to use PKCE (FAPI 2.0 §5.3.2.2, OAuth 2.1 §7.5.1).
    pub pkce: bool,
    /// Whether its requests have to be pushed (FAPI 2.0 §5.3.2.2).
    pub pushed: bool,
    /// Whether its requests have to be signed (FAPI 2.0 Message Signing §5.3).
    pub signed_requests: bool,
    /// Whether its tokens have to be bound to a key or a certificate (FAPI 2.0 §5.3.2.1).
    pub sender_constrained: bool,
    /// Whether answers go by https, or stay on the machine (FAPI 2.0 §5.3.2.2).
    pub protected_redirects: bool,
    /// Whether a refresh token stays what it is: what binds it protects it, and a successor that gets
    /// lost on the way would lock the person out (FAPI 2.0 §5.3.2.1).
    pub lasting_refresh_tokens: bool,
    /// The longest life of its codes (FAPI 2.0 §5.3.2.1).
    pub longest_code: Option<Lifetime>,
    /// The longest life of its pushed requests (FAPI 2.0 §5.3.2.2: less than ten minutes).
    pub longest_push: Option<Lifetime>,
}

/// Why a registration contradicts its profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Contradiction {
    /// An ID token or JWT access token with an algorithm that is not accepted, or by default.
    #[error(
        "tokens are signed with PS256, ES256 or EdDSA: set id_token_signed_response_alg, and access_token_signed_response_alg unless access tokens are opaque (RS256 is the default)"
    )]
    TokenAlgorithm,
    /// Another algorithm that is registered is not accepted.
    #[error(
        "token_endpoint_auth_signing_alg, request_object_signing_alg, authorization_signed_response_alg, userinfo_signed_response_alg and introspection_signed_response_alg are out of PS256, ES256 and EdDSA, or left out"
    )]
    Algorithm,
    /// A grant that the profile does not have.
    #[error(
        "grant_types are out of authorization_code, refresh_token, client_credentials and token-exchange"
    )]
    Grant,
    /// A way to authenticate that is too weak.
    #[error(
        "token_endpoint_auth_methods are out of private_key_jwt, tls_client_auth and self_signed_tls_client_auth"
    )]
    Method,
    /// `require_pkce: false`.
    #[error("require_pkce cannot be false")]
    Pkce,
    /// A redirect URI that is neither https nor loopback.
    #[error("redirect_uris are https, or http to 127.0.0.1 or [::1] for a native application")]
    Redirect,
    /// Tokens through the browser.
    #[error("response_types is code alone")]
    ResponseType,
}

/// PS256, ES256, EdDSA.
const STRONG: &[Algorithm] = &[Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

const NOTHING: Demands = Demands {
    algorithms: &Algorithm::ALL,
    own_signatures: false,
    methods: &[],
    grants: &GrantType::ALL,
    issuer_as_audience: false,
    code_alone: false,
    pkce: false,
    pushed: false,
    signed_requests: false,
    sender_constrained: false,
    protected_redirects: false,
    lasting_refresh_tokens: false,
    longest_code: None,
    longest_push: None,
};

const FAPI: Demands = Demands {
    algorithms: STRONG,
    own_signatures: true,
    methods: &[
        AuthenticationMethod::PrivateKeyJwt,
        AuthenticationMethod::TlsClientAuth,
        AuthenticationMethod::SelfSignedTlsClientAuth,
    ],
    grants: &[
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::TokenExchange,
    ],
    issuer_as_audience: true,
    code_alone: true,
    pkce: true,
    pushed: true,
    signed_requests: false,
    sender_constrained: true,
    protected_redirects: true,
    lasting_refresh_tokens: true,
    longest_code: Some(Lifetime::from_seconds(60)),
    longest_push: Some(Lifetime::from_seconds(599)),
};

const FAPI_SIGNED: Demands = Demands {
    signed_requests: true,
    ..FAPI
};

const OAUTH_2_1: Demands = Demands {
    code_alone: true,
    pkce: true,
    ..NOTHING
};

impl Demands {
    /// Nothing is asked.
    pub const NONE: &'static Self = &NOTHING;

    /// Whether a client may authenticate so.
    fn accepts(&self, method: AuthenticationMethod) -> bool {
        self.methods.is_empty() || self.methods.contains(&method)
    }
}

impl Profile {
    /// What it asks.
    pub const fn demands(self) -> &'static Demands {
        match self {
            Self::Fapi2Security => &FAPI,
            Self::Fapi2MessageSigning => &FAPI_SIGNED,
            Self::OAuth2_1 => &OAUTH_2_1,
        }
    }
}

impl Client {
    /// What is asked of it beyond what is asked of all.
    pub fn demands(&self) -> &'static Demands {
        self.metadata
            .profile
            .map_or(Demands::NONE, Profile::demands)
    }

    /// Whether its registration is one that its profile permits.
    ///
    /// # Errors
    /// [`ClientError::Profile`] with the first [`Contradiction`].
    pub fn check_profile(&self) -> Result<(), ClientError> {
        let Some(profile) = self.metadata.profile else {
            return Ok(());
        };
        contradictions(self, profile.demands())
            .into_iter()
            .find(|(found, _)| *found)
            .map_or(Ok(()), |(_, why)| Err(ClientError::Profile(profile, why)))
    }

    /// How it may authenticate: as it is registered, as far as its profile accepts that.
    pub fn accepted_methods(&self) -> impl Iterator<Item = AuthenticationMethod> + Clone {
        let demands = self.demands();
        let registered = self.metadata.token_endpoint_auth_methods.iter().copied();
        registered.filter(|method| demands.accepts(*method))
    }

    /// What it may sign something with: as is registered for that, else anything, as far as its
    /// profile accepts it.
    pub fn accepted_algorithms(&self, registered: Option<Algorithm>) -> &'static [Algorithm] {
        let accepted = self.demands().algorithms;
        match registered {
            None => accepted,
            Some(registered) => accepted
                .chunks(1)
                .find(|only| only.contains(&registered))
                .unwrap_or_default(),
        }
    }

    /// Whether all of its requests have to be pushed (RFC 9126 §6).
    pub fn pushes_requests(&self) -> bool {
        self.metadata.require_pushed_authorization_requests || self.demands().pushed
    }

    /// Whether all of its requests have to be signed (RFC 9101 §10.5).
    pub fn signs_requests(&self) -> bool {
        self.metadata.require_signed_request_object || self.demands().signed_requests
    }

    /// Whether it has to use PKCE (RFC 7636).
    pub fn uses_pkce(&self) -> bool {
        self.metadata.require_pkce || self.demands().pkce
    }

    /// Whether its tokens are always bound to its certificate (RFC 8705 §3.4).
    pub const fn binds_to_certificate(&self) -> bool {
        self.metadata.tls_client_certificate_bound_access_tokens
    }

    /// Whether its tokens are always bound to a key (RFC 9449 §5.2). Where they have to be bound, and
    /// no certificate is registered for it, a key it is.
    pub fn binds_to_key(&self) -> bool {
        let has_to = self.demands().sender_constrained && !self.binds_to_certificate();
        self.metadata.dpop_bound_access_tokens || has_to
    }

    /// What signs its authorization responses, when it wants them signed (JARM §3): RS256 where
    /// nothing else is registered, or what signs its ID tokens where RS256 is not accepted.
    pub fn response_algorithm(&self) -> Algorithm {
        self.signs_or(self.metadata.authorization_signed_response_alg)
    }

    /// What signs the answers about tokens that it asks for (RFC 9701 §6), by the same rule.
    pub fn introspection_algorithm(&self) -> Algorithm {
        self.signs_or(self.metadata.introspection_signed_response_alg)
    }

    fn signs_or(&self, registered: Option<Algorithm>) -> Algorithm {
        registered.unwrap_or_else(|| {
            if self.demands().algorithms.contains(&Algorithm::RS256) {
                Algorithm::RS256
            } else {
                self.metadata.id_token_signed_response_alg
            }
        })
    }
}

/// What of a registration a profile does not permit, one line a rule.
fn contradictions(client: &Client, demands: &Demands) -> [(bool, Contradiction); 7] {
    let metadata = &client.metadata;
    let mut methods = metadata.token_endpoint_auth_methods.iter();
    let redirects = &metadata.redirect_uris;
    [
        (
            !methods.all(|method| demands.accepts(*method)),
            Contradiction::Method,
        ),
        (
            !metadata
                .grant_types
                .iter()
                .all(|grant| demands.grants.contains(grant)),
            Contradiction::Grant,
        ),
        (
            demands.code_alone
                && (!ClientMetadata::are_default_response_types(&metadata.response_types)
                    || client.allows(GrantType::Implicit)),
            Contradiction::ResponseType,
        ),
        (demands.pkce && !metadata.require_pkce, Contradiction::Pkce),
        (
            demands.protected_redirects && !redirects.iter().all(RedirectUri::is_protected),
            Contradiction::Redirect,
        ),
        (
            !token_algorithms(metadata).all(|one| demands.algorithms.contains(&one)),
            Contradiction::TokenAlgorithm,
        ),
        (
            !other_algorithms(metadata).all(|one| match one {
                Some(algorithm) => demands.algorithms.contains(&algorithm),
                None => !demands.own_signatures,
            }),
            Contradiction::Algorithm,
        ),
    ]
}

/// What signs its tokens.
fn token_algorithms(metadata: &ClientMetadata) -> impl Iterator<Item = Algorithm> {
    let signed = metadata.access_token_format == AccessTokenFormat::Jwt;
    [metadata.id_token_signed_response_alg]
        .into_iter()
        .chain(signed.then_some(metadata.access_token_signed_response_alg))
}

/// What else is registered to be signed with; `None`: not with a key of one's own.
fn other_algorithms(metadata: &ClientMetadata) -> impl Iterator<Item = Option<Algorithm>> {
    let assertion = metadata
        .token_endpoint_auth_signing_alg
        .map(|one| match one {
            SigningAlgorithm::Signature(algorithm) => Some(algorithm),
            SigningAlgorithm::Hs256 => None,
        });
    let object = metadata.request_object_signing_alg.map(|one| match one {
        RequestObjectAlgorithm::Signed(algorithm) => Some(algorithm),
        RequestObjectAlgorithm::Unsigned => None,
    });
    let responses = [
        metadata.authorization_signed_response_alg,
        metadata.introspection_signed_response_alg,
        metadata.userinfo_signed_response_alg,
    ];
    [assertion, object]
        .into_iter()
        .flatten()
        .chain(responses.into_iter().flatten().map(Some))
}
