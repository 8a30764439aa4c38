//! The npm package `openid-client`: `tests/interop/openid-client/client.mjs`.

use std::process::Command;

use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use serde_json::json;
use symbolon_testkit::{Backend, Options, Server};

use super::{folder, install_npm_packages, run, server, server_with};
use crate::support::binary;

#[test]
fn openid_client_signs_in_and_out_untouched() {
    expect(&server(), "client.mjs", "openid-client: all is well\n");
}

#[test]
fn openid_client_proves_its_key_in_the_code_flow_and_in_that_of_devices() {
    let server = server_with(&[
        ("SYMBOLON_DPOP_NONCES", "required"),
        ("SYMBOLON_DEVICE_POLL_INTERVAL", "2s"),
    ]);
    expect(&server, "bound.mjs", "openid-client: all is bound\n");
}

fn expect(server: &Server, script: &str, last: &str) {
    let folder = folder("openid-client");
    install_npm_packages(&folder);
    let mut client = Command::new("node");
    client.arg(script).arg(server.issuer()).current_dir(&folder);
    let printed = run(&mut client, "nodejs");
    assert!(printed.ends_with(last), "{printed}");
}

#[test]
fn openid_client_with_private_key_jwt_signs_in_refreshes_and_out_untouched() {
    let folder = folder("openid-client");
    install_npm_packages(&folder);
    let mut key = EcKeyPair::generate(EcCurve::P256)
        .expect("a key")
        .to_jwk_key_pair();
    key.set_key_id("own");
    let mut public = key.to_public_key().expect("its public half");
    public.set_key_id("own");
    let state = json!({"clients": [{
        "client_id": "signer",
        "client_name": "An application with a key",
        "token_endpoint_auth_methods": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [public.as_ref()]},
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["http://127.0.0.1:5556/callback"],
        "post_logout_redirect_uris": ["http://127.0.0.1:5556/"],
        "consent": "implicit",
    }]});
    let options = Options::on(Backend::Sqlite.url()).declaring(&state.to_string());
    let server = Server::start(binary(), options);
    let mut client = Command::new("node");
    client
        .arg("client.mjs")
        .arg(server.issuer())
        .arg(serde_json::to_string(key.as_ref()).expect("JSON"))
        .current_dir(&folder);
    let printed = run(&mut client, "nodejs");
    let last = "openid-client: all is well\n";
    assert!(printed.ends_with(last), "{printed}");
}
