//! `self_signed_tls_client_auth`: the client shows a certificate in the TLS handshake that is one of
//! those registered in its key set (`x5c`), whoever signed it (RFC 8705 §2.2).
//!
//! The certificate is compared as a whole. Its names and dates mean nothing: it is a key with a
//! wrapping, and withdrawn by taking it out of the key set.
#![doc(alias = "RFC 8705")]

use crate::certificate::Certificate;

/// Whether the certificate is one of those registered, which are in DER.
pub fn matches(registered: &[Vec<u8>], certificate: &Certificate) -> bool {
    registered.contains(&certificate.der)
}
