//! Certificates of clients: shown in the handshake, read when they matter.
#![doc(alias = "RFC 8705")]

use std::sync::Arc;

use symbolon_core::{certificate::Certificate, client::AuthenticationMethod, client::Client};
use symbolon_jose::certificate::read_certificate;
use symbolon_web::client_certificate::ClientCertificate;

use crate::provider::Provider;

/// Says whether an authority that is trusted for clients vouches for a certificate.
pub trait Authorities: Send + Sync {
    /// Whether one does, now.
    fn vouch(&self, certificate: &[u8]) -> bool;
}

/// How clients can show certificates here.
#[derive(Clone, Default)]
pub struct Certificates {
    /// Whether any arrive: by a proxy's header, or by TLS of our own.
    pub arrive: bool,
    /// Who vouches for them.
    pub authorities: Option<Arc<dyn Authorities>>,
}

impl Certificates {
    /// The methods that clients can use here.
    pub(crate) fn methods(&self) -> Vec<AuthenticationMethod> {
        let works = |method: &AuthenticationMethod| match method {
            AuthenticationMethod::TlsClientAuth => self.arrive && self.authorities.is_some(),
            AuthenticationMethod::SelfSignedTlsClientAuth => self.arrive,
            _ => true,
        };
        AuthenticationMethod::ALL
            .iter()
            .copied()
            .filter(works)
            .collect()
    }
}

/// What was found out about a certificate.
pub(crate) struct Shown {
    pub(crate) certificate: Certificate,
    pub(crate) vouched_for: bool,
    pub(crate) registered: Arc<[Vec<u8>]>,
}

/// Looks at the certificate of a call, if the client authenticates by one.
pub(crate) async fn shown(
    provider: &Provider,
    client: &Client,
    certificate: Option<&ClientCertificate>,
) -> Option<Shown> {
    let uses = |method| client.accepted_methods().any(|own| own == method);
    if !client
        .accepted_methods()
        .any(AuthenticationMethod::uses_certificate)
    {
        return None;
    }
    let der = &certificate?.0;
    let certificate = match read_certificate(der) {
        Ok(certificate) => certificate,
        Err(error) => {
            tracing::info!(client = %client.id, %error, "client certificate");
            return None;
        }
    };
    let authorities = provider.certificates.authorities.as_ref();
    let vouched_for = uses(AuthenticationMethod::TlsClientAuth)
        && authorities.is_some_and(|authorities| authorities.vouch(der));
    let registered = if uses(AuthenticationMethod::SelfSignedTlsClientAuth) {
        provider.client_keys.certificates(client, der).await
    } else {
        Arc::default()
    };
    Some(Shown {
        certificate,
        vouched_for,
        registered,
    })
}
