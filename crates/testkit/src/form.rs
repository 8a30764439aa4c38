//! The forms of a page, and what they send.

use url::Url;

use crate::html::{Tag, Token, Tokens, append_words};

/// A form of a page.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it is sent, resolved against the page's address.
    pub action: Url,
    /// `GET` or `POST`.
    pub method: String,
    /// Its hidden inputs, with their values unescaped.
    pub hidden: Vec<(String, String)>,
    /// The names of the inputs that a person fills in, with the values that stand in them.
    pub inputs: Vec<(String, String)>,
    /// Its submit buttons.
    pub buttons: Vec<Button>,
}

/// A submit button of a form.
#[derive(Clone, Debug)]
pub struct Button {
    /// What is sent when it is pressed: empty for a button with no name.
    pub name: String,
    /// The value that is sent under the name.
    pub value: String,
    /// The words on it, or beside it in the same button.
    pub label: String,
}

impl Form {
    /// Whether it has an input of this name that a person fills in.
    pub fn asks_for(&self, name: &str) -> bool {
        self.inputs.iter().any(|(input, _)| input == name)
    }

    /// The first button that sends this name.
    pub fn button(&self, name: &str) -> Option<&Button> {
        self.buttons.iter().find(|button| button.name == name)
    }

    /// The value of a hidden input.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        let (_, value) = self.hidden.iter().find(|(hidden, _)| hidden == name)?;
        Some(value)
    }
}

/// The forms of a page, in its order. `base` is the page's address.
pub(crate) fn forms(html: &str, base: &Url) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut form: Option<Form> = None;
    let mut button: Option<Button> = None;
    for token in Tokens::new(html) {
        match token {
            Token::Open(tag) if tag.name == "form" => {
                let action = tag.attribute("action").unwrap_or_default();
                form = Some(Form {
                    action: base.join(&action).unwrap_or_else(|error| {
                        panic!("a form of {base} is sent to {action:?}, no address: {error}")
                    }),
                    method: tag
                        .attribute("method")
                        .unwrap_or_default()
                        .to_ascii_uppercase(),
                    hidden: Vec::new(),
                    inputs: Vec::new(),
                    buttons: Vec::new(),
                });
            }
            Token::Open(tag) if tag.name == "input" => {
                if let Some(form) = &mut form {
                    form.add(&tag);
                }
            }
            Token::Open(tag) if tag.name == "button" => {
                let kind = tag.attribute("type").unwrap_or_default();
                button = (kind != "button" && kind != "reset").then(|| Button {
                    name: tag.attribute("name").unwrap_or_default(),
                    value: tag.attribute("value").unwrap_or_default(),
                    label: String::new(),
                });
            }
            Token::Text(text) => {
                if let Some(button) = &mut button {
                    append_words(&mut button.label, &text);
                }
            }
            Token::Close(name) if name == "button" => {
                if let (Some(form), Some(button)) = (&mut form, button.take()) {
                    form.buttons.push(button);
                }
            }
            Token::Close(name) if name == "form" => forms.extend(form.take()),
            Token::Open(_) | Token::Close(_) => {}
        }
    }
    forms.extend(form);
    forms
}

impl Form {
    fn add(&mut self, tag: &Tag) {
        let name = tag.attribute("name").unwrap_or_default();
        let value = tag.attribute("value").unwrap_or_default();
        let kind = tag.attribute("type").unwrap_or_default();
        match kind.to_ascii_lowercase().as_str() {
            "hidden" => self.hidden.push((name, value)),
            "submit" => self.buttons.push(Button {
                name,
                label: value.clone(),
                value,
            }),
            "button" | "image" | "reset" => {}
            _ if name.is_empty() => {}
            _ => self.inputs.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const PAGE: &str = r#"<!doctype html><title>Sign in</title>
        <style>form > input { color: red }</style>
        <script>if (1 < 2) { document.write('<form action="/evil"></form>') }</script>
        <!-- <form action="/commented-out"></form> -->
        <form method=post action="/sign-in/1?a=b&amp;c=d">
          <input type="hidden" name="csrf" value="&lt;&#34;&#x27;&gt;">
          <label for=u>Name</label> <input id=u name=username value=alice required autofocus>
          <input type='password' name='password' autocomplete="current-password"/>
          <button name="decision" value="allow">
            <span>Allow</span> &amp; go on
          </button>
          <button type="button" name="show">Show</button>
          <input type="submit" name="decision" value="deny">
        </form>
        <form><button>Search</button></form>"#;

    fn page() -> Url {
        Url::parse("http://localhost:1/sign-in/1?x=y").unwrap()
    }

    #[test]
    fn a_form_is_read_with_what_it_sends() {
        let forms = forms(PAGE, &page());
        assert_eq!(forms.len(), 2);
        let form = &forms[0];
        assert_eq!(form.action.as_str(), "http://localhost:1/sign-in/1?a=b&c=d");
        assert_eq!(form.method, "POST");
        assert_eq!(form.hidden, [("csrf".to_owned(), "<\"'>".to_owned())]);
        assert_eq!(
            form.inputs,
            [
                ("username".to_owned(), "alice".to_owned()),
                ("password".to_owned(), String::new())
            ]
        );
        let buttons: Vec<_> = form
            .buttons
            .iter()
            .map(|button| {
                (
                    button.name.as_str(),
                    button.value.as_str(),
                    button.label.as_str(),
                )
            })
            .collect();
        assert_eq!(
            buttons,
            [
                ("decision", "allow", "Allow & go on"),
                ("decision", "deny", "deny")
            ]
        );
        assert_eq!(forms[1].action, page());
    }
}
