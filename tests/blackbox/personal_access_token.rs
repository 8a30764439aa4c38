//! Personal access tokens: made on the command line, used as bearer tokens.

use serde_json::json;
use symbolon_testkit::{Server, on_both_databases};

use crate::support::{apply, binary, eventually, machine, options, run, symbolon, with_settings};

/// Makes a token for the machine user `worker`, who is robot and viewer in globex and viewer in acme.
fn token(database: &str, limits: &[&str]) -> String {
    named_token(database, "ci", limits)
}

fn named_token(database: &str, name: &str, limits: &[&str]) -> String {
    let place = ["pat", "--database", database];
    let create = ["create", "--owner", "worker", "--name", name];
    run(&[&place[..], &create, limits].concat())
        .trim()
        .to_owned()
}

fn start(database: &str) -> Server {
    Server::start(binary(), with_settings(options(database), &[]))
}

on_both_databases! {
    async fn a7_5_a_token_has_a_prefix_and_is_good_at_userinfo_and_introspection(backend) {
        let database = backend.url();
        let server = start(&database);
        let token = token(&database, &[]);
        assert!(token.starts_with("sy_pat_"), "{token}");
        let gateway = machine(&server, "gateway").await;
        let userinfo = gateway.userinfo(&token).await;
        assert_eq!(userinfo.json["name"], "worker", "{userinfo:?}");
        let answer = gateway.introspect(&token).await.json;
        assert_eq!(answer["active"], true, "{answer}");
        assert_eq!(answer["org_id"], "globex");
        assert_eq!(answer["roles"], json!({ "acme": ["viewer"], "globex": ["robot", "viewer"] }));
    }

    async fn a2_8_only_a_gateway_may_ask_about_a_token(backend) {
        let database = backend.url();
        let server = start(&database);
        let token = token(&database, &[]);
        let stranger = machine(&server, "machine-rs256").await;
        assert_eq!(stranger.introspect(&token).await.json, json!({ "active": false }));
    }

    async fn a7_5_a_token_has_no_more_than_it_was_limited_to(backend) {
        let database = backend.url();
        let server = start(&database);
        let limits = ["--organization", "globex", "--role", "viewer", "--role", "admin"];
        let token = token(&database, &limits);
        let gateway = machine(&server, "gateway").await;
        let answer = gateway.introspect(&token).await.json;
        assert_eq!(answer["roles"], json!({ "globex": ["viewer"] }));
        // Whoever decides by it needs to know what it must not be used for: a rule may deny.
        assert_eq!(
            answer["granted_roles"],
            json!({ "acme": ["viewer"], "globex": ["robot", "viewer"] })
        );
        assert_eq!(
            answer["limits"],
            json!({ "organizations": ["globex"], "roles": ["viewer", "admin"] })
        );
    }

    async fn a7_5_a_revoked_token_is_refused_and_so_is_one_whose_owner_is_disabled(backend) {
        let database = backend.url();
        let server = start(&database);
        let revoked = named_token(&database, "revoked", &[]);
        let orphaned = named_token(&database, "orphaned", &[]);
        let gateway = machine(&server, "gateway").await;
        for token in [&revoked, &orphaned] {
            assert_eq!(gateway.userinfo(token).await.status, 200);
        }
        let list = run(&["pat", "--database", &database, "list", "--owner", "worker"]);
        let line = list.lines().find(|line| line.ends_with(" revoked")).unwrap();
        let id = line.split_whitespace().nth(1).unwrap();
        run(&["pat", "--database", &database, "revoke", id]);
        eventually("the revoked token is refused", async || {
            gateway.userinfo(&revoked).await.status == 401
        })
        .await;
        assert_eq!(gateway.userinfo(&orphaned).await.status, 200);
        apply(&database, "machine_users:\n  - { name: worker, organization: globex, disabled: true }\n");
        eventually("the orphaned token is refused", async || {
            gateway.userinfo(&orphaned).await.status == 401
        })
        .await;
    }

    async fn a2_10_a_changed_token_is_refused(backend) {
        let database = backend.url();
        let server = start(&database);
        let token = token(&database, &[]);
        let gateway = machine(&server, "gateway").await;
        let upper = token.to_uppercase();
        for changed in [&token[..token.len() - 1], &format!("{token}a"), &upper] {
            assert_eq!(gateway.userinfo(changed).await.status, 401, "{changed}");
        }
    }

    async fn a_token_for_nobody_or_for_ever_is_not_made(backend) {
        let database = backend.url();
        let _server = start(&database);
        let create = ["pat", "--database", &database, "create", "--name", "ci", "--owner"];
        assert!(!symbolon(&[&create[..], &["nobody"]].concat()).status.success());
        let long = [&create[..], &["worker", "--days", "367"]].concat();
        assert!(!symbolon(&long).status.success());
    }
}
