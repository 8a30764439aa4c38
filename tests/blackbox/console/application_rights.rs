//! Applications: who sees which, and what comes of forms that are not ours.

use symbolon_testkit::{Page, on_both_databases};

use super::{ADMIN, GINA, Visitor, world};

const AUDRA: &str = "audra's long pass phrase";
const ROOT_BOT: &str = "01900000-0000-7000-8000-00000000b007";
const ACME_BOT: &str = "01900000-0000-7000-8000-00000000ac3e";
const CALLBACK: &str = "http://127.0.0.1:5556/callback";

/// The words of a page, without the number of the request.
fn words(page: &Page) -> String {
    let words = page.words();
    words[..words.find("Request").unwrap_or(words.len())].to_owned()
}

on_both_databases! {
    async fn an_application_of_another_organization_is_the_page_of_what_does_not_exist(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let nothing = gina.at("/admin/applications/no-such-client").await;
        assert_eq!(nothing.status, 404);
        let secret = "0123456789abcdef";
        for client in ["exchanger", "console", "demo-web", "no-such-client", "a%20b"] {
            for what in [
                "",
                "/edit",
                "/code",
                "/rotate",
                "/disable",
                "/delete",
                &format!("/secrets/{secret}/end"),
            ] {
                let path = format!("/admin/applications/{client}{what}");
                let page = gina.at(&path).await;
                assert_eq!(page.status, 404, "{path}: {}", page.words());
                assert_eq!(words(&page), words(&nothing), "{path}");
                let page = gina.post(&path, &[("csrf", "x"), ("version", "1")]).await;
                assert!([400, 405].contains(&page.status.as_u16()), "{path} {}", page.status);
            }
            let path = format!("/admin/first-application/node/{client}/code");
            assert_eq!(gina.at(&path).await.status, 404, "{path}");
        }
        // A form of her own, sent to what is another's: its token is for its own address.
        let own = gina.at("/admin/applications/globex-bot/disable").await.form();
        let mut foreign = own.clone();
        foreign.action = foreign.action.join("/admin/applications/exchanger/disable").unwrap();
        let page = gina.person.submit(&foreign, &[]).await.page();
        assert_eq!(page.status, 400);
        let list = gina.at("/admin/applications").await.words();
        assert!(list.contains("globex-bot") && !list.contains("exchanger"), "{list}");
        let acme = gina.at("/admin/applications?organization=acme").await.words();
        assert!(!acme.contains("exchanger"), "{acme}");
        let acme = gina.at("/admin/applications?name=exchanger").await.words();
        assert!(acme.contains("Nothing fits"), "{acme}");
    }

    async fn nobody_makes_an_application_that_is_more_than_he_is(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let path = "/admin/applications/new/web";
        let page = gina.at(path).await;
        assert!(!page.body.contains("name=\"consent\""), "it is not for her");
        assert!(!page.body.contains("name=\"audience\""), "it is not for her");
        let fields = |organization: &'static str, scope: &'static str| [
            ("name", "Hers"),
            ("id", "hers"),
            ("redirect_uris", CALLBACK),
            ("organization", organization),
            ("scope", scope),
            // What no form of hers offers is not listened to.
            ("consent", "on"),
            ("audience", "https://invoices.example"),
        ];
        for (organization, scope, status) in [
            ("acme", "", 422),
            ("initech", "", 422),
            ("no-such-place", "", 422),
            ("", "", 422),
            ("globex", "Invora.Invoices.Write", 403),
        ] {
            let answer = gina.fill(path, &fields(organization, scope)).await;
            assert_eq!(answer.status, status, "{organization} {scope}: {}", answer.words());
            assert_eq!(gina.at("/admin/applications/hers").await.status, 404);
        }
        // Another's organization and none are told alike.
        let foreign = gina.fill(path, &fields("acme", "")).await;
        assert_eq!(words(&foreign), words(&gina.fill(path, &fields("no-such-place", "")).await));
        let answer = gina.fill(path, &fields("globex", "Invora.Invoices.Read")).await;
        assert_eq!(answer.status, 200, "{}", answer.words());
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let edit = admin.at("/admin/applications/hers/edit").await;
        assert!(!edit.body.contains("id=\"f-consent\" name=\"consent\" type=\"checkbox\" value=\"on\" checked"));
        let shown = admin.at("/admin/applications/hers").await.words();
        assert!(!shown.contains("https://invoices.example"), "{shown}");

        let new = "/admin/applications/new/machine";
        for (machine, status) in [(ROOT_BOT, 403), (ACME_BOT, 422), ("no-such-machine", 422)] {
            let typed = [("name", "M"), ("id", "m"), ("organization", "globex"), ("machine", machine)];
            let answer = gina.fill(new, &typed).await;
            assert_eq!(answer.status, status, "{machine}: {}", answer.words());
        }
        // The secret of what acts as more than she is, is not hers to have.
        let page = gina.fill("/admin/applications/globex-root/rotate", &[("overlap", "0")]).await;
        assert_eq!(page.status, 403, "{}", page.words());
    }

    async fn who_only_looks_finds_nothing_to_do(backend) {
        let server = world(backend);
        let audra = Visitor::signed_in(&server, "audra", AUDRA).await;
        let page = audra.at("/admin/applications").await;
        assert!(page.words().contains("exchanger"), "{}", page.words());
        assert!(!page.body.contains("/admin/applications/new"), "no way to make one");
        let page = audra.at("/admin/applications/exchanger").await;
        assert_eq!(page.status, 200);
        for what in ["edit", "rotate", "disable", "delete", "end"] {
            assert!(!page.body.contains(&format!("/{what}\"")), "{what}");
        }
        for path in [
            "/admin/applications/new",
            "/admin/applications/new/web",
            "/admin/applications/new/machine",
            "/admin/first-application",
            "/admin/first-application/node",
            "/admin/applications/exchanger/edit",
            "/admin/applications/exchanger/rotate",
            "/admin/applications/exchanger/disable",
            "/admin/applications/exchanger/delete",
        ] {
            assert_eq!(audra.at(path).await.status, 404, "{path}");
        }
        let bob = Visitor::signed_in(&server, "bob", crate::support::BOB).await;
        for path in ["/admin/applications", "/admin/applications/demo-web", "/admin/first-application"] {
            assert_eq!(bob.at(path).await.status, 404, "{path}");
        }
    }

    async fn a_form_of_an_application_without_its_token_does_nothing(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let token = |page: &Page| page.form().hidden("csrf").unwrap().to_owned();
        let stranger = Visitor::signed_in(&server, "admin", ADMIN).await;
        for (path, fields) in [
            ("/admin/applications/new/web", [("name", "Forged"), ("id", "forged"), ("redirect_uris", CALLBACK)]),
            ("/admin/first-application/node", [("name", "Forged"), ("id", "forged"), ("redirect_uris", CALLBACK)]),
            ("/admin/applications/globex-bot/edit", [("name", "Forged"), ("version", "1"), ("machine", "")]),
            ("/admin/applications/globex-bot/rotate", [("overlap", "0"), ("version", "1"), ("x", "")]),
            ("/admin/applications/globex-bot/disable", [("disabled", "true"), ("version", "1"), ("x", "")]),
            ("/admin/applications/globex-bot/delete", [("version", "1"), ("x", ""), ("y", "")]),
        ] {
            let other = token(&admin.at("/admin/roles/new").await);
            let strange = token(&stranger.at(path).await);
            for csrf in ["", "x", &other, &strange] {
                let mut all = fields.to_vec();
                all.push(("csrf", csrf));
                assert_eq!(admin.post(path, &all).await.status, 400, "{path} {csrf}");
            }
        }
        assert_eq!(admin.at("/admin/applications/forged").await.status, 404);
        let page = admin.at("/admin/applications/globex-bot").await.words();
        assert!(page.contains("Active") && page.contains("Acts as the bot"), "{page}");
    }
}
