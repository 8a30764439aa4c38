//! What a proxy reports of the request it holds.
//!
//! There are two families of headers: `X-Original-Method` and `X-Original-URI` (nginx), and
//! `X-Forwarded-Method` and `X-Forwarded-Uri` (Traefik, Caddy). Whoever calls the API can send any of
//! them too, and which of two a proxy has overwritten cannot be seen from here. So exactly one
//! family counts, each header of it exactly once, and anything else is refused.
//!
//! Envoy reports with the request itself, which keeps its method, and whose path follows a prefix:
//! [`EnvoyTarget`].

use crate::{
    forward_auth::Refusal,
    id::Id,
    organization::Organization,
    percent::decoded,
    policy::{
        api::Api,
        path::{PathRefusal, RequestPath},
    },
};

/// The longest method in bytes.
const LONGEST_METHOD: usize = 64;

/// What stands in place of an audience where none is named.
const NO_AUDIENCE: &str = "-";

/// The values that a header has in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header<'a> {
    /// It is not there.
    #[default]
    Absent,
    /// It stands there once.
    Once(&'a [u8]),
    /// It stands there more than once.
    Repeated,
}

/// What the headers of both families say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report<'a> {
    /// `X-Original-Method`.
    pub original_method: Header<'a>,
    /// `X-Original-URI`.
    pub original_uri: Header<'a>,
    /// `X-Forwarded-Method`.
    pub forwarded_method: Header<'a>,
    /// `X-Forwarded-Uri`.
    pub forwarded_uri: Header<'a>,
}

/// The request that a proxy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginalRequest<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path, if it means one thing.
    pub path: Result<RequestPath<'a>, PathRefusal>,
}

/// What Envoy asks about: the path of its request to us, behind the fixed part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvoyTarget<'a> {
    /// The API, if one is named.
    pub audience: Option<Id<Api>>,
    /// The path of the request that Envoy holds, beginning with its slash.
    pub path: &'a str,
}

impl<'a> Header<'a> {
    /// What stands in a header with these values.
    pub fn of(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Repeated,
        }
    }
}

impl<'a> OriginalRequest<'a> {
    /// What a proxy reports in headers.
    ///
    /// # Errors
    /// [`Refusal::ReportAmbiguous`], [`Refusal::ReportIncomplete`], [`Refusal::ReportMalformed`].
    pub fn reported(report: Report<'a>) -> Result<Self, Refusal> {
        let nginx = (report.original_method, report.original_uri);
        let others = (report.forwarded_method, report.forwarded_uri);
        let absent = (Header::Absent, Header::Absent);
        let (method, target) = match (nginx == absent, others == absent) {
            (false, true) => nginx,
            (true, false) => others,
            (false, false) => return Err(Refusal::ReportAmbiguous),
            (true, true) => return Err(Refusal::ReportIncomplete),
        };
        match (method, target) {
            (Header::Once(method), Header::Once(target)) => Self::new(method, target),
            (Header::Repeated, _) | (_, Header::Repeated) => Err(Refusal::ReportAmbiguous),
            (Header::Absent, _) | (_, Header::Absent) => Err(Refusal::ReportIncomplete),
        }
    }

    /// A request of this method and target (RFC 9112 §3.2.1). What follows a `?` is not looked at.
    ///
    /// # Errors
    /// [`Refusal::ReportMalformed`] when the method is no token (RFC 9110 §9.1). A bad path is the
    /// caller's doing, not the proxy's, and is told later.
    pub fn new(method: &'a [u8], target: &'a [u8]) -> Result<Self, Refusal> {
        let length = 1..=LONGEST_METHOD;
        let method = std::str::from_utf8(method)
            .ok()
            .filter(|method| length.contains(&method.len()) && method.bytes().all(is_token))
            .ok_or(Refusal::ReportMalformed)?;
        let path = std::str::from_utf8(target)
            .map_err(|_| PathRefusal::Character)
            .and_then(RequestPath::parse);
        Ok(Self { method, path })
    }
}

impl<'a> EnvoyTarget<'a> {
    /// Reads `<audience>/<original path>`, where the audience is percent-encoded so that it is one
    /// segment, or `-` for none.
    ///
    /// # Errors
    /// [`Refusal::ParametersMalformed`] when the audience is none: the prefix is the operator's.
    pub fn parse(rest: &'a str) -> Result<Self, Refusal> {
        let end = rest.find('/').ok_or(Refusal::ParametersMalformed)?;
        let (audience, path) = rest.split_at(end);
        let audience = match audience {
            NO_AUDIENCE => None,
            encoded => {
                let id = decoded(encoded).and_then(|text| Id::parse(&text).ok());
                Some(id.ok_or(Refusal::ParametersMalformed)?)
            }
        };
        Ok(Self { audience, path })
    }
}

