//! The modules of the plans whose clients register themselves: RFC 7591, OIDC Registration.

pub(crate) mod client;
pub(crate) mod keys;
pub(crate) mod redirect_uri;
pub(crate) mod request_uri;
pub(crate) mod sector;
pub(crate) mod signature;
pub(crate) mod third_party;

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{Answer, Authentication, http};

use crate::check::error_response;
use crate::flow::Flow;
use crate::run::Run;

/// A client that registered itself.
pub(crate) struct Registered<'a> {
    pub(crate) flow: Flow<'a>,
    /// What the server told of it.
    pub(crate) told: Value,
}

/// What the plan registers with: `private_key_jwt` with a key of its own.
pub(crate) fn members(run: &Run, key: &SigningKey) -> Value {
    let mut grants = vec!["authorization_code"];
    if run.asks_for("token") || run.asks_for("id_token") {
        grants.push("implicit");
    }
    json!({
        "client_name": "A client under certification",
        "redirect_uris": ["https://rp.example/callback"],
        "response_types": [run.variant.response_type],
        "grant_types": grants,
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key.public_jwk()]},
    })
}

/// A new key of a client.
pub(crate) fn new_key() -> SigningKey {
    SigningKey::generate(Algorithm::ES256).expect("a key")
}

/// Registers, with more or other members than those of the plan (null takes one away), and checks the
/// answer.
pub(crate) async fn register<'a>(run: &'a Run, more: &Value) -> Registered<'a> {
    register_with(run, new_key(), more).await
}

/// As [`register`], with this key.
pub(crate) async fn register_with<'a>(
    run: &'a Run,
    key: SigningKey,
    more: &Value,
) -> Registered<'a> {
    let members = changed(members(run, &key), more);
    let answer = ask(run, &members).await;
    assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    error_response::is_json(&answer);
    let told = answer.json;
    // RFC 7592 §3: both or neither.
    assert_eq!(
        told["registration_client_uri"].is_string(),
        told["registration_access_token"].is_string(),
        "{told}"
    );
    for (name, value) in members.as_object().into_iter().flatten() {
        assert_eq!(&told[name], value, "{name} in {told}");
    }
    let id = told["client_id"].as_str().expect("a client_id");
    let mut party = run.client(id, Authentication::Public).await;
    let redirect_uri = told["redirect_uris"][0].as_str();
    redirect_uri
        .unwrap_or_default()
        .clone_into(&mut party.redirect_uri);
    let mut flow = Flow::of(run, party);
    flow.key = Some(key);
    Registered { flow, told }
}

/// Registers and expects to be refused, with one of these codes.
pub(crate) async fn refused(run: &Run, more: &Value, codes: &[&str]) {
    let answer = ask(run, &changed(members(run, &new_key()), more)).await;
    error_response::check(&answer, 400, codes);
}

async fn ask(run: &Run, members: &Value) -> Answer {
    let party = run.first().await;
    Answer::to(
        http()
            .post(party.endpoint("registration_endpoint"))
            .json(members),
    )
    .await
}

fn changed(mut members: Value, more: &Value) -> Value {
    let all = members.as_object_mut().expect("members");
    all.extend(more.as_object().cloned().unwrap_or_default());
    all.retain(|_, value| !value.is_null());
    members
}

impl Registered<'_> {
    /// What the server tells of it now.
    pub(crate) async fn read(&self) -> Value {
        let answer = self.manage(Method::GET).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.json
    }

    /// Ends the client, as the plan does after each module.
    pub(crate) async fn end(&self) {
        let answer = self.manage(Method::DELETE).await;
        assert_eq!(answer.status.as_u16(), 204, "{answer:?}");
    }

    async fn manage(&self, method: Method) -> Answer {
        let text = |name: &str| self.told[name].as_str().unwrap_or_default().to_owned();
        let request = http().request(method, text("registration_client_uri"));
        Answer::to(request.bearer_auth(text("registration_access_token"))).await
    }
}
