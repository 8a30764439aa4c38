//! The rules: looked at, tried, changed, gone back to, and explained.

use symbolon_testkit::{Answer, Page, on_both_databases};

use super::{ADMIN, GINA, Visitor, world};
use crate::support::eventually;

const GROUP: &str = "/admin/rules/groups/Invora.Invoices";

/// The form of a page that is about rules, not the one that chooses a language.
async fn submit(visitor: &Visitor<'_>, page: &Page, fields: &[(&str, &str)]) -> Page {
    visitor.person.submit(&page.form(), fields).await.page()
}

/// The words of a page, without the marks that keep what is put into a message apart (UAX #9 §2.4).
fn words(page: &Page) -> String {
    page.words().replace(['\u{2068}', '\u{2069}'], "")
}

/// Tries a change, and answers the page that says who gains and who loses.
async fn tried(visitor: &Visitor<'_>, wanted: [&str; 4]) -> Page {
    let [role, effect, pattern, organization] = wanted;
    let page = visitor.at("/admin/rules/change").await;
    assert_eq!(page.status, 200, "{}", words(&page));
    let fields = [
        ("role", role),
        ("effect", effect),
        ("pattern", pattern),
        ("organization", organization),
    ];
    submit(visitor, &page, &fields).await
}

on_both_databases! {
    async fn the_table_of_a_group_shows_what_each_role_may(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let page = admin.at("/admin/rules?text=invoices").await;
        assert!(words(&page).contains("Invora.Invoices 2"), "{}", words(&page));
        assert!(!words(&page).contains("Symbolon.Admin.v1.Users"), "{}", words(&page));
        let page = admin.at(&format!("{GROUP}?role=viewer")).await;
        assert!(words(&page).contains("Read Write"), "{}", words(&page));
        assert!(words(&page).contains("viewer allowed no"), "{}", words(&page));
        let page = admin.at(&format!("{GROUP}?role=suspended")).await;
        assert!(words(&page).contains("suspended denied * denied *"), "{}", words(&page));
        // An answer leads to its change, with the other answer in it.
        let start = page.body.find("../change?role=suspended").unwrap();
        let link = page.body[start..].split('"').next().unwrap().replace("&#38;", "&");
        let page = admin.at(&format!("/admin/rules/{}", &link[3..])).await;
        assert!(words(&page).contains("Now suspended is denied Invora.Invoices.Read"), "{}", words(&page));
        assert!(page.body.contains("value=\"Invora.Invoices.Read\""));
        assert_eq!(admin.at("/admin/rules/groups/Invora.Nothing").await.status, 404);
    }

    async fn a_change_is_tried_before_it_is_made_and_then_it_decides(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let made = [("name", "reader"), ("scope", "openid")];
        let page = admin.fill("/admin/tokens/new?owner=01900000-0000-7000-8000-000000000b07", &made).await;
        assert_eq!(page.status, 200, "{}", words(&page));
        let start = page.body.find("sy_pat_").unwrap();
        let token = page.body[start..].split('<').next().unwrap().to_owned();
        let asked = || async {
            let request = symbolon_testkit::http()
                .get(server.at("/access/v1/forward-auth"))
                .bearer_auth(&token)
                .header("x-original-method", "PUT")
                .header("x-original-uri", "/invoices/7");
            Answer::to(request).await.status.as_u16()
        };
        assert_eq!(asked().await, 403);

        let page = tried(&admin, ["viewer", "allow", "Invora.Invoices.Write", "globex"]).await;
        assert_eq!(page.status, 200, "{}", words(&page));
        let told = words(&page);
        // alice, bob, gina and the bot are viewers of globex.
        assert!(told.contains("4 gain") && told.contains("Nobody loses anything"), "{told}");
        assert!(told.contains("One rule is added") && told.contains("gina"), "{told}");
        assert_eq!(asked().await, 403, "trying changes nothing");
        let stale = page.form();
        let page = submit(&admin, &page, &[("comment", "viewers may write")]).await;
        assert!(words(&page).contains("The rules are in force"), "{}", words(&page));
        assert_eq!(page.url.path(), GROUP);
        eventually("the rule decides", || async { asked().await == 200 }).await;
        let page = admin.person.submit(&stale, &[("comment", "")]).await.page();
        assert_eq!(page.status, 412, "{}", words(&page));

        let list = admin.at("/admin/rules/versions").await;
        assert!(words(&list).contains("viewers may write"), "{}", words(&list));
        let versions: Vec<&str> = list.body.split("/admin/rules/versions/").skip(1).collect();
        let earlier = versions[1].split('"').next().unwrap();
        let at = format!("/admin/rules/versions/{earlier}");
        let page = admin.at(&at).await;
        assert!(words(&page).contains("One rule has come"), "{}", words(&page));
        let page = admin.at(&format!("{at}?to={earlier}")).await;
        assert!(words(&page).contains(&format!("the same as version {earlier}")), "{}", words(&page));
        let page = admin.at(&format!("{at}/restore")).await;
        assert!(words(&page).contains("4 lose"), "{}", words(&page));
        let page = submit(&admin, &page, &[("comment", "")]).await;
        assert!(words(&page).contains(&format!("version {earlier} again")), "{}", words(&page));
        eventually("the rule is gone", || async { asked().await == 403 }).await;
    }

    async fn what_is_wrong_with_a_rule_stands_at_its_field(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        for (wanted, place) in [
            (["no-such", "allow", "Invora.Invoices.Read", ""], "e-role"),
            (["viewer", "allow", "Invora.*.Read", ""], "e-pattern"),
            (["viewer", "allow", "Invora.Invoices.Read", "no-such"], "e-organization"),
            (["viewer", "perhaps", "Invora.Invoices.Read", ""], "e-effect"),
        ] {
            let page = tried(&admin, wanted).await;
            assert_eq!(page.status, 422, "{wanted:?}: {}", words(&page));
            assert!(page.body.contains(&format!("id=\"{place}\"")), "{wanted:?}: {}", words(&page));
        }
        let page = tried(&admin, ["viewer", "allow", "Invora.Invoices.Read", ""]).await;
        assert!(words(&page).contains("This changes nothing."), "{}", words(&page));
        // Whoever would take the rules from everybody is stopped, as at the API.
        let page = tried(&admin, ["super_admin", "deny", "*", ""]).await;
        let page = submit(&admin, &page, &[("comment", "")]).await;
        assert_eq!(page.status, 409, "{}", words(&page));
        assert!(words(&page).contains("nobody could change the rules"), "{}", words(&page));
    }

    async fn patterns_are_found_and_taken_away(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let page = admin.at("/admin/rules/list?role=suspended&kind=pattern").await;
        assert!(words(&page).contains("suspended denied Invora.Invoices.*"), "{}", words(&page));
        assert!(!words(&page).contains("viewer"), "{}", words(&page));
        let page = tried(&admin, ["suspended", "none", "Invora.Invoices.*", ""]).await;
        assert!(words(&page).contains("One rule is removed"), "{}", words(&page));
        let page = submit(&admin, &page, &[("comment", "")]).await;
        assert_eq!(page.url.path(), "/admin/rules/list");
        let page = admin.at("/admin/rules/list?role=suspended").await;
        assert!(words(&page).contains("Nothing fits"), "{}", words(&page));
    }

    async fn why_is_answered_for_those_who_see_the_grants_there(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let ask = |what: &str| format!("/admin/why?who=bob&organization=globex&{what}");
        let page = gina.at(&ask("scope=Invora.Invoices.Read")).await;
        assert!(words(&page).contains("A rule allows it, and none denies it."), "{}", words(&page));
        assert!(words(&page).contains("Bob Baker holds viewer in globex"), "{}", words(&page));
        let page = gina.at(&ask("method=PUT&path=/invoices/7")).await;
        assert!(words(&page).contains("No rule about the roles there allows it."), "{}", words(&page));
        assert!(words(&page).contains("Invora.Invoices.Write"), "{}", words(&page));
        let page = gina.at(&ask("method=PUT&path=/nothing")).await;
        assert_eq!(page.status, 422, "{}", words(&page));
        let other = gina.at("/admin/why?who=bob&organization=acme&scope=Invora.Invoices.Read").await;
        assert_eq!(other.status, 404, "{}", words(&other));
        // The rules themselves are for those who run the installation.
        for path in [
            "/admin/rules",
            GROUP,
            "/admin/rules/list",
            "/admin/rules/change",
            "/admin/rules/versions",
            "/admin/rules/versions/1",
            "/admin/rules/versions/1/restore",
        ] {
            assert_eq!(gina.at(path).await.status, 404, "{path}");
        }
    }

    async fn who_only_reads_is_offered_no_change_and_a_forged_form_does_nothing(backend) {
        let server = world(backend);
        let audra = Visitor::signed_in(&server, "audra", "audra's long pass phrase").await;
        let page = audra.at(GROUP).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("change?role"), "no link to what is not possible");
        assert_eq!(audra.at("/admin/rules/change").await.status, 404);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let other = admin.at("/admin/roles/new").await;
        let other = other.form().hidden("csrf").unwrap().to_owned();
        let fields = [
            ("csrf", other.as_str()),
            ("role", "viewer"),
            ("effect", "allow"),
            ("pattern", "*"),
            ("version", "1"),
        ];
        for path in ["/admin/rules/change", "/admin/rules/save"] {
            assert_eq!(admin.post(path, &fields).await.status, 400, "{path}");
        }
    }

    async fn two_hundred_roles_and_five_hundred_scopes_stay_readable(backend) {
        let state = crate::support::file(&many());
        let mut options = crate::support::options(backend.url()).with("SYMBOLON_KEYS_ALGORITHMS", "RS256");
        options.state = Some(state.path().to_owned());
        let server = symbolon_testkit::Server::start(crate::support::binary(), options);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let page = admin.at("/admin/rules?text=Noun").await;
        assert!(words(&page).contains("Invora.Simple.Noun7.v1 20"), "{}", words(&page));
        let group = "/admin/rules/groups/Invora.Simple.Noun7.v1";
        for path in [
            "/admin/rules",
            group,
            "/admin/rules/list",
            "/admin/rules/change?role=department-007-accountant&pattern=Invora.Simple.Noun7.v1.Verb1",
            "/admin/why",
        ] {
            let page = admin.at(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.body.len() < 50_000, "{path}: {} bytes", page.body.len());
        }
        // All roles and all scopes of the group are reached by links alone.
        let mut seen = std::collections::BTreeSet::new();
        let mut links = vec![group.to_owned()];
        let mut visited = std::collections::BTreeSet::new();
        while let Some(link) = links.pop() {
            let page = admin.at(&link).await;
            for part in page.body.split("../change?role=").skip(1) {
                let role = part.split('&').next().unwrap().to_owned();
                let scope = part.split("pattern=").nth(1).unwrap().split('&').next().unwrap();
                seen.insert((role, scope.to_owned()));
            }
            for part in page.body.split("href=\"?").skip(1) {
                let query = part.split('"').next().unwrap().replace("&#38;", "&");
                if visited.insert(query.clone()) {
                    links.push(format!("{group}?{query}"));
                }
            }
            assert!(visited.len() < 200, "it has an end");
        }
        let department = |seen: &&(String, String)| seen.0.starts_with("department");
        assert_eq!(seen.iter().filter(department).count(), 200 * 20);
    }
}

/// 200 roles, and an API with 500 scopes.
fn many() -> String {
    use std::fmt::Write;

    let mut text =
        String::from("apis:\n  - audience: https://many.example\n    name: Many\n    scopes:\n");
    for noun in 0..25 {
        for verb in 0..20 {
            let scope = format!("Invora.Simple.Noun{noun}.v1.Verb{verb}");
            writeln!(
                text,
                "      - {{ scope: {scope}, description: do {verb} to {noun} }}"
            )
            .unwrap();
        }
    }
    text.push_str("roles:\n");
    for role in 0..200 {
        let key = format!("department-{role:03}-accountant");
        writeln!(
            text,
            "  - {{ key: {key}, name: Accountant of department {role} }}"
        )
        .unwrap();
    }
    text.push_str("rules:\n");
    for role in 0..200 {
        let pattern = format!("Invora.Simple.Noun{}.*", role % 25);
        writeln!(
            text,
            "  - {{ role: department-{role:03}-accountant, pattern: {pattern}, effect: allow }}"
        )
        .unwrap();
    }
    text
}
