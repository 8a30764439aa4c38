//! Paths, held against what lenient servers make of them (requirement: ambiguity means no).

use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_core::{
    id::Id,
    policy::{
        api::{Api, Endpoint, ScopeDefinition},
        api_scope::ApiScope,
        path::{LONGEST, MOST_SEGMENTS, RequestPath},
        template::{Method, PathTemplate},
    },
};

/// Segments of templates and of requests; small, so that they meet.
const WORDS: [&str; 6] = ["a", "me", "x:run", "x.y", "skim", "~z"];

/// A path in which each character may be spelled in several ways, and each separator too.
fn spelled() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => select(&WORDS[..]).prop_map(str::to_owned),
        2 => "[a-z0-9@:%]{1,4}",
        1 => select(vec!["", ".", "..", "...", ";", ";a", "\u{e9}", "\u{17f}kim", " ", "\u{ff0e}"])
            .prop_map(str::to_owned),
    ];
    let separator = prop_oneof![
        8 => Just("/"),
        1 => select(vec!["//", "/./", "/../", "%2F", "%2f", "\\", "%5C", ";/", "%252F", "/%2e%2e/"]),
    ];
    let end = prop_oneof![
        8 => Just(""),
        2 => select(vec!["/", "?", "?/../x", ";a=b", "%3Ba", "#", "%00", "%C2%85", "%", "/.", "//", "%20"]),
    ];
    (vec((separator, spelled_word(word)), 0..5), end).prop_map(|(parts, end)| {
        let parts: String = parts
            .into_iter()
            .map(|(separator, word)| format!("{separator}{word}"))
            .collect();
        format!("{parts}{end}")
    })
}

/// Most characters as they are; a few escaped, with capital or small letters, once or twice.
fn spelled_word(word: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (word, vec(0..80_u8, 8)).prop_map(|(word, choices)| {
        let mut text = String::new();
        for (character, choice) in word.chars().zip(choices.into_iter().cycle()) {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).bytes();
            match choice {
                0 => text.extend(bytes.map(|byte| format!("%{byte:02x}"))),
                1 | 2 => text.extend(bytes.map(|byte| format!("%{byte:02X}"))),
                3 => text.extend(bytes.map(|byte| format!("%25{byte:02X}"))),
                4 => text.extend(character.to_uppercase()),
                _ if character.is_ascii() => text.push(character),
                _ => text.extend(bytes.map(|byte| format!("%{byte:02X}"))),
            }
        }
        text
    })
}

/// An API with these paths, each needing a scope of its own.
fn api(templates: &[String]) -> Api {
    let mut scopes = Vec::new();
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for (index, template) in templates.iter().enumerate() {
        let scope = ApiScope::parse(&format!("endpoint.e{index}")).unwrap();
        let endpoint = Endpoint {
            method: Method::parse("GET").unwrap(),
            template: PathTemplate::parse(template).unwrap(),
            scope: scope.clone(),
        };
        let candidates = [endpoints.clone(), vec![endpoint.clone()]].concat();
        let description = String::new();
        scopes.push(ScopeDefinition { scope, description });
        // Of those with the same shape, the first.
        if make(&scopes, &candidates).is_some() {
            endpoints = candidates;
        }
    }
    make(&scopes, &endpoints).unwrap()
}

fn make(scopes: &[ScopeDefinition], endpoints: &[Endpoint]) -> Option<Api> {
    let audience = Id::parse("api").unwrap();
    Api::new(audience, "A".into(), scopes.to_vec(), endpoints.to_vec()).ok()
}

fn templates() -> impl Strategy<Value = Vec<String>> {
    let segment = prop_oneof![
        select(&WORDS[..]).prop_map(str::to_owned),
        Just("{}".to_owned())
    ];
    let template = vec(segment, 1..4).prop_map(|segments| {
        let segments = segments.into_iter().enumerate();
        let named = segments.map(|(index, text)| text.replace("{}", &format!("{{p{index}}}")));
        named.map(|text| format!("/{text}")).collect::<String>()
    });
    vec(template, 1..8)
}

