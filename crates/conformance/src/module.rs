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
    /// What goes through it.
    pub(crate) drive: for<'a> fn(&'a Run) -> Driven<'a>,
}

/// A list of modules: `"name" => function`.
macro_rules! modules {
    ($($name:literal => $function:path),* $(,)?) => {
        &[$($crate::module::Module {
            name: $name,
            drive: |run| Box::pin($function(run)),
        }),*]
    };
}

pub(crate) use modules;
