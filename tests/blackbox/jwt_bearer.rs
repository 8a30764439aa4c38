//! Machine users with a key file (RFC 7523 §2.1): what they sign is all that they prove.

use josekit::jws::{JwsHeader, RS256, serialize_compact};
use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Backend, Options, Server, http, jwt_payload, now, on_both_databases, unique,
    unsigned_jwt,
};

use crate::client_assertion::{KEYS, Key, claims, key};
use crate::support::{
    MACHINE_SECRET, apply, binary, declaring, eventually, merged, personal_token, printed, run,
    symbolon,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const ROBOT_ID: &str = "01900000-0000-7000-8000-0000000b0750";
const OTHER_ID: &str = "01900000-0000-7000-8000-0000000b0751";

/// `robot` has the ES256 key, `other` the PS256 one. `machines` is the client of those that name
/// none; `robots-own` acts as `robot`; `confidential` has a secret; `no-grant` has no such grant.
fn state() -> Value {
    let client = |id: &str, more: Value| {
        let client = json!({
            "client_id": id, "client_name": id, "grant_types": [GRANT],
            "token_endpoint_auth_methods": ["none"], "scope": "invoices.read",
        });
        merged(client, &more)
    };
    let secret = json!({
        "token_endpoint_auth_methods": ["client_secret_post"], "client_secret": MACHINE_SECRET,
    });
    json!({
        "machine_users": [
            {
                "name": "robot", "id": ROBOT_ID, "organization": "acme",
                "roles": {"acme": ["robot"]}, "keys": [{"jwk": KEYS[2].public()}],
            },
            {
                "name": "other", "id": OTHER_ID, "organization": "globex",
                "keys": [{"jwk": KEYS[1].public()}],
            },
        ],
        "clients": [
            client("machines", json!({})),
            client("robots-own", json!({"machine_user": "robot"})),
            client("confidential", secret),
            client("no-grant", json!({
                "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/"],
            })),
        ],
    })
}

fn server_on(database: &str, issuer: Option<String>) -> Server {
    let settings = [("SYMBOLON_CLIENTS_MACHINE_CLIENT", "machines")];
    let options = declaring(database, &state(), &settings);
    Server::start(binary(), Options { issuer, ..options })
}

fn server(backend: Backend) -> Server {
    server_on(&backend.url(), None)
}

/// The ES256 key, which is the robot's.
fn robots() -> &'static Key {
    &KEYS[2]
}

async fn present(server: &Server, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", GRANT), ("assertion", assertion)];
    form.extend(more);
    Answer::to(http().post(server.at("/oauth/v2/token")).form(&form)).await
}

/// Signs these claims as the robot would.
fn signed(claims: &Value) -> String {
    robots().sign(&json!({"kid": robots().kid()}), claims)
}

fn assert_invalid_grant(answer: &Answer, what: &str) {
    let found = (answer.status.as_u16(), answer.error());
    assert_eq!(found, (400, "invalid_grant"), "{what}: {answer:?}");
}

