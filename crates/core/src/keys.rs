//! The life cycle of signing keys, as a pure function of what exists and what time it is.
//!
//! A key is *pending* while it is published and does not sign, *active* while it signs, *retiring*
//! while tokens it signed may still be accepted, and *retired* after that (requirement A3.10). The
//! states follow from the order of the keys of one algorithm and their `activates_at`; nothing has
//! to be written when a key moves from one to the next, so no instance can be late with it.
//!
//! Keys that others encrypt for live the same life: where one would sign, others encrypt for it, and
//! a retiring one still decrypts.

use crate::{
    algorithm::Algorithm,
    id::Id,
    time::{Lifetime, Timestamp},
};

/// What names a signing key.
#[derive(Debug)]
pub enum SigningKey {}

/// What is known of a signing key besides its material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord<A = Algorithm> {
    /// The `kid` header.
    pub id: Id<SigningKey>,
    /// What it signs with, or is encrypted for by.
    pub algorithm: A,
    /// 1 for the first key of an algorithm, then one more for each: unique, so that of several
    /// instances that rotate at once exactly one does.
    pub generation: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it signs.
    pub activates_at: Timestamp,
}

/// A key that has to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlan<A = Algorithm> {
    /// For which algorithm.
    pub algorithm: A,
    /// As which generation.
    pub generation: u32,
    /// From when it is to sign.
    pub activates_at: Timestamp,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, does not sign yet.
    Pending,
    /// Signs.
    Active,
    /// Published, does not sign any more.
    Retiring,
    /// Not published any more.
    Retired,
}

/// When keys rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySettings<A = Algorithm> {
    /// The algorithms that keys are kept for.
    pub algorithms: Vec<A>,
    /// How long a key signs.
    pub rotation_interval: Lifetime,
    /// How long it is published before it signs, so that caches know it.
    pub publish_before_use: Lifetime,
    /// How long the longest-lived token is good: for so long a key stays published after its last
    /// signature.
    pub longest_token: Lifetime,
}

/// The keys that have to be made now so that every algorithm has an active key, and its successor
/// in time.
pub fn due<A: Copy + PartialEq>(
    records: &[KeyRecord<A>],
    settings: &KeySettings<A>,
    now: Timestamp,
) -> Vec<KeyPlan<A>> {
    let plan = |algorithm: &A| match newest(records, *algorithm) {
        None => Some(KeyPlan {
            algorithm: *algorithm,
            generation: 1,
            activates_at: now,
        }),
        Some(newest) => {
            let activates_at = newest.activates_at.plus(settings.rotation_interval);
            (activates_at.minus(settings.publish_before_use) <= now).then(|| {
                successor(
                    newest,
                    activates_at.max(now.plus(settings.publish_before_use)),
                )
            })
        }
    };
    settings.algorithms.iter().filter_map(plan).collect()
}

/// The keys to make when somebody asks for a rotation: one for each algorithm whose newest key is
/// not pending already.
pub fn rotation<A: Copy + PartialEq>(
    records: &[KeyRecord<A>],
    settings: &KeySettings<A>,
    activates_at: Timestamp,
    now: Timestamp,
) -> Vec<KeyPlan<A>> {
    let plan = |algorithm: &A| match newest(records, *algorithm) {
        None => Some(KeyPlan {
            algorithm: *algorithm,
            generation: 1,
            activates_at: now,
        }),
        Some(newest) if newest.activates_at > now && activates_at > now => None,
        Some(newest) => Some(successor(newest, activates_at)),
    };
    settings.algorithms.iter().filter_map(plan).collect()
}

/// The key that signs with an algorithm: the newest whose time has come, else the first one, which
/// has nobody to wait for.
pub fn active<'a>(
    records: impl Iterator<Item = &'a KeyRecord> + Clone,
    algorithm: Algorithm,
    now: Timestamp,
) -> Option<&'a KeyRecord> {
    let own = records.filter(|record| record.algorithm == algorithm);
    let newest = own
        .clone()
        .filter(|record| record.activates_at <= now)
        .max_by_key(|record| record.generation);
    newest.or_else(|| own.min_by_key(|record| record.generation))
}

/// Where a key stands. `records` has all keys, in any order.
pub fn state<A: PartialEq>(
    key: &KeyRecord<A>,
    records: &[KeyRecord<A>],
    settings: &KeySettings<A>,
    now: Timestamp,
) -> KeyState {
    // The first key of an algorithm has nobody to wait for: an instance whose clock is behind that of
    // the one which made it signs with it all the same (requirement A9.5).
    let is_first = !records
        .iter()
        .any(|other| other.algorithm == key.algorithm && other.generation < key.generation);
    if now < key.activates_at && !is_first {
        return KeyState::Pending;
    }
    let replaced_at = records
        .iter()
        .filter(|other| other.algorithm == key.algorithm && other.generation > key.generation)
        .map(|other| other.activates_at)
        .min();
    match replaced_at {
        Some(replaced_at) if now >= replaced_at.plus(settings.longest_token) => KeyState::Retired,
        Some(replaced_at) if now >= replaced_at => KeyState::Retiring,
        _ => KeyState::Active,
    }
}

