//! Step-up (RFC 9470): a token whose sign-in is too old for userinfo, and the way out.

use symbolon_testkit::{Person, RelyingParty, jwt_payload, on_both_databases};

use super::{server, shared};
use crate::support::{alice_in, public, seconds_pass};

on_both_databases! {
    async fn a_sign_in_that_is_too_old_is_challenged_and_a_new_one_is_good(backend) {
        let server = server(backend, &[("SYMBOLON_USERINFO_MAX_AGE", "3s")]);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
        seconds_pass(4).await;
        let answer = party.userinfo(&tokens.access_token).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "insufficient_user_authentication"));
        let challenge = answer.header("www-authenticate");
        for part in [
            "Bearer realm=\"userinfo\"",
            "error=\"insufficient_user_authentication\"",
            "acr_values=\"urn:symbolon:acr:password\"",
            "max_age=\"3\"",
        ] {
            assert!(challenge.contains(part), "{challenge}");
        }
        // Refreshing is no signing in.
        let refreshed = party.refresh(tokens.refresh_token()).await.tokens();
        let again = party.userinfo(&refreshed.access_token).await;
        assert_eq!(again.error(), "insufficient_user_authentication");
        // The client sends the person back with what the challenge says.
        let asked = [("max_age", "3"), ("acr_values", "urn:symbolon:acr:password")];
        let fresh = alice_in(&browser, &party, &asked).await;
        assert_eq!(party.userinfo(&fresh.access_token).await.status, 200);
        let claims = jwt_payload(&fresh.access_token);
        assert_eq!(claims["acr"], "urn:symbolon:acr:password");
        assert!(claims["auth_time"].is_u64());
        // A token that is no token is told so, and nothing else.
        assert_eq!(party.userinfo("nonsense").await.error(), "invalid_token");
    }

    async fn without_the_setting_no_sign_in_is_too_old(backend) {
        let server = shared(backend);
        let party = public(server, "posted").await;
        let tokens = alice_in(&Person::new(), &party, &[("response_mode", "form_post")]).await;
        assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
    }
}
