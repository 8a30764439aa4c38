//! A person with a browser that has no window: keeps cookies, follows the server's redirects, reads
//! its pages and answers their forms, and stops where the browser would go on to the client.

use std::sync::Arc;

use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::ORIGIN;
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use crate::callback::Callback;
use crate::form::Form;
use crate::page::Page;
use crate::{http_client, parse};

/// How many pages and redirects in a row are followed: more mean a loop.
const LONGEST_WALK: usize = 20;

/// A person with a browser of their own: a clone shares its cookies.
#[derive(Clone)]
pub struct Person {
    http: reqwest::Client,
    jar: Arc<Jar>,
}

/// What a person answers on the pages that they meet.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// Typed into the field `username`, and looked for on the page that offers accounts.
    pub username: &'a str,
    /// Typed into the field `password`.
    pub password: &'a str,
    /// The button pressed on the consent page: `allow` or `deny`.
    pub decision: &'a str,
}

impl<'a> Answers<'a> {
    /// Somebody who agrees to what is asked.
    pub fn of(username: &'a str, password: &'a str) -> Self {
        Self {
            username,
            password,
            decision: "allow",
        }
    }
}

/// Where following a link or sending a form ends.
#[derive(Debug)]
pub enum Step {
    /// At a page of the server.
    Page(Page),
    /// At another site, which is not visited.
    Callback(Callback),
}

impl Default for Person {
    fn default() -> Self {
        Self::new()
    }
}

impl Person {
    /// A person whose browser has no cookies yet.
    pub fn new() -> Self {
        let jar = Arc::new(Jar::default());
        Self {
            http: http_client(Some(Arc::clone(&jar))),
            jar,
        }
    }

    /// Opens the authorization URL, signs in, allows what is asked, and returns what the browser
    /// would carry to the client.
    ///
    /// # Panics
    /// When this ends at a page instead: with the page.
    pub async fn sign_in(
        &self,
        authorize_url: impl AsRef<str>,
        username: &str,
        password: &str,
    ) -> Callback {
        self.walk(authorize_url, Answers::of(username, password))
            .await
            .callback()
    }

    /// Opens an address and answers each page once, until a page comes back that has been answered
    /// or has nothing to answer, or until the browser would leave the server.
    pub async fn walk(&self, start: impl AsRef<str>, answers: Answers<'_>) -> Step {
        let mut step = self.get(start).await;
        let mut answered = Vec::new();
        for _ in 0..LONGEST_WALK {
            let Step::Page(page) = &step else { return step };
            if answered.contains(&page.url) {
                return step;
            }
            let Some((form, fields)) = reply(page, answers) else {
                return step;
            };
            answered.push(page.url.clone());
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            step = self.submit(&form, &fields).await;
        }
        panic!("{LONGEST_WALK} pages and no end: {answered:?}");
    }

    /// Opens an address and follows redirects as long as they stay on its site.
    pub async fn get(&self, url: impl AsRef<str>) -> Step {
        let url = parse(url.as_ref());
        self.follow(url.clone(), self.http.get(url)).await
    }

    /// Sends a form with its hidden inputs and these fields (a pressed button is a field too), and
    /// follows redirects. A field replaces a hidden input of its name.
    pub async fn submit(&self, form: &Form, fields: &[(&str, &str)]) -> Step {
        let hidden = form
            .hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut pairs: Vec<_> = hidden
            .filter(|(name, _)| fields.iter().all(|(field, _)| field != name))
            .collect();
        pairs.extend(fields);
        let mut url = form.action.clone();
        let request = if form.method == "POST" {
            // Sent by every browser with a form: Fetch §3.2.
            let origin = url.origin().ascii_serialization();
            self.http
                .post(url.clone())
                .header(ORIGIN, origin)
                .form(&pairs)
        } else {
            // HTML §4.10.22.3: the fields replace the query of the action.
            url.query_pairs_mut().clear().extend_pairs(&pairs);
            self.http.get(url.clone())
        };
        self.follow(url, request).await
    }

