//! What clients learn of the end of a session: over the back channel, in a frame, or when they ask.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_testkit::{Page, Step, eventually, jwt_header, jwt_payload, now};

use crate::check::discovery;
use crate::dynamic::register;
use crate::flow::{Answered, Flow};
use crate::logout::{AFTERWARDS, STATE, is_signed_out, returned, sign_out};
use crate::outcome::Outcome;
use crate::run::Run;

/// The one event of a logout token: Back-Channel Logout §2.4.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

pub(crate) async fn back_channel_verification(run: &Run) -> Outcome {
    let names = [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ];
    verification(run, &names).await
}

pub(crate) async fn front_channel_verification(run: &Run) -> Outcome {
    let names = [
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ];
    verification(run, &names).await
}

/// The discovery document says so.
async fn verification(run: &Run, names: &[&str]) -> Outcome {
    if let Some(skipped) = without(run, names[0]).await {
        return skipped;
    }
    let flow = Flow::new(run).await;
    let metadata = discovery::check(run, &flow.party).await;
    for name in names {
        assert_eq!(metadata[*name], true, "{name}");
    }
    assert!(metadata["end_session_endpoint"].is_string());
    Outcome::Passed
}

pub(crate) async fn session_management_verification(run: &Run) -> Outcome {
    if let Some(skipped) = without(run, "check_session_iframe").await {
        return skipped;
    }
    let flow = Flow::new(run).await;
    let metadata = discovery::check(run, &flow.party).await;
    assert!(metadata["check_session_iframe"].is_string());
    assert!(metadata["end_session_endpoint"].is_string());
    Outcome::Passed
}

/// The client is sent a logout token, and the browser is sent back.
pub(crate) async fn back_channel(run: &Run) -> Outcome {
    if let Some(skipped) = without(run, "backchannel_logout_supported").await {
        return skipped;
    }
    let site = run.provider.place.site();
    let address = site.serve("/logout", "text/plain", b"");
    let more = json!({
        "post_logout_redirect_uris": [AFTERWARDS],
        "backchannel_logout_uri": address,
        "backchannel_logout_session_required": true,
    });
    let client = register(run, &more).await;
    let answered = client.flow.happy(&[]).await;
    let callback = leave(&client.flow, &answered).await.callback();
    returned(run, &callback, Some(STATE));
    let told = async || !site.received().is_empty();
    eventually("the client is told", told).await;
    let body = site.received().remove(0).body;
    let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let [(name, token)] = &form[..] else {
        panic!("not one field: {body}")
    };
    assert_eq!(name, "logout_token");
    client.flow.party.verify(token).await;
    logout_token(run, &client.flow, token, &answered);
    is_signed_out(&client.flow).await;
    client.end().await;
    Outcome::Passed
}

/// Back-Channel Logout §2.6.
fn logout_token(run: &Run, flow: &Flow<'_>, token: &str, answered: &Answered) {
    let (header, claims) = (jwt_header(token), jwt_payload(token));
    assert_ne!(header["alg"], "none");
    assert_eq!(claims["iss"], run.provider.server.issuer());
    assert_eq!(claims["aud"], flow.party.client_id.as_str());
    let issued = claims["iat"].as_i64().expect("iat");
    assert!((now() - issued).abs() < 300, "{claims}");
    assert!(claims["jti"].is_string(), "{claims}");
    assert_eq!(claims["events"], json!({EVENT: {}}), "{claims}");
    assert!(claims["nonce"].is_null(), "{claims}");
    assert!(
        claims["sub"].is_string() || claims["sid"].is_string(),
        "{claims}"
    );
    for name in ["sub", "sid"] {
        if !claims[name].is_null() {
            assert_eq!(&claims[name], answered.claim(name), "{name}");
        }
    }
}

