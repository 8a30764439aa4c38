//! The npm package `@modelcontextprotocol/sdk`: `tests/interop/mcp/client.mjs`. A client that knows
//! nothing but the address of an API signs somebody in to it.

use std::net::TcpListener;
use std::process::Command;

use serde_json::json;
use symbolon_testkit::{Backend, Options, OwnCertificate, Server, Site};

use super::{folder, install_npm_packages, run};
use crate::support::{CALLBACK, binary};

/// A port that nobody listens on, as far as one can know.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string()
}

/// A server that protects an MCP server at this port.
fn server(port: &str, settings: &[(&str, &str)]) -> Server {
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let endpoint = |method: &str| json!({"method": method, "template": "/mcp", "scope": "Mcp.Use"});
    let state = json!({
        "apis": [{
            "audience": resource, "name": "A tiny MCP server",
            "scopes": [{"scope": "Mcp.Use"}],
            "endpoints": [endpoint("GET"), endpoint("POST"), endpoint("DELETE")],
        }],
        "rules": [{"role": "admin", "pattern": "Mcp.Use", "effect": "allow"}],
    });
    let options = Options::on(Backend::Sqlite.url())
        .with("SYMBOLON_POLICY_RESOURCE_METADATA", "true")
        .with("SYMBOLON_CLIENTS_REGISTRATION_SCOPES", "Mcp.Use")
        .with("SYMBOLON_CLIENTS_REGISTRATION_AUDIENCES", &resource);
    let options = options.declaring(&state.to_string()).with_all(settings);
    Server::start(binary(), options)
}

fn expect(server: &Server, port: &str, more: &[&str]) {
    let folder = folder("mcp");
    install_npm_packages(&folder);
    let mut client = Command::new("node");
    client
        .arg("client.mjs")
        .arg(server.issuer())
        .arg(port)
        .args(more)
        .current_dir(&folder);
    let printed = run(&mut client, "nodejs");
    assert!(printed.ends_with("mcp: all is well\n"), "{printed}");
}

#[test]
fn an_mcp_client_connects_by_registering_itself() {
    let port = free_port();
    let server = server(&port, &[("SYMBOLON_CLIENTS_REGISTRATION", "open")]);
    expect(&server, &port, &[]);
}

#[test]
fn an_mcp_client_connects_by_its_metadata_document() {
    let site = Site::secure(&OwnCertificate::new());
    let address = site.at("/client.json");
    site.serve_json(
        "/client.json",
        &json!({
            "client_id": address,
            "client_name": "An MCP client",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }),
    );
    let port = free_port();
    let server = server(
        &port,
        &[
            ("SYMBOLON_CLIENTS_METADATA_DOCUMENTS", "true"),
            ("SYMBOLON_OUTBOUND_ALLOW_LOOPBACK", "true"),
            ("SYMBOLON_OUTBOUND_CA_FILE", &site.authority()),
        ],
    );
    expect(&server, &port, &[&address]);
}
