//! What the certification plans check of registration: each test has the name of its module.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Person, Server, Site, http, jwt_header, on_both_databases};

use super::{OPEN, application, assert_refused, manage, party, register, registered, server};
use crate::client_assertion::{TYPE, key};
use crate::support::{CALLBACK, LOOPBACK, alice, alice_in, merged, sign_in_page};

/// What every module of the dynamic plan registers with.
fn plan(more: &Value) -> Value {
    let members = application(&json!({
        "client_name": "certification",
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "client_secret_basic",
    }));
    merged(members, more)
}

/// Registers, checks what the base class of the modules checks, and ends the client.
async fn registers(server: &Server, more: &Value) -> Value {
    let members = plan(more);
    let client = registered(server, &members).await;
    assert!(client["registration_client_uri"].is_string());
    assert!(client["registration_access_token"].is_string());
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(client[name], *value, "{name}");
    }
    let read = manage(reqwest::Method::GET, &client, None).await;
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(read.json[name], *value, "{name}");
    }
    client
}

/// The page that an authorization request ends at, which must not redirect.
async fn error_page(server: &Server, client: &Value, redirect_uri: Option<&str>) {
    let party = party(server, client).await;
    let attempt = match redirect_uri {
        Some(uri) => party.authorize_url(&[("redirect_uri", uri)]),
        None => party.authorize_url(&[]).without("redirect_uri"),
    };
    let page = Person::new().get(&attempt.url).await.page();
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains("<h1"), "{page:?}");
}

