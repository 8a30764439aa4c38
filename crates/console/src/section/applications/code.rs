//! What to put into an application so that it signs in here: for each library a few lines to copy, with
//! the issuer, client id and redirect URI filled in. Secrets come from the environment.

use askama::Template;

use super::{
    Application, below, found,
    kind::{CODE, Kind},
};
use crate::{
    component::Html,
    page::Page,
    visit::{Answer, Stop, Visit},
};

/// A library, and the way to use it.
pub(super) struct Library {
    /// Its word in addresses.
    pub(super) word: &'static str,
    /// Its name, which is the same in every language.
    pub(super) name: &'static str,
    /// The kind of application it is for, by its word.
    pub(super) kind: &'static str,
    /// The redirect URI that its lines are about, while one develops.
    pub(super) redirect_uri: &'static str,
    render: fn(&Values<'_>) -> askama::Result<String>,
}

/// What is filled in.
struct Values<'a> {
    issuer: &'a str,
    client: &'a str,
    redirect: &'a str,
    origin: &'a str,
    path: &'a str,
    port: &'a str,
    /// Whether the issuer is reached without TLS, which libraries want to be told.
    insecure: bool,
}

macro_rules! libraries {
    ($($view:ident $word:literal $name:literal $kind:literal $redirect:literal $path:literal;)*) => {
        $(
            #[derive(Template)]
            #[template(path = $path)]
            #[expect(dead_code, reason = "not every library is told everything")]
            struct $view<'a> {
                issuer: &'a str,
                client: &'a str,
                redirect: &'a str,
                origin: &'a str,
                path: &'a str,
                port: &'a str,
                insecure: bool,
            }

            impl $view<'_> {
                fn lines(values: &Values<'_>) -> askama::Result<String> {
                    let Values { issuer, client, redirect, origin, path, port, insecure } = *values;
                    $view { issuer, client, redirect, origin, path, port, insecure }.render()
                }
            }
        )*

        /// All libraries, in the order in which they are offered.
        pub(super) const LIBRARIES: &[Library] = &[$(Library {
            word: $word,
            name: $name,
            kind: $kind,
            redirect_uri: $redirect,
            render: |values| $view::lines(values),
        }),*];
    };
}

libraries! {
    Axum "axum" "Rust: axum, openidconnect" "web" "http://localhost:3000/callback" "console/code/axum.txt";
    Node "node" "Node: openid-client" "web" "http://localhost:3000/callback" "console/code/node.txt";
    Python "python" "Python: Authlib" "web" "http://localhost:5000/callback" "console/code/python.txt";
    Go "go" "Go: go-oidc" "web" "http://localhost:3000/callback" "console/code/go.txt";
    Spring "java" "Java: Spring Security" "web" "http://localhost:3000/login/oauth2/code/symbolon" "console/code/java.txt";
    Browser "browser" "Browser: oidc-client-ts" "browser" "http://localhost:5173/callback" "console/code/browser.txt";
    Flutter "flutter" "Flutter: flutter_appauth" "native" "com.example.app:/callback" "console/code/flutter.txt";
    Machine "machine" "curl" "machine" "" "console/code/machine.txt";
    Gateway "gateway" "curl" "gateway" "" "console/code/gateway.txt";
}

/// A file to copy.
struct File<'a> {
    name: &'a str,
    lines: &'a str,
}

#[derive(Template)]
#[template(path = "console/code.html")]
struct Files<'a> {
    files: Vec<File<'a>>,
    copy: &'a str,
    copied: &'a str,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let fitting: Vec<_> = fitting(&application).collect();
    let wanted = visit.wish("library");
    let chosen = fitting.iter().find(|library| library.word == wanted);
    let chosen = chosen.or(fitting.first()).ok_or(Stop::Missing)?;
    let at = visit.path(&application.path());
    let mut page = below(&visit, Page::new(visit.say("code")))
        .below(application.name(), at.clone())
        .lede(visit.say("code-lede"));
    for library in &fitting {
        let address = format!("{at}/code?library={}", library.word);
        page = page.tab(library.name, address, library.word == chosen.word);
    }
    let page = page.with(lines(&visit, chosen, &application)?);
    visit.show(page).await
}

/// The libraries for an application. What runs at its users may do so in a browser or beside it.
fn fitting(application: &Application) -> impl Iterator<Item = &'static Library> {
    let kind = Kind::of(&application.metadata);
    let signs_in = application.allows(CODE);
    LIBRARIES.iter().filter(move |library| {
        let public = !kind.secret && ["browser", "native"].contains(&library.kind);
        let own = library.kind == kind.word || public;
        own || (kind.secret && signs_in && library.kind == "web")
    })
}

