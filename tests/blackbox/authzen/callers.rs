//! Who may ask: gateways about their APIs, everybody else what the rules give them.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Server, http, on_both_databases};

use super::{
    ACTION, EVALUATION, EVALUATIONS, PEP, PEP_SECRET, RESOURCE, SUBJECT, ask, ask_with, shared,
    shared_with_database, start,
};
use crate::dpop::Key;
use crate::support::{eventually, machine, personal_token, run};

const BOTH: &str = "Symbolon.Access.v1.Evaluate Symbolon.Access.v1.Search";

/// May erin read orders in this organization?
fn question(organization: &str) -> Value {
    json!({
        "subject": {"type": "user", "id": "erin"}, "action": {"name": "Orders.v1.Read"},
        "resource": {"type": "organization", "id": organization},
    })
}

async fn token(server: &Server, client: &str, scope: &str) -> String {
    let party = machine(server, client).await.asking_for(scope);
    party.client_credentials().await.tokens().access_token
}

/// A personal access token of a machine user. It names no scope: its owner's roles are what it has.
fn personal(backend: Backend, owner: &str) -> String {
    let (_, database) = shared_with_database(backend);
    personal_token(database, owner, &[])
}

async fn with_secret(server: &Server, client: &str, secret: &str) -> Answer {
    let request = http()
        .post(format!("{}{EVALUATION}", server.url()))
        .basic_auth(client, Some(secret))
        .json(&question("branch"));
    Answer::to(request).await
}

fn challenges(answer: &Answer) -> Vec<&str> {
    let all = answer.headers.get_all("www-authenticate");
    all.iter().map(|value| value.to_str().unwrap()).collect()
}

