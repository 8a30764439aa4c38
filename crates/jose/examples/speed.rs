//! Signatures and verifications a second, for each algorithm, on one thread.
//!
//! `cargo run --release -p symbolon-jose --example speed`
//!
//! The payload is an access token as Symbolon issues it. Signing starts from the claims and ends
//! with the token; verifying starts from the token and ends with the claims as JSON.

#![expect(clippy::print_stdout, reason = "an example shows what it found")]
#![expect(clippy::disallowed_methods, reason = "a stopwatch reads the clock")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use symbolon_jose::{Algorithm, Expected, SigningKey, VerifyingKeys};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let claims = json!({
        "iss": "https://id.example.org",
        "sub": "018f3c1e-8a4b-7c7d-9a3e-2f1b6c5d4e3f",
        "aud": ["https://api.example.org"],
        "client_id": "demo-machine",
        "exp": 1_800_043_200,
        "iat": 1_800_000_000,
        "jti": "018f3c1e-8a4b-7c7d-9a3e-000000000001",
        "scope": "openid profile email",
        "org_id": "acme",
        "roles": {"acme": ["admin", "robot"], "globex": ["viewer"]},
    });
    println!("algorithm  signatures/s  verifications/s  bytes a token");
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm)?;
        let keys = VerifyingKeys::from_signing_keys([&key]);
        let expected = Expected {
            typ: &["at+jwt"],
            typ_may_be_absent: false,
            algorithms: &Algorithm::ALL,
        };
        let token = key.sign("at+jwt", &claims)?;
        let signed = a_second(|| key.sign("at+jwt", &claims).map(|_| ()))?;
        let verified = a_second(|| keys.verify(&token, expected).map(|_| ()))?;
        println!(
            "{algorithm:<9}  {signed:>12.0}  {verified:>15.0}  {:>13}",
            token.len()
        );
    }
    Ok(())
}

/// How often `work` runs in a second, after a moment to warm up.
fn a_second<E>(mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let mut measure = |time: Duration| {
        let start = Instant::now();
        let mut rounds = 0_u32;
        while start.elapsed() < time {
            for _ in 0..16 {
                black_box(work())?;
            }
            rounds += 16;
        }
        Ok(f64::from(rounds) / start.elapsed().as_secs_f64())
    };
    measure(Duration::from_millis(200))?;
    measure(Duration::from_secs(1))
}
