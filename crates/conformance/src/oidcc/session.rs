//! What an earlier sign-in is good for: `prompt`, `max_age`, `id_token_hint`.

use std::time::Duration;

use symbolon_testkit::now;

use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// `prompt=login` shows the sign-in page again, and the time of the sign-in is a later one.
pub(crate) async fn prompt_login(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let first = flow.happy(&[]).await;
    seconds_pass(1).await;
    let attempt = flow.attempt(&[("prompt", "login")]);
    let page = flow.page(&attempt).await;
    let second = flow.go_on(&attempt, page).await;
    assert_eq!(first.claim("sub"), second.claim("sub"));
    if !first.claim("auth_time").is_null() {
        assert!(second.auth_time() > first.auth_time(), "no later sign-in");
    }
    Outcome::Passed
}

/// `prompt=none` with nobody signed in is an error that comes to the client.
pub(crate) async fn prompt_none_not_logged_in(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let error = flow.error(&flow.attempt(&[("prompt", "none")])).await;
    let expected = [
        "login_required",
        "interaction_required",
        "account_selection_required",
        "consent_required",
    ];
    assert!(expected.contains(&error.as_str()), "{error}");
    Outcome::Passed
}

/// `prompt=none` with somebody signed in needs no page.
pub(crate) async fn prompt_none_logged_in(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let first = flow.happy(&[]).await;
    let second = flow.silent(&flow.attempt(&[("prompt", "none")])).await;
    for name in ["sub", "auth_time"] {
        assert_eq!(first.claim(name), second.claim(name), "{name}");
    }
    Outcome::Passed
}

/// `max_age=1` a moment later shows the sign-in page again, and `auth_time` says so.
pub(crate) async fn max_age_1(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let first = flow.happy(&[]).await;
    seconds_pass(2).await;
    let attempt = flow.attempt(&[("max_age", "1")]);
    let page = flow.page(&attempt).await;
    let second = flow.go_on(&attempt, page).await;
    assert_eq!(first.claim("sub"), second.claim("sub"));
    assert!(now() - second.auth_time() < 300, "not a recent sign-in");
    if !first.claim("auth_time").is_null() {
        assert!(second.auth_time() > first.auth_time(), "no later sign-in");
    }
    Outcome::Passed
}

/// A long `max_age` needs no page, and `auth_time` is told and stays.
pub(crate) async fn max_age_10000(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let first = flow.happy(&[("max_age", "15000")]).await;
    seconds_pass(1).await;
    let second = flow.silent(&flow.attempt(&[("max_age", "10000")])).await;
    assert_eq!(first.claim("sub"), second.claim("sub"));
    assert_eq!(first.auth_time(), second.auth_time());
    Outcome::Passed
}

/// The person whom a hint names is signed in: no page.
pub(crate) async fn id_token_hint(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let first = flow.happy(&[]).await;
    let hint = &first.id_token().text;
    let attempt = flow.attempt(&[("prompt", "none"), ("id_token_hint", hint)]);
    let second = flow.silent(&attempt).await;
    assert_eq!(first.claim("sub"), second.claim("sub"));
    Outcome::Passed
}

/// `auth_time` counts whole seconds: so many pass on every clock.
pub(crate) async fn seconds_pass(seconds: u64) {
    tokio::time::sleep(Duration::from_millis(1_000 * seconds + 200)).await;
}
