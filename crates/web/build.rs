//! Embeds every file of `languages/`: adding a language is adding a file.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where it is by its environment"
)]

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../languages");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        files.push(entry?.path());
    }
    files.sort();
    let lines = files.iter().filter_map(|file| {
        let tag = file.file_stem()?.to_str()?;
        let path = fs::canonicalize(file).ok()?;
        Some(format!("({tag:?}, include_str!({path:?})),\n"))
    });
    let list = format!("&[\n{}]\n", lines.collect::<String>());
    let target = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("languages.rs");
    fs::write(target, list)
}
