//! The plans whose modules are gone through by tests of their names, in the black-box tests of what they
//! are about. Here it is only seen to that there is such a test for each.

use std::fs;
use std::path::Path;

use crate::outcome::Outcome;

/// A plan that is tested elsewhere.
struct Elsewhere {
    plan: &'static str,
    /// What the names of its modules begin with, which the lists leave out.
    prefix: &'static str,
    /// A module a line. Behind a colon stands why it is left out, behind a sign of equality the name of
    /// the test that goes through it beside its own.
    lists: &'static [&'static str],
    /// The folder or file of the tests.
    tests: &'static str,
}

const SECURITY_PROFILE: &str = include_str!("elsewhere/fapi2-security-profile-final.txt");
const MESSAGE_SIGNING: &str = include_str!("elsewhere/fapi2-message-signing-final.txt");
const FAPI2: &str = "tests/blackbox/fapi2";
const AUTHZEN: &str = "tests/blackbox/authzen";

const PLANS: [Elsewhere; 8] = [
    Elsewhere {
        plan: "fapi2-security-profile-final-test-plan",
        prefix: "fapi2-security-profile-final-",
        lists: &[SECURITY_PROFILE],
        tests: FAPI2,
    },
    Elsewhere {
        plan: "fapi2-message-signing-final-test-plan",
        prefix: "fapi2-security-profile-final-",
        lists: &[SECURITY_PROFILE, MESSAGE_SIGNING],
        tests: FAPI2,
    },
    Elsewhere {
        plan: "fapi-ciba-id1-test-plan",
        prefix: "",
        lists: &[include_str!("elsewhere/fapi-ciba-id1.txt")],
        tests: "tests/blackbox/ciba",
    },
    Elsewhere {
        plan: "authzen-pdp-evaluation-test-plan",
        prefix: "authzen-pdp-evaluation-",
        lists: &[include_str!("elsewhere/authzen-pdp-evaluation.txt")],
        tests: AUTHZEN,
    },
    Elsewhere {
        plan: "authzen-pdp-evaluations-test-plan",
        prefix: "authzen-pdp-evaluations-",
        lists: &[include_str!("elsewhere/authzen-pdp-evaluations.txt")],
        tests: AUTHZEN,
    },
    Elsewhere {
        plan: "authzen-pdp-subject-search-test-plan",
        prefix: "authzen-pdp-subject-search-",
        lists: &[include_str!("elsewhere/authzen-pdp-subject-search.txt")],
        tests: AUTHZEN,
    },
    Elsewhere {
        plan: "authzen-pdp-resource-search-test-plan",
        prefix: "authzen-pdp-resource-search-",
        lists: &[include_str!("elsewhere/authzen-pdp-resource-search.txt")],
        tests: AUTHZEN,
    },
    Elsewhere {
        plan: "authzen-pdp-action-search-test-plan",
        prefix: "authzen-pdp-action-search-",
        lists: &[include_str!("elsewhere/authzen-pdp-action-search.txt")],
        tests: AUTHZEN,
    },
];

/// Each module of these plans, and whether there is a test of its name.
pub(crate) fn all() -> Vec<(&'static str, String, Outcome)> {
    let mut all = Vec::new();
    for plan in &PLANS {
        let tests = sources(plan.tests);
        for line in plan.lists.iter().flat_map(|list| list.lines()) {
            let (line, test) = line.split_once(" = ").unwrap_or((line, line));
            let (name, left_out) = match line.split_once(": ") {
                Some((name, reason)) => (name, Some(reason)),
                None => (line, None),
            };
            let outcome = match left_out {
                Some(reason) => Outcome::Skipped(reason.to_owned()),
                None if tests.is_empty() => Outcome::Skipped("there is no such feature".to_owned()),
                None if has(&tests, test) => Outcome::Elsewhere(plan.tests),
                None => Outcome::Skipped("no test of this name".to_owned()),
            };
            all.push((plan.plan, format!("{}{name}", plan.prefix), outcome));
        }
    }
    all
}

/// Whether there is a function of this name, or a row of a table.
fn has(tests: &str, name: &str) -> bool {
    let function: String = name
        .to_lowercase()
        .chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' => character,
            _ => '_',
        })
        .collect();
    tests.contains(&format!("async fn {function}(")) || tests.contains(&format!("\"{name}\""))
}

/// All of a folder's sources in one text: empty when there is no such folder.
fn sources(folder: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return String::new();
    };
    entries
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_found_as_a_function_and_as_a_row() {
        assert!(has("async fn par_attempt_x(backend)", "par-attempt-X"));
        assert!(has("(\"a-b\", 1)", "a-b"));
        assert!(!has("async fn par_attempt_x_and_more()", "par-attempt-x"));
    }

    #[test]
    fn every_module_is_there_once() {
        for plan in &PLANS {
            let mut names: Vec<_> = plan.lists.iter().flat_map(|list| list.lines()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", plan.plan);
        }
    }
}
