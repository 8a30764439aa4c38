//! An error of an endpoint that a client calls itself: RFC 6749 §5.2.

use symbolon_testkit::Answer;

/// Checks an error: its status, that it is JSON, and one of these codes.
pub(crate) fn check(answer: &Answer, status: u16, codes: &[&str]) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    is_json(answer);
    assert!(codes.contains(&answer.error()), "not {codes:?}: {answer:?}");
    if let Some(description) = answer.json["error_description"].as_str() {
        legible(description);
    }
}

/// Checks that an answer says that it is JSON, and is.
pub(crate) fn is_json(answer: &Answer) {
    let kind = answer.header("content-type");
    assert!(
        kind == "application/json" || kind.starts_with("application/json;"),
        "{kind}: {answer:?}"
    );
    assert!(answer.json.is_object(), "{answer:?}");
}

/// Checks that a description has the characters of RFC 6749 Appendix A.8 alone.
pub(crate) fn legible(description: &str) {
    let permitted = |character: char| matches!(character, ' '..='~') && !"\"\\".contains(character);
    assert!(
        description.chars().all(permitted),
        "characters that no description may have: {description:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_have_visible_ascii_without_quotes() {
        legible("scope: 'x' is unknown (RFC 6749 3.3)");
    }

    #[test]
    #[should_panic(expected = "characters that no description may have")]
    fn a_quote_is_no_part_of_a_description() {
        legible("\"x\" is unknown");
    }
}
