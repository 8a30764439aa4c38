//! Types: declared with their API, announced, and taken away.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Person, RelyingParty, http, on_both_databases};

use super::{BANK, granted, on, party, payment, redeem, state};
use crate::support::{ALICE, apply, eventually, personal_token, run};

async fn announced(issuer: &str) -> Value {
    let known = RelyingParty::demo_web(issuer).await.metadata;
    known["authorization_details_types_supported"].clone()
}

on_both_databases! {
    async fn what_an_api_declares_is_announced_while_it_does(backend) {
        let database = backend.url();
        let server = on(&database, &state());
        assert_eq!(announced(server.issuer()).await, json!(["payment", "files"]));
        let token = personal_token(&database, "admin", &[]);
        let bank = url::form_urlencoded::byte_serialize(BANK.as_bytes()).collect::<String>();
        let url = server.at(&format!("/admin/v1/apis/{bank}"));
        let stored = Answer::to(http().get(&url).bearer_auth(&token)).await;
        assert_eq!(stored.json["authorization_details"][0]["type"], "payment", "{stored:?}");
        let trusted = party(&server, "trusted").await;
        let details = json!([payment(1)]);
        let attempt = trusted.authorize_url(&[("authorization_details", &details.to_string())]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let verifier = [("code_verifier", &*attempt.verifier)];
        let answer = redeem(&trusted, ("code", callback.code()), &verifier).await;
        assert_eq!(granted(&trusted, &answer).await, details);

        let patch = |body: Value| {
            http()
                .patch(&url)
                .bearer_auth(&token)
                .header("if-match", stored.header("etag"))
                .header("content-type", "application/merge-patch+json")
                .body(body.to_string())
        };
        let wrong = json!({"authorization_details": [{"type": "a b", "title": "x"}]});
        assert_eq!(Answer::to(patch(wrong)).await.status, 422);
        let changed = Answer::to(patch(json!({"authorization_details": []}))).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        eventually("it is announced no more", async || {
            announced(server.issuer()).await == json!(["files"])
        })
        .await;
        // What nobody declares any more falls away.
        let refreshed = trusted.refresh(answer.tokens().refresh_token()).await;
        assert_eq!(granted(&trusted, &refreshed).await, Value::Null);
        let exported = run(&["export", "--database", &database]);
        assert!(exported.contains("read some files"), "{exported}");
        assert!(apply(&database, &exported).contains("Nothing to change"));
    }
}
