//! Client ID Metadata Documents: a client_id is the address of a document.

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, Backend, OwnCertificate, Person, RelyingParty, Reply, Server, Site,
    http, on_both_databases, rows,
};
use tokio::task::JoinSet;

use super::on;
use crate::support::{
    ALICE, CALLBACK, LOOPBACK, alice, alice_in, merged, personal_token, silently,
};

const DOCUMENTS: (&str, &str) = ("SYMBOLON_CLIENTS_METADATA_DOCUMENTS", "true");

const PATH: &str = "/client.json";

/// A site with a document at its usual place, and a server that trusts the site.
struct World {
    site: Site,
    server: Server,
    database: String,
}

impl World {
    async fn with(backend: Backend, more: &[(&str, &str)]) -> Self {
        let site = Site::secure(&OwnCertificate::new());
        site.serve_json(PATH, &document(&site, &json!({})));
        let database = backend.url();
        let authority = site.authority();
        let trusted = ("SYMBOLON_OUTBOUND_CA_FILE", authority.as_str());
        let settings = [&[DOCUMENTS, LOOPBACK, trusted][..], more].concat();
        let server = on(&database, &settings);
        Self {
            site,
            server,
            database,
        }
    }

    async fn on(backend: Backend) -> Self {
        Self::with(backend, &[]).await
    }

    async fn party(&self) -> RelyingParty {
        let id = self.site.at(PATH);
        RelyingParty::new(self.server.issuer(), &id, Authentication::Public).await
    }

    /// The status of the page at which a request of this client ends; 200 is a page to sign in.
    async fn status(&self, client_id: &str) -> u16 {
        let party = self.party().await;
        let attempt = party.authorize_url(&[("client_id", client_id)]);
        let page = Person::new().get(&attempt.url).await.page();
        page.status.as_u16()
    }
}

fn document(site: &Site, more: &Value) -> Value {
    let members = json!({
        "client_id": site.at(PATH),
        "client_name": "A document",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    });
    merged(members, more)
}

