//! Where a request comes from, when proxies stand in between (requirement A5.5).

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The address of the caller: that of the connection, unless the connection comes from a trusted
/// proxy; then the right-most address in `X-Forwarded-For` that is not a trusted proxy itself. What
/// stands left of it was written by the caller and proves nothing. An entry that cannot be read
/// ends the search at the proxy.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|range| range.contains(address));
    let mut nearest = peer.to_canonical();
    if !is_trusted(&nearest) {
        return nearest;
    }
    let values = headers.get_all("x-forwarded-for");
    let mut hops: Vec<&str> = Vec::new();
    for value in &values {
        let Ok(text) = value.to_str() else {
            return nearest;
        };
        hops.extend(text.split(',').map(str::trim));
    }
    for hop in hops.into_iter().rev().take(32) {
        let Ok(address) = hop.parse::<IpAddr>() else {
            return nearest;
        };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            return nearest;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn address(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", http::HeaderValue::from_static(value));
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a5_5_a_stranger_cannot_say_where_it_comes_from() {
        assert_eq!(address("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
    }

    #[test]
    fn a5_5_the_right_most_untrusted_hop_counts() {
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6, 203.0.113.9, 10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6", "203.0.113.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn a5_5_what_cannot_be_read_ends_the_search() {
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6, rubbish, 10.0.0.2"]),
            "10.0.0.2"
        );
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn an_address_mapped_into_ipv6_is_the_address() {
        assert_eq!(address("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    }
}
