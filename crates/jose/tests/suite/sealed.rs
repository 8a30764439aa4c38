//! Encryption at rest: what opens, what does not, and what all instances agree on.

use proptest::prelude::*;
use symbolon_jose::{KeyEncryptionKey, Seal, SealError};

const CONTEXT: &[u8] = b"signing-key:one";

/// The bytes 0 to 31: a key that anybody can compute with.
fn counting() -> KeyEncryptionKey {
    KeyEncryptionKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()
}

fn seal() -> Seal {
    Seal::new(counting(), Vec::new())
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    for plaintext in [&b""[..], b"x", &[0; 5000]] {
        let sealed = seal().seal(CONTEXT, plaintext);
        assert_eq!(sealed.len(), plaintext.len() + 33);
        assert_eq!(*seal().open(CONTEXT, &sealed).unwrap(), plaintext);
    }
}

#[test]
fn the_plaintext_is_not_in_it_and_no_two_are_alike() {
    let plaintext = b"correct horse battery staple";
    let one = seal().seal(CONTEXT, plaintext);
    let other = seal().seal(CONTEXT, plaintext);
    assert!(one.windows(8).all(|part| part != &plaintext[..8]));
    assert_ne!(one, other);
    assert_ne!(one[5..17], other[5..17], "the nonces");
}

#[test]
fn version_1_is_the_format_that_it_says_it_is() {
    // Made once by another implementation: as long as this opens, version 1 is what it was.
    let sealed: Vec<u8> = (0..FROZEN.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&FROZEN[at..at + 2], 16).unwrap())
        .collect();
    assert_eq!(
        *seal().open(CONTEXT, &sealed).unwrap(),
        b"correct horse battery staple"
    );
}

const FROZEN: &str = "01630dcd29000102030405060708090a0be709755aab2463cf3cfab1a34a44cb4e3eb11860bf98d2dee5779266a0b397178fcb4a66c94b777399183b78";

#[test]
fn another_place_is_refused() {
    let sealed = seal().seal(CONTEXT, b"secret");
    for other in [
        &b""[..],
        b"signing-key:two",
        b"signing-key:one ",
        b"signing-key:on",
        b"Signing-key:one",
        b"client-secret:one",
    ] {
        assert_eq!(seal().open(other, &sealed), Err(SealError::Refused));
    }
}

#[test]
fn every_single_bit_of_a_sealed_value_matters() {
    let sealed = seal().seal(CONTEXT, b"secret");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            let error = seal().open(CONTEXT, &changed).unwrap_err();
            match at {
                0 => assert_eq!(
                    error,
                    SealError::VersionUnknown {
                        version: changed[0]
                    }
                ),
                1..=4 => assert!(matches!(error, SealError::KeyMissing { .. })),
                _ => assert_eq!(error, SealError::Refused),
            }
        }
    }
}

#[test]
fn a_shorter_or_longer_value_is_refused() {
    let sealed = seal().seal(CONTEXT, b"secret");
    for length in 0..sealed.len() {
        let refused = seal().open(CONTEXT, &sealed[..length]).unwrap_err();
        match length {
            0..33 => assert_eq!(refused, SealError::Malformed),
            _ => assert_eq!(refused, SealError::Refused),
        }
    }
    for byte in 0..=255 {
        let longer = [&sealed[..], &[byte]].concat();
        assert_eq!(seal().open(CONTEXT, &longer), Err(SealError::Refused));
    }
}

#[test]
fn a_value_under_a_previous_key_opens_and_asks_to_be_sealed_again() {
    let sealed = seal().seal(CONTEXT, b"secret");
    assert!(!seal().needs_resealing(&sealed));
    let twice = Seal::new(counting(), vec![counting()]);
    assert!(
        !twice.needs_resealing(&sealed),
        "the current key comes first"
    );

    let exchanged = Seal::new(
        KeyEncryptionKey::generate(),
        vec![KeyEncryptionKey::generate(), counting()],
    );
    assert_eq!(*exchanged.open(CONTEXT, &sealed).unwrap(), b"secret");
    assert!(exchanged.needs_resealing(&sealed));

    let again = exchanged.seal(CONTEXT, &exchanged.open(CONTEXT, &sealed).unwrap());
    assert!(!exchanged.needs_resealing(&again));
    assert_eq!(*exchanged.open(CONTEXT, &again).unwrap(), b"secret");
    assert!(matches!(
        seal().open(CONTEXT, &again),
        Err(SealError::KeyMissing { .. })
    ));
}

