//! Whether the parts of a registration fit together.

use super::{
    AuthenticationMethod, Client, ClientMetadata, DeliveryMode, GrantType,
    profile::{Contradiction, Profile},
};
use crate::{
    authorize::request_object::RequestObjectAlgorithm, client_auth::tls_client_auth,
    logout::front_channel::origin, pairwise,
};

/// Why the parts of a registration do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No grant.
    #[error("grant_types is empty: name at least one of authorization_code, client_credentials")]
    NoGrant,
    /// No way to authenticate.
    #[error("token_endpoint_auth_methods is empty: a public client has [none]")]
    NoMethod,
    /// `none` beside a secret method.
    #[error(
        "token_endpoint_auth_methods mixes none with others: a client is public or confidential"
    )]
    PublicAndConfidential,
    /// client_secret_jwt, and no secret is sealed.
    #[error(
        "client_secret_jwt needs client_secret in plain, of 32 characters or more: a digest of it cannot check a MAC"
    )]
    SecretNotKept,
    /// An algorithm that no method of the client uses.
    #[error(
        "token_endpoint_auth_signing_alg belongs to another method than token_endpoint_auth_methods names: HS256 to client_secret_jwt, the others to private_key_jwt"
    )]
    AlgorithmOfNoMethod,
    /// tls_client_auth without a name, with several, or a name without it.
    #[error(
        "tls_client_auth needs exactly one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip and _san_email; other methods have none"
    )]
    CertificateName,
    /// private_key_jwt or self_signed_tls_client_auth without keys.
    #[error(
        "private_key_jwt and self_signed_tls_client_auth need the public keys of the client: jwks or jwks_uri"
    )]
    KeysMissing,
    /// Keys in two places.
    #[error("jwks and jwks_uri are both there: keep one of them (RFC 7591 2)")]
    KeysTwice,
    /// A confidential client without a secret.
    #[error(
        "this client authenticates with a secret and has none: give it a secret, or the method none"
    )]
    SecretMissing,
    /// A public client with a secret.
    #[error("a public client has no secret: remove it, or change token_endpoint_auth_methods")]
    SecretOfPublicClient,
    /// client_credentials without a machine user.
    #[error("client_credentials needs machine: the machine user the client acts as")]
    MachineMissing,
    /// client_credentials for anybody.
    #[error("client_credentials is for confidential clients (RFC 6749 §4.4)")]
    MachinePublic,
    /// authorization_code or implicit without a place to answer to.
    #[error("authorization_code and implicit need at least one of redirect_uris")]
    RedirectUriMissing,
    /// Token exchange for anybody.
    #[error("token-exchange is for confidential clients: it tells what a found token is good for")]
    ExchangePublic,
    /// Tokens in the front channel without the grant for it, or a code without its own.
    #[error(
        "response_types needs the grant of each in grant_types: authorization_code for those with code, implicit for those with id_token or token"
    )]
    ResponseTypeWithoutGrant,
    /// No response type.
    #[error("response_types is empty: leave it out for code alone")]
    NoResponseType,
    /// A frame of somebody else on the page that says "signed out" (Front-Channel Logout §2).
    #[error(
        "frontchannel_logout_uri has the scheme, host and port of one of redirect_uris (OpenID Connect Front-Channel Logout 1.0, 2)"
    )]
    FrontChannelLogoutElsewhere,
    /// Tokens that are to be bound, where no key can be proved and no certificate shown.
    #[error(
        "dpop_bound_access_tokens and tls_client_certificate_bound_access_tokens do not go with response_types that have token: the authorization endpoint sees the browser of a person, not the client"
    )]
    BoundTokenInBrowser,
    /// Tokens that are to be bound to two things.
    #[error(
        "dpop_bound_access_tokens and tls_client_certificate_bound_access_tokens are both true: keep one of them"
    )]
    BoundTwice,
    /// Something that the profile of the client does not permit.
    #[error("profile {0}: {1}")]
    Profile(Profile, Contradiction),
    /// Signed request objects without keys, or unsigned ones of a client that has to sign.
    #[error(
        "request_object_signing_alg and require_signed_request_object need the public keys of the client (jwks or jwks_uri), and do not go with none"
    )]
    RequestObjectKeys,
    /// CIBA for anybody.
    #[error(
        "urn:openid:params:grant-type:ciba is for confidential clients: whoever asks for a person has to be known"
    )]
    BackchannelPublic,
    /// CIBA without a mode, or a mode without CIBA.
    #[error(
        "backchannel_token_delivery_mode (poll or ping) goes with the grant urn:openid:params:grant-type:ciba, and the grant with it"
    )]
    BackchannelMode,
    /// Ping without an address, or an address without ping.
    #[error(
        "backchannel_client_notification_endpoint goes with backchannel_token_delivery_mode: ping, and the mode with it"
    )]
    BackchannelEndpoint,
    /// Signed requests without keys.
    #[error(
        "backchannel_authentication_request_signing_alg needs the public keys of the client (jwks or jwks_uri) and the grant urn:openid:params:grant-type:ciba"
    )]
    BackchannelKeys,
    /// Pairwise names, and no sector that is the client's.
    #[error(
        "subject_type: pairwise needs sector_identifier_uri, unless redirect_uris are https URLs of one host"
    )]
    SectorMissing,
    /// Pairwise names, and tokens that tell others.
    #[error(
        "subject_type: pairwise does not go with the grant token-exchange, whose tokens are JWTs with the identifiers that all know"
    )]
    PairwiseExchange,
    /// Encrypted for without a key, or by halves.
    #[error(
        "*_encrypted_response_alg needs the public keys of the client (jwks or jwks_uri), and *_encrypted_response_enc needs *_encrypted_response_alg beside it (OpenID Connect Registration 2)"
    )]
    Encryption,
    /// A public client without PKCE.
    #[error(
        "require_pkce: false is for confidential clients: nothing else protects the code of a public one"
    )]
    PublicWithoutPkce,
    /// refresh_token without a grant that gives one.
    #[error(
        "refresh_token needs authorization_code, urn:ietf:params:oauth:grant-type:device_code or urn:openid:params:grant-type:ciba beside it"
    )]
    RefreshAlone,
    /// A client that nobody vouches for, with more than such a one may have.
    #[error(
        "a client that registered itself always asks for consent, and has no machine_user, introspects, role_claims, zitadel or grant in which no person takes part"
    )]
    SelfRegistered,
    /// A name that cannot be shown.
    #[error("client_name has 1 to 200 characters")]
    Name,
    /// A project that cannot be part of a scope.
    #[error("the project of zitadel has 1 to 64 characters out of A-Z a-z 0-9 . _ - ~")]
    Project,
}

