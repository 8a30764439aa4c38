//! A module of a plan.

use std::future::Future;
use std::pin::Pin;

use crate::outcome::Outcome;
use crate::run::Run;

/// A module, gone through.
pub(crate) type Driven<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A module of a plan.
#[derive(Clone, Copy)]
pub(crate) struct Module {
    /// Its name in the plan.
    pub(crate) name: &'static str,
    /// What is done about it.
    pub(crate) step: Step,
}

/// What is done about a module.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// It is gone through.
    Drive(for<'a> fn(&'a Run) -> Driven<'a>),
    /// It is not gone through, and why.
    Leave(&'static str),
}

/// A list of modules: `"name" => function` or `"name": "why it is left"`.
macro_rules! modules {
    (@step $function:path) => {
        $crate::module::Step::Drive(|run| Box::pin($function(run)))
    };
    ($($name:literal => $function:path),* $(,)?) => {
        &[$($crate::module::Module {
            name: $name,
            step: $crate::module::modules!(@step $function),
        }),*]
    };
}

pub(crate) use modules;
