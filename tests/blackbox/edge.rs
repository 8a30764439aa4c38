//! Enforcement at the edge: a small API without authorization code behind the layer of
//! `symbolon-resource-server`, before the real binary; and the bundle that it decides by.

use std::{net::SocketAddr, time::Duration};

use axum::{Extension, Router, routing::get};
use serde_json::{Value, json};
use symbolon_resource_server::{Caller, ResourceServer};
use symbolon_testkit::{
    Answer, RelyingParty, Server, http, jwt_header, jwt_payload, on_both_databases,
};
use tokio::net::TcpListener;

use crate::support::{apply, binary, eventually, machine, options, personal_token};

const AUDIENCE: &str = "https://orders.example";

const STATE: &str = "
organizations:
  - { id: initech, name: Initech }
  - { id: initrode, name: Initrode }
roles:
  - { key: clerk, name: Clerk }
  - { key: guest, name: Guest }
relations:
  - { manager: initech, held: clerk, managed: initrode, acts_as: guest }
apis:
  - audience: https://orders.example
    name: Orders
    scopes:
      - { scope: Orders.Read }
      - { scope: Orders.Delete }
    endpoints:
      - { method: GET, template: '/orders/{id}', scope: Orders.Read }
      - { method: DELETE, template: '/orders/{id}', scope: Orders.Delete }
rules:
  - { role: clerk, pattern: Orders.*, effect: allow }
  - { role: guest, pattern: Orders.Read, effect: allow }
machine_users:
  - { name: picker, organization: initech, roles: { initech: [clerk] } }
  - { name: packer, organization: initech, roles: { initech: [clerk] } }
