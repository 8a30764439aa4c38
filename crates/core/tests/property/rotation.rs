//! One code and the family of refresh tokens that comes of it, under arbitrary interleavings of
//! requests, time and changes of the facts (requirements A2.2, A2.3, A2.5, A2.6, A2.13).

mod invariants;
mod player;
mod provider;
mod reference;
mod store;

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, subsequence},
};
use symbolon_core::{
    client::AccessTokenFormat, grant::refresh_token, scope::Scope, settings::TokenSettings,
    time::Lifetime,
};

use player::Player;
use provider::{Circumstances, Provider, Refusal, Request, redemption, refresh_request};
use reference::Fault;

/// One step of a story.
#[derive(Clone, Debug)]
enum Operation {
    /// A request comes and is answered.
    Do(Action),
    /// A request comes and is decided; its writes wait.
    Begin(Action),
    /// One of the waiting requests writes; after a conflict it waits again.
    Finish(Index),
    Wait(Wait),
    /// The person is enabled, or disabled.
    Enabled(bool),
    /// The person's roles change.
    Roles(u8),
    /// The key that successors are derived with changes.
    ChangeKey,
    /// Somebody withdraws the approval.
    SignOut,
}

#[derive(Clone, Debug)]
enum Action {
    Redeem(Fault),
    Refresh(Which, Asked, Fault),
}

/// Which token is presented.
#[derive(Clone, Copy, Debug)]
enum Which {
    Newest,
    /// So many before the predecessor of the newest.
    Older(u8),
    Forged(u8),
}

/// Which scope is asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    All,
    Same,
    Narrower(usize),
    Wider,
    Other,
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    Seconds(u32),
    /// Until a border, and so many seconds more or less.
    Until(Border, i8),
}

#[derive(Clone, Copy, Debug)]
enum Border {
    Grace,
    Idle,
    Absolute,
    Code,
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    let lifetimes = (
        prop_oneof![Just(0_u32), Just(1), Just(5), 0..30_u32],
        10..120_u32,
        prop_oneof![1 => 20..80_u32, 3 => 200..900_u32],
        1..900_u32,
    );
    let words = vec!["openid", "profile", "offline_access", "invoices.read"];
    let format = prop_oneof![
        Just(AccessTokenFormat::Jwt),
        Just(AccessTokenFormat::Opaque)
    ];
    let scope = subsequence(words, 1..=4);
    (lifetimes, scope, 0..600_u32, format, any::<u32>()).prop_map(
        |((grace, idle, absolute, access), words, session_age, format, seed)| Circumstances {
            settings: TokenSettings {
                access_lifetime: Lifetime::from_seconds(access),
                refresh_idle_lifetime: Lifetime::from_seconds(idle),
                refresh_absolute_lifetime: Lifetime::from_seconds(absolute),
                refresh_grace: Lifetime::from_seconds(grace),
                ..TokenSettings::default()
            },
            session_age: Lifetime::from_seconds(session_age),
            scope: Scope::parse(&words.join(" ")).unwrap(),
            format,
            seed,
        },
    )
}

/// Circumstances in which nothing expires within a minute.
fn lasting() -> impl Strategy<Value = Circumstances> {
    circumstances().prop_map(|mut circumstances| {
        circumstances.session_age = Lifetime::from_seconds(0);
        circumstances.settings.refresh_idle_lifetime = Lifetime::from_seconds(60);
        circumstances.settings.refresh_absolute_lifetime = Lifetime::from_seconds(60);
        circumstances
    })
}

fn action() -> impl Strategy<Value = Action> {
    let code_fault = prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::OtherClient),
        1 => Just(Fault::OtherRedirectUri),
        1 => Just(Fault::OtherVerifier),
        1 => Just(Fault::UnknownToken),
    ];
    let which = prop_oneof![
        12 => Just(Which::Newest),
        5 => Just(Which::Older(0)),
        1 => (1..4_u8).prop_map(Which::Older),
        1 => any::<u8>().prop_map(Which::Forged),
    ];
    let asked = prop_oneof![
        6 => Just(Asked::All),
        1 => Just(Asked::Same),
        2 => (0..4_usize).prop_map(Asked::Narrower),
        1 => Just(Asked::Wider),
        1 => Just(Asked::Other),
    ];
    let fault = prop_oneof![
        12 => Just(Fault::None),
        1 => Just(Fault::OtherClient),
        1 => Just(Fault::UnknownToken),
    ];
    prop_oneof![
        1 => code_fault.prop_map(Action::Redeem),
        12 => (which, asked, fault)
            .prop_map(|(which, asked, fault)| Action::Refresh(which, asked, fault)),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let border = prop_oneof![
        8 => Just(Border::Grace),
        2 => Just(Border::Idle),
        1 => Just(Border::Absolute),
        1 => Just(Border::Code),
    ];
    let wait = prop_oneof![
        (0..4_u32).prop_map(Wait::Seconds),
        (border, -1..=1_i8).prop_map(|(border, off)| Wait::Until(border, off)),
    ];
    prop_oneof![
        8 => action().prop_map(Operation::Do),
        5 => action().prop_map(Operation::Begin),
        5 => any::<Index>().prop_map(Operation::Finish),
        5 => wait.prop_map(Operation::Wait),
        1 => prop::bool::weighted(0.7).prop_map(Operation::Enabled),
        1 => (0..3_u8).prop_map(Operation::Roles),
        1 => Just(Operation::ChangeKey),
    ]
}

