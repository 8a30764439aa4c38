//! Rich authorization requests (RFC 9396).

mod declared;
mod refused;

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, Page, Person, RelyingParty, Server, jwt_payload, on_both_databases,
};

use crate::support::{ALICE, binary, declaring, merged, silently, type_in};

/// The secret of every confidential client of these tests.
const SECRET: &str = "details-secret";

const BANK: &str = "https://bank.example";
const FILES: &str = "https://files.example";

fn state() -> Value {
    let client = |id: &str, more: Value| {
        let client = json!({
            "client_id": id, "client_name": id, "client_secret": SECRET,
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["http://127.0.0.1:5556/callback"],
            "authorization_details_types": ["payment", "files"],
            "audience": [BANK, FILES],
        });
        merged(client, &more)
    };
    json!({
        "apis": [
            {
                "audience": BANK, "name": "Bank",
                "authorization_details": [{
                    "type": "payment", "title": "make one payment",
                    "members": [
                        {"name": "amount", "title": "Cents", "kind": "integer", "required": true},
                        {"name": "creditor", "title": "To", "kind": "text", "required": true},
                        {"name": "actions", "kind": "texts", "values": ["initiate", "cancel"]},
                    ],
                }],
            },
            {
                "audience": FILES, "name": "Files",
                "scopes": [{"scope": "Files.Read"}],
                "authorization_details": [{
                    "type": "files", "title": "read some files",
                    "members": [{"name": "paths", "kind": "texts", "required": true}],
                }],
            },
        ],
        "clients": [
            client("shop", json!({})),
            client("trusted", json!({"consent": "implicit"})),
            client("opaque", json!({"consent": "implicit", "access_token_format": "opaque"})),
            client("plain", json!({"consent": "implicit", "authorization_details_types": []})),
            client("bank", json!({"introspects": [BANK]})),
        ],
    })
}

fn on(database: &str, state: &Value) -> Server {
    Server::start(binary(), declaring(database, state, &[]))
}

async fn party(server: &Server, id: &str) -> RelyingParty {
    let secret = Authentication::Basic(SECRET.to_owned());
    RelyingParty::new(server.issuer(), id, secret).await
}

fn payment(amount: u32) -> Value {
    json!({"type": "payment", "amount": amount, "creditor": "ACME", "actions": ["initiate", "cancel"]})
}

fn files() -> Value {
    json!({"type": "files", "paths": ["/a", "/b"]})
}

/// A token request for a code or with a refresh token, with these parameters beside.
async fn redeem(party: &RelyingParty, grant: (&str, &str), more: &[(&str, &str)]) -> Answer {
    let (name, secret) = grant;
    let kind = if name == "code" {
        "authorization_code"
    } else {
        "refresh_token"
    };
    let mut form = vec![("grant_type", kind), (name, secret)];
    form.extend(more);
    party.post("token_endpoint", &form).await
}

/// What the tokens of an answer say, which is the same everywhere.
async fn granted(party: &RelyingParty, answer: &Answer) -> Value {
    let tokens = answer.tokens();
    let said = tokens.json["authorization_details"].clone();
    let introspected = party.introspect(&tokens.access_token).await.json;
    assert_eq!(
        introspected["authorization_details"], said,
        "{introspected}"
    );
    if tokens.access_token.contains('.') {
        let claims = jwt_payload(&tokens.access_token);
        assert_eq!(claims["authorization_details"], said, "{claims}");
    }
    said
}

