//! The way to tokens, and what becomes of them.

use symbolon_testkit::{Person, RelyingParty, jwt_payload, on_both_databases};

use super::{GRANT, allow, begin, decide, decision_page, poll, type_code};
use crate::dpop::Key;
use crate::support::{
    ALICE_ID, alice_in, apply, eventually, machine, public, seconds_pass, server, shared,
};

/// The server asks devices to wait for two seconds only.
const QUICK: [(&str, &str); 1] = [("SYMBOLON_DEVICE_POLL_INTERVAL", "2s")];

on_both_databases! {
    async fn the_device_is_told_what_rfc_8628_says(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        let issuer = party.metadata["issuer"].as_str().unwrap();
        assert_eq!(waiting.json["verification_uri"], format!("{issuer}/device"));
        assert_eq!(
            waiting.json["verification_uri_complete"],
            format!("{issuer}/device?user_code={}", waiting.user_code)
        );
        assert_eq!((&waiting.json["expires_in"], &waiting.json["interval"]), (&600.into(), &5.into()));
        assert!(waiting.device_code.starts_with("sy_dc_"));
        let letters = waiting.user_code.chars().filter(|letter| "BCDFGHJKLMNPQRSTVWXZ".contains(*letter));
        assert_eq!((letters.count(), waiting.user_code.len()), (8, 9));
        assert_eq!(waiting.user_code.find('-'), Some(4));
        let grants = party.metadata["grant_types_supported"].as_array().unwrap();
        assert!(grants.contains(&GRANT.into()));
    }

    async fn a_device_gets_its_tokens_once_the_person_has_said_yes(backend) {
        let server = server(backend, &QUICK);
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid invoices.read unknown").await;
        let pending = poll(&party, &waiting.device_code).await;
        assert_eq!((pending.status.as_u16(), pending.error()), (400, "authorization_pending"));
        let person = Person::new();
        allow(&person, &party, &waiting.user_code).await;
        seconds_pass(2).await;
        let tokens = poll(&party, &waiting.device_code).await.tokens();
        assert_eq!(tokens.json["scope"], "openid invoices.read");
        party.check_id_token(tokens.id_token(), None, Some(&tokens.access_token)).await;
        assert_eq!(party.userinfo(&tokens.access_token).await.json["sub"], ALICE_ID);
        // Rotation, as with any other refresh token.
        let refreshed = party.refresh(tokens.refresh_token()).await.tokens();
        assert_ne!(refreshed.refresh_token(), tokens.refresh_token());
        assert_eq!(party.userinfo(&refreshed.access_token).await.json["sub"], ALICE_ID);
        // A second use, later, means that the code leaked.
        seconds_pass(2).await;
        assert_eq!(poll(&party, &waiting.device_code).await.error(), "invalid_grant");
        assert_eq!(party.refresh(refreshed.refresh_token()).await.error(), "invalid_grant");
        eventually("the access token is dead", async || {
            party.userinfo(&refreshed.access_token).await.status == 401
        })
        .await;
    }

    async fn the_first_question_after_the_decision_need_not_wait(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        allow(&Person::new(), &party, &waiting.user_code).await;
        let tokens = poll(&party, &waiting.device_code).await.tokens();
        assert_eq!(jwt_payload(&tokens.access_token)["sub"], ALICE_ID);
    }

    async fn a_person_who_is_signed_in_only_decides(backend) {
        let party = public(shared(backend), "television").await;
        let person = Person::new();
        let web = public(shared(backend), "web").await;
        let signed_in = alice_in(&person, &web, &[]).await;
        let waiting = begin(&party, "openid").await;
        let page = type_code(&person, &party, &waiting.user_code).await;
        assert!(!page.form().asks_for("password"), "{page:?}");
        decide(&person, &page, "allow").await;
        let tokens = poll(&party, &waiting.device_code).await.tokens();
        let sid = |token: &str| jwt_payload(token)["sid"].clone();
        // Each client has a name of its own for the session.
        assert_ne!(sid(tokens.id_token()), sid(signed_in.id_token()));
        let auth_time = |token: &str| jwt_payload(token)["auth_time"].clone();
        assert_eq!(auth_time(tokens.id_token()), auth_time(signed_in.id_token()));
    }

    async fn a_scope_need_not_be_asked_for_and_the_person_decides_all_the_same(backend) {
        let party = public(shared(backend), "television").await;
        let answer = party.post("device_authorization_endpoint", &[]).await;
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        let person = Person::new();
        let page = decision_page(&person, &party, &text("user_code")).await;
        assert!(page.words().contains("It learns only that you signed in"), "{page:?}");
        assert_eq!(poll(&party, &text("device_code")).await.error(), "authorization_pending");
    }

    async fn signing_out_ends_what_came_of_it_but_not_offline_access(backend) {
        let server = server(backend, &QUICK);
        let party = public(&server, "television").await;
        let person = Person::new();
        let online = begin(&party, "openid").await;
        allow(&person, &party, &online.user_code).await;
        let online = poll(&party, &online.device_code).await.tokens();
        let offline = begin(&party, "openid offline_access").await;
        allow(&person, &party, &offline.user_code).await;
        let offline = poll(&party, &offline.device_code).await.tokens();
        let late = begin(&party, "openid").await;
        allow(&person, &party, &late.user_code).await;

        let url = party.end_session_url(&[("id_token_hint", online.id_token())]);
        person.get(&url).await.page();
        assert_eq!(party.refresh(online.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(party.refresh(offline.refresh_token()).await.status, 200);
        // One who has not come for its tokens yet gets none.
        assert_eq!(poll(&party, &late.device_code).await.error(), "invalid_grant");
    }

    async fn revocation_and_introspection_work_as_elsewhere(backend) {
        let party = machine(shared(backend), "printer").await;
        let waiting = begin(&party, "openid").await;
        allow(&Person::new(), &party, &waiting.user_code).await;
        let tokens = poll(&party, &waiting.device_code).await.tokens();
        // It has no refresh_token grant.
        assert_eq!(tokens.refresh_token, None);
        let says = party.introspect(&tokens.access_token).await.json;
        assert_eq!((&says["active"], &says["sub"]), (&true.into(), &ALICE_ID.into()));
        party.revoke(&tokens.access_token).await;
        assert_eq!(party.introspect(&tokens.access_token).await.json["active"], false);
    }

    async fn the_tokens_of_a_device_can_be_bound_to_its_key(backend) {
        let party = public(shared(backend), "television").await;
        let waiting = begin(&party, "openid").await;
        allow(&Person::new(), &party, &waiting.user_code).await;
        let key = Key::new();
        let proof = key.proof("POST", party.endpoint("token_endpoint")).sign();
        let form = [("grant_type", GRANT), ("device_code", &waiting.device_code)];
        let answer = party.post_with("token_endpoint", &form, &[("DPoP", &proof)]).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        let bound = jwt_payload(answer.json["access_token"].as_str().unwrap());
        assert_eq!(bound["cnf"]["jkt"], key.thumbprint());
        // The refresh token of a public client is bound as well (RFC 9449 §5).
        let refresh = answer.json["refresh_token"].as_str().unwrap();
        assert_eq!(party.refresh(refresh).await.error(), "invalid_grant");
    }

    async fn a6_8_whoever_was_disabled_meanwhile_gets_nothing(backend) {
        let database = backend.url();
        let server = symbolon_testkit::Server::start(
            crate::support::binary(),
            crate::support::with_settings(crate::support::options(&database), &QUICK),
        );
        let party = public(&server, "television").await;
        let waiting = begin(&party, "openid").await;
        allow(&Person::new(), &party, &waiting.user_code).await;
        apply(&database, &format!(
            "users:\n  - username: alice\n    id: {ALICE_ID}\n    organization: acme\n    disabled: true\n"
        ));
        eventually("alice is disabled", async || {
            let answer = poll(&party, &waiting.device_code).await;
            assert!(answer.json.get("access_token").is_none(), "{answer:?}");
            answer.error() == "invalid_grant"
        })
        .await;
    }
}

#[tokio::test]
async fn the_demo_has_a_device() {
    let party = RelyingParty::new(
        shared(symbolon_testkit::Backend::Sqlite).issuer(),
        "demo-device",
        symbolon_testkit::Authentication::Public,
    )
    .await;
    begin(&party, "openid").await;
}
