//! `fapi2-security-profile-final-`: the endpoint for pushed requests, and its references.

use symbolon_testkit::{Answer, Person, Step, http, on_both_databases};

use super::{Application, Way, application::answered, each, said, server, shared};
use crate::support::{ALICE, seconds_pass, type_in};

on_both_databases! {
    async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let carried = own.carried(&attempt, &own.push(&attempt).await);
            let browser = Person::new();
            browser.get(&carried.url).await.page();
            let page = browser.get(&carried.url).await.page();
            let callback = type_in(&browser, &page, "alice", ALICE).await.callback();
            answered(&own, &attempt, &callback);
            assert!(!callback.code().is_empty());
        }
    }

    async fn par_attempt_reuse_request_uri(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let carried = own.carried(&attempt, &own.push(&attempt).await);
            let browser = Person::new();
            browser.sign_in(&carried.url, "alice", ALICE).await.code();
            for again in [&browser, &Person::new()] {
                refused_on_a_page(again.get(&carried.url).await);
            }
        }
    }

    async fn par_attempt_to_use_expired_request_uri(backend) {
        let server = server(backend, &[("SYMBOLON_REQUESTS_PUSHED_LIFETIME", "5s")]);
        let mut waiting = Vec::new();
        for own in each(&server, &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            waiting.push(own.carried(&attempt, &own.push(&attempt).await));
        }
        seconds_pass(5).await;
        for carried in waiting {
            refused_on_a_page(Person::new().get(&carried.url).await);
        }
    }

    async fn par_attempt_to_use_request_uri_for_different_client(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let reference = own.push(&attempt).await;
            let other = Application::new(shared(backend), own.way, 1).await;
            let stolen = other.carried(&attempt, &reference);
            refused_on_a_page(Person::new().get(&stolen.url).await);
        }
    }

    async fn par_authorization_request_containing_request_uri_form_param(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            for value in ["urn:ietf:params:oauth:request_uri:x", "https://app.example/request"] {
                let pushed = own.pushing(&attempt).with("request_uri", value).send().await;
                assert_eq!(said(&pushed), (400, "invalid_request"), "{value}");
            }
        }
    }

    async fn par_attempt_invalid_http_method(backend) {
        let own = Application::new(shared(backend), Way::KeyDpop, 0).await;
        let url = own.party.endpoint("pushed_authorization_request_endpoint");
        for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
            let answer = Answer::to(http().request(method, url.clone())).await;
            assert_eq!(answer.status, 405);
        }
    }

    async fn par_ensure_pkce_required(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let request = own.pushing(&attempt).without("code_challenge");
            assert_eq!(said(&request.send().await), (400, "invalid_request"));
            let request = own.pushing(&attempt).without("code_challenge").without("code_challenge_method");
            assert_eq!(said(&request.send().await), (400, "invalid_request"));
        }
    }

    async fn par_plain_pkce_rejected(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let request = own.pushing(&attempt).with("code_challenge_method", "plain");
            assert_eq!(said(&request.send().await), (400, "invalid_request"));
        }
    }

    async fn ensure_redirect_uri_in_authorization_request(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let request = own.pushing(&attempt).without("redirect_uri");
            assert_eq!(said(&request.send().await), (400, "invalid_request"));
        }
    }

    async fn ensure_request_object_without_redirect_uri_fails(backend) {
        for way in Way::ALL {
            let own = Application::signing(shared(backend), way).await;
            let attempt = own.party.authorize_url(&[]);
            let object = own.object(&attempt).without("redirect_uri").sign();
            let pushed = own.pushing(&attempt).with("request", &object).send().await;
            assert_eq!(said(&pushed), (400, "invalid_request"));
        }
    }

    async fn plain_fapi_tolerate_unregistered_redirect_uri(backend) {
        // It may be allowed, and is not: nobody should be sent where nobody said that it is safe.
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            for uri in ["https://evil.example/", "http://127.0.0.1:5556/callback/x"] {
                let pushed = own.pushing(&attempt).with("redirect_uri", uri).send().await;
                assert_eq!(said(&pushed), (400, "invalid_request"), "{uri}");
            }
        }
    }

    async fn who_cannot_authenticate_cannot_push(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let stranger = own
                .pushing(&attempt)
                .without("client_assertion")
                .without("client_assertion_type")
                .with("client_id", &own.party.client_id)
                .bare();
            assert_eq!(said(&stranger.send().await), (401, "invalid_client"));
        }
    }
}

fn refused_on_a_page(step: Step) {
    let page = step.page();
    assert_eq!(page.status, 400, "{page:?}");
}
