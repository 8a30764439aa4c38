//! The caller's id of a request, which the answer repeats (§10.1.3).

/// The longest id that is repeated, in bytes.
pub const LONGEST: usize = 128;

/// The id to repeat: visible ASCII, so that it can stand in a header and in a log line. One that is
/// anything else is not repeated, and neither is one of two.
pub fn to_repeat<'a>(mut presented: impl Iterator<Item = &'a [u8]>) -> Option<&'a str> {
    let id = presented.next()?;
    let good = (1..=LONGEST).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic);
    if !good || presented.next().is_some() {
        return None;
    }
    str::from_utf8(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_short_visible_id_is_repeated() {
        let repeated = |ids: &[&'static str]| to_repeat(ids.iter().map(|id| id.as_bytes()));
        assert_eq!(
            repeated(&["conformance-1f/=+!"]),
            Some("conformance-1f/=+!")
        );
        assert_eq!(repeated(&[]), None);
        assert_eq!(repeated(&["a", "a"]), None);
        for bad in ["", " ", "a b", "a\tb", "\u{e4}", "a\u{7f}", "\r\nx: y"] {
            assert_eq!(repeated(&[bad]), None, "{bad:?}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(to_repeat([long.as_bytes()].into_iter()).is_none());
        assert!(to_repeat([&long.as_bytes()[1..]].into_iter()).is_some());
    }
}
