//! The house rules that the compiler does not check: which crate may see which, and what stays out
//! of the core. See ARCHITECTURE.md.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// What a crate may depend on among ours, outside of its tests.
const IMPORTS: &[(&str, &[&str])] = &[
    ("symbolon-core", &[]),
    // The Management API knows nothing of how tokens are made.
    (
        "symbolon-admin",
        &["symbolon-core", "symbolon-storage", "symbolon-web"],
    ),
    // It asks the operations of the Management API, and has no rules of its own.
    (
        "symbolon-console",
        &[
            "symbolon-admin",
            "symbolon-core",
            "symbolon-storage",
            "symbolon-web",
        ],
    ),
    ("symbolon-jose", &["symbolon-core"]),
    ("symbolon-storage", &["symbolon-core"]),
    ("symbolon-outbound", &[]),
    // The session layer keeps browsers in storage.
    ("symbolon-web", &["symbolon-core", "symbolon-storage"]),
    (
        "symbolon-http",
        &[
            "symbolon-core",
            "symbolon-jose",
            "symbolon-outbound",
            "symbolon-storage",
            "symbolon-web",
        ],
    ),
    (
        "symbolon-declared",
        &[
            "symbolon-core",
            "symbolon-http",
            "symbolon-jose",
            "symbolon-outbound",
            "symbolon-storage",
            "symbolon-web",
        ],
    ),
    (
        "symbolon-wire",
        &[
            "symbolon-admin",
            "symbolon-console",
            "symbolon-core",
            "symbolon-declared",
            "symbolon-http",
            "symbolon-jose",
            "symbolon-outbound",
            "symbolon-storage",
            "symbolon-web",
        ],
    ),
    (
        "symbolon",
        &[
            "symbolon-admin",
            "symbolon-core",
            "symbolon-declared",
            "symbolon-http",
            "symbolon-jose",
            "symbolon-outbound",
            "symbolon-storage",
            "symbolon-web",
            "symbolon-wire",
        ],
    ),
    // The lab stands around the product; nothing of the product may see it.
    (
        "symbolon-lab",
        &[
            "symbolon-core",
            "symbolon-declared",
            "symbolon-http",
            "symbolon-jose",
            "symbolon-outbound",
            "symbolon-storage",
            "symbolon-web",
            "symbolon-wire",
        ],
    ),
    (
        "symbolon-resource-server",
        &["symbolon-core", "symbolon-jose"],
    ),
    ("symbolon-testkit", &[]),
    // For tests, as the kit is.
    (
        "symbolon-conformance",
        &["symbolon-jose", "symbolon-testkit"],
    ),
    ("bench", &["symbolon-core", "symbolon-jose"]),
];

#[test]
fn every_crate_sees_only_what_it_may() {
    let allowed: BTreeMap<_, BTreeSet<_>> = IMPORTS
        .iter()
        .map(|(name, may)| (*name, may.iter().copied().collect()))
        .collect();
    let packages = packages();
    let ours: BTreeSet<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "a crate has no line in IMPORTS"
    );
    for package in &packages {
        let seen = production(package).filter(|name| ours.contains(name));
        let seen: BTreeSet<_> = seen.collect();
        let may = &allowed[package.name.as_str()];
        assert!(
            seen.is_subset(may),
            "{}: {:?}",
            package.name,
            seen.difference(may)
        );
    }
}

#[test]
fn the_core_is_pure() {
    let impure = [
        "argon2",
        "async-trait",
        "aws-lc-rs",
        "axum",
        "getrandom",
        "hyper",
        "josekit",
        "openssl",
        "rand",
        "reqwest",
        "sqlx",
        "time",
        "tokio",
        "tracing",
    ];
    let packages = packages();
    let core = packages
        .iter()
        .find(|package| *package.name == "symbolon-core")
        .unwrap();
    let found: Vec<_> = production(core)
        .filter(|name| impure.contains(name))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn only_jose_names_josekit_and_only_storage_names_sqlx() {
    for (dependency, home) in [("josekit", "symbolon-jose"), ("sqlx", "symbolon-storage")] {
        for package in packages() {
            let names = production(&package).any(|name| name == dependency);
            assert!(
                !names || *package.name == home,
                "{} names {dependency}",
                package.name
            );
        }
    }
}

#[test]
fn nothing_but_the_lab_can_misbehave_on_purpose() {
    for package in packages() {
        let seen = package
            .dependencies
            .iter()
            .any(|own| own.name == "symbolon-lab");
        assert!(!seen, "{} names symbolon-lab", package.name);
    }
    let binary = fs::read(env!("CARGO_BIN_EXE_symbolon")).unwrap();
    // The search in a text is the library's, and quick in a build for tests too.
    let binary = String::from_utf8_lossy(&binary);
    let faults = sources(Path::new("../lab/src/faults"));
    let names = faults.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let names = text.split("    name: \"").skip(1);
        let names = names.filter_map(|rest| rest.split('"').next());
        names.map(str::to_owned).collect::<Vec<_>>()
    });
    let words: Vec<String> = ["/lab/v1", "symbolon-lab", "x-lab-"]
        .into_iter()
        .map(str::to_owned)
        .chain(names)
        .collect();
    assert!(words.len() > 100, "{words:?}");
    for word in words {
        assert!(!binary.contains(&word), "the binary has {word} in it");
    }
}

#[test]
fn nothing_in_the_core_imports_a_grant() {
    for file in sources(Path::new("../core/src")) {
        let inside = file.components().any(|part| part.as_os_str() == "grant");
        let text = fs::read_to_string(&file).unwrap();
        let imports = text
            .lines()
            .any(|line| line.contains("crate::grant") || line.trim_start().starts_with("grant::"));
        assert!(inside || !imports, "{}", file.display());
    }
}

#[test]
fn no_file_grows_past_one_sitting() {
    const LINES: usize = 500;
    let crates = fs::read_dir("..")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let long: Vec<_> = crates
        .flat_map(|folder| sources(&folder.join("src")))
        .map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    metadata.packages
}

fn production(package: &Package) -> impl Iterator<Item = &str> {
    let normal = |kind: DependencyKind| kind == DependencyKind::Normal;
    package
        .dependencies
        .iter()
        .filter(move |dependency| normal(dependency.kind))
        .map(|dependency| dependency.name.as_str())
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
