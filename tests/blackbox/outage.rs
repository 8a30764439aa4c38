//! The database goes away under a running server, and comes back (A9.3).

use std::time::Duration;

use reqwest::StatusCode;
use symbolon_testkit::{Answer, Cluster, Person, RelyingParty, Server, Tokens, http};

use crate::support::{ALICE, alice_in, binary, options, silently};

/// Longer than the server may take for anything: by its settings in these tests, 10 seconds.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a9_3_without_its_database_the_server_says_503_and_recovers_by_itself() {
    let cluster = Cluster::private();
    let settings = options(cluster.database()).with("SYMBOLON_LIMITS_REQUEST_TIMEOUT", "10s");
    let server = Server::start(binary(), settings);
    let web = RelyingParty::demo_web(server.issuer()).await;
    let confidential = RelyingParty::demo_confidential(server.issuer()).await;
    let machine = RelyingParty::demo_machine(server.issuer()).await;
    let browser = Person::new();
    let tokens = alice_in(&browser, &web, &[]).await;
    let asked = alice_in(&browser, &confidential, &[]).await;
    machine.client_credentials().await.tokens();
    assert_eq!(status(&server, "/readyz").await, 200);

    // While many connections are in the middle of something.
    let mut refreshing = Vec::new();
    for _ in 0..8 {
        let tokens = alice_in(&browser, &web, &[]).await;
        refreshing.push(tokio::spawn(refresh_until_it_fails(web.clone(), tokens)));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let cluster = with(cluster, Cluster::stop).await;
    for one in refreshing {
        let answer = one.await.unwrap();
        assert_is_unavailable("the refresh that was cut off", &answer);
    }

    for path in [
        "/healthz",
        "/.well-known/openid-configuration",
        "/oauth/v2/keys",
    ] {
        assert_eq!(status(&server, path).await, 200, "{path} needs no database");
    }
    assert_eq!(status(&server, "/readyz").await, 503);
    // Memory is not trusted for longer than a second without its feed.
    let outcome = tokio::time::timeout(PATIENCE, async {
        while machine.client_credentials().await.status == 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(outcome.await.is_ok(), "memory is believed for ever");

    let answers = tokio::time::timeout(PATIENCE, async {
        tokio::join!(
            machine.client_credentials(),
            web.refresh(tokens.refresh_token()),
            web.userinfo(&tokens.access_token),
            confidential.introspect(&asked.access_token),
            // A revocation that cannot be kept is none (A2.7).
            confidential.revoke(asked.refresh_token()),
            confidential.revoke(&asked.access_token),
        )
    });
    let answers = answers.await.expect("a request hangs");
    for (what, answer) in [
        ("client_credentials", answers.0),
        ("refresh", answers.1),
        ("userinfo", answers.2),
        ("introspection", answers.3),
        ("a2_7 revocation of a refresh token", answers.4),
        ("a2_7 revocation of an access token", answers.5),
    ] {
        assert_is_unavailable(what, &answer);
    }
    let attempt = web.authorize_url(&[]);
    let page = browser.send(browser.http().get(attempt.url.clone())).await;
    assert_eq!(page.status, 503, "{page:?}");
    assert!(
        !page.header("retry-after").is_empty() && page.words().contains("Try again"),
        "{page:?}"
    );
    assert_keeps_quiet(&page.body);

    let cluster = with(cluster, Cluster::start_again).await;
    let recovery = tokio::time::timeout(Duration::from_secs(10), async {
        while status(&server, "/readyz").await != 200
            || machine.client_credentials().await.status != 200
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(recovery.await.is_ok(), "not well again after ten seconds");
    // Nothing of what failed was done, and nothing is broken.
    let again = web.refresh(tokens.refresh_token()).await.tokens();
    assert_eq!(web.userinfo(&again.access_token).await.status, 200);
    let introspected = confidential.introspect(&asked.access_token).await;
    assert_eq!(introspected.json["active"], true);
    assert_eq!(silently(&browser, &web, &[]).await, "");
    let attempt = web.authorize_url(&[]);
    let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
    web.finish(&attempt, &callback).await;
    // All at once, so that every connection of the pool is used.
    let crowd: Vec<_> = (0..40)
        .map(|_| {
            let (confidential, token) = (confidential.clone(), asked.access_token.clone());
            tokio::spawn(async move { confidential.introspect(&token).await.status })
        })
        .collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), 200);
    }
    let (_, log) = server.stop();
    assert!(!log.contains("panicked"), "{log}");
    drop(cluster);
}

/// Worse than a database that refuses: one that says nothing. Nobody waits for it for ever.
#[tokio::test]
async fn a9_3_no_request_hangs_when_the_database_falls_silent() {
    let cluster = Cluster::private();
    let settings = options(cluster.database()).with("SYMBOLON_LIMITS_REQUEST_TIMEOUT", "6s");
    let server = Server::start(binary(), settings);
    let web = RelyingParty::demo_web(server.issuer()).await;
    let confidential = RelyingParty::demo_confidential(server.issuer()).await;
    let browser = Person::new();
    let mut families = Vec::new();
    for _ in 0..8 {
        families.push(alice_in(&browser, &web, &[]).await);
    }
    let asked = alice_in(&browser, &confidential, &[]).await;

    let cluster = with(cluster, Cluster::freeze).await;
    // More than the pool has connections: none of them hangs.
    let mut crowd = Vec::new();
    for number in 0..40 {
        let (web, confidential) = (web.clone(), confidential.clone());
        let token = families[number % 8].refresh_token().to_owned();
        let access_token = asked.access_token.clone();
        crowd.push(tokio::spawn(async move {
            match number % 2 {
                0 => web.refresh(&token).await,
                _ => confidential.introspect(&access_token).await,
            }
        }));
    }
    for path in [
        "/healthz",
        "/.well-known/openid-configuration",
        "/oauth/v2/keys",
    ] {
        assert_eq!(status(&server, path).await, 200, "{path} needs no database");
    }
    assert_eq!(status(&server, "/readyz").await, 503);
    let answers = tokio::time::timeout(PATIENCE, async {
        let mut answers = Vec::new();
        for one in crowd {
            answers.push(one.await.unwrap());
        }
        answers
    });
    for answer in answers.await.expect("a request hangs") {
        // Memory may still have known it.
        if answer.json["active"] != true {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
            assert!(
                answer.header("retry-after").parse::<u32>().unwrap() > 0,
                "{answer:?}"
            );
        }
    }

    let cluster = with(cluster, Cluster::thaw).await;
    let recovery = tokio::time::timeout(Duration::from_secs(10), async {
        while status(&server, "/readyz").await != 200
            || confidential.introspect(&asked.access_token).await.status != 200
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(recovery.await.is_ok(), "not well again after ten seconds");
    assert_eq!(silently(&browser, &web, &[]).await, "");
    assert_eq!(web.userinfo(&families[0].access_token).await.status, 200);
    drop(cluster);
}

/// The answer that was not a success.
async fn refresh_until_it_fails(web: RelyingParty, tokens: Tokens) -> Answer {
    let mut token = tokens.refresh_token().to_owned();
    loop {
        let answer = web.refresh(&token).await;
        if answer.status != 200 {
            return answer;
        }
        token = answer.tokens().refresh_token().to_owned();
    }
}

fn assert_is_unavailable(what: &str, answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{what}: {answer:?}"
    );
    assert!(
        answer.header("retry-after").parse::<u32>().unwrap() > 0,
        "{what}: {answer:?}"
    );
    assert_eq!(answer.error(), "temporarily_unavailable", "{what}");
    assert_keeps_quiet(&answer.json.to_string());
}

/// Nothing of what the database or its driver said.
fn assert_keeps_quiet(text: &str) {
    let text = text.to_lowercase();
    for leak in [
        "select",
        "insert",
        "sql",
        "postgres",
        "connection",
        "pool",
        "127.0.0.1",
        "terminat",
    ] {
        assert!(!text.contains(leak), "{leak} in {text}");
    }
}

async fn status(server: &Server, path: &str) -> StatusCode {
    let request = http().get(server.at(path));
    let answer = tokio::time::timeout(PATIENCE, request.send()).await;
    answer.expect("a request hangs").unwrap().status()
}

/// Does something to a cluster that takes its time.
async fn with(cluster: Cluster, act: impl FnOnce(&Cluster) + Send + 'static) -> Cluster {
    let acting = move || {
        act(&cluster);
        cluster
    };
    tokio::task::spawn_blocking(acting).await.unwrap()
}
