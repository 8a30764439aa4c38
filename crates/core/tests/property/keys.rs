//! The life of signing keys under arbitrary settings and arbitrary gaps between the calls
//! (requirement A3.10).

use proptest::{collection::vec, prelude::*, sample::subsequence};
use symbolon_core::{
    algorithm::Algorithm,
    id::Id,
    keys::{self, KeyPlan, KeyRecord, KeySettings, KeyState},
    time::{Lifetime, Timestamp},
};

/// What happens at one moment: the schedule looks, and somebody may ask for a rotation.
#[derive(Clone, Copy, Debug)]
enum Event {
    Scheduled,
    /// `symbolon keys rotate`: published first.
    Asked,
    /// A key leaked: the next one signs at once.
    AskedAtOnce,
}

/// Everything that was made so far.
struct History {
    settings: KeySettings,
    records: Vec<KeyRecord>,
}

impl History {
    fn make(&mut self, plans: Vec<KeyPlan>, now: Timestamp) {
        for plan in plans {
            let twins = self.of(plan.algorithm);
            assert!(
                twins.iter().all(|twin| twin.generation < plan.generation),
                "{plan:?} is no new generation after {twins:?}"
            );
            self.records.push(KeyRecord {
                id: Id::parse(&format!("{}-{}", plan.algorithm, plan.generation)).unwrap(),
                algorithm: plan.algorithm,
                generation: plan.generation,
                created_at: now,
                activates_at: plan.activates_at,
            });
        }
    }

    fn look(&mut self, event: Event, now: Timestamp) {
        let settings = self.settings.clone();
        self.make(keys::due(&self.records, &settings, now), now);
        let activates_at = match event {
            Event::Scheduled => None,
            Event::Asked => Some(now.plus(settings.publish_before_use)),
            Event::AskedAtOnce => Some(now),
        };
        if let Some(activates_at) = activates_at {
            let plans = keys::rotation(&self.records, &settings, activates_at, now);
            self.make(plans, now);
        }
        let more = keys::due(&self.records, &settings, now);
        assert!(more.is_empty(), "looking twice makes {more:?}");
    }

    fn of(&self, algorithm: Algorithm) -> Vec<&KeyRecord> {
        let all = self.records.iter();
        all.filter(|key| key.algorithm == algorithm).collect()
    }

    fn state(&self, key: &KeyRecord, now: Timestamp) -> KeyState {
        keys::state(key, &self.records, &self.settings, now)
    }

    fn check_one_active(&self, now: Timestamp) {
        for algorithm in &self.settings.algorithms {
            let states: Vec<KeyState> = self
                .of(*algorithm)
                .into_iter()
                .map(|key| self.state(key, now))
                .collect();
            let active = states
                .iter()
                .filter(|state| **state == KeyState::Active)
                .count();
            assert_eq!(active, 1, "{algorithm} at {now:?}: {states:?}");
        }
    }

    /// The moments at which some key goes from one state to the next, and the ones before.
    fn borders(&self) -> Vec<Timestamp> {
        let second = Lifetime::from_seconds(1);
        let ends = self.records.iter().flat_map(|key| {
            let ends_at = key.activates_at.plus(self.settings.longest_token);
            [key.activates_at, ends_at]
        });
        ends.flat_map(|end| [end.minus(second), end]).collect()
    }
}

fn settings() -> impl Strategy<Value = KeySettings> {
    let algorithms = subsequence(Algorithm::ALL.to_vec(), 1..=Algorithm::ALL.len());
    let span = || prop_oneof![0..4_u32, 0..300_u32];
    (algorithms, span(), span(), span()).prop_map(|(algorithms, publish, more, longest)| {
        KeySettings {
            algorithms,
            rotation_interval: Lifetime::from_seconds(publish + 1 + more),
            publish_before_use: Lifetime::from_seconds(publish),
            longest_token: Lifetime::from_seconds(longest),
        }
    })
}

fn events(event: impl Strategy<Value = Event>) -> impl Strategy<Value = Vec<(u32, Event)>> {
    let gap = prop_oneof![3 => 0..5_u32, 4 => 0..200_u32, 1 => 0..5000_u32];
    vec((gap, event), 1..30)
}

/// Lives through the events and hands every moment to `check`: those at which something happens,
/// and the borders in between, with what exists then.
fn live(
    settings: KeySettings,
    events: &[(u32, Event)],
    mut check: impl FnMut(&History, Timestamp),
) -> History {
    let mut now = Timestamp::from_seconds(1_000_000);
    let mut history = History {
        settings,
        records: Vec::new(),
    };
    for (gap, event) in events {
        let next = now.plus(Lifetime::from_seconds(*gap));
        if !history.records.is_empty() {
            let mut between = history.borders();
            between.retain(|moment| now <= *moment && *moment <= next);
            between.sort_unstable();
            between
                .into_iter()
                .chain([next])
                .for_each(|moment| check(&history, moment));
        }
        now = next;
        history.look(*event, now);
        check(&history, now);
    }
    history
}

