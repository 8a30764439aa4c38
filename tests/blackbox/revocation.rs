//! Revocation (RFC 7009): what a client gives back, and what goes with it.

use serde_json::json;
use symbolon_testkit::{Answer, Authentication, RelyingParty, http, on_both_databases};

use crate::support::{alice, machine, presenting, public, server, shared};

on_both_databases! {
    async fn a2_7_a_refresh_token_takes_everything_with_it(backend) {
        for client_id in ["web", "web-opaque"] {
            let party = public(shared(backend), client_id).await;
            let first = alice(&party).await;
            let second = party.refresh(first.refresh_token()).await.tokens();
            is_done(&party.revoke(second.refresh_token()).await);
            for tokens in [first, second] {
                assert_eq!(
                    party.refresh(tokens.refresh_token()).await.error(),
                    "invalid_grant"
                );
                assert_eq!(party.userinfo(&tokens.access_token).await.status, 401);
            }
        }
    }

    async fn any_refresh_token_of_a_family_names_it(backend) {
        // A client that never saw the answer to its last refresh can still give up.
        let party = public(shared(backend), "web").await;
        let first = alice(&party).await;
        let second = party.refresh(first.refresh_token()).await.tokens();
        is_done(&party.revoke(first.refresh_token()).await);
        assert_eq!(
            party.refresh(second.refresh_token()).await.error(),
            "invalid_grant"
        );
    }

    async fn an_access_token_takes_only_itself_with_it(backend) {
        for client_id in ["web", "web-opaque"] {
            let party = public(shared(backend), client_id).await;
            let first = alice(&party).await;
            is_done(&party.revoke(&first.access_token).await);
            let answer = party.userinfo(&first.access_token).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_token"),
                "{client_id}"
            );
            let second = party.refresh(first.refresh_token()).await.tokens();
            assert_eq!(
                party.userinfo(&second.access_token).await.status,
                200,
                "{client_id}"
            );
        }
    }

    async fn a_machine_gives_back_its_token(backend) {
        for client_id in ["machine-rs256", "machine-opaque"] {
            let party = machine(shared(backend), client_id).await;
            let [kept, given] = [
                party.client_credentials().await.tokens().access_token,
                party.client_credentials().await.tokens().access_token,
            ];
            is_done(&party.revoke(&given).await);
            assert_eq!(
                party.introspect(&given).await.json,
                json!({"active": false}),
                "{client_id}"
            );
            assert_eq!(
                party.introspect(&kept).await.json["active"],
                true,
                "{client_id}"
            );
            is_done(&party.revoke(&given).await);
        }
    }

    async fn a2_8_nobody_revokes_the_tokens_of_another(backend) {
        let server = shared(backend);
        let other = public(server, "web-es256").await;
        for client_id in ["web", "web-opaque"] {
            let party = public(server, client_id).await;
            let tokens = alice(&party).await;
            // RFC 7009 §2.2: as if it were unknown.
            is_done(&other.revoke(tokens.refresh_token()).await);
            is_done(&other.revoke(&tokens.access_token).await);
            assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
            party.refresh(tokens.refresh_token()).await.tokens();
        }
    }

    async fn what_is_unknown_is_revoked_already(backend) {
        let party = public(shared(backend), "web").await;
        let tokens = alice(&party).await;
        for other in [
            "nonsense",
            "sy_rt_nonsense",
            "a.b.c",
            tokens.id_token(),
            "ü",
            &tokens.access_token[1..],
        ] {
            is_done(&party.revoke(other).await);
        }
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn a_hint_about_the_kind_of_token_does_not_matter(backend) {
        let party = public(shared(backend), "web").await;
        for hint in ["access_token", "refresh_token", "nonsense", ""] {
            let tokens = alice(&party).await;
            let form = [("token", tokens.refresh_token()), ("token_type_hint", hint)];
            is_done(&party.post("revocation_endpoint", &form).await);
            assert_eq!(
                party.refresh(tokens.refresh_token()).await.error(),
                "invalid_grant"
            );
        }
    }

    async fn a2_8_a_confidential_client_proves_who_it_is(backend) {
        let server = server(backend, &[]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let tokens = alice(&party).await;
        for stranger in [
            Authentication::Public,
            Authentication::Basic("guess".to_owned()),
        ] {
            let thief = presenting(&party, stranger);
            let answer = thief.revoke(tokens.refresh_token()).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_client")
            );
        }
        let answer = Answer::to(
            http()
                .post(party.endpoint("revocation_endpoint"))
                .form(&[("token", tokens.refresh_token())]),
        )
        .await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_client")
        );
        let latest = party.refresh(tokens.refresh_token()).await.tokens();
        is_done(&party.revoke(latest.refresh_token()).await);
        assert_eq!(
            party.refresh(latest.refresh_token()).await.error(),
            "invalid_grant"
        );
    }

    async fn a_request_without_a_token_or_with_two_is_wrong(backend) {
        let party = public(shared(backend), "web").await;
        for form in [
            vec![],
            vec![("token", "")],
            vec![("token", "a"), ("token", "b")],
        ] {
            let answer = party.post("revocation_endpoint", &form).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (400, "invalid_request"),
                "{form:?}"
            );
        }
        let mut url = party.endpoint("revocation_endpoint");
        url.set_query(Some("token=a&client_id=web"));
        assert_eq!(Answer::to(http().get(url)).await.status, 405);
    }
}

fn is_done(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
}
