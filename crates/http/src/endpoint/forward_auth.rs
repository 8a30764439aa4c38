//! Forward authentication, for proxies that report the request they hold in headers: nginx
//! (`auth_request`), Traefik (`forwardAuth`), Caddy (`forward_auth`).
//!
//! Parameters: `audience` names the API, `token=jwt` asks for a token for it. They are the
//! operator's, so whatever else stands there is a mistake and refused.

use std::{borrow::Cow, sync::Arc};

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, HeaderName};
use symbolon_core::{
    forward_auth::{
        Refusal,
        report::{OriginalRequest, Report},
    },
    id::Id,
    policy::api::Api,
};
use url::form_urlencoded;

use crate::{
    admission::{self, Asking, Inquiry, header},
    provider::Provider,
};

const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
const ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// Any method: proxies ask with GET, or with that of the request they hold. A body is not read.
pub async fn any(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let asking = Asking::of(&request);
    let inquiry = inquiry(asking.headers, request.uri().query().unwrap_or_default());
    admission::answer(&provider, asking, inquiry).await
}

fn inquiry<'a>(headers: &'a HeaderMap, query: &str) -> Result<Inquiry<'a>, Refusal> {
    let (audience, token) = parameters(query)?;
    let original = OriginalRequest::reported(Report {
        original_method: header(headers, &ORIGINAL_METHOD),
        original_uri: header(headers, &ORIGINAL_URI),
        forwarded_method: header(headers, &FORWARDED_METHOD),
        forwarded_uri: header(headers, &FORWARDED_URI),
    })?;
    Ok(Inquiry {
        original,
        audience,
        token,
    })
}

fn parameters(query: &str) -> Result<(Option<Id<Api>>, bool), Refusal> {
    let (mut audience, mut token) = (None, false);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, Cow::as_ref(&value)) {
            ("audience", value) if audience.is_none() => {
                let id = Id::parse(value).map_err(|_| Refusal::ParametersMalformed)?;
                audience = Some(id);
            }
            ("token", "jwt") if !token => token = true,
            _ => return Err(Refusal::ParametersMalformed),
        }
    }
    Ok((audience, token))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_parameters_are_one_audience_and_the_wish_for_a_token() {
        let api = |text: &str| Some(Id::parse(text).unwrap());
        for (query, expected) in [
            ("", (None, false)),
            ("token=jwt", (None, true)),
            ("audience=invoices", (api("invoices"), false)),
            (
                "audience=https%3A%2F%2Fapi.example&token=jwt",
                (api("https://api.example"), true),
            ),
            (
                "token=jwt&audience=https://api.example",
                (api("https://api.example"), true),
            ),
        ] {
            assert_eq!(parameters(query), Ok(expected), "{query}");
        }
        for query in [
            "token",
            "token=",
            "token=JWT",
            "token=jwt&token=jwt",
            "audience=",
            "audience=a&audience=a",
            "audience=a%20b",
            "audience=%ff",
            "Audience=a",
            "aud=a",
        ] {
            assert_eq!(
                parameters(query),
                Err(Refusal::ParametersMalformed),
                "{query}"
            );
        }
    }
}
