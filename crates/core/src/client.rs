//! Clients: the applications and machines that ask for tokens.
#![doc(alias = "RFC 7591")]

mod backchannel;
mod check;
mod metadata;
mod origin;
mod page;
pub mod profile;
mod role_claims;

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use self::profile::Profile;
use crate::{
    algorithm::Algorithm,
    authorize::{
        object_uri::ObjectUri, request_object::RequestObjectAlgorithm, response_mode::ResponseMode,
        response_type::ResponseType,
    },
    certificate::DistinguishedName,
    client_auth::assertion::SigningAlgorithm,
    encryption::{ContentEncryption, KeyManagement},
    id::Id,
    organization::Organization,
    pairwise::SubjectType,
    redirect_uri::RedirectUri,
    reserved_scope::Reserved,
    scope::{STANDARD, Scope},
    secret::{ClientSecret, Digest},
    subject::Subject,
    time::{Lifetime, Timestamp},
    words::words,
};

pub use backchannel::DeliveryMode;
pub use check::ClientError;
pub use origin::Origin;
pub use role_claims::{RoleClaims, Zitadel};

/// A registered client. The names of the fields are those of RFC 7591 §2 and of OpenID Connect
/// Dynamic Client Registration §2 where these have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: Id<Client>,
    /// The organization that owns it.
    pub organization: Option<Id<Organization>>,
    /// The machine user it acts as with client_credentials.
    pub machine: Option<Id<Subject>>,
    /// The digests of its secrets: several while one is rotated.
    pub secrets: Vec<StoredSecret>,
    /// Since when it is shut out, if so.
    pub disabled_at: Option<Timestamp>,
    /// How it came to be known.
    pub origin: Origin,
    /// Everything else.
    pub metadata: ClientMetadata,
}

/// A client secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// SHA-256 of the secret.
    pub digest: Digest<ClientSecret>,
    /// Until when it is good; `None` for ever.
    pub expires_at: Option<Timestamp>,
    /// The secret itself, sealed: only for clients with the method client_secret_jwt.
    pub sealed: Option<Vec<u8>>,
}

