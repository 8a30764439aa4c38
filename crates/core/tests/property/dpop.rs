//! What a proof and a person may say of a request (RFC 9449 §4.3, RFC 8628 §6.1).

use proptest::prelude::*;
use symbolon_core::{
    algorithm::Algorithm,
    device::UserCode,
    dpop::{
        self, Facts, Proof, Refusal, Thumbprint,
        nonce::{NonceKeys, NoncePolicy, NonceStanding},
    },
    time::Timestamp,
};

use crate::fixture::Seeded;

const URL: &str = "https://id.example/oauth/v2/token";
const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn check(htm: &str, htu: &str, iat: i64) -> Result<dpop::Use, Refusal> {
    let claims = serde_json::json!({"jti": "one", "htm": htm, "htu": htu, "iat": iat});
    let proof = Proof {
        key: Thumbprint::from_text(&"A".repeat(43)).unwrap(),
        algorithm: Algorithm::ES256,
        claims: serde_json::from_value(claims).unwrap(),
    };
    let facts = Facts {
        alias: None,
        method: "POST",
        url: URL,
        access_token: None,
        nonces: NoncePolicy::Off,
        nonce_keys: &NonceKeys::new([1; 32], []),
        now: NOW,
    };
    dpop::check(&proof, &facts)
}

proptest! {
    #[test]
    fn a_proof_is_for_no_url_but_ours(htu in prop_oneof![".{0,80}", "https?://[a-z.]{1,20}(:[0-9]{1,5})?(/[a-z%/.]{0,20})?"]) {
        prop_assume!(!htu.to_ascii_lowercase().starts_with("https://id.example"));
        prop_assert!(check("POST", &htu, NOW.seconds()).is_err());
    }

    #[test]
    fn what_follows_the_path_makes_no_difference(rest in "[?#][!-~]{0,40}") {
        prop_assume!(!rest.contains(char::from(92)));
        let htu = format!("{URL}{rest}");
        prop_assert!(check("POST", &htu, NOW.seconds()).is_ok());
    }

    #[test]
    fn a_proof_is_for_two_minutes_around_now(iat: i64) {
        let good = (NOW.seconds() - 60..=NOW.seconds() + 60).contains(&iat);
        prop_assert_eq!(check("POST", URL, iat).is_ok(), good);
    }

    #[test]
    fn what_an_instance_accepts_is_still_remembered(iat in 999_940_i64..=1_000_060, behind in 0_i64..=60) {
        let used = check("POST", URL, iat).unwrap();
        // Another instance whose clock is behind by a minute accepts it until then.
        prop_assert!(used.until.seconds() >= iat + 60 + behind);
    }

    #[test]
    fn no_text_is_a_nonce_of_ours(text in ".{0,40}") {
        let keys = NonceKeys::new([1; 32], [[2; 32]]);
        prop_assert_eq!(keys.standing(&text, NOW), NonceStanding::Stale);
    }

    #[test]
    fn a_user_code_is_read_back_however_it_is_written(seed: u32, lower: bool, separator in "[ ._-]{0,3}") {
        let code = UserCode::generate(&Seeded::new(seed));
        let text = code.to_string().replace('-', &separator);
        let text = if lower { text.to_lowercase() } else { text };
        prop_assert_eq!(UserCode::parse(&text).unwrap().to_string(), code.to_string());
    }

    #[test]
    fn reading_a_user_code_never_panics(text in ".{0,100}") {
        let _either = UserCode::parse(&text);
    }
}
