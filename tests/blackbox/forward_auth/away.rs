//! When Symbolon cannot be asked, nobody gets through.

use symbolon_testkit::{Cluster, Server, on_both_databases};

use super::{LIST, Place, declared, nginx, request};
use crate::hostile::raw::send_to;
use crate::support::{binary, eventually};

on_both_databases! {
    async fn without_symbolon_nobody_gets_through(backend) {
        let place = Place::on(backend);
        let token = place.token("baker").await;
        assert_eq!(place.status(&token).await, 200);
        let Place { server, nginx, .. } = place;
        server.kill_hard();
        let request = request("GET", LIST, &token, &["x-auth-subject: forged"]);
        let reply = send_to(nginx.url(), request.bytes()).await;
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(!reply.body.contains("forged"), "{reply:?}");
    }
}

/// Memory is trusted for less than a second without the feed: a decision is then no longer possible.
#[tokio::test]
async fn without_its_database_symbolon_lets_nobody_through_and_recovers() {
    let cluster = Cluster::private();
    let database = cluster.database();
    let server = Server::start(binary(), declared(&database));
    let nginx = nginx(&server);
    let place = Place {
        database,
        server,
        nginx,
    };
    let token = place.token("baker").await;
    assert_eq!(place.status(&token).await, 200);
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.stop();
        cluster
    })
    .await
    .unwrap();
    eventually("nobody gets through", async || {
        place.status(&token).await == 503
    })
    .await;
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.start_again();
        cluster
    })
    .await
    .unwrap();
    eventually("it is well again", async || {
        place.status(&token).await == 200
    })
    .await;
    drop(cluster);
}
