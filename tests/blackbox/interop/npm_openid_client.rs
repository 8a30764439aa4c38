//! The npm package `openid-client`: `tests/interop/openid-client/client.mjs`.

use std::process::Command;

use symbolon_testkit::Server;

use super::{folder, install_npm_packages, run, server, server_with};

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