proptest! {
    #[test]
    fn a3_10_there_is_always_exactly_one_active_key(
        settings in settings(),
        events in events(prop_oneof![
            4 => Just(Event::Scheduled),
            1 => Just(Event::Asked),
            1 => Just(Event::AskedAtOnce),
        ]),
    ) {
        live(settings, &events, History::check_one_active);
    }

    #[test]
    fn a3_10_every_key_but_the_first_is_published_long_enough_before_it_signs(
        settings in settings(),
        events in events(prop_oneof![4 => Just(Event::Scheduled), 1 => Just(Event::Asked)]),
    ) {
        let history = live(settings, &events, |_, _| {});
        for key in &history.records {
            let since = history.of(key.algorithm).first().map(|first| first.generation);
            if since == Some(key.generation) {
                prop_assert_eq!(key.activates_at, key.created_at);
                continue;
            }
            let pending = key.activates_at.since(key.created_at);
            prop_assert!(pending >= history.settings.publish_before_use, "{:?}", key);
            if pending.seconds() > 0 {
                let before = key.activates_at.minus(Lifetime::from_seconds(1));
                prop_assert_eq!(history.state(key, key.created_at), KeyState::Pending);
                prop_assert_eq!(history.state(key, before), KeyState::Pending);
            }
        }
    }

    #[test]
    fn a3_10_a_key_stays_published_until_the_last_token_it_signed_has_expired(
        settings in settings(),
        events in events(prop_oneof![
            4 => Just(Event::Scheduled),
            1 => Just(Event::Asked),
            1 => Just(Event::AskedAtOnce),
        ]),
    ) {
        // For each key, the last moment at which it was seen to sign.
        let mut signed: Vec<(KeyRecord, Timestamp)> = Vec::new();
        live(settings, &events, |history, now| {
            for key in &history.records {
                let state = history.state(key, now);
                let known = signed.iter().position(|(other, _)| other.id == key.id);
                match (state, known) {
                    (KeyState::Active, Some(index)) => signed[index].1 = now,
                    (KeyState::Active, None) => signed.push((key.clone(), now)),
                    (KeyState::Retired, Some(index)) => {
                        let expires_at = signed[index].1.plus(history.settings.longest_token);
                        assert!(now >= expires_at, "{key:?} is retired at {now:?}");
                    }
                    (KeyState::Pending, Some(_)) => panic!("{key:?} signed and is pending again"),
                    (KeyState::Pending | KeyState::Retiring | KeyState::Retired, _) => {}
                }
            }
        });
    }

    #[test]
    fn the_schedule_rotates_at_its_interval_and_makes_one_key_at_a_time(
        settings in settings(),
        events in events(Just(Event::Scheduled)),
    ) {
        let longest_gap = events.iter().map(|(gap, _)| *gap).max().unwrap();
        let history = live(settings, &events, |history, now| {
            for algorithm in &history.settings.algorithms {
                let pending = history
                    .of(*algorithm)
                    .into_iter()
                    .filter(|key| history.state(key, now) == KeyState::Pending)
                    .count();
                assert!(pending <= 1, "{pending} keys wait at {now:?}");
            }
        });
        for algorithm in &history.settings.algorithms {
            for pair in history.of(*algorithm).windows(2) {
                prop_assert_eq!(pair[0].generation + 1, pair[1].generation);
                let signs = pair[1].activates_at.since(pair[0].activates_at);
                let interval = history.settings.rotation_interval;
                prop_assert!(signs >= interval);
                // And no later than the schedule sleeps.
                let late = signs.seconds() - interval.seconds();
                prop_assert!(late <= longest_gap, "{:?}", pair);
            }
        }
    }

    #[test]
    fn two_instances_that_see_the_same_keys_plan_the_same(
        settings in settings(),
        events in events(Just(Event::Scheduled)),
        later in 0..1000_u32,
    ) {
        let history = live(settings.clone(), &events, |_, _| {});
        let elapsed: u32 = events.iter().map(|(gap, _)| gap).sum();
        let now = Timestamp::from_seconds(1_000_000).plus(Lifetime::from_seconds(elapsed + later));
        let mut other_order = history.records.clone();
        other_order.reverse();
        prop_assert_eq!(
            keys::due(&history.records, &settings, now),
            keys::due(&other_order, &settings, now)
        );
    }
}
