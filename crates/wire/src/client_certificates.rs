//! Certificates of clients: asked for in our own handshake, and vouched for by the operator's
//! authorities.
//!
//! In the handshake any certificate is taken: there it only matters that the client has its key.
//! Whether it says anything is decided for the client that shows it, since a self-signed one is as
//! good as any for a client that registered it (RFC 8705 §2.2). Nobody is turned away by TLS: a
//! browser without a certificate, or with one of somebody else's, is served like any other.
#![doc(alias = "RFC 8705")]

use std::{path::Path, sync::Arc};

use axum::extract::Request;
use axum_server::tls::TlsInfo;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{
        CryptoProvider, aws_lc_rs::default_provider, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use symbolon_http::Authorities;
use symbolon_web::client_certificate::ClientCertificate;

/// A configuration of TLS that asks clients for a certificate.
///
/// # Errors
/// What is wrong with the files.
pub fn asking(certificate: &Path, key: &Path) -> Result<ServerConfig, String> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| error.to_string());
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| error.to_string())?;
    let provider = Arc::new(default_provider());
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(Arc::new(AnyCertificate { provider }))
        .with_single_cert(chain, key)
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Tells the request of the certificate that was shown on its connection.
pub async fn tell(mut request: Request) -> Request {
    let shown = request
        .extensions()
        .get::<Arc<TlsInfo>>()
        .and_then(|tls| tls.peer_certificates.first())
        .map(|der| ClientCertificate(der.as_slice().into()));
    if let Some(certificate) = shown {
        request.extensions_mut().insert(certificate);
    }
    request
}

/// The authorities in a file.
///
/// # Errors
/// What is wrong with it.
pub fn authorities(file: &Path) -> Result<Arc<dyn Authorities>, String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let verifier = verifier.map_err(|error| error.to_string())?;
    Ok(Arc::new(Roots { verifier }))
}

struct Roots {
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Authorities for Roots {
    fn vouch(&self, certificate: &[u8]) -> bool {
        // Dates, path, and the use that the certificate is for.
        let certificate = CertificateDer::from(certificate);
        let verified = self
            .verifier
            .verify_client_cert(&certificate, &[], UnixTime::now());
        verified
            .inspect_err(|error| tracing::info!(%error, "client certificate"))
            .is_ok()
    }
}

/// Takes any certificate whose key the client has.
#[derive(Debug)]
struct AnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
