//! A real browser, driven as a person drives it: `tests/interop/browser/sign_in.mjs`. The pictures
//! that it takes are left in `tests/artifacts`, for people to look at; so are those of `device.mjs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{folder, install_npm_packages, run, server};

#[test]
fn a_person_signs_in_with_a_browser() {
    visit("sign_in.mjs", "browser", "browser: all is well\n");
}

#[test]
fn a_person_connects_a_device_with_a_browser() {
    visit("device.mjs", "device", "device: all is well\n");
}

#[test]
fn an_administrator_goes_through_the_console_with_a_browser() {
    visit("console.mjs", "console", "console: all is well\n");
}

fn visit(script: &str, pictures: &str, last: &str) {
    let folder = folder("browser");
    let chromium = chromium();
    install_npm_packages(&folder);
    let server = server();
    let artifacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/artifacts");
    let pictures = artifacts.join(pictures);
    let mut visit = Command::new("node");
    visit
        .arg(script)
        .arg(server.issuer())
        .args([&chromium, &pictures]);
    let printed = run(visit.current_dir(&folder), "nodejs");
    assert!(printed.ends_with(last), "{printed}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "PATH is where programs are found"
)]
fn chromium() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "this test needs a browser, and none of {names:?} is on this machine: install one \
                 (Debian: `apt-get install chromium`)"
            )
        })
}
