//! The modules of RP-Initiated Logout; in [`told`] those of what clients learn of it.

pub(crate) mod told;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{Callback, Page, Step, jwt_header, jwt_payload};

use crate::check::discovery;
use crate::flow::{Answered, Flow};
use crate::outcome::Outcome;
use crate::run::Run;

/// Where the client has people sent to afterwards.
pub(crate) const AFTERWARDS: &str = "https://rp.example/signed-out";

pub(crate) const STATE: &str = "a-state-of-the-client";

/// The discovery document names the endpoint.
pub(crate) async fn verification(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let metadata = discovery::check(run, &flow.party).await;
    assert!(metadata["end_session_endpoint"].is_string());
    Outcome::Passed
}

/// With a hint, an address and a state: the browser is sent there, and the session has ended.
pub(crate) async fn happy(run: &Run) -> Outcome {
    let (flow, answered) = signed_in(run).await;
    let hint = &answered.id_token().text;
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", AFTERWARDS),
        ("state", STATE),
    ];
    let callback = sign_out(&flow, &asked).await.callback();
    returned(run, &callback, Some(STATE));
    is_signed_out(&flow).await;
    Outcome::Passed
}

/// No state is sent, and none comes back.
pub(crate) async fn no_state(run: &Run) -> Outcome {
    let (flow, answered) = signed_in(run).await;
    let hint = &answered.id_token().text;
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", AFTERWARDS),
    ];
    let callback = sign_out(&flow, &asked).await.callback();
    returned(run, &callback, None);
    is_signed_out(&flow).await;
    Outcome::Passed
}

/// An address that is not registered.
pub(crate) async fn bad_post_logout_redirect_uri(run: &Run) -> Outcome {
    stays(run, "https://rp.example/elsewhere", Hint::Own).await
}

/// A query is added to the registered address.
pub(crate) async fn query_added(run: &Run) -> Outcome {
    stays(run, "https://rp.example/signed-out?foo=bar", Hint::Own).await
}

/// The hint is rewritten as one that nobody signed.
pub(crate) async fn modified_hint(run: &Run) -> Outcome {
    stays(run, AFTERWARDS, Hint::Unsigned).await
}

/// The hint is signed by somebody else.
pub(crate) async fn bad_hint(run: &Run) -> Outcome {
    stays(run, AFTERWARDS, Hint::Foreign).await
}

/// There is an address, and nothing says whose it is.
pub(crate) async fn no_hint(run: &Run) -> Outcome {
    stays(run, AFTERWARDS, Hint::Absent).await
}

/// The bare endpoint.
pub(crate) async fn no_parameters(run: &Run) -> Outcome {
    let (flow, _) = signed_in(run).await;
    ends_at_a_page(&flow, &[]).await
}

/// A hint alone.
pub(crate) async fn no_post_logout_redirect_uri(run: &Run) -> Outcome {
    let (flow, answered) = signed_in(run).await;
    ends_at_a_page(&flow, &[("id_token_hint", &answered.id_token().text)]).await
}

/// A state alone.
pub(crate) async fn only_state(run: &Run) -> Outcome {
    let (flow, _) = signed_in(run).await;
    ends_at_a_page(&flow, &[("state", STATE)]).await
}

/// The hint of a request that must not lead to the client.
enum Hint {
    Own,
    Unsigned,
    Foreign,
    Absent,
}

/// Whatever the person answers, the browser is not sent to the client.
async fn stays(run: &Run, address: &str, hint: Hint) -> Outcome {
    let (flow, answered) = signed_in(run).await;
    let own = &answered.id_token().text;
    let hint = match hint {
        Hint::Own => Some(own.clone()),
        Hint::Unsigned => {
            let header = URL_SAFE_NO_PAD.encode(json!({"alg": "none"}).to_string());
            let claims = own.split('.').nth(1).unwrap_or_default();
            Some(format!("{header}.{claims}."))
        }
        Hint::Foreign => Some(forged(own)),
        Hint::Absent => None,
    };
    let mut asked = vec![("post_logout_redirect_uri", address), ("state", STATE)];
    if let Some(hint) = &hint {
        asked.push(("id_token_hint", hint));
    }
    let page = sign_out(&flow, &asked).await.page();
    assert!(!page.words().is_empty(), "an empty page");
    Outcome::Passed
}

/// The same claims under the same key name, by a key of our own.
fn forged(token: &str) -> String {
    let key = SigningKey::generate(Algorithm::RS256).expect("a key");
    let signed = key.sign("JWT", &jwt_payload(token)).expect("a token");
    let header = URL_SAFE_NO_PAD.encode(jwt_header(token).to_string());
    let rest = signed.split_once('.').map(|(_, rest)| rest);
    // The signature is of another header, which makes no difference: no key of the server made it.
    format!("{header}.{}", rest.unwrap_or_default())
}

/// The person is signed out, and a page says so.
async fn ends_at_a_page(flow: &Flow<'_>, asked: &[(&str, &str)]) -> Outcome {
    let page = sign_out(flow, asked).await.page();
    assert!(page.status.is_success(), "{page:?}");
    let words = page.words().to_lowercase();
    assert!(words.contains("signed out"), "{words}");
    is_signed_out(flow).await;
    Outcome::Passed
}

async fn signed_in(run: &Run) -> (Flow<'_>, Answered) {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[]).await;
    (flow, answered)
}

/// Goes to the endpoint, and agrees where the person is asked.
pub(crate) async fn sign_out(flow: &Flow<'_>, asked: &[(&str, &str)]) -> Step {
    let url = flow.party.end_session_url(asked);
    let step = flow.browser.get(&url).await;
    let Step::Page(page) = &step else { return step };
    match question(page) {
        Some(form) => {
            flow.browser
                .submit(&form, &[("decision", "sign_out")])
                .await
        }
        None => step,
    }
}

fn question(page: &Page) -> Option<symbolon_testkit::Form> {
    page.forms()
        .into_iter()
        .find(|form| form.buttons.iter().any(|button| button.value == "sign_out"))
}

/// The browser is sent to the client, with the state and nothing else.
pub(crate) fn returned(run: &Run, callback: &Callback, state: Option<&str>) {
    let mut url = callback.url.clone();
    url.set_query(None);
    assert_eq!(url.as_str(), AFTERWARDS, "{callback:?}");
    assert_eq!(callback.parameter("state"), state, "{callback:?}");
    for (name, _) in &callback.parameters {
        run.recommend(name == "state", format!("{name} after signing out"));
    }
}

/// The session has ended.
pub(crate) async fn is_signed_out(flow: &Flow<'_>) {
    let error = flow.error(&flow.attempt(&[("prompt", "none")])).await;
    assert_eq!(error, "login_required");
}
