//! What the browser carries back to the client: OIDC Core §3.1.2.5, §3.2.2.5, §3.3.2.5.

use symbolon_testkit::{Attempt, Callback, ResponseMode};

use crate::check::{entropy, error_response};
use crate::run::Run;

/// Checks that an answer is a success, travels as it has to, and has all that the response type asks
/// for.
pub(crate) fn is_success(run: &Run, attempt: &Attempt, callback: &Callback) {
    assert_eq!(callback.error(), "", "{callback:?}");
    travels(run, attempt, callback);
    for (part, name) in [
        ("code", "code"),
        ("id_token", "id_token"),
        ("token", "access_token"),
        ("token", "token_type"),
    ] {
        let there = callback.parameter(name).is_some();
        assert_eq!(there, run.asks_for(part), "{name} in {callback:?}");
    }
    if run.asks_for("token") {
        let kind = callback.parameter("token_type").unwrap_or_default();
        assert!(kind.eq_ignore_ascii_case("Bearer"), "{callback:?}");
        let lifetime = callback.parameter("expires_in");
        run.recommend(
            lifetime.is_some(),
            "no expires_in beside the access token of the authorization response",
        );
        assert!(
            lifetime.is_none_or(|seconds| seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0)),
            "{callback:?}"
        );
        let token = callback.parameter("access_token").unwrap_or_default();
        entropy::check("the access token", token, 96.0);
    }
}

/// Checks that an answer is an error and nothing else, and returns its code.
pub(crate) fn is_error(run: &Run, attempt: &Attempt, callback: &Callback) -> String {
    travels(run, attempt, callback);
    for (name, value) in &callback.parameters {
        let known = ["error", "error_description", "error_uri", "state", "iss"];
        run.recommend(
            known.contains(&name.as_str()),
            format!("{name} in an error response"),
        );
        let token = ["code", "access_token", "id_token"].contains(&name.as_str());
        assert!(!token, "{name} in an error: {callback:?}");
        if name == "error_description" {
            error_response::legible(value);
        }
    }
    assert!(!callback.error().is_empty(), "no error: {callback:?}");
    callback.error().to_owned()
}

/// Checks that an answer comes to the redirect URI, in the way that the response type and mode say.
fn travels(run: &Run, attempt: &Attempt, callback: &Callback) {
    let mode = if attempt.parameter("response_mode").as_deref() == Some("form_post") {
        ResponseMode::FormPost
    } else if run.variant.response_type == "code" {
        ResponseMode::Query
    } else {
        ResponseMode::Fragment
    };
    // Without a response_type nothing says that the answer belongs into the fragment.
    if attempt.parameter("response_type").is_some() {
        assert_eq!(callback.mode, mode, "{callback:?}");
    }
    let registered = attempt.parameter("redirect_uri").unwrap_or_default();
    let mut url = callback.url.clone();
    if callback.mode == ResponseMode::Query {
        let own = url
            .query_pairs()
            .into_owned()
            .filter(|pair| !callback.parameters.contains(pair));
        let own: Vec<_> = own.collect();
        url.set_query(None);
        if !own.is_empty() {
            url.query_pairs_mut().extend_pairs(own);
        }
    }
    let registered = registered.split('?').next().unwrap_or_default();
    let arrived = url.as_str().split('?').next().unwrap_or_default();
    assert_eq!(arrived, registered, "{callback:?}");
}
