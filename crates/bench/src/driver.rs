//! Virtual users in a closed loop: each owns one connection, does one operation after another
//! and never pauses. What is measured is whole operations (one sign-in is four requests).

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::http::{Connection, ExchangeError, Response, Traffic};

/// How long operations that began in time may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// A user whose connection fails this often in a row gives up: the server is gone.
const FRUITLESS_CONNECTIONS: u32 = 50;
/// Latencies are kept in microseconds up to a minute.
const LONGEST_LATENCY: u64 = 60_000_000;

/// One simulated caller of the server.
pub(crate) trait VirtualUser: Send + 'static {
    /// One measured operation.
    fn act(
        &mut self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Virtual users that are ready, each with its own connection.
#[derive(Debug)]
pub(crate) struct Fleet<U> {
    seats: Vec<Seat<U>>,
}

#[derive(Debug)]
struct Seat<U> {
    user: U,
    connection: Connection,
}

impl<U: VirtualUser> Fleet<U> {
    pub(crate) fn new(address: SocketAddr, users: impl IntoIterator<Item = U>) -> Self {
        let seat = |user| Seat {
            user,
            connection: Connection::new(address),
        };
        Self {
            seats: users.into_iter().map(seat).collect(),
        }
    }

    /// Lets the first `concurrency` users act for `duration`. Every operation that begins in
    /// time is counted and waited for, so a slow one cannot hide behind the end of the window;
    /// the elapsed time reaches to the last answer. Each user acts at least once.
    pub(crate) async fn run(
        &mut self,
        concurrency: usize,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        let recorder = Arc::new(Mutex::new(Measurement::new()));
        let mut tasks = JoinSet::new();
        let mut seats: Vec<_> = self
            .seats
            .drain(..concurrency.min(self.seats.len()))
            .collect();
        for seat in &mut seats {
            seat.connection
                .renew()
                .await
                .map_err(|error| Failure::from(&error.into()))?;
        }
        let begin = Instant::now();
        for seat in seats {
            tasks.spawn(work(seat, begin + duration, Arc::clone(&recorder)));
        }
        let finish = async {
            while let Some(seat) = tasks.join_next().await {
                match seat {
                    Ok(seat) => self.seats.push(seat),
                    Err(error) => return Err(Failure::new("driver", &error.to_string())),
                }
            }
            Ok(())
        };
        tokio::time::timeout(duration + PATIENCE, finish)
            .await
            .map_err(|_| Failure::new("timeout", "operations did not end within a minute"))??;
        let mut measurement = std::mem::replace(&mut *lock(&recorder), Measurement::new());
        measurement.elapsed = begin.elapsed();
        Ok(measurement)
    }
}

async fn work<U: VirtualUser>(
    mut seat: Seat<U>,
    deadline: Instant,
    recorder: Arc<Mutex<Measurement>>,
) -> Seat<U> {
    let before = seat.connection.traffic();
    let mut fruitless = 0;
    let mut begin = Instant::now();
    loop {
        let result = seat.user.act(&mut seat.connection).await;
        let end = Instant::now();
        let mut recorder = lock(&recorder);
        match result {
            Ok(()) => {
                recorder.succeed(end - begin);
                fruitless = 0;
            }
            Err(failure) => {
                fruitless = if failure.unreachable {
                    fruitless + 1
                } else {
                    0
                };
                recorder.fail(failure);
            }
        }
        if end >= deadline || fruitless >= FRUITLESS_CONNECTIONS {
            let after = seat.connection.traffic();
            recorder.traffic.answers += after.answers - before.answers;
            recorder.traffic.bytes += after.bytes - before.bytes;
            break;
        }
        begin = end;
    }
    seat
}

fn lock(recorder: &Mutex<Measurement>) -> MutexGuard<'_, Measurement> {
    recorder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one run saw.
#[derive(Clone, Debug)]
pub(crate) struct Measurement {
    pub(crate) elapsed: Duration,
    /// Microseconds of the operations that succeeded.
    pub(crate) latency: Histogram<u64>,
    /// Label of a failure to how often, and the first of its kind in words.
    pub(crate) failures: BTreeMap<String, (u64, String)>,
    pub(crate) traffic: Traffic,
}

impl Measurement {
    #[expect(
        clippy::expect_used,
        reason = "the bounds are constants that the type accepts"
    )]
    pub(crate) fn new() -> Self {
        Self {
            elapsed: Duration::ZERO,
            latency: Histogram::new_with_bounds(1, LONGEST_LATENCY, 3).expect("valid bounds"),
            failures: BTreeMap::new(),
            traffic: Traffic::default(),
        }
    }

    fn succeed(&mut self, latency: Duration) {
        let microseconds = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency.saturating_record(microseconds.max(1));
    }

    fn fail(&mut self, failure: Failure) {
        self.failures
            .entry(failure.label)
            .or_insert((0, failure.detail))
            .0 += 1;
    }

    pub(crate) fn succeeded(&self) -> u64 {
        self.latency.len()
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().map(|(count, _)| count).sum()
    }

    /// Successful operations a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.succeeded() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Joins the rounds of one cell.
    pub(crate) fn add(&mut self, other: &Self) {
        self.elapsed += other.elapsed;
        self.traffic.answers += other.traffic.answers;
        self.traffic.bytes += other.traffic.bytes;
        // Both sides have the same constant bounds, so nothing can be out of range.
        self.latency.add(&other.latency).unwrap_or_default();
        for (label, (count, detail)) in &other.failures {
            self.failures
                .entry(label.clone())
                .or_insert((0, detail.clone()))
                .0 += count;
        }
    }
}