/// Which of the paths a server serves that goes back to a parameter where a fixed segment leads
/// nowhere, and takes any segment for any parameter.
fn lenient<'a>(api: &'a Api, segments: &[String]) -> Option<&'a Endpoint> {
    let fits = |endpoint: &&Endpoint| {
        let own: Vec<_> = endpoint.template.as_str().split('/').skip(1).collect();
        let fits = |(own, text): (&&str, &String)| own.starts_with('{') || *own == text;
        own.len() == segments.len() && own.iter().zip(segments).all(fits)
    };
    // Fixed segments before parameters, from the left.
    api.endpoints().iter().filter(fits).min_by_key(|endpoint| {
        let segments = endpoint.template.as_str().split('/').skip(1);
        segments.map(|own| own.starts_with('{')).collect::<Vec<_>>()
    })
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let digits = text.get(place + 1..place + 3);
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (b'%', Some(escaped)) => {
                decoded.push(escaped);
                place += 3;
            }
            _ => {
                decoded.push(*byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What servers do to a path before they look for an endpoint.
#[derive(Clone, Copy, Debug)]
struct Habits {
    /// How often it is decoded.
    decodes: usize,
    /// Whether case is ignored.
    folds: bool,
    /// Whether it is decoded before it is split, or after.
    decodes_first: bool,
}

impl Habits {
    fn segments(self, target: &str) -> Vec<String> {
        let mut path = target.split(['?', '#']).next().unwrap().to_owned();
        if self.decodes_first {
            for _ in 0..self.decodes {
                path = percent_decoded(&path);
            }
        }
        let mut segments: Vec<String> = Vec::new();
        for segment in path.split(['/', '\\']) {
            let mut segment = segment.split(';').next().unwrap().to_owned();
            if !self.decodes_first {
                for _ in 0..self.decodes {
                    segment = percent_decoded(&segment);
                }
            }
            if self.folds {
                segment = segment.to_uppercase().to_lowercase();
            }
            match segment.as_str() {
                "" | "." => {}
                ".." => drop(segments.pop()),
                _ => segments.push(segment),
            }
        }
        segments
    }
}

fn habits() -> impl Strategy<Value = Habits> {
    (0..3_usize, any::<bool>(), any::<bool>()).prop_map(|(decodes, folds, decodes_first)| Habits {
        decodes,
        folds,
        decodes_first,
    })
}

/// RFC 3986 §6.2.2: capital letters in escapes, none where none is due, no dot segments.
fn normalized(path: &str) -> String {
    let mut text = String::new();
    let mut rest = path;
    while let Some(character) = rest.chars().next() {
        let escaped = rest
            .get(1..3)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = &rest[character.len_utf8()..];
        match escaped {
            Some(byte) if character == '%' => {
                rest = &rest[2..];
                match char::from(byte) {
                    plain if plain.is_ascii_alphanumeric() || "-._~".contains(plain) => {
                        text.push(plain);
                    }
                    _ => text.push_str(&format!("%{byte:02X}")),
                }
            }
            _ => text.push(character),
        }
    }
    let mut segments = Vec::new();
    for segment in text.split('/') {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    segments.join("/")
}

fn shown(endpoint: &Endpoint) -> &str {
    endpoint.template.as_str()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The gateway and the API behind it agree, whatever habits the latter has.
    #[test]
    fn a_lenient_server_serves_no_other_endpoint_than_the_one_found(
        templates in templates(),
        target in spelled(),
        habits in habits(),
    ) {
        let api = api(&templates);
        let Ok(path) = RequestPath::parse(&target) else { return Ok(()) };
        let Ok(found) = api.endpoint("GET", path) else { return Ok(()) };
        if let Some(served) = lenient(&api, &habits.segments(&target)) {
            prop_assert_eq!(shown(served), shown(found), "{} {:?}", target, habits);
        }
    }

    #[test]
    fn of_equivalent_spellings_one_is_accepted(target in spelled()) {
        if let Ok(path) = RequestPath::parse(&target) {
            // What is accepted is its own normal form, so no two that are accepted have the same.
            prop_assert_eq!(normalized(path.as_str()), path.as_str());
        }
    }

    #[test]
    fn no_text_panics_and_what_is_accepted_is_bounded_and_plain(
        text in prop_oneof![
            spelled(),
            any::<String>(),
            "/[!-~]{0,40}",
            "(/[a-z%0-9A-F]{0,3}){0,80}",
            "/a{2000,2100}",
        ],
        method in "GET|HEAD|get|\\PC{0,8}",
        templates in templates(),
    ) {
        let Ok(path) = RequestPath::parse(&text) else { return Ok(()) };
        let _ = api(&templates).endpoint(&method, path);
        let own = path.as_str();
        prop_assert!(own.starts_with('/') && text.starts_with(own));
        prop_assert!(own.len() <= LONGEST && path.segments().count() <= MOST_SEGMENTS);
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\;?#\"<>^`{|}".contains(&byte);
        prop_assert!(own.bytes().all(is_plain));
        let decoded = percent_decoded(own);
        prop_assert_eq!(decoded.matches('/').count(), own.matches('/').count());
        prop_assert!(!decoded.contains(['\\', ';', '?', '#', '%']));
        prop_assert!(!decoded.chars().any(char::is_control));
        prop_assert!(path.segments().all(|segment| segment != "." && segment != ".."));
        let last = path.segments().count() - 1;
        prop_assert!(path.segments().take(last).all(|segment| !segment.is_empty()));
    }

    #[test]
    fn a_template_finds_every_request_that_fills_it_in_plainly(
        templates in templates(),
        values in vec("[A-Z0-9]{1,6}", 4),
    ) {
        let api = api(&templates);
        for endpoint in api.endpoints() {
            let mut path = endpoint.template.as_str().to_owned();
            for (index, value) in values.iter().enumerate() {
                path = path.replace(&format!("{{p{index}}}"), &format!("0{value}"));
            }
            // No value is a fixed segment, so nothing is in the way.
            let found = api.endpoint("GET", RequestPath::parse(&path).unwrap());
            prop_assert_eq!(found.map(shown), Ok(shown(endpoint)), "{}", path);
        }
    }
}