on_both_databases! {
    async fn a_gateway_asks_about_the_apis_it_stands_in_front_of(backend) {
        let server = shared(backend);
        assert_eq!(with_secret(server, PEP, PEP_SECRET).await.status, 200);
        let other = with_secret(server, "other-gateway", PEP_SECRET).await;
        assert_eq!(other.status, 403, "{other:?}");
        for (path, body) in [
            (SUBJECT, json!({
                "subject": {"type": "user"}, "action": {"name": "Orders.v1.Read"},
                "resource": {"type": "organization", "id": "branch"},
            })),
            (RESOURCE, json!({
                "subject": {"type": "user", "id": "erin"}, "action": {"name": "Orders.v1.Read"},
                "resource": {"type": "organization"},
            })),
            (ACTION, json!({
                "subject": {"type": "user", "id": "erin"},
                "resource": {"type": "organization", "id": "branch"},
            })),
        ] {
            let ask = async |client| {
                let url = format!("{}{path}", server.url());
                let request = http().post(url).basic_auth(client, Some(PEP_SECRET)).json(&body);
                Answer::to(request).await
            };
            let own = ask(PEP).await;
            let results = own.json["results"].as_array().map_or(0, Vec::len);
            assert!(own.status == 200 && results > 0, "{path}: {own:?}");
            let other = ask("other-gateway").await;
            let results = other.json["results"].as_array().map_or(0, Vec::len);
            assert!(other.status != 500 && results == 0, "{path}: {other:?}");
        }
    }

    async fn a_token_that_is_bound_to_a_key_opens_nothing_here(backend) {
        let server = shared(backend);
        let party = machine(server, "auditor").await;
        let proof = Key::new().proof("POST", party.endpoint("token_endpoint")).sign();
        let form = [("grant_type", "client_credentials"), ("scope", BOTH)];
        let bound = party.post_with("token_endpoint", &form, &[("DPoP", &proof)]).await;
        let bound = bound.json["access_token"].as_str().unwrap();
        let free = token(server, "auditor", BOTH).await;
        let ask = async |token: &str| ask_with(server, token, EVALUATION, &question("branch")).await;
        assert_eq!(ask(&free).await.status, 200);
        assert_eq!(ask(bound).await.status, 401);
    }

    async fn whoever_is_nobody_is_told_how_to_say_who_they_are(backend) {
        let server = shared(backend);
        for path in [EVALUATION, EVALUATIONS, SUBJECT, RESOURCE, ACTION] {
            let url = format!("{}{path}", server.url());
            // Nothing is read of what a stranger sends.
            for body in ["{", "", "{}"] {
                let request = http().post(&url).header("content-type", "application/json").body(body);
                let answer = Answer::to(request).await;
                assert_eq!(answer.status, 401, "{path}");
                assert_eq!(challenges(&answer), [
                    "Bearer realm=\"access\"",
                    "Basic realm=\"access\", charset=\"UTF-8\"",
                ]);
            }
        }
        let url = format!("{}{EVALUATION}", server.url());
        let twice = http()
            .post(&url)
            .basic_auth(PEP, Some(PEP_SECRET))
            .header("authorization", "Bearer x")
            .json(&question("branch"));
        assert_eq!(Answer::to(twice).await.status, 401);
        for header in ["", "Basic", "Bearer", "Bearer  x", "Bearer a b", "Digest x", "Basic !", "DPoP x"] {
            let request = http().post(&url).header("authorization", header).json(&question("branch"));
            assert_eq!(Answer::to(request).await.status, 401, "{header}");
        }
    }

    async fn a_client_asks_if_it_is_a_gateway_and_proves_it_by_basic(backend) {
        let server = shared(backend);
        for (client, secret, status) in [
            (PEP, PEP_SECRET, 200),
            (PEP, "wrong", 401),
            ("unheard-of", PEP_SECRET, 401),
            ("no-gateway", "machine-secret", 403),
            ("posting-gateway", "machine-secret", 401),
            ("auditor", "machine-secret", 403),
        ] {
            assert_eq!(with_secret(server, client, secret).await.status, status, "{client}");
        }
    }

    async fn a_token_asks_where_the_rules_let_its_subject(backend) {
        let server = shared(backend);
        let everywhere = token(server, "auditor", BOTH).await;
        let branch = token(server, "manager", BOTH).await;
        let nowhere = personal(backend, "till");
        for (organization, expected) in [
            ("branch", [200, 200, 403]),
            ("holding", [200, 403, 403]),
            ("unheard-of", [200, 403, 403]),
            ("not an organization", [200, 403, 403]),
        ] {
            for (token, status) in [&everywhere, &branch, &nowhere].into_iter().zip(expected) {
                let answer = ask_with(server, token, EVALUATION, &question(organization)).await;
                assert_eq!(answer.status, status, "{organization} {answer:?}");
                if status == 403 {
                    assert_eq!(challenges(&answer), [
                        "Bearer realm=\"access\", error=\"insufficient_scope\", \
                         scope=\"Symbolon.Access.v1.Evaluate\"",
                    ]);
                }
            }
        }
    }

    async fn where_nothing_is_named_the_home_of_the_subject_is_asked_about(backend) {
        let server = shared(backend);
        let branch = token(server, "manager", BOTH).await;
        for (who, status) in [("erin", 200), ("dora", 403), ("nobody", 403)] {
            let question = json!({
                "subject": {"type": "user", "id": who}, "action": {"name": "GET"},
                "resource": {"type": "route", "id": "/orders"},
            });
            let answer = ask_with(server, &branch, EVALUATION, &question).await;
            assert_eq!(answer.status, status, "{who}");
        }
    }

    async fn a_token_has_to_name_the_scope_and_be_for_us(backend) {
        let server = shared(backend);
        let evaluate = token(server, "auditor", "Symbolon.Access.v1.Evaluate").await;
        let search = token(server, "auditor", "Symbolon.Access.v1.Search").await;
        let search_subjects = json!({
            "subject": {"type": "user"}, "action": {"name": "Orders.v1.Read"},
            "resource": {"type": "organization", "id": "branch"},
        });
        let status = async |token: &str, path: &str| {
            ask_with(server, token, path, &if path == EVALUATION { question("branch") } else { search_subjects.clone() })
                .await
                .status
                .as_u16()
        };
        assert_eq!([status(&evaluate, EVALUATION).await, status(&evaluate, SUBJECT).await], [200, 403]);
        assert_eq!([status(&search, EVALUATION).await, status(&search, SUBJECT).await], [403, 200]);
        let party = machine(server, "auditor").await.asking_for("openid");
        let unnamed = party.client_credentials().await.tokens().access_token;
        assert_eq!(status(&unnamed, EVALUATION).await, 403);
        let elsewhere = token(server, "elsewhere", "Orders.v1.Read").await;
        assert_eq!(status(&elsewhere, EVALUATION).await, 401);
        assert_eq!(status(&format!("{evaluate}x"), EVALUATION).await, 401);
    }

    async fn a_batch_answers_what_may_be_asked(backend) {
        let server = shared(backend);
        let branch = token(server, "manager", BOTH).await;
        let at = |organizations: &[&str]| {
            let evaluations: Vec<_> = organizations
                .iter()
                .map(|id| json!({"resource": {"type": "organization", "id": id}}))
                .collect();
            let mut request = question("x");
            request["evaluations"] = evaluations.into();
            request
        };
        let answer = ask_with(server, &branch, EVALUATIONS, &at(&["branch", "holding"])).await;
        assert_eq!(answer.status, 200);
        let [first, second] = answer.json["evaluations"].as_array().unwrap().as_slice() else {
            panic!("{answer:?}");
        };
        assert_eq!(first["decision"], true);
        assert_eq!(second["decision"], false);
        assert_eq!(second["context"]["error"]["status"], 403);
        let answer = ask_with(server, &branch, EVALUATIONS, &at(&["holding", "records"])).await;
        assert_eq!(answer.status, 403);
    }

    async fn a_search_is_about_what_may_be_asked(backend) {
        let server = shared(backend);
        let branch = token(server, "manager", BOTH).await;
        let nowhere = personal(backend, "till");
        let places = json!({
            "subject": {"type": "user", "id": "dora"}, "action": {"name": "Orders.v1.Read"},
            "resource": {"type": "organization"},
        });
        let answer = ask_with(server, &branch, RESOURCE, &places).await.json;
        assert_eq!(answer["results"], json!([{"type": "organization", "id": "branch"}]));
        let answer = ask(server, RESOURCE, &places).await.json;
        assert_eq!(answer["results"].as_array().unwrap().len(), 2);
        assert_eq!(ask_with(server, &nowhere, RESOURCE, &places).await.status, 403);
        let who = |resource: Value| json!({
            "subject": {"type": "user", "id": "dora"}, "action": {"name": "Orders.v1.Read"},
            "resource": resource,
        });
        for (organization, status) in [("branch", 200), ("holding", 403)] {
            let question = who(json!({"type": "organization", "id": organization}));
            for path in [SUBJECT, ACTION] {
                let answer = ask_with(server, &branch, path, &question).await;
                assert_eq!(answer.status, status, "{path} {organization}");
            }
        }
        // Whoever acts at home may be at home anywhere.
        let anybody = who(json!({"type": "record", "id": "record-1"}));
        assert_eq!(ask_with(server, &branch, SUBJECT, &anybody).await.status, 403);
        let routes = |organization: &str| {
            who(json!({"type": "route", "id": "x", "properties": {"organization": organization}}))
        };
        assert_eq!(ask_with(server, &branch, RESOURCE, &routes("branch")).await.status, 200);
        assert_eq!(ask_with(server, &branch, RESOURCE, &routes("holding")).await.status, 403);
    }

    async fn roles_and_rules_are_for_those_who_may_see_the_policy(backend) {
        let server = shared(backend);
        let policy = format!("{BOTH} Symbolon.Access.v1.Policy");
        let seeing = token(server, "auditor", &policy).await;
        let blind = token(server, "auditor", BOTH).await;
        let told = async |token: &str, who: &str| {
            let mut question = question("branch");
            question["subject"]["id"] = json!(who);
            ask_with(server, token, EVALUATION, &question).await.json["context"].clone()
        };
        let seen = told(&seeing, "nobody").await;
        assert_eq!(seen["reason"], "unknown_subject");
        assert_eq!(told(&blind, "nobody").await["reason"], "no_role_in_organization");
        let why = told(&seeing, "erin").await["reason_admin"]["200"].as_str().unwrap().to_owned();
        assert!(why.contains("holds clerk in branch; rule clerk -> Orders.v1.Read allows"), "{why}");
        assert_eq!(told(&blind, "erin").await.get("reason_admin"), None);
        assert_eq!(told(&blind, "nobody").await.get("reason_admin"), None);
    }

    async fn a_personal_access_token_asks_as_its_owner_within_its_limits(backend) {
        let database = backend.url();
        let server = start(&database);
        let made = |name: &str, more: &[&str]| {
            let create = ["pat", "--database", &database, "create", "--owner", "auditor", "--name", name];
            run(&[&create[..], more].concat()).trim().to_owned()
        };
        let status = async |token: &str| {
            ask_with(&server, token, EVALUATION, &question("branch")).await.status.as_u16()
        };
        let whole = made("whole", &[]);
        assert_eq!(status(&whole).await, 200);
        let elsewhere = made("elsewhere", &["--organization", "branch"]);
        assert_eq!(status(&elsewhere).await, 403);
        let search = made("search", &["--scope", "Symbolon.Access.v1.Search"]);
        assert_eq!(status(&search).await, 403);
        let list = run(&["pat", "--database", &database, "list", "--owner", "auditor"]);
        let line = list.lines().find(|line| line.ends_with(" whole")).unwrap();
        run(&["pat", "--database", &database, "revoke", line.split_whitespace().nth(1).unwrap()]);
        eventually("the revoked token is refused", async || status(&whole).await == 401).await;
    }
}