/// The client's address is loaded in a frame, and the browser goes on.
pub(crate) async fn front_channel(run: &Run) -> Outcome {
    if let Some(skipped) = without(run, "frontchannel_logout_supported").await {
        return skipped;
    }
    let frame = "https://rp.example/frame";
    let more = json!({
        "post_logout_redirect_uris": [AFTERWARDS],
        "frontchannel_logout_uri": frame,
        "frontchannel_logout_session_required": true,
    });
    let client = register(run, &more).await;
    let answered = client.flow.happy(&[]).await;
    let page = match leave(&client.flow, &answered).await {
        Step::Page(page) => page,
        Step::Callback(callback) => panic!("nothing was loaded: {callback:?}"),
    };
    let frames: Vec<_> = attributes(&page, "<iframe", "src")
        .into_iter()
        .filter(|source| source.starts_with(frame))
        .collect();
    let [source] = &frames[..] else {
        panic!("not one frame of the client: {page:?}")
    };
    let source = url::Url::parse(source).expect("an address");
    let mut asked: Vec<_> = source.query_pairs().into_owned().collect();
    asked.sort();
    let sid = answered.claim("sid").as_str().expect("a sid").to_owned();
    let issuer = run.provider.server.issuer().to_owned();
    assert_eq!(asked, [("iss".to_owned(), issuer), ("sid".to_owned(), sid)]);
    let onward = format!("{AFTERWARDS}?state={STATE}");
    let links = attributes(&page, "<a", "href");
    assert!(links.contains(&onward), "no way on to {onward}: {links:?}");
    is_signed_out(&client.flow).await;
    client.end().await;
    Outcome::Passed
}

/// The frame of the server says that nothing has changed, and after signing out that it has.
///
/// What its script does is done here in its place.
pub(crate) async fn session_management(run: &Run) -> Outcome {
    if let Some(skipped) = without(run, "check_session_iframe").await {
        return skipped;
    }
    let client = register(run, &json!({"post_logout_redirect_uris": [AFTERWARDS]})).await;
    let answered = client.flow.happy(&[]).await;
    let state = answered
        .callback
        .parameter("session_state")
        .expect("a session_state")
        .to_owned();
    assert_eq!(says(&client.flow, &state).await, "unchanged");
    let callback = leave(&client.flow, &answered).await.callback();
    returned(run, &callback, Some(STATE));
    assert_eq!(says(&client.flow, &state).await, "changed");
    is_signed_out(&client.flow).await;
    client.end().await;
    Outcome::Passed
}

/// What the frame answers to the client's page.
async fn says(flow: &Flow<'_>, state: &str) -> &'static str {
    let frame = flow.party.endpoint("check_session_iframe");
    let page = flow
        .browser
        .send(flow.browser.http().get(frame.clone()))
        .await;
    assert_eq!(page.status.as_u16(), 200, "{page:?}");
    let name = attributes(&page, "<", "data-cookie");
    let cookies = flow.browser.cookies(&frame);
    let Some((_, own)) = cookies.iter().find(|(cookie, _)| name.contains(cookie)) else {
        return "changed";
    };
    let (_, salt) = state.split_once('.').expect("a salt");
    let text = format!("{} https://rp.example {own} {salt}", flow.party.client_id);
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
    match format!("{digest}.{salt}") == state {
        true => "unchanged",
        false => "changed",
    }
}

/// Signs out with all that belongs to it.
async fn leave(flow: &Flow<'_>, answered: &Answered) -> Step {
    let asked = [
        ("id_token_hint", answered.id_token().text.as_str()),
        ("post_logout_redirect_uri", AFTERWARDS),
        ("state", STATE),
    ];
    sign_out(flow, &asked).await
}

/// The values of an attribute of the elements that begin so.
fn attributes(page: &Page, element: &str, name: &str) -> Vec<String> {
    let begin = format!("{name}=\"");
    page.body
        .split(element)
        .skip(1)
        .filter_map(|rest| {
            rest.split('>')
                .next()?
                .split(&begin)
                .nth(1)?
                .split('"')
                .next()
        })
        .map(|value| value.replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}

async fn without(run: &Run, name: &str) -> Option<Outcome> {
    let metadata = run.first().await.metadata;
    let absent = matches!(metadata[name], Value::Null | Value::Bool(false));
    absent.then(|| Outcome::Skipped(format!("there is no such feature: no {name}")))
}
