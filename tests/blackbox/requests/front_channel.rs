//! Tokens through the browser: the implicit and the hybrid flow, which are off.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use symbolon_testkit::{Person, ResponseMode, jwt_header, jwt_payload, on_both_databases, rows};

use super::{answer, confidential, server, shared, signed_in};
use crate::support::{ALICE, demo, public, silently};

/// Every type that hands out more than a code.
pub const TYPES: [&str; 5] = [
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
];

on_both_databases! {
    async fn a1_12_without_the_setting_nobody_gets_tokens_through_the_browser(backend) {
        let server = server(backend, &[]);
        let party = confidential(&server, "hybrid").await;
        let metadata = &party.metadata;
        assert_eq!(metadata["response_types_supported"], serde_json::json!(["code"]));
        let grants = metadata["grant_types_supported"].as_array().unwrap();
        assert!(!grants.contains(&"implicit".into()));
        for kind in TYPES {
            let attempt = party.authorize_url(&[("response_type", kind)]);
            let callback = Person::new().get(&attempt.url).await.callback();
            party.check_callback(&attempt, &callback);
            assert_eq!(callback.error(), "unsupported_response_type", "{kind}");
            // Whoever asked so looks for the answer there.
            assert_eq!(callback.mode, ResponseMode::Fragment, "{kind}");
        }
    }

    async fn a1_12_with_the_setting_only_a_client_that_registered_for_it_does(backend) {
        let server = shared(backend);
        let party = public(server, "posted").await;
        for kind in TYPES {
            let asked = [("response_type", kind), ("response_mode", "form_post")];
            let refused = silently(&Person::new(), &party, &asked).await;
            assert_eq!(refused, "unsupported_response_type", "{kind}");
        }
        let other = confidential(server, "hybrid-other").await;
        assert_eq!(silently(&Person::new(), &other, &[]).await, "unsupported_response_type");
        let grants = party.metadata["grant_types_supported"].as_array().unwrap();
        assert!(grants.contains(&"implicit".into()));
        // It has no business at the token endpoint.
        let asked = other.post("token_endpoint", &[("grant_type", "implicit")]).await;
        assert_eq!((asked.status.as_u16(), asked.error()), (400, "unsupported_grant_type"));
    }

    async fn tokens_never_stand_in_a_query(backend) {
        let server = shared(backend);
        let party = confidential(server, "hybrid").await;
        let browser = signed_in(server).await;
        for kind in TYPES {
            for mode in ["query", "query.jwt"] {
                let attempt = party.authorize_url(&[("response_type", kind), ("response_mode", mode)]);
                let callback = browser.get(&attempt.url).await.callback();
                party.check_callback(&attempt, &callback);
                assert_eq!(callback.error(), "invalid_request", "{kind} {mode}");
                assert_eq!(callback.mode, ResponseMode::Fragment, "{kind} {mode}");
            }
        }
    }

    async fn every_token_is_tied_to_what_travels_beside_it(backend) {
        let server = shared(backend);
        let party = confidential(server, "hybrid-other").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[("response_type", "token code id_token")]);
        let callback = browser.get(&attempt.url).await.callback();
        let answer = answer(&party, &attempt, &callback);
        let id_token = &answer["id_token"];
        let claims = party
            .check_id_token(id_token, Some(&attempt.nonce), Some(&answer["access_token"]))
            .await;
        assert_eq!(jwt_header(id_token)["alg"], "ES256");
        assert_eq!(claims["at_hash"], half_of(&answer["access_token"]));
        assert_eq!(claims["c_hash"], half_of(&answer["code"]));
        assert_eq!(claims["s_hash"], half_of(&attempt.state));
        // This client's tokens are opaque, also here.
        assert!(answer["access_token"].starts_with("sy_at_"), "{answer:?}");
        assert_eq!(party.userinfo(&answer["access_token"]).await.json["sub"], claims["sub"]);
        // PKCE protects the code all the same: this client is not exempt.
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &answer["code"]),
            ("redirect_uri", &party.redirect_uri),
        ];
        let bare = party.post("token_endpoint", &form).await;
        assert_eq!((bare.status.as_u16(), bare.error()), (400, "invalid_grant"));
        let tokens = party.exchange(&answer["code"], &attempt.verifier).await.tokens();
        let second = jwt_payload(tokens.id_token());
        assert_eq!(
            (&second["iss"], &second["sub"], &second["nonce"]),
            (&claims["iss"], &claims["sub"], &claims["nonce"])
        );
    }

    async fn a2_3_a_reused_code_revokes_the_tokens_that_travelled_beside_it(backend) {
        let server = shared(backend);
        let party = confidential(server, "hybrid").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[("response_type", "code token")]);
        let callback = browser.get(&attempt.url).await.callback();
        let answer = answer(&party, &attempt, &callback);
        assert_eq!(party.userinfo(&answer["access_token"]).await.status, 200);
        party.exchange(&answer["code"], &attempt.verifier).await.tokens();
        let again = party.exchange(&answer["code"], &attempt.verifier).await;
        assert_eq!(again.error(), "invalid_grant");
        crate::support::eventually("the token is dead", async || {
            party.userinfo(&answer["access_token"]).await.status == 401
        })
        .await;
    }

    async fn implicit_tokens_can_be_revoked_and_come_with_no_refresh_token(backend) {
        let server = shared(backend);
        let party = confidential(server, "hybrid").await;
        let browser = signed_in(server).await;
        let asked = [("response_type", "id_token token"), ("scope", "openid offline_access")];
        let attempt = party.authorize_url(&asked);
        let callback = browser.get(&attempt.url).await.callback();
        let answer = answer(&party, &attempt, &callback);
        assert_eq!(answer["scope"], "openid");
        assert!(!answer.contains_key("refresh_token") && !answer.contains_key("code"));
        let asked = party.introspect(&answer["access_token"]).await;
        assert_eq!(asked.json["active"], true);
        assert_eq!(party.revoke(&answer["access_token"]).await.status, 200);
        crate::support::eventually("the token is dead", async || {
            party.introspect(&answer["access_token"]).await.json["active"] == false
        })
        .await;
    }

    async fn a2_4_only_who_is_exempt_may_do_without_pkce(backend) {
        let server = shared(backend);
        let browser = signed_in(server).await;
        let exempt = confidential(server, "hybrid").await;
        let bare = |party: &symbolon_testkit::RelyingParty| {
            party.authorize_url(&[]).without("code_challenge").without("code_challenge_method")
        };
        let code = async || {
            let attempt = bare(&exempt);
            browser.get(&attempt.url).await.callback().code().to_owned()
        };
        let redeem = async |code: &str| {
            let form = [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &exempt.redirect_uri),
            ];
            exempt.post("token_endpoint", &form).await
        };
        redeem(&code().await).await.tokens();
        // A verifier without a challenge: somebody took the challenge away.
        let stripped = exempt.exchange(&code().await, &"v".repeat(43)).await;
        assert_eq!((stripped.status.as_u16(), stripped.error()), (400, "invalid_grant"));
        // Who sends a challenge is held to it.
        let attempt = exempt.authorize_url(&[]);
        let held = browser.get(&attempt.url).await.callback().code().to_owned();
        assert_eq!(redeem(&held).await.error(), "invalid_grant");
        // `plain` is refused of everybody.
        let plain = attempt.with("code_challenge_method", "plain");
        assert_eq!(browser.get(&plain.url).await.callback().error(), "invalid_request");

        let other = confidential(server, "pushing-other").await;
        let refused = browser.get(&bare(&other).url).await.callback();
        assert_eq!(refused.error(), "invalid_request");
    }

    async fn a_token_in_the_front_channel_ends_with_its_session(backend) {
        let server = server(backend, &[("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true")]);
        let party = confidential(&server, "hybrid").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[("response_type", "id_token token")]);
        let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
        let answer = answer(&party, &attempt, &callback);
        let url = party.end_session_url(&[("id_token_hint", &answer["id_token"])]);
        browser.get(url).await.page();
        crate::support::eventually("the token is dead", async || {
            party.userinfo(&answer["access_token"]).await.status == 401
        })
        .await;
    }

    async fn no_secret_of_the_front_channel_is_stored_in_plain(backend) {
        let url = backend.url();
        let server = crate::requests::on(&url, None, &[("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true")]);
        let party = confidential(&server, "hybrid-other").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[("response_type", "code id_token token")]);
        let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
        let answer = answer(&party, &attempt, &callback);
        for row in rows(&url) {
            for secret in [&answer["code"], &answer["access_token"], &answer["id_token"]] {
                assert!(!row.contains(secret.as_str()), "{row}");
            }
        }
    }

    async fn the_demo_hands_out_nothing_of_this(backend) {
        let server = demo(backend);
        let party = symbolon_testkit::RelyingParty::demo_confidential(server.issuer()).await;
        let error = silently(&Person::new(), &party, &[("response_type", "id_token token")]).await;
        assert_eq!(error, "unsupported_response_type");
    }
}

/// base64url of the left half of SHA-256 (OIDC Core §3.3.2.11).
fn half_of(text: &str) -> Value {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    // By another program: what is checked here is made by the server's own library.
    let mut hash = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    hash.stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = hash.wait_with_output().unwrap();
    let digits = String::from_utf8(output.stdout).unwrap();
    let bytes: Vec<u8> = (0..32)
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    URL_SAFE_NO_PAD.encode(bytes).into()
}
