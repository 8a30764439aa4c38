//! The certificate that a client showed in the TLS handshake, when a proxy made the handshake.
//!
//! A header of the operator's choice is believed from trusted proxies alone, as their other headers
//! are (requirement A5.5): from everybody else it is not looked at. The proxy has to overwrite it on
//! every request, or a client writes it. That is for the proxy's configuration to see to; here,
//! whatever is ambiguous counts as no certificate.
//!
//! Read is what the common proxies send: base64 of DER between colons (RFC 9440), bare base64
//! (HAProxy; Traefik, whose chain is separated by commas), PEM with percent-encoding (nginx).
#![doc(alias = "RFC 9440")]

use std::{net::IpAddr, sync::Arc};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use symbolon_core::percent;

/// The longest header that is looked at, in bytes: a chain of some certificates.
const LONGEST: usize = 32 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A certificate in DER, whose key the caller has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate(pub Arc<[u8]>);

/// The certificate that a trusted proxy tells of.
pub fn forwarded(
    peer: IpAddr,
    headers: &HeaderMap,
    header: Option<&HeaderName>,
    trusted: &[IpNet],
) -> Option<ClientCertificate> {
    if !is_trusted(peer, trusted) {
        return None;
    }
    let mut values = headers.get_all(header?).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    decode(value.to_str().ok()?)
}

/// Whether the connection comes from a trusted proxy: then a certificate of the connection itself is
/// the proxy's.
pub fn is_trusted(peer: IpAddr, trusted: &[IpNet]) -> bool {
    let peer = peer.to_canonical();
    trusted.iter().any(|network| network.contains(&peer))
}

fn decode(text: &str) -> Option<ClientCertificate> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    if text.len() > LONGEST {
        return None;
    }
    // Not as in a form: a plus stands for itself, and base64 has many.
    let text = percent::decoded(text)?;
    let text = text.trim();
    let first = if let Some(rest) = text.strip_prefix(BEGIN) {
        rest.split_once(END)?.0
    } else if let Some(rest) = text.strip_prefix(':') {
        rest.strip_suffix(':')?
    } else {
        text.split(',').next()?
    };
    let first: String = first.split_ascii_whitespace().collect();
    let der = BASE64.decode(first).ok()?;
    (!der.is_empty()).then(|| ClientCertificate(der.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn from(peer: &str, values: &[&str]) -> Option<Vec<u8>> {
        let header = HeaderName::from_static("client-cert");
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&header, value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        forwarded(peer.parse().unwrap(), &headers, Some(&header), &trusted)
            .map(|found| found.0.to_vec())
    }

    #[test]
    fn every_notation_of_the_common_proxies_is_read() {
        for text in [
            ":+/8B:",
            "+/8B",
            "+/8B,AAAA",
            "-----BEGIN%20CERTIFICATE-----%0A%2B%2F8B%0A-----END%20CERTIFICATE-----%0A",
            "-----BEGIN%20CERTIFICATE-----%0A+/8B%0A-----END%20CERTIFICATE-----%0A",
            "%2B%2F8B",
            ":+/ 8B:",
        ] {
            assert_eq!(
                from("10.1.2.3", &[text]).unwrap(),
                [0xfb, 0xff, 0x01],
                "{text}"
            );
            assert_eq!(from("::ffff:10.1.2.3", &[text]).unwrap().len(), 3);
        }
    }

    #[test]
    fn a5_5_a_stranger_shows_no_certificate_by_a_header() {
        assert_eq!(from("203.0.113.9", &[":+/8B:"]), None);
        assert_eq!(from("11.0.0.1", &[":+/8B:"]), None);
    }

    #[test]
    fn what_is_ambiguous_or_unreadable_is_no_certificate() {
        for values in [
            &[][..],
            &[""],
            &[":+/8B:", ":+/8B:"],
            &[":+/8B"],
            &["::"],
            &["not base64"],
            &["%"],
            &["%+1"],
            &["%zz"],
            &["%ff"],
            &["(null)"],
            &["-----BEGIN%20CERTIFICATE-----%0A+/8B"],
            &[&"A".repeat(40_000)],
        ] {
            assert_eq!(from("10.0.0.1", values), None, "{values:?}");
        }
    }
}
