//! The stylesheet, the script and the pictures of the pages, embedded in the binary.
//!
//! The address of a file names a hash of its content (`/static/<hash>/<name>`), so a browser may
//! keep it for a year: another content has another address. While a new release rolls out, a page
//! of one instance can ask another instance for a hash that it does not have; it then gets the file
//! of that name to use once, because an outdated look is better than none.
//!
//! Left out: compression. All files together are smaller than one photograph, and are sent once.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// The folder of the server in which all addresses of [`url`] lie.
pub const PREFIX: &str = "/static/";

/// The stylesheet of every page.
pub const STYLESHEET: &str = "symbolon.css";

/// The script that sends the form of a `form_post` response.
pub const FORM_POST: &str = "form-post.js";

/// The script that goes on from the page that says "signed out".
pub const SIGNED_OUT: &str = "signed-out.js";

/// The script of the frame that clients poll.
pub const CHECK_SESSION: &str = "check-session.js";

/// The stylesheet of the console, beside the one of every page.
pub const CONSOLE_STYLESHEET: &str = "console.css";

/// What the console is nicer with.
pub const CONSOLE_SCRIPT: &str = "console.js";

/// The logo.
pub const SYMBOL: &str = "symbol.svg";

/// The logo, drawn for 16 pixels.
pub const FAVICON: &str = "favicon.svg";

/// One file, ready to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The value of `Content-Type`. Send `X-Content-Type-Options: nosniff` with it.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The value of `ETag`, in its quotes (RFC 9110 §8.8.3).
    pub etag: &'static str,
    /// The value of `Cache-Control`.
    pub cache_control: &'static str,
}

/// The address of the file called `name`: `/static/<hash>/<name>`.
///
/// The name is one of the constants of this module; any other gets an address where nothing is found.
pub fn url(name: &str) -> &'static str {
    entry(name).map_or("/static/unknown", |entry| entry.url.as_str())
}

/// The file at `path`, which is the path of a request or the part of it after `/static/`.
pub fn find(path: &str) -> Option<Asset> {
    let (hash, name) = path.strip_prefix(PREFIX).unwrap_or(path).split_once('/')?;
    let entry = entry(name)?;
    Some(Asset {
        content_type: entry.content_type,
        bytes: entry.bytes,
        etag: &entry.etag,
        cache_control: if entry.etag.trim_matches('"') == hash {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        },
    })
}

struct Entry {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    etag: String,
    url: String,
}

static TABLE: LazyLock<[Entry; 8]> = LazyLock::new(|| {
    [
        embed(
            STYLESHEET,
            "text/css; charset=utf-8",
            include_bytes!("../../../../static/symbolon.css"),
        ),
        embed(
            FORM_POST,
            "text/javascript; charset=utf-8",
            include_bytes!("../../../../static/form-post.js"),
        ),
        embed(
            SIGNED_OUT,
            "text/javascript; charset=utf-8",
            include_bytes!("../../../../static/signed-out.js"),
        ),
        embed(
            CHECK_SESSION,
            "text/javascript; charset=utf-8",
            include_bytes!("../../../../static/check-session.js"),
        ),
        embed(
            CONSOLE_STYLESHEET,
            "text/css; charset=utf-8",
            include_bytes!("../../../../static/console.css"),
        ),
        embed(
            CONSOLE_SCRIPT,
            "text/javascript; charset=utf-8",
            include_bytes!("../../../../static/console.js"),
        ),
        embed(
            SYMBOL,
            "image/svg+xml",
            include_bytes!("../../../../static/symbol.svg"),
        ),
        embed(
            FAVICON,
            "image/svg+xml",
            include_bytes!("../../../../static/favicon.svg"),
        ),
    ]
});

fn entry(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name == name)
}

