//! RFC 6749 §5.1: its case does not matter.

use serde_json::Value;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "token-type-case-insensitivity",
    does: "upper and lower case of `token_type` are exchanged",
    attack: "none: a client that compares letters does not work with every provider",
    client: Expected::Continue,
    seams: &[Seam::TokenResponse(|answer, _| {
        if let Some(Value::String(kind)) = answer.get_mut("token_type") {
            *kind = kind.chars().map(inverted).collect();
        }
    })],
};

fn inverted(letter: char) -> char {
    if letter.is_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    }
}
