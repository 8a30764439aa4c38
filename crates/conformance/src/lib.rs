//! The OpenID Foundation's certification plans, module by module, against the running server.
//!
//! A relying party that knows nothing but the issuer, its client id and its secret goes through each
//! module over HTTPS: it reads the discovery document, sends a browser to the authorization endpoint,
//! redeems what comes back, and checks all of it. Modules have the names that the plans give them.
//!
//! - [`plan`] is the list: which module belongs to which plan, in which variants.
//! - `oidcc`, `logout`: the modules, a function each.
//! - `check`: what is checked of a token, an answer, a document, each in one place.
//! - `report`: the table, which `docs/conformance.md` keeps.
//!
//! What is left out: the modules of one country's or bank's rules, which this server does not have.

#![expect(
    clippy::disallowed_methods,
    reason = "a test stands at the edge: it waits, and reads its environment"
)]

mod check;
mod flow;
mod logout;
mod module;
mod oidcc;
mod outcome;
mod plan;
mod provider;
mod report;
mod run;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::module::Step;
use crate::outcome::Outcome;
use crate::provider::{Place, Provider};
use crate::report::{Line, Report};
use crate::run::Run;

/// How many modules are gone through at a time. Most of what they do is to wait for the server.
const AT_A_TIME: usize = 8;

/// Goes through every module of every plan with this server (or those that the arguments of the test
/// command name), prints the table, and holds it against `docs/conformance.md`.
///
/// With `SYMBOLON_TEST_UPDATE=1` the page is written anew instead.
pub fn main(binary: &Path) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_A_TIME));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let place = Arc::new(Place::new(binary));
    let report = Arc::new(Mutex::new(Report::default()));
    let trials = trials(&place, runtime.handle(), &report);
    let listed = trials.len();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let passed = conclusion.num_passed == u64::try_from(listed).unwrap_or_default();
    let report = report.lock().unwrap_or_else(PoisonError::into_inner);
    let complete = report.lines().len() == listed;
    report.print();
    if complete && !arguments.list && !report.is_kept() {
        return ExitCode::FAILURE;
    }
    if complete && !passed {
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// One test a plan, variant and module.
fn trials(
    place: &Arc<Place>,
    runtime: &tokio::runtime::Handle,
    report: &Arc<Mutex<Report>>,
) -> Vec<Trial> {
    let mut trials = Vec::new();
    for plan in plan::all() {
        let title = plan.title();
        for (variant, module) in plan.runs() {
            let name = match variant.name.as_str() {
                "" => format!("{title}::{}", module.name),
                variant => format!("{title}::{} ({variant})", module.name),
            };
            let (title, position) = (title.clone(), trials.len());
            let (place, report) = (Arc::clone(place), Arc::clone(report));
            let runtime = runtime.clone();
            let setting = plan.setting;
            trials.push(Trial::test(name, move || {
                let outcome = match module.step {
                    Step::Drive(drive) => {
                        let run = Run::new(Provider::of(setting, &place), variant.clone());
                        runtime.block_on(run.outcome(drive))
                    }
                    Step::Leave(reason) => Outcome::Skipped(reason.to_owned()),
                };
                let failure = outcome.failure();
                report
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .add(Line {
                        plan: title,
                        place: position,
                        variant: variant.name,
                        module: module.name,
                        outcome,
                    });
                failure.map_or(Ok(()), |reason| Err(Failed::from(reason)))
            }));
        }
    }
    trials
}
