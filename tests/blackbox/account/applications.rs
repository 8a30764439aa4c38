//! What one allowed applications.

use symbolon_testkit::{Person, RelyingParty, on_both_databases};

use super::{Owner, demo, told};
use crate::support::{ALICE, BOB, eventually, sign_in, silently};

const PATH: &str = "/account/applications";
const WITHDRAW: &str = "/account/applications/demo-confidential/withdraw";

on_both_databases! {
    async fn what_is_withdrawn_ends_at_once_and_is_asked_for_again(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let bob = Owner::bob(&server).await;
        assert!(bob.at(PATH).await.words().contains("No applications"));
        let nothing = bob.at("/account/applications/no-such/withdraw").await;
        assert_eq!(nothing.status, 404);
        let before = bob.at(WITHDRAW).await;
        assert_eq!((before.status.as_u16(), told(&before)), (404, told(&nothing)));

        let browser = Person::new();
        let scope = "openid offline_access";
        let offline = party.clone().asking_for(scope);
        let tokens = sign_in(&browser, &offline, &[], "bob", BOB).await;
        let hers = sign_in(&Person::new(), &offline, &[], "alice", ALICE).await;
        let page = bob.at(PATH).await;
        assert!(page.words().contains("Demo confidential application"), "{}", page.words());
        assert!(page.words().contains(scope) && page.body.contains(WITHDRAW));
        assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);

        let page = bob.fill(WITHDRAW, &[]).await;
        assert!(page.words().contains("No applications"), "{}", page.words());
        let refreshed = party.refresh(tokens.refresh_token()).await;
        assert_eq!(refreshed.error(), "invalid_grant");
        eventually("the access token is dead", || async {
            party.userinfo(&tokens.access_token).await.status == 401
        })
        .await;
        assert_eq!(silently(&browser, &party, &[]).await, "consent_required");
        // What others allowed it is theirs.
        assert_eq!(party.refresh(hers.refresh_token()).await.status, 200);
        assert_eq!(bob.at(WITHDRAW).await.status, 404);
    }
}