    /// Sends one request with this browser's cookies, and follows nothing.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let (url, status, headers) = (
            response.url().clone(),
            response.status(),
            response.headers().clone(),
        );
        let body = response
            .text()
            .await
            .unwrap_or_else(|error| panic!("half an answer: {error}"));
        Page {
            url,
            status,
            headers,
            body,
        }
    }

    /// The client behind this browser, for requests that no page makes.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The cookies that this browser would send to an address.
    pub fn cookies(&self, url: impl AsRef<str>) -> Vec<(String, String)> {
        let Some(header) = self.jar.cookies(&parse(url.as_ref())) else {
            return Vec::new();
        };
        let header = String::from_utf8_lossy(header.as_bytes()).into_owned();
        header
            .split("; ")
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Puts a cookie into the browser, in the form of a `Set-Cookie` header.
    pub fn set_cookie(&self, url: impl AsRef<str>, cookie: &str) {
        self.jar.add_cookie_str(cookie, &parse(url.as_ref()));
    }

    async fn follow(&self, url: Url, request: RequestBuilder) -> Step {
        let home = url.origin();
        let mut page = self.send(request).await;
        for _ in 0..LONGEST_WALK {
            if !page.status.is_redirection() {
                return page.settle();
            }
            // A 307 or 308 would send the form, and with it the password, once more: to whoever
            // stands in the location (RFC 9700 §4.12).
            assert!(
                page.status == StatusCode::SEE_OTHER || page.status == StatusCode::FOUND,
                "{} redirects with {}",
                page.url,
                page.status
            );
            let target = page.location();
            if target.origin() != home {
                return Step::Callback(Callback::of_redirect(target));
            }
            page = self.send(self.http.get(target)).await;
        }
        panic!(
            "{LONGEST_WALK} redirects and no end, the last to {}",
            page.url
        );
    }
}

/// The form to send and what to put into it, when this is a page that expects an answer.
fn reply(page: &Page, answers: Answers<'_>) -> Option<(Form, Vec<(String, String)>)> {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for form in page.forms() {
        if form.asks_for("password") {
            let mut fields = vec![field("password", answers.password)];
            if form.asks_for("username") {
                fields.insert(0, field("username", answers.username));
            }
            return Some((form, fields));
        }
        let is_decision = |value: &str| {
            form.buttons
                .iter()
                .any(|button| button.name == "decision" && button.value == value)
        };
        if is_decision(answers.decision) {
            return Some((form, vec![field("decision", answers.decision)]));
        }
        let accounts = || {
            form.buttons
                .iter()
                .filter(|button| button.name == "account")
        };
        let account = accounts()
            .find(|button| button.label.contains(answers.username))
            .or_else(|| accounts().find(|button| button.value == "other"));
        if let Some(account) = account {
            let fields = vec![field("account", &account.value)];
            return Some((form, fields));
        }
    }
    None
}

impl Step {
    /// The callback.
    ///
    /// # Panics
    /// When the browser is at a page: with the page.
    pub fn callback(self) -> Callback {
        match self {
            Self::Callback(callback) => callback,
            Self::Page(page) => panic!("expected to be sent to the client, but am at {page:?}"),
        }
    }

    /// The page.
    ///
    /// # Panics
    /// When the browser is on its way to the client.
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Callback(callback) => panic!("expected a page, but am sent to {callback:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn page(body: &str) -> Page {
        Page {
            url: parse("http://127.0.0.1:1/somewhere"),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned(),
        }
    }

    fn answer(body: &str) -> Option<Vec<(String, String)>> {
        let (_, fields) = reply(&page(body), Answers::of("alice", "secret"))?;
        Some(fields)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn each_kind_of_page_gets_its_answer() {
        assert_eq!(
            answer("<form method=post><input name=username><input name=password></form>"),
            Some(vec![pair("username", "alice"), pair("password", "secret")])
        );
        assert_eq!(
            answer("<form method=post><input name=password></form>"),
            Some(vec![pair("password", "secret")])
        );
        let consent = "<form method=post><button name=decision value=deny>No</button>\
                       <button name=decision value=allow>Yes</button></form>";
        assert_eq!(answer(consent), Some(vec![pair("decision", "allow")]));
        let accounts = "<form method=post><button name=account value=1>alice</button>\
                        <button name=account value=other>Another</button></form>";
        assert_eq!(answer(accounts), Some(vec![pair("account", "1")]));
        assert_eq!(
            answer(&accounts.replace("alice", "bob")),
            Some(vec![pair("account", "other")])
        );
        assert_eq!(
            answer("<h1>Signed out</h1><form><button name=q>Search</button></form>"),
            None
        );
    }
}
