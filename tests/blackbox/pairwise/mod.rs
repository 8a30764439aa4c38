//! Clients that have names of their own for people (OIDC Core §8.1).

mod registration;

use serde_json::{Value, json};
use symbolon_testkit::{
    Authentication, Person, RelyingParty, Server, jwt_payload, on_both_databases,
};

use crate::support::{
    ALICE, ALICE_ID, BOB, alice_in, binary, called_back_at, declaring, merged, sign_in, silently,
    symbolon_with,
};

/// The secret of every confidential client of these tests.
const SECRET: &str = "pairwise-secret";

/// Two clients of one host, one of another, one with names that everybody has, and an API.
fn state() -> Value {
    let web = |id: &str, host: &str, more: Value| {
        let client = json!({
            "client_id": id, "client_name": id, "client_secret": SECRET,
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": [format!("https://{host}/{id}")],
            "post_logout_redirect_uris": [format!("https://{host}/")],
            "consent": "implicit",
        });
        merged(client, &more)
    };
    let pairwise = json!({"subject_type": "pairwise", "audience": [API]});
    json!({ "clients": [
        web("one", "one.example", pairwise.clone()),
        web("one-too", "one.example", pairwise.clone()),
        web("two", "two.example", pairwise),
        web("open", "open.example", json!({})),
        web("gateway", "api.example", json!({"introspects": [API]})),
    ]})
}

/// The audience of the tokens.
const API: &str = "https://api.example";

fn on(database: &str, state: &Value, settings: &[(&str, &str)]) -> Server {
    Server::start(binary(), declaring(database, state, settings))
}

async fn party(server: &Server, id: &str, host: &str) -> RelyingParty {
    let secret = Authentication::Basic(SECRET.to_owned());
    let party = RelyingParty::new(server.issuer(), id, secret).await;
    called_back_at(&party, &format!("https://{host}/{id}"))
}

fn sub(token: &str) -> String {
    let sub = &jwt_payload(token)["sub"];
    sub.as_str().unwrap().to_owned()
}

on_both_databases! {
    async fn a2_16_a_sector_has_its_own_name_for_a_person_everywhere(backend) {
        let server = on(&backend.url(), &state(), &[]);
        let one = party(&server, "one", "one.example").await.asking_for("openid email");
        let tokens = alice_in(&Person::new(), &one, &[]).await;
        let alice = sub(tokens.id_token());
        assert_ne!(alice, ALICE_ID);
        assert_eq!(alice.len(), 43);
        assert!(!tokens.access_token.contains('.'), "a JWT would tell: {tokens:?}");
        assert_eq!(one.userinfo(&tokens.access_token).await.json["sub"], *alice);
        let introspected = one.introspect(&tokens.access_token).await.json;
        assert_eq!(introspected["sub"], *alice);
        assert_eq!(introspected["username"], Value::Null);
        let refresh = one.introspect(tokens.refresh_token()).await.json;
        assert_eq!(refresh["sub"], *alice, "{refresh}");
        let refreshed = one.refresh(tokens.refresh_token()).await.tokens();
        assert_eq!(sub(refreshed.id_token()), alice);
        // Whoever stands in front of the API knows people as everybody does.
        let gateway = party(&server, "gateway", "api.example").await;
        let introspected = gateway.introspect(&refreshed.access_token).await.json;
        assert_eq!(introspected["sub"], ALICE_ID, "{introspected}");
        assert_eq!(introspected["username"], "alice");

        let too = party(&server, "one-too", "one.example").await;
        assert_eq!(sub(alice_in(&Person::new(), &too, &[]).await.id_token()), alice);
        let two = party(&server, "two", "two.example").await;
        let other = sub(alice_in(&Person::new(), &two, &[]).await.id_token());
        assert_ne!(other, alice);
        assert_ne!(other, ALICE_ID);
        let open = party(&server, "open", "open.example").await;
        assert_eq!(sub(alice_in(&Person::new(), &open, &[]).await.id_token()), ALICE_ID);
        let bob = sign_in(&Person::new(), &one, &[], "bob", BOB).await;
        assert_ne!(sub(bob.id_token()), alice);
    }

    async fn the_name_is_understood_when_it_comes_back(backend) {
        let server = on(&backend.url(), &state(), &[]);
        let one = party(&server, "one", "one.example").await;
        let two = party(&server, "two", "two.example").await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &one, &[]).await;
        let bob = sign_in(&Person::new(), &one, &[], "bob", BOB).await;
        let hint = |token: &str| [("id_token_hint", token.to_owned())];
        let with = async |party: &RelyingParty, more: &[(&str, String)]| {
            let more: Vec<_> = more.iter().map(|(name, value)| (*name, &**value)).collect();
            silently(&browser, party, &more).await
        };
        assert_eq!(with(&one, &hint(tokens.id_token())).await, "");
        assert_eq!(with(&one, &hint(bob.id_token())).await, "login_required");
        assert_eq!(with(&two, &hint(tokens.id_token())).await, "invalid_request");
        let claims = |sub: &str| {
            [("claims", json!({"id_token": {"sub": {"value": sub}}}).to_string())]
        };
        assert_eq!(with(&one, &claims(&sub(tokens.id_token()))).await, "");
        assert_eq!(with(&one, &claims(&sub(bob.id_token()))).await, "login_required");
        // What everybody else calls her is nobody's name here.
        assert_eq!(with(&one, &claims(ALICE_ID)).await, "login_required");
        assert_eq!(with(&two, &claims(&sub(tokens.id_token()))).await, "login_required");

        // The person who is meant has to sign in, and nobody else will do.
        let attempt = one.authorize_url(&[("id_token_hint", bob.id_token()), ("prompt", "login")]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        assert_eq!(callback.error(), "login_required");
        let callback = Person::new().sign_in(&attempt.url, "bob", BOB).await;
        assert_eq!(sub(one.finish(&attempt, &callback).await.id_token()), sub(bob.id_token()));

        let url = one.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", "https://one.example/"),
        ]);
        let callback = browser.get(url).await.callback();
        assert_eq!(callback.url.as_str(), "https://one.example/");
        assert_eq!(silently(&browser, &one, &[]).await, "login_required");
        // Its refresh token has ended with the session.
        assert_eq!(one.refresh(tokens.refresh_token()).await.error(), "invalid_grant");
    }

    async fn the_name_survives_the_rotation_of_every_key(backend) {
        let database = backend.url();
        let [old, new] = [KEY, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="];
        let at = |key: &str, previous: &str| {
            let mut settings = vec![("SYMBOLON_KEY_ENCRYPTION_KEY", key)];
            if !previous.is_empty() {
                settings.push(("SYMBOLON_PREVIOUS_KEY_ENCRYPTION_KEYS", previous));
            }
            on(&database, &state(), &settings)
        };
        let name = async |server: &Server| {
            let one = party(server, "one", "one.example").await;
            sub(alice_in(&Person::new(), &one, &[]).await.id_token())
        };
        // Two that start at once make one key.
        let first = at(old, "");
        let second = at(old, "");
        let before = name(&first).await;
        assert_eq!(name(&second).await, before);
        drop((first, second));
        let environment = [
            ("SYMBOLON_KEY_ENCRYPTION_KEY", new),
            ("SYMBOLON_PREVIOUS_KEY_ENCRYPTION_KEYS", old),
        ];
        for command in ["reseal", "rotate"] {
            let done = symbolon_with(&["keys", "--database", &database, command], &environment);
            assert!(done.status.success(), "{done:?}");
        }
        assert_eq!(name(&at(new, "")).await, before);
    }
}

/// The key-encryption key of the servers.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