clients:
  - client_id: picker
    client_name: Picker
    client_secret: machine-secret
    machine_user: picker
    grant_types: [client_credentials]
    audience: [https://orders.example]
  - client_id: packer
    client_name: Packer
    client_secret: machine-secret
    machine_user: packer
    grant_types: [client_credentials]
    audience: [https://orders.example]
  - client_id: elsewhere
    client_name: Elsewhere
    client_secret: machine-secret
    machine_user: picker
    grant_types: [client_credentials]
    audience: [https://other.example]
    introspects: [https://other.example]
  - client_id: orders
    client_name: Orders
    client_secret: machine-secret
    machine_user: picker
    grant_types: [client_credentials]
    introspects: [https://orders.example, https://nowhere.example]
";

/// A server with the state, on which a token is decided by itself some seconds after its roots
/// changed, and a bundle is good for ten seconds.
fn start(database: &str) -> Server {
    let options = options(database)
        .with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256")
        .with("SYMBOLON_POLICY_CLOCK_TOLERANCE", "0s")
        .with("SYMBOLON_POLICY_BUNDLE_LIFETIME", "10s")
        .declaring(STATE);
    Server::start(binary(), options)
}

/// The API. It tells who called, and knows nothing else.
struct Api(SocketAddr);

impl Api {
    async fn behind(server: &Server) -> Self {
        let protection = ResourceServer::builder(server.issuer())
            .audience(AUDIENCE)
            .client("orders", "machine-secret")
            .refresh_every(Duration::from_millis(200))
            .build()
            .await
            .unwrap();
        let router = Router::new()
            .route("/orders/{id}", get(tell).delete(tell))
            .route("/undeclared", get(tell))
            .layer(protection);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self(address)
    }

    async fn call(&self, method: &str, token: &str, organization: Option<&str>) -> Answer {
        let url = format!("http://{}/orders/7", self.0);
        let request = http().request(method.parse().unwrap(), url);
        let request = request.bearer_auth(token);
        Answer::to(match organization {
            Some(id) => request.header("x-target-org-id", id),
            None => request,
        })
        .await
    }

    async fn read(&self, token: &str) -> Answer {
        self.call("GET", token, None).await
    }

    async fn status(&self, method: &str, token: &str) -> u16 {
        self.call(method, token, None).await.status.as_u16()
    }
}

async fn tell(Extension(caller): Extension<Caller>) -> String {
    let roles: Vec<_> = caller.roles.iter().map(|role| role.as_str()).collect();
    json!({
        "subject": caller.subject,
        "organization": caller.organization,
        "roles": roles,
        "scope": caller.scope,
        "client": caller.client,
        "decided": format!("{:?}", caller.decided),
    })
    .to_string()
}

async fn token_of(party: &RelyingParty) -> String {
    party.client_credentials().await.tokens().access_token
}

/// A token that the API decides about without asking: one that was issued some seconds after
/// everything it depends on was set up.
async fn local_token(party: &RelyingParty, api: &Api) -> String {
    let local = async |token: &str| api.read(token).await.json["decided"] == "Locally";
    eventually("a token is enough", async || {
        local(&token_of(party).await).await
    })
    .await;
    let token = token_of(party).await;
    assert!(local(&token).await);
    token
}

async fn bundle(server: &Server, client: &str, query: &str, etag: &str) -> Answer {
    let url = server.at(&format!("/access/v1/policy{query}"));
    let request = http().get(url).basic_auth(client, Some("machine-secret"));
    Answer::to(request.header("if-none-match", etag)).await
}

on_both_databases! {
    async fn an_api_without_authorization_code_is_protected_and_obeys_a_change_of_the_rules(backend) {
        let database = backend.url();
        let server = start(&database);
        let api = Api::behind(&server).await;
        let picker = machine(&server, "picker").await;
        let token = local_token(&picker, &api).await;

        let own = api.call("DELETE", &token, None).await.json;
        assert_eq!(own["organization"], "initech");
        assert_eq!(own["roles"], json!(["clerk"]));
        assert_eq!(own["scope"], "Orders.Delete");
        assert_eq!(own["client"], "picker");
        // Through a relation, and nowhere else.
        let managed = api.call("GET", &token, Some("initrode")).await.json;
        assert_eq!((&managed["organization"], &managed["roles"]), (&json!("initrode"), &json!(["guest"])));
        for organization in ["acme", "no-such-organization"] {
            let denied = api.call("GET", &token, Some(organization)).await;
            assert_eq!(denied.status, 403);
            let challenge = denied.header("www-authenticate");
            assert!(challenge.ends_with("error=\"insufficient_scope\", scope=\"Orders.Read\""));
        }
        let url = format!("http://{}/undeclared", api.0);
        assert_eq!(Answer::to(http().get(&url).bearer_auth(&token)).await.status, 403);
        assert_eq!(Answer::to(http().get(&url)).await.status, 401);
        let stranger = token_of(&machine(&server, "elsewhere").await).await;
        assert_eq!(api.status("GET", &stranger).await, 401);

        apply(&database, "rules: [{ role: clerk, pattern: Orders.Read, effect: allow }]");
        eventually("the rule is gone", async || api.status("DELETE", &token).await == 403).await;
        let still = api.read(&token).await.json;
        assert_eq!(still["decided"], "Locally");
        // Roles that are held now count, whatever the token says.
        apply(&database, "machine_users: [{ name: picker, organization: initech, roles: {} }]");
        eventually("the role is gone", async || api.status("GET", &token).await == 403).await;
    }

    async fn a_personal_access_token_is_good_as_far_as_its_owner_and_its_limits_reach(backend) {
        let database = backend.url();
        let server = start(&database);
        let api = Api::behind(&server).await;
        let token = personal_token(&database, "picker", &[]);
        let answer = api.call("DELETE", &token, None).await.json;
        assert_eq!(answer["decided"], "Introspected");
        assert_eq!(answer["roles"], json!(["clerk"]));
        assert_eq!(answer["client"], Value::Null);
        let managed = personal_token(&database, "picker", &["--organization", "initrode"]);
        assert_eq!(api.status("GET", &managed).await, 403);
        assert_eq!(api.call("GET", &managed, Some("initrode")).await.status, 200);
        // A role that is left out of a token still denies.
        let limited = personal_token(&database, "picker", &["--role", "clerk"]);
        assert_eq!(api.status("GET", &limited).await, 200);
        apply(&database, "
machine_users: [{ name: picker, organization: initech, roles: { initech: [clerk, guest] } }]
rules:
  - { role: clerk, pattern: Orders.*, effect: allow }
  - { role: guest, pattern: Orders.*, effect: deny }
");
        eventually("no", async || api.status("GET", &limited).await == 403).await;
    }

    async fn a_revoked_token_and_one_of_a_disabled_subject_are_refused(backend) {
        let database = backend.url();
        let server = start(&database);
        let api = Api::behind(&server).await;
        let (picker, packer) = (machine(&server, "picker").await, machine(&server, "packer").await);
        let revoked = local_token(&picker, &api).await;
        let orphaned = local_token(&packer, &api).await;
        picker.revoke(&revoked).await;
        eventually("the revoked one is refused", async || api.status("GET", &revoked).await == 401).await;
        assert_eq!(api.status("GET", &orphaned).await, 200);
        assert_eq!(api.status("GET", &token_of(&picker).await).await, 200);
        apply(&database, "machine_users: [{ name: packer, organization: initech, disabled: true }]");
        eventually("the orphaned one is refused", async || api.status("GET", &orphaned).await == 401).await;
    }

    async fn without_a_provider_an_api_goes_on_until_its_bundle_ends(backend) {
        let database = backend.url();
        let server = start(&database);
        let api = Api::behind(&server).await;
        let token = local_token(&machine(&server, "picker").await, &api).await;
        let personal = personal_token(&database, "picker", &[]);
        assert_eq!(api.status("GET", &personal).await, 200);
        server.kill_hard();
        assert_eq!(api.status("GET", &token).await, 200);
        eventually("what is remembered ends", async || api.status("GET", &personal).await == 503).await;
        assert_eq!(api.status("GET", &token).await, 200);
        eventually("the bundle ends", async || api.status("GET", &token).await == 503).await;
        let answer = api.read(&token).await;
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(Answer::to(http().get(format!("http://{}/orders/7", api.0))).await.status, 401);
    }

    async fn a_bundle_is_given_to_whoever_may_introspect_and_to_nobody_else(backend) {
        let server = start(&backend.url());
        let query = "?audience=https://orders.example";
        let given = bundle(&server, "orders", query, "").await;
        assert_eq!(given.status, 200);
        assert_eq!(given.header("content-type"), "application/policy-bundle+jwt");
        assert_eq!(given.header("cache-control"), "private, max-age=1");
        let forbidden = bundle(&server, "elsewhere", query, "").await;
        let unknown = bundle(&server, "orders", "?audience=https://nowhere.example", "").await;
        let impossible = bundle(&server, "orders", "?audience=%22", "").await;
        for answer in [&forbidden, &unknown, &impossible] {
            assert_eq!((answer.status.as_u16(), answer.error()), (404, "not_found"));
            assert_eq!(answer.json, forbidden.json);
        }
        for wrong in ["", "?audience=", "?audience=a&audience=a"] {
            let answer = bundle(&server, "orders", wrong, "").await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"));
        }
        let url = server.at(&format!("/access/v1/policy{query}"));
        let nobody = Answer::to(http().get(&url)).await;
        let wrong = Answer::to(http().get(&url).basic_auth("orders", Some("wrong"))).await;
        let in_query = format!("{url}&client_id=orders&client_secret=machine-secret");
        let in_query = Answer::to(http().get(in_query)).await;
        for answer in [nobody, wrong, in_query] {
            assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"));
        }
    }

    async fn a_bundle_says_what_counts_for_its_api_and_is_sent_when_that_changed(backend) {
        let database = backend.url();
        let server = start(&database);
        let picker = machine(&server, "picker").await;
        let query = "?audience=https://orders.example";
        let fetch = async |etag: &str| -> (u16, String, Value) {
            let url = server.at(&format!("/access/v1/policy{query}"));
            let request = http().get(url).basic_auth("orders", Some("machine-secret"));
            let response = request.header("if-none-match", etag).send().await.unwrap();
            let status = response.status().as_u16();
            let etag = response.headers()["etag"].to_str().unwrap().to_owned();
            let text = response.text().await.unwrap();
            match status {
                200 => {
                    assert_eq!(jwt_header(&text)["typ"], "policy-bundle+jwt");
                    (status, etag, jwt_payload(&text))
                }
                _ => (status, etag, Value::String(text)),
            }
        };
        let (_, first, said) = fetch("").await;
        assert_eq!(said["iss"], server.issuer());
        assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 10);
        let policy = &said["policy"];
        assert_eq!(policy["api"]["audience"], AUDIENCE);
        let patterns: Vec<_> = policy["rules"].as_array().unwrap().iter().map(|rule| &rule["pattern"]).collect();
        assert_eq!(patterns, ["Orders.*", "Orders.Read"]);
        assert_eq!(policy["relations"][0]["managed"], "initrode");
        // How far back changes are known is not, until the server has looked for the first time.
        eventually("a change is told", async || {
            fetch("").await.2["policy"]["changes"]["clients"]["picker"].is_i64()
        })
        .await;
        // What is written while the server starts may reach its memory a moment later.
        eventually("nothing changes", async || {
            let (_, etag, _) = fetch("").await;
            fetch(&etag).await.0 == 304
        })
        .await;
        let (_, quiet, _) = fetch(&first).await;
        let token = token_of(&picker).await;
        picker.revoke(&token).await;
        let jti = jwt_payload(&token)["jti"].as_str().unwrap().to_owned();
        eventually("the revocation is told", async || {
            let (status, etag, said) = fetch(&quiet).await;
            status == 200 && etag != quiet && said["policy"]["changes"]["tokens"][&jti].is_i64()
        })
        .await;
        apply(&database, "rules: [{ role: clerk, pattern: Orders.Read, effect: deny }]");
        eventually("the rules are told", async || {
            let said = fetch("").await.2;
            said["policy"]["rules"] == json!([{ "role": "clerk", "pattern": "Orders.Read", "effect": "deny" }])
        })
        .await;
    }
}
