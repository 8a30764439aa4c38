//! The Python package Authlib: `tests/interop/authlib/client.py`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{folder, run, server};

#[test]
fn authlib_signs_in_and_out_untouched() {
    let python = install_requirements(&folder("authlib").join("requirements.txt"));
    let server = server();
    let mut client = Command::new(python);
    client
        .arg(folder("authlib").join("client.py"))
        .arg(server.issuer());
    // Otherwise it leaves its compiled form in the source tree.
    client.env("PYTHONDONTWRITEBYTECODE", "1");
    let printed = run(&mut client, "python3");
    assert!(printed.ends_with("Authlib: all is well\n"), "{printed}");
}

/// Makes a virtual environment in the target folder, unless there is one with just these
/// requirements. Returns its interpreter.
fn install_requirements(requirements: &Path) -> PathBuf {
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authlib");
    let python = environment.join("bin/python");
    let wanted = fs::read(requirements)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", requirements.display()));
    // Written last, so that an installation that was broken off is done again.
    let installed = environment.join("installed.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    let mut create = Command::new("python3");
    run(
        create.args(["-m", "venv", "--clear"]).arg(&environment),
        "python3 python3-venv",
    );
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    run(install.arg(requirements), "python3-venv");
    fs::write(&installed, wanted)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", installed.display()));
    python
}
