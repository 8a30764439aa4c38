//! The metadata document says what is there.

use symbolon_testkit::{Answer, Options, Server, http, on_both_databases};

use super::{ask, shared};
use crate::support::{binary, options};

on_both_databases! {
    async fn the_metadata_names_endpoints_that_answer(backend) {
        let server = shared(backend);
        let url = format!("{}/.well-known/authzen-configuration", server.url());
        let answer = Answer::to(http().get(&url)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        let document = answer.json.as_object().unwrap();
        assert_eq!(document["policy_decision_point"], server.issuer());
        let mut endpoints = 0;
        for (name, value) in document.iter().filter(|(name, _)| name.ends_with("_endpoint")) {
            let path = value.as_str().unwrap().strip_prefix(server.issuer()).unwrap();
            let answer = ask(server, path, &serde_json::json!({})).await;
            assert_eq!(answer.status, 400, "{name}");
            endpoints += 1;
        }
        assert_eq!((endpoints, document.len()), (5, 6));
        let tag = answer.header("etag");
        let again = Answer::to(http().get(&url).header("if-none-match", tag)).await;
        assert_eq!(again.status, 304);
    }

    async fn the_path_of_an_issuer_stands_behind_the_well_known_name(backend) {
        let issuer = "http://127.0.0.1:5999/tenant";
        let options = Options {
            issuer: Some(issuer.to_owned()),
            ..options(backend.url())
        };
        let server = Server::start(binary(), options.with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256"));
        let url = format!("{}/.well-known/authzen-configuration/tenant", server.url());
        let answer = Answer::to(http().get(url)).await;
        assert_eq!(answer.json["policy_decision_point"], issuer);
        let evaluation = format!("{issuer}/access/v1/evaluation");
        assert_eq!(answer.json["access_evaluation_endpoint"], evaluation);
        let request = http().post(format!("{}/tenant/access/v1/evaluation", server.url()));
        assert_eq!(Answer::to(request).await.status, 401);
    }
}