/// An operation that did not do what it should.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Few different values: a status, or a kind of trouble.
    label: String,
    detail: String,
    unreachable: bool,
}

impl Failure {
    pub(crate) fn new(label: &str, detail: &str) -> Self {
        Self {
            label: label.to_owned(),
            detail: detail.to_owned(),
            unreachable: false,
        }
    }

    /// The server answered, but not as it should.
    pub(crate) fn unexpected(step: &str, response: &Response<'_>) -> Self {
        let label = match response.is_success() {
            true => format!("{step}: unexpected answer {}", response.status),
            false => format!("{step}: {}", response.status),
        };
        Self::new(&label, &gist(&String::from_utf8_lossy(response.body)))
    }
}

/// The title of a page, or the beginning of anything else: enough to see which rule said no.
/// Error answers carry no secret.
fn gist(body: &str) -> String {
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"));
    let text = title.map_or(body, |(title, _)| title);
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").chars().take(160).collect()
}

impl From<&ExchangeError> for Failure {
    fn from(error: &ExchangeError) -> Self {
        Self {
            unreachable: true,
            ..Self::new(&error.to_string(), "")
        }
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        Self::from(&error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.label)?;
        match self.detail.as_str() {
            "" => Ok(()),
            detail => write!(formatter, " ({detail})"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tokio::net::TcpListener;

    use super::*;

    struct Counting {
        acts: u64,
    }

    impl VirtualUser for Counting {
        async fn act(&mut self, _: &mut Connection) -> Result<(), Failure> {
            self.acts += 1;
            match self.acts % 2 {
                1 => Ok(()),
                _ => Err(Failure::new("even", "first of its kind")),
            }
        }
    }

    #[tokio::test]
    async fn only_as_many_users_act_as_the_concurrency_says_and_failures_are_kept_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let users = (0..3).map(|_| Counting { acts: 0 });
        let mut fleet = Fleet::new(listener.local_addr().unwrap(), users);

        let first = fleet.run(2, Duration::ZERO).await.unwrap();
        assert_eq!((first.succeeded(), first.failed()), (2, 0));
        // The third user, who has not acted yet, is now the first of the queue.
        let second = fleet.run(3, Duration::ZERO).await.unwrap();
        assert_eq!((second.succeeded(), second.failed()), (1, 2));
        assert_eq!(second.failures["even"], (2, "first of its kind".to_owned()));

        let mut sum = first.clone();
        sum.add(&second);
        assert_eq!((sum.succeeded(), sum.failed()), (3, 2));
        assert_eq!(sum.elapsed, first.elapsed + second.elapsed);
    }

    #[test]
    fn of_a_page_the_title_is_told_and_of_json_the_beginning() {
        assert_eq!(
            gist("<!doctype html>\n<title>Not\n found</title><p>x"),
            "Not found"
        );
        assert_eq!(
            gist(r#"{"error":"invalid_grant"}"#),
            r#"{"error":"invalid_grant"}"#
        );
        assert_eq!(gist(&"x".repeat(1000)).len(), 160);
    }

    #[tokio::test]
    async fn a_user_gives_up_when_the_server_is_gone() {
        struct Unlucky;
        impl VirtualUser for Unlucky {
            async fn act(&mut self, _: &mut Connection) -> Result<(), Failure> {
                Err(ExchangeError::Closed.into())
            }
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut fleet = Fleet::new(listener.local_addr().unwrap(), [Unlucky]);
        let measurement = fleet.run(1, Duration::from_secs(3600)).await.unwrap();
        assert_eq!(measurement.failed(), u64::from(FRUITLESS_CONNECTIONS));
    }
}