fn newest<A: PartialEq>(records: &[KeyRecord<A>], algorithm: A) -> Option<&KeyRecord<A>> {
    records
        .iter()
        .filter(|record| record.algorithm == algorithm)
        .max_by_key(|record| record.generation)
}

fn successor<A: Copy>(newest: &KeyRecord<A>, activates_at: Timestamp) -> KeyPlan<A> {
    KeyPlan {
        algorithm: newest.algorithm,
        generation: newest.generation + 1,
        activates_at,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn settings() -> KeySettings {
        KeySettings {
            algorithms: vec![Algorithm::RS256],
            rotation_interval: Lifetime::from_days(90),
            publish_before_use: Lifetime::from_days(1),
            longest_token: Lifetime::from_hours(12),
        }
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_seconds(day * 86_400)
    }

    fn made(plan: KeyPlan, now: Timestamp) -> KeyRecord {
        KeyRecord {
            id: Id::parse(&format!("{}-{}", plan.algorithm, plan.generation)).unwrap(),
            algorithm: plan.algorithm,
            generation: plan.generation,
            created_at: now,
            activates_at: plan.activates_at,
        }
    }

    #[test]
    fn a3_10_there_is_always_exactly_one_active_key_and_no_gap_in_publication() {
        let settings = settings();
        let mut records: Vec<KeyRecord> = Vec::new();
        for hour in 0..(400 * 24) {
            let now = Timestamp::from_seconds(hour * 3600);
            for plan in due(&records, &settings, now) {
                records.push(made(plan, now));
            }
            let states: Vec<_> = records
                .iter()
                .map(|key| state(key, &records, &settings, now))
                .collect();
            let active = states
                .iter()
                .filter(|state| **state == KeyState::Active)
                .count();
            assert_eq!(active, 1, "hour {hour}: {states:?}");
        }
        assert_eq!(
            records.len(),
            5,
            "one at the start and one for each 90 days of 400"
        );
    }

    #[test]
    fn a3_10_a_key_is_published_before_it_signs_and_after_it_signed() {
        let settings = settings();
        let first = made(due(&[], &settings, day(0)).pop().unwrap(), day(0));
        assert!(due(std::slice::from_ref(&first), &settings, day(88)).is_empty());
        let second = made(
            due(std::slice::from_ref(&first), &settings, day(89))
                .pop()
                .unwrap(),
            day(89),
        );
        let keys = [first, second];
        let at = |now| keys.each_ref().map(|key| state(key, &keys, &settings, now));
        assert_eq!(at(day(89)), [KeyState::Active, KeyState::Pending]);
        assert_eq!(at(day(90)), [KeyState::Retiring, KeyState::Active]);
        assert_eq!(at(day(91)), [KeyState::Retired, KeyState::Active]);
    }

    #[test]
    fn after_a_long_sleep_the_old_key_signs_until_the_new_one_was_published() {
        let settings = settings();
        let first = made(due(&[], &settings, day(0)).pop().unwrap(), day(0));
        let plan = due(&[first], &settings, day(500)).pop().unwrap();
        assert_eq!(plan.activates_at, day(501));
    }

    #[test]
    fn a9_5_the_first_key_signs_on_an_instance_whose_clock_is_behind() {
        let first = made(due(&[], &settings(), day(1)).pop().unwrap(), day(1));
        let keys = [first];
        assert_eq!(
            state(&keys[0], &keys, &settings(), day(0)),
            KeyState::Active
        );
    }

    #[test]
    fn the_key_that_signs_is_the_one_whose_state_is_active() {
        let settings = settings();
        let first = made(due(&[], &settings, day(0)).pop().unwrap(), day(0));
        let plan = rotation(std::slice::from_ref(&first), &settings, day(5), day(3))
            .pop()
            .unwrap();
        let second = made(plan, day(3));
        // Asked for while the second one waits: a leak.
        let both = [first.clone(), second.clone()];
        let third = made(
            rotation(&both, &settings, day(4), day(4)).pop().unwrap(),
            day(4),
        );
        let keys = [first, second, third];
        for now in (0..10).map(day) {
            let signs = active(keys.iter(), Algorithm::RS256, now).unwrap();
            assert_eq!(
                state(signs, &keys, &settings, now),
                KeyState::Active,
                "{now:?}"
            );
        }
    }

    #[test]
    fn asking_twice_for_a_rotation_makes_one_key() {
        let settings = settings();
        let first = made(due(&[], &settings, day(0)).pop().unwrap(), day(0));
        let plan = rotation(std::slice::from_ref(&first), &settings, day(2), day(1))
            .pop()
            .unwrap();
        let keys = [first, made(plan, day(1))];
        assert!(rotation(&keys, &settings, day(2), day(1)).is_empty());
    }
}
