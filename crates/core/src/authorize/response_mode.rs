//! How the authorization response travels (OAuth 2.0 Multiple Response Type Encoding §2.1; OAuth 2.0
//! Form Post Response Mode), and whether it is signed (JARM §2.3).
#![doc(alias = "JARM")]

use serde::{Deserialize, Serialize};

use super::response_type::ResponseType;
use crate::parameters::Parameters;

/// The way back to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query: the default for `response_type=code`.
    #[serde(rename = "query")]
    Query,
    /// In the fragment: the default where tokens travel.
    #[serde(rename = "fragment")]
    Fragment,
    /// In the body of a form that the browser posts.
    #[serde(rename = "form_post")]
    FormPost,
    /// Signed, in the query.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// Signed, in the fragment.
    #[serde(rename = "fragment.jwt")]
    FragmentJwt,
    /// Signed, in the body of a form that the browser posts.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

/// Why a `response_mode` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseModeError {
    /// Tokens would stand in a query, which servers log and browsers send on as a referrer
    /// (Multiple Response Type Encoding §3; JARM §2.3.1).
    Exposed,
    /// Not defined.
    Unknown,
}

/// `jwt`: signed, in the default place (JARM §2.3.4).
pub const JWT: &str = "jwt";

impl ResponseMode {
    /// Every mode, in the order in which they are advertised.
    pub const ALL: [Self; 6] = [
        Self::Query,
        Self::Fragment,
        Self::FormPost,
        Self::QueryJwt,
        Self::FragmentJwt,
        Self::FormPostJwt,
    ];

    /// The mode on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FragmentJwt => "fragment.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// The mode that a request asks for.
    ///
    /// # Errors
    /// [`ResponseModeError`].
    pub fn requested(parameters: &Parameters) -> Result<Self, ResponseModeError> {
        let in_front = carries_tokens(parameters);
        let mode = match parameters.value("response_mode") {
            None => default(in_front),
            Some(JWT) => default(in_front).signed(),
            Some(text) => Self::from_wire(text).ok_or(ResponseModeError::Unknown)?,
        };
        match mode {
            Self::Query | Self::QueryJwt if in_front => Err(ResponseModeError::Exposed),
            mode => Ok(mode),
        }
    }

    /// The mode for the answer to a request: the one that it asks for; the default one when that
    /// cannot be, so that the error about it has a way back.
    pub fn of(parameters: &Parameters) -> Self {
        Self::requested(parameters).unwrap_or(default(carries_tokens(parameters)))
    }

    /// The mode of a text on the wire.
    pub fn from_wire(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// Whether the answer is one signed token.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }

    /// The same way, with a signed answer.
    const fn signed(self) -> Self {
        match self {
            Self::Query | Self::QueryJwt => Self::QueryJwt,
            Self::Fragment | Self::FragmentJwt => Self::FragmentJwt,
            Self::FormPost | Self::FormPostJwt => Self::FormPostJwt,
        }
    }
}

const fn default(in_front: bool) -> ResponseMode {
    if in_front {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    }
}

/// Whether tokens would travel through the browser. A type that does not exist is looked at word by
/// word: the answer to `token` is looked for in the fragment.
fn carries_tokens(parameters: &Parameters) -> bool {
    let text = parameters.value("response_type").unwrap_or_default();
    match ResponseType::from_wire(text) {
        Some(kind) => kind.is_front_channel(),
        None => text
            .split(' ')
            .any(|word| word == "token" || word == "id_token"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(response_type: &str, mode: &str) -> Result<ResponseMode, ResponseModeError> {
        ResponseMode::requested(&parameters(response_type, mode))
    }

    fn parameters(response_type: &str, mode: &str) -> Parameters {
        Parameters::from_pairs([
            ("response_type".to_owned(), response_type.to_owned()),
            ("response_mode".to_owned(), mode.to_owned()),
        ])
    }

    #[test]
    fn the_default_is_the_query_for_a_code_and_the_fragment_for_tokens() {
        assert_eq!(requested("code", ""), Ok(ResponseMode::Query));
        assert_eq!(requested("code token", ""), Ok(ResponseMode::Fragment));
        assert_eq!(requested("code", "jwt"), Ok(ResponseMode::QueryJwt));
        assert_eq!(requested("id_token", "jwt"), Ok(ResponseMode::FragmentJwt));
    }

    #[test]
    fn tokens_never_travel_in_a_query() {
        for mode in ["query", "query.jwt"] {
            for kind in ResponseType::ALL {
                let expected = if kind.is_front_channel() {
                    Err(ResponseModeError::Exposed)
                } else {
                    ResponseMode::from_wire(mode).ok_or(ResponseModeError::Unknown)
                };
                assert_eq!(requested(kind.as_str(), mode), expected, "{kind} {mode}");
                let answered = ResponseMode::of(&parameters(kind.as_str(), mode));
                assert_eq!(answered == ResponseMode::Fragment, kind.is_front_channel());
            }
        }
    }

    #[test]
    fn the_error_about_a_mode_has_a_way_back() {
        assert_eq!(requested("code", "pigeon"), Err(ResponseModeError::Unknown));
        assert_eq!(
            ResponseMode::of(&parameters("code", "pigeon")),
            ResponseMode::Query
        );
        assert_eq!(
            ResponseMode::of(&parameters("token", "pigeon")),
            ResponseMode::Fragment
        );
    }
}
