//! The checks of RFC 9449 §4.3 at the token endpoint.

use serde_json::json;
use symbolon_testkit::{Answer, now, on_both_databases};

use super::{Key, bound_to, machine_token, post, proof};
use crate::support::{machine, public, shared};

fn is_refused(answer: &Answer, what: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, "invalid_dpop_proof"),
        "{what}: {answer:?}"
    );
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert!(answer.json.get("access_token").is_none(), "{what}");
}

on_both_databases! {
    async fn discovery_says_with_what_proofs_may_be_signed(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        assert_eq!(
            party.metadata["dpop_signing_alg_values_supported"],
            json!(["ES256", "EdDSA", "PS256", "RS256"])
        );
    }

    async fn a_token_is_bound_to_the_key_of_the_proof_with_each_algorithm(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        for algorithm in ["ES256", "EdDSA", "PS256", "RS256"] {
            let key = Key::of(algorithm);
            let answer = machine_token(&party, &proof(&party, &key)).await;
            assert_eq!(answer.json["token_type"], "DPoP", "{algorithm}: {answer:?}");
            let token = answer.json["access_token"].as_str().unwrap();
            assert_eq!(bound_to(token), key.thumbprint(), "{algorithm}");
        }
    }

    async fn without_a_proof_the_token_is_as_before(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let tokens = party.client_credentials().await.tokens();
        assert!(symbolon_testkit::jwt_payload(&tokens.access_token)["cnf"].is_null());
    }

    async fn a_client_whose_tokens_are_always_bound_has_to_prove_a_key(backend) {
        let party = machine(shared(backend), "machine-dpop").await;
        is_refused(&party.client_credentials().await, "no proof");
        let answer = machine_token(&party, &proof(&party, &Key::new())).await;
        assert_eq!(answer.json["token_type"], "DPoP");
        // A code is not used up by who has no proof.
        let web = public(shared(backend), "web-dpop").await;
        let attempt = web.authorize_url(&[]);
        let person = symbolon_testkit::Person::new();
        let callback = person.sign_in(&attempt.url, "alice", crate::support::ALICE).await;
        is_refused(&web.exchange(callback.code(), &attempt.verifier).await, "no proof");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", &web.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        let answer = post(&web, &form, Some(&proof(&web, &Key::new()))).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
    }

    async fn a3_9_every_check_of_the_proof_refuses(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let key = Key::new();
        let good = || proof(&party, &key);
        let url = party.endpoint("token_endpoint").to_string();
        let other = Key::new();
        let claims = format!(
            r#"{{"jti":"a","htm":"POST","htm":"POST","htu":"{url}","iat":{}}}"#,
            now()
        );
        let (early, late) = (now() - 3_600, now() + 3_600);
        for (what, text) in [
            ("empty", String::new()),
            ("no JWT", "no.jwt".to_owned()),
            ("four parts", format!("{}.x", good().sign())),
            ("padding", format!("{}=", good().sign())),
            ("a member twice", good().sign_text(&claims)),
            ("no claims", good().sign_text("[]")),
            ("without typ", good().without("typ").sign()),
            ("another typ", good().header("typ", "JWT").sign()),
            ("without alg", good().without("alg").sign()),
            ("none", good().unsigned()),
            ("an HMAC", good().sign_with_hmac()),
            ("another alg", good().header("alg", "EdDSA").sign()),
            ("ES384", good().header("alg", "ES384").sign()),
            ("crit", good().header("crit", json!(["jti"])).sign()),
            ("without jwk", good().without("jwk").sign()),
            ("a private jwk", good().header("jwk", key.private()).sign()),
            ("another jwk", good().header("jwk", other.public()).sign()),
            (
                "a symmetric jwk",
                good().header("jwk", json!({"kty": "oct", "k": "c2VjcmV0"})).sign(),
            ),
            ("without jti", good().without("jti").sign()),
            ("jti is a number", good().claim("jti", 7).sign()),
            ("jti is empty", good().claim("jti", "").sign()),
            ("without htm", good().without("htm").sign()),
            ("another htm", good().claim("htm", "GET").sign()),
            ("htm in small letters", good().claim("htm", "post").sign()),
            ("without htu", good().without("htu").sign()),
            ("another htu", good().claim("htu", format!("{url}/x")).sign()),
            ("a relative htu", good().claim("htu", "/oauth/v2/token").sign()),
            ("another host", good().claim("htu", "https://other.example/oauth/v2/token").sign()),
            ("without iat", good().without("iat").sign()),
            ("iat is text", good().claim("iat", "1").sign()),
            ("an hour ago", good().claim("iat", early).sign()),
            ("in an hour", good().claim("iat", late).sign()),
            ("expired", good().claim("exp", early).sign()),
            ("not valid yet", good().claim("nbf", late).sign()),
        ] {
            let form = [("grant_type", "client_credentials")];
            let answer = party
                .post_with("token_endpoint", &form, &[("DPoP", &text)])
                .await;
            is_refused(&answer, what);
        }
        let (one, two) = (good().sign(), good().sign());
        let form = [("grant_type", "client_credentials")];
        let headers = [("DPoP", one.as_str()), ("DPoP", two.as_str())];
        let answer = party.post_with("token_endpoint", &form, &headers).await;
        is_refused(&answer, "two proofs");
    }

    async fn what_makes_no_difference_is_accepted(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let key = Key::new();
        let url = party.endpoint("token_endpoint").to_string();
        let shouting = url.replacen("http://", "HTTP://", 1);
        for (what, proof) in [
            ("a query", proof(&party, &key).claim("htu", format!("{url}?a=b"))),
            ("a fragment", proof(&party, &key).claim("htu", format!("{url}#a"))),
            ("capitals", proof(&party, &key).claim("htu", shouting)),
            (
                "an escape",
                proof(&party, &key).claim("htu", url.replace("/token", "/%74oken")),
            ),
            ("ten seconds ago", proof(&party, &key).claim("iat", now() - 10)),
            ("in ten seconds", proof(&party, &key).claim("iat", now() + 10)),
            (
                "exp and nbf",
                proof(&party, &key).claim("exp", now() + 300).claim("nbf", now()),
            ),
            ("another claim", proof(&party, &key).claim("more", json!({"a": [1]}))),
            ("another header", proof(&party, &key).header("kid", "x")),
            ("a nonce that nobody asked for", proof(&party, &key).claim("nonce", "x")),
        ] {
            let answer = machine_token(&party, &proof).await;
            assert_eq!(answer.json["token_type"], "DPoP", "{what}: {answer:?}");
        }
    }

    async fn a3_9_a_proof_is_used_once(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let key = Key::new();
        let once = proof(&party, &key);
        assert_eq!(machine_token(&party, &once).await.status, 200);
        is_refused(&machine_token(&party, &once).await, "the same");
        // Signed anew, it is another text with the same jti.
        let again = once.clone().claim("iat", now() - 1);
        is_refused(&machine_token(&party, &again).await, "the same jti");
        assert_eq!(machine_token(&party, &proof(&party, &key)).await.status, 200);
    }

    async fn whoever_is_not_authenticated_uses_up_no_proof(backend) {
        let party = machine(shared(backend), "machine-es256").await;
        let once = proof(&party, &Key::new());
        let stranger = crate::support::presenting(
            &party,
            symbolon_testkit::Authentication::Basic("wrong".to_owned()),
        );
        assert_eq!(machine_token(&stranger, &once).await.error(), "invalid_client");
        assert_eq!(machine_token(&party, &once).await.status, 200);
    }
}
