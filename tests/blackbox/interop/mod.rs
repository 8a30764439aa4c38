//! Clients that others wrote, used as their own documentation says: each goes through discovery,
//! code with PKCE, the id token, userinfo, refresh and logout. What they need beside the binary is
//! installed here, once, from the lock files in `tests/interop`.
//!
//! A machine that lacks a program fails these tests: what is skipped looks as if it had passed.

mod browser;
mod npm_mcp;
mod npm_openid_client;
mod pypi_authlib;
mod rust_openidconnect;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use symbolon_testkit::{Backend, Options, Server};

/// A server with the demo state on a fresh SQLite file.
fn server() -> Server {
    server_with(&[])
}

/// The same, with these settings.
fn server_with(settings: &[(&str, &str)]) -> Server {
    let binary = Path::new(env!("CARGO_BIN_EXE_symbolon"));
    let options = Options::on(Backend::Sqlite.url());
    let options = settings
        .iter()
        .fold(options, |options, (name, value)| options.with(name, value));
    Server::start(binary, options)
}

/// A folder of `tests/interop`.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/interop")
        .join(name)
}

/// Installs a folder's npm packages, unless that has been done since its lock file last changed.
fn install_npm_packages(folder: &Path) {
    // Several tests share a folder, and start at once.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = |path: &str| {
        folder
            .join(path)
            .metadata()
            .and_then(|file| file.modified())
            .ok()
    };
    // npm writes this file as the last one of an installation.
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_none() || installed < changed("package-lock.json") {
        run(Command::new("npm").arg("ci").current_dir(folder), "npm");
    }
}

/// Runs a program to its end, and returns what it printed. `package` is Debian's name for what
/// brings the program.
fn run(command: &mut Command, package: &str) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        match error.kind() {
            ErrorKind::NotFound => panic!(
                "this test needs `{program}`, which is not on this machine: install it (Debian: \
                 `apt-get install {package}`)"
            ),
            _ => panic!("cannot run `{program}`: {error}"),
        }
    });
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?} failed ({}):\n{printed}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}
