//! Sign-ins that do not start at the client (OIDC Core §4).

use serde_json::json;
use symbolon_testkit::{Person, Server, on_both_databases};

use super::{attributes, client, options_on, party, server};
use crate::support::{BOB, alice_in, binary, sign_in};

on_both_databases! {
    async fn oidcc_3rd_party_init_login_nohttps(backend) {
        for uri in [
            "http://app.example/start",
            "http://127.0.0.1:5556/start",
            "HTTPS://app.example/start",
            "javascript:alert(1)",
            "https://app.example/start#x",
        ] {
            let clients = [client("app", &json!({"initiate_login_uri": uri}))];
            let refused = Server::try_start(binary(), options_on(&backend.url(), &clients, &[]));
            assert!(refused.is_err(), "{uri}");
        }
    }

    async fn the_home_page_opens_the_applications_of_whoever_is_signed_in(backend) {
        let uri = |name: &str| format!("https://{name}.example/start?a=1");
        let of = |name: &str, consent: &str| {
            let more = json!({
                "client_name": format!("<{name}>"),
                "initiate_login_uri": uri(name),
                "consent": consent,
            });
            client(name, &more)
        };
        let clients = [
            of("owned", "implicit"),
            of("allowed", "required"),
            // Whoever registers a client does not get onto everybody's page by that.
            of("strange", "required"),
            client("without", &json!({})),
        ];
        let server = server(backend, &clients, &[]);
        let home = async |browser: &Person| {
            let page = browser.get(server.at("/")).await.page();
            assert_eq!(page.status, 200, "{page:?}");
            let links = attributes(&page, "href");
            let links: Vec<_> = links.into_iter().filter(|uri| uri.contains("/start")).collect();
            (links, page)
        };
        let (links, _) = home(&Person::new()).await;
        assert!(links.is_empty(), "{links:?}");

        let (alice, bob) = (Person::new(), Person::new());
        alice_in(&alice, &party(&server, "allowed").await, &[]).await;
        sign_in(&bob, &party(&server, "without").await, &[], "bob", BOB).await;
        let issuer: String =
            url::form_urlencoded::byte_serialize(server.issuer().as_bytes()).collect();
        let with_issuer = |name: &str| format!("{}&iss={issuer}", uri(name));
        let (links, page) = home(&alice).await;
        assert_eq!(links, [with_issuer("allowed"), with_issuer("owned")]);
        assert!(page.words().contains("<allowed>") && !page.body.contains("<allowed>"));
        assert_eq!(home(&bob).await.0, [with_issuer("owned")]);

        let party = party(&server, "allowed").await;
        let page = alice.get(party.end_session_url(&[])).await.page();
        alice.submit(&page.form(), &[("decision", "sign_out")]).await.page();
        assert!(home(&alice).await.0.is_empty());
    }
}