/// What is registered of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMetadata {
    /// What people see.
    pub client_name: String,
    /// How it may authenticate.
    #[serde(default = "ClientMetadata::default_methods")]
    pub token_endpoint_auth_methods: Vec<AuthenticationMethod>,
    /// What it signs its assertions with; `None`: anything that fits its methods
    /// (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<SigningAlgorithm>,
    /// Its public keys (RFC 7591 §2), a JWK Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys are, in the place of `jwks`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub jwks_uri: Option<String>,
    /// The subject of its certificate, as one of five ways to name it (RFC 8705 §2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<DistinguishedName>,
    /// A host name in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An address in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<IpAddr>,
    /// An e-mail address in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Which grants it may use.
    pub grant_types: Vec<GrantType>,
    /// What the authorization endpoint may hand out to it.
    #[serde(
        default = "ClientMetadata::default_response_types",
        skip_serializing_if = "ClientMetadata::are_default_response_types"
    )]
    pub response_types: Vec<ResponseType>,
    /// How the answers to it may travel; all modes when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_modes: Vec<ResponseMode>,
    /// What signs its authorization responses, when it asks for signed ones (JARM §3); RS256 when
    /// it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<Algorithm>,
    /// What it signs its request objects with (OIDC Registration §2); `None`: anything that fits its
    /// keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<RequestObjectAlgorithm>,
    /// What it declares to encrypt them with: other supported ways, and none, are as good (OIDC
    /// Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_alg: Option<KeyManagement>,
    /// As above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_enc: Option<ContentEncryption>,
    /// Where its request objects may be fetched from (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<ObjectUri>,
    /// Whether all of its requests have to be signed (RFC 9101 §10.5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_signed_request_object: bool,
    /// Whether all of its requests have to be pushed (RFC 9126 §6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// How it learns that somebody decided whom it asked for in the back channel (CIBA §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<DeliveryMode>,
    /// Where it is told, in the mode `ping`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// What it signs its requests in the back channel with; `None`: it does not sign them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<Algorithm>,
    /// Whether it has to use PKCE (RFC 7636). Only a confidential client can be exempt
    /// (requirement A2.4).
    #[serde(
        default = "ClientMetadata::yes",
        skip_serializing_if = "ClientMetadata::is_yes"
    )]
    pub require_pkce: bool,
    /// How old sign-ins may be, in seconds, when a request does not say (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Where others may send people to start signing in to it (OIDC Core §4).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::https_page"
    )]
    pub initiate_login_uri: Option<String>,
    /// Where codes may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may be sent after signing out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it is told, from server to server, that a session ended (Back-Channel Logout §2.2).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it has to be told which session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// What the browser loads of it when a session ended (Front-Channel Logout §2).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it has to be told which session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// The API scopes it may ask for, beside the standard ones.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The types of authorization details that it may ask for (RFC 9396 §10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// Whether people are asked.
    #[serde(default)]
    pub consent: ConsentPolicy,
    /// The form of its access tokens.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// What signs its JWT access tokens.
    #[serde(default = "ClientMetadata::default_algorithm")]
    pub access_token_signed_response_alg: Algorithm,
    /// What signs its ID tokens (OIDC Registration §2).
    #[serde(default = "ClientMetadata::default_algorithm")]
    pub id_token_signed_response_alg: Algorithm,
    /// How its ID tokens are encrypted, if they are: how the key gets there (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyManagement>,
    /// What encrypts them; A128CBC-HS256 when it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// What signs the answers of the userinfo endpoint; `None`: they are plain JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// As for ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<KeyManagement>,
    /// As for ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// What it calls people (OIDC Core §8). Pairwise makes its access tokens opaque.
    #[serde(default, skip_serializing_if = "SubjectType::is_public")]
    pub subject_type: SubjectType,
    /// Where its redirect URIs are listed, if it shares its names of people with clients of other
    /// hosts (OIDC Core §8.1).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub sector_identifier_uri: Option<String>,
    /// Its access tokens' lifetime in seconds, where it is shorter than the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<Lifetime>,
    /// Whether its access tokens are always bound to a key (RFC 9449 §5.2): a token request without
    /// a DPoP proof is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// Whether its access tokens are always bound to its certificate (RFC 8705 §3.4): a token request
    /// without one is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What signs the answers about tokens that it asks for as JWTs (RFC 9701 §6); RS256 when it does
    /// not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<Algorithm>,
    /// A set of rules that it is held to, all of them, whatever else is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The `aud` of its access tokens (RFC 9068 §2.2); the issuer when empty. Of these, a request
    /// may pick some by `resource` (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Where roles are told as a flat list.
    #[serde(default, skip_serializing_if = "RoleClaims::is_none")]
    pub role_claims: RoleClaims,
    /// Whether roles are told in the shape that applications built for Zitadel read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zitadel: Option<Zitadel>,
    /// As a resource server or gateway: the audiences whose tokens it may introspect (RFC 7662
    /// §2.1), beside the tokens that were issued to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspects: Vec<String>,
    /// Its home page.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub logo_uri: Option<String>,
    /// Its privacy policy.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "page::web_page"
    )]
    pub tos_uri: Option<String>,
}

words! {
    /// How a client authenticates (RFC 7591 §2 `token_endpoint_auth_method`).
    AuthenticationMethod {
        /// HTTP Basic (RFC 6749 §2.3.1).
        ClientSecretBasic = "client_secret_basic",
        /// In the body (RFC 6749 §2.3.1).
        ClientSecretPost = "client_secret_post",
        /// An assertion under a MAC (OIDC Core §9).
        ClientSecretJwt = "client_secret_jwt",
        /// A signed assertion (OIDC Core §9).
        PrivateKeyJwt = "private_key_jwt",
        /// A certificate of a trusted authority (RFC 8705 §2.1).
        TlsClientAuth = "tls_client_auth",
        /// A registered certificate (RFC 8705 §2.2).
        SelfSignedTlsClientAuth = "self_signed_tls_client_auth",
        /// Not at all: a public client.
        None = "none",
    }
}

