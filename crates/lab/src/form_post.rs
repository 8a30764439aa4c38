//! The page that carries an authorization response in a form (OAuth 2.0 Form Post Response Mode): its
//! parameters taken out, and others put in.

use crate::page::{attribute, escaped};

/// How every hidden field of the form begins.
const FIELD: &str = "<input type=\"hidden\" name=\"";

/// A page around its parameters.
pub(crate) struct FormPost<'a> {
    before: &'a str,
    pub(crate) parameters: Vec<(String, String)>,
    after: &'a str,
}

impl<'a> FormPost<'a> {
    /// Takes a page apart; `None` when it is another one.
    pub(crate) fn parse(html: &'a str) -> Option<Self> {
        let form = html.find("<form class=\"stack\" id=\"form-post\"")?;
        let end = form + html.get(form..)?.find("</form>")?;
        let start = form + html.get(form..end)?.find(FIELD)?;
        let mut parameters = Vec::new();
        let mut at = start;
        while let Some(found) = html.get(at..end)?.find("<input") {
            let input = html.get(at + found..end)?;
            let input = input.get(..=input.find('>')?)?;
            let value = attribute(input, "value").unwrap_or_default();
            parameters.push((attribute(input, "name")?, value));
            at += found + input.len();
        }
        Some(Self {
            before: html.get(..start)?,
            parameters,
            after: html.get(at..)?,
        })
    }

    /// The page with these parameters.
    pub(crate) fn with(&self, parameters: &[(String, String)]) -> String {
        let fields = parameters.iter().map(|(name, value)| {
            format!("{FIELD}{}\" value=\"{}\">\n", escaped(name), escaped(value))
        });
        let fields: String = fields.collect();
        format!("{}{fields}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn parameters_are_taken_out_and_put_in() {
        let page = "<h1></h1><form class=\"stack\" id=\"form-post\" method=\"post\" action=\"x\">\n\
                    <input type=\"hidden\" name=\"code\" value=\"a&#38;b\">\n<p></p></form>";
        let form = FormPost::parse(page).unwrap();
        assert_eq!(form.parameters, [("code".to_owned(), "a&b".to_owned())]);
        let changed = form.with(&[("code".to_owned(), "\"".to_owned())]);
        assert!(changed.contains("value=\"&quot;\">") && !changed.contains("a&#38;b"));
        assert!(FormPost::parse("<form></form>").is_none());
    }
}
