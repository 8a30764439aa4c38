//! What protected APIs say of themselves (RFC 9728), and authorization servers below a path (RFC 8414).

use serde_json::json;
use symbolon_testkit::{Answer, Options, Server, http, on_both_databases};

use super::server;
use crate::support::{apply, binary, options};

const PUBLIC: (&str, &str) = ("SYMBOLON_POLICY_RESOURCE_METADATA", "true");

const API: &str = "https://api.example/v1";

fn state() -> String {
    let apis = json!([
        {"audience": API, "name": "Invoices", "scopes": [{"scope": "Invoices.Read"}],
         "endpoints": [{"method": "GET", "template": "/v1/invoices", "scope": "Invoices.Read"}]},
        {"audience": "invoices", "name": "By another name", "scopes": [{"scope": "Other.Read"}],
         "endpoints": [{"method": "GET", "template": "/other", "scope": "Other.Read"}]},
    ]);
    json!({ "apis": apis }).to_string()
}

/// A server of its own with the APIs of these tests and these settings.
fn with_apis(backend: symbolon_testkit::Backend, settings: &[(&str, &str)]) -> Server {
    let database = backend.url();
    apply(&database, &state());
    super::on(&database, settings)
}

async fn challenge(server: &Server, audience: &str) -> String {
    let url = format!(
        "{}?audience={audience}",
        server.at("/access/v1/forward-auth")
    );
    let request = http().get(url).header("x-original-method", "GET");
    let answer = Answer::to(request.header("x-original-uri", "/v1/invoices")).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    answer.header("www-authenticate").to_owned()
}

on_both_databases! {
    async fn the_management_api_says_what_it_is(backend) {
        let server = server(backend, &[]);
        let issuer = server.issuer();
        let address = "/.well-known/oauth-protected-resource/admin/v1";
        let answer = Answer::to(http().get(server.at(address))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let document = answer.json;
        assert_eq!(document["resource"], format!("{issuer}/admin/v1"));
        assert_eq!(document["authorization_servers"], json!([issuer]));
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
        let scopes = document["scopes_supported"].as_array().unwrap();
        assert!(scopes.contains(&json!("Symbolon.Admin.v1.Users.Read")), "{scopes:?}");
        let named = format!("resource_metadata=\"{}\"", server.at(address));
        for token in [None, Some("x")] {
            let request = http().get(server.at("/admin/v1/me"));
            let answer = Answer::to(match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            }).await;
            assert_eq!(answer.status, 401);
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer realm=\"management\""), "{challenge}");
            assert!(challenge.ends_with(&named), "{challenge}");
        }
    }

    async fn an_api_behind_a_proxy_is_found_by_its_challenge(backend) {
        let server = with_apis(backend, &[PUBLIC]);
        let own = challenge(&server, API).await;
        let (_, address) = own.split_once("resource_metadata=\"").expect(&own);
        let address = address.trim_end_matches('"');
        let document = Answer::to(http().get(address)).await;
        assert_eq!(document.json, json!({
            "resource": API,
            "authorization_servers": [server.issuer()],
            "bearer_methods_supported": ["header"],
            "resource_name": "Invoices",
            "scopes_supported": ["Invoices.Read"],
        }));
        // One that is not named by its address cannot be found by it; nobody lists the others.
        let other = challenge(&server, "invoices").await;
        assert!(!other.contains("resource_metadata"), "{other}");
        for query in ["", "?audience=", "?audience=invoices", "?audience=https://unknown.example"] {
            let url = format!("{}{query}", server.at("/access/v1/resource-metadata"));
            assert_eq!(Answer::to(http().get(url)).await.status, 404, "{query}");
        }
    }

    async fn nothing_is_said_of_apis_unless_that_is_switched_on(backend) {
        let server = with_apis(backend, &[]);
        let challenge = challenge(&server, API).await;
        assert!(!challenge.contains("resource_metadata"), "{challenge}");
        let url = server.at(&format!("/access/v1/resource-metadata?audience={API}"));
        assert_eq!(Answer::to(http().get(url)).await.status, 404);
    }

    async fn an_issuer_with_a_path_is_found_where_rfc_8414_has_it(backend) {
        let issuer = "https://id.example/tenants/one";
        let options = Options {
            issuer: Some(issuer.to_owned()),
            ..options(backend.url()).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256")
        };
        let server = Server::start(binary(), options);
        for path in [
            "/.well-known/oauth-authorization-server/tenants/one",
            "/.well-known/openid-configuration/tenants/one",
            "/tenants/one/.well-known/openid-configuration",
        ] {
            let answer = Answer::to(http().get(server.at(path))).await;
            assert_eq!(answer.json["issuer"], issuer, "{path}: {answer:?}");
        }
        let path = "/.well-known/oauth-protected-resource/tenants/one/admin/v1";
        let document = Answer::to(http().get(server.at(path))).await.json;
        assert_eq!(document["resource"], format!("{issuer}/admin/v1"));
        let me = Answer::to(http().get(server.at("/tenants/one/admin/v1/me"))).await;
        let named = format!("resource_metadata=\"https://id.example{path}\"");
        assert!(me.header("www-authenticate").ends_with(&named), "{me:?}");
    }
}
