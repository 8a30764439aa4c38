//! The Management API: `/admin/v1/`.

mod audit;
mod clients;
mod conditions;
mod escalation;
mod lockout;
mod matrix;
mod objects;
mod rules;
mod schema;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Person, RelyingParty, Server, http};

use crate::support::{
    MACHINE_SECRET, binary, options, personal_token, presenting, public, sign_in,
};

/// The secret of the clients of this state is that of the others.
const STATE: &str = include_str!("state.yaml");

const ADMIN_ID: &str = "01900000-0000-7000-8000-0000000ad314";
const BOB_ID: &str = crate::support::BOB_ID;
const GINA_ID: &str = "01900000-0000-7000-8000-000000009192";
const SAM_ID: &str = "01900000-0000-7000-8000-000000005a00";
const AUDRA_ID: &str = "01900000-0000-7000-8000-00000000a0d2";
const BOT_ID: &str = "01900000-0000-7000-8000-000000000b07";
const ROOT_BOT_ID: &str = "01900000-0000-7000-8000-00000000b007";
const ACME_BOT_ID: &str = "01900000-0000-7000-8000-00000000ac3e";

const GINA: &str = "gina's long pass phrase";

/// A server with the demo and the state of these tests, and tokens for the people in it.
struct World {
    server: Server,
    database: String,
}

/// Somebody who calls, by the name of the owner of a personal access token, or by a token.
struct Caller<'a> {
    world: &'a World,
    token: String,
}

impl World {
    fn start(backend: Backend) -> Self {
        let database = backend.url();
        let server = Server::start(binary(), Self::options(&database));
        Self { server, database }
    }

    fn options(database: &str) -> symbolon_testkit::Options {
        let mut options = options(database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");
        options.state = Some(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../tests/blackbox/admin/state.yaml"),
        );
        options
    }

    /// By a personal access token that is not limited.
    fn pat(&self, owner: &str) -> Caller<'_> {
        self.limited(owner, &[])
    }

    /// By a personal access token with these limits.
    fn limited(&self, owner: &str, limits: &[&str]) -> Caller<'_> {
        self.by(&personal_token(&self.database, owner, limits))
    }

    /// By this token.
    fn by(&self, token: &str) -> Caller<'_> {
        Caller {
            world: self,
            token: token.to_owned(),
        }
    }

    /// By an access token with this scope, fresh from signing in.
    async fn signed_in(&self, username: &str, password: &str, scope: &str) -> Caller<'_> {
        let party = public(&self.server, "console").await.asking_for(scope);
        let person = Person::new();
        let tokens = sign_in(&person, &party, &[], username, password).await;
        self.by(&tokens.access_token)
    }

    /// What a machine client with this secret gets.
    async fn machine_token(&self, client: &str, secret: &str) -> Answer {
        let basic = symbolon_testkit::Authentication::Basic(secret.to_owned());
        let party = RelyingParty::new(self.server.issuer(), client, basic.clone()).await;
        presenting(&party, basic).client_credentials().await
    }
}

impl Caller<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body), None).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body), None).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None, None).await
    }

    async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body), Some(version))
            .await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        version: Option<i64>,
    ) -> Answer {
        let mut request = http()
            .request(method, self.world.server.at(&format!("/admin/v1{path}")))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        Answer::to(request).await
    }

    /// Puts rules in force: those there are, changed.
    async fn change_rules(&self, change: impl Fn(&mut Vec<Value>)) -> Answer {
        let now = self.get("/rules").await;
        let mut rules = now.json["rules"].as_array().unwrap().clone();
        change(&mut rules);
        let body = json!({ "rules": rules, "comment": "a test" });
        let version = now.json["version"].as_i64();
        self.call(Method::PUT, "/rules", Some(body), version).await
    }
}

/// What kind of problem an answer is: the end of its type.
fn problem(answer: &Answer) -> &str {
    let kind = answer.json["type"].as_str().unwrap_or_default();
    kind.rsplit(':').next().unwrap_or_default()
}

/// The ids, or keys, of the items of a list.
fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let items = answer.json["items"].as_array().unwrap();
    let name = |item: &Value| {
        let names = ["id", "key", "audience", "version"];
        let name = names.iter().find_map(|name| item.get(*name)).unwrap();
        name.as_str().map_or(name.to_string(), str::to_owned)
    };
    items.iter().map(name).collect()
}

#[test]
fn the_state_uses_the_secret_of_the_other_machines() {
    assert!(STATE.contains(MACHINE_SECRET));
}
