//! A small tolerant reader of HTML: as much of it as a person's browser needs here.
//!
//! No tree is built: the tags are read in a row, which is enough to find the forms and what a page
//! says. Scripts and styles are skipped, since a page has to work without them.

/// The words of a page, or of those of its elements with this role (`alert`).
pub(crate) fn words(html: &str, role: Option<&str>) -> Option<String> {
    let mut said = String::new();
    let mut found = role.is_none();
    // How many elements deep inside one with the role: its own name is counted until it closes.
    let mut inside: Option<(String, u32)> = None;
    for token in Tokens::new(html) {
        match (token, &mut inside) {
            (Token::Open(tag), None)
                if role.is_some() && tag.attribute("role").as_deref() == role =>
            {
                found = true;
                inside = Some((tag.name, 1));
            }
            (Token::Open(tag), Some((name, depth))) if tag.name == *name => *depth += 1,
            (Token::Close(closed), Some((name, depth))) if closed == *name => {
                *depth -= 1;
                if *depth == 0 {
                    inside = None;
                }
            }
            (Token::Text(text), inside) if role.is_none() || inside.is_some() => {
                append_words(&mut said, &text);
            }
            _ => {}
        }
    }
    found.then_some(said)
}

/// Appends words with one space before each.
pub(crate) fn append_words(text: &mut String, more: &str) {
    for word in more.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

pub(crate) enum Token {
    Open(Tag),
    Close(String),
    Text(String),
}

pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let (_, value) = self
            .attributes
            .iter()
            .find(|(attribute, _)| attribute == name)?;
        Some(value.clone())
    }
}

pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let end = self
            .rest
            .find(|character| !keep(character))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Skips to just behind `end`, or to the end of the page when it does not come.
    fn skip_behind(&mut self, end: &str) {
        self.rest = self.rest.split_once(end).map_or("", |(_, rest)| rest);
    }

    fn open_tag(&mut self) -> Tag {
        let name = self
            .take_while(|character| !character.is_whitespace() && !"/>".contains(character))
            .to_ascii_lowercase();
        let mut attributes = Vec::new();
        loop {
            self.take_while(|character| character.is_whitespace() || character == '/');
            if self.rest.is_empty() || self.rest.starts_with('>') {
                break;
            }
            let attribute = self
                .take_while(|character| !character.is_whitespace() && !"=/>".contains(character))
                .to_ascii_lowercase();
            self.take_while(char::is_whitespace);
            let value = match self.rest.strip_prefix('=') {
                Some(rest) => {
                    self.rest = rest;
                    self.attribute_value()
                }
                None => "",
            };
            attributes.push((attribute, unescape(value)));
        }
        self.rest = self.rest.strip_prefix('>').unwrap_or(self.rest);
        if name == "script" || name == "style" {
            self.skip_behind(&format!("</{name}>"));
        }
        Tag { name, attributes }
    }

    fn attribute_value(&mut self) -> &'a str {
        self.take_while(char::is_whitespace);
        for quote in ['"', '\''] {
            if let Some(rest) = self.rest.strip_prefix(quote) {
                self.rest = rest;
                let value = self.take_while(|character| character != quote);
                self.rest = self.rest.strip_prefix(quote).unwrap_or(self.rest);
                return value;
            }
        }
        self.take_while(|character| !character.is_whitespace() && character != '>')
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while !self.rest.is_empty() {
            if self.rest.starts_with("<!--") {
                self.skip_behind("-->");
            } else if self.rest.starts_with("<!") {
                self.skip_behind(">");
            } else if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                let name = self.take_while(|character| character != '>').trim();
                let name = name.to_ascii_lowercase();
                self.skip_behind(">");
                return Some(Token::Close(name));
            } else if let Some(rest) = self.rest.strip_prefix('<') {
                self.rest = rest;
                return Some(Token::Open(self.open_tag()));
            } else {
                return Some(Token::Text(unescape(
                    self.take_while(|character| character != '<'),
                )));
            }
        }
        None
    }
}

/// Replaces the character references that a template engine writes. What is none stays as it is.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        plain.push_str(before);
        let known = reference.split_once(';').and_then(|(name, after)| {
            let character = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => '\u{a0}',
                _ => numbered(name.strip_prefix('#')?)?,
            };
            Some((character, after))
        });
        match known {
            Some((character, after)) => {
                plain.push(character);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = reference;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><title>Sign in</title>
        <script>if (1 < 2) { document.write('<p role="alert">no') }</script>
        <main><div role="alert">Wrong name or <b>pass&#45;word</b>: <div>try</div> again &amp; &c.
        </div> <p>More</p></main>"#;

    #[test]
    fn an_alert_is_read_as_its_words() {
        let alert = words(PAGE, Some("alert"));
        assert_eq!(
            alert.as_deref(),
            Some("Wrong name or pass-word : try again & &c.")
        );
        assert_eq!(words(PAGE, Some("status")), None);
    }

    #[test]
    fn a_page_is_read_as_its_words() {
        let all = words(PAGE, None);
        assert_eq!(
            all.as_deref(),
            Some("Sign in Wrong name or pass-word : try again & &c. More")
        );
    }

    #[test]
    fn broken_markup_comes_to_an_end() {
        for html in [
            "<",
            "</",
            "<form",
            "<form a=",
            "<form a='",
            "<!--",
            "&",
            "&#;",
            "<>",
            "< =>",
        ] {
            assert!(Tokens::new(html).take(9).count() < 9, "{html} has no end");
        }
    }
}