on_both_databases! {
    async fn a_person_is_asked_about_every_detail_and_the_token_says_it(backend) {
        let server = on(&backend.url(), &state());
        let shop = party(&server, "shop").await;
        let details = json!([payment(4200), files()]);
        let attempt = shop.authorize_url(&[("authorization_details", &details.to_string())]);
        let browser = Person::new();
        let page = browser.get(&attempt.url).await.page();
        let page = type_in(&browser, &page, "alice", ALICE).await.page();
        for said in ["make one payment", "Cents", "4200", "To", "ACME", "initiate, cancel",
                     "read some files", "/a, /b"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let callback = allow(&browser, &page).await;
        let verifier = [("code_verifier", &*attempt.verifier)];
        let answer = redeem(&shop, ("code", callback.code()), &verifier).await;
        assert_eq!(granted(&shop, &answer).await, details);
        // It names no scope of an API, and is not good for all of them.
        let tokens = answer.tokens();
        assert_eq!(tokens.json["scope"], "openid urn:symbolon:no-api-scope");
        let refreshed = shop.refresh(tokens.refresh_token()).await;
        assert_eq!(granted(&shop, &refreshed).await, details);
        // Whoever stands in front of the API is told too; nobody is told who asked for nothing.
        let bank = party(&server, "bank").await;
        let told = bank.introspect(&tokens.access_token).await.json;
        assert_eq!(told["authorization_details"], details);

        // A yes to one payment is none to the next, nor to the same again.
        for more in [json!([payment(4200)]), details.clone()] {
            let more = [("authorization_details", &*more.to_string())];
            assert_eq!(silently(&browser, &shop, &more).await, "consent_required");
        }
        assert_eq!(silently(&browser, &shop, &[]).await, "", "the scope was allowed");
    }

    async fn a_token_request_takes_less_and_never_more(backend) {
        let server = on(&backend.url(), &state());
        for client in ["trusted", "opaque"] {
            let party = party(&server, client).await;
            let attempt = party.authorize_url(&[
                ("authorization_details", &json!([payment(1), files()]).to_string()),
                ("scope", "openid Files.Read"),
            ]);
            let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
            let part = json!([{"type": "files", "paths": ["/b"]}]);
            let more = [
                ("code_verifier", &*attempt.verifier),
                ("authorization_details", &*part.to_string()),
            ];
            for wider in [json!([payment(2)]), json!([{"type": "files", "paths": ["/c"]}]),
                          json!([{"type": "payment", "amount": 1, "creditor": "ACME"}])] {
                let text = wider.to_string();
                let wide = [more[0], ("authorization_details", &*text)];
                let refused = redeem(&party, ("code", callback.code()), &wide).await;
                assert_eq!(refused.error(), "invalid_authorization_details", "{wider}");
            }
            // The code stayed good.
            let answer = redeem(&party, ("code", callback.code()), &more).await;
            assert_eq!(granted(&party, &answer).await, part, "{client}");
            // What was approved is whole again at the next use.
            let refresh = answer.tokens().refresh_token().to_owned();
            let wide = json!([payment(2)]).to_string();
            let wide = [("authorization_details", &*wide)];
            let refused = redeem(&party, ("refresh_token", &refresh), &wide).await;
            assert_eq!(refused.error(), "invalid_authorization_details");
            let answer = redeem(&party, ("refresh_token", &refresh), &[]).await;
            assert_eq!(granted(&party, &answer).await, json!([payment(1), files()]));
            // For one API: what concerns it.
            let refresh = answer.tokens().refresh_token().to_owned();
            let answer = redeem(&party, ("refresh_token", &refresh), &[("resource", FILES)]).await;
            assert_eq!(granted(&party, &answer).await, json!([files()]));
        }
    }

    async fn they_can_be_pushed(backend) {
        let server = on(&backend.url(), &state());
        let trusted = party(&server, "trusted").await;
        let details = json!([payment(7)]);
        let attempt = trusted.authorize_url(&[("authorization_details", &details.to_string())]);
        let pushed = trusted.push(&attempt, &[]).await;
        let carried = trusted.carried(&attempt, pushed.json["request_uri"].as_str().unwrap());
        let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
        let verifier = [("code_verifier", &*attempt.verifier)];
        let answer = redeem(&trusted, ("code", callback.code()), &verifier).await;
        assert_eq!(granted(&trusted, &answer).await, details);
        // And refused there, before a person sees anything.
        let wrong = json!([{"type": "payment"}]).to_string();
        let refused = trusted.push(&attempt.with("authorization_details", &wrong), &[]).await;
        assert_eq!(refused.error(), "invalid_authorization_details", "{refused:?}");
    }
}

async fn allow(browser: &Person, page: &Page) -> symbolon_testkit::Callback {
    browser
        .submit(&page.form(), &[("decision", "allow")])
        .await
        .callback()
}