/// How the code is redeemed, if the rest of the story is to be about refresh tokens.
fn beginning() -> impl Strategy<Value = Vec<Operation>> {
    let redeem = || Operation::Do(Action::Redeem(Fault::None));
    prop_oneof![
        8 => Just(vec![redeem()]),
        1 => (-1..=1_i8, any::<bool>()).prop_map(move |(off, enabled)| vec![
            Operation::Wait(Wait::Until(Border::Code, off)),
            Operation::Enabled(enabled),
            redeem(),
            Operation::Enabled(true),
        ]),
        1 => Just(Vec::new()),
    ]
}

/// What an honest client does, so that families live long enough to have something to lose.
fn honest() -> impl Strategy<Value = Operation> {
    let refresh = || Action::Refresh(Which::Newest, Asked::All, Fault::None);
    prop_oneof![
        4 => Just(Operation::Do(refresh())),
        1 => Just(Operation::Begin(refresh())),
        2 => any::<Index>().prop_map(Operation::Finish),
        1 => (0..4_u32).prop_map(|seconds| Operation::Wait(Wait::Seconds(seconds))),
        1 => Just(Operation::ChangeKey),
    ]
}

/// Mostly honest at first, then anything; at most one withdrawal, near the end.
fn story() -> impl Strategy<Value = Vec<Operation>> {
    let mostly_honest = prop_oneof![6 => honest(), 1 => operation()];
    let sign_out = prop::bool::weighted(0.2);
    (
        vec(mostly_honest, 0..20),
        vec(operation(), 0..20),
        sign_out,
        vec(operation(), 0..6),
    )
        .prop_map(|(honest, any, signs_out, after)| {
            let sign_out = signs_out.then_some(Operation::SignOut);
            honest
                .into_iter()
                .chain(any)
                .chain(sign_out)
                .chain(after)
                .collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The model: every decision is the reference's, and between any two steps at most one token
    /// of the family is current, no second line exists, nothing that was revoked works, and no
    /// token outlives its lifetimes.
    #[test]
    fn a2_5_a_family_never_forks_whatever_happens_in_whatever_order(
        circumstances in circumstances(),
        beginning in beginning(),
        story in story(),
    ) {
        let mut player = Player::new(&circumstances);
        for operation in beginning.iter().chain(&story) {
            player.play(operation);
        }
        player.finish_all();
    }
}

proptest! {
    #[test]
    fn a2_3_one_of_many_redemptions_wins_and_the_losers_revoke_it(
        circumstances in lasting(),
        faults in vec(prop_oneof![
            3 => Just(Fault::None),
            1 => Just(Fault::OtherVerifier),
            1 => Just(Fault::OtherClient),
        ], 1..16),
        order in vec(any::<Index>(), 0..40),
    ) {
        let mut player = Player::new(&circumstances);
        for fault in &faults {
            player.begin(&Action::Redeem(*fault));
        }
        for index in order {
            player.play(&Operation::Finish(index));
        }
        player.finish_all();
        let good = faults.iter().filter(|fault| **fault == Fault::None).count();
        // One winner, whose refresh token is the only one there ever was.
        prop_assert_eq!(player.reference.chain.len(), good.min(1));
        prop_assert_eq!(player.provider.store.is_revoked(), good > 1);
        player.play(&Operation::Do(Action::Refresh(Which::Newest, Asked::All, Fault::None)));
        prop_assert_eq!(player.reference.chain.len(), if good == 1 { 2 } else { good.min(1) });
    }

    #[test]
    fn a2_5_racing_refreshes_get_the_same_successor_and_without_a_grace_revoke_the_family(
        circumstances in lasting(),
        racers in 1..16_usize,
        order in vec(any::<Index>(), 0..40),
    ) {
        let mut player = Player::new(&circumstances);
        player.play(&Operation::Do(Action::Redeem(Fault::None)));
        let refresh = Action::Refresh(Which::Newest, Asked::All, Fault::None);
        for _ in 0..racers {
            player.begin(&refresh);
        }
        for index in order {
            player.play(&Operation::Finish(index));
        }
        player.finish_all();
        // However many raced, there is one successor; the player saw each of them get that one.
        prop_assert_eq!(player.reference.chain.len(), 2);
        let goes_on = racers == 1 || circumstances.settings.refresh_grace.seconds() > 0;
        prop_assert_eq!(player.provider.store.is_revoked(), !goes_on);
        player.play(&Operation::Do(refresh));
        prop_assert_eq!(player.reference.chain.len(), if goes_on { 3 } else { 2 });
    }

    #[test]
    fn a2_5_the_grace_lasts_to_the_second_and_gives_the_same_bytes(
        circumstances in lasting(),
        around in -2..3_i32,
        key_changes in any::<bool>(),
    ) {
        let mut provider = Provider::new(&circumstances);
        let provider = &mut provider;
        let first = exchange(provider, &redemption(provider)).unwrap();
        let second = exchange(provider, &refresh_request(&first, None)).unwrap();
        let grace = circumstances.settings.refresh_grace.seconds();
        let late = grace.saturating_add_signed(around);
        provider.wait(late);
        if key_changes {
            provider.change_succession_key();
        }

        let again = exchange(provider, &refresh_request(&first, None));
        let third = exchange(provider, &refresh_request(&second, None));
        if grace > 0 && late <= grace {
            prop_assert_eq!(again, Ok(second));
            prop_assert!(third.is_ok());
        } else {
            prop_assert_eq!(again, Err(Refusal::Refresh(refresh_token::Refusal::Replayed)));
            prop_assert_eq!(third, Err(Refusal::Refresh(refresh_token::Refusal::Revoked)));
        }
    }
}

/// A request from its decision to its answer, with nobody in between: the refresh token.
fn exchange(provider: &mut Provider, request: &Request) -> Result<String, Refusal> {
    let decision = provider.decide(request, &provider.client);
    assert!(provider.apply(&decision.changes));
    decision
        .outcome
        .map(|tokens| tokens.refresh.unwrap().expose().to_owned())
}
