//! What every answer tells a browser to do and to leave (requirement A1.11).

use symbolon_testkit::{Options, Page, Person, Server, on_both_databases};

use crate::support::{
    ALICE, alice_in, binary, demo, options, public, server, shared, sign_in_page, type_in,
};

on_both_databases! {
    async fn a1_11_every_page_keeps_to_itself(backend) {
        let server = server(backend, &[("SYMBOLON_REGISTRATION_ORGANIZATION", "globex")]);
        let party = public(&server, "web-asking").await;
        let browser = Person::new();
        let page = |url: String| async { browser.get(url).await.page() };
        let mut pages = vec![
            page(server.at("/")).await,
            page(server.at("/nowhere")).await,
        ];
        // An error of the authorization endpoint, and one of an interaction.
        pages.push(page(server.at("/oauth/v2/authorize?client_id=nobody")).await);
        pages.push(page(server.at("/sign-in/nonsense")).await);
        let (_, sign_in) = sign_in_page(&browser, &party).await;
        pages.push(page(sign_in.url.as_str().replace("sign-in", "sign-up")).await);
        pages.push(
            type_in(&browser, &sign_in, "nobody", "a wrong pass phrase")
                .await
                .page(),
        );
        let consent = type_in(&browser, &sign_in, "alice", ALICE).await.page();
        pages.extend([sign_in, consent]);
        let trusted = public(&server, "web").await;
        let choose = trusted.authorize_url(&[("prompt", "select_account")]);
        pages.push(page(choose.url.into()).await);
        let form_post = trusted.authorize_url(&[("response_mode", "form_post")]).url;
        pages.push(browser.send(browser.http().get(form_post)).await);
        let confirm = page(trusted.end_session_url(&[]).into()).await;
        let signed_out = browser
            .submit(&confirm.form(), &[("decision", "sign_out")])
            .await
            .page();
        pages.extend([confirm, signed_out]);
        assert_eq!(pages.len(), 12);

        for page in &pages {
            let path = page.url.path();
            assert!(
                page.header("content-type").starts_with("text/html"),
                "{page:?}"
            );
            let policy = page.header("content-security-policy");
            for part in [
                "default-src 'none'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action ",
            ] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(
                !policy.contains("unsafe") && !policy.contains('*'),
                "{path}: {policy}"
            );
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            has_headers(page);
            is_self_contained(page, server.url());
            // The id under which the log knows it stands on the page.
            assert!(page.words().contains(page.header("x-request-id")), "{path}");
        }
    }

    async fn a1_11_every_other_answer_has_the_headers_too(backend) {
        let server = shared(backend);
        let browser = Person::new();
        for path in [
            "/.well-known/openid-configuration",
            "/oauth/v2/keys",
            "/healthz",
            "/readyz",
            "/metrics",
            "/oidc/v1/userinfo",
            "/oauth/v2/token",
            "/static/nothing",
            "/favicon.ico",
        ] {
            let answer = browser.send(browser.http().get(server.at(path))).await;
            has_headers(&answer);
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        }
        let party = public(server, "web").await;
        let redirect = party.authorize_url(&[]).url;
        has_headers(&browser.send(browser.http().get(redirect)).await);
    }

    async fn the_parts_of_a_page_are_there_and_can_be_kept_for_ever(backend) {
        let server = shared(backend);
        let browser = Person::new();
        let page = browser.get(server.at("/")).await.page();
        let parts: Vec<_> = attributes(&page.body, &["href", "src"])
            .into_iter()
            .filter(|url| url.contains("/static/"))
            .collect();
        assert!(parts.len() >= 3, "{parts:?}");
        for part in parts {
            let answer = browser.send(browser.http().get(server.at(&part))).await;
            assert_eq!(answer.status, 200, "{part}");
            assert!(
                answer.header("cache-control").contains("immutable"),
                "{part}: {answer:?}"
            );
            assert!(!answer.header("etag").is_empty(), "{part}");
        }
    }

    async fn with_https_browsers_are_told_to_stay_there(backend) {
        let mut options: Options = options(backend.url());
        options.issuer = Some("https://id.example".to_owned());
        let secure = Server::start(binary(), options);
        let plain = demo(backend);
        let browser = Person::new();
        for path in ["/healthz", "/", "/oauth/v2/keys"] {
            let answer = browser.send(browser.http().get(secure.at(path))).await;
            let header = answer.header("strict-transport-security");
            let seconds = header.strip_prefix("max-age=").unwrap();
            assert!(seconds.parse::<u64>().unwrap() >= 31_536_000, "{header}");
            let answer = browser.send(browser.http().get(plain.at(path))).await;
            assert_eq!(answer.header("strict-transport-security"), "");
        }
    }

    async fn a1_11_a_form_leads_to_its_own_client_and_nowhere_else(backend) {
        let server = shared(backend);
        let browser = Person::new();
        for (client_id, redirect_uri, source) in [
            (
                "web",
                "http://127.0.0.1:5556/callback",
                "form-action 'self' http://127.0.0.1:5556;",
            ),
            (
                "web-places",
                "https://app.example/callback?tenant=acme",
                "form-action 'self' https://app.example;",
            ),
            (
                "web-places",
                "com.example.app:/callback",
                "form-action 'self' com.example.app:;",
            ),
        ] {
            let party = public(server, client_id).await;
            let attempt = party.authorize_url(&[("redirect_uri", redirect_uri)]);
            let page = browser.get(&attempt.url).await.page();
            let policy = page.header("content-security-policy");
            assert!(policy.contains(source), "{redirect_uri}: {policy}");
        }
    }

    async fn what_a_request_says_is_no_markup_on_any_page(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
        let browser = Person::new();
        alice_in(&browser, &party, &[]).await;
        let page = |url: url::Url| async { browser.send(browser.http().get(url)).await };
        let mut urls = Vec::new();
        for name in ["client_id", "redirect_uri"] {
            urls.push(party.authorize_url(&[(name, hostile)]).url);
        }
        for name in ["state", "login_hint", "ui_locales", "nonce"] {
            let attempt = party.authorize_url(&[(name, hostile), ("response_mode", "form_post")]);
            urls.push(attempt.url);
        }
        urls.push(
            party
                .authorize_url(&[("prompt", "login"), ("login_hint", hostile)])
                .url,
        );
        for url in urls {
            is_clean(&page(url).await);
        }
        for name in [
            "post_logout_redirect_uri",
            "state",
            "client_id",
            "id_token_hint",
        ] {
            is_clean(
                &browser
                    .get(party.end_session_url(&[(name, hostile)]))
                    .await
                    .page(),
            );
        }
        is_clean(
            &browser
                .get(server.at("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
                .await
                .page(),
        );
    }
}

fn has_headers(page: &Page) {
    let path = page.url.path();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(page.header(name), value, "{path}");
    }
    assert_eq!(page.header("x-request-id").len(), 16, "{path}");
    assert_eq!(page.header("server"), "", "{path}");
}

/// Nothing inline that a policy would have to permit, and nothing from elsewhere.
fn is_self_contained(page: &Page, own: &str) {
    let body = page.body.to_lowercase();
    assert!(
        !body.contains("<style") && !body.contains(" style="),
        "{page:?}"
    );
    assert!(!body.contains("javascript:"), "{page:?}");
    for script in body.split("<script").skip(1) {
        let (tag, rest) = script.split_once('>').unwrap();
        assert!(
            tag.contains(" src=\"") && rest.trim_start().starts_with("</script>"),
            "{tag}"
        );
    }
    for part in body.split('<').filter(|tag| !tag.starts_with('/')) {
        let (tag, _) = part.split_once('>').unwrap_or((part, ""));
        assert!(!tag.contains(" on"), "an inline handler: <{tag}>");
    }
    for url in attributes(&page.body, &["src", "href"]) {
        let here = url.starts_with('/') && !url.starts_with("//")
            || url.starts_with(own)
            || url.starts_with('#');
        assert!(here, "{url} is elsewhere");
    }
}

fn is_clean(page: &Page) {
    assert!(!page.body.contains("<script>alert"), "{page:?}");
    assert!(!page.body.contains("<img src=x"), "{page:?}");
}

/// The values of these attributes of a page.
fn attributes(body: &str, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .flat_map(|name| {
            let start = format!(" {name}=\"");
            body.split(&start)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}
