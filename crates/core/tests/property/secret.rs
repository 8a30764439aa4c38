//! Secrets and digests (requirement A2.10).

use proptest::{collection::vec, prelude::*, sample::Index};
use symbolon_core::secret::{
    AccessToken, AuthorizationCode, ClientSecret, Digest, InteractionHandle, Kind, RefreshToken,
    Secret,
};

use crate::fixture::Seeded;

/// What can happen to a text on its way.
#[derive(Clone, Debug)]
enum Damage {
    Changed(Index, char),
    Inserted(Index, char),
    Removed(Index),
    Swapped(Index, Index),
    Cut(Index),
    Upper,
    Lower,
}

impl Damage {
    fn of(&self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let length = characters.len();
        match self {
            Self::Changed(place, character) => characters[place.index(length)] = *character,
            Self::Inserted(place, character) => {
                characters.insert(place.index(length + 1), *character);
            }
            Self::Removed(place) => {
                characters.remove(place.index(length));
            }
            Self::Swapped(one, other) => characters.swap(one.index(length), other.index(length)),
            Self::Cut(place) => characters.truncate(place.index(length)),
            Self::Upper => return text.to_uppercase(),
            Self::Lower => return text.to_lowercase(),
        }
        characters.into_iter().collect()
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let character = prop_oneof![
        prop::char::range('!', '~'),
        any::<char>(),
        prop::sample::select(vec!['-', '_', '=', ' ', '\0', '\n'])
    ];
    let place = any::<Index>;
    prop_oneof![
        4 => (place(), character.clone()).prop_map(|(place, to)| Damage::Changed(place, to)),
        2 => (place(), character).prop_map(|(place, what)| Damage::Inserted(place, what)),
        1 => place().prop_map(Damage::Removed),
        1 => (place(), place()).prop_map(|(one, other)| Damage::Swapped(one, other)),
        1 => place().prop_map(Damage::Cut),
        1 => Just(Damage::Upper),
        1 => Just(Damage::Lower),
    ]
}

fn read<K: Kind>(text: &str) -> Result<Vec<u8>, TestCaseError> {
    match Secret::<K>::parse(text) {
        Ok(secret) => Ok(secret.bytes().to_vec()),
        Err(_) => Err(TestCaseError::fail("a secret is not read back")),
    }
}

fn check<K: Kind>(random: &[u8], damage: &Damage) -> Result<(), TestCaseError> {
    let bytes = &random[..K::BYTES];
    let secret = Secret::<K>::from_bytes(bytes);
    let text = secret.expose();
    prop_assert!(text.starts_with(K::PREFIX));
    prop_assert_eq!(read::<K>(text)?, bytes);

    let damaged = damage.of(text);
    if damaged != text {
        prop_assert!(Secret::<K>::parse(&damaged).is_err(), "{:?}", damage);
    }

    let kinds = [
        Secret::<AccessToken>::parse(text).is_ok(),
        Secret::<AuthorizationCode>::parse(text).is_ok(),
        Secret::<ClientSecret>::parse(text).is_ok(),
        Secret::<InteractionHandle>::parse(text).is_ok(),
        Secret::<RefreshToken>::parse(text).is_ok(),
    ];
    prop_assert_eq!(kinds.into_iter().filter(|read| *read).count(), 1);
    let printed = format!("{secret:?} {:?}", secret.digest());
    prop_assert!(!printed.contains(text));
    Ok(())
}

proptest! {
    #[test]
    fn a2_10_any_change_of_any_character_is_refused(
        random in vec(any::<u8>(), 48),
        damage in damage(),
    ) {
        check::<AccessToken>(&random, &damage)?;
        check::<AuthorizationCode>(&random, &damage)?;
        check::<ClientSecret>(&random, &damage)?;
        check::<InteractionHandle>(&random, &damage)?;
        check::<RefreshToken>(&random, &damage)?;
    }

    #[test]
    fn an_arbitrary_text_is_no_secret(text in "(sy_[a-z]{2}_)?[A-Za-z0-9_-]{40,80}|\\PC{0,80}") {
        prop_assert!(Secret::<AccessToken>::parse(&text).is_err());
        prop_assert!(Secret::<RefreshToken>::parse(&text).is_err());
    }

    #[test]
    fn a_refresh_token_is_its_two_halves(
        family in prop::array::uniform16(any::<u8>()),
        generation in prop::array::uniform32(any::<u8>()),
        other in prop::array::uniform32(any::<u8>()),
    ) {
        let token = Secret::of_family(&family, &generation);
        prop_assert_eq!((*token.family(), *token.generation()), (family, generation));
        let sibling = Secret::of_family(&family, &other);
        prop_assert_eq!(token.family_digest(), sibling.family_digest());
        let same = generation == other;
        prop_assert_eq!(token.generation_digest() == sibling.generation_digest(), same);
    }

    #[test]
    fn a_digest_survives_storage_and_tells_secrets_apart(seed in any::<u32>()) {
        let entropy = Seeded::new(seed);
        let one = Secret::<ClientSecret>::generate(&entropy).digest();
        let other = Secret::<ClientSecret>::generate(&entropy).digest();
        prop_assert!(one != other);
        prop_assert_eq!(Digest::from_slice(one.as_bytes()), Some(one));
        prop_assert_eq!(Digest::<ClientSecret>::from_slice(&one.as_bytes()[1..]), None);
    }
}