impl Client {
    /// Checks what no single field can tell.
    ///
    /// # Errors
    /// The first [`ClientError`] found.
    pub fn check(&self) -> Result<(), ClientError> {
        let metadata = &self.metadata;
        let methods = &metadata.token_endpoint_auth_methods;
        let code = self.allows(GrantType::AuthorizationCode);
        let implicit = self.allows(GrantType::Implicit);
        let device = self.allows(GrantType::DeviceCode);
        let ciba = self.allows(GrantType::Ciba);
        let mode = metadata.backchannel_token_delivery_mode;
        let told_at = metadata.backchannel_client_notification_endpoint.is_some();
        let signs_backchannel = metadata
            .backchannel_authentication_request_signing_alg
            .is_some();
        let machine = self.allows(GrantType::ClientCredentials);
        let public = methods.contains(&AuthenticationMethod::None);
        let signs = methods.contains(&AuthenticationMethod::PrivateKeyJwt)
            || methods.contains(&AuthenticationMethod::SelfSignedTlsClientAuth);
        let named = methods.contains(&AuthenticationMethod::TlsClientAuth);
        let shares = methods.contains(&AuthenticationMethod::ClientSecretJwt);
        let algorithm = metadata.token_endpoint_auth_signing_alg;
        let unsigned_requests =
            metadata.request_object_signing_alg == Some(RequestObjectAlgorithm::Unsigned);
        let signs_requests = self.signs_requests()
            || metadata.request_object_signing_alg.is_some() && !unsigned_requests;
        let failures = [
            (
                !(1..=200).contains(&metadata.client_name.chars().count()),
                ClientError::Name,
            ),
            (self.exceeds_its_origin(), ClientError::SelfRegistered),
            (metadata.grant_types.is_empty(), ClientError::NoGrant),
            (methods.is_empty(), ClientError::NoMethod),
            (
                public && methods.len() > 1,
                ClientError::PublicAndConfidential,
            ),
            (
                public && !self.secrets.is_empty(),
                ClientError::SecretOfPublicClient,
            ),
            (
                methods.iter().any(|method| method.uses_secret()) && self.secrets.is_empty(),
                ClientError::SecretMissing,
            ),
            (
                shares && self.secrets.iter().all(|secret| secret.sealed.is_none()),
                ClientError::SecretNotKept,
            ),
            (
                metadata.jwks.is_some() && metadata.jwks_uri.is_some(),
                ClientError::KeysTwice,
            ),
            (signs && !metadata.has_keys(), ClientError::KeysMissing),
            (
                algorithm.is_some_and(|algorithm| !methods.contains(&algorithm.method())),
                ClientError::AlgorithmOfNoMethod,
            ),
            (
                tls_client_auth::check(metadata, named).is_err(),
                ClientError::CertificateName,
            ),
            (machine && public, ClientError::MachinePublic),
            (
                public && self.allows(GrantType::TokenExchange),
                ClientError::ExchangePublic,
            ),
            (
                machine && self.machine.is_none(),
                ClientError::MachineMissing,
            ),
            (
                (code || implicit) && metadata.redirect_uris.is_empty(),
                ClientError::RedirectUriMissing,
            ),
            (
                metadata.response_types.is_empty(),
                ClientError::NoResponseType,
            ),
            (
                // The default stands for what the client may do: it may have no grant for it.
                !ClientMetadata::are_default_response_types(&metadata.response_types)
                    && !metadata
                        .response_types
                        .iter()
                        .all(|kind| kind.fits(&metadata.grant_types)),
                ClientError::ResponseTypeWithoutGrant,
            ),
            (
                (metadata.dpop_bound_access_tokens || self.binds_to_certificate())
                    && metadata.response_types.iter().any(|kind| kind.has_token()),
                ClientError::BoundTokenInBrowser,
            ),
            (
                metadata.dpop_bound_access_tokens && self.binds_to_certificate(),
                ClientError::BoundTwice,
            ),
            (
                metadata
                    .frontchannel_logout_uri
                    .as_deref()
                    .map(origin)
                    .is_some_and(|own| {
                        own.is_none() || !redirect_origins(metadata).any(|other| other == own)
                    }),
                ClientError::FrontChannelLogoutElsewhere,
            ),
            (
                signs_requests && !metadata.has_keys()
                    || unsigned_requests && metadata.require_signed_request_object,
                ClientError::RequestObjectKeys,
            ),
            (!encryption_fits(metadata), ClientError::Encryption),
            (
                !metadata.subject_type.is_public() && pairwise::sector(metadata).is_none(),
                ClientError::SectorMissing,
            ),
            (
                !metadata.subject_type.is_public() && self.allows(GrantType::TokenExchange),
                ClientError::PairwiseExchange,
            ),
            (
                public && !metadata.require_pkce,
                ClientError::PublicWithoutPkce,
            ),
            (
                self.allows(GrantType::RefreshToken) && !code && !device && !ciba,
                ClientError::RefreshAlone,
            ),
            (ciba && public, ClientError::BackchannelPublic),
            (ciba != mode.is_some(), ClientError::BackchannelMode),
            (
                told_at != (mode == Some(DeliveryMode::Ping)),
                ClientError::BackchannelEndpoint,
            ),
            (
                signs_backchannel && !(ciba && metadata.has_keys()),
                ClientError::BackchannelKeys,
            ),
            (
                metadata.zitadel.as_ref().is_some_and(|own| !own.is_valid()),
                ClientError::Project,
            ),
        ];
        failures
            .into_iter()
            .find(|(failed, _)| *failed)
            .map_or(Ok(()), |(_, error)| Err(error))?;
        self.check_profile()
    }
}

