//! What the two endpoints answer to whoever asks them as a proxy does: the wire, without a proxy.

use serde_json::json;
use symbolon_testkit::{Answer, http, jwt_payload, on_both_databases};

use super::{AUDIENCE, BAKER_ID, LIST, Place};
use crate::support::eventually;

const FORWARD_AUTH: &str = "/access/v1/forward-auth";

/// The prefix that Envoy is configured with.
const ENVOY: &str = "/access/v1/ext-authz/https%3A%2F%2Fapi.invora.example";

const NGINX: [(&str, &str); 2] = [("X-Original-Method", "GET"), ("X-Original-URI", LIST)];

const TRAEFIK: [(&str, &str); 2] = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", LIST)];

on_both_databases! {
    async fn both_families_of_headers_say_which_request_is_held(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        for headers in [NGINX, TRAEFIK] {
            let answer = place.ask(FORWARD_AUTH, &token, &headers).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.header("x-auth-subject"), BAKER_ID);
            assert_eq!(answer.header("x-auth-organization"), "bakery");
            assert_eq!(answer.header("x-auth-home-organization"), "bakery");
            assert_eq!(answer.header("x-auth-roles"), "accountant clerk");
            assert_eq!(answer.header("x-auth-scope"), "Invora.Simple.Invoices.v1.Read.List");
            assert_eq!(answer.header("x-auth-client"), "baker");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }

    async fn a_report_is_whole_and_told_once(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let [nginx, traefik] = [NGINX, TRAEFIK];
        for (headers, reason) in [
            (vec![], "report_incomplete"),
            (vec![nginx[0]], "report_incomplete"),
            (vec![nginx[1]], "report_incomplete"),
            (vec![traefik[0]], "report_incomplete"),
            (vec![nginx[0], nginx[1], traefik[0], traefik[1]], "report_ambiguous"),
            (vec![nginx[0], nginx[1], traefik[1]], "report_ambiguous"),
            (vec![nginx[0], traefik[1]], "report_ambiguous"),
            (vec![nginx[0], nginx[1], nginx[1]], "report_ambiguous"),
            (vec![nginx[0], nginx[0], nginx[1]], "report_ambiguous"),
            (vec![("X-Original-Method", "G T"), nginx[1]], "report_malformed"),
            (vec![("X-Original-Method", ""), nginx[1]], "report_malformed"),
        ] {
            let answer = place.ask(FORWARD_AUTH, &token, &headers).await;
            assert_eq!((answer.status.as_u16(), &answer.json["reason"]), (400, &json!(reason)), "{headers:?}");
            assert_eq!(answer.header("x-auth-reason"), reason);
            assert!(answer.header("www-authenticate").contains("error=\"invalid_request\""));
        }
    }

    async fn the_parameters_are_the_operators_and_a_mistake_in_them_is_none_of_a_yes(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let audience = "https%3A%2F%2Fapi.invora.example";
        for (query, status, reason) in [
            ("", 200, ""),
            (&*format!("?audience={audience}"), 200, ""),
            ("?token=jwt", 200, ""),
            // The token is not for it; and there is no such API.
            ("?audience=urn:symbolon:api", 401, "other_audience"),
            ("?audience=https://elsewhere.example", 401, "other_audience"),
            (&format!("?audience={audience}&audience={audience}"), 400, "parameters_malformed"),
            ("?audience=", 400, "parameters_malformed"),
            ("?token=opaque", 400, "parameters_malformed"),
            ("?access_token=a", 400, "parameters_malformed"),
        ] {
            let answer = place.ask(&format!("{FORWARD_AUTH}{query}"), &token, &NGINX).await;
            let seen = (answer.status.as_u16(), answer.header("x-auth-reason"));
            assert_eq!(seen, (status, reason), "{query}");
            let handed = answer.header("authorization").starts_with("Bearer eyJ");
            assert_eq!(handed, query == "?token=jwt", "{query}");
        }
    }

    async fn a_personal_access_token_never_becomes_one_for_symbolon_itself(backend) {
        let place = Place::shared(backend);
        let token = place.personal("baker", &[]);
        for target in ["/admin/v1/users", "/access/v1/evaluation", "/"] {
            let headers = [("X-Original-Method", "GET"), ("X-Original-URI", target)];
            let path = format!("{FORWARD_AUTH}?audience=urn:symbolon:api&token=jwt");
            let answer = place.ask(&path, &token, &headers).await;
            let seen = (answer.status.as_u16(), answer.header("x-auth-reason"));
            assert_eq!(seen, (403, "no_such_endpoint"));
            assert_eq!(answer.header("authorization"), "");
        }
    }

    async fn envoy_asks_with_the_request_itself(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        for (path, status, reason) in [
            (format!("{ENVOY}{LIST}"), 200, ""),
            (format!("{ENVOY}{LIST}?a=../..//&token=jwt"), 200, ""),
            (format!("/access/v1/ext-authz/-{LIST}"), 200, ""),
            (format!("{ENVOY}/api/v1/simple/invoices/a%20b"), 200, ""),
            (format!("{ENVOY}/"), 403, "no_such_endpoint"),
            (format!("{ENVOY}/{LIST}"), 403, "path_empty_segment"),
            (format!("{ENVOY}{LIST}/"), 403, "no_such_endpoint"),
            (format!("{ENVOY}/api/v1/simple%2Finvoices"), 403, "path_encoded_delimiter"),
            (format!("{ENVOY}/api/v1/simple/invoices;a"), 403, "path_parameter"),
            (format!("/access/v1/ext-authz/elsewhere{LIST}"), 401, "other_audience"),
            (format!("/access/v1/ext-authz/{LIST}"), 400, "parameters_malformed"),
            (format!("/access/v1/ext-authz/a%zz{LIST}"), 400, "parameters_malformed"),
        ] {
            let request = crate::hostile::raw::Request::get(path.as_str())
                .with(format!("authorization: Bearer {token}"));
            // The headers of the other proxies mean nothing here.
            let request = request.with("x-original-uri: /other").with("x-forwarded-method: PUT");
            let reply = crate::hostile::raw::send(&place.server, request.bytes()).await;
            assert_eq!((reply.status, reply.header("x-auth-reason")), (status, reason), "{path}");
        }
    }

    async fn envoy_keeps_the_method(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let ask = async |method: reqwest::Method, organization: &str| {
            let url = place.server.at(&format!("{ENVOY}{LIST}"));
            let request = http().request(method, url).bearer_auth(&token);
            Answer::to(request.header("x-target-org-id", organization)).await
        };
        let get = ask(reqwest::Method::GET, "bakery").await;
        assert_eq!(get.header("x-auth-scope"), "Invora.Simple.Invoices.v1.Read.List");
        let post = ask(reqwest::Method::POST, "bakery").await;
        assert_eq!(post.header("x-auth-scope"), "Invora.Simple.Invoices.v1.Modify.Create");
        let elsewhere = ask(reqwest::Method::POST, "platform").await;
        assert_eq!(elsewhere.header("x-auth-reason"), "no_rule_grants");
        let unknown = ask(reqwest::Method::PATCH, "bakery").await;
        assert_eq!(unknown.header("x-auth-reason"), "no_such_endpoint");
    }

    async fn envoy_asks_for_a_token_with_a_header(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let path = format!("{ENVOY}{LIST}");
        let without = place.ask(&path, &token, &[]).await;
        assert_eq!(without.header("authorization"), "");
        let with = place.ask(&path, &token, &[("x-auth-token", "jwt")]).await;
        let handed = with.header("authorization").trim_start_matches("Bearer ");
        assert_eq!(jwt_payload(handed)["aud"], AUDIENCE);
        for wrong in [&[("x-auth-token", "yes")][..], &[("x-auth-token", "jwt"); 2]] {
            let answer = place.ask(&path, &token, wrong).await;
            assert_eq!(answer.header("x-auth-reason"), "parameters_malformed");
        }
    }

    async fn any_method_asks_and_no_body_is_read(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let request = http()
                .request(method, place.server.at(FORWARD_AUTH))
                .bearer_auth(&token)
                .header(NGINX[0].0, NGINX[0].1)
                .header(NGINX[1].0, NGINX[1].1)
                .body("access_token=other&".repeat(10));
            assert_eq!(Answer::to(request).await.status, 200);
        }
    }

    async fn who_calls_again_costs_no_look_into_the_database(backend) {
        let place = Place::on(backend);
        let (token, personal) = (place.token("baker").await, place.personal("baker", &[]));
        let misses = async || {
            let answer = http().get(place.server.at("/metrics")).send().await.unwrap();
            let text = answer.text().await.unwrap();
            let lines = text.lines().filter(|line| line.contains("outcome=\"miss\""));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        // A busy machine may forget to read the feed for a second: then memory is not trusted.
        eventually("forty calls are answered from memory", async || {
            let before = misses().await;
            for _ in 0..20 {
                for token in [&token, &personal] {
                    let path = format!("{FORWARD_AUTH}?token=jwt");
                    assert_eq!(place.ask(&path, token, &NGINX).await.status, 200);
                }
            }
            misses().await == before
        })
        .await;
    }
}
