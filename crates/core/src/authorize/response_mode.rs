//! How the authorization response travels (OAuth 2.0 Multiple Response Type Encoding §2.1;
//! OAuth 2.0 Form Post Response Mode).

use crate::parameters::Parameters;

/// The way back to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query: the default for `response_type=code`.
    Query,
    /// In the fragment.
    Fragment,
    /// In the body of a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// Every mode, in the order in which they are advertised.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// The mode on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// The mode that the request names; `query` when it names none or one that does not exist, so
    /// that the error about it has a way back.
    pub fn of(parameters: &Parameters) -> Self {
        parameters
            .value("response_mode")
            .and_then(Self::from_wire)
            .unwrap_or(Self::Query)
    }

    /// The mode of a text on the wire.
    pub fn from_wire(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}