fn encryption_fits(metadata: &ClientMetadata) -> bool {
    let ways = [
        (
            metadata.id_token_encrypted_response_alg,
            metadata.id_token_encrypted_response_enc,
        ),
        (
            metadata.userinfo_encrypted_response_alg,
            metadata.userinfo_encrypted_response_enc,
        ),
    ];
    ways.iter().all(|(key, content)| match (key, content) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(_), _) => metadata.has_keys(),
    })
}

fn redirect_origins(metadata: &ClientMetadata) -> impl Iterator<Item = Option<String>> {
    metadata
        .redirect_uris
        .iter()
        .map(|uri| origin(uri.as_str()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::*;
    use crate::{client::Origin, id::Id};

    fn check(changes: &Value) -> Result<(), ClientError> {
        let mut metadata = json!({
            "client_name": "The App",
            "token_endpoint_auth_methods": ["none"],
            "grant_types": ["authorization_code", "implicit"],
            "redirect_uris": ["https://app.example/callback"],
        });
        for (name, value) in changes.as_object().unwrap() {
            metadata[name] = value.clone();
        }
        Client {
            id: Id::parse("app").unwrap(),
            organization: None,
            machine: None,
            secrets: Vec::new(),
            disabled_at: None,
            origin: Origin::Operator,
            metadata: serde_json::from_value(metadata).unwrap(),
        }
        .check()
    }

    #[test]
    fn tokens_that_are_bound_to_a_key_do_not_pass_through_the_browser() {
        for (kind, expected) in [
            ("code", Ok(())),
            ("code id_token", Ok(())),
            ("code token", Err(ClientError::BoundTokenInBrowser)),
            ("id_token token", Err(ClientError::BoundTokenInBrowser)),
        ] {
            let changes = json!({"dpop_bound_access_tokens": true, "response_types": [kind]});
            assert_eq!(check(&changes), expected, "{kind}");
            assert_eq!(check(&json!({"response_types": [kind]})), Ok(()), "{kind}");
        }
    }

    #[test]
    fn a_frame_belongs_to_where_the_client_is_called_back() {
        for (uri, expected) in [
            ("https://app.example/logout?from=provider", Ok(())),
            ("https://app.example:443/logout", Ok(())),
            (
                "https://app.example:8443/logout",
                Err(ClientError::FrontChannelLogoutElsewhere),
            ),
            (
                "https://evil.example/logout",
                Err(ClientError::FrontChannelLogoutElsewhere),
            ),
            (
                "http://127.0.0.1/logout",
                Err(ClientError::FrontChannelLogoutElsewhere),
            ),
        ] {
            assert_eq!(
                check(&json!({ "frontchannel_logout_uri": uri })),
                expected,
                "{uri}"
            );
        }
    }

    #[test]
    fn whoever_signs_requests_has_keys_here_or_elsewhere() {
        let signs = json!({"require_signed_request_object": true});
        assert_eq!(check(&signs), Err(ClientError::RequestObjectKeys));
        for keys in [
            json!({"jwks": {"keys": []}}),
            json!({"jwks_uri": "https://app.example/keys"}),
        ] {
            let mut changes = signs.clone();
            changes
                .as_object_mut()
                .unwrap()
                .extend(keys.as_object().unwrap().clone());
            assert_eq!(check(&changes), Ok(()), "{changes}");
        }
    }
}
