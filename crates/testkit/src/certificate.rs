//! A certificate that signs itself, for what speaks https on this machine.

use std::sync::Arc;

/// A certificate for 127.0.0.1 that signs itself, with its key.
pub struct OwnCertificate(rcgen::CertifiedKey<rcgen::KeyPair>);

impl OwnCertificate {
    /// A new one.
    ///
    /// # Panics
    /// When none can be made.
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]);
        Self(made.unwrap_or_else(|error| panic!("no certificate: {error}")))
    }

    /// The certificate, in PEM.
    pub fn pem(&self) -> String {
        self.0.cert.pem()
    }

    /// Its key, in PEM.
    pub fn key_pem(&self) -> String {
        self.0.signing_key.serialize_pem()
    }

    /// What a server proves with it who it is.
    pub(crate) fn tls(&self) -> Arc<rustls::ServerConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = vec![self.0.cert.der().clone()];
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(self.0.signing_key.serialize_der());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config
                    .with_no_client_auth()
                    .with_single_cert(chain, key.into())
            });
        Arc::new(config.unwrap_or_else(|error| panic!("no https: {error}")))
    }
}

impl Default for OwnCertificate {
    fn default() -> Self {
        Self::new()
    }
}
