//! Parameters that a request may have, and one that it must have.

use symbolon_testkit::Attempt;

use crate::check::discovery;
use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// Without a response type there is an error.
pub(crate) async fn response_type_missing(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]).without("response_type");
    if let Some(error) = flow.error_or_page(&attempt).await {
        let expected = ["unsupported_response_type", "invalid_request"];
        assert!(expected.contains(&error.as_str()), "{error}");
    }
    Outcome::Passed
}

/// Scopes and parameters come in another order.
pub(crate) async fn alternate_happy_flow(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[("scope", "phone address email profile openid")]);
    let reversed = reversed(attempt);
    let answered = flow.walk(&reversed).await;
    flow.userinfo(&answered).await;
    Outcome::Passed
}

pub(crate) async fn display_page(run: &Run) -> Outcome {
    succeeds(run, "display", "page").await
}

pub(crate) async fn display_popup(run: &Run) -> Outcome {
    succeeds(run, "display", "popup").await
}

pub(crate) async fn unknown(run: &Run) -> Outcome {
    succeeds(run, "extra", "foobar").await
}

pub(crate) async fn login_hint(run: &Run) -> Outcome {
    succeeds(run, "login_hint", "buffy@127.0.0.1").await
}

pub(crate) async fn ui_locales(run: &Run) -> Outcome {
    succeeds(run, "ui_locales", "se").await
}

pub(crate) async fn claims_locales(run: &Run) -> Outcome {
    succeeds(run, "claims_locales", "se").await
}

/// A wish for an authentication context does no harm, and one that is supported is fulfilled.
pub(crate) async fn acr_values(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let supported = discovery::list(&flow.party.metadata, "acr_values_supported");
    let wish = match supported[..] {
        [] => "1 2".to_owned(),
        _ => supported.join(" "),
    };
    let answered = flow.happy(&[("acr_values", &wish)]).await;
    let acr = answered.claim("acr").as_str().unwrap_or_default();
    run.recommend(
        wish.split(' ').any(|wanted| wanted == acr),
        format!("acr is {acr:?}, not one of {wish:?}"),
    );
    Outcome::Passed
}

/// The request comes as a form that is posted.
pub(crate) async fn post(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]);
    let pairs: Vec<_> = attempt.url.query_pairs().into_owned().collect();
    let mut action = attempt.url.clone();
    action.set_query(None);
    let form = symbolon_testkit::Form {
        action,
        method: "POST".to_owned(),
        hidden: pairs,
        inputs: Vec::new(),
        buttons: Vec::new(),
    };
    let page = flow.browser.submit(&form, &[]).await.page();
    let answered = flow.go_on(&attempt, page).await;
    flow.userinfo(&answered).await;
    Outcome::Passed
}

/// It works with this parameter as without it.
async fn succeeds(run: &Run, name: &str, value: &str) -> Outcome {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[(name, value)]).await;
    flow.userinfo(&answered).await;
    Outcome::Passed
}

fn reversed(mut attempt: Attempt) -> Attempt {
    let mut pairs: Vec<_> = attempt.url.query_pairs().into_owned().collect();
    pairs.reverse();
    attempt.url.query_pairs_mut().clear().extend_pairs(pairs);
    attempt
}
