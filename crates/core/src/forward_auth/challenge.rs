//! The text of a `WWW-Authenticate` header (RFC 6750 §3, RFC 9110 §11.6.1).

use crate::error::OAuthError;

/// A Bearer challenge.
pub(super) fn text(realm: &str, error: Option<OAuthError>, scope: Option<&str>) -> String {
    let mut text = "Bearer".to_owned();
    let mut add = |name: &str, value: &str| {
        text.push_str(if text.len() > "Bearer".len() {
            ", "
        } else {
            " "
        });
        text.push_str(name);
        text.push('=');
        quote(&mut text, value);
    };
    add("realm", realm);
    if let Some(error) = error {
        add("error", error.code.as_str());
        add("error_description", error.description);
    }
    if let Some(scope) = scope {
        add("scope", scope);
    }
    text
}

/// RFC 9110 §5.6.4, without what is not visible ASCII or a space.
fn quote(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            ' '..='~' => text.push(character),
            _ => {}
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_challenge_names_what_is_known() {
        assert_eq!(text("api", None, None), r#"Bearer realm="api""#);
        let error = OAuthError::new(ErrorCode::InsufficientScope, "ask for it");
        assert_eq!(
            text("api", Some(error), Some("Invoices.Read")),
            r#"Bearer realm="api", error="insufficient_scope", error_description="ask for it", scope="Invoices.Read""#
        );
    }

    #[test]
    fn no_text_leaves_its_quotes() {
        let realm = "a\", error=\"none\\\r\nset-cookie: x\u{0}\u{e9}";
        let expected = r#"Bearer realm="a\", error=\"none\\set-cookie: x""#;
        assert_eq!(text(realm, None, None), expected);
    }
}
