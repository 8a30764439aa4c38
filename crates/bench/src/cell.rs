//! One cell of the report: a scenario at one concurrency, with what it cost the machine.

use std::net::SocketAddr;
use std::time::Duration;

use crate::driver::{Failure, Fleet, Measurement, VirtualUser};
use crate::process;

/// Caches, pools and branch predictors get this long, or a fifth of the cell if that is less.
const LONGEST_WARM_UP: Duration = Duration::from_millis(500);
/// So few that even signing in is warm quickly.
const WARM_UP_USERS: usize = 8;

/// A server under load. Without the process id there are no figures of its CPU and memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) pid: Option<u32>,
}

/// Whose figures these are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Side {
    Limit,
    Server,
    /// The server with little in its database, where the one measured has very much.
    Small,
}

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) scenario: String,
    pub(crate) side: Side,
    pub(crate) concurrency: usize,
    pub(crate) measurement: Measurement,
    pub(crate) usage: Usage,
    /// Throughput of the server divided by that of the limit, one per round; else empty.
    pub(crate) ratios: Vec<f64>,
}

/// What a measurement cost; `None` where the system does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// CPU seconds of the measured process.
    pub(crate) server_cpu: Option<f64>,
    /// CPU seconds of the driver, which the measured process had to do without.
    pub(crate) driver_cpu: Option<f64>,
    /// Most memory during the measurement, in KiB.
    pub(crate) peak: Option<u64>,
}

impl Cell {
    /// CPU microseconds of the measured process for one operation, failed ones included.
    pub(crate) fn server_cpu_per_operation(&self) -> Option<f64> {
        self.per_operation(self.usage.server_cpu?)
    }

    /// CPU microseconds of the driver for one operation.
    pub(crate) fn driver_cpu_per_operation(&self) -> Option<f64> {
        self.per_operation(self.usage.driver_cpu?)
    }

    fn per_operation(&self, seconds: f64) -> Option<f64> {
        let operations = self.measurement.succeeded() + self.measurement.failed();
        (operations > 0).then(|| seconds * 1e6 / operations as f64)
    }
}

/// One scenario against the server alone.
pub(crate) async fn observe<U: VirtualUser>(
    scenario: &str,
    target: Target,
    fleet: &mut Fleet<U>,
    concurrency: usize,
    duration: Duration,
) -> Result<Cell, Failure> {
    fleet
        .run(concurrency.min(WARM_UP_USERS), warm_up(duration))
        .await?;
    let (measurement, usage) = run(target, fleet, concurrency, duration).await?;
    Ok(Cell {
        scenario: scenario.to_owned(),
        side: Side::Server,
        concurrency,
        measurement,
        usage,
        ratios: Vec::new(),
    })
}

/// The server beside the limit, in short turns: a machine that becomes slower or faster during
/// the cell does so for both, and every other round begins with the other side.
pub(crate) async fn compare<U: VirtualUser>(
    scenario: &str,
    mut server: (Target, &mut Fleet<U>),
    mut limit: (Target, &mut Fleet<U>),
    concurrency: usize,
    duration: Duration,
    rounds: u32,
) -> Result<[Cell; 2], Failure> {
    let cell = |side| Cell {
        scenario: scenario.to_owned(),
        side,
        concurrency,
        measurement: Measurement::new(),
        usage: Usage {
            server_cpu: Some(0.0),
            driver_cpu: Some(0.0),
            peak: Some(0),
        },
        ratios: Vec::new(),
    };
    let mut cells = [cell(Side::Limit), cell(Side::Server)];
    for (_, fleet) in [&mut limit, &mut server] {
        fleet.run(concurrency, warm_up(duration)).await?;
    }
    for round in 0..rounds {
        let mut throughput = [0.0; 2];
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order {
            let (target, fleet) = if side == 0 { &mut limit } else { &mut server };
            let (measurement, usage) = run(*target, fleet, concurrency, duration / rounds).await?;
            throughput[side] = measurement.throughput();
            cells[side].measurement.add(&measurement);
            cells[side].usage.add(usage);
        }
        cells[1]
            .ratios
            .push(throughput[1] / throughput[0].max(1e-9));
    }
    Ok(cells)
}

/// One run with the use of the target and of the driver around it.
pub(crate) async fn run<U: VirtualUser>(
    target: Target,
    fleet: &mut Fleet<U>,
    concurrency: usize,
    duration: Duration,
) -> Result<(Measurement, Usage), Failure> {
    let driver = std::process::id();
    if let Some(pid) = target.pid {
        process::reset_peak(pid);
    }
    let cpu = || {
        (
            target.pid.and_then(process::cpu_seconds),
            process::cpu_seconds(driver),
        )
    };
    let before = cpu();
    let measurement = fleet.run(concurrency, duration).await?;
    let after = cpu();
    let usage = Usage {
        server_cpu: difference(after.0, before.0),
        driver_cpu: difference(after.1, before.1),
        peak: target
            .pid
            .and_then(process::memory)
            .map(|memory| memory.peak),
    };
    Ok((measurement, usage))
}

/// The middle of the values, 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => 0.0,
        (count, middle) if count % 2 == 1 => sorted[middle],
        (_, middle) => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

impl Usage {
    fn add(&mut self, other: Self) {
        let sum = |a: Option<f64>, b: Option<f64>| Some(a? + b?);
        self.server_cpu = sum(self.server_cpu, other.server_cpu);
        self.driver_cpu = sum(self.driver_cpu, other.driver_cpu);
        self.peak = self.peak.zip(other.peak).map(|(a, b)| a.max(b));
    }
}

fn warm_up(duration: Duration) -> Duration {
    LONGEST_WARM_UP.min(duration / 5)
}

fn difference(after: Option<f64>, before: Option<f64>) -> Option<f64> {
    Some(after? - before?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_the_order_and_one_wild_value() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[0.9, 100.0, 0.8]), 0.9);
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_unknown() {
        let mut usage = Usage {
            server_cpu: Some(1.0),
            driver_cpu: Some(1.0),
            peak: Some(7),
        };
        usage.add(Usage {
            server_cpu: None,
            driver_cpu: Some(0.5),
            peak: Some(5),
        });
        assert_eq!((usage.server_cpu, usage.driver_cpu), (None, Some(1.5)));
        assert_eq!(usage.peak, Some(7));
    }
}
