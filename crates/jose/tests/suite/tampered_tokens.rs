//! Changed tokens. A token has one spelling, and every other one is refused.

use proptest::prelude::*;
use serde_json::json;
use symbolon_jose::{Algorithm, VerifyError};

use crate::support::{ACCESS_TOKEN, KEYS, PUBLIC, claims, decode, encode, key, sign_encoded};

fn accepted(token: &str) -> bool {
    PUBLIC.verify(token, ACCESS_TOKEN).is_ok()
}

/// One token of each algorithm.
fn tokens() -> Vec<String> {
    let tokens: Vec<_> = KEYS
        .iter()
        .map(|key| key.sign("at+jwt", &claims()).unwrap())
        .collect();
    assert!(tokens.iter().all(|token| accepted(token)));
    tokens
}

#[test]
fn every_single_bit_matters() {
    for token in tokens() {
        for at in 0..token.len() {
            // The eighth bit would leave ASCII, and with it the type of the argument.
            for bit in 0..7 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(!accepted(&changed), "bit {bit} of byte {at} of {token}");
            }
        }
    }
}

#[test]
fn every_letter_has_the_case_it_has() {
    for token in tokens() {
        for (at, letter) in token.char_indices() {
            let mut other = token.clone();
            let swapped = match letter.is_ascii_lowercase() {
                true => letter.to_ascii_uppercase(),
                false => letter.to_ascii_lowercase(),
            };
            if swapped != letter {
                other.replace_range(at..=at, swapped.encode_utf8(&mut [0; 4]));
                assert!(!accepted(&other), "byte {at} of {token}");
            }
        }
        assert!(!accepted(&token.to_uppercase()));
        assert!(!accepted(&token.to_lowercase()));
    }
}

#[test]
fn every_beginning_and_every_end_is_too_short() {
    for token in tokens() {
        for at in 0..token.len() {
            assert!(!accepted(&token[..at]), "the first {at} bytes of {token}");
            assert!(!accepted(&token[at + 1..]), "from {at} on of {token}");
        }
    }
}

#[test]
fn nothing_can_stand_before_behind_or_between() {
    for token in tokens() {
        let dots: Vec<_> = token.match_indices('.').map(|(at, _)| at).collect();
        let mut places = vec![0, token.len()];
        places.extend(dots.iter().flat_map(|at| [*at, at + 1]));
        for added in (0..=127_u8).map(char::from).chain(['é', '\u{feff}']) {
            for place in &places {
                let mut longer = token.clone();
                longer.insert(*place, added);
                assert!(!accepted(&longer), "{added:?} at {place} of {token}");
            }
        }
    }
}

#[test]
fn parts_of_two_tokens_do_not_make_a_third() {
    let key = key(Algorithm::EdDSA);
    let [one, other] =
        ["alice", "admin"].map(|sub| key.sign("at+jwt", &json!({"sub": sub})).unwrap());
    let one: Vec<_> = one.split('.').collect();
    let other: Vec<_> = other.split('.').collect();
    assert_eq!(one[0], other[0]);
    assert!(!accepted(&[one[0], other[1], one[2]].join(".")));
    assert!(!accepted(&[one[0], one[1], other[2]].join(".")));
    assert!(!accepted(&[one[1], one[0], one[2]].join(".")));
}

#[test]
fn only_three_parts_are_the_compact_serialisation() {
    let token = tokens().remove(0);
    let parts: Vec<_> = token.split('.').collect();
    for other in [
        String::new(),
        ".".to_owned(),
        parts[0].to_owned(),
        parts[..2].join("."),
        format!("{token}."),
        format!("{token}.{}", parts[2]),
        format!("{token}..{}", parts[2]),
        ".".repeat(10_000),
        json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string(),
        json!({
            "payload": parts[1],
            "signatures": [{"protected": parts[0], "signature": parts[2]}],
        })
        .to_string(),
    ] {
        assert_eq!(
            PUBLIC.verify(&other, ACCESS_TOKEN),
            Err(VerifyError::NotCompact),
            "{other}"
        );
    }
    for other in ["..", "...a"] {
        assert!(!accepted(other));
    }
}

