//! Redirection endpoints (RFC 9700 §2.1; requirements A1.1, A1.3, A1.4).

use proptest::{prelude::*, sample::Index};
use symbolon_core::redirect_uri::{RedirectUri, web_page};
use url::Url;

const AFTER_HOST: &str = "(/[a-zA-Z0-9._~%-]{0,8}){0,3}(\\?[a-z]{1,3}=[a-z0-9]{0,4})?";
const PORT: &str = "(:[1-9][0-9]{0,3})?";

/// Everything that may be registered but for loopback addresses, which have an exception.
fn exact() -> impl Strategy<Value = String> {
    let text = format!(
        "https://([a-z]{{1,6}}\\.){{0,2}}example{PORT}{AFTER_HOST}\
         |http://localhost{PORT}{AFTER_HOST}\
         |com\\.example\\.[a-z]{{1,6}}:/[a-z]{{0,6}}"
    );
    proptest::string::string_regex(&text)
        .unwrap()
        .prop_filter("can be registered", |text| {
            RedirectUri::register(text).is_ok()
        })
}

fn loopback() -> impl Strategy<Value = (&'static str, String, String)> {
    let host = prop::sample::select(vec!["http://127.0.0.1", "http://[::1]"]);
    (host, PORT, AFTER_HOST).prop_filter("can be registered", |(host, port, after)| {
        RedirectUri::register(&format!("{host}{port}{after}")).is_ok()
    })
}

fn registered(text: &str) -> RedirectUri {
    RedirectUri::register(text).unwrap()
}

/// What attackers and careless clients send in the place of a registered URI: mistakes that a
/// lenient comparison, a prefix, a suffix, a pattern or a URL parser would let pass.
fn near_misses(uri: &str, place: Index, character: char) -> Vec<String> {
    let (scheme, rest) = uri.split_once(':').unwrap();
    let host_end = rest
        .trim_start_matches('/')
        .find(['/', '?', ':'])
        .map_or(uri.len(), |end| {
            uri.len() - rest.trim_start_matches('/').len() + end
        });
    let (host, after) = uri.split_at(host_end);
    let cut = place.index(uri.len());
    let (before_cut, after_cut) = (&uri[..cut], &uri[cut..]);
    let authority = host
        .trim_start_matches(scheme)
        .trim_start_matches([':', '/']);
    let encoded = after_cut.bytes().next().map_or(0, u32::from);
    let mut all = vec![
        format!("{uri}/"),
        format!("{uri}?"),
        format!("{uri}?x=1"),
        format!("{uri}&x=1"),
        format!("{uri}#"),
        format!("{uri}#fragment"),
        format!("{uri}/../other"),
        format!("{uri}%00"),
        format!("{uri}\0"),
        format!("{uri} "),
        format!(" {uri}"),
        format!("{uri}\n"),
        format!("{uri}\\"),
        format!("{uri}.evil.example"),
        format!("{uri}@evil.example"),
        format!("{host}.evil.example{after}"),
        format!("{host}@evil.example{after}"),
        format!("{host}\\@evil.example{after}"),
        format!("{host}:443{after}"),
        format!("{host}:80{after}"),
        format!("{host}:{after}"),
        format!("{host}/.{after}"),
        format!("{host}/x/..{after}"),
        format!("{host}//{after}"),
        format!("{host}.{after}"),
        format!("{scheme}://evil.example/{authority}{after}"),
        format!("{scheme}://evil.example@{authority}{after}"),
        format!("{scheme}://{authority}.evil.example"),
        format!("{scheme}://user@{authority}{after}"),
        format!("{scheme}://sub.{authority}{after}"),
        format!("{scheme}:///{authority}{after}"),
        format!("{scheme}:{authority}{after}"),
        format!("//{authority}{after}"),
        format!("https://evil.example/?{uri}"),
        format!("{}{}", scheme.to_uppercase(), &uri[scheme.len()..]),
        uri.replacen("https:", "http:", 1),
        uri.replacen("http:", "https:", 1),
        uri.to_uppercase(),
        uri.replacen('/', "\\", 2),
        uri.replacen("localhost", "127.0.0.1", 1),
        uri.replacen("localhost", "localhost.", 1),
        uri.replacen('.', "\u{3002}", 1),
        uri.replacen('e', "\u{435}", 1),
        format!("{before_cut}{character}{after_cut}"),
        before_cut.to_owned(),
        after_cut.to_owned(),
        String::new(),
    ];
    if !after_cut.is_empty() {
        all.push(format!("{before_cut}{}", &after_cut[1..]));
        all.push(format!("{before_cut}{character}{}", &after_cut[1..]));
        all.push(format!("{before_cut}%{encoded:02x}{}", &after_cut[1..]));
        all.push(format!(
            "{before_cut}{}{}",
            after_cut[..1].to_uppercase(),
            &after_cut[1..]
        ));
    }
    all.retain(|other| other != uri);
    all
}