#[test]
fn a_previous_key_does_not_weaken_the_check() {
    let exchanged = Seal::new(KeyEncryptionKey::generate(), vec![counting()]);
    let mut sealed = seal().seal(CONTEXT, b"secret");
    assert_eq!(exchanged.open(b"other", &sealed), Err(SealError::Refused));
    // Under the name of the current key, which did not seal it.
    let current = exchanged.seal(CONTEXT, b"");
    sealed[1..5].copy_from_slice(&current[1..5]);
    assert_eq!(exchanged.open(CONTEXT, &sealed), Err(SealError::Refused));
}

#[test]
fn a_missing_key_is_named() {
    let sealed = seal().seal(CONTEXT, b"secret");
    let stranger = Seal::new(KeyEncryptionKey::generate(), Vec::new());
    let error = stranger.open(CONTEXT, &sealed).unwrap_err();
    assert_eq!(
        error,
        SealError::KeyMissing {
            key_id: counting().id()
        }
    );
    assert_eq!(
        error.to_string(),
        "sealed under the key-encryption key 630dcd29, which is not configured: \
         add that key to the previous key-encryption keys"
    );
    assert!(!stranger.needs_resealing(&sealed));
    assert!(!stranger.needs_resealing(b"no sealed value"));
}

#[test]
fn derived_secrets_are_hkdf_sha256_and_the_same_everywhere() {
    // Computed with another implementation of RFC 5869: salt "symbolon key-encryption key",
    // info "derive " and the label.
    for (label, expected) in [
        (
            "csrf",
            "bc7fb4eb30f27b7acf4e654f0f96bea533c82f85774858f12e1273693fe1d423",
        ),
        (
            "refresh-token",
            "4c0916233377a5781caf5098d888f6a413e90852df81f11387dd58f808cdc651",
        ),
    ] {
        let derived: String = seal()
            .derive(label)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(derived, expected);
    }
}

#[test]
fn derived_secrets_differ_by_label_and_by_key() {
    let seal = seal();
    assert_ne!(seal.derive("csrf"), seal.derive("csrf "));
    assert_ne!(seal.derive("csrf"), seal.derive(""));
    let other = Seal::new(KeyEncryptionKey::generate(), Vec::new());
    assert_ne!(seal.derive("csrf"), other.derive("csrf"));
}

#[test]
fn all_derived_secrets_are_the_current_one_and_then_the_previous_ones() {
    let old = KeyEncryptionKey::generate();
    let older = KeyEncryptionKey::generate();
    let seal = Seal::new(counting(), vec![old.clone(), older.clone()]);
    let alone = |key| Seal::new(key, Vec::new()).derive("csrf");
    assert_eq!(
        seal.derive_all("csrf"),
        [alone(counting()), alone(old), alone(older)]
    );
    assert_eq!(seal.derive("csrf"), alone(counting()));
}

#[test]
fn debug_shows_ids_and_nothing_else() {
    let old = KeyEncryptionKey::generate();
    let seal = Seal::new(counting(), vec![old.clone()]);
    assert_eq!(
        format!("{seal:?}"),
        format!(
            "Seal {{ current: \"630dcd29\", previous: [{:?}], .. }}",
            old.id()
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_plaintext_opens_in_its_own_place_only(
        plaintext in prop::collection::vec(any::<u8>(), 0..200),
        context in prop::collection::vec(any::<u8>(), 0..40),
        other in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let sealed = seal().seal(&context, &plaintext);
        prop_assert_eq!(&*seal().open(&context, &sealed).unwrap(), &plaintext);
        let opened = seal().open(&other, &sealed);
        prop_assert_eq!(opened.is_ok(), other == context);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(seal().open(CONTEXT, &bytes).is_err());
        let named = [&[1, 0x63, 0x0d, 0xcd, 0x29][..], &bytes].concat();
        prop_assert!(seal().open(CONTEXT, &named).is_err());
        prop_assert!(!seal().needs_resealing(&named));
    }
}
