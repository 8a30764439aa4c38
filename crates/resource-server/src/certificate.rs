//! The certificate of a caller, which the host of the API knows: it made the TLS handshake, or trusts
//! the proxy that did.
#![doc(alias = "RFC 8705 §3")]

use std::{fmt, sync::Arc};

use symbolon_core::token::confirmation::{CertificateThumbprint, Shown};

/// A certificate whose key the caller has proven to have in the handshake, in DER. The host puts it
/// among the extensions of each request, outside of the layer; a token that is bound to a certificate
/// is good only beside it. It says nothing of who vouches for it, and need not.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<[u8]>);

impl ClientCertificate {
    /// The certificate of these bytes.
    pub fn of_der(der: impl Into<Arc<[u8]>>) -> Self {
        Self(der.into())
    }

    /// What a request shows that came with it, or with none.
    pub(crate) fn shown(certificate: Option<&Self>) -> Shown {
        Shown {
            key: None,
            certificate: certificate.map(|own| CertificateThumbprint::of(&own.0)),
        }
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ClientCertificate({} bytes)", self.0.len())
    }
}
