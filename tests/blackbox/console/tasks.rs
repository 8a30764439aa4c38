//! The daily tasks, by plain forms.

use symbolon_testkit::{Answer, on_both_databases};

use super::{ADMIN, Visitor, world};

const PASSWORD: &str = "cora's very own pass phrase";

on_both_databases! {
    async fn an_organization_is_made_renamed_disabled_enabled_and_deleted(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let new = "/admin/organizations/new";
        let page = admin.fill(new, &[("name", "Umbrella"), ("id", "umbrella")]).await;
        assert_eq!(page.url.path(), "/admin/organizations/umbrella");
        assert!(page.words().contains("The organization is made."), "{}", page.words());
        // What was told is told once.
        let again = admin.at("/admin/organizations/umbrella").await.words();
        assert!(!again.contains("The organization is made."), "{again}");
        let page = admin.fill(new, &[("name", "Umbrella"), ("id", "umbrella")]).await;
        assert_eq!(page.status, 409, "{}", page.words());

        let at = |what: &str| format!("/admin/organizations/umbrella/{what}");
        let page = admin.fill(&at("edit"), &[("name", " ")]).await;
        assert_eq!(page.status, 422);
        let stale = admin.at(&at("edit")).await;
        let page = admin.fill(&at("edit"), &[("name", "Rain")]).await;
        assert!(page.words().contains("Rain"), "{}", page.words());
        let page = admin.person.submit(&stale.form(), &[("name", "Sun")]).await.page();
        assert_eq!(page.status, 412, "{}", page.words());
        let page = admin.fill(&at("disable"), &[]).await;
        assert!(page.words().contains("Disabled"), "{}", page.words());
        let page = admin.fill(&at("disable"), &[]).await;
        assert!(page.words().contains("Enabled."), "{}", page.words());
        let page = admin.fill(&at("delete"), &[]).await;
        assert_eq!(page.url.path(), "/admin/organizations");
        assert_eq!(admin.at("/admin/organizations/umbrella").await.status, 404);
    }

    async fn a_person_is_made_and_signs_in_gets_a_role_and_loses_it_and_goes(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let cora = [
            ("name", "cora"),
            ("profile-name", "Cora <b>Core</b>"),
            ("profile-email", "cora@acme.example"),
            ("organization", "acme"),
            ("password", PASSWORD),
        ];
        let mut weak = cora;
        weak[4].1 = "short";
        let page = admin.fill("/admin/people/new", &weak).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains("value=\"cora\""), "what was typed stays");
        assert!(!page.body.contains("short\""), "a password does not");
        let page = admin.fill("/admin/people/new", &cora).await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(!page.body.contains("<b>Core"), "a name is text");
        let at = page.url.path().to_owned();

        let herself = Visitor::signed_in(&server, "cora", PASSWORD).await;
        assert_eq!(herself.at("/admin/people").await.status, 404);
        let given = [("organization", "acme"), ("role", "auditor"), ("expires_at", "")];
        let page = admin.fill(&format!("{at}/give"), &given).await;
        assert!(page.words().contains("auditor"), "{}", page.words());
        crate::support::eventually("the role counts", || async {
            herself.at("/admin/people").await.status == 200
        })
        .await;
        let take = format!("{at}/take?organization=acme&role=auditor");
        let page = admin.fill(&take, &[]).await;
        assert!(page.words().contains("The role is taken away."), "{}", page.words());

        let page = admin.fill(&format!("{at}/edit"), &[("profile-name", ""), ("name", "cora")]).await;
        assert!(!page.words().contains("Cora"), "{}", page.words());
        let password = [("password", "another long pass phrase")];
        assert_eq!(admin.fill(&format!("{at}/password"), &password).await.status, 200);
        crate::support::eventually("her session has ended", || async {
            herself.at("/admin").await.url.path() == "/sign-in"
        })
        .await;
        let page = admin.fill(&format!("{at}/disable"), &[]).await;
        assert!(page.words().contains("Disabled"), "{}", page.words());
        let page = admin.fill(&format!("{at}/delete"), &[]).await;
        assert_eq!(page.url.path(), "/admin/people");
        assert_eq!(admin.at(&at).await.status, 404);
    }

    async fn a_machine_gets_a_token_that_is_shown_once_and_revoked(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let made = [("name", "backup"), ("organization", "acme")];
        let page = admin.fill("/admin/machines/new", &made).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let id = page.url.path().rsplit('/').next().unwrap().to_owned();
        let new = format!("/admin/tokens/new?owner={id}");
        let page = admin.fill(&new, &[("name", "nightly"), ("scope", "openid")]).await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert_eq!(page.header("cache-control"), "no-store");
        let start = page.body.find("sy_pat_").unwrap();
        let token = page.body[start..].split('<').next().unwrap().to_owned();
        let me = || async {
            let request = admin.person.http().get(server.at("/admin/v1/me"));
            Answer::to(request.bearer_auth(&token)).await
        };
        assert_eq!(me().await.status, 200);
        let list = admin.at(&format!("/admin/tokens?owner={id}")).await;
        assert!(list.words().contains("nightly"));
        assert!(!list.body.contains(&token), "it is shown this once");
        let start = list.body.find("/revoke\"").unwrap();
        let link = list.body[..start].rsplit('"').next().unwrap();
        let page = admin.fill(&format!("{link}/revoke"), &[]).await;
        assert!(page.words().contains("The token is revoked."), "{}", page.words());
        crate::support::eventually("it is refused", || async { me().await.status == 401 }).await;
    }

    async fn the_overview_counts_sign_ins(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        crate::support::eventually("it is counted", || async {
            admin.at("/admin").await.words().contains("One sign-in in seven days")
        })
        .await;
    }
}
