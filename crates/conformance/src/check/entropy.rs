//! Whether a secret can be guessed.

use std::collections::HashMap;

/// Checks that a text holds at least so many bits, as far as one text tells: RFC 6749 §10.10 asks for
/// 128, the plans measure 96 because a single text shows fewer than its source has.
pub(crate) fn check(what: &str, text: &str, bits: f64) {
    let found = measure(text);
    assert!(
        found >= bits,
        "{what} has {found:.0} bits of entropy, not {bits}: {text}"
    );
}

/// Shannon's entropy of the characters, times their number.
fn measure(text: &str) -> f64 {
    let mut counts = HashMap::new();
    for character in text.chars() {
        *counts.entry(character).or_insert(0_u32) += 1;
    }
    let length = f64::from(counts.values().sum::<u32>());
    let per_character: f64 = counts
        .values()
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum();
    per_character * length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_and_mixed_has_entropy_and_what_repeats_has_none() {
        assert!(measure("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") < 1.0);
        assert!((measure("abcdefgh") - 24.0).abs() < 0.001);
        check("hexadecimal", "0123456789abcdef0123456789abcdef", 96.0);
    }

    #[test]
    #[should_panic(expected = "the code has 24 bits")]
    fn too_little_is_too_little() {
        check("the code", "abcdefgh", 96.0);
    }
}