fn embed(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Entry {
    // 64 bits tell one release's file from another's; nobody gains by forging our own file.
    let hash = Sha256::digest(bytes)
        .iter()
        .take(8)
        .fold(String::new(), |mut hash, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
            hash
        });
    Entry {
        name,
        content_type,
        bytes,
        etag: format!("\"{hash}\""),
        url: format!("{PREFIX}{hash}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_address_leads_to_its_file_and_may_be_kept_for_a_year() {
        for name in [
            STYLESHEET,
            FORM_POST,
            SIGNED_OUT,
            CHECK_SESSION,
            SYMBOL,
            FAVICON,
        ] {
            let asset = find(url(name)).unwrap();
            assert_eq!(asset.cache_control, "public, max-age=31536000, immutable");
            assert!(url(name).contains(asset.etag.trim_matches('"')));
            assert_eq!(find(url(name).strip_prefix(PREFIX).unwrap()), Some(asset));
        }
        assert_eq!(
            find(url(STYLESHEET)).unwrap().content_type,
            "text/css; charset=utf-8"
        );
    }

    #[test]
    fn another_hash_gets_the_file_but_may_not_keep_it() {
        let asset = find("/static/0000000000000000/symbolon.css").unwrap();
        assert_eq!(asset.cache_control, "no-cache");
        assert_eq!(asset.bytes, find(url(STYLESHEET)).unwrap().bytes);
    }

    #[test]
    fn nothing_else_is_found() {
        for path in [
            "",
            "/",
            "/static/",
            "/static/symbolon.css",
            "/static/a/b/symbolon.css",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
        assert_eq!(find("/static/a/../../Cargo.toml"), None);
        assert_eq!(find(url("no-such-file")), None);
    }

    #[test]
    fn the_stylesheet_is_small_and_asks_nobody_else_for_anything() {
        let sheet = str::from_utf8(find(url(STYLESHEET)).unwrap().bytes).unwrap();
        assert!(sheet.len() < 12 * 1024, "{} bytes", sheet.len());
        for loading in ["url(", "@import", "@font-face", "http:", "https:"] {
            assert!(
                !sheet.contains(loading),
                "the stylesheet contains {loading}"
            );
        }
    }

    #[test]
    fn text_and_edges_can_be_seen_in_light_and_in_dark() {
        let sheet = str::from_utf8(find(url(STYLESHEET)).unwrap().bytes).unwrap();
        let mut schemes = sheet
            .split(":root {")
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap());
        let light = schemes.next().unwrap();
        let dark = schemes.next().unwrap();
        assert!(
            dark.contains("--paper"),
            "the second list of tokens is the dark one"
        );

        // WCAG 2.2: 4.5 for text (1.4.3), 3 for edges and focus (1.4.11).
        let pairs = [
            ("text", "paper", 4.5),
            ("text", "tint", 4.5),
            ("soft", "paper", 4.5),
            ("soft", "tint", 4.5),
            ("soft", "ground", 4.5),
            ("action", "paper", 4.5),
            ("action", "tint", 4.5),
            ("on-action", "action", 4.5),
            ("on-action", "action-over", 4.5),
            ("ask-text", "ask", 4.5),
            ("ask-soft", "ask", 4.5),
            ("bronze", "paper", 4.5),
            ("alert", "alert-tint", 4.5),
            ("edge", "paper", 3.0),
            ("focus", "paper", 3.0),
            ("ask-focus", "ask", 3.0),
        ];
        for (scheme, tokens) in [("light", [light, light]), ("dark", [dark, light])] {
            for (front, back, least) in pairs {
                let (a, b) = (luminance(tokens, front), luminance(tokens, back));
                let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(
                    ratio >= least,
                    "{scheme}: {front} on {back} is {ratio:.2}, not {least}"
                );
            }
        }
    }

    /// WCAG 2.2, "relative luminance", of the token in the first of the lists that has it.
    fn luminance(lists: [&str; 2], token: &str) -> f64 {
        let name = format!("--{token}: #");
        let rest = lists
            .iter()
            .find_map(|list| list.split(&name).nth(1))
            .unwrap();
        let hex = rest.split(';').next().unwrap();
        // "#fff" is short for "#ffffff".
        let digits: Vec<u32> = hex
            .chars()
            .map(|digit| digit.to_digit(16).unwrap())
            .collect();
        let channel = |index: usize| {
            let value = match digits.len() {
                3 => digits[index] * 17,
                6 => digits[index * 2] * 16 + digits[index * 2 + 1],
                _ => panic!("{token} is see-through, its contrast cannot be told"),
            };
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    }
}
