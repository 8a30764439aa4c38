//! Where a person is sent after signing in to the pages of this server: a path of these pages, and
//! nothing else can be one (an open redirect cannot be written).

use symbolon_core::percent::encoded;

/// The pages that somebody signs in for.
const PAGES: [&str; 2] = ["/admin", "/account"];

/// The longest that is kept, in bytes.
const LONGEST: usize = 2_000;

/// A path, with its query, of a page of ours that takes a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The path that a text is; `None` when it leads anywhere else. `prefix`: the path of the issuer.
    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(prefix)?;
        let is_one = PAGES.iter().any(|page| {
            let behind = rest.strip_prefix(page);
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        });
        // RFC 3986 §3.3 and §3.4, without what browsers read as something else.
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte));
        let path = text.split('?').next().unwrap_or_default();
        let direct = !path.contains("//") && !path.split('/').any(dots);
        (is_one && plain && direct && text.len() <= LONGEST).then(|| Self(text.to_owned()))
    }

    /// Where somebody goes who did not say where to.
    pub fn home(prefix: &str) -> Self {
        Self(format!("{prefix}/account"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of the page to sign in, which leads back. `anew`: also for who is signed in.
pub fn sign_in(prefix: &str, to: &LocalPath, anew: bool) -> String {
    let anew = if anew { "&anew=1" } else { "" };
    format!("{prefix}/sign-in?to={}{anew}", encoded(to.as_str()))
}

/// Browsers take these away, however they are written.
fn dots(part: &str) -> bool {
    let part = part.to_ascii_lowercase().replace("%2e", ".");
    part == "." || part == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_our_pages_is_kept() {
        for (prefix, text) in [
            ("", "/admin"),
            ("", "/account?a=b"),
            ("", "/admin/people/x%2Fy?after=abc-_&limit=2"),
            ("/idp", "/idp/admin/people"),
        ] {
            assert_eq!(
                LocalPath::parse(prefix, text),
                Some(LocalPath(text.to_owned()))
            );
        }
    }

    #[test]
    fn nothing_that_leads_elsewhere_is_one() {
        for text in [
            "",
            "/",
            "//evil.example/admin",
            "/\\evil.example",
            "https://evil.example/admin",
            "/administrator",
            "/accounts",
            "/admin/../oauth/v2/authorize",
            "/admin/%2e%2E/x",
            "/admin//evil.example",
            "/admin\\..\\x",
            "/admin/\u{9}x",
            "/admin/ x",
            "/admin\r\nlocation: x",
            "admin",
            "/admin#x",
            "/admin/\u{e4}",
        ] {
            assert_eq!(LocalPath::parse("", text), None, "{text:?}");
        }
        assert_eq!(LocalPath::parse("/idp", "/admin"), None);
        assert_eq!(
            LocalPath::parse("", &format!("/admin?{}", "a".repeat(LONGEST))),
            None
        );
    }
}
