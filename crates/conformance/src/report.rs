//! The table of what came of every module, which `docs/conformance.md` keeps.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::outcome::Outcome;

/// Between these lines of the page stands what is made here.
const BEGIN: &str = "<!-- results: begin; made by the tests -->\n";
const END: &str = "<!-- results: end -->\n";

/// A run of a module.
pub(crate) struct Named {
    pub(crate) plan: String,
    /// Empty when there is one.
    pub(crate) variant: String,
    pub(crate) module: String,
    /// Where it stands in the list.
    pub(crate) place: usize,
}

/// What came of a run.
pub(crate) struct Line {
    pub(crate) named: Named,
    pub(crate) outcome: Outcome,
}

/// What came of all of them.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

impl Report {
    pub(crate) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Prints how many modules of each plan passed.
    #[expect(clippy::print_stdout, reason = "what a test has to say")]
    pub(crate) fn print(&self) {
        if !self.lines.is_empty() {
            println!("{}", self.sums());
        }
    }

    /// Whether the page says what came out, or was made to say it.
    #[expect(clippy::print_stdout, reason = "what a test has to say")]
    pub(crate) fn is_kept(&self) -> bool {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
        let found = fs::read_to_string(&path).unwrap_or_default();
        let (Some((head, _)), Some((_, tail))) = (found.split_once(BEGIN), found.split_once(END))
        else {
            println!("docs/conformance.md has no place for the results");
            return false;
        };
        let wanted = format!(
            "{head}{BEGIN}\n{}\n{}\n{END}{tail}",
            self.sums(),
            self.modules()
        );
        if wanted == found {
            return true;
        }
        if std::env::var_os("SYMBOLON_TEST_UPDATE").is_some_and(|value| value == "1") {
            return fs::write(&path, wanted).is_ok();
        }
        println!(
            "docs/conformance.md says something else. See whether that is meant, and run the test \
             once with SYMBOLON_TEST_UPDATE=1."
        );
        false
    }

    /// The lines in the order of the list.
    fn ordered(&self) -> Vec<&Line> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_key(|line| line.named.place);
        lines
    }

    /// The plans in the order of the list, each with its lines.
    fn plans(&self) -> Vec<(&str, Vec<&Line>)> {
        let mut plans: Vec<(&str, Vec<&Line>)> = Vec::new();
        for line in self.ordered() {
            match plans.iter_mut().find(|(name, _)| *name == line.named.plan) {
                Some((_, lines)) => lines.push(line),
                None => plans.push((&line.named.plan, vec![line])),
            }
        }
        plans
    }

    /// Plan by plan, how many runs ended how.
    fn sums(&self) -> String {
        let mut table =
            "| plan | runs | passed | warning | failed | skipped | by tests elsewhere |\n\
                         |---|---:|---:|---:|---:|---:|---:|\n"
                .to_owned();
        for (name, lines) in self.plans() {
            let count = |word: &str| {
                lines
                    .iter()
                    .filter(|line| line.outcome.word() == word)
                    .count()
            };
            let words = ["passed", "warning", "failed", "skipped", "elsewhere"];
            let counts = words.map(|word| count(word).to_string());
            writeln!(
                table,
                "| {name} | {} | {} |",
                lines.len(),
                counts.join(" | ")
            )
            .expect("a text");
        }
        table
    }

    /// Plan by plan, module by module, how it ended in each variant and why.
    fn modules(&self) -> String {
        let mut text = String::new();
        for (name, lines) in self.plans() {
            writeln!(text, "### {name}\n").expect("a text");
            text.push_str("| module | result |\n|---|---|\n");
            let mut modules: Vec<&str> = Vec::new();
            for line in &lines {
                if !modules.contains(&line.named.module.as_str()) {
                    modules.push(&line.named.module);
                }
            }
            for module in modules {
                let own = lines.iter().filter(|line| line.named.module == module);
                let mut results: BTreeMap<String, Vec<&str>> = BTreeMap::new();
                for line in own {
                    let word = line.outcome.word();
                    let result = match (&line.outcome, line.outcome.reason()) {
                        (Outcome::Elsewhere(place), _) => format!("in `{place}`"),
                        (_, Some(reason)) => format!("{word}: {reason}"),
                        (_, None) => word.to_owned(),
                    };
                    results.entry(result).or_default().push(&line.named.variant);
                }
                let one = results.len() == 1;
                let results: Vec<_> = results
                    .iter()
                    .map(|(result, variants)| match one {
                        true => result.clone(),
                        false => format!("{} ({})", result, variants.join(", ")),
                    })
                    .collect();
                writeln!(text, "| `{module}` | {} |", results.join("<br>")).expect("a text");
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(place: usize, variant: &str, module: &str, outcome: Outcome) -> Line {
        Line {
            named: Named {
                plan: "a plan".to_owned(),
                variant: variant.to_owned(),
                module: module.to_owned(),
                place,
            },
            outcome,
        }
    }

    #[test]
    fn every_run_is_counted_and_says_why_it_did_not_pass() {
        let mut report = Report::default();
        let why = || Outcome::Skipped("no such thing".to_owned());
        report.add(line(3, "", "third", Outcome::Elsewhere("tests/x")));
        report.add(line(2, "code", "second", Outcome::Passed));
        report.add(line(1, "token", "second", why()));
        report.add(line(0, "", "first", Outcome::Failed("a reason".to_owned())));
        assert!(
            report
                .sums()
                .ends_with("| a plan | 4 | 1 | 0 | 1 | 1 | 1 |\n"),
            "{}",
            report.sums()
        );
        assert_eq!(
            report.modules(),
            "### a plan\n\n| module | result |\n|---|---|\n\
             | `first` | failed: a reason |\n\
             | `second` | passed (code)<br>skipped: no such thing (token) |\n\
             | `third` | in `tests/x` |\n\n"
        );
    }
}
