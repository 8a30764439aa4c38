//! Whatever is read as a document is what every reader makes of it.

use proptest::{collection, prelude::*};
use serde_json::{Map, Value};
use symbolon_core::json;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Quarters, since serde_json does not read every fraction back to the last bit.
        any::<i16>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            collection::btree_map("\\PC{0,4}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_document_is_read_as_it_was_written(
        members in collection::btree_map("\\PC{0,4}", any_value(), 0..6),
    ) {
        let document: Map<String, Value> = members.into_iter().collect();
        let text = serde_json::to_string(&document).unwrap();
        let read = json::object(text.as_bytes()).unwrap();
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn two_readers_never_differ(
        text in "\\{(\"[ab]\":(1|\\[\\]|\\{\\}|\"x\"),?){0,4}\\}|[\\[\\]{}\",:a0 ]{0,30}",
    ) {
        let other = serde_json::from_str::<Map<String, Value>>(&text);
        if let Ok(read) = json::object(text.as_bytes()) {
            prop_assert_eq!(Some(read), other.ok());
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in collection::vec(any::<u8>(), 0..64)) {
        drop(json::object(&bytes));
    }
}
