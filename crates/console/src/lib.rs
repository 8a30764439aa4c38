//! The admin console (`/admin`) and the account pages (`/account`): HTML from the server, which works
//! without a script.
//!
//! A page does nothing by itself. It asks an operation of the Management API in this process
//! ([`symbolon_admin::Management`]), so its guard, checks and audit log are those of the API, and what
//! a person may not see is the same not-found page as what does not exist. Who is there is decided by
//! the browser's session: there is no token in the browser.
//!
//! # To add a section
//!
//! 1. One file in `section/`: a function `section()` that names its routes ([`section::Section`]),
//!    and one `async fn(Visit) -> Answer` a page.
//! 2. A page reads with [`visit::Visit::ask`], writes with `tell`, and shows a [`page::Page`] made of
//!    [`component`]s: `Table`, `Facts`, `Form`, `Filter`, `Empty`, `Note`, `Secret`. HTML of its own is
//!    the exception: an askama template in `templates/console/`.
//! 3. A line in [`section::all`], and the words in every file of `languages/` (`visit.say("…")`).
//!
//! A form that comes to a handler has been checked for its token. After an act the handler answers
//! `visit.done(path, "message")`; when the operation has a problem with what was typed,
//! `visit.again(page, problem)` shows the form with it. What could hurt asks with [`component::Confirm`]
//! first, and begins with `visit.fresh()?` when it takes a fresh sign-in. `docs/console.md` has a whole
//! section as an example.

pub mod component;
pub mod page;
pub mod section;
mod telling;
pub mod visit;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, extract::Request, middleware::from_fn_with_state, routing::any};
use http::Method;
use symbolon_admin::{Caller, Management};
use symbolon_core::{
    entropy::Entropy,
    id::Id,
    session::Session,
    time::{Clock, Lifetime},
};
use symbolon_storage::Storage;
use symbolon_web::{
    browser::{BrowserSession, BrowserStore},
    guard,
    language::Languages,
};

/// What the operator decides, and where the files of the pages are.
#[derive(Clone, Debug)]
pub struct ConsoleSettings {
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// The path of the issuer: empty, or `/…`.
    pub prefix: String,
    /// Whether browsers reach us by https.
    pub https: bool,
    /// For how long a browser is remembered, in seconds.
    pub browser_lifetime: i64,
    /// For how long a sign-in is fresh.
    pub fresh: Lifetime,
    /// Whether this is a demo.
    pub demo: bool,
    /// The addresses of the files.
    pub files: Files,
}

/// The addresses of the files of the pages.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// The stylesheet of all pages.
    pub stylesheet: &'static str,
    /// The stylesheet of the console.
    pub console_stylesheet: &'static str,
    /// The script of the console.
    pub script: &'static str,
    /// The logo.
    pub symbol: &'static str,
    /// The icon of the tab.
    pub favicon: &'static str,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// As whom operations are asked.
    pub caller: Caller,
    /// The session.
    pub session: Id<Session>,
}

/// That cannot be found out now; the reason is in the log.
#[derive(Clone, Copy, Debug)]
pub struct Unavailable;

/// Tells who is there.
#[async_trait]
pub trait Visitors: Send + Sync {
    /// Who is signed in at a browser; `None`: nobody.
    ///
    /// # Errors
    /// [`Unavailable`].
    async fn visitor(&self, browser: &BrowserSession) -> Result<Option<Visitor>, Unavailable>;
}

/// What the pages are made of.
pub struct ConsoleParts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What surrounds each request.
    pub guard: Arc<guard::Guard>,
    /// The languages.
    pub languages: Arc<Languages>,
    /// What does everything.
    pub management: Arc<Management>,
    /// Where everything is kept.
    pub storage: Arc<dyn Storage>,
    /// Who is there.
    pub visitors: Arc<dyn Visitors>,
}

/// The console.
pub struct Console {
    pub(crate) settings: ConsoleSettings,
    pub(crate) parts: ConsoleParts,
    pub(crate) sections: Vec<section::Section>,
}

/// All routes of the pages.
pub fn router(settings: ConsoleSettings, parts: ConsoleParts) -> Router {
    let layer = BrowserStore::layer(
        Arc::clone(&parts.storage),
        Arc::clone(&parts.clock),
        settings.https,
        settings.browser_lifetime,
    );
    let around = Arc::clone(&parts.guard);
    let prefix = settings.prefix.clone();
    let console = Arc::new(Console {
        settings,
        parts,
        sections: section::all(),
    });
    let mut router = Router::new();
    for (at, section) in console.sections.iter().enumerate() {
        for route in &section.routes {
            let answering = visit::Answering {
                run: route.run,
                open: route.open,
            };
            let console = Arc::clone(&console);
            let serve = move |request: Request| visit::serve(console, at, answering, request);
            let path = format!("{prefix}{}", route.path);
            router = router.route(&path, axum::routing::on(filter(&route.method), serve));
        }
    }
    for rest in ["/admin/{*rest}", "/account/{*rest}"] {
        let console = Arc::clone(&console);
        let nothing = move |request: Request| visit::nothing(console, request);
        router = router.route(&format!("{prefix}{rest}"), any(nothing));
    }
    router
        .layer(layer)
        .layer(from_fn_with_state(around, guard::guard))
}

fn filter(method: &Method) -> axum::routing::MethodFilter {
    if *method == Method::POST {
        axum::routing::MethodFilter::POST
    } else {
        axum::routing::MethodFilter::GET
    }
}

#[cfg(test)]
mod tests;
