//! `tls_client_auth`: the client shows a certificate of a trusted authority in the TLS handshake, and
//! one registered name in it is the client's (RFC 8705 §2.1).
//!
//! The authorities are the operator's own, for this purpose alone: any public one would vouch for
//! anybody's names.
#![doc(alias = "RFC 8705")]

use crate::{
    certificate::Certificate,
    client::{ClientError, ClientMetadata},
};

/// Whether the certificate has the registered name.
pub fn matches(metadata: &ClientMetadata, certificate: &Certificate) -> bool {
    let subject = metadata.tls_client_auth_subject_dn.as_ref();
    let address = metadata.tls_client_auth_san_ip.as_ref();
    subject.is_some_and(|name| certificate.subject == *name)
        || has(&certificate.dns, metadata.tls_client_auth_san_dns.as_ref())
        || has(&certificate.uris, metadata.tls_client_auth_san_uri.as_ref())
        || address.is_some_and(|address| certificate.addresses.contains(address))
        || has(
            &certificate.emails,
            metadata.tls_client_auth_san_email.as_ref(),
        )
}

/// RFC 8705 §2.1.2: exactly one name is registered with this method, and none without it.
///
/// # Errors
/// [`ClientError::CertificateName`].
pub fn check(metadata: &ClientMetadata, is_method: bool) -> Result<(), ClientError> {
    let names = [
        metadata.tls_client_auth_subject_dn.is_some(),
        metadata.tls_client_auth_san_dns.is_some(),
        metadata.tls_client_auth_san_uri.is_some(),
        metadata.tls_client_auth_san_ip.is_some(),
        metadata.tls_client_auth_san_email.is_some(),
    ];
    let count = names.into_iter().filter(|named| *named).count();
    if count == usize::from(is_method) {
        Ok(())
    } else {
        Err(ClientError::CertificateName)
    }
}

fn has(names: &[String], registered: Option<&String>) -> bool {
    registered.is_some_and(|registered| !registered.is_empty() && names.contains(registered))
}
