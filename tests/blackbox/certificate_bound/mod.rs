//! Tokens that are bound to the certificate of their holder (RFC 8705 §3, §4): issued by every grant,
//! and good for nobody else, wherever a token is presented.

mod elsewhere;
mod handshake;
mod issue;

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, Backend, OnEach, RelyingParty, Server, http, jwt_payload,
};

use crate::fapi2::Keys;
use crate::support::{CALLBACK, MACHINE_SECRET, binary, declaring, merged};

/// The header in which the proxy of these tests tells of certificates.
const HEADER: &str = "client-cert";

const AUDIENCE: &str = "https://invoices.example";

const INVOICES: &str = "/api/v1/invoices";

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A server that all of these tests share which leave no trace in it.
fn shared(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    SERVERS.get(backend, || {
        let settings = [
            ("SYMBOLON_PROXY_TRUSTED", "127.0.0.1"),
            ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", HEADER),
        ];
        on(&backend.url(), &settings)
    })
}

fn on(database: &str, settings: &[(&str, &str)]) -> Server {
    Server::start(binary(), declaring(database, &state(), settings))
}

/// An API, a machine user who may do everything, and a client for each kind of grant.
fn state() -> Value {
    let scope = "Invoices.v1.Read Symbolon.Admin.v1.Organizations.Read Symbolon.Access.v1.Evaluate";
    let client = |id: &str, changes: Value| {
        let client = json!({
            "client_id": id, "client_name": id, "consent": "implicit", "scope": scope,
            "tls_client_certificate_bound_access_tokens": true,
        });
        merged(client, &changes)
    };
    let machine = |id: &str, changes: Value| {
        let mut own = client(id, changes);
        own["client_secret"] = MACHINE_SECRET.into();
        own["machine_user"] = "root".into();
        own["grant_types"] = json!(["client_credentials"]);
        own
    };
    let gateway = |id: &str, bound: bool| {
        client(
            id,
            json!({
                "client_secret": MACHINE_SECRET, "grant_types": [EXCHANGE],
                "audience": [AUDIENCE], "introspects": [AUDIENCE],
                "tls_client_certificate_bound_access_tokens": bound,
            }),
        )
    };
    json!({
        "apis": [{
            "audience": AUDIENCE, "name": "Invoices",
            "scopes": [{"scope": "Invoices.v1.Read"}],
            "endpoints": [{"method": "GET", "template": INVOICES, "scope": "Invoices.v1.Read"}],
        }],
        "rules": [{"role": "viewer", "pattern": "Invoices.*", "effect": "allow"}],
        "machine_users": [{
            "name": "root", "organization": "acme", "roles": {"acme": ["super_admin", "viewer"]},
        }],
        "clients": [
            client("web", json!({
                "token_endpoint_auth_methods": ["none"],
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": [CALLBACK],
            })),
            client("confidential", json!({
                "client_secret": MACHINE_SECRET,
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": [CALLBACK],
            })),
            client("television", json!({
                "token_endpoint_auth_methods": ["none"], "grant_types": [DEVICE, "refresh_token"],
            })),
            machine("machine", json!({"audience": [AUDIENCE]})),
            machine("machine-opaque", json!({
                "audience": [AUDIENCE], "access_token_format": "opaque",
            })),
            machine("administrator", json!({})),
            gateway("gate", false),
            gateway("gate-bound", true),
        ],
    })
}

async fn party(server: &Server, client: &str) -> RelyingParty {
    let authentication = match client {
        "web" | "television" => Authentication::Public,
        _ => Authentication::Basic(MACHINE_SECRET.to_owned()),
    };
    RelyingParty::new(server.issuer(), client, authentication).await
}

/// Posts a form with the certificate of these keys, or with none.
async fn post(
    party: &RelyingParty,
    endpoint: &str,
    form: &[(&str, &str)],
    shown: Option<&Keys>,
) -> Answer {
    let told = shown.map(Keys::told);
    let headers: Vec<_> = told.iter().map(|told| (HEADER, told.as_str())).collect();
    party.post_with(endpoint, form, &headers).await
}

/// A token of a machine, bound to the certificate of client number one.
async fn machine_token(party: &RelyingParty, scope: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    let answer = post(party, "token_endpoint", &form, Some(Keys::of(0))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["access_token"].as_str().unwrap().to_owned()
}

/// Presents a token with these headers beside it.
async fn present(url: &str, token: &str, headers: &[(&str, &str)], shown: Option<&Keys>) -> Answer {
    let request = http().get(url).bearer_auth(token);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let told = shown.map(Keys::told);
    let request = told
        .iter()
        .fold(request, |request, told| request.header(HEADER, told));
    Answer::to(request).await
}

/// The `cnf` of a JWT.
fn confirmation(token: &str) -> Value {
    jwt_payload(token)["cnf"].clone()
}

/// What a token is bound to that was issued to these keys.
fn bound(keys: &Keys) -> Value {
    json!({"x5t#S256": keys.certificate_thumbprint()})
}

/// The status and the error of an answer.
fn said(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.error())
}
