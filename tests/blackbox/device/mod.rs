//! Devices without a browser (RFC 8628): the device asks, a person types its code and decides.

mod flow;
mod page;
mod race;
mod refusal;

use serde_json::Value;
use symbolon_testkit::{Answer, Page, Person, RelyingParty};

use crate::support::{ALICE, type_in};

/// The grant type of RFC 8628 §3.4.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the device was told at first.
#[derive(Clone, Debug)]
struct Waiting {
    device_code: String,
    user_code: String,
    json: Value,
}

/// A device begins to wait.
async fn begin(party: &RelyingParty, scope: &str) -> Waiting {
    let answer = party
        .post("device_authorization_endpoint", &[("scope", scope)])
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
    Waiting {
        device_code: text("device_code"),
        user_code: text("user_code"),
        json: answer.json.clone(),
    }
}

/// The device asks for its tokens.
async fn poll(party: &RelyingParty, device_code: &str) -> Answer {
    let form = [("grant_type", GRANT), ("device_code", device_code)];
    party.post("token_endpoint", &form).await
}

/// Opens the page and types a code.
async fn type_code(person: &Person, party: &RelyingParty, code: &str) -> Page {
    let url = format!("{}/device", party.metadata["issuer"].as_str().unwrap());
    let page = person.get(&url).await.page();
    person
        .submit(&page.form(), &[("user_code", code)])
        .await
        .page()
}

/// Types a code, and signs in as alice where that is asked: the page that asks for the decision.
async fn decision_page(person: &Person, party: &RelyingParty, code: &str) -> Page {
    let page = type_code(person, party, code).await;
    if page.form().asks_for("password") {
        type_in(person, &page, "alice", ALICE).await.page()
    } else {
        page
    }
}

/// Decides on a page.
async fn decide(person: &Person, page: &Page, decision: &str) -> Page {
    person
        .submit(&page.form(), &[("decision", decision)])
        .await
        .page()
}

/// Alice types the code of a device and allows it.
async fn allow(person: &Person, party: &RelyingParty, code: &str) {
    let page = decision_page(person, party, code).await;
    let done = decide(person, &page, "allow").await;
    assert_eq!(done.status, 200, "{done:?}");
    assert!(
        done.words().contains("Your device is connected"),
        "{done:?}"
    );
}
