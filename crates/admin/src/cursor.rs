//! Where the next page begins: a position that only we can have written, for the one list and
//! filter that it came of (requirement A7.9).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use symbolon_core::mac::keyed;

/// Enough that nobody guesses one.
const TAG: usize = 16;

/// The longest cursor in bytes.
const LONGEST: usize = 2_048;

/// Writes and reads cursors.
pub(crate) struct Cursors([u8; 32]);

impl Cursors {
    /// Under this key.
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A cursor at a position of a list.
    pub(crate) fn write(&self, list: &str, filter: &str, position: &[String]) -> String {
        let position = serde_json::to_vec(position).unwrap_or_default();
        let mut bytes = self.tag(list, filter, &position).to_vec();
        bytes.extend(&position);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position, if the cursor is one of ours for this list and filter.
    pub(crate) fn read(&self, list: &str, filter: &str, cursor: &str) -> Option<Vec<String>> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, position) = bytes.split_at_checked(TAG)?;
        let good: bool =
            subtle::ConstantTimeEq::ct_eq(tag, &self.tag(list, filter, position)).into();
        good.then(|| serde_json::from_slice(position).ok())?
    }

    fn tag(&self, list: &str, filter: &str, position: &[u8]) -> [u8; TAG] {
        let mut mac = keyed(&self.0);
        for part in [list.as_bytes(), filter.as_bytes(), position] {
            // Each with its length, so that none runs into the next.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        let mut tag = [0; TAG];
        tag.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        tag
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a7_9_a_cursor_is_good_for_its_own_list_and_filter_alone() {
        let cursors = Cursors::new([7; 32]);
        let position = ["acme".to_owned(), "alice".to_owned()];
        let cursor = cursors.write("list_users", "organization=acme", &position);
        let read = |list, filter, cursor: &str| cursors.read(list, filter, cursor);
        assert_eq!(
            read("list_users", "organization=acme", &cursor).unwrap(),
            position
        );
        assert_eq!(read("list_roles", "organization=acme", &cursor), None);
        assert_eq!(read("list_users", "", &cursor), None);
        let other = Cursors::new([8; 32]);
        assert_eq!(other.read("list_users", "organization=acme", &cursor), None);
    }

    #[test]
    fn a7_9_a_changed_cursor_is_refused() {
        let cursors = Cursors::new([7; 32]);
        let cursor = cursors.write("list", "", &["a".to_owned()]);
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(cursors.read("list", "", &changed), None, "{at}");
        }
        for text in ["", "A", "====", &"A".repeat(LONGEST + 1)] {
            assert_eq!(cursors.read("list", "", text), None);
        }
    }
}