/// Registrable and hostile texts mixed.
fn any_uri() -> impl Strategy<Value = String> {
    prop_oneof![
        exact(),
        loopback().prop_map(|(host, port, after)| format!("{host}{port}{after}")),
        "(https?|HTTPS|javascript|data|file|com\\.example|[a-z.+-]{1,6}):/{0,3}[!-~]{0,24}",
        "(https|http|com\\.example)://([a-z]{0,3}(:[a-z]{0,3})?@)?(127\\.0\\.0\\.1|app\\.example)/",
        "https?://(127\\.0\\.0\\.1|\\[::1\\]|localhost|[a-z.]{1,8})[:@/?#\\\\a-z0-9.]{0,12}",
        "\\PC{0,30}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn a1_1_a_registered_uri_matches_itself_and_no_near_miss(
        uri in exact(),
        place in any::<Index>(),
        character in prop_oneof![prop::char::range(' ', '~'), any::<char>()],
    ) {
        let own = registered(&uri);
        prop_assert!(own.matches(&uri));
        prop_assert_eq!(own.as_str(), uri.as_str());
        for other in near_misses(&uri, place, character) {
            prop_assert!(!own.matches(&other), "{} for {}", other, uri);
        }
    }

    #[test]
    fn a1_4_a_loopback_address_matches_with_every_port_and_without(
        (host, port, after) in loopback(),
        other in any::<u16>(),
    ) {
        let own = registered(&format!("{host}{port}{after}"));
        for requested in [
            format!("{host}{port}{after}"),
            format!("{host}{after}"),
            format!("{host}:{other}{after}"),
        ] {
            prop_assert!(own.matches(&requested), "{} for {:?}", requested, own);
        }
    }

    /// Whatever is let in by the exception, a browser goes to the same machine, path and query.
    #[test]
    fn a1_4_the_exception_for_loopback_changes_nothing_but_the_port(
        (host, port, after) in loopback(),
        other_port in "(:[0-9]{0,6})?|:[0-9]{1,3}[@:/?#\\\\.a-f][a-z0-9.]{0,8}",
        other_host in prop::sample::select(vec![
            "http://127.0.0.1", "http://[::1]", "http://localhost", "https://127.0.0.1",
            "http://127.0.0.2", "http://127.1", "HTTP://127.0.0.1", "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example", "http://user@127.0.0.1", "http://[::1].evil.example",
            "http://[::ffff:127.0.0.1]", "http:/127.0.0.1", "http:\\\\127.0.0.1",
        ]),
        keep in any::<(bool, bool)>(),
        other_after in AFTER_HOST,
        place in any::<Index>(),
        character in prop::char::range(' ', '~'),
    ) {
        let uri = format!("{host}{port}{after}");
        let own = registered(&uri);
        let host = if keep.0 { host } else { other_host };
        let after = if keep.1 { &after } else { &other_after };
        let composed = format!("{host}{other_port}{after}");
        let others = near_misses(&uri, place, character);
        for requested in others.iter().chain([&composed]).filter(|other| own.matches(other)) {
            let mut theirs = Url::parse(requested).unwrap();
            let mut ours = Url::parse(&uri).unwrap();
            ours.set_port(None).unwrap();
            theirs.set_port(None).unwrap();
            prop_assert_eq!(&theirs, &ours, "{} for {}", requested, uri);
            let literal = ["http://127.0.0.1", "http://[::1]"];
            prop_assert!(literal.into_iter().any(|host| requested.starts_with(host)));
            // And nothing in it is left for anybody to read in another way.
            let without_port = |text: &str| -> String {
                let is_of_port = |letter: &char| letter.is_ascii_digit() || *letter == ':';
                text.chars().filter(|letter| !is_of_port(letter)).collect()
            };
            prop_assert_eq!(without_port(requested), without_port(&uri));
        }
    }

    #[test]
    fn a1_3_what_is_registered_is_absolute_safe_and_unambiguous(text in any_uri()) {
        let Ok(own) = RedirectUri::register(&text) else { return Ok(()) };
        let url = Url::parse(&text).unwrap();
        prop_assert!(own.matches(&text));
        prop_assert!(text.bytes().all(|byte| matches!(byte, 0x21..=0x7e) && byte != b'\\'));
        prop_assert!(!text.contains('#') && url.fragment().is_none());
        prop_assert!(url.username().is_empty() && url.password().is_none());
        match url.scheme() {
            "https" => prop_assert!(url.has_host() && text.starts_with("https://")),
            "http" => {
                let host = url.host_str().unwrap();
                let named = ["[::1]", "localhost"].contains(&host);
                prop_assert!(named || host.starts_with("127."), "{}", host);
            }
            scheme => prop_assert!(scheme.contains('.'), "{}", text),
        }
        let json = serde_json::to_string(&own).unwrap();
        prop_assert_eq!(serde_json::from_str::<RedirectUri>(&json).unwrap(), own);
    }

    #[test]
    fn no_text_panics(one in any_uri(), other in any_uri()) {
        if let Ok(own) = RedirectUri::register(&one) {
            let _ = own.matches(&other);
        }
        if let Ok(page) = web_page(&other) {
            prop_assert!(page.starts_with("https://") || page.starts_with("http://"));
        }
    }
}