/// The organization that a caller wants to act in: the value of `X-Target-Org-Id`, if there is one.
///
/// # Errors
/// [`Refusal::ActingOrganizationMalformed`].
pub fn target_organization(header: Header<'_>) -> Result<Option<Id<Organization>>, Refusal> {
    match header {
        Header::Absent => Ok(None),
        Header::Once(value) => std::str::from_utf8(value)
            .ok()
            .and_then(|text| Id::parse(text).ok())
            .map(Some)
            .ok_or(Refusal::ActingOrganizationMalformed),
        Header::Repeated => Err(Refusal::ActingOrganizationMalformed),
    }
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn once(text: &str) -> Header<'_> {
        Header::Once(text.as_bytes())
    }

    fn nginx() -> Report<'static> {
        Report {
            original_method: once("POST"),
            original_uri: once("/invoices?page=2"),
            ..Report::default()
        }
    }

    fn traefik() -> Report<'static> {
        Report {
            forwarded_method: once("GET"),
            forwarded_uri: once("/invoices/7"),
            ..Report::default()
        }
    }

    fn read(report: Report<'_>) -> Result<(&str, &str), Refusal> {
        let original = OriginalRequest::reported(report)?;
        Ok((original.method, original.path.unwrap().as_str()))
    }

    #[test]
    fn either_family_says_method_and_path() {
        assert_eq!(read(nginx()), Ok(("POST", "/invoices")));
        assert_eq!(read(traefik()), Ok(("GET", "/invoices/7")));
    }

    #[test]
    fn two_families_at_once_are_refused() {
        for both in [
            Report {
                forwarded_uri: once("/other"),
                ..nginx()
            },
            Report {
                forwarded_method: Header::Repeated,
                ..nginx()
            },
            Report {
                original_method: once(""),
                ..traefik()
            },
        ] {
            assert_eq!(read(both), Err(Refusal::ReportAmbiguous), "{both:?}");
        }
    }

    #[test]
    fn half_a_family_and_none_are_refused() {
        for half in [
            Report::default(),
            Report {
                original_uri: Header::Absent,
                ..nginx()
            },
            Report {
                forwarded_method: Header::Absent,
                ..traefik()
            },
            // One header of each.
            Report {
                original_method: once("GET"),
                ..Report::default()
            },
        ] {
            assert_eq!(read(half), Err(Refusal::ReportIncomplete), "{half:?}");
        }
    }

    #[test]
    fn a_header_that_stands_twice_is_refused() {
        for twice in [
            Report {
                original_method: Header::Repeated,
                ..nginx()
            },
            Report {
                forwarded_uri: Header::Repeated,
                ..traefik()
            },
            Report {
                original_uri: Header::Repeated,
                ..Report::default()
            },
        ] {
            assert_eq!(read(twice), Err(Refusal::ReportAmbiguous), "{twice:?}");
        }
    }

    #[test]
    fn a_method_is_a_token() {
        let long = "A".repeat(LONGEST_METHOD + 1);
        for method in ["", "GET POST", "GET,", "G\u{e9}T", "GET\t", &long] {
            let report = Report {
                original_method: once(method),
                ..nginx()
            };
            assert_eq!(read(report), Err(Refusal::ReportMalformed), "{method:?}");
        }
        assert_eq!(
            OriginalRequest::new(b"M-SEARCH", b"/").unwrap().method,
            "M-SEARCH"
        );
    }

    #[test]
    fn a_bad_path_is_told_later() {
        for (target, refusal) in [
            (&b"/a/../b"[..], PathRefusal::DotSegment),
            (b"/a\xff", PathRefusal::Character),
            (b"http://api.example/a", PathRefusal::NotAbsolute),
            (b"", PathRefusal::NotAbsolute),
        ] {
            let original = OriginalRequest::new(b"GET", target).unwrap();
            assert_eq!(original.path, Err(refusal));
        }
    }

    #[test]
    fn the_path_of_envoy_has_the_audience_before_the_original_path() {
        for (rest, audience, path) in [
            ("-/invoices/7", None, "/invoices/7"),
            ("-/", None, "/"),
            ("invoices/a%2Fb//", Some("invoices"), "/a%2Fb//"),
            (
                "https%3A%2F%2Fapi.example/a",
                Some("https://api.example"),
                "/a",
            ),
            (
                "https%3a%2f%2fapi.example/-/a",
                Some("https://api.example"),
                "/-/a",
            ),
        ] {
            let target = EnvoyTarget::parse(rest).unwrap();
            let audience = audience.map(|text| Id::parse(text).unwrap());
            assert_eq!(target, EnvoyTarget { audience, path }, "{rest}");
        }
        for rest in ["", "-", "/a", "a%/b", "a%zz/b", "a%20b/c", "%ff/c"] {
            let refused = EnvoyTarget::parse(rest);
            assert_eq!(refused, Err(Refusal::ParametersMalformed), "{rest}");
        }
    }

    #[test]
    fn the_target_organization_is_one_identifier() {
        assert_eq!(target_organization(Header::Absent), Ok(None));
        let globex = target_organization(once("globex")).unwrap().unwrap();
        assert_eq!(globex.as_str(), "globex");
        let long = "a".repeat(crate::id::LONGEST + 1);
        for header in [
            Header::Repeated,
            once(""),
            once("acme,globex"),
            once("acme globex"),
            once("acm\u{e9}"),
            once(&long),
            Header::Once(b"\xff"),
        ] {
            let refused = Err(Refusal::ActingOrganizationMalformed);
            assert_eq!(target_organization(header), refused, "{header:?}");
        }
    }
}
