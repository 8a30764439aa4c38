//! The npm package `openid-client`: `tests/interop/openid-client/client.mjs`.

use std::process::Command;

use super::{folder, install_npm_packages, run, server};

#[test]
fn openid_client_signs_in_and_out_untouched() {
    let folder = folder("openid-client");
    install_npm_packages(&folder);
    let server = server();
    let mut client = Command::new("node");
    client
        .arg("client.mjs")
        .arg(server.issuer())
        .current_dir(&folder);
    let printed = run(&mut client, "nodejs");
    assert!(
        printed.ends_with("openid-client: all is well\n"),
        "{printed}"
    );
}
