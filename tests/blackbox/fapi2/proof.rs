//! `fapi2-security-profile-final-`: DPoP proofs at the token endpoint and at userinfo.

use serde_json::json;
use symbolon_testkit::{now, on_both_databases};

use super::{Application, Keys, Way, each, said, shared};
use crate::dpop::{Key, Proof};

const WAYS: [Way; 2] = [Way::KeyDpop, Way::TlsDpop];

const MACHINE: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "openid")];

on_both_databases! {
    async fn check_dpop_proof_nbf_exp(backend) {
        for own in each(shared(backend), &WAYS).await {
            for (claims, accepted) in [
                (&[("nbf", -10), ("exp", 60)][..], true),
                (&[("nbf", 10), ("exp", 60)], true),
                (&[("exp", -1)], false),
                (&[("nbf", 120)], false),
            ] {
                let proof = claims.iter().fold(own.proof("token_endpoint"), |proof, (name, ahead)| {
                    proof.claim(name, now() + ahead)
                });
                let answer = own.to("token_endpoint", &MACHINE).proving(&proof.sign()).send().await;
                assert_eq!(answer.status.is_success(), accepted, "{claims:?}: {answer:?}");
            }
        }
    }

    async fn ensure_dpopproof_with_iat_10seconds_before_succeeds(backend) {
        made_at(backend, -10, true).await;
    }

    async fn ensure_dpopproof_with_iat_10seconds_after_succeeds(backend) {
        made_at(backend, 10, true).await;
    }

    async fn a3_11_a_proof_that_is_made_more_than_a_minute_from_now_is_refused(backend) {
        made_at(backend, 65, false).await;
    }

    async fn dpop_negative_tests(backend) {
        for own in each(shared(backend), &WAYS).await {
            let form = own.to("token_endpoint", &MACHINE).send().await;
            let token = form.json["access_token"].as_str().unwrap();
            let url = own.party.endpoint("userinfo_endpoint");
            let key = &own.keys.proving;
            let good = || key.proof("GET", &url).for_token(token);
            let send = async |proof: String| own.presenting(token).proving(&proof).send().await;
            let rs256 = Key::of("RS256").proof("GET", &url).for_token(token);
            let mut private = key.public();
            private["d"] = key.private()["d"].clone();
            let used = good().sign();
            assert_eq!(send(used.clone()).await.status, 200);
            for (what, proof) in [
                ("malformed", "x.y".to_owned()),
                ("empty", "..".to_owned()),
                ("no typ", good().without("typ").sign()),
                ("another typ", good().header("typ", "JWT").sign()),
                ("no alg", good().without("alg").sign()),
                ("no jwk", good().without("jwk").sign()),
                ("no jti", good().without("jti").sign()),
                ("no htm", good().without("htm").sign()),
                ("no htu", good().without("htu").sign()),
                ("no iat", good().without("iat").sign()),
                ("no ath", good().without("ath").sign()),
                ("RS256", rs256.sign()),
                ("none", good().unsigned()),
                ("HMAC", good().sign_with_hmac()),
                ("a bad signature", format!("{}AA", good().sign())),
                ("another key's signature", good().header("jwk", Keys::of(2).proving.public()).sign()),
                ("a private key", good().header("jwk", private).sign()),
                ("another method", good().claim("htm", "POST").sign()),
                ("another case of the method", good().claim("htm", "get").sign()),
                ("another URL", good().claim("htu", "https://other.example/").sign()),
                ("an hour ago", good().claim("iat", now() - 3_600).sign()),
                ("in an hour", good().claim("iat", now() + 3_600).sign()),
                ("used", used),
                ("another token's", good().for_token("other").sign()),
                ("another key", Keys::of(2).proving.proof("GET", &url).for_token(token).sign()),
            ] {
                let answer = send(proof).await;
                let status = answer.status.as_u16();
                assert!([400, 401].contains(&status), "{:?} {what}: {answer:?}", own.way);
            }
            // A downgrade to a bearer token.
            let bearer = own.presenting(token).header("authorization", &format!("Bearer {token}"));
            assert_eq!(bearer.clone().send().await.status, 401);
            assert_eq!(bearer.without_header("dpop").send().await.status, 401);
            // What makes no difference.
            let own_url = url.as_str();
            let upper = own_url.replacen("http://", "HTTP://", 1);
            for (what, proof) in [
                ("a query", good().claim("htu", format!("{own_url}?a=b"))),
                ("a fragment", good().claim("htu", format!("{own_url}#a"))),
                ("the case of the scheme", good().claim("htu", upper)),
                ("more claims", good().claim("extra", json!({"a": 1}))),
            ] {
                let answer = send(proof.sign()).await;
                assert_eq!(answer.status, 200, "{:?} {what}: {answer:?}", own.way);
            }
        }
    }
}

async fn made_at(backend: symbolon_testkit::Backend, ahead: i64, accepted: bool) {
    for own in each(shared(backend), &WAYS).await {
        let at = |proof: Proof| proof.claim("iat", now() + ahead).sign();
        let proof = at(own.proof("token_endpoint"));
        let answer = own
            .to("token_endpoint", &MACHINE)
            .proving(&proof)
            .send()
            .await;
        if !accepted {
            assert_eq!(said(&answer), (400, "invalid_dpop_proof"));
            continue;
        }
        own.check(&answer);
        let token = answer.json["access_token"].as_str().unwrap();
        assert_eq!(presented(&own, token, at).await, 200);
    }
}

async fn presented(own: &Application, token: &str, at: impl Fn(Proof) -> String) -> u16 {
    let url = own.party.endpoint("userinfo_endpoint");
    let proof = at(own.keys.proving.proof("GET", &url).for_token(token));
    let answer = own.presenting(token).proving(&proof).send().await;
    answer.status.as_u16()
}
