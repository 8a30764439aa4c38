//! The first administrator.

use symbolon_testkit::{Person, Server, on_both_databases};

use super::Visitor;
use crate::support::{binary, eventually, options};

const PASSWORD: &str = "the first of all pass phrases";

/// The path of the link in what a server printed.
fn link(server: &Server) -> Option<String> {
    let log = server.log();
    let start = log.find("/admin/set-up/")?;
    let rest = &log[start..];
    Some(rest.split_whitespace().next()?.to_owned())
}

fn bare(database: &str) -> Server {
    let mut options = options(database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256");
    options.demo = false;
    Server::start(binary(), options)
}

on_both_databases! {
    async fn the_link_of_the_first_start_makes_exactly_one_administrator(backend) {
        let database = backend.url();
        let server = bare(&database);
        let path = link(&server).unwrap();
        let mut tries = Vec::new();
        for number in 0..8 {
            let (url, name) = (server.at(&path), format!("root{number}"));
            tries.push(tokio::spawn(async move {
                let person = Person::new();
                let page = person.get(url).await.page();
                let fields = [
                    ("organization", "Operations"),
                    ("username", name.as_str()),
                    ("password", PASSWORD),
                ];
                // One who comes when all is done finds no form any more.
                let form = page.forms().into_iter().find(|form| form.asks_for("username"));
                let Some(form) = form else {
                    assert_eq!(page.status, 404);
                    return None;
                };
                let page = person.submit(&form, &fields).await.page();
                match page.status.as_u16() {
                    200 => Some(name),
                    status => {
                        assert!(status == 404 || status == 503, "{page:?}");
                        None
                    }
                }
            }));
        }
        let mut made = Vec::new();
        for one in tries {
            made.extend(one.await.unwrap());
        }
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!(Visitor::unknown(&server).at(&path).await.status, 404);

        eventually("the rules are in force", || async {
            let root = Visitor::signed_in(&server, &made[0], PASSWORD).await;
            root.at("/admin/organizations").await.words().contains("Operations")
        })
        .await;
        drop(server);
        let server = bare(&database);
        assert_eq!(link(&server), None, "it is never offered again");
        assert_eq!(Visitor::unknown(&server).at(&path).await.status, 404);
    }

    async fn a_link_that_was_not_printed_sets_nothing_up(backend) {
        let server = bare(&backend.url());
        let path = link(&server).unwrap();
        let nobody = Visitor::unknown(&server);
        for wrong in [
            "/admin/set-up/x".to_owned(),
            format!("{path}x"),
            path[..path.len() - 1].to_owned(),
            path.replace("sy_su_", "sy_pat_"),
        ] {
            assert_eq!(nobody.at(&wrong).await.status, 404, "{wrong}");
        }
        let weak = [("organization", "O"), ("username", "root"), ("password", "short")];
        let page = nobody.fill(&path, &weak).await;
        assert_eq!(page.status, 422);
        assert!(page.alert().is_some());
        // What was wrong costs nothing: the link is still good.
        let good = [("organization", "O"), ("username", "root"), ("password", PASSWORD)];
        assert_eq!(nobody.fill(&path, &good).await.status, 200);
    }

    async fn a_demo_has_an_administrator_and_offers_nothing(backend) {
        assert_eq!(link(&crate::support::demo(backend)), None);
    }
}
