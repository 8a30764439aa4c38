//! Server nonces (RFC 9449 §8, §9).

use symbolon_testkit::{Options, RelyingParty, Server, on_both_databases};

use super::{Key, machine_token, proof, userinfo, userinfo_proof};
use crate::support::{binary, demo, options, server};

const REQUIRED: [(&str, &str); 1] = [("SYMBOLON_DPOP_NONCES", "required")];

on_both_databases! {
    async fn by_default_there_are_none(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_machine(server.issuer()).await;
        let answer = machine_token(&party, &proof(&party, &Key::new())).await;
        assert_eq!((answer.status.as_u16(), answer.header("dpop-nonce")), (200, ""));
    }

    async fn where_one_is_required_the_first_answer_brings_it(backend) {
        let server = server(backend, &REQUIRED);
        let party = RelyingParty::demo_machine(server.issuer()).await;
        let key = Key::new();
        let first = machine_token(&party, &proof(&party, &key)).await;
        assert_eq!((first.status.as_u16(), first.error()), (400, "use_dpop_nonce"));
        let nonce = first.header("dpop-nonce");
        assert!(!nonce.is_empty());
        let answer = machine_token(&party, &proof(&party, &key).claim("nonce", nonce)).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        assert!(!answer.header("dpop-nonce").is_empty());
        // It may be used again; the proof may not.
        let again = machine_token(&party, &proof(&party, &key).claim("nonce", nonce)).await;
        assert_eq!(again.status, 200);

        let token = answer.json["access_token"].as_str().unwrap();
        let authorization = format!("DPoP {token}");
        let ask = async |nonce: Option<&str>| {
            let proof = userinfo_proof(&party, &key, token);
            let proof = match nonce {
                Some(nonce) => proof.claim("nonce", nonce),
                None => proof,
            };
            userinfo(&party, &authorization, &[proof.sign()]).await
        };
        let without = ask(None).await;
        assert_eq!((without.status.as_u16(), without.error()), (401, "use_dpop_nonce"));
        let challenge = without.header("www-authenticate");
        assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""));
        assert!(!without.header("dpop-nonce").is_empty());
        let with = ask(Some(without.header("dpop-nonce"))).await;
        // The token is good; its scope does not name openid.
        assert_eq!((with.status.as_u16(), with.error()), (200, ""), "{with:?}");
    }

    async fn a_nonce_that_is_not_ours_is_refused_and_a_good_one_brought(backend) {
        for policy in ["required", "optional"] {
            let server = server(backend, &[("SYMBOLON_DPOP_NONCES", policy)]);
            let party = RelyingParty::demo_machine(server.issuer()).await;
            let key = Key::new();
            for bad in ["", "x", &"A".repeat(32)] {
                let answer = machine_token(&party, &proof(&party, &key).claim("nonce", bad)).await;
                assert_eq!(answer.error(), "use_dpop_nonce", "{policy} {bad}");
                assert!(!answer.header("dpop-nonce").is_empty());
            }
        }
    }

    async fn where_it_is_optional_it_is_brought_and_may_be_left_out(backend) {
        let server = server(backend, &[("SYMBOLON_DPOP_NONCES", "optional")]);
        let party = RelyingParty::demo_machine(server.issuer()).await;
        let answer = machine_token(&party, &proof(&party, &Key::new())).await;
        assert_eq!(answer.status, 200);
        let nonce = answer.header("dpop-nonce");
        let answer = machine_token(&party, &proof(&party, &Key::new()).claim("nonce", nonce)).await;
        assert_eq!(answer.status, 200);
        // Who sends no proof is not bothered.
        let free = party.client_credentials().await;
        assert_eq!((free.status.as_u16(), free.header("dpop-nonce")), (200, ""));
    }

    async fn every_instance_knows_the_nonces_of_the_others(backend) {
        let database = backend.url();
        let start = |issuer| {
            let options = Options { issuer, ..options(&database) };
            Server::start(binary(), options.with(REQUIRED[0].0, REQUIRED[0].1))
        };
        let first = start(None);
        let second = start(Some(first.issuer().to_owned()));
        let party = RelyingParty::demo_machine(first.issuer()).await;
        let elsewhere = party.clone().through(second.url());
        let key = Key::new();
        let nonce = machine_token(&party, &proof(&party, &key)).await;
        let proof = proof(&party, &key).claim("nonce", nonce.header("dpop-nonce"));
        assert_eq!(machine_token(&elsewhere, &proof).await.status, 200);
    }
}
