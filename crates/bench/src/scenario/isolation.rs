//! Does hashing passwords slow down everybody else? client_credentials, idle and while many
//! people sign in without pause, in turns within one run.

use std::time::Duration;

use super::code_flow::WEB;
use super::fixed::Fixed;
use super::sign_in::SignIn;
use crate::cell::{self, Target};
use crate::driver::{Failure, Fleet, Measurement};

/// How many people sign in all the time.
pub(crate) const PEOPLE_AT_THE_DOOR: usize = 64;
/// Until the queue of password hashes is full and stays so.
const RAMP: Duration = Duration::from_secs(1);

/// client_credentials at one concurrency, alone and beside the sign-ins.
#[derive(Clone, Debug)]
pub(crate) struct Isolation {
    pub(crate) concurrency: usize,
    pub(crate) idle: Measurement,
    pub(crate) busy: Measurement,
    pub(crate) sign_ins: Measurement,
    /// Most memory of the server while people sign in, in KiB.
    pub(crate) peak: Option<u64>,
    /// p99 while busy divided by p99 while idle, one per round.
    pub(crate) ratios: Vec<f64>,
}

pub(crate) async fn isolation(
    target: Target,
    fleet: &mut Fleet<Fixed>,
    concurrency: usize,
    duration: Duration,
    rounds: u32,
) -> Result<Isolation, Failure> {
    let mut people = Fleet::new(
        target.address,
        (0..PEOPLE_AT_THE_DOOR).map(|user| SignIn::new(user, WEB)),
    );
    let mut result = Isolation {
        concurrency,
        idle: Measurement::new(),
        busy: Measurement::new(),
        sign_ins: Measurement::new(),
        peak: None,
        ratios: Vec::new(),
    };
    let round = duration / rounds;
    fleet.run(concurrency, RAMP.min(round)).await?;
    for _ in 0..rounds {
        let (idle, _) = cell::run(target, fleet, concurrency, round).await?;
        let at_the_door = people.run(PEOPLE_AT_THE_DOOR, RAMP + round);
        let beside = async {
            tokio::time::sleep(RAMP).await;
            cell::run(target, fleet, concurrency, round).await
        };
        let (sign_ins, busy) = tokio::join!(at_the_door, beside);
        let (sign_ins, (busy, usage)) = (sign_ins?, busy?);
        result.peak = result.peak.max(usage.peak);
        let p99 = |measurement: &Measurement| measurement.latency.value_at_quantile(0.99) as f64;
        result.ratios.push(p99(&busy) / p99(&idle).max(1.0));
        result.idle.add(&idle);
        result.busy.add(&busy);
        result.sign_ins.add(&sign_ins);
    }
    Ok(result)
}
