//! Where the endpoints are: the paths of the settings, and an issuer with a path.

use std::net::TcpListener;

use serde_json::json;
use symbolon_testkit::{Backend, Person, RelyingParty, Server, http, on_both_databases};

use crate::discovery::{DOCUMENTS, document};
use crate::support::{ALICE, binary, options, server};

on_both_databases! {
    async fn the_paths_are_where_the_settings_say(backend) {
        let names = [
            "AUTHORIZE",
            "TOKEN",
            "INTROSPECT",
            "REVOKE",
            "KEYS",
            "USERINFO",
            "END_SESSION",
        ];
        let settings: Vec<_> = names
            .iter()
            .map(|name| {
                (
                    format!("SYMBOLON_PATHS_{name}"),
                    format!("/my/{}", name.to_lowercase()),
                )
            })
            .collect();
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_str()))
            .collect();
        let server = server(backend, &settings);
        let metadata = document(&server.at(DOCUMENTS[0])).await;
        assert_eq!(
            metadata["authorization_endpoint"],
            server.at("/my/authorize")
        );
        assert_eq!(
            metadata["end_session_endpoint"],
            server.at("/my/end_session")
        );
        everything_works(&server).await;
        for old in [
            "/oauth/v2/authorize",
            "/oauth/v2/token",
            "/oauth/v2/introspect",
            "/oauth/v2/revoke",
            "/oauth/v2/keys",
            "/oidc/v1/userinfo",
            "/oidc/v1/end_session",
        ] {
            assert_eq!(
                http().get(server.at(old)).send().await.unwrap().status(),
                404,
                "{old}"
            );
        }
    }

    async fn an_issuer_may_have_a_path(backend) {
        let server = below_a_path(backend);
        let path = url::Url::parse(server.issuer()).unwrap().path().to_owned();
        assert_eq!(path, "/realms/acme");
        let root = server.issuer().strip_suffix(&path).unwrap();
        // OIDC Discovery §4 puts the well-known name behind the path, RFC 8414 §3.1 before it.
        let of_openid = document(&format!("{}{}", server.issuer(), DOCUMENTS[0])).await;
        let of_oauth = document(&format!("{root}{}{path}", DOCUMENTS[1])).await;
        assert_eq!(of_openid, of_oauth);
        assert_eq!(of_openid["issuer"], server.issuer());
        let token = format!("{}/oauth/v2/token", server.issuer());
        assert_eq!(of_openid["token_endpoint"], token);
        everything_works(&server).await;
        // Nothing of it is beside the path.
        for beside in ["/oauth/v2/keys", DOCUMENTS[0]] {
            assert_eq!(
                http()
                    .get(format!("{root}{beside}"))
                    .send()
                    .await
                    .unwrap()
                    .status(),
                404
            );
        }
    }
}

/// Goes through every endpoint of a server.
async fn everything_works(server: &Server) {
    let party = RelyingParty::demo_confidential(server.issuer())
        .await
        .asking_for("openid email");
    let browser = Person::new();
    let attempt = party.authorize_url(&[]);
    let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
    let tokens = party.finish(&attempt, &callback).await;
    assert_eq!(
        party.userinfo(&tokens.access_token).await.json["email"],
        "alice@acme.example"
    );
    assert_eq!(
        party.introspect(&tokens.access_token).await.json["active"],
        true
    );
    let again = party.refresh(tokens.refresh_token()).await.tokens();
    assert_eq!(party.revoke(&again.access_token).await.status, 200);
    assert_eq!(
        party.introspect(&again.access_token).await.json,
        json!({"active": false})
    );
    let bye = [
        ("id_token_hint", again.id_token()),
        ("post_logout_redirect_uri", "http://127.0.0.1:5556/"),
    ];
    browser.get(party.end_session_url(&bye)).await.callback();
    // The page that asks is reached by a redirect of its own.
    browser
        .sign_in(&party.authorize_url(&[]).url, "alice", ALICE)
        .await;
    let page = browser.get(party.end_session_url(&[])).await.page();
    let page = browser
        .submit(&page.form(), &[("decision", "sign_out")])
        .await
        .page();
    assert!(page.words().contains("You are signed out"), "{page:?}");
}

/// A server that goes by an issuer with a path, on a port that was free a moment ago.
fn below_a_path(backend: Backend) -> Server {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut options = options(backend.url());
    options.listen = format!("127.0.0.1:{port}");
    options.issuer = Some(format!("http://127.0.0.1:{port}/realms/acme"));
    Server::start(binary(), options)
}
