//! What the person sees in both places, to know that one request is the other (CIBA §7.1).

use std::fmt;

use crate::subject::is_invisible;

/// The longest message, in characters: what fits on one line or two of a telephone.
const LONGEST: usize = 100;

/// A binding message.
#[derive(Clone, PartialEq, Eq)]
pub struct BindingMessage(String);

/// A text is no binding message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a binding message has 1 to 100 characters, and none that cannot be seen")]
pub struct NoBindingMessage;

impl BindingMessage {
    /// Reads what a client sent.
    ///
    /// # Errors
    /// [`NoBindingMessage`] when it is too long for a page that compares it, or has characters that
    /// make it look like another.
    pub fn parse(text: &str) -> Result<Self, NoBindingMessage> {
        let long = text.chars().count() > LONGEST;
        if long || text.trim().is_empty() || text.chars().any(is_invisible) {
            return Err(NoBindingMessage);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BindingMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_message_is_short_and_can_be_seen() {
        for good in ["1234", "Bezahle 12,50 € an Müller", "確認 7", "Pay & go <3"] {
            assert!(BindingMessage::parse(good).is_ok(), "{good}");
        }
        let long = "x".repeat(LONGEST + 1);
        for bad in [
            "",
            "   ",
            "a\nb",
            "a\u{0}",
            "a\u{202e}b",
            "a\u{200b}b",
            &long,
        ] {
            assert_eq!(BindingMessage::parse(bad), Err(NoBindingMessage), "{bad:?}");
        }
    }
}
