//! Where a request may go. Pure: a table of networks, and a strict reading of addresses.
//!
//! The rule: the address is one that strangers can reach too. Whatever stands for this machine, for
//! its neighbours or for another address inside itself is refused, and what is refused is said by
//! what is permitted: for IPv6 only the global unicast space `2000::/3` is left, less its holes
//! (IANA special-purpose address registries, RFC 6890).
//!
//! A host that is a number has one spelling. `https://2130706433/` and `https://0x7f.1/` are
//! 127.0.0.1 to a URL parser, and not to the eyes of whoever reviews a registration.
#![doc(alias = "SSRF")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

/// Decides where requests may go.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Whether loopback addresses may be reached, also by `http`. For tests alone.
    pub allow_loopback: bool,
    /// Networks that are reached although they are not public: those of the operator.
    pub allowed_networks: Vec<IpNet>,
}

/// A place that a request may go to, unless its name resolves to somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The whole address.
    pub url: Url,
    /// Whether it is reached by TLS.
    pub https: bool,
    /// The port.
    pub port: u16,
}

/// Why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// The address belongs to this machine, to its neighbours, or to nobody.
    #[error("the address is not a public one")]
    AddressNotPublic,
    /// With user and password, or a fragment.
    #[error("the URL has user information or a fragment, which a request has no use for")]
    Decorated,
    /// A number in another spelling than four decimal ones.
    #[error("the host is an IPv4 address in an unusual spelling")]
    HostSpelling,
    /// Plain `http`, or something else that is not `https`.
    #[error("the URL is not https")]
    NotHttps,
    /// No URL with a host.
    #[error("this is no URL with a host")]
    NotUrl,
}

impl Guard {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn target(&self, text: &str) -> Result<Target, Refused> {
        // A parser drops tabs and line breaks, and takes a backslash for a slash.
        if text
            .bytes()
            .any(|byte| byte <= b' ' || byte == b'\\' || byte == 0x7f)
        {
            return Err(Refused::NotUrl);
        }
        let url = Url::parse(text).map_err(|_| Refused::NotUrl)?;
        let host = url.host().ok_or(Refused::NotUrl)?;
        let https = match url.scheme() {
            "https" => true,
            "http" if self.allow_loopback && is_loopback(&host) => false,
            _ => return Err(Refused::NotHttps),
        };
        if !url.username().is_empty() || url.password().is_some() || text.contains('#') {
            return Err(Refused::Decorated);
        }
        match host {
            Host::Domain(_) => {}
            Host::Ipv4(address) if written_host(text) == address.to_string() => {
                self.check(address.into())?;
            }
            Host::Ipv4(_) => return Err(Refused::HostSpelling),
            Host::Ipv6(address) => self.check(address.into())?,
        }
        let port = url.port_or_known_default().ok_or(Refused::NotUrl)?;
        Ok(Target { url, https, port })
    }

