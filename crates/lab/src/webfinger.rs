//! Which issuer knows a person (OpenID Connect Discovery §2). `acct:<faults>@…` and `…/test/<faults>`
//! are known to the issuer with these faults; everybody else to the one at the root.
#![doc(alias = "RFC 7033")]

use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};
use serde_json::json;

use crate::{exchange::pairs, faults, lab::Lab, layer::refuse};

/// Where it is asked.
pub(crate) const PATH: &str = "/.well-known/webfinger";

/// The kind of link that an issuer is.
const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

pub(crate) fn answer(lab: &Lab, base: &str, uri: &Uri) -> Response {
    let query = pairs(uri.query().unwrap_or_default().as_bytes());
    let resource = query.into_iter().find(|(name, _)| name == "resource");
    let Some((_, resource)) = resource else {
        let text = "RFC 7033, 4.1: resource is required";
        return refuse(StatusCode::BAD_REQUEST, text);
    };
    let issuer = match wanted(&resource) {
        // With something that is new each time, so that no client can know it beforehand.
        Some(names) => {
            let mut random = [0; 6];
            lab.ground.machine.entropy.fill(&mut random);
            let suffix: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{base}/test/{names}~{suffix}")
        }
        None => base.to_owned(),
    };
    let links = json!([{ "rel": ISSUER, "href": issuer }]);
    let body = json!({ "subject": resource, "links": links }).to_string();
    let kind = [(header::CONTENT_TYPE, "application/jrd+json")];
    (kind, body).into_response()
}

/// The faults that a resource names.
fn wanted(resource: &str) -> Option<&str> {
    let account = resource.strip_prefix("acct:");
    let account = account.and_then(|account| account.split('@').next());
    let of_url = || resource.split_once("/test/")?.1.split('/').next();
    let names = account.or_else(of_url)?;
    faults::find_all(names.split('+')).is_ok().then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_names_faults_as_an_account_or_as_a_url() {
        assert_eq!(wanted("acct:invalid-aud@127.0.0.1"), Some("invalid-aud"));
        let url = "http://127.0.0.1/test/invalid-aud+invalid-iss/alice";
        assert_eq!(wanted(url), Some("invalid-aud+invalid-iss"));
        assert_eq!(wanted("acct:alice@127.0.0.1"), None);
    }
}
