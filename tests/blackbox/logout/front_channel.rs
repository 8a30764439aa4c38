//! OpenID Connect Front-Channel Logout 1.0.

use serde_json::json;
use symbolon_testkit::{Answer, Page, Person, Server, http, jwt_payload, on_both_databases};

use super::{HOME, attributes, client, directive, options_on, party, server};
use crate::support::{CALLBACK, alice_in, binary, sign_in_page, silently};

const FRAME: &str = "http://127.0.0.1:5556/logout?from=a%26b";

on_both_databases! {
    async fn oidcc_frontchannel_logout_discovery_endpoint_verification(backend) {
        let server = server(backend, &[], &[]);
        let metadata = party(&server, "demo-web").await.metadata;
        for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
            assert_eq!(metadata[name], true, "{name}");
        }
        assert!(metadata["end_session_endpoint"].is_string());
    }

    async fn oidcc_frontchannel_rp_initiated_logout(backend) {
        let framed = json!({
            "frontchannel_logout_uri": FRAME, "frontchannel_logout_session_required": true,
        });
        let bare = json!({
            "frontchannel_logout_uri": "https://other.example:8443/bye",
            "redirect_uris": [CALLBACK, "https://other.example:8443/callback"],
        });
        let idle = json!({"frontchannel_logout_uri": "http://127.0.0.1:5556/idle"});
        let clients = [client("framed", &framed), client("bare", &bare), client("idle", &idle)];
        let server = server(backend, &clients, &[]);
        let browser = Person::new();
        alice_in(&browser, &party(&server, "bare").await, &[]).await;
        let party = party(&server, "framed").await;
        let tokens = alice_in(&browser, &party, &[]).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
            ("state", "x&y"),
        ]);
        let page = browser.get(url).await.page();
        let frames = frames(&page);
        let sid = jwt_payload(tokens.id_token())["sid"].as_str().unwrap().to_owned();
        let issuer: String =
            url::form_urlencoded::byte_serialize(server.issuer().as_bytes()).collect();
        assert_eq!(frames, [
            format!("{FRAME}&iss={issuer}&sid={sid}"),
            "https://other.example:8443/bye".to_owned(),
        ]);
        assert_eq!(
            directive(&page, "frame-src").as_deref(),
            Some("frame-src http://127.0.0.1:5556 https://other.example:8443")
        );
        assert_eq!(directive(&page, "script-src").as_deref(), Some("script-src 'self'"));
        assert!(!page.header("content-security-policy").contains("unsafe"), "{page:?}");

        // The way on: by a link, by itself, or by itself without scripts.
        let onward = format!("{HOME}?state=x%26y");
        assert!(page.body.contains("id=\"continue\""), "{page:?}");
        assert!(attributes(&page, "href").contains(&onward), "{page:?}");
        assert!(attributes(&page, "content").contains(&format!("6; url={onward}")), "{page:?}");
        let scripts = attributes(&page, "src").into_iter().filter(|uri| uri.ends_with(".js"));
        for script in scripts {
            let script = browser.send(browser.http().get(server.at(&script))).await;
            assert_eq!(script.status, 200, "{script:?}");
        }
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn frames_are_on_that_page_and_where_they_are_needed_alone(backend) {
        let framed = json!({"frontchannel_logout_uri": "http://127.0.0.1:5556/bye"});
        let server = server(backend, &[client("framed", &framed), client("plain", &json!({}))], &[]);
        let plain = party(&server, "plain").await;
        let (_, page) = sign_in_page(&Person::new(), &plain).await;
        assert_eq!(directive(&page, "frame-src"), None);
        let browser = Person::new();
        let tokens = alice_in(&browser, &plain, &[]).await;
        let url = plain.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        assert_eq!(browser.get(&url).await.callback().url.as_str(), HOME, "nobody to wait for");

        // Without an address to go on to, the person stays; asked first, the same frames come.
        let party = party(&server, "framed").await;
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let asked = browser.get(party.end_session_url(&[])).await.page();
        assert!(frames(&asked).is_empty(), "nobody has agreed yet");
        let page = browser.submit(&asked.form(), &[("decision", "sign_out")]).await.page();
        assert_eq!(frames(&page), ["http://127.0.0.1:5556/bye"]);
        assert!(!page.body.contains("http-equiv") && !page.body.contains("id=\"continue\""));
        assert_eq!(directive(&page, "script-src"), None);

        // Whoever is signed out has nothing to tell.
        let again = browser.get(party.end_session_url(&[])).await.page();
        assert!(frames(&again).is_empty() && directive(&again, "frame-src").is_none());
    }

    async fn whoever_registers_a_client_may_have_it_told(backend) {
        let server = server(backend, &[], &[("SYMBOLON_CLIENTS_REGISTRATION", "open")]);
        let register = async |frame: &str| {
            let client = json!({
                "redirect_uris": ["https://app.example/callback"],
                "backchannel_logout_uri": "https://app.example/logout",
                "backchannel_logout_session_required": true,
                "frontchannel_logout_uri": frame,
                "frontchannel_logout_session_required": true,
            });
            let request = http().post(server.at("/oauth/v2/register")).json(&client);
            (client, Answer::to(request).await)
        };
        let (asked, answer) = register("https://app.example/frame").await;
        assert_eq!(answer.status, 201, "{answer:?}");
        for (name, value) in asked.as_object().unwrap() {
            assert_eq!(&answer.json[name], value, "{name}");
        }
        let (_, answer) = register("https://evil.example/frame").await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_client_metadata"));
    }

    async fn a_frame_of_somebody_else_is_not_registered(backend) {
        for (name, uri) in [
            ("frontchannel_logout_uri", "https://evil.example/"),
            ("frontchannel_logout_uri", "http://127.0.0.1:5556/#x"),
            ("frontchannel_logout_uri", "javascript:alert(1)"),
            ("frontchannel_logout_uri", "com.example.app:/logout"),
            ("backchannel_logout_uri", "http://app.example/logout"),
            ("backchannel_logout_uri", "https://app.example/logout#x"),
            ("backchannel_logout_uri", "https://u:p@app.example/logout"),
            ("backchannel_logout_uri", "com.example.app:/logout"),
        ] {
            let options = options_on(&backend.url(), &[client("app", &json!({ name: uri }))], &[]);
            let refused = Server::try_start(binary(), options);
            assert!(refused.is_err(), "{name}: {uri}");
        }
    }
}

fn frames(page: &Page) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let frames = page.body.matches("<iframe ").count();
    let sources: Vec<_> = attributes(page, "src")
        .into_iter()
        .filter(|uri| uri.starts_with("http"))
        .collect();
    assert_eq!(sources.len(), frames, "{page:?}");
    sources
}
