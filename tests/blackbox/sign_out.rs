//! RP-initiated logout: who is asked, who is signed out, and where the browser goes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use symbolon_testkit::{Page, Person, RelyingParty, Tokens, on_both_databases};

use crate::support::{
    ALICE, BOB, alice_in, called_back_at, demo, post_raw, public, seconds_pass, server, shared,
    sign_in, silently,
};

/// Registered by most clients.
const HOME: &str = "http://127.0.0.1:5556/";

const STRANGE: &str = "a b+c%20d&e=f#g?ü日本\"'<>";

on_both_databases! {
    async fn a_hint_and_a_registered_address_sign_out_and_lead_there(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
            ("state", STRANGE),
        ]);
        let callback = browser.get(url).await.callback();
        assert!(callback.url.as_str().starts_with(HOME), "{callback:?}");
        assert_eq!(
            callback.parameters,
            [("state".to_owned(), STRANGE.to_owned())]
        );
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn the_parameters_may_be_posted(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let form = [
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
            ("state", STRANGE),
        ];
        let request = browser
            .http()
            .post(party.endpoint("end_session_endpoint"))
            .form(&form);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 303);
        let callback = browser.get(answer.location()).await.callback();
        assert_eq!(
            callback.parameters,
            [("state".to_owned(), STRANGE.to_owned())]
        );
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn without_a_state_none_comes_back(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        assert_eq!(browser.get(url).await.callback().url.as_str(), HOME);
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn a_registered_query_is_kept(backend) {
        let bye = "https://app.example/bye?from=here";
        let party = public(shared(backend), "web-places").await;
        let party = called_back_at(&party, "https://app.example/callback");
        let (browser, tokens) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", bye),
            ("state", "x"),
        ]);
        let callback = browser.get(url).await.callback();
        assert_eq!(callback.url.as_str(), format!("{bye}&state=x"));
    }

    async fn a1_5_an_address_that_is_not_registered_is_not_visited(backend) {
        let party = public(shared(backend), "web").await;
        for elsewhere in [
            "https://evil.example/",
            "http://127.0.0.1:5556/?foo=bar",
            "http://127.0.0.1:5556",
            "http://127.0.0.1:5556/callback",
            "http://127.0.0.1:5557/",
            "HTTP://127.0.0.1:5556/",
            "javascript:alert(1)",
        ] {
            let (browser, tokens) = signed_in(&party).await;
            let url = party.end_session_url(&[
                ("id_token_hint", tokens.id_token()),
                ("post_logout_redirect_uri", elsewhere),
                ("state", "x"),
            ]);
            let page = browser.get(url).await.page();
            asks(&page);
            assert!(!page.body.contains("evil.example"), "{page:?}");
            signed_out(&agree(&browser, &page).await);
            assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        }
    }

    async fn a1_5_a_hint_that_is_not_ours_is_none(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let other_issuer = demo(backend);
        let foreign = alice_in(
            &Person::new(),
            &RelyingParty::demo_web(other_issuer.issuer()).await,
            &[],
        )
        .await;
        for hint in ["none", "signature", "foreign", "access", "nonsense"] {
            let (browser, tokens) = signed_in(&party).await;
            let (signed, signature) = tokens.id_token().rsplit_once('.').unwrap();
            let (_, payload) = signed.split_once('.').unwrap();
            let hint = match hint {
                "none" => format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)),
                "signature" => format!("{signed}.{}", signature.chars().rev().collect::<String>()),
                "foreign" => foreign.id_token().to_owned(),
                "access" => tokens.access_token.clone(),
                other => other.to_owned(),
            };
            let url = party.end_session_url(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", HOME),
                ("state", "x"),
            ]);
            let page = browser.get(url).await.page();
            asks(&page);
            assert_eq!(
                silently(&browser, &party, &[]).await,
                "",
                "nobody has answered yet"
            );
            signed_out(&agree(&browser, &page).await);
        }
    }

    async fn a1_5_without_a_client_there_is_no_address(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, _) = signed_in(&party).await;
        let url = party.end_session_url(&[("post_logout_redirect_uri", HOME), ("state", "x")]);
        let page = browser.get(url).await.page();
        asks(&page);
        signed_out(&agree(&browser, &page).await);
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn a_client_id_is_enough_for_the_address_and_not_for_signing_out_unasked(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, _) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("client_id", "web"),
            ("post_logout_redirect_uri", HOME),
            ("state", STRANGE),
        ]);
        let page = browser.get(url).await.page();
        asks(&page);
        assert!(
            page.words().contains("A web application"),
            "{}",
            page.words()
        );
        let form = page.form();
        let callback = browser
            .submit(&form, &[("decision", "sign_out")])
            .await
            .callback();
        assert_eq!(
            callback.parameters,
            [("state".to_owned(), STRANGE.to_owned())]
        );
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn a1_5_a_hint_and_a_client_id_have_to_agree(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let mut parameters = [
            ("id_token_hint", tokens.id_token()),
            ("client_id", "web-es256"),
            ("post_logout_redirect_uri", HOME),
        ];
        let page = browser.get(party.end_session_url(&parameters)).await.page();
        asks(&page);
        parameters[1].1 = "web";
        let callback = browser
            .get(party.end_session_url(&parameters))
            .await
            .callback();
        assert_eq!(callback.url.as_str(), HOME);
    }

    async fn a_bare_call_asks_and_then_says_so(backend) {
        let party = public(shared(backend), "web").await;
        for parameters in [
            vec![],
            vec![("state", "x")],
            vec![("unknown", "x")],
            vec![("client_id", "nobody")],
        ] {
            let (browser, _) = signed_in(&party).await;
            let page = browser.get(party.end_session_url(&parameters)).await.page();
            asks(&page);
            assert!(page.words().contains("Alice Archer"), "{}", page.words());
            signed_out(&agree(&browser, &page).await);
            assert_eq!(silently(&browser, &party, &[]).await, "login_required");
        }
    }

    async fn a_hint_alone_signs_out_and_says_so(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let url = party.end_session_url(&[("id_token_hint", tokens.id_token())]);
        signed_out(&browser.get(url).await.page());
        assert_eq!(silently(&browser, &party, &[]).await, "login_required");
    }

    async fn an_expired_hint_is_good(backend) {
        let server = server(backend, &[("SYMBOLON_TOKEN_ID_LIFETIME", "1s")]);
        let party = public(&server, "web").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
        let tokens = party
            .exchange(callback.code(), &attempt.verifier)
            .await
            .tokens();
        seconds_pass(1).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        assert_eq!(browser.get(url).await.callback().url.as_str(), HOME);
    }

    async fn the_hint_of_another_session_signs_nobody_out_unasked(backend) {
        let party = public(shared(backend), "web").await;
        let (_, elsewhere) = signed_in(&party).await;
        let (browser, own) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("id_token_hint", elsewhere.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        let page = browser.get(url).await.page();
        asks(&page);
        assert_eq!(silently(&browser, &party, &[]).await, "");
        party.refresh(own.refresh_token()).await.tokens();
        party.refresh(elsewhere.refresh_token()).await.tokens();
    }

    async fn a_hint_ends_its_own_session_and_leaves_the_others(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, alice) = signed_in(&party).await;
        let bob = sign_in(&browser, &party, &[("prompt", "login")], "bob", BOB).await;
        let url = party.end_session_url(&[("id_token_hint", alice.id_token())]);
        signed_out(&browser.get(url).await.page());
        let hint = |tokens: &Tokens| tokens.id_token().to_owned();
        let answer = silently(&browser, &party, &[("id_token_hint", &hint(&alice))]).await;
        assert_eq!(answer, "login_required");
        assert_eq!(
            silently(&browser, &party, &[("id_token_hint", &hint(&bob))]).await,
            ""
        );
        party.refresh(bob.refresh_token()).await.tokens();
        assert_eq!(
            party.refresh(alice.refresh_token()).await.error(),
            "invalid_grant"
        );
    }

    async fn whoever_stays_is_still_signed_in(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let page = browser.get(party.end_session_url(&[])).await.page();
        browser
            .submit(&page.form(), &[("decision", "stay")])
            .await
            .page();
        assert_eq!(silently(&browser, &party, &[]).await, "");
        party.refresh(tokens.refresh_token()).await.tokens();
    }

    async fn a6_4_signing_out_needs_the_token_of_its_form(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, _) = signed_in(&party).await;
        let page = browser.get(party.end_session_url(&[])).await.page();
        let (stranger, _) = signed_in(&party).await;
        let other = stranger.get(party.end_session_url(&[])).await.page();
        let foreign = other.form().hidden("csrf").unwrap().to_owned();
        for csrf in [None, Some(""), Some("nonsense"), Some(foreign.as_str())] {
            let mut fields = vec![("decision", "sign_out")];
            fields.extend(csrf.map(|csrf| ("csrf", csrf)));
            let answer = post_raw(&browser, &page.form(), &fields).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (403, ""),
                "{csrf:?}"
            );
        }
        assert_eq!(silently(&browser, &party, &[]).await, "");
    }

    async fn nobody_who_is_signed_out_is_asked(backend) {
        let party = public(shared(backend), "web").await;
        signed_out(&Person::new().get(party.end_session_url(&[])).await.page());
        let (browser, tokens) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", HOME),
        ]);
        for _ in 0..2 {
            // The second time the session is over, and the answer is the same.
            assert_eq!(browser.get(&url).await.callback().url.as_str(), HOME);
        }
    }

    async fn a1_9_a_repeated_parameter_is_an_error_page(backend) {
        let party = public(shared(backend), "web").await;
        let (browser, _) = signed_in(&party).await;
        let url = party.end_session_url(&[
            ("client_id", "web"),
            ("post_logout_redirect_uri", HOME),
            ("post_logout_redirect_uri", "https://evil.example/"),
        ]);
        let page = browser.send(browser.http().get(url)).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (400, ""));
        assert_eq!(silently(&browser, &party, &[]).await, "");
    }

    async fn the_cookie_of_before_signing_out_is_dead(backend) {
        let server = shared(backend);
        let party = public(server, "web").await;
        let (browser, tokens) = signed_in(&party).await;
        let before = browser.cookies(server.url());
        browser
            .get(party.end_session_url(&[("id_token_hint", tokens.id_token())]))
            .await
            .page();
        assert_ne!(browser.cookies(server.url()), before);
        let thief = Person::new();
        let (name, value) = &before[0];
        thief.set_cookie(server.url(), &format!("{name}={value}"));
        assert_eq!(silently(&thief, &party, &[]).await, "login_required");
    }

    async fn signing_out_is_advertised(backend) {
        let party = public(shared(backend), "web").await;
        let url = party.endpoint("end_session_endpoint");
        assert_eq!(url.path(), "/oidc/v1/end_session");
    }
}

/// Alice, signed in with a browser of her own.
async fn signed_in(party: &RelyingParty) -> (Person, Tokens) {
    let browser = Person::new();
    let tokens = alice_in(&browser, party, &[]).await;
    (browser, tokens)
}

fn asks(page: &Page) {
    assert_eq!(page.status, 200, "{page:?}");
    let form = page.form();
    let decisions: Vec<_> = form
        .buttons
        .iter()
        .map(|b| (b.name.as_str(), b.value.as_str()))
        .collect();
    assert_eq!(
        decisions,
        [("decision", "sign_out"), ("decision", "stay")],
        "{page:?}"
    );
}

/// Presses the button; what comes is a page.
async fn agree(browser: &Person, page: &Page) -> Page {
    browser
        .submit(&page.form(), &[("decision", "sign_out")])
        .await
        .page()
}

fn signed_out(page: &Page) {
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.words().contains("You are signed out"), "{page:?}");
    assert!(page.forms().is_empty(), "{page:?}");
}
