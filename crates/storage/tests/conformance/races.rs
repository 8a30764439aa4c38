//! Two instances, many requests at once: what may happen once happens once.

use symbolon_core::approval::ApprovalState;
use symbolon_storage::Applied;

use crate::{
    database::{Database, race},
    sample::{self, after, digest, id, issue, redeem, revoke, rotate},
};

on_every_back_end! {
    of_64_redemptions_of_one_code_one_is_done,
    of_64_redemptions_with_an_opaque_token_one_token_is_recorded,
    of_64_rotations_of_one_generation_one_is_done,
    what_is_revoked_while_it_rotates_stays_revoked,
    what_is_revoked_while_its_session_ends_is_revoked_without_a_failure,
}

const CONTENDERS: usize = 64;

async fn of_64_redemptions_of_one_code_one_is_done(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let outcomes = race(
        &database.instances().await,
        CONTENDERS,
        |_, instance| async move { instance.apply(&[redeem("one")]).await.unwrap() },
    )
    .await;
    assert_eq!(winners(&outcomes).len(), 1);
}

async fn of_64_redemptions_with_an_opaque_token_one_token_is_recorded(database: &Database) {
    sample::populate(&**database).await;
    sample::approve(&**database, "one").await;
    let outcomes = race(
        &database.instances().await,
        CONTENDERS,
        |number, instance| async move {
            let changes = [issue(&format!("token {number}")), redeem("one")];
            instance.apply(&changes).await.unwrap()
        },
    )
    .await;
    let winners = winners(&outcomes);
    assert_eq!(winners.len(), 1);
    for number in 0..CONTENDERS {
        let token = digest(&format!("token {number}"));
        let recorded = database.access_token(token).await.unwrap().is_some();
        assert_eq!(recorded, winners.contains(&number));
    }
}

async fn of_64_rotations_of_one_generation_one_is_done(database: &Database) {
    sample::populate(&**database).await;
    sample::approve_and_redeem(&**database, "one").await;
    let outcomes = race(
        &database.instances().await,
        CONTENDERS,
        |number, instance| async move {
            let next = format!("generation 2 of {number}");
            let rotation = rotate("one", "generation 1", &next);
            instance.apply(&[rotation]).await.unwrap()
        },
    )
    .await;
    let winners = winners(&outcomes);
    assert_eq!(winners.len(), 1);
    let winner = format!("generation 2 of {}", winners.first().unwrap());
    let read = database.approval(&id("one")).await.unwrap().unwrap();
    let refresh = Some(symbolon_core::approval::RefreshFamilyState {
        current: digest(&winner),
        previous: Some(digest("generation 1")),
        rotated_at: after(10),
        ..sample::family("one")
    });
    assert_eq!(read.state, ApprovalState::Redeemed { refresh });
}

async fn what_is_revoked_while_it_rotates_stays_revoked(database: &Database) {
    sample::populate(&**database).await;
    let instances = database.instances().await;
    for round in 0..8 {
        let name = format!("approval-{round}");
        sample::approve_and_redeem(&**database, &name).await;
        let outcomes = race(&instances, 8, |number, instance| {
            let name = name.clone();
            async move {
                let change = match number {
                    3 => revoke(&name),
                    number => rotate(&name, "generation 1", &format!("generation 2 of {number}")),
                };
                instance.apply(&[change]).await.unwrap()
            }
        })
        .await;
        let winners = winners(&outcomes);
        assert!(winners.contains(&3));
        assert!(winners.len() <= 2, "{winners:?}");
        let read = database.approval(&id(&name)).await.unwrap().unwrap();
        assert_eq!(read.state, ApprovalState::Revoked { at: after(20) });
    }
}

async fn what_is_revoked_while_its_session_ends_is_revoked_without_a_failure(database: &Database) {
    sample::populate(&**database).await;
    let instances = database.instances().await;
    for round in 0..4 {
        let names: Vec<_> = (0..8).map(|number| format!("{round}-{number}")).collect();
        for name in &names {
            sample::approve(&**database, name).await;
        }
        let outcomes = race(&instances, 16, |number, instance| {
            let names = names.clone();
            async move {
                match number % 4 {
                    0 => instance.end_session(&id("session"), after(30)).await,
                    1 => instance.end_sessions_of(&id("alice"), after(30)).await,
                    _ => {
                        let one = names.get(number % names.len()).unwrap();
                        // A conflict is to be decided anew, as callers do.
                        while instance.apply(&[revoke(one)]).await? == Applied::Conflict {}
                        Ok(())
                    }
                }
            }
        })
        .await;
        for outcome in outcomes {
            outcome.unwrap();
        }
        for name in &names {
            assert!(!sample::is_live(&**database, name).await);
        }
    }
}

/// The numbers of those who succeeded.
fn winners(outcomes: &[Applied]) -> Vec<usize> {
    let done = |(number, applied): (usize, &Applied)| (*applied == Applied::Done).then_some(number);
    outcomes.iter().enumerate().filter_map(done).collect()
}
