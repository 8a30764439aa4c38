//! As much of a browser as a sign-in needs: cookies and the hidden field of a form.

use crate::driver::Failure;
use crate::http::{self, Connection, Response};

/// The cookies of one virtual user. RFC 6265 §5.3 and §5.4, without domains (there is one host)
/// and without expiry by date (nothing here lives that long).
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    cookies: Vec<Cookie>,
}

#[derive(Clone, Debug, PartialEq)]
struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// An answer that outlives its connection buffer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) async fn get(
        &mut self,
        connection: &mut Connection,
        step: &'static str,
        target: &str,
    ) -> Result<Page, Failure> {
        let cookies = self.cookie_header(target);
        let headers: Vec<_> = cookies.as_deref().into_iter().collect();
        let request = http::get(connection.address(), target, &headers);
        self.fetch(connection, step, &request).await
    }

    pub(crate) async fn post(
        &mut self,
        connection: &mut Connection,
        step: &'static str,
        target: &str,
        form: &str,
    ) -> Result<Page, Failure> {
        let address = connection.address();
        // A form post of a browser names its origin, and the server may insist on it.
        let origin = format!("Origin: http://{address}");
        let mut headers = vec![origin.as_str()];
        let cookies = self.cookie_header(target);
        headers.extend(cookies.as_deref());
        let request = http::post_form(address, target, &headers, form);
        self.fetch(connection, step, &request).await
    }

    async fn fetch(
        &mut self,
        connection: &mut Connection,
        step: &'static str,
        request: &[u8],
    ) -> Result<Page, Failure> {
        let response = connection.exchange(request).await?;
        for cookie in response.headers("set-cookie") {
            self.keep(cookie);
        }
        if !response.is_success() {
            return Err(Failure::unexpected(step, &response));
        }
        Ok(Page::of(&response))
    }

    fn cookie_header(&self, target: &str) -> Option<String> {
        let path = target.split('?').next().unwrap_or(target);
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .filter(|cookie| path_matches(path, &cookie.path))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| format!("Cookie: {}", pairs.join("; ")))
    }

    fn keep(&mut self, set_cookie: &str) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let mut path = "/";
        let mut dead = false;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            if key.eq_ignore_ascii_case("path") && value.starts_with('/') {
                path = value;
            } else if key.eq_ignore_ascii_case("max-age") {
                dead = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0);
            }
        }
        self.cookies
            .retain(|cookie| (cookie.name.as_str(), cookie.path.as_str()) != (name, path));
        if !dead {
            self.cookies.push(Cookie {
                name: name.to_owned(),
                value: value.to_owned(),
                path: path.to_owned(),
            });
        }
    }
}

impl Page {
    fn of(response: &Response<'_>) -> Self {
        Self {
            location: response.header("location").map(str::to_owned),
            body: String::from_utf8_lossy(response.body).into_owned(),
        }
    }

    /// The value of the hidden field of that name. The values looked for are tokens, which hold
    /// no character that HTML would have to escape.
    pub(crate) fn hidden_field(&self, name: &str) -> Option<&str> {
        let mark = format!("name=\"{name}\"");
        self.body
            .split('<')
            .filter(|tag| tag.starts_with("input"))
            .map(|tag| tag.split('>').next().unwrap_or(tag))
            .find(|tag| tag.contains(&mark))
            .and_then(|tag| tag.split_once("value=\"")?.1.split('"').next())
    }
}

/// RFC 6265 §5.1.4.
fn path_matches(path: &str, cookie_path: &str) -> bool {
    match path.strip_prefix(cookie_path) {
        Some(rest) => cookie_path.ends_with('/') || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_sent_where_its_path_says_and_replaced_by_name_and_path() {
        let mut browser = Browser::default();
        browser.keep("sid=one; Path=/; HttpOnly; SameSite=Lax");
        browser.keep("step=a; path=/sign-in/7");
        browser.keep("sid=two; Path=/");
        assert_eq!(
            browser.cookie_header("/?a=b").as_deref(),
            Some("Cookie: sid=two")
        );
        assert_eq!(
            browser.cookie_header("/sign-in/7/x").as_deref(),
            Some("Cookie: step=a; sid=two")
        );
        assert_eq!(
            browser.cookie_header("/sign-in/77").as_deref(),
            Some("Cookie: sid=two")
        );
    }

    #[test]
    fn a_cookie_with_no_life_left_is_forgotten() {
        let mut browser = Browser::default();
        browser.keep("sid=one; Path=/");
        browser.keep("sid=; Max-Age=0; Path=/");
        browser.keep("nonsense");
        assert_eq!(browser.cookie_header("/"), None);
    }

    #[test]
    fn the_hidden_field_is_found_whatever_the_order_of_its_attributes() {
        for input in [
            r#"<input type="hidden" name="csrf" value="t0ken">"#,
            r#"<input value="t0ken" name="csrf" type="hidden" />"#,
        ] {
            let body = format!(r#"<form><input name="username" value="x">{input}</form>"#);
            let page = Page {
                location: None,
                body,
            };
            assert_eq!(page.hidden_field("csrf"), Some("t0ken"));
            assert_eq!(page.hidden_field("absent"), None);
        }
    }
}
