//! What a request says: which token, which organization, which path.

use http::{HeaderMap, header, request::Parts};
use symbolon_core::{id::Id, organization::Organization};

use crate::{certificate::ClientCertificate, refusal::Refusal};

/// The header that names the organization to act in.
const TARGET_ORGANIZATION: &str = "x-target-org-id";

/// A request that can be decided about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its token.
    pub token: &'a str,
    /// The certificate that its sender has shown, if the host says so.
    pub certificate: Option<&'a ClientCertificate>,
    /// The organization it names.
    pub target: Option<&'a str>,
    /// Its method.
    pub method: &'a str,
    /// Its path, and its query.
    pub path: &'a str,
}

impl<'a> Asked<'a> {
    /// Reads the head of a request.
    ///
    /// # Errors
    /// [`Refusal`] of a head that says something twice, or not as it should.
    pub fn read(parts: &'a Parts) -> Result<Self, Refusal> {
        let token = token(&parts.headers)?;
        let target = target(&parts.headers)?;
        let path = parts.uri.path_and_query();
        Ok(Self {
            token,
            certificate: parts.extensions.get(),
            target,
            method: parts.method.as_str(),
            // A request in asterisk or authority form has none, and no endpoint.
            path: path.map_or("", |path| path.as_str()),
        })
    }
}

/// The token, from the `Authorization` header alone (requirement A2.11).
fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let only = all.next().ok_or(Refusal::TokenMissing)?;
    if all.next().is_some() {
        return Err(Refusal::AuthorizationMalformed);
    }
    // RFC 6750 §2.1: b64token.
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let text = only.to_str().ok();
    let token = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token)
        .filter(|token| !token.is_empty() && token.bytes().all(permitted));
    token.ok_or(Refusal::AuthorizationMalformed)
}

fn target(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut all = headers.get_all(TARGET_ORGANIZATION).iter();
    let Some(only) = all.next() else {
        return Ok(None);
    };
    if all.next().is_some() {
        return Err(Refusal::OrganizationRepeated);
    }
    let text = only.to_str().map_err(|_| Refusal::OrganizationMalformed)?;
    Ok(Some(text))
}

/// The organization that a request names, else the caller's own.
///
/// # Errors
/// [`Refusal::OrganizationMalformed`].
pub fn acting(target: Option<&str>, home: &Id<Organization>) -> Result<Id<Organization>, Refusal> {
    match target {
        None => Ok(home.clone()),
        Some(text) => Id::parse(text).map_err(|_| Refusal::OrganizationMalformed),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use http::Request;

    use super::*;

    fn read(headers: &[(&str, &[u8])]) -> Result<(String, Option<String>), Refusal> {
        let mut request = Request::get("/a?b=c");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let asked = Asked::read(&parts)?;
        assert_eq!((asked.method, asked.path), ("GET", "/a?b=c"));
        Ok((asked.token.to_owned(), asked.target.map(str::to_owned)))
    }

    #[test]
    fn a_token_is_in_one_authorization_header() {
        let read = |values: &[&str]| {
            let headers: Vec<_> = values
                .iter()
                .map(|value| ("authorization", value.as_bytes()))
                .collect();
            read(&headers).map(|(token, _)| token)
        };
        assert_eq!(read(&["Bearer a.b-c_~+/="]).unwrap(), "a.b-c_~+/=");
        assert_eq!(read(&["bEARER a"]).unwrap(), "a");
        assert_eq!(read(&[]), Err(Refusal::TokenMissing));
        for wrong in [
            &["Bearer a", "Bearer a"][..],
            &["Bearer"],
            &["Bearer "],
            &["Bearer  a"],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Basic YTpi"],
            &["a"],
            &[""],
        ] {
            assert_eq!(
                read(wrong),
                Err(Refusal::AuthorizationMalformed),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn an_organization_is_named_once() {
        let token = ("authorization", &b"Bearer a"[..]);
        let one = ("X-Target-Org-Id", &b"globex"[..]);
        assert_eq!(read(&[token, one]).unwrap().1.unwrap(), "globex");
        assert_eq!(read(&[token, one, one]), Err(Refusal::OrganizationRepeated));
        let raw = ("X-Target-Org-Id", &b"\xff"[..]);
        assert_eq!(read(&[token, raw]), Err(Refusal::OrganizationMalformed));
        let home = Id::parse("acme").unwrap();
        let acting = |target| acting(target, &home).map(|id| id.to_string());
        assert_eq!(acting(None).unwrap(), "acme");
        assert_eq!(acting(Some("globex")).unwrap(), "globex");
        for wrong in ["", "a, b", "<a>", &"a".repeat(257)] {
            assert_eq!(acting(Some(wrong)), Err(Refusal::OrganizationMalformed));
        }
    }
}
