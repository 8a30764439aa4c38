//! `application/x-www-form-urlencoded`, held against the url crate (requirement A1.9).

use proptest::{collection::vec, prelude::*};
use symbolon_core::{
    error::ErrorCode,
    parameters::{FormError, MOST, Parameters, Repeated},
};
use url::form_urlencoded;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,2}",
        "[ -~]{0,12}",
        any::<String>().prop_map(|text| text.replace('\0', "")),
    ]
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

proptest! {
    #[test]
    fn what_the_url_crate_encodes_is_read_back(pairs in vec((text(), text()), 0..12)) {
        let parameters = Parameters::parse(encoded(&pairs).as_bytes()).unwrap();
        prop_assert_eq!(parameters.pairs(), pairs);
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_read_as_the_url_crate_reads_them(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..80),
            "[a-f0-9%&=+\u{e4}\0]{0,40}".prop_map(String::into_bytes),
        ],
    ) {
        if let Ok(parameters) = Parameters::parse(&bytes) {
            let theirs: Vec<_> = form_urlencoded::parse(&bytes).into_owned().collect();
            prop_assert_eq!(parameters.pairs(), theirs);
        }
    }

    #[test]
    fn an_encoding_that_is_broken_anywhere_is_refused(
        pairs in vec(("[a-z]{1,4}", "[a-z]{0,4}"), 1..6),
        place in any::<prop::sample::Index>(),
        broken in prop::sample::select(vec![
            "%", "%4", "%zz", "%+4", "%ff", "%c3%28", "%00", "\0", "%ed%a0%80",
        ]),
    ) {
        let mut text = encoded(&pairs);
        // At the end, so that what follows does not complete it; anywhere else before a `&`.
        let ends: Vec<usize> = text
            .match_indices('&')
            .map(|(index, _)| index)
            .chain([text.len()])
            .collect();
        text.insert_str(ends[place.index(ends.len())], broken);
        prop_assert_eq!(Parameters::parse(text.as_bytes()), Err(FormError::Encoding));
    }

    #[test]
    fn a_repeated_parameter_is_always_found(
        values in vec(text(), 1..20),
        twin in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in text(),
    ) {
        let mut pairs: Vec<_> = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| (format!("name{index}"), value))
            .collect();
        let once = Parameters::parse(encoded(&pairs).as_bytes()).unwrap();
        prop_assert_eq!(once.repeated(), None);
        prop_assert_eq!(once.refuse_repeated(), Ok(()));

        let name = pairs[twin.index(pairs.len())].0.clone();
        let place = place.index(pairs.len() + 1);
        pairs.insert(place, (name.clone(), value));
        let twice = Parameters::parse(encoded(&pairs).as_bytes()).unwrap();
        prop_assert_eq!(twice.repeated(), Some(name.as_str()));
        prop_assert_eq!(twice.once(&name), Err(Repeated));
        prop_assert_eq!(twice.value(&name), None);
        let refusal = twice.refuse_repeated().unwrap_err();
        prop_assert_eq!(refusal.code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn a_parameter_is_found_unless_it_is_empty_or_absent(name in "[a-z]{1,8}", value in text()) {
        let before = ("Before".to_owned(), "1".to_owned());
        let encoded = encoded(&[before, (name.clone(), value.clone())]);
        let parameters = Parameters::parse(encoded.as_bytes()).unwrap();
        let expected = Some(value.as_str()).filter(|value| !value.is_empty());
        prop_assert_eq!(parameters.once(&name), Ok(expected));
        prop_assert_eq!(parameters.value(&name), expected);
        prop_assert_eq!(parameters.once(&format!("{name}x")), Ok(None));
    }

    #[test]
    fn the_number_of_parameters_is_bounded(count in 0..100_usize) {
        let text = "&a=1".repeat(count);
        prop_assert_eq!(Parameters::parse(text.as_bytes()).is_ok(), count <= MOST);
    }

    #[test]
    fn values_do_not_print(value in "[A-Z]{12,20}") {
        let parameters = Parameters::from_pairs([("code".to_owned(), value.clone())]);
        let printed = format!("{parameters:?}");
        prop_assert!(!printed.contains(&value));
    }
}