on_both_databases! {
    async fn oidcc_server(backend) {
        let server = server(backend, &[OPEN]);
        let client = registers(&server, &json!({})).await;
        alice(&party(&server, &client).await).await;
        assert_eq!(manage(reqwest::Method::DELETE, &client, None).await.status, 204);
    }

    async fn oidcc_idtoken_rs256(backend) {
        let server = server(backend, &[OPEN]);
        for algorithm in ["RS256", "ES256"] {
            let more = json!({"id_token_signed_response_alg": algorithm});
            let client = registers(&server, &more).await;
            let tokens = alice(&party(&server, &client).await).await;
            assert_eq!(jwt_header(tokens.id_token())["alg"], algorithm);
        }
    }

    async fn oidcc_idtoken_unsigned(backend) {
        // Skipped by the suite where `none` is not advertised: what is not advertised is refused.
        let server = server(backend, &[OPEN]);
        let metadata = Answer::to(http().get(server.at("/.well-known/openid-configuration"))).await;
        let advertised = metadata.json["id_token_signing_alg_values_supported"].to_string();
        assert!(!advertised.contains("none"), "{advertised}");
        let members = plan(&json!({"id_token_signed_response_alg": "none"}));
        let answer = register(&server, None, &members).await;
        assert_refused(&answer, "invalid_client_metadata");
    }

    async fn oidcc_ensure_redirect_uri_in_authorization_request(backend) {
        let server = server(backend, &[OPEN]);
        let client = registers(&server, &json!({
            "redirect_uris": [CALLBACK, "https://app.example/second"],
        })).await;
        error_page(&server, &client, None).await;
    }

    async fn oidcc_redirect_uri_query_ok(backend) {
        let server = server(backend, &[OPEN]);
        let uri = format!("{CALLBACK}?foo=bar");
        let client = registers(&server, &json!({"redirect_uris": [uri]})).await;
        let party = party(&server, &client).await;
        let attempt = party.authorize_url(&[]);
        let password = crate::support::ALICE;
        let callback = Person::new().sign_in(&attempt.url, "alice", password).await;
        assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}?foo=bar")), "{callback:?}");
        party.finish(&attempt, &callback).await;
    }

    async fn oidcc_redirect_uri_query_mismatch(backend) {
        let server = server(backend, &[OPEN]);
        let uri = format!("{CALLBACK}?foo=bar");
        let client = registers(&server, &json!({"redirect_uris": [uri]})).await;
        error_page(&server, &client, Some(&format!("{CALLBACK}?foo=baz"))).await;
    }

    async fn oidcc_redirect_uri_query_added(backend) {
        let server = server(backend, &[OPEN]);
        let client = registers(&server, &json!({})).await;
        error_page(&server, &client, Some(&format!("{CALLBACK}?foo=bar"))).await;
    }

    async fn oidcc_redirect_uri_regfrag(backend) {
        let server = server(backend, &[OPEN]);
        let members = plan(&json!({"redirect_uris": [format!("{CALLBACK}#fragment")]}));
        assert_refused(&register(&server, None, &members).await, "invalid_redirect_uri");
    }

    async fn oidcc_registration_logo_uri(backend) {
        let site = Site::plain();
        let png = b"\x89PNG\r\n\x1a\n and the rest of a picture";
        site.serve("/logo.png", "image/png", png.as_slice());
        let server = server(backend, &[OPEN, LOOPBACK]);
        let client = registers(&server, &json!({"logo_uri": site.at("/logo.png")})).await;
        let (_, page) = sign_in_page(&Person::new(), &party(&server, &client).await).await;
        let start = page.body.find("<img class=\"tile\" src=\"").expect("a logo on the page");
        let address = page.body[start..].split('"').nth(3).unwrap().replace("&amp;", "&");
        // From our own origin: nobody else learns who signs in.
        assert!(address.starts_with(server.issuer()), "{address}");
        let picture = http().get(&address).send().await.unwrap();
        assert_eq!(picture.headers()["content-type"], "image/png");
        let policy = picture.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("sandbox"), "{policy}");
        assert_eq!(picture.bytes().await.unwrap(), &png[..]);
        http().get(&address).send().await.unwrap();
        assert_eq!(site.received().len(), 1);
    }

    async fn oidcc_registration_policy_uri(backend) {
        links(&server(backend, &[OPEN]), "policy_uri", "client-policy").await;
    }

    async fn oidcc_registration_tos_uri(backend) {
        links(&server(backend, &[OPEN]), "tos_uri", "client-terms").await;
    }

    async fn oidcc_registration_jwks_uri(backend) {
        let site = Site::plain();
        let key = key("ES256");
        site.serve_json("/keys", &json!({"keys": [key.public()]}));
        let server = server(backend, &[OPEN, LOOPBACK]);
        let client = registers(&server, &json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks_uri": site.at("/keys"),
            "grant_types": ["authorization_code", "refresh_token"],
        })).await;
        assert!(client["client_secret"].is_null());
        let mut party = party(&server, &client).await;
        party.authentication = symbolon_testkit::Authentication::Public;
        let attempt = party.authorize_url(&[]);
        let password = crate::support::ALICE;
        let callback = Person::new().sign_in(&attempt.url, "alice", password).await;
        let id = client["client_id"].as_str().unwrap();
        let assertion = key.assertion(id, server.issuer());
        let answer = party.post("token_endpoint", &[
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", &attempt.verifier),
            ("client_assertion_type", TYPE),
            ("client_assertion", &assertion),
        ]).await;
        answer.tokens();
    }

    async fn oidcc_registration_sector_uri(backend) {
        let site = Site::plain();
        site.serve_json("/sector", &json!([CALLBACK, "https://app.example/other"]));
        let server = server(backend, &[OPEN, LOOPBACK]);
        let client = registers(&server, &json!({
            "subject_type": "pairwise", "sector_identifier_uri": site.at("/sector"),
        })).await;
        let tokens = alice(&party(&server, &client).await).await;
        let sub = symbolon_testkit::jwt_payload(tokens.id_token())["sub"].clone();
        assert_ne!(sub, crate::support::ALICE_ID);
        // A change that changes neither is not a reason to fetch it again; one that does is.
        site.serve_json("/sector", &json!([]));
        let mut members = client.clone();
        members["client_name"] = json!("Renamed");
        let kept = manage(reqwest::Method::PUT, &client, Some(&members)).await;
        assert_eq!(kept.status, 200, "{kept:?}");
        members["redirect_uris"] = json!([CALLBACK, "https://app.example/other"]);
        let refused = manage(reqwest::Method::PUT, &client, Some(&members)).await;
        assert_refused(&refused, "invalid_client_metadata");
    }

    async fn oidcc_registration_sector_bad(backend) {
        let site = Site::plain();
        site.serve_json("/sector", &json!(["https://app.example/other"]));
        site.serve("/html", "text/html", "[]");
        let server = server(backend, &[OPEN, LOOPBACK]);
        for path in ["/sector", "/html", "/missing"] {
            let members = plan(&json!({
                "subject_type": "pairwise", "sector_identifier_uri": site.at(path),
            }));
            let answer = register(&server, None, &members).await;
            assert_refused(&answer, "invalid_client_metadata");
        }
    }

    async fn oidcc_userinfo_rs256(backend) {
        let server = server(backend, &[OPEN]);
        let client = registers(&server, &json!({"userinfo_signed_response_alg": "RS256"})).await;
        let party = party(&server, &client).await;
        let tokens = alice(&party).await;
        let userinfo = http().get(party.endpoint("userinfo_endpoint"));
        let answer = userinfo.bearer_auth(&tokens.access_token).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/jwt");
        let token = answer.text().await.unwrap();
        assert_eq!(jwt_header(&token)["alg"], "RS256");
        party.verify(&token).await;
    }

    async fn oidcc_3rd_party_init_login(backend) {
        let server = server(backend, &[OPEN]);
        let uri = "https://app.example/start";
        registers(&server, &json!({"initiate_login_uri": uri})).await;
    }

    async fn oidcc_3rd_party_init_login_nohttps(backend) {
        let server = server(backend, &[OPEN]);
        let members = plan(&json!({"initiate_login_uri": "http://127.0.0.1/start"}));
        let answer = register(&server, None, &members).await;
        assert_refused(&answer, "invalid_client_metadata");
    }

    async fn without_pkce_where_an_operator_permits_it(backend) {
        let settings = [OPEN, ("SYMBOLON_CLIENTS_REGISTRATION_REQUIRES_PKCE", "false")];
        let server = server(backend, &settings);
        let client = registers(&server, &json!({})).await;
        let party = party(&server, &client).await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let attempt = party.authorize_url(&[]);
        let attempt = attempt.without("code_challenge").without("code_challenge_method");
        let callback = browser.get(&attempt.url).await.callback();
        let answer = party.post("token_endpoint", &[
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", CALLBACK),
        ]).await;
        answer.tokens();
        // A public one has nothing else that protects its code.
        let public = registered(&server, &application(&json!({}))).await;
        let party = super::party(&server, &public).await;
        let attempt = party.authorize_url(&[]);
        let attempt = attempt.without("code_challenge").without("code_challenge_method");
        let callback = browser.get(&attempt.url).await.callback();
        assert_eq!(callback.error(), "invalid_request");
    }
}

/// The sign-in page has a link to what is registered.
async fn links(server: &Server, name: &str, id: &str) {
    let uri = format!("https://app.example/{name}");
    let client = registers(server, &json!({name: uri})).await;
    let (_, page) = sign_in_page(&Person::new(), &party(server, &client).await).await;
    let link = format!("id=\"{id}\" href=\"{uri}\"");
    assert!(page.body.contains(&link), "{page:?}");
}
