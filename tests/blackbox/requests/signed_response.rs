//! Signed authorization responses (JARM).

use serde_json::Value;
use symbolon_testkit::{
    Attempt, Callback, Person, RelyingParty, ResponseMode, jwt_header, jwt_payload, now,
    on_both_databases,
};

use super::{confidential, shared, signed_in};
use crate::support::{presenting, public};

on_both_databases! {
    async fn every_signed_mode_carries_one_token_with_the_answer(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let browser = signed_in(server).await;
        for (mode, travels) in [
            ("jwt", ResponseMode::Query),
            ("query.jwt", ResponseMode::Query),
            ("fragment.jwt", ResponseMode::Fragment),
            ("form_post.jwt", ResponseMode::FormPost),
        ] {
            let attempt = party.authorize_url(&[("response_mode", mode)]);
            let callback = browser.get(&attempt.url).await.callback();
            assert_eq!(callback.mode, travels, "{mode}");
            let claims = answer(&party, &attempt, &callback).await;
            // JARM §3: RS256 where nothing else is registered.
            let header = jwt_header(callback.parameter("response").unwrap());
            assert_eq!(header["alg"], "RS256");
            let code = claims["code"].as_str().unwrap();
            party.exchange(code, &attempt.verifier).await.tokens();
        }
    }

    async fn an_answer_is_signed_as_the_client_registered(backend) {
        let server = shared(backend);
        let party = confidential(server, "signing-strictly").await;
        let attempt = party.authorize_url(&[("response_mode", "jwt")]);
        // Refused, since this client has to sign its requests: an error is signed too.
        let callback = Person::new().get(&attempt.url).await.callback();
        let claims = answer(&party, &attempt, &callback).await;
        assert_eq!(claims["error"], "invalid_request");
        assert!(claims["error_description"].is_string());
        assert_eq!(jwt_header(callback.parameter("response").unwrap())["alg"], "ES256");
    }

    async fn an_error_and_a_denial_are_signed_too(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let attempt = party.authorize_url(&[("response_mode", "fragment.jwt"), ("prompt", "none")]);
        let callback = Person::new().get(&attempt.url).await.callback();
        let claims = answer(&party, &attempt, &callback).await;
        assert_eq!(claims["error"], "login_required");
        assert!(claims.get("code").is_none());
        // Without a state there is none in the token.
        let stateless = attempt.without("state");
        let callback = Person::new().get(&stateless.url).await.callback();
        let claims = jwt_payload(callback.parameter("response").unwrap());
        assert!(claims.get("state").is_none(), "{claims}");
    }

    async fn tokens_travel_signed_in_a_fragment(backend) {
        let server = shared(backend);
        let party = confidential(server, "hybrid").await;
        let browser = signed_in(server).await;
        let asked = [("response_type", "code id_token token"), ("response_mode", "jwt")];
        let attempt = party.authorize_url(&asked);
        let callback = browser.get(&attempt.url).await.callback();
        assert_eq!(callback.mode, ResponseMode::Fragment);
        let claims = answer(&party, &attempt, &callback).await;
        for name in ["code", "id_token", "access_token", "token_type", "expires_in"] {
            assert!(claims[name].is_string(), "{name}: {claims}");
        }
    }

    async fn a2_9_a_signed_answer_is_no_other_token(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[("response_mode", "jwt")]);
        let callback = browser.get(&attempt.url).await.callback();
        let token = callback.parameter("response").unwrap();
        assert_eq!(party.userinfo(token).await.status, 401);
        let hinted = party.authorize_url(&[("id_token_hint", token)]);
        assert_eq!(browser.get(&hinted.url).await.callback().error(), "invalid_request");
        let own = presenting(&party, symbolon_testkit::Authentication::Public);
        let object = own.authorize_url(&[("request", token)]);
        assert_eq!(browser.get(&object.url).await.callback().error(), "invalid_request_object");
    }

    async fn a1_12_a_client_gets_answers_only_in_its_modes(backend) {
        let server = shared(backend);
        let party = public(server, "posted").await;
        let browser = signed_in(server).await;
        for mode in ["form_post", "form_post.jwt"] {
            let attempt = party.authorize_url(&[("response_mode", mode)]);
            let callback = browser.get(&attempt.url).await.callback();
            assert_eq!((callback.mode, callback.error()), (ResponseMode::FormPost, ""));
        }
        for mode in ["", "query", "fragment"] {
            let attempt = party.authorize_url(&[("response_mode", mode)]);
            let callback = browser.get(&attempt.url).await.callback();
            assert_eq!(callback.error(), "invalid_request", "{mode}");
        }
    }
}

/// The claims of a signed answer, which belongs to this attempt and is all that came.
async fn answer(party: &RelyingParty, attempt: &Attempt, callback: &Callback) -> Value {
    let [(name, token)] = &callback.parameters[..] else {
        panic!("{callback:?}")
    };
    assert_eq!(name, "response");
    party.verify(token).await;
    let claims = jwt_payload(token);
    assert_eq!(claims["iss"], party.metadata["issuer"]);
    assert_eq!(claims["aud"], party.client_id);
    assert_eq!(claims["state"], attempt.state);
    // JARM §2.1: ten minutes at the most.
    let left = claims["exp"].as_i64().unwrap() - now();
    assert!((1..=600).contains(&left), "{left}");
    claims
}