    /// Whether a connection to this address may be made.
    ///
    /// # Errors
    /// [`Refused::AddressNotPublic`].
    pub fn check(&self, address: IpAddr) -> Result<(), Refused> {
        let permitted = is_public(address)
            || (self.allow_loopback && address.is_loopback())
            || self
                .allowed_networks
                .iter()
                .any(|network| network.contains(&address));
        if permitted {
            Ok(())
        } else {
            Err(Refused::AddressNotPublic)
        }
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// The host as it was written, before a parser made sense of it.
fn written_host(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Networks of IPv4 that are not public: first address, length of the prefix.
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    // "This network": 0.0.0.0 is this machine.
    ([0, 0, 0, 0], 8),
    // RFC 1918.
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    // Between a carrier and its customers (RFC 6598).
    ([100, 64, 0, 0], 10),
    // Loopback.
    ([127, 0, 0, 0], 8),
    // Link-local: the metadata of most clouds is at 169.254.169.254.
    ([169, 254, 0, 0], 16),
    // Protocol assignments; among them another cloud's metadata, 192.0.0.192.
    ([192, 0, 0, 0], 24),
    // Documentation (RFC 5737).
    ([192, 0, 2, 0], 24),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Relays of 6to4.
    ([192, 88, 99, 0], 24),
    // Benchmarks (RFC 2544).
    ([198, 18, 0, 0], 15),
    // Platform services of one cloud, on every machine in it.
    ([168, 63, 129, 16], 32),
    // Multicast.
    ([224, 0, 0, 0], 4),
    // Reserved, broadcast.
    ([240, 0, 0, 0], 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !NOT_PUBLIC_V4.iter().any(|(network, length)| {
        let mask = u32::MAX << (32 - length);
        bits & mask == u32::from_be_bytes(*network) & mask
    })
}

/// Holes in the global unicast space of IPv6: first segments, length of the prefix.
const NOT_PUBLIC_V6: [([u16; 2], u32); 4] = [
    // Protocol assignments; Teredo, which has an IPv4 address inside, is one of them.
    ([0x2001, 0x0000], 23),
    // Documentation (RFC 3849, RFC 9637).
    ([0x2001, 0x0db8], 32),
    ([0x3fff, 0x0000], 20),
    // 6to4, which has an IPv4 address inside.
    ([0x2002, 0x0000], 16),
];

/// What lies outside of `2000::/3`: `::`, `::1`, IPv4-mapped and -compatible, NAT64 (`64:ff9b::/96`
/// and `64:ff9b:1::/48`), discard, unique local, link-local, site-local, multicast, segment routing.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let inside = |[first, second]: [u16; 2], length: u32| {
        let network = (u128::from(first) << 112) | (u128::from(second) << 96);
        let mask = u128::MAX << (128 - length);
        bits & mask == network & mask
    };
    inside([0x2000, 0], 3)
        && !NOT_PUBLIC_V6
            .iter()
            .any(|(network, length)| inside(*network, *length))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn target(guard: &Guard, url: &str) -> Result<(), Refused> {
        guard.target(url).map(drop)
    }

    #[test]
    fn a4_1_an_address_that_is_not_public_is_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.3",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
        ] {
            let parsed: IpAddr = address.parse().unwrap();
            assert_eq!(
                Guard::default().check(parsed),
                Err(Refused::AddressNotPublic),
                "{address}"
            );
            let url = match parsed {
                IpAddr::V4(_) => format!("https://{address}/keys"),
                IpAddr::V6(_) => format!("https://[{address}]/keys"),
            };
            let refused = target(&Guard::default(), &url);
            assert_eq!(refused, Err(Refused::AddressNotPublic), "{url}");
        }
    }

    #[test]
    fn a_public_address_is_permitted() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert_eq!(
                Guard::default().check(address.parse().unwrap()),
                Ok(()),
                "{address}"
            );
        }
    }

    #[test]
    fn a4_1_a_host_in_decimal_octal_or_hexadecimal_is_refused() {
        for host in [
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "8.8.2056",
            "0x08.8.8.8",
            "１２７.0.0.1",
            "134744072",
        ] {
            let refused = target(&Guard::default(), &format!("https://{host}/"));
            assert_eq!(refused, Err(Refused::HostSpelling), "{host}");
        }
    }

    #[test]
    fn a4_1_only_https_without_decoration_is_requested() {
        for (url, refused) in [
            ("http://client.example/keys", Refused::NotHttps),
            ("http://127.0.0.1/keys", Refused::NotHttps),
            ("http://localhost/keys", Refused::NotHttps),
            ("ftp://client.example/keys", Refused::NotHttps),
            ("file:///etc/passwd", Refused::NotUrl),
            ("gopher://client.example/", Refused::NotHttps),
            ("https://user@client.example/", Refused::Decorated),
            ("https://:pass@client.example/", Refused::Decorated),
            ("https://client.example/#keys", Refused::Decorated),
            ("https://client.example/#", Refused::Decorated),
            ("https:\\\\client.example/", Refused::NotUrl),
            ("https://client.example\t/", Refused::NotUrl),
            (" https://client.example/", Refused::NotUrl),
            ("https://", Refused::NotUrl),
            ("client.example", Refused::NotUrl),
            ("", Refused::NotUrl),
        ] {
            assert_eq!(target(&Guard::default(), url), Err(refused), "{url}");
        }
        for url in [
            "https://client.example/keys?a=b",
            "https://client.example:8443",
            "https://8.8.8.8:8443/keys",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert_eq!(target(&Guard::default(), url), Ok(()), "{url}");
        }
    }

    #[test]
    fn the_switch_for_tests_opens_loopback_and_nothing_else() {
        let open = Guard {
            allow_loopback: true,
            ..Guard::default()
        };
        for url in [
            "http://127.0.0.1:1/",
            "http://[::1]:1/",
            "http://localhost/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(target(&open, url), Ok(()), "{url}");
        }
        for (url, refused) in [
            ("http://client.example/", Refused::NotHttps),
            ("http://10.0.0.1/", Refused::NotHttps),
            ("https://10.0.0.1/", Refused::AddressNotPublic),
            ("https://0.0.0.0/", Refused::AddressNotPublic),
            ("https://[::ffff:127.0.0.1]/", Refused::AddressNotPublic),
            ("https://169.254.169.254/", Refused::AddressNotPublic),
            ("http://2130706433/", Refused::HostSpelling),
        ] {
            assert_eq!(target(&open, url), Err(refused), "{url}");
        }
    }

    #[test]
    fn a_network_of_the_operator_is_reached_by_https_alone() {
        let guard = Guard {
            allowed_networks: vec!["10.1.0.0/16".parse().unwrap()],
            ..Guard::default()
        };
        assert_eq!(target(&guard, "https://10.1.2.3/"), Ok(()));
        assert_eq!(target(&guard, "http://10.1.2.3/"), Err(Refused::NotHttps));
        assert_eq!(
            target(&guard, "https://10.2.0.1/"),
            Err(Refused::AddressNotPublic)
        );
    }
}
