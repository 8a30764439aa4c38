//! APIs, keys, sessions and the audit log, by plain forms.

use symbolon_testkit::{Answer, on_both_databases};

use super::{ADMIN, ALICE_ID, GINA, Visitor, world};
use crate::support::{BOB, eventually};

const BOB_ID: &str = crate::support::BOB_ID;
const API: &str = "/admin/apis/https%3A%2F%2Fnotes.example";

on_both_databases! {
    async fn an_api_gets_scopes_and_endpoints_and_loses_them(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let new = [("name", "Notes"), ("audience", "https://notes.example")];
        let page = admin.fill("/admin/apis/new", &new).await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert_eq!(page.url.path(), API);
        let add = format!("{API}/add-scope");
        let wrong = admin.fill(&add, &[("scope", "no scope"), ("description", "")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.words());
        assert!(wrong.body.contains("id=\"e-scope\""), "{}", wrong.words());
        let stale = admin.at(&add).await;
        let read = [("scope", "Notes.Read"), ("description", "read <b>notes</b>")];
        let page = admin.fill(&add, &read).await;
        assert!(page.words().contains("Notes.Read read <b>notes</b>"), "{}", page.words());
        let page = admin.person.submit(&stale.form(), &[("scope", "Notes.Write")]).await.page();
        assert_eq!(page.status, 412, "{}", page.words());

        let endpoint = [("method", "GET"), ("template", "/notes/{id}"), ("scope", "Notes.Read")];
        let page = admin.fill(&format!("{API}/add-endpoint"), &endpoint).await;
        assert_eq!(page.url.path(), format!("{API}/endpoints"));
        assert!(page.words().contains("/notes/{id} GET Notes.Read"), "{}", page.words());
        let remove = format!("{API}/remove?scope=Notes.Read");
        let page = admin.fill(&remove, &[]).await;
        assert!(page.alert().is_some(), "an endpoint needs it: {}", page.words());
        let page = admin.fill(&format!("{API}/remove?method=GET&template=/notes/%7Bid%7D"), &[]).await;
        assert!(page.words().contains("Removed."), "{}", page.words());
        let page = admin.fill(&remove, &[]).await;
        assert!(page.words().contains("Removed."), "{}", page.words());
        assert_eq!(admin.at(&remove).await.status, 404);
        let page = admin.fill(&format!("{API}/edit"), &[("name", "Memos")]).await;
        assert!(page.words().contains("Memos"), "{}", page.words());
        let page = admin.fill(&format!("{API}/delete"), &[]).await;
        assert_eq!(page.url.path(), "/admin/apis");
        assert_eq!(admin.at(API).await.status, 404);
    }

    async fn keys_are_rotated_and_the_same_again_makes_none(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let page = admin.at("/admin/keys").await;
        assert!(page.words().contains("RS256 1 Signs"), "{}", page.words());
        let page = admin.fill("/admin/keys/rotate", &[]).await;
        assert!(page.words().contains("Successors are made."), "{}", page.words());
        assert!(page.words().contains("RS256 2 Published, signs later"), "{}", page.words());
        let page = admin.fill("/admin/keys/rotate", &[]).await;
        assert!(page.words().contains("has a successor already"), "{}", page.words());
        eventually("both are published", || async {
            let keys = symbolon_testkit::http().get(server.at("/oauth/v2/keys"));
            Answer::to(keys).await.json["keys"].as_array().unwrap().len() == 2
        })
        .await;
    }

    async fn a_session_is_ended_and_then_all_are(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let list = format!("/admin/sessions/{BOB_ID}");
        for path in ["", "/end"] {
            let bob = Visitor::signed_in(&server, "bob", BOB).await;
            assert_eq!(bob.at("/admin").await.url.path(), "/admin");
            let page = gina.at(&list).await;
            assert_eq!(page.status, 200, "{}", page.words());
            let link = if path.is_empty() {
                // His only session.
                let start = page.body.rfind("/end\">").unwrap();
                let start = page.body[..start].rfind('"').unwrap() + 1;
                page.body[start..].split('"').next().unwrap().to_owned()
            } else {
                format!("{list}{path}")
            };
            let page = gina.fill(&link, &[]).await;
            assert!(page.words().contains("Ended."), "{}", page.words());
            eventually("bob is signed out", || async {
                bob.at("/admin").await.url.path() == "/sign-in"
            })
            .await;
            if path.is_empty() {
                assert_eq!(gina.at(&link).await.status, 404, "it has ended");
            }
        }
    }

    async fn what_was_done_is_in_the_log_is_followed_and_taken_as_a_file(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        for (key, name) in [("clerk", "Clerk"), ("formula", "=1+1, \"x\"")] {
            let made = [("name", name), ("key", key), ("organization", "")];
            assert_eq!(admin.fill("/admin/roles/new", &made).await.status, 200);
        }
        let page = admin.at("/admin/audit?object=role/clerk").await;
        assert!(page.words().contains("role.create role/clerk"), "{}", page.words());
        assert!(!page.words().contains("role/formula"), "{}", page.words());
        assert_eq!(page.headers.get("refresh"), None);
        let page = admin.at("/admin/audit?follow=on").await;
        assert_eq!(page.header("refresh"), "5");
        let day = admin.at("/admin/audit?until=2001-01-01").await;
        assert!(day.words().contains("Nothing fits"), "{}", day.words());
        assert_eq!(admin.at("/admin/audit?from=yesterday").await.status, 400);

        let lines = admin.at("/admin/audit/export?format=jsonl&action=role.create").await;
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        let events: Vec<serde_json::Value> =
            lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        // Within a second any may be first.
        let mut objects: Vec<_> =
            events.iter().map(|event| event["object"].as_str().unwrap()).collect();
        objects.sort_unstable();
        assert_eq!(objects, ["role/clerk", "role/formula"]);
        let table = admin.at("/admin/audit/export?format=csv&action=role.create").await;
        assert!(table.header("content-disposition").contains("audit.csv"));
        let mut lines = table.body.split("\r\n");
        assert!(lines.next().unwrap().starts_with("id,happened_at,actor"));
        assert!(table.body.contains("\"role/formula\""), "{}", table.body);
        assert_eq!(lines.count(), 3, "two events, and the end of the last line");
    }

    async fn what_is_of_others_is_the_page_of_what_does_not_exist(backend) {
        let server = world(backend);
        let gina = Visitor::signed_in(&server, "gina", GINA).await;
        let words = |page: &symbolon_testkit::Page| {
            let words = page.words();
            words[..words.find("Request").unwrap_or(words.len())].to_owned()
        };
        let nothing = gina.at("/admin/people/nobody").await;
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let page = admin.at("/admin/sessions/01900000-0000-7000-8000-0000000ad314").await;
        let end = page.body.rfind("/end\"").unwrap();
        let start = page.body[..end].rfind('/').unwrap() + 1;
        let session = page.body[start..].split('/').next().unwrap();
        for path in [
            "/admin/keys".to_owned(),
            "/admin/keys/rotate".to_owned(),
            "/admin/apis".to_owned(),
            "/admin/apis/https%3A%2F%2Finvoices.example".to_owned(),
            "/admin/apis/https%3A%2F%2Finvoices.example/delete".to_owned(),
            format!("/admin/sessions/{ALICE_ID}"),
            format!("/admin/sessions/{ALICE_ID}/end"),
            // Somebody else's session below a person of hers.
            format!("/admin/sessions/{BOB_ID}/{session}/end"),
            format!("/admin/sessions/{BOB_ID}/no-such/end"),
        ] {
            let page = gina.at(&path).await;
            assert_eq!(page.status, 404, "{path}: {}", page.words());
            assert_eq!(words(&page), words(&nothing), "{path}");
            let page = gina.post(&path, &[("csrf", "x")]).await;
            assert!([400, 404, 405].contains(&page.status.as_u16()), "{path}");
        }
        // Her own log is that of her organization.
        let log = gina.at("/admin/audit?organization=acme").await;
        assert!(log.words().contains("Nothing fits"), "{}", log.words());
        let file = gina.at("/admin/audit/export?format=jsonl").await;
        assert!(!file.body.contains("\"organization\":\"acme\""), "{}", file.body);
    }
}
