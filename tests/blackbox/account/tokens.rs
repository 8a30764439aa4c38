//! The own personal access tokens, without any role.

use symbolon_testkit::{RelyingParty, on_both_databases};

use super::{Owner, demo, told};
use crate::support::{BOB_ID, eventually};

const PATH: &str = "/account/tokens";
const NEW: &str = "/account/tokens/new";

on_both_databases! {
    async fn a_token_is_made_shown_once_used_and_revoked(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        let bob = Owner::bob(&server).await;
        assert_eq!(bob.at("/admin/tokens").await.status, 404, "he has no role for it");
        assert!(bob.at(PATH).await.words().contains("No tokens"));
        for (field, value) in [("name", ""), ("expires_at", "2001-01-01"), ("expires_at", "soon")] {
            let mut fields = vec![("name", "laptop"), ("scope", "openid"), ("expires_at", "")];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            assert_eq!(bob.fill(NEW, &fields).await.status, 422, "{field} {value}");
        }
        let fields = [("name", "laptop"), ("scope", "openid"), ("expires_at", "")];
        let page = bob.fill(NEW, &fields).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let words = page.words();
        let text = words.split_whitespace().find(|word| word.starts_with("sy_pat_")).unwrap();
        assert_eq!(party.userinfo(text).await.json["sub"], BOB_ID);
        let list = bob.at(PATH).await;
        assert!(list.words().contains("laptop") && !list.body.contains("sy_pat_"));

        let revokes = bob.links(PATH, "/revoke").await;
        assert_eq!(revokes.len(), 1);
        let alice = Owner::alice(&server).await;
        let nothing = alice.at("/account/tokens/no-such-token/revoke").await;
        let page = alice.at(&revokes[0]).await;
        assert_eq!((page.status.as_u16(), told(&page)), (404, told(&nothing)));
        assert!(!alice.at(PATH).await.words().contains("laptop"));

        let page = bob.fill(&revokes[0], &[]).await;
        assert_eq!((page.url.path(), page.status.as_u16()), (PATH, 200));
        assert_eq!(bob.links(PATH, "/revoke").await.len(), 0);
        eventually("the token is dead", || async { party.userinfo(text).await.status == 401 }).await;
    }
}
