//! Request parameters as OAuth reads them: each at most once, an empty one as if it were absent,
//! unknown ones ignored (OAuth 2.1 §3.1, §3.2; requirement A1.9).

use crate::{
    error::{ErrorCode, OAuthError},
    percent::escape,
};

/// The most parameters one request may carry.
pub const MOST: usize = 64;

/// Decoded `application/x-www-form-urlencoded` pairs in their order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

/// Why a query or body is not `application/x-www-form-urlencoded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// A `%` that two hexadecimal digits do not follow, or bytes that are not UTF-8.
    Encoding,
    /// More than [`MOST`] parameters.
    TooMany,
}

/// The same parameter stands twice in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated;

impl Parameters {
    /// Decodes a query string or a form body.
    ///
    /// # Errors
    /// [`FormError`] when it is not decodable or unreasonably long.
    pub fn parse(encoded: &[u8]) -> Result<Self, FormError> {
        let mut pairs = Vec::new();
        for pair in encoded
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if pairs.len() == MOST {
                return Err(FormError::TooMany);
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// Parameters from pairs that are decoded already.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            pairs: pairs.into_iter().collect(),
        }
    }

    /// The value of a parameter that may stand once; empty is absent.
    ///
    /// # Errors
    /// [`Repeated`] when it stands more than once.
    pub fn once(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Repeated),
            None => Ok(first.map(String::as_str).filter(|value| !value.is_empty())),
        }
    }

    /// The value of an optional parameter for callers that checked [`Self::repeated`] first.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.once(name).ok().flatten()
    }

    /// The values of a parameter that may stand more than once, each once, without empty ones.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (key, value) in &self.pairs {
            if key == name && !value.is_empty() && !values.contains(&value.as_str()) {
                values.push(value.as_str());
            }
        }
        values
    }

    /// The name of a parameter that stands more than once, but for those that may (`resource`,
    /// RFC 8707 §2; `audience`, RFC 8693 §2.1).
    pub fn repeated(&self) -> Option<&str> {
        self.pairs
            .iter()
            .enumerate()
            .find_map(|(index, (name, _))| {
                let again = self
                    .pairs
                    .iter()
                    .take(index)
                    .any(|(earlier, _)| earlier == name);
                let may = matches!(name.as_str(), "resource" | "audience");
                (again && !may).then_some(name.as_str())
            })
    }

    /// Refuses a request in which a parameter stands twice (RFC 6749 §3.2).
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn refuse_repeated(&self) -> Result<(), OAuthError> {
        match self.repeated() {
            None => Ok(()),
            Some(_) => Err(OAuthError::new(
                ErrorCode::InvalidRequest,
                "a parameter stands twice in this request; send each parameter once",
            )),
        }
    }

    /// A path with these parameters as its query.
    pub fn as_query_of(&self, path: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.pairs.iter().map(|(name, value)| (name, value)))
            .finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// All pairs in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

/// Prints names only: a value may be a secret.
impl std::fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.pairs.iter().map(|(name, _)| name))
            .finish()
    }
}

impl From<FormError> for OAuthError {
    fn from(error: FormError) -> Self {
        Self::new(
            ErrorCode::InvalidRequest,
            match error {
                FormError::Encoding => {
                    "the parameters are not valid application/x-www-form-urlencoded UTF-8"
                }
                FormError::TooMany => "the request has more than 64 parameters",
            },
        )
    }
}

fn decode(encoded: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => escape(&mut rest).ok_or(FormError::Encoding)?,
            other => other,
        });
    }
    // NUL is legal UTF-8, never legal in a parameter (RFC 6749 appendix A), and PostgreSQL refuses
    // to store it.
    if bytes.contains(&0) {
        return Err(FormError::Encoding);
    }
    String::from_utf8(bytes).map_err(|_| FormError::Encoding)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_empty_value_is_as_if_absent() {
        let parameters = Parameters::parse(b"a=&b=1&c").unwrap();
        assert_eq!(parameters.once("a"), Ok(None));
        assert_eq!(parameters.once("b"), Ok(Some("1")));
        assert_eq!(parameters.once("c"), Ok(None));
    }

    #[test]
    fn a1_9_a_repeated_parameter_is_found_even_with_equal_values() {
        let parameters = Parameters::parse(b"a=1&b=2&a=1").unwrap();
        assert_eq!(parameters.once("a"), Err(Repeated));
        assert_eq!(parameters.repeated(), Some("a"));
    }

    #[test]
    fn resource_and_audience_may_stand_twice() {
        let parameters = Parameters::parse(b"resource=a&resource=b&resource=&resource=a").unwrap();
        assert_eq!(parameters.repeated(), None);
        assert_eq!(parameters.values("resource"), ["a", "b"]);
        assert!(parameters.values("audience").is_empty());
        let parameters = Parameters::parse(b"audience=a&audience=a").unwrap();
        assert_eq!(parameters.repeated(), None);
    }

    #[test]
    fn plus_and_percent_are_decoded_and_broken_encodings_refused() {
        let parameters = Parameters::parse(b"scope=openid+profile&x=%C3%A4").unwrap();
        assert_eq!(parameters.value("scope"), Some("openid profile"));
        assert_eq!(parameters.value("x"), Some("ä"));
        for broken in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=%00"] {
            assert_eq!(Parameters::parse(broken), Err(FormError::Encoding));
        }
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        assert_eq!(
            Parameters::parse("a=1&".repeat(65).as_bytes()),
            Err(FormError::TooMany)
        );
    }
}
