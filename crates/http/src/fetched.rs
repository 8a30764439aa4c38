//! What others keep at an address of theirs, for as long as it is good.
//!
//! Anybody can have it fetched. So that an address gave nothing is remembered too, for a shorter time;
//! and of several requests for one address at once, one goes out.

use std::time::{Duration, Instant};

use symbolon_web::memory::{Age, Memory, instant};
use tokio::sync::Mutex;

/// What was fetched of late, by address.
pub struct Fetched<T> {
    places: Memory<str, Mutex<Place<T>>>,
    fresh: Duration,
    failed: Duration,
}

/// What was at an address, and since when that is known.
struct Place<T>(Option<(Option<T>, Instant)>);

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone + Send + 'static> Fetched<T> {
    /// Nothing yet, and never of more than `most` addresses. What was found is used for `fresh`, and
    /// an address that gave nothing is left alone for `failed`.
    pub fn new(most: u64, age: Age, fresh: Duration, failed: Duration) -> Self {
        Self {
            places: Memory::new(most, age),
            fresh,
            failed,
        }
    }

    /// What is at the address; `fetch` looks, if it is not known.
    pub async fn at(&self, uri: &str, fetch: impl Future<Output = Option<T>>) -> Option<T> {
        let place = self.places.value_or_default(uri);
        let mut place = place.lock().await;
        if let Some((found, at)) = &place.0 {
            let good = match found {
                Some(_) => self.fresh,
                None => self.failed,
            };
            if at.elapsed() < good {
                return found.clone();
            }
        }
        let found = fetch.await;
        place.0 = Some((found.clone(), instant()));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn fetched(fresh: Duration, failed: Duration) -> Fetched<u8> {
        Fetched::new(10, Age::Unbounded, fresh, failed)
    }

    #[tokio::test]
    async fn what_was_found_and_that_nothing_was_is_known_for_its_own_time() {
        let kept = fetched(LONG, LONG);
        for first in [Some(1), None] {
            let uri = format!("https://client.example/{first:?}");
            assert_eq!(kept.at(&uri, async { first }).await, first);
            assert_eq!(kept.at(&uri, async { Some(2) }).await, first);
        }
        let stale = fetched(Duration::ZERO, LONG);
        assert_eq!(stale.at("uri", async { Some(1) }).await, Some(1));
        assert_eq!(stale.at("uri", async { None }).await, None);
        assert_eq!(stale.at("uri", async { Some(3) }).await, None);
        let again = fetched(LONG, Duration::ZERO);
        assert_eq!(again.at("uri", async { None }).await, None);
        assert_eq!(again.at("uri", async { Some(1) }).await, Some(1));
    }

    #[tokio::test]
    async fn of_several_requests_at_once_one_goes_out() {
        let kept = fetched(LONG, LONG);
        let slow = async {
            tokio::task::yield_now().await;
            Some(1)
        };
        let (one, other) = tokio::join!(kept.at("uri", slow), kept.at("uri", async { Some(2) }));
        assert_eq!((one, other), (Some(1), Some(1)));
    }
}
