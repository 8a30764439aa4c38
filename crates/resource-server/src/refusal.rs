//! Every way in which a request does not come through, and what its caller is told.
#![doc(alias = "RFC 6750 §3")]

use http::{HeaderValue, Response, StatusCode, header};
use symbolon_core::{
    id::Id,
    policy::{api::Api, api_scope::ApiScope, decision::Reason, path::PathRefusal},
    resource_metadata::challenge as challenge_with,
};

/// Why a request does not come through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Two `Authorization` headers, another scheme, or no token where one should be.
    AuthorizationMalformed,
    /// The token is bound to a certificate (RFC 8705 §3), and another one is shown, or none.
    CertificateOther,
    /// The rules do not allow it.
    Denied {
        /// The scope of the endpoint.
        needed: ApiScope,
        /// Why not. The caller is not told.
        reason: Reason,
    },
    /// There is no such endpoint, or the path may mean two things.
    NoEndpoint(PathRefusal),
    /// `X-Target-Org-Id` is no identifier.
    OrganizationMalformed,
    /// `X-Target-Org-Id` is there twice.
    OrganizationRepeated,
    /// The token is not genuine, not for this API, expired, or revoked.
    TokenInvalid,
    /// There is no token.
    TokenMissing,
    /// Nothing that may be decided by is there, or the provider would have to be asked and does not
    /// answer.
    Unavailable,
}

impl Refusal {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::AuthorizationMalformed
            | Self::OrganizationMalformed
            | Self::OrganizationRepeated => StatusCode::BAD_REQUEST,
            Self::Denied { .. } | Self::NoEndpoint(_) => StatusCode::FORBIDDEN,
            Self::CertificateOther | Self::TokenInvalid | Self::TokenMissing => {
                StatusCode::UNAUTHORIZED
            }
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The answer: everything is in its head. `metadata`: where the metadata of the API is.
    pub fn response<B: Default>(&self, audience: &Id<Api>, metadata: Option<&str>) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if *self == Self::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        } else {
            let challenge = self.challenge(audience);
            let challenge = match metadata {
                Some(address) => challenge_with(&challenge, address),
                None => challenge,
            };
            if let Ok(challenge) = HeaderValue::try_from(challenge) {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        response
    }

    /// The challenge. A request without a token is told the scheme and no error (RFC 6750 §3.1). An
    /// identifier and a scope have no quotation mark and no backslash.
    fn challenge(&self, audience: &Id<Api>) -> String {
        let error = match self {
            Self::AuthorizationMalformed => invalid_request("present one token, as Bearer"),
            Self::CertificateOther => {
                ", error=\"invalid_token\", error_description=\"the access token is bound to a \
                 certificate: show it in the TLS handshake\""
                    .to_owned()
            }
            Self::Denied { needed, .. } => {
                format!(", error=\"insufficient_scope\", scope=\"{needed}\"")
            }
            Self::NoEndpoint(_) => ", error=\"insufficient_scope\"".to_owned(),
            Self::OrganizationMalformed => invalid_request("X-Target-Org-Id is no identifier"),
            Self::OrganizationRepeated => invalid_request("X-Target-Org-Id is there twice"),
            Self::TokenInvalid => {
                ", error=\"invalid_token\", error_description=\"the access token \
                                   is invalid, expired or revoked, or is not for this API\""
                    .to_owned()
            }
            Self::TokenMissing | Self::Unavailable => String::new(),
        };
        format!("Bearer realm=\"{audience}\"{error}")
    }
}

fn invalid_request(description: &str) -> String {
    format!(", error=\"invalid_request\", error_description=\"{description}\"")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_caller_is_told_what_to_do_about_it_and_no_more() {
        let denied = |reason| Refusal::Denied {
            needed: ApiScope::parse("Invoices.Read").unwrap(),
            reason,
        };
        let insufficient = "403 Bearer realm=\"https://api.example\", \
                            error=\"insufficient_scope\", scope=\"Invoices.Read\"";
        for (refusal, expected) in [
            (
                Refusal::TokenMissing,
                "401 Bearer realm=\"https://api.example\"",
            ),
            (
                Refusal::TokenInvalid,
                "401 Bearer realm=\"https://api.example\", error=\"invalid_token\", \
                 error_description=\"the access token is invalid, expired or revoked, or is not \
                 for this API\"",
            ),
            (
                Refusal::AuthorizationMalformed,
                "400 Bearer realm=\"https://api.example\", error=\"invalid_request\", \
                 error_description=\"present one token, as Bearer\"",
            ),
            (
                Refusal::OrganizationRepeated,
                "400 Bearer realm=\"https://api.example\", error=\"invalid_request\", \
                 error_description=\"X-Target-Org-Id is there twice\"",
            ),
            // An organization that does not exist looks like one without roles.
            (denied(Reason::NoRoleInOrganization), insufficient),
            (denied(Reason::DeniedByRule), insufficient),
            (
                Refusal::NoEndpoint(PathRefusal::DotSegment),
                "403 Bearer realm=\"https://api.example\", error=\"insufficient_scope\"",
            ),
            (Refusal::Unavailable, "503 "),
        ] {
            let audience = Id::parse("https://api.example").unwrap();
            let response = refusal.response::<()>(&audience, None);
            let challenge = response.headers().get(header::WWW_AUTHENTICATE);
            let challenge = challenge.map_or("", |value| value.to_str().unwrap());
            let told = format!("{} {challenge}", response.status().as_u16());
            assert_eq!(told, expected);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        }
    }
}
