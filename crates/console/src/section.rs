//! The sections of the console, one file each; [`all`] is what the navigation shows, in this order.

mod account;
mod apis;
mod applications;
mod audit;
mod common;
mod keys;
mod language;
mod organizations;
mod overview;
mod roles;
mod rules;
mod sessions;
mod set_up;
mod style;
mod subjects;
mod tokens;

use std::pin::Pin;

use http::Method;

use crate::visit::{Answer, Visit};

/// What a page does.
pub type Run = fn(Visit) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Pages about one noun.
pub struct Section {
    /// The message that the navigation shows.
    pub name: &'static str,
    /// Where the navigation leads.
    pub path: &'static str,
    /// The operation that one has to be able to ask somewhere; `None`: the navigation does not show
    /// it, and everybody who is signed in may come.
    pub needs: Option<&'static str>,
    /// The part of the navigation.
    pub group: Group,
    /// Its pages.
    pub routes: Vec<Route>,
}

/// A part of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Above all.
    Top,
    /// Who there is.
    Directory,
    /// What asks for them.
    Applications,
    /// Who may do what.
    Access,
    /// How it runs.
    Operation,
    /// In no navigation.
    Aside,
    /// The person's own account.
    Account,
}

/// A page.
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// What it does.
    pub run: Run,
    /// Whether anybody may come, signed in or not.
    pub open: bool,
}

/// All sections.
pub fn all() -> Vec<Section> {
    let mut all = vec![
        overview::section(),
        organizations::section(),
        subjects::people(),
        subjects::machines(),
        applications::section(),
        tokens::section(),
        apis::section(),
        roles::section(),
        rules::section(),
        rules::why(),
        sessions::section(),
        keys::section(),
        audit::section(),
        style::section(),
        set_up::section(),
    ];
    all.extend(account::sections());
    all.push(language::section());
    all
}

impl Section {
    /// A section without pages yet. `needs` is an operation of the Management API.
    pub const fn new(
        name: &'static str,
        path: &'static str,
        group: Group,
        needs: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            path,
            needs,
            group,
            routes: Vec::new(),
        }
    }

    /// With a page to look at.
    #[must_use]
    pub fn get(self, path: &'static str, run: Run) -> Self {
        self.route(Method::GET, path, run, false)
    }

    /// With a form to send.
    #[must_use]
    pub fn post(self, path: &'static str, run: Run) -> Self {
        self.route(Method::POST, path, run, false)
    }

    /// With a page for everybody, signed in or not.
    #[must_use]
    pub fn open(self, method: Method, path: &'static str, run: Run) -> Self {
        self.route(method, path, run, true)
    }

    fn route(mut self, method: Method, path: &'static str, run: Run, open: bool) -> Self {
        self.routes.push(Route {
            method,
            path,
            run,
            open,
        });
        self
    }
}

/// Makes a [`Run`] of an `async fn`.
#[macro_export]
macro_rules! run {
    ($function:path) => {
        |visit| Box::pin($function(visit))
    };
}
