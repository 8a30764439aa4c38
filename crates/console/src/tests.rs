#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::section;

/// Every text in quotes that could name a message, in the sources and templates.
fn texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for folder in ["src", "../http/src", "../web/src", "../../templates"] {
        for file in files(Path::new(folder)) {
            let source = fs::read_to_string(&file).unwrap();
            texts.extend(source.split('"').map(str::to_owned));
        }
    }
    texts
}

/// What is asked for by name: `say("…")` and its sisters.
fn asked() -> BTreeMap<String, PathBuf> {
    let mut asked = BTreeMap::new();
    for folder in ["src", "../../templates"] {
        for file in files(Path::new(folder)) {
            let source = fs::read_to_string(&file).unwrap();
            for call in ["say(\"", "tell_of(\"", "text.tell(\"", "count(\""] {
                for rest in source.split(call).skip(1) {
                    let id = rest.split('"').next().unwrap().to_owned();
                    if !id.contains('…') {
                        asked.insert(id, file.clone());
                    }
                }
            }
        }
    }
    asked
}

fn messages() -> BTreeSet<String> {
    let source = fs::read_to_string("../../languages/en.ftl").unwrap();
    let lines = source
        .lines()
        .filter(|line| line.starts_with(char::is_alphabetic));
    lines
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut all = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.file_name().is_none_or(|name| name != "tests.rs") {
            all.push(path);
        }
    }
    all
}

#[test]
fn every_message_that_is_asked_for_exists() {
    let messages = messages();
    for (id, file) in asked() {
        assert!(messages.contains(&id), "{id} in {}", file.display());
    }
    for section in section::all() {
        assert!(messages.contains(section.name), "{}", section.name);
    }
}

#[test]
fn no_message_is_unused() {
    let texts = texts();
    let unused: Vec<_> = messages()
        .into_iter()
        .filter(|id| !texts.contains(id))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_form_goes_to_a_page_that_can_be_opened() {
    // Whoever has to sign in first comes back to it, and to nothing else.
    let sections = section::all();
    let of = |method: &str| -> BTreeSet<&str> {
        let routes = sections.iter().flat_map(|section| &section.routes);
        let routes = routes.filter(|route| route.method == method);
        routes.map(|route| route.path).collect()
    };
    let lonely: Vec<_> = of("POST").difference(&of("GET")).copied().collect();
    assert!(lonely.is_empty(), "{lonely:?}");
}

#[test]
fn every_operation_that_is_asked_exists() {
    let known = symbolon_admin::is_operation;
    for section in section::all() {
        assert!(section.needs.is_none_or(known), "{}", section.name);
    }
    for file in files(Path::new("src")) {
        let source = fs::read_to_string(&file).unwrap();
        for call in ["Ask::new(\"", "may(\"", "may_in(\""] {
            for rest in source.split(call).skip(1) {
                let id = rest.split('"').next().unwrap();
                assert!(known(id), "{id} in {}", file.display());
            }
        }
    }
}
