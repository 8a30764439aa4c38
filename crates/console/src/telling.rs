//! What a page says around its content, and what is told instead of a page.

use std::sync::Arc;

use axum::response::Response;
use http::{Method, StatusCode, Uri};
use symbolon_admin::{Kind, Problem};
use symbolon_web::{
    language::Text,
    local_path::{self, LocalPath},
};

use crate::{
    Console, Visitor,
    page::Page,
    visit::{Stop, response, see_other},
};

/// What a page says around its content, and what is told when there is none.
pub(crate) struct Telling {
    pub(crate) console: Arc<Console>,
    pub(crate) text: Arc<Text>,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) section: Option<usize>,
    pub(crate) request_id: String,
    pub(crate) uri: Uri,
    pub(crate) language_csrf: String,
    pub(crate) method: Method,
}

impl Telling {
    /// What is wrong, in the language of the person as far as the kind goes.
    pub(crate) fn problem(&self, problem: &Problem) -> crate::component::Alert {
        let message = match problem.kind() {
            Kind::Conflict => "problem-conflict",
            Kind::Lockout => "problem-lockout",
            Kind::NotHeld => "problem-not-held",
            Kind::Stale => "problem-stale",
            Kind::Throttled => "problem-throttled",
            _ => "problem-input",
        };
        let faults = problem.faults().iter().filter_map(|fault| {
            let pointer = fault.pointer.as_deref()?;
            Some((pointer.to_owned(), fault.detail.clone()))
        });
        crate::component::Alert {
            title: self.text.say(message),
            detail: problem.detail().to_owned(),
            faults: faults.collect(),
        }
    }

    pub(crate) fn stopped(&self, stop: Stop) -> Response {
        let (status, title, detail) = match &stop {
            Stop::SignIn { anew } => return self.sign_in(*anew),
            Stop::Missing => (StatusCode::NOT_FOUND, "missing-title", "missing-detail"),
            Stop::Forged => (StatusCode::BAD_REQUEST, "forged-title", "forged-detail"),
            Stop::Unreadable(why) => (why.status(), "unreadable-title", "unreadable-detail"),
            Stop::Failed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed-title",
                "failed-detail",
            ),
            Stop::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable-title",
                "unavailable-detail",
            ),
            Stop::Problem(problem) => {
                let page = Page::new(self.text.say("problem-title")).alert(self.problem(problem));
                let html = page.render(self, None).unwrap_or_default();
                return response(problem.kind().status(), html);
            }
        };
        let page = Page::new(self.text.say(title)).lede(self.text.say(detail));
        response(status, page.render(self, None).unwrap_or_default())
    }

    /// To the sign-in page, and from there back to this page; a form that was sent is opened anew.
    fn sign_in(&self, anew: bool) -> Response {
        let prefix = &self.console.settings.prefix;
        let here = self.uri.path_and_query().map_or("", |here| here.as_str());
        let back = if self.method == Method::POST {
            self.uri.path()
        } else {
            here
        };
        let to = LocalPath::parse(prefix, back).unwrap_or_else(|| LocalPath::home(prefix));
        see_other(&local_path::sign_in(prefix, &to, anew))
    }
}
