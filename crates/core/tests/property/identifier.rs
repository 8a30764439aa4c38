//! The one form in which names are compared (requirement A5.14).

use proptest::prelude::*;
use symbolon_core::subject::{Identifier, IdentifierError};

/// Letters of alphabets with two cases, in which each letter has one partner.
fn letters() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        prop::char::range('!', '~'),
        prop::char::range('\u{c0}', '\u{17e}'),
        prop::char::range('\u{386}', '\u{3ce}'),
        prop::char::range('\u{400}', '\u{45f}'),
        prop::char::range('\u{531}', '\u{586}'),
    ];
    // A letter whose cases are not one to one (ß, ς, ı) is another matter.
    let paired = letter.prop_filter("has one partner", |letter| {
        let upper: String = letter.to_uppercase().collect();
        upper.chars().count() == 1 && upper.to_lowercase().eq(&letter.to_lowercase().to_string())
    });
    prop::collection::vec(paired, 1..20).prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn a5_14_the_canonical_form_is_its_own_canonical_form(text in any_text()) {
        if let Ok(identifier) = Identifier::parse(&text) {
            let again = Identifier::parse(identifier.as_str());
            prop_assert_eq!(again, Ok(identifier));
        }
    }

    #[test]
    fn a5_14_the_canonical_form_has_nothing_at_its_ends_and_nothing_unseen(text in any_text()) {
        if let Ok(identifier) = Identifier::parse(&text) {
            let canonical = identifier.as_str();
            prop_assert_eq!(canonical.trim(), canonical);
            prop_assert!(!canonical.is_empty());
            prop_assert!(!canonical.chars().any(char::is_control));
            prop_assert!(canonical.chars().count() <= 254);
        }
    }

    #[test]
    fn a5_14_upper_and_lower_case_are_the_same_name(text in letters()) {
        let plain = Identifier::parse(&text).unwrap();
        // Letter by letter: a whole text at once would turn a last Σ into ς.
        let upper: String = text.chars().flat_map(char::to_uppercase).collect();
        let lower: String = text.chars().flat_map(char::to_lowercase).collect();
        prop_assert_eq!(Identifier::parse(&upper), Ok(plain.clone()));
        prop_assert_eq!(Identifier::parse(&lower), Ok(plain));
    }

    #[test]
    fn a5_14_wide_and_narrow_letters_are_the_same_name(text in "[!-~]{1,40}") {
        let wide: String = text
            .chars()
            .filter_map(|letter| char::from_u32(u32::from(letter) + 0xfee0))
            .collect();
        prop_assert_eq!(wide.chars().count(), text.chars().count());
        prop_assert_eq!(Identifier::parse(&wide), Identifier::parse(&text));
        prop_assert!(Identifier::parse(&text).is_ok());
    }

    #[test]
    fn a5_14_space_around_a_name_is_not_part_of_it(
        text in "[a-z]{1,8}( [a-z]{1,8})?",
        before in "[ \t\n\u{a0}\u{3000}]{0,3}",
        after in "[ \t\n\u{a0}\u{2003}]{0,3}",
    ) {
        let padded = format!("{before}{text}{after}");
        prop_assert_eq!(Identifier::parse(&padded), Identifier::parse(&text));
    }

    #[test]
    fn a5_14_an_unseen_character_anywhere_identifies_nobody(
        before in "[a-z]{1,8}",
        unseen in "[\\x00-\\x08\\x0e-\\x1f\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}]\
            |[\u{2066}-\u{2069}\u{feff}\u{fe0f}\u{e0020}]",
        after in "[a-z]{1,8}",
    ) {
        for text in [
            format!("{before}{unseen}{after}"),
            format!("{unseen}{after}"),
            format!("{before}{unseen}"),
        ] {
            prop_assert_eq!(Identifier::parse(&text), Err(IdentifierError), "{:?}", text);
        }
    }

    #[test]
    fn a_name_has_at_most_254_characters(length in 1..400_usize, letter in "[aä日]") {
        let name = letter.repeat(length);
        prop_assert_eq!(Identifier::parse(&name).is_ok(), length <= 254);
    }
}

/// Everything, with more than their share of characters that compatibility forms take apart.
fn any_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('\u{a0}', '\u{3ff}'),
        2 => prop::char::range('\u{1e00}', '\u{33ff}'),
        2 => prop::char::range('\u{fb00}', '\u{ffef}'),
        2 => prop::char::range('\u{300}', '\u{36f}'),
        2 => prop::char::range(' ', '~'),
        1 => any::<char>(),
    ];
    // A composed form of these exists in lower case only.
    let pairs = vec!["H\u{331}", "T\u{308}", "W\u{30a}", "Y\u{30a}", "J\u{30c}"];
    let piece = prop_oneof![
        12 => character.prop_map(String::from),
        1 => prop::sample::select(pairs).prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}
