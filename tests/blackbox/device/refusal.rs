//! Every way in which a device gets nothing.

use symbolon_testkit::{Person, on_both_databases};

use super::{GRANT, allow, begin, decide, decision_page, poll, type_code};
use crate::support::{machine, presenting, public, seconds_pass, server, shared};

on_both_databases! {
    async fn only_clients_with_the_grant_may_ask(backend) {
        let party = public(shared(backend), "web").await;
        let answer = party.post("device_authorization_endpoint", &[("scope", "openid")]).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "unauthorized_client"));
        assert_eq!(poll(&party, "sy_dc_x").await.error(), "unauthorized_client");
    }

    async fn a_confidential_client_has_to_say_who_it_is(backend) {
        let party = machine(shared(backend), "printer").await;
        let waiting = begin(&party, "openid").await;
        let stranger = presenting(&party, symbolon_testkit::Authentication::Basic("wrong".to_owned()));
        let answer = stranger.post("device_authorization_endpoint", &[("scope", "openid")]).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"));
        assert_eq!(poll(&stranger, &waiting.device_code).await.error(), "invalid_client");
    }

    async fn what_is_asked_for_has_to_be_a_scope_of_the_client(backend) {
        let party = public(shared(backend), "television").await;
        for (scope, error) in [("\\", "invalid_scope"), ("unknown", "invalid_scope")] {
            let answer = party.post("device_authorization_endpoint", &[("scope", scope)]).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, error), "{scope}");
        }
        let twice = [("scope", "openid"), ("scope", "openid")];
        let answer = party.post("device_authorization_endpoint", &twice).await;
        assert_eq!(answer.error(), "invalid_request");
    }

    async fn a_code_is_good_for_the_client_it_was_issued_to(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        allow(&Person::new(), &party, &waiting.user_code).await;
        let other = machine(shared(backend), "printer").await;
        assert_eq!(poll(&other, &waiting.device_code).await.error(), "invalid_grant");
        // The other one has not used it up, nor made its owner wait.
        assert_eq!(poll(&party, &waiting.device_code).await.status, 200);
    }

    async fn what_is_no_code_of_ours_is_refused(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let mut changed = waiting.device_code.clone();
        changed.replace_range(8..9, if &changed[8..9] == "A" { "B" } else { "A" });
        for code in ["x", &waiting.user_code, &changed, &waiting.device_code.to_uppercase()] {
            assert_eq!(poll(&party, code).await.error(), "invalid_grant", "{code}");
        }
        let answer = party.post("token_endpoint", &[("grant_type", GRANT)]).await;
        assert_eq!(answer.error(), "invalid_request");
    }

    async fn a_person_who_says_no_is_heard_and_asked_no_more(backend) {
        let server = server(backend, &[("SYMBOLON_DEVICE_POLL_INTERVAL", "2s")]);
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let page = decision_page(&person, &party, &waiting.user_code).await;
        let done = decide(&person, &page, "deny").await;
        assert!(done.words().contains("The device is not connected"), "{done:?}");
        let answer = poll(&party, &waiting.device_code).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "access_denied"));
        seconds_pass(2).await;
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "access_denied");
        let page = type_code(&person, &party, &waiting.user_code).await;
        assert_eq!(page.status, 400);
        assert!(page.alert().unwrap().contains("No device waits with this code"));
    }

    async fn who_cancels_the_sign_in_says_no(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let person = Person::new();
        let page = type_code(&person, &party, &waiting.user_code).await;
        assert!(page.form().asks_for("password"));
        decide(&person, &page, "cancel").await;
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "access_denied");
    }

    async fn a6_8_a_device_that_asks_too_often_is_slowed_down_a_little_more_each_time(backend) {
        let server = server(backend, &[("SYMBOLON_DEVICE_POLL_INTERVAL", "2s")]);
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid").await;
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "authorization_pending");
        let hasty = poll(&party, &waiting.device_code).await;
        assert_eq!((hasty.status.as_u16(), hasty.error()), (400, "slow_down"));
        // The interval is seven seconds now: what was enough is no longer.
        seconds_pass(3).await;
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "slow_down");
    }

    async fn a_code_that_has_expired_is_expired_for_the_device_and_for_the_person(backend) {
        let server = server(backend, &[("SYMBOLON_DEVICE_CODE_LIFETIME", "1s")]);
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid").await;
        assert_eq!(waiting.json["expires_in"], 1);
        seconds_pass(1).await;
        let answer = poll(&party, &waiting.device_code).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "expired_token"));
        let page = type_code(&Person::new(), &party, &waiting.user_code).await;
        assert!(page.alert().unwrap().contains("No device waits with this code"));
    }
}