on_both_databases! {
    async fn an_assertion_alone_is_good_for_a_token_of_the_machine_user(backend) {
        let server = server(backend);
        let issuer = server.issuer();
        let token_endpoint = server.at("/oauth/v2/token");
        for audience in [json!(issuer), json!([issuer]), json!(token_endpoint)] {
            let mut says = claims(ROBOT_ID, issuer);
            says["aud"] = audience;
            // Libraries for key files ask for an hour, and give it no name.
            says["exp"] = json!(now() + 3600);
            says.as_object_mut().unwrap().remove("jti");
            let asked = [("scope", "openid invoices.read unknown")];
            let answer = present(&server, &signed(&says), &asked).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.json["token_type"], "Bearer");
            assert_eq!(answer.json["scope"], "openid invoices.read");
            for absent in ["refresh_token", "id_token"] {
                assert_eq!(answer.json.get(absent), None, "{answer:?}");
            }
            let token = answer.json["access_token"].as_str().unwrap();
            let told = jwt_payload(token);
            assert_eq!(told["sub"], ROBOT_ID);
            assert_eq!(told["client_id"], "machines");
            assert_eq!(told["org_id"], "acme");
            assert_eq!(told["roles"], json!({"acme": ["robot"]}));
            assert_eq!(told.get("auth_time"), None);
            let userinfo = http().get(server.at("/oidc/v1/userinfo")).bearer_auth(token);
            assert_eq!(Answer::to(userinfo).await.json["sub"], ROBOT_ID);
        }
    }

    async fn a_client_that_says_who_it_is_has_to_prove_it(backend) {
        let server = server(backend);
        let issuer = server.issuer();
        let fresh = || robots().assertion(ROBOT_ID, issuer);
        let secret = ("client_secret", MACHINE_SECRET);
        let right = [("client_id", "confidential"), secret];
        let answer = present(&server, &fresh(), &right).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let told = jwt_payload(answer.json["access_token"].as_str().unwrap());
        assert_eq!(told["client_id"], "confidential");
        let own = present(&server, &fresh(), &[("client_id", "robots-own")]).await;
        assert_eq!(own.status, 200, "{own:?}");
        for (client, error) in [
            (&[("client_id", "confidential")][..], "invalid_client"),
            (&[("client_id", "confidential"), ("client_secret", "no")], "invalid_client"),
            (&[secret], "invalid_client"),
            (&[("client_id", "nobody")], "invalid_client"),
            (&[("client_id", "no-grant")], "unauthorized_client"),
        ] {
            let answer = present(&server, &fresh(), client).await;
            assert_eq!(answer.error(), error, "{client:?}: {answer:?}");
        }
        // A client that acts as a machine user takes no other.
        let others = KEYS[1].assertion(OTHER_ID, issuer);
        let answer = present(&server, &others, &[("client_id", "robots-own")]).await;
        assert_invalid_grant(&answer, "another machine user");
    }

    async fn without_a_client_chosen_a_machine_user_names_one(backend) {
        let server = Server::start(binary(), declaring(&backend.url(), &state(), &[]));
        let fresh = || robots().assertion(ROBOT_ID, server.issuer());
        let answer = present(&server, &fresh(), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"), "{answer:?}");
        let named = present(&server, &fresh(), &[("client_id", "machines")]).await;
        assert_eq!(named.status, 200, "{named:?}");
    }

    async fn an_assertion_that_is_not_right_in_every_part_is_good_for_nothing(backend) {
        let server = server(backend);
        let issuer = server.issuer();
        let stranger = key("ES256");
        let good = || claims(ROBOT_ID, issuer);
        let with = |name: &str, value: Value| {
            let mut says = good();
            says[name] = value;
            signed(&says)
        };
        let without = |name: &str| {
            let mut says = good();
            says.as_object_mut().unwrap().remove(name);
            signed(&says)
        };
        let kid = json!({"kid": robots().kid()});
        for (what, assertion) in [
            ("another key", stranger.sign(&kid, &good())),
            ("an unknown kid", stranger.assertion(ROBOT_ID, issuer)),
            ("the key of another machine user", KEYS[1].assertion(ROBOT_ID, issuer)),
            ("nobody", robots().assertion("nobody", issuer)),
            ("a person", robots().assertion(crate::support::ALICE_ID, issuer)),
            ("a client", robots().assertion("machines", issuer)),
            ("another iss", with("iss", json!(OTHER_ID))),
            ("another sub", with("sub", json!(OTHER_ID))),
            ("another aud", with("aud", json!("https://other.example"))),
            ("one more aud", with("aud", json!([issuer, "https://other.example"]))),
            ("no aud", without("aud")),
            ("no sub", without("sub")),
            ("no exp", without("exp")),
            ("expired", with("exp", json!(now() - 60))),
            ("too long", with("exp", json!(now() + 3600 + 120))),
            ("not yet", with("nbf", json!(now() + 120))),
            ("of the future", with("iat", json!(now() + 120))),
            ("an empty jti", with("jti", json!(""))),
            ("an endless jti", with("jti", json!("x".repeat(2000)))),
            ("another typ", robots().sign(&json!({"kid": robots().kid(), "typ": "at+jwt"}), &good())),
            ("no token", "nothing".to_owned()),
            ("dots", "....".to_owned()),
            ("too long a token", format!("{}.{}.x", "a".repeat(9000), "a".repeat(9000))),
        ] {
            assert_invalid_grant(&present(&server, &assertion, &[]).await, what);
        }
        let answer = present(&server, "", &[]).await;
        assert_eq!(answer.error(), "invalid_request");
        let unsigned = unsigned_jwt(&good());
        assert_invalid_grant(&present(&server, &unsigned, &[]).await, "alg none");
        // Whether there is somebody is told to nobody.
        let told = |answer: Answer| answer.json["error_description"].clone();
        let unknown = told(present(&server, &robots().assertion("nobody", issuer), &[]).await);
        let known = told(present(&server, &stranger.sign(&kid, &good()), &[]).await);
        assert_eq!(unknown, known);
    }

    async fn a3_2_of_32_who_present_one_assertion_at_two_servers_one_is_believed(backend) {
        let database = backend.url();
        let first = server_on(&database, None);
        let second = server_on(&database, Some(first.issuer().to_owned()));
        let assertion = robots().assertion(ROBOT_ID, first.issuer());
        let urls = [first.at("/oauth/v2/token"), second.at("/oauth/v2/token")];
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..32 {
            let (url, assertion) = (urls[number % 2].clone(), assertion.clone());
            crowd.spawn(async move {
                let form = [("grant_type", GRANT), ("assertion", &assertion)];
                Answer::to(http().post(url).form(&form)).await
            });
        }
        let answers = crowd.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "{won:?}");
        lost.iter().for_each(|answer| assert_invalid_grant(answer, "a replay"));
    }

    async fn what_a_machine_user_signs_authenticates_no_client_and_the_other_way_round(backend) {
        let server = server(backend);
        let form = [
            ("grant_type", GRANT),
            ("client_assertion_type", crate::client_assertion::TYPE),
            ("client_assertion", &robots().assertion(ROBOT_ID, server.issuer())),
            ("assertion", &robots().assertion(ROBOT_ID, server.issuer())),
        ];
        let answer = Answer::to(http().post(server.at("/oauth/v2/token")).form(&form)).await;
        assert_eq!(answer.error(), "invalid_client", "{answer:?}");
    }

    async fn a_key_that_ended_or_was_taken_away_and_a_machine_that_is_disabled_open_nothing(backend) {
        let database = backend.url();
        let server = server_on(&database, None);
        let works = async || {
            let fresh = robots().assertion(ROBOT_ID, server.issuer());
            present(&server, &fresh, &[]).await.status == 200
        };
        let machine = |keys: Value, disabled: bool| {
            let machine = json!({
                "name": "robot", "id": ROBOT_ID, "organization": "acme",
                "roles": {"acme": ["robot"]}, "keys": keys, "disabled": disabled,
            });
            apply(&database, &json!({"machine_users": [machine]}).to_string())
        };
        assert!(works().await);
        let jwk = robots().public();
        let ended = json!([{"jwk": jwk, "expires_at": "2020-01-01T00:00:00Z"}]);
        assert!(machine(ended.clone(), false).contains("keys of machine user robot"));
        assert!(!works().await);
        assert!(!machine(ended, false).contains("keys of"), "the same again changes nothing");
        machine(json!([{"jwk": jwk}]), false);
        assert!(works().await);
        machine(json!([]), false);
        assert!(!works().await);
        machine(json!([{"jwk": jwk}]), true);
        eventually("disabled", async || !works().await).await;
    }

    async fn the_command_line_makes_a_key_file_that_works(backend) {
        let database = backend.url();
        let server = server_on(&database, None);
        let text = run(&["machine-key", "--database", &database, "robot", "--days", "2"]);
        let written: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(written["type"], "serviceaccount");
        assert_eq!(written["userId"], ROBOT_ID);
        let answer = present(&server, &of_file(&written, server.issuer()), &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        // The state has its public half, and no more of it.
        let state = run(&["export", "--database", &database, "--with-hashes"]);
        assert!(state.contains(written["keyId"].as_str().unwrap()), "{state}");
        assert!(!state.contains("PRIVATE"), "{state}");
        let nobody = symbolon(&["machine-key", "--database", &database, "alice"]);
        assert!(!nobody.status.success());
        assert!(printed(&nobody).contains("no machine user is called alice"));
    }

    async fn the_management_api_adds_lists_and_deletes_keys(backend) {
        let database = backend.url();
        let server = server_on(&database, None);
        let token = personal_token(&database, "admin", &[]);
        let call = async |method: reqwest::Method, path: &str, body: Option<Value>| {
            let url = server.at(&format!("/admin/v1/machines/{ROBOT_ID}/keys{path}"));
            let mut request = http().request(method, url).bearer_auth(&token);
            if let Some(body) = body {
                request = request.json(&body);
            }
            Answer::to(request).await
        };
        let made = call(reqwest::Method::POST, "", Some(json!({}))).await;
        assert_eq!(made.status, 201, "{made:?}");
        let written = &made.json["file"];
        let answer = present(&server, &of_file(written, server.issuer()), &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let own = key("EdDSA");
        let brought = call(reqwest::Method::POST, "", Some(json!({"jwk": own.public()}))).await;
        assert_eq!(brought.status, 201, "{brought:?}");
        assert_eq!(brought.json.get("file"), None);
        assert_eq!(brought.json["key"]["id"], own.kid());
        let fresh = || own.assertion(ROBOT_ID, server.issuer());
        assert_eq!(present(&server, &fresh(), &[]).await.status, 200);
        let listed = call(reqwest::Method::GET, "", None).await;
        assert_eq!(listed.json["items"].as_array().unwrap().len(), 3, "{listed:?}");
        assert!(!listed.json.to_string().contains("PRIVATE"));

        let again = call(reqwest::Method::POST, "", Some(json!({"jwk": own.public()}))).await;
        assert_eq!(again.status, 409, "{again:?}");
        let private = serde_json::to_value(own.private()).unwrap();
        for wrong in [
            json!({"jwk": private}),
            json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
            json!({"jwk": {}}),
            json!({"expires_at": "2020-01-01T00:00:00Z"}),
            json!({"key": "x"}),
        ] {
            let answer = call(reqwest::Method::POST, "", Some(wrong.clone())).await;
            assert_eq!(answer.status.as_u16() / 100, 4, "{wrong}: {answer:?}");
        }
        let path = format!("/{}", own.kid());
        assert_eq!(call(reqwest::Method::DELETE, &path, None).await.status, 204);
        assert_eq!(call(reqwest::Method::DELETE, &path, None).await.status, 404);
        assert_invalid_grant(&present(&server, &fresh(), &[]).await, "a key taken away");
    }
}

/// An assertion signed with a key file.
fn of_file(written: &Value, issuer: &str) -> String {
    let signer = RS256
        .signer_from_pem(written["key"].as_str().unwrap())
        .unwrap();
    let mut header = JwsHeader::new();
    header.set_key_id(written["keyId"].as_str().unwrap());
    let id = written["userId"].as_str().unwrap();
    let says = json!({
        "iss": id, "sub": id, "aud": issuer, "iat": now(), "exp": now() + 3600, "jti": unique(),
    });
    serialize_compact(says.to_string().as_bytes(), &header, &signer).unwrap()
}