words! {
    /// The grants that work here.
    GrantType {
        /// RFC 6749 §4.1.
        AuthorizationCode = "authorization_code",
        /// RFC 6749 §6.
        RefreshToken = "refresh_token",
        /// RFC 6749 §4.4.
        ClientCredentials = "client_credentials",
        /// RFC 8693 §2.1.
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange",
        /// RFC 8628 §3.4.
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
        /// RFC 7523 §2.1.
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        /// CIBA §10.1.
        Ciba = "urn:openid:params:grant-type:ciba",
        /// RFC 6749 §4.2, as OIDC Core §3.2 and §3.3 use it. Legacy.
        Implicit = "implicit",
    }
}

words! {
    /// Where claims stand.
    Place {
        /// The access token and what introspection says of it.
        AccessToken = "access_token",
        /// The ID token.
        IdToken = "id_token",
        /// The answer of the userinfo endpoint.
        Userinfo = "userinfo",
    }
}

/// Whether people are asked before a client gets their data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentPolicy {
    /// Asked for everything new.
    #[default]
    Required,
    /// Never asked: the client is the operator's own (requirement A6.5, the trusted flag).
    Implicit,
}

/// The form of access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// A JWT that an API verifies by itself (RFC 9068).
    #[default]
    Jwt,
    /// A random text that an API asks us about (RFC 7662).
    Opaque,
}

impl StoredSecret {
    /// Whether it is good now.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }

    /// The sealed secret, if it is kept.
    pub fn sealed(&self) -> Option<&[u8]> {
        self.sealed.as_deref()
    }

    /// What the secret is sealed for: so that nobody can move it to another client.
    pub fn place(client: &Id<Client>, digest: &Digest<ClientSecret>) -> String {
        format!("client-secret:{client}:{}", digest.hexadecimal())
    }
}

impl fmt::Debug for StoredSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredSecret")
            .field("digest", &self.digest)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Whether it has a secret to keep (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_methods == [AuthenticationMethod::None]
    }

    /// Whether it may use the grant.
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// The part of a requested scope that it may have. Words that nobody knows are left out, as
    /// OIDC Core §3.1.2.1 asks.
    pub fn grantable(&self, requested: &Scope) -> Scope {
        requested.filtered(|word| match Reserved::of(word) {
            Some(reserved) => self.may_use(&reserved),
            None => STANDARD.contains(&word) || self.metadata.scope.contains(word),
        })
    }

    /// Whether a reserved word of this client means anything.
    pub fn may_use(&self, reserved: &Reserved<'_>) -> bool {
        match reserved {
            Reserved::Home(_)
            | Reserved::Nowhere
            | Reserved::Organization(_)
            | Reserved::Within(_) => true,
            Reserved::NoApi => false,
            Reserved::ResourceOwner
            | Reserved::Role(_)
            | Reserved::Roles
            | Reserved::RolesByProject => self.metadata.zitadel.is_some(),
            Reserved::Audience(project) => self.metadata.zitadel.as_ref().is_some_and(|zitadel| {
                zitadel.project == *project
                    || self.metadata.audience.iter().any(|own| own == project)
            }),
        }
    }
}

impl AuthenticationMethod {
    /// Whether it rests on a client secret.
    pub const fn uses_secret(self) -> bool {
        matches!(
            self,
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt
        )
    }

    /// Whether it rests on a certificate that is shown in the TLS handshake.
    pub const fn uses_certificate(self) -> bool {
        matches!(self, Self::SelfSignedTlsClientAuth | Self::TlsClientAuth)
    }
}