on_both_databases! {
    async fn somebody_signs_in_to_a_client_that_a_document_describes(backend) {
        let world = World::on(backend).await;
        let party = world.party().await;
        assert_eq!(party.metadata["client_id_metadata_document_supported"], true);
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let page = browser.get(&attempt.url).await.page();
        let fields = [("username", "alice"), ("password", ALICE)];
        let page = browser.submit(&page.form(), &fields).await.page();
        assert!(page.body.contains("id=\"self-registered\""), "{page:?}");
        let callback = browser.submit(&page.form(), &[("decision", "allow")]).await.callback();
        let tokens = party.finish(&attempt, &callback).await;
        let refreshed = party.post("token_endpoint", &[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh_token()),
        ]).await;
        refreshed.tokens();
        // Nobody is asked twice, and the document is not fetched twice.
        assert_eq!(silently(&browser, &party, &[]).await, "");
        assert_eq!(world.site.received().len(), 1);
        let userinfo = http().get(party.endpoint("userinfo_endpoint"));
        let answer = Answer::to(userinfo.bearer_auth(&tokens.access_token)).await;
        assert_eq!(answer.status, 200);
    }

    async fn a_document_is_fetched_once_for_a_crowd_and_kept_without_a_row(backend) {
        let world = World::on(backend).await;
        let party = world.party().await;
        let before = rows(&world.database);
        let mut crowd = JoinSet::new();
        for _ in 0..16 {
            let url = party.authorize_url(&[]).url;
            crowd.spawn(async move { Person::new().get(&url).await.page().status.as_u16() });
        }
        assert_eq!(crowd.join_all().await, [200; 16]);
        assert_eq!(world.site.received().len(), 1);
        let clients = |rows: Vec<String>| rows.iter().filter(|row| row.starts_with("client")).count();
        assert_eq!(clients(rows(&world.database)), clients(before));
    }

    async fn what_is_no_document_of_the_client_is_no_client(backend) {
        let world = World::on(backend).await;
        let site = &world.site;
        let mut other = document(site, &json!({}));
        other["client_id"] = json!(site.at("/other.json"));
        let long = json!({"client_id": site.at("/long"), "x": "x".repeat(40_000)});
        for (path, status, kind, body) in [
            ("/another", "200 OK", "application/json", other.to_string()),
            ("/html", "200 OK", "text/html", document(site, &json!({})).to_string()),
            ("/broken", "200 OK", "application/json", "{".to_owned()),
            ("/long", "200 OK", "application/json", long.to_string()),
            ("/moved", "302 Found", "application/json", "{}".to_owned()),
            ("/gone", "410 Gone", "application/json", "{}".to_owned()),
        ] {
            let length = body.len().to_string();
            let reply = Reply::new(status).header("Location", PATH).header("Content-Length", &length);
            site.reply(path, [reply.body(kind, body)]);
            assert_eq!(world.status(&site.at(path)).await, 400, "{path}");
        }
        for (place, more) in [
            json!({"client_secret": "x"}),
            json!({"client_secret_expires_at": 0}),
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            json!({"redirect_uris": []}),
            json!({"grant_types": ["client_credentials"]}),
            json!({"jwks": {"keys": []}}),
        ].into_iter().enumerate() {
            let path = format!("/wrong-{place}");
            let mut wrong = document(site, &more);
            wrong["client_id"] = json!(site.at(&path));
            site.serve_json(&path, &wrong);
            assert_eq!(world.status(&site.at(&path)).await, 400, "{wrong}");
        }
        // The usual one is fine.
        assert_eq!(world.status(&site.at(PATH)).await, 200);
    }

    async fn an_address_that_gave_nothing_is_left_alone_for_a_while(backend) {
        let world = World::on(backend).await;
        let missing = world.site.at("/missing");
        for _ in 0..5 {
            assert_eq!(world.status(&missing).await, 400);
        }
        assert_eq!(world.site.received().len(), 1);
    }

    async fn a4_1_no_document_is_fetched_from_where_the_server_may_not_go(backend) {
        let site = Site::secure(&OwnCertificate::new());
        site.serve_json(PATH, &document(&site, &json!({})));
        let authority = site.authority();
        let trusted = ("SYMBOLON_OUTBOUND_CA_FILE", authority.as_str());
        let database = backend.url();
        let world = World { server: on(&database, &[DOCUMENTS, trusted]), site, database };
        for address in [
            world.site.at(PATH),
            "https://10.0.0.1/client.json".to_owned(),
            "https://169.254.169.254/client.json".to_owned(),
            "https://[::1]/client.json".to_owned(),
            "http://app.example/client.json".to_owned(),
            world.site.at("/../client.json"),
        ] {
            assert_eq!(world.status(&address).await, 400, "{address}");
        }
        assert_eq!(world.site.received().len(), 0);
    }

    async fn where_it_is_off_an_address_is_no_client(backend) {
        let mut world = World::on(backend).await;
        alice(&world.party().await).await;
        let authority = world.site.authority();
        let trusted = ("SYMBOLON_OUTBOUND_CA_FILE", authority.as_str());
        world.server = on(&world.database, &[LOOPBACK, trusted]);
        let party = world.party().await;
        assert!(party.metadata["client_id_metadata_document_supported"].is_null());
        assert_eq!(world.status(&world.site.at(PATH)).await, 400);
    }

    async fn an_operator_shuts_one_out(backend) {
        let world = World::on(backend).await;
        let browser = Person::new();
        let party = world.party().await;
        alice_in(&browser, &party, &[]).await;
        let token = personal_token(&world.database, "admin", &[]);
        let id = world.site.at(PATH).replace('/', "%2F");
        let at = world.server.at(&format!("/admin/v1/clients/{id}"));
        let seen = Answer::to(http().get(&at).bearer_auth(&token)).await;
        assert_eq!(seen.json["origin"], "document", "{seen:?}");
        let request = http().patch(&at).bearer_auth(&token);
        let request = request.header("if-match", seen.header("etag"));
        let disabled = Answer::to(request.json(&json!({"disabled": true}))).await;
        assert_eq!(disabled.status, 200, "{disabled:?}");
        crate::support::eventually("the client is shut out", async || {
            world.status(&world.site.at(PATH)).await == 400
        }).await;
    }

    async fn a_client_of_an_operator_is_not_fetched(backend) {
        let site = Site::secure(&OwnCertificate::new());
        let id = site.at(PATH);
        let state = json!({"clients": [{
            "client_id": id, "client_name": "Declared", "token_endpoint_auth_methods": ["none"],
            "grant_types": ["authorization_code"], "redirect_uris": [CALLBACK],
        }]});
        let database = backend.url();
        let server = on(&database, &[DOCUMENTS, LOOPBACK]);
        crate::support::apply(&database, &state.to_string());
        let party = RelyingParty::new(server.issuer(), &id, Authentication::Public).await;
        alice(&party).await;
        assert_eq!(site.received().len(), 0);
    }
}
