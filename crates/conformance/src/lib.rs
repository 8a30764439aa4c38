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
mod dynamic;
mod elsewhere;
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

use crate::outcome::Outcome;
use crate::provider::{Place, Provider};
use crate::report::{Line, Named, Report};
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
        for (variant, module) in plan.runs() {
            let (place, runtime, setting) = (Arc::clone(place), runtime.clone(), plan.setting);
            let named = Named {
                plan: plan.title(),
                variant: variant.name.clone(),
                module: module.name.to_owned(),
                place: trials.len(),
            };
            trials.push(named.trial(report, move || {
                let run = Run::new(Provider::of(setting, &place), variant.clone());
                runtime.block_on(run.outcome(module.drive))
            }));
        }
    }
    for (plan, module, outcome) in elsewhere::all() {
        let named = Named {
            plan: plan.to_owned(),
            variant: String::new(),
            module,
            place: trials.len(),
        };
        trials.push(named.trial(report, move || outcome));
    }
    trials
}

impl Named {
    /// The test of this name, which adds what comes of it to the report.
    fn trial(
        self,
        report: &Arc<Mutex<Report>>,
        outcome: impl FnOnce() -> Outcome + Send + 'static,
    ) -> Trial {
        let name = match self.variant.as_str() {
            "" => format!("{}::{}", self.plan, self.module),
            variant => format!("{}::{} ({variant})", self.plan, self.module),
        };
        let report = Arc::clone(report);
        Trial::test(name, move || {
            let outcome = outcome();
            let failure = outcome.failure();
            report
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .add(Line {
                    named: self,
                    outcome,
                });
            failure.map_or(Ok(()), |reason| Err(Failed::from(reason)))
        })
    }
}