/// Other spellings of the same bytes, which a tolerant decoder reads without a word.
fn spellings(part: &str) -> Vec<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (start, last) = part.split_at(part.len() - 1);
    let mut spellings = vec![
        format!("{part}="),
        format!("{part}=="),
        format!("{part}\n"),
        format!(" {part}"),
        format!("{start}\r\n{last}"),
        part.replace('-', "+").replace('_', "/"),
    ];
    // The bits of the last letter that no byte takes.
    let spare = match part.len() % 4 {
        2 => 16,
        3 => 4,
        _ => 1,
    };
    let value = ALPHABET.find(last).unwrap();
    for stray in 1..spare {
        spellings.push(format!(
            "{start}{}",
            &ALPHABET[value + stray..=value + stray]
        ));
    }
    spellings.retain(|spelling| spelling != part);
    spellings
}

#[test]
fn every_part_has_one_spelling_even_when_another_one_is_signed() {
    let key = key(Algorithm::ES256);
    let mut tried = 0;
    for padding in ["", "x", "xx"] {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": key.kid(), "pad": padding});
        let header = encode(header.to_string());
        let payload = encode(json!({"sub": "??>>~~ü", "pad": padding}).to_string());
        let token = sign_encoded(&key, &header, &payload);
        assert!(accepted(&token));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let others = spellings(&header)
            .into_iter()
            .map(|header| sign_encoded(&key, &header, &payload))
            .chain(
                spellings(&payload)
                    .into_iter()
                    .map(|payload| sign_encoded(&key, &header, &payload)),
            )
            .chain(
                spellings(signature)
                    .into_iter()
                    .map(|signature| format!("{signed}.{signature}")),
            );
        for other in others {
            tried += 1;
            assert_eq!(
                PUBLIC.verify(&other, ACCESS_TOKEN),
                Err(VerifyError::NotBase64Url),
                "{other}"
            );
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_signature_has_the_length_of_its_key() {
    for token in tokens() {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = decode(signature);
        for other in [
            vec![],
            vec![0; signature.len()],
            vec![0xff; signature.len()],
            [&signature[..], &[0]].concat(),
            [&[0], &signature[..]].concat(),
            signature[1..].to_vec(),
            signature.repeat(2),
        ] {
            assert!(!accepted(&format!("{signed}.{}", encode(other))));
        }
    }
}

#[test]
fn an_ecdsa_signature_in_der_is_refused() {
    let token = key(Algorithm::ES256).sign("at+jwt", &claims()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = decode(signature);
    let (r, s) = signature.split_at(32);
    let integer = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let mut bytes = bytes[zeros..].to_vec();
        if bytes[0] >= 0x80 {
            bytes.insert(0, 0);
        }
        [&[2, u8::try_from(bytes.len()).unwrap()], &bytes[..]].concat()
    };
    let integers = [integer(r), integer(s)].concat();
    let der = [
        &[0x30, u8::try_from(integers.len()).unwrap()],
        &integers[..],
    ]
    .concat();
    assert_eq!(
        PUBLIC.verify(&format!("{signed}.{}", encode(der)), ACCESS_TOKEN),
        Err(VerifyError::SignatureInvalid)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_claims_come_back_as_they_were_signed(
        algorithm in 1..4_usize,
        sub in any::<String>(),
        number in any::<i64>(),
        roles in prop::collection::vec(".{0,12}", 0..6),
    ) {
        let claims = json!({"sub": sub, "number": number, "roles": roles});
        let token = KEYS[algorithm].sign("at+jwt", &claims).unwrap();
        let verified = PUBLIC.verify(&token, ACCESS_TOKEN).unwrap();
        prop_assert_eq!(verified.claims::<serde_json::Value>().unwrap(), claims);
    }

    #[test]
    fn any_splice_is_refused(
        algorithm in 0..4_usize,
        from in any::<prop::sample::Index>(),
        length in 0..8_usize,
        with in "[A-Za-z0-9_.=+/ -]{0,8}",
    ) {
        let token = KEYS[algorithm].sign("at+jwt", &claims()).unwrap();
        let from = from.index(token.len());
        let to = (from + length).min(token.len());
        let mut spliced = token.clone();
        spliced.replace_range(from..to, &with);
        prop_assert_eq!(accepted(&spliced), spliced == token);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in any::<String>(), dots in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,90}") {
        prop_assert!(!accepted(&text));
        prop_assert!(!accepted(&dots));
    }
}
