//! Every path of an issuer has other addresses too, for faults that send clients there.

use http::Uri;

const PREFIX: &str = "/elsewhere/";

/// An address of a path, as different as `name` is.
pub(crate) fn address(issuer: &str, name: &str, path: &str) -> String {
    format!("{issuer}{PREFIX}{name}{path}")
}

/// The path that is meant, if this is an address of another one.
pub(crate) fn real(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(PREFIX)?;
    rest.get(rest.find('/')?..)
}

/// The same query at another path.
pub(crate) fn moved(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}"));
    let moved = format!("{path}{}", query.unwrap_or_default());
    moved.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back() {
        let address = address("", "x1", "/oauth/v2/keys");
        assert_eq!(real(&address), Some("/oauth/v2/keys"));
        assert_eq!(real("/oauth/v2/keys"), None);
        let uri = Uri::from_static("/elsewhere/x1/a?b=c");
        assert_eq!(moved(&uri, "/a"), Uri::from_static("/a?b=c"));
    }
}
