//! One attempt to sign somebody in.

use url::Url;

/// One attempt to sign somebody in.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Where to send the browser.
    pub url: Url,
    /// The `state` that the answer has to carry.
    pub state: String,
    /// The `nonce` that the id token has to carry.
    pub nonce: String,
    /// The PKCE verifier: RFC 7636.
    pub verifier: String,
}

impl Attempt {
    /// The same attempt, with one parameter of its URL set, or replaced.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut attempt = self.without(name);
        attempt.url.query_pairs_mut().append_pair(name, value);
        match name {
            "state" => value.clone_into(&mut attempt.state),
            "nonce" => value.clone_into(&mut attempt.nonce),
            _ => {}
        }
        attempt
    }

    /// The same attempt, with one parameter of its URL left out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let others = self
            .url
            .query_pairs()
            .into_owned()
            .filter(|(other, _)| other != name);
        let others: Vec<_> = others.collect();
        self.url.set_query(None);
        if !others.is_empty() {
            self.url.query_pairs_mut().extend_pairs(others);
        }
        self
    }

    /// The same attempt, of which the browser carries these parameters alone.
    #[must_use]
    pub fn carrying(&self, carried: &[(&str, &str)]) -> Self {
        let mut attempt = self.clone();
        attempt.url.query_pairs_mut().clear().extend_pairs(carried);
        attempt
    }

    /// The parameters of its URL, in their order.
    pub fn parameters(&self) -> Vec<(String, String)> {
        self.url.query_pairs().into_owned().collect()
    }

    /// The value of a parameter of its URL.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }
}
