//! Who sees what, and what comes of forms that are not ours.

use symbolon_testkit::on_both_databases;

use super::{ADMIN, ALICE_ID, GINA, Visitor, world};

const ADMIN_ID: &str = "01900000-0000-7000-8000-0000000ad314";
const GINA_ID: &str = "01900000-0000-7000-8000-000000009192";

on_both_databases! {
    async fn without_a_session_every_page_leads_to_the_sign_in_page_and_back(backend) {
        let server = world(backend);
        let visitor = Visitor::unknown(&server);
        let page = visitor.at("/admin/people?name=ali&disabled=false").await;
        assert_eq!(page.url.path(), "/sign-in");
        let wrong = [("username", "admin"), ("password", "not the pass phrase of it")];
        let page = visitor.person.submit(&page.form(), &wrong).await.page();
        assert_eq!(page.status, 401);
        let right = [("username", "admin"), ("password", ADMIN)];
        let page = visitor.person.submit(&page.form(), &right).await.page();
        assert_eq!(page.url.path(), "/admin/people");
        assert_eq!(page.url.query(), Some("name=ali&disabled=false"));
        assert!(page.words().contains("Alice Archer"), "{}", page.words());
    }

    async fn signing_in_leads_nowhere_else(backend) {
        let server = world(backend);
        for to in [
            "https://evil.example/admin",
            "//evil.example/admin",
            "/\\evil.example",
            "/admin/../oauth/v2/authorize",
            "/admin%2F..%2F..%2F",
            "javascript:alert(1)",
        ] {
            let visitor = Visitor::unknown(&server);
            let to = to.replace('%', "%25").replace('\\', "%5C");
            let page = visitor.at(&format!("/sign-in?to={to}")).await;
            let typed = [("username", "admin"), ("password", ADMIN)];
            let page = visitor.person.submit(&page.form(), &typed).await.page();
            assert_eq!(page.url.path(), "/account", "{to}");
        }
    }

    async fn what_may_not_be_seen_is_the_page_of_what_does_not_exist(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let words = |page: &symbolon_testkit::Page| {
            let words = page.words();
            words[..words.find("Request").unwrap_or(words.len())].to_owned()
        };
        let nothing = gina.at("/admin/people/nobody").await;
        assert_eq!(nothing.status, 404);
        let foreign = [
            "/admin/organizations/acme".to_owned(),
            "/admin/organizations/acme/edit".to_owned(),
            "/admin/organizations/acme/disable".to_owned(),
            "/admin/organizations/globex/delete".to_owned(),
            "/admin/organizations/new".to_owned(),
            format!("/admin/people/{ALICE_ID}"),
            format!("/admin/people/{ALICE_ID}/edit"),
            format!("/admin/people/{ALICE_ID}/password"),
            format!("/admin/people/{ALICE_ID}/disable"),
            format!("/admin/people/{ALICE_ID}/delete"),
            format!("/admin/people/{ALICE_ID}/give"),
            format!("/admin/people/{ADMIN_ID}"),
            format!("/admin/people/{GINA_ID}/take?organization=acme&role=super_admin"),
            format!("/admin/machines/{ALICE_ID}"),
            format!("/admin/tokens?owner={ALICE_ID}"),
            "/admin/roles/initech_clerk".to_owned(),
            "/admin/no-such-page".to_owned(),
        ];
        for path in foreign {
            let page = gina.at(&path).await;
            assert_eq!(page.status, 404, "{path}: {}", page.words());
            assert_eq!(words(&page), words(&nothing), "{path}");
            // A form for it cannot be had, and without one it is not even looked for.
            if !path.contains('?') {
                let page = gina.post(&path, &[("csrf", "x"), ("disabled", "true")]).await;
                assert!([400, 404, 405].contains(&page.status.as_u16()), "{path}");
            }
        }
        let people = gina.at("/admin/people").await.words();
        assert!(people.contains("gina") && people.contains("bob"), "{people}");
        assert!(!people.contains("alice"), "{people}");
        let own = gina.at("/admin/people?organization=acme").await.words();
        assert!(!own.contains("alice"), "{own}");
    }

    async fn nobody_gives_himself_what_he_does_not_hold(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let give = format!("/admin/people/{GINA_ID}/give");
        let page = gina.at(&give).await;
        assert_eq!(page.status, 200, "{}", page.words());
        for (organization, role, status) in [
            ("globex", "super_admin", 403),
            ("acme", "viewer", 404),
            ("initech", "viewer", 404),
        ] {
            let fields = [("organization", organization), ("role", role), ("expires_at", "")];
            let answer = gina.person.submit(&page.form(), &fields).await.page();
            assert_eq!(answer.status, status, "{organization} {role}: {}", answer.words());
        }
    }

    async fn a_form_without_its_token_does_nothing(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let path = "/admin/organizations/new";
        let token = |page: &symbolon_testkit::Page| page.form().hidden("csrf").unwrap().to_owned();
        let other = token(&admin.at("/admin/roles/new").await);
        let stranger = Visitor::signed_in(&server, "admin", ADMIN).await;
        let strange = token(&stranger.at(path).await);
        for csrf in ["", "x", &other, &strange] {
            let page = admin.post(path, &[("csrf", csrf), ("name", "X"), ("id", "forged")]).await;
            assert_eq!(page.status, 400, "{csrf}");
        }
        assert_eq!(admin.at("/admin/organizations/forged").await.status, 404);
        let good = token(&admin.at(path).await);
        let page = admin.post(path, &[("csrf", &good), ("name", "X"), ("id", "forged")]).await;
        assert_eq!(page.status, 303);
    }

    async fn somebody_without_rights_finds_an_empty_console(backend) {
        let server = world(backend);
        let bob = Visitor::signed_in(&server, "bob", crate::support::BOB).await;
        for path in ["/admin/people", "/admin/organizations", "/admin/roles", "/admin/tokens"] {
            assert_eq!(bob.at(path).await.status, 404, "{path}");
        }
    }
}
