//! Scopes are ordered sets of words (RFC 6749 §3.3).

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};
use symbolon_core::scope::{MOST, Scope, ScopeError};

/// Few different words, so that scopes overlap.
fn words() -> impl Strategy<Value = Vec<String>> {
    vec("[abc!~]{1,2}", 0..8)
}

fn scope(words: &[String]) -> Scope {
    Scope::parse(&words.join(" ")).unwrap()
}

fn any_scope() -> impl Strategy<Value = Scope> {
    words().prop_map(|words| scope(&words))
}

fn set(scope: &Scope) -> BTreeSet<&str> {
    scope.words().collect()
}

proptest! {
    #[test]
    fn a_scope_has_each_word_once_in_the_order_of_the_request(
        words in vec(("[!#-\\[\\]-~]{1,10}", " {1,3}"), 0..12),
    ) {
        let text: String = words.iter().flat_map(|(word, space)| [word.as_str(), space]).collect();
        let scope = Scope::parse(&text).unwrap();
        let mut once: Vec<&str> = Vec::new();
        for (word, _) in &words {
            if !once.contains(&word.as_str()) {
                once.push(word);
            }
        }
        prop_assert_eq!(scope.words().collect::<Vec<_>>(), once);
    }

    #[test]
    fn what_is_printed_is_read_back(text in "[ -~]{0,60}|[a-d ]{0,300}|\\PC{0,40}") {
        if let Ok(scope) = Scope::parse(&text) {
            let printed = scope.to_string();
            prop_assert_eq!(Scope::parse(&printed), Ok(scope.clone()));
            let json = serde_json::to_string(&scope).unwrap();
            prop_assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope);
        }
    }

    #[test]
    fn a_character_outside_rfc_6749_3_3_is_refused(
        before in "[a-z]{0,4}",
        bad in "[\"\\\\\\x00-\\x1f\\x7f-\u{10ffff}]",
        after in "[a-z]{0,4}",
    ) {
        prop_assert_eq!(Scope::parse(&format!("{before}{bad}{after}")), Err(ScopeError::Word));
    }

    #[test]
    fn the_number_of_words_and_their_length_are_bounded(
        count in 0..90_usize,
        length in 1..200_usize,
    ) {
        let many: Vec<String> = (0..count).map(|index| format!("w{index}")).collect();
        let read = Scope::parse(&many.join(" "));
        prop_assert_eq!(read.is_ok(), count <= MOST);
        prop_assert_eq!(Scope::parse(&"w".repeat(length)).is_ok(), length <= 128);
    }

    #[test]
    fn a_union_has_the_words_of_both_and_begins_with_the_first(
        left in any_scope(),
        right in any_scope(),
    ) {
        let union = left.union(&right);
        prop_assert!(union.covers(&left) && union.covers(&right));
        prop_assert_eq!(set(&union), &set(&left) | &set(&right));
        prop_assert!(union.to_string().starts_with(&left.to_string()));
        prop_assert_eq!(union.words().count(), set(&union).len(), "a word stands twice");
    }

    #[test]
    fn union_is_associative_and_idempotent_with_the_empty_scope_as_its_unit(
        first in any_scope(),
        second in any_scope(),
        third in any_scope(),
    ) {
        prop_assert_eq!(
            first.union(&second).union(&third),
            first.union(&second.union(&third))
        );
        prop_assert_eq!(first.union(&first), first.clone());
        prop_assert_eq!(first.union(&Scope::default()), first.clone());
        prop_assert_eq!(Scope::default().union(&first), first);
    }

    #[test]
    fn covers_is_the_order_of_sets(left in any_scope(), right in any_scope()) {
        prop_assert!(left.covers(&left));
        prop_assert_eq!(left.covers(&right), set(&left).is_superset(&set(&right)));
        prop_assert_eq!(left.covers(&right), left.union(&right) == left);
        for word in right.words() {
            prop_assert_eq!(left.contains(word), set(&left).contains(word));
        }
    }

    #[test]
    fn filtering_takes_away_and_never_adds_or_reorders(left in any_scope(), right in any_scope()) {
        let kept = left.filtered(|word| right.contains(word));
        prop_assert!(left.covers(&kept) && right.covers(&kept));
        prop_assert_eq!(set(&kept), &set(&left) & &set(&right));
        let in_order: Vec<&str> = left.words().filter(|word| right.contains(word)).collect();
        prop_assert_eq!(kept.words().collect::<Vec<_>>(), in_order);
        prop_assert!(left.filtered(|_| false).is_empty());
        prop_assert_eq!(left.filtered(|_| true), left);
    }
}
