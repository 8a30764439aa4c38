//! Reading an X.509 certificate, as far as it says whose it is.
//!
//! Whether an authority vouches for it is for a TLS library to say; that its owner has its key was
//! proven in the handshake. What cannot be read makes the whole certificate unreadable: a name that
//! is passed over could be the one that matters.
#![doc(alias = "X.509")]
#![doc(alias = "RFC 5280")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use symbolon_core::certificate::{Certificate, DistinguishedName};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};

use crate::error::JoseError;

/// The longest certificate that is looked at, in bytes.
pub const LONGEST_CERTIFICATE_BYTES: usize = 16 * 1024;

/// Reads a certificate in DER.
///
/// # Errors
/// [`JoseError::CertificateMalformed`].
pub fn read_certificate(der: &[u8]) -> Result<Certificate, JoseError> {
    read(der).ok_or(JoseError::CertificateMalformed)
}

/// The certificates of a JWK set: the first one of each `x5c`, which is that of the key itself
/// (RFC 7517 §4.7). What cannot be read is passed over.
pub fn registered_certificates(jwks: &Value) -> Vec<Vec<u8>> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    keys.into_iter()
        .flatten()
        .filter_map(|jwk| STANDARD.decode(jwk.get("x5c")?.get(0)?.as_str()?).ok())
        .collect()
}

fn read(der: &[u8]) -> Option<Certificate> {
    if der.len() > LONGEST_CERTIFICATE_BYTES {
        return None;
    }
    let (rest, parsed) = X509Certificate::from_der(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let mut certificate = Certificate {
        der: der.to_vec(),
        subject: name(parsed.subject())?,
        dns: Vec::new(),
        uris: Vec::new(),
        addresses: Vec::new(),
        emails: Vec::new(),
    };
    let alternatives = parsed.subject_alternative_name().ok()?;
    for alternative in alternatives
        .iter()
        .flat_map(|names| &names.value.general_names)
    {
        match alternative {
            GeneralName::DNSName(name) => certificate.dns.push((*name).to_owned()),
            GeneralName::URI(uri) => certificate.uris.push((*uri).to_owned()),
            GeneralName::RFC822Name(email) => certificate.emails.push((*email).to_owned()),
            GeneralName::IPAddress(bytes) => certificate.addresses.push(address(bytes)?),
            GeneralName::Invalid(..) => return None,
            _ => {}
        }
    }
    Some(certificate)
}

fn name(name: &X509Name<'_>) -> Option<DistinguishedName> {
    let levels = name.iter_rdn().map(|level| {
        let pairs = level.iter().map(|pair| {
            let value = pair.as_str().ok()?;
            Some((pair.attr_type().to_id_string(), value.to_owned()))
        });
        pairs.collect::<Option<Vec<_>>>()
    });
    Some(DistinguishedName::new(levels.collect::<Option<_>>()?))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(Ipv4Addr::from_octets(bytes.try_into().ok()?).into()),
        16 => Some(Ipv6Addr::from_octets(bytes.try_into().ok()?).into()),
        _ => None,
    }
}