/// The library of this word.
pub(super) fn library(word: &str) -> Option<&'static Library> {
    LIBRARIES
        .iter()
        .find(|library| library.word == word && !library.redirect_uri.is_empty())
}

/// The lines of a library for an application.
pub(super) fn lines(
    visit: &Visit,
    library: &Library,
    application: &Application,
) -> Result<Html, Stop> {
    let uris = application.values("redirect_uris");
    // The one that its lines are about if it is registered, else the first.
    let redirect = uris.iter().find(|uri| **uri == library.redirect_uri);
    let redirect = redirect.or(uris.first()).copied().unwrap_or_default();
    let redirect = plain(redirect, "https://app.example/callback");
    let issuer = &visit.console.settings.issuer;
    let (origin, path) = split(redirect);
    let port = origin.rsplit_once(':').map(|(_, port)| port);
    let values = Values {
        issuer: plain(issuer, "https://id.example"),
        client: plain(&application.id, "CLIENT_ID"),
        redirect,
        origin,
        path,
        port: port
            .filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
            .unwrap_or("3000"),
        insecure: issuer.starts_with("http://"),
    };
    // `=== ` and a name at the beginning of a line begin a file.
    let text = format!("\n{}", (library.render)(&values)?);
    let files = text.split("\n=== ").filter(|part| !part.trim().is_empty());
    let files = files.filter_map(|part| {
        let (name, lines) = part.split_once('\n')?;
        Some(File {
            name: name.trim(),
            lines: lines.trim(),
        })
    });
    Html::of(&Files {
        files: files.collect(),
        copy: &visit.say("copy"),
        copied: &visit.say("copied"),
    })
}

/// A value that means itself inside of quotes in every one of these languages. Whoever registers a
/// client chooses its redirect URIs, and somebody else copies these lines: nothing may end the quotes
/// or be filled in by a language. What cannot stand there is left to fill in by hand.
fn plain<'a>(value: &'a str, else_: &'a str) -> &'a str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-:@/+=%&?,;!*".contains(&byte);
    let comments = value.contains("*/") || value.contains("/*");
    if !value.is_empty() && value.bytes().all(plain) && !comments {
        value
    } else {
        else_
    }
}

/// The origin and the path of an address: what an application that listens there is told.
fn split(uri: &str) -> (&str, &str) {
    let uri = uri.split('?').next().unwrap_or(uri);
    let start = uri.find("://").map_or(0, |at| at + 3);
    let rest = uri.get(start..).unwrap_or_default();
    match rest.find('/') {
        Some(at) => uri.split_at(start + at),
        None => (uri, "/"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_ends_a_quote_is_not_filled_in() {
        for uri in [
            "https://x.example/\"+evil()+\"",
            "https://x.example/'+evil()+'",
            "https://x.example/`evil`",
            "https://x.example/$(evil)",
            "https://x.example/${evil}",
            "https://x.example/</code><script>",
            "https://x.example/*/evil()/*",
            "",
        ] {
            assert_eq!(plain(uri, "other"), "other", "{uri}");
        }
        let good = "https://app.example:8443/cb?a=b&c=%20";
        assert_eq!(plain(good, "other"), good);
    }

    #[test]
    fn every_library_is_told_the_issuer_and_the_client() {
        for library in LIBRARIES {
            let (origin, path) = split(library.redirect_uri);
            let values = |insecure| Values {
                issuer: "https://id.example",
                client: "the-client",
                redirect: library.redirect_uri,
                origin,
                path,
                port: "3000",
                insecure,
            };
            for insecure in [false, true] {
                let lines = (library.render)(&values(insecure)).unwrap();
                for value in ["https://id.example", "the-client", library.redirect_uri] {
                    assert!(lines.contains(value), "{} {value}: {lines}", library.word);
                }
                assert!(lines.starts_with("=== "), "{}", library.word);
                // What stands in a condition keeps its place.
                assert!(!lines.contains("\nundefined"), "{lines}");
                let told = [
                    "undefined,",
                    "AUTHLIB_INSECURE_TRANSPORT",
                    "allowInsecureConnections",
                ];
                let tells = told.iter().any(|word| lines.contains(word));
                let wants = ["node", "python", "flutter"].contains(&library.word);
                assert_eq!(tells, insecure && wants, "{}", library.word);
            }
        }
    }

    #[test]
    fn an_address_has_an_origin_and_a_path() {
        for (uri, origin, path) in [
            (
                "http://localhost:3000/a/b?c",
                "http://localhost:3000",
                "/a/b",
            ),
            ("https://app.example", "https://app.example", "/"),
            ("com.example.app:/callback", "com.example.app:", "/callback"),
        ] {
            assert_eq!(split(uri), (origin, path), "{uri}");
        }
    }
}
