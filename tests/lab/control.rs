//! The control API.

use serde_json::json;
use symbolon_testkit::http;

use crate::support::{Lab, answer, authorize_url, flow, redeem};

#[tokio::test]
async fn tokens_and_sessions_end_by_the_clock_of_the_lab() {
    let lab = Lab::start(&[]);
    let before = flow(&lab.url).await;
    let url = format!("{}/oidc/v1/userinfo", lab.url);
    let access = before.token["access_token"].as_str().unwrap();
    let live = async || answer(http().get(&url).bearer_auth(access)).await.0;
    assert_eq!(live().await, 200);
    // Two years: past every lifetime, keys and cookies too.
    lab.done("PUT", "/clock", json!({ "forward": 63_072_000 }))
        .await;
    assert_eq!(live().await, 401);
    let after = flow(&lab.url).await;
    let issued = |flow: &crate::support::Flow| flow.claims()["iat"].as_i64().unwrap();
    assert!(issued(&after) - issued(&before) >= 63_072_000);
    lab.done("PUT", "/clock", json!({ "frozen": true })).await;
    let (one, other) = (flow(&lab.url).await, flow(&lab.url).await);
    assert_eq!(issued(&one), issued(&other));
    let (status, _) = lab
        .control("PUT", "/clock", json!({ "forward": i64::MAX }))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn requests_are_captured_and_waited_for() {
    let lab = Lab::start(&[]);
    let waiting = lab.done(
        "GET",
        "/requests?endpoint=token&count=1&wait=20",
        json!(null),
    );
    let (captured, _) = tokio::join!(waiting, flow(&lab.url));
    let requests = captured["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "{captured}");
    assert_eq!(requests[0]["client"], "demo-web");
    assert_eq!(requests[0]["status"], 200);
}

#[tokio::test]
async fn a_snapshot_brings_back_what_was_changed() {
    let lab = Lab::start(&[]);
    let number = lab.done("POST", "/snapshots", json!(null)).await["snapshot"].clone();
    let carol = json!({ "users": [
        { "username": "carol", "organization": "acme", "profile": { "name": "Carol" } },
    ] });
    lab.done("PATCH", "/state", carol).await;
    let url = authorize_url(&lab.url, "demo-web", &[("login_hint", "carol")]);
    let callback = symbolon_testkit::Person::new().get(&url).await.callback();
    assert_eq!(redeem(&lab.url, "demo-web", callback.code()).await.0, 200);
    lab.done("POST", &format!("/snapshots/{number}/restore"), json!(null))
        .await;
    let page = symbolon_testkit::Person::new().get(&url).await.page();
    assert!(
        !page.body.contains("value=\"carol\">carol"),
        "{}",
        page.body
    );
    assert_eq!(flow(&lab.url).await.token_status, 200);
}

#[tokio::test]
async fn keys_rotate_at_once_and_tokens_are_minted() {
    let lab = Lab::start(&[]);
    let before = flow(&lab.url).await.id_token().0;
    lab.done("POST", "/keys/rotate", json!(null)).await;
    let after = flow(&lab.url).await;
    assert_ne!(before["kid"], after.id_token().0["kid"]);
    assert!(
        after.keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key["kid"] == before["kid"])
    );
    let minted = json!({ "claims": { "sub": "x", "exp": null } });
    let token = lab.done("POST", "/tokens", minted).await;
    assert!(token["token"].as_str().unwrap().starts_with("ey"));
}

#[tokio::test]
async fn the_sessions_of_a_person_can_be_ended() {
    let lab = Lab::start(&[]);
    let flow = flow(&lab.url).await;
    lab.done("DELETE", "/people/alice/sessions", json!(null))
        .await;
    let url = format!("{}/oidc/v1/userinfo", lab.url);
    let access = flow.token["access_token"].as_str().unwrap();
    assert_eq!(answer(http().get(url).bearer_auth(access)).await.0, 401);
}

#[tokio::test]
async fn no_web_page_can_call_it() {
    let lab = Lab::start(&[]);
    let url = format!("{}/lab/v1/clock", lab.url);
    let of_a_page = http().get(&url).header("origin", "https://evil.example");
    assert_eq!(answer(of_a_page).await.0, 403);
    let rebound = http().get(&url).header("host", "evil.example");
    assert_eq!(answer(rebound).await.0, 403);
}

#[tokio::test]
async fn what_the_document_describes_is_there() {
    let lab = Lab::start(&[]);
    let document = lab.done("GET", "/openapi.json", json!(null)).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path.replace("{name}", "1");
            let (_, answer) = lab
                .control(&method.to_uppercase(), &path, json!(null))
                .await;
            assert_ne!(
                answer["error"], "see /lab/v1/openapi.json",
                "{method} {path}"
            );
        }
    }
}
