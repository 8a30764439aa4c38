//! Proof Key for Code Exchange (RFC 7636; requirement A2.4).

use proptest::prelude::*;
use symbolon_core::pkce::{Challenge, PkceError, Verifier};

const VERIFIER: &str = "[A-Za-z0-9._~-]{43,128}";

proptest! {
    #[test]
    fn a_challenge_accepts_its_own_verifier_and_survives_storage(text in VERIFIER) {
        let verifier = Verifier::parse(&text).unwrap();
        let challenge = verifier.challenge();
        prop_assert!(challenge.accepts(&verifier));
        let stored = challenge.to_text();
        for method in [None, Some("S256")] {
            let read = Challenge::parse(&stored, method).unwrap();
            prop_assert_eq!(read, challenge);
            prop_assert!(read.accepts(&verifier));
        }
    }

    #[test]
    fn a_challenge_accepts_no_other_verifier(own in VERIFIER, other in VERIFIER) {
        prop_assume!(own != other);
        let challenge = Verifier::parse(&own).unwrap().challenge();
        prop_assert!(!challenge.accepts(&Verifier::parse(&other).unwrap()));
    }

    #[test]
    fn a_verifier_with_one_character_changed_added_or_taken_away_is_not_accepted(
        text in "[A-Za-z0-9._~-]{44,127}",
        place in any::<prop::sample::Index>(),
        character in "[A-Za-z0-9._~-]",
    ) {
        let challenge = Verifier::parse(&text).unwrap().challenge();
        let place = place.index(text.len());
        let (before, after) = (&text[..place], &text[place + 1..]);
        for other in [
            format!("{before}{character}{after}"),
            format!("{before}{character}{}", &text[place..]),
            format!("{before}{after}"),
        ] {
            if other != text {
                prop_assert!(!challenge.accepts(&Verifier::parse(&other).unwrap()), "{}", other);
            }
        }
    }

    /// RFC 7636 §4.6 with `plain` would accept the challenge itself.
    #[test]
    fn the_challenge_itself_is_never_a_verifier_of_it(text in VERIFIER) {
        let challenge = Verifier::parse(&text).unwrap().challenge();
        prop_assert!(!challenge.accepts(&Verifier::parse(&challenge.to_text()).unwrap()));
    }

    #[test]
    fn every_method_but_s256_is_refused(
        text in VERIFIER,
        method in "s256|S256 | S256|S25|S2560|S512|plain|none|\\PC{0,8}",
    ) {
        let challenge = Verifier::parse(&text).unwrap().challenge().to_text();
        prop_assert_eq!(Challenge::parse(&challenge, Some(&method)), Err(PkceError::Method));
    }

    /// Two texts of one challenge would be two spellings of one stored value.
    #[test]
    fn a_challenge_has_one_text(text in "[A-Za-z0-9_-]{43}|[A-Za-z0-9_=+/-]{42,44}|\\PC{0,50}") {
        match Challenge::parse(&text, None) {
            Ok(challenge) => prop_assert_eq!(challenge.to_text(), text),
            Err(error) => prop_assert_eq!(error, PkceError::ChallengeFormat),
        }
    }

    /// RFC 7636 §4.1.
    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters(
        text in "[A-Za-z0-9._~-]{40,131}|[ -~]{43,50}|\\PC{0,140}",
    ) {
        let is_unreserved = |character: &char| {
            matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~')
        };
        let unreserved = text.chars().filter(is_unreserved).count();
        let all = text.chars().count();
        let good = unreserved == all && (43..=128).contains(&all);
        prop_assert_eq!(Verifier::parse(&text).is_ok(), good);
    }
}
