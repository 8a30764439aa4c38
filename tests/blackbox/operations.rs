//! What an operator sees: health, metrics, request ids, the log, and how a server stops.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use symbolon_testkit::{Answer, Person, RelyingParty, Server, http, jwt_header, on_both_databases};

use crate::support::{
    ALICE, MACHINE_SECRET, alice_in, apply, binary, demo, eventually, machine, options, public,
    seconds_pass, server, shared, sign_in_page, silently, type_in, with_settings,
};

on_both_databases! {
    async fn a_healthy_server_says_so(backend) {
        let server = shared(backend);
        for path in ["/healthz", "/readyz"] {
            let answer = http().get(server.at(path)).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
            assert_eq!(answer.text().await.unwrap(), "ok\n", "{path}");
        }
    }

    async fn the_metrics_count_what_happened(backend) {
        let server = server(backend, &[]);
        let party = public(&server, "web").await;
        let machine = machine(&server, "machine-rs256").await;
        for _ in 0..3 {
            machine.client_credentials().await.tokens();
        }
        machine
            .clone()
            .asking_for("nobody.knows")
            .client_credentials()
            .await;
        let tokens = alice_in(&Person::new(), &party, &[]).await;
        party.refresh(tokens.refresh_token()).await.tokens();
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &party).await;
        type_in(&browser, &page, "alice", "a wrong pass phrase")
            .await
            .page();
        http()
            .get(server.at("/nowhere/at/all"))
            .send()
            .await
            .unwrap();

        let answer = http().get(server.at("/metrics")).send().await.unwrap();
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("application/openmetrics-text")
        );
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        for line in [
            "symbolon_token_responses_total{grant_type=\"client_credentials\"} 3",
            "symbolon_token_responses_total{grant_type=\"authorization_code\"} 1",
            "symbolon_token_responses_total{grant_type=\"refresh_token\"} 1",
            "symbolon_oauth_errors_total{error=\"invalid_scope\"} 1",
            "symbolon_sign_ins_total{outcome=\"wrong\"} 1",
            "symbolon_http_requests_in_flight 1",
            "symbolon_http_requests_total{route=\"token\",status=\"200\"} 5",
            "symbolon_http_requests_total{route=\"token\",status=\"400\"} 1",
        ] {
            assert!(
                text.lines().any(|own| own == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(
            text.contains("symbolon_http_request_duration_seconds_bucket{"),
            "{text}"
        );
        // Nobody can add series, or read in them who is here.
        for word in ["/nowhere", "alice", "machine-rs256", "worker"] {
            assert!(!text.contains(word), "{word} is in\n{text}");
        }
    }

    async fn a_sign_in_that_works_is_counted(backend) {
        let server = demo(backend);
        let party = RelyingParty::demo_web(server.issuer()).await;
        alice_in(&Person::new(), &party, &[]).await;
        let text = http()
            .get(server.at("/metrics"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let line = "symbolon_sign_ins_total{outcome=\"right\"} 1";
        assert!(text.lines().any(|own| own == line), "{text}");
    }

    async fn metrics_can_be_turned_off(backend) {
        let server = server(backend, &[("SYMBOLON_METRICS_ENABLED", "false")]);
        assert_eq!(
            http()
                .get(server.at("/metrics"))
                .send()
                .await
                .unwrap()
                .status(),
            404
        );
    }

    async fn every_answer_has_an_id_of_its_own_and_the_log_knows_it(backend) {
        let server = Server::start(
            binary(),
            options(backend.url())
                .with("SYMBOLON_LOG_LEVEL", "debug")
                .with("SYMBOLON_LOG_FORMAT", "json"),
        );
        let mut ids = Vec::new();
        for _ in 0..3 {
            // What a caller claims as its id is not believed.
            let request = http()
                .get(server.at("/oauth/v2/authorize"))
                .header("x-request-id", "chosen-outside");
            let answer = request.send().await.unwrap();
            let id = answer.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            assert!(
                answer.text().await.unwrap().contains(&id),
                "the page does not name {id}"
            );
            ids.push(id);
        }
        let (_, log) = server.stop();
        assert!(!log.contains("chosen-outside"), "{log}");
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{ids:?}");
            let lines: Vec<_> = log.lines().filter(|line| line.contains(id)).collect();
            assert!(!lines.is_empty(), "the log does not know {id}");
            for line in lines {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(
                    event["level"].is_string() && event["timestamp"].is_string(),
                    "{line}"
                );
            }
        }
    }

    async fn no_secret_is_ever_logged(backend) {
        let database = backend.url();
        // Applied beforehand: `--demo` prints its passwords, which is what it is for.
        apply(&database, include_str!("../../crates/wire/src/demo.yaml"));
        let mut options = with_settings(
            options(database),
            &[
                ("SYMBOLON_LOG_LEVEL", "trace"),
                ("SYMBOLON_REGISTRATION_ORGANIZATION", "globex"),
            ],
        );
        options.demo = false;
        let server = Server::start(binary(), options);
        let secrets = every_flow(&server).await;
        let (status, log) = server.stop();
        assert!(status.success());
        assert!(
            log.contains("TRACE") || log.contains("DEBUG"),
            "nothing was logged:\n{log}"
        );
        for (what, secret) in secrets {
            assert!(secret.len() >= 8, "{what}: too short to look for");
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for form in [secret.clone(), encoded, STANDARD.encode(&secret)] {
                if let Some(line) = log.lines().find(|line| line.contains(&form)) {
                    panic!("{what} is in the log: {line}");
                }
            }
        }
    }

    async fn a_server_that_is_told_to_stop_answers_what_is_under_way(backend) {
        let server = demo(backend);
        let body = "grant_type=client_credentials&client_id=demo-machine\
            &client_secret=demo-machine-secret";
        let (first, rest) = body.split_at(30);
        let mut connection = connect(&server);
        write!(
            connection,
            "POST /oauth/v2/token HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{first}",
            body.len()
        )
        .unwrap();
        // Once another request has been counted as second, the first one is being answered.
        eventually("the request is under way", || async {
            let text = http()
                .get(server.at("/metrics"))
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            text.contains("symbolon_http_requests_in_flight 2")
        })
        .await;
        server.ask_to_stop();
        let address = server.url().strip_prefix("http://").unwrap().to_owned();
        eventually("no new connection is taken", || async {
            TcpStream::connect(&address).is_err()
        })
        .await;
        connection.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("\"access_token\""), "{answer}");
        let (status, log) = server.stop();
        assert!(status.success(), "{log}");
        assert!(log.contains("stopped"), "{log}");
    }

    async fn a_server_does_not_wait_for_ever_when_it_is_told_to_stop(backend) {
        let server = server(backend, &[("SYMBOLON_SHUTDOWN_DRAIN", "1s")]);
        let mut connection = connect(&server);
        write!(
            connection,
            "POST /oauth/v2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
        )
        .unwrap();
        let (status, log) = server.stop();
        assert!(status.success(), "{log}");
        drop(connection);
    }

    async fn a9_2_a_restart_keeps_what_was_and_what_was_taken_back(backend) {
        let database = backend.url();
        let mut options = with_settings(options(database), &[]);
        let server = Server::start(binary(), options.clone());
        let party = public(&server, "web").await;
        let browser = Person::new();
        let kept = alice_in(&browser, &party, &[]).await;
        let revoked = alice_in(&browser, &party, &[]).await;
        party.revoke(revoked.refresh_token()).await;
        let machine_party = machine(&server, "machine-rs256").await;
        let given_back = machine_party
            .client_credentials()
            .await
            .tokens()
            .access_token;
        machine_party.revoke(&given_back).await;
        let asking = public(&server, "web-asking").await;
        alice_in(&browser, &asking, &[]).await;
        let attempt = party.authorize_url(&[]);
        let callback = browser.get(&attempt.url).await.callback();
        let used = party.finish(&attempt, &callback).await;
        let (open, page) = {
            let elsewhere = Person::new();
            let (attempt, page) = sign_in_page(&elsewhere, &party).await;
            ((elsewhere, attempt), page)
        };
        // The same address again, so that it is the same issuer.
        options.listen = server.url().strip_prefix("http://").unwrap().to_owned();
        server.stop();
        let _server = Server::start(binary(), options);
        // The connections of before are closed: time for their owners to notice.
        seconds_pass(0).await;

        assert_eq!(silently(&browser, &party, &[]).await, "", "the session");
        assert_eq!(silently(&browser, &asking, &[]).await, "", "the consent");
        assert_eq!(party.userinfo(&kept.access_token).await.status, 200);
        let next = party.refresh(kept.refresh_token()).await.tokens();
        assert_eq!(
            jwt_header(&next.access_token)["kid"],
            jwt_header(&kept.access_token)["kid"]
        );
        assert_eq!(
            party.refresh(revoked.refresh_token()).await.error(),
            "invalid_grant"
        );
        assert_eq!(party.userinfo(&revoked.access_token).await.status, 401);
        assert_eq!(
            machine_party.introspect(&given_back).await.json["active"],
            false
        );
        // A page that was open goes on, and a code that was used is used.
        let callback = type_in(&open.0, &page, "alice", ALICE).await.callback();
        party.finish(&open.1, &callback).await;
        let again = party.exchange(callback.code(), &open.1.verifier).await;
        assert_eq!(again.error(), "invalid_grant");
        party.refresh(used.refresh_token()).await.tokens();
    }
}

/// Goes through every flow; returns everything that has to stay secret, with what it is.
async fn every_flow(server: &Server) -> Vec<(&'static str, String)> {
    let mut secrets = vec![
        ("the password of alice", ALICE.to_owned()),
        ("a client secret", MACHINE_SECRET.to_owned()),
        (
            "another client secret",
            "demo-confidential-secret".to_owned(),
        ),
        (
            "the key-encryption key",
            options("").key_encryption_key.unwrap(),
        ),
    ];
    let browser = Person::new();
    let wrong = "a pass phrase with one letter wrong";
    secrets.push(("a wrong password", wrong.to_owned()));
    let confidential = RelyingParty::demo_confidential(server.issuer()).await;
    let (attempt, page) = sign_in_page(&browser, &confidential).await;
    secrets.push((
        "the csrf token of a form",
        page.form().hidden("csrf").unwrap().to_owned(),
    ));
    let handle = page.url.path().rsplit('/').next().unwrap().to_owned();
    secrets.push(("the handle of an interaction", handle));
    type_in(&browser, &page, "alice", wrong).await.page();
    let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
    let tokens = confidential.finish(&attempt, &callback).await;
    let next = confidential.refresh(tokens.refresh_token()).await.tokens();
    // Used twice, refused, revoked and malformed: errors are logged, secrets are not.
    confidential
        .exchange(callback.code(), &attempt.verifier)
        .await;
    confidential
        .refresh("sy_rt_something-that-is-malformed")
        .await;
    secrets.push((
        "a malformed refresh token",
        "sy_rt_something-that-is-malformed".to_owned(),
    ));
    confidential.userinfo(&next.access_token).await;
    confidential.introspect(&next.access_token).await;
    confidential.revoke(next.refresh_token()).await;
    let guess = [
        ("grant_type", "client_credentials"),
        ("client_id", "demo-machine"),
        ("client_secret", "a guessed secret"),
    ];
    confidential.token(&guess).await;
    secrets.push(("a guessed secret", "a guessed secret".to_owned()));
    secrets.extend([
        ("an authorization code", callback.code().to_owned()),
        ("a code verifier", attempt.verifier.clone()),
        ("a nonce", attempt.nonce.clone()),
        ("a state", attempt.state.clone()),
    ]);
    for tokens in [&tokens, &next] {
        secrets.push(("a refresh token", tokens.refresh_token().to_owned()));
        for token in [&tokens.access_token, tokens.id_token()] {
            let (_, signature) = token.rsplit_once('.').unwrap();
            secrets.push(("the signature of a token", signature.to_owned()));
        }
    }
    let opaque = public(server, "web-opaque").await;
    let tokens = alice_in(&browser, &opaque, &[("response_mode", "form_post")]).await;
    opaque.userinfo(&tokens.access_token).await;
    opaque.revoke(&tokens.access_token).await;
    secrets.push(("an opaque access token", tokens.access_token));

    let page = browser
        .get(opaque.authorize_url(&[("prompt", "create")]).url)
        .await
        .page();
    let chosen = "a pass phrase that somebody chose";
    secrets.push(("a chosen password", chosen.to_owned()));
    let fields = [
        ("username", "erika"),
        ("name", "Erika"),
        ("email", "erika@example.org"),
        ("password", chosen),
    ];
    browser.submit(&page.form(), &fields).await.callback();
    for (_, value) in browser.cookies(server.url()) {
        secrets.push(("the cookie", value));
    }
    let machine = machine(server, "machine-opaque").await;
    let token = machine.client_credentials().await.tokens().access_token;
    secrets.push(("the opaque token of a machine", token));
    let query = [
        ("id_token_hint", next.id_token()),
        ("state", "a state of signing out"),
    ];
    browser.get(opaque.end_session_url(&query)).await.page();
    secrets.push((
        "the state of signing out",
        "a state of signing out".to_owned(),
    ));
    Answer::to(http().get(server.at("/metrics"))).await;
    secrets
}

fn connect(server: &Server) -> TcpStream {
    let connection = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    connection
}
