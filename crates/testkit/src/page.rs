//! A page of the server, as a person's browser reads it.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::browser::Step;
use crate::callback::{Callback, ResponseMode};
use crate::form::{Form, forms};
use crate::html::words;

/// A page of the server, or whatever it answered.
#[derive(Debug)]
pub struct Page {
    /// Its address.
    pub url: Url,
    /// The status that it came with.
    pub status: StatusCode,
    /// The headers that it came with.
    pub headers: HeaderMap,
    /// Its text.
    pub body: String,
}

impl Page {
    /// Its forms.
    pub fn forms(&self) -> Vec<Form> {
        forms(&self.body, &self.url)
    }

    /// Its first form that is not a search or the like: the first that is posted.
    ///
    /// # Panics
    /// When there is none.
    pub fn form(&self) -> Form {
        let mut forms = self.forms().into_iter();
        forms
            .find(|form| form.method == "POST")
            .unwrap_or_else(|| panic!("no form in {self:?}"))
    }

    /// The words of its alert (`role="alert"`), when it has one.
    pub fn alert(&self) -> Option<String> {
        words(&self.body, Some("alert"))
    }

    /// All its words, without markup.
    pub fn words(&self) -> String {
        words(&self.body, None).unwrap_or_default()
    }

    /// A header as text: empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Where it redirects to.
    ///
    /// # Panics
    /// When it does not.
    pub fn location(&self) -> Url {
        let location = self.header(LOCATION.as_str());
        assert!(!location.is_empty(), "no location in {self:?}");
        self.url
            .join(location)
            .unwrap_or_else(|error| panic!("{location:?}: {error}"))
    }

    /// A page whose form goes to another site is one that the browser leaves at once.
    pub(crate) fn settle(self) -> Step {
        let mut forms = self.forms().into_iter();
        let leaving = forms.find(|form| form.action.origin() != self.url.origin());
        match leaving {
            Some(form) => Step::Callback(Callback::new(
                form.action,
                ResponseMode::FormPost,
                form.hidden,
            )),
            None => Step::Page(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_for_another_site_is_a_callback() {
        let body = "<form method=post action='http://c:1/cb'><input type=hidden name=code value=1>";
        let page = Page {
            url: crate::parse("http://127.0.0.1:1/somewhere"),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned(),
        };
        let callback = page.settle().callback();
        assert_eq!(
            (callback.mode, callback.code()),
            (ResponseMode::FormPost, "1")
        );
        assert_eq!(callback.url.as_str(), "http://c:1/cb");
    }
}
