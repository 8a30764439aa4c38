//! What a browser carries to the client's site.

use url::Url;

/// What the browser carries to the client's site.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The address, with the parameters of a fragment or a form taken out.
    pub url: Url,
    /// How the parameters travel.
    pub mode: ResponseMode,
    /// The parameters, in their order. No name occurs twice.
    pub parameters: Vec<(String, String)>,
}

/// How parameters travel to the client: OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post
/// Response Mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In the fragment of a redirect.
    Fragment,
    /// In a form that the page posts.
    FormPost,
}

impl Callback {
    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .parameters
            .iter()
            .find(|(parameter, _)| parameter == name)?;
        Some(value)
    }

    /// The authorization code.
    ///
    /// # Panics
    /// When there is none: with what came instead.
    pub fn code(&self) -> &str {
        self.parameter("code")
            .unwrap_or_else(|| panic!("no code in {self:?}"))
    }

    /// The error code: empty when the answer is no error.
    pub fn error(&self) -> &str {
        self.parameter("error").unwrap_or_default()
    }

    /// The address as the client's site gets to see it, for a library that reads it itself.
    pub fn address(&self) -> Url {
        let mut address = self.url.clone();
        if self.mode == ResponseMode::Query {
            return address;
        }
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(&self.parameters);
        let encoded = encoded.finish();
        match self.mode {
            ResponseMode::Fragment => address.set_fragment(Some(&encoded)),
            ResponseMode::Query | ResponseMode::FormPost => {}
        }
        address
    }

    pub(crate) fn of_redirect(mut url: Url) -> Self {
        let fragment = url.fragment().map(str::to_owned);
        match fragment {
            Some(fragment) => {
                url.set_fragment(None);
                Self::new(url, ResponseMode::Fragment, pairs(&fragment))
            }
            None => {
                let query = pairs(url.query().unwrap_or_default());
                Self::new(url, ResponseMode::Query, query)
            }
        }
    }

    pub(crate) fn new(url: Url, mode: ResponseMode, parameters: Vec<(String, String)>) -> Self {
        let callback = Self {
            url,
            mode,
            parameters,
        };
        for (index, (name, _)) in callback.parameters.iter().enumerate() {
            // RFC 6749 §3.1: parameters must not be included more than once.
            let twice = callback.parameters[..index]
                .iter()
                .any(|(earlier, _)| earlier == name);
            assert!(!twice, "{name} comes twice in {callback:?}");
        }
        callback
    }
}

fn pairs(encoded: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded.as_bytes())
        .into_owned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn a_redirect_is_read_from_its_query_or_its_fragment() {
        let query = Callback::of_redirect(parse("http://c:1/cb?code=a%20b&state=c+d"));
        assert_eq!((query.mode, query.code()), (ResponseMode::Query, "a b"));
        assert_eq!(query.parameter("state"), Some("c d"));
        let fragment = Callback::of_redirect(parse("http://c:1/cb?x=y#error=access_denied"));
        assert_eq!(
            (fragment.mode, fragment.error()),
            (ResponseMode::Fragment, "access_denied")
        );
        assert_eq!(fragment.parameter("x"), None);
        assert_eq!(
            fragment.address().as_str(),
            "http://c:1/cb?x=y#error=access_denied"
        );
    }

    #[test]
    #[should_panic(expected = "code comes twice")]
    fn a_parameter_that_comes_twice_is_an_error() {
        Callback::of_redirect(parse("http://c:1/cb?code=1&code=2"));
    }
}
