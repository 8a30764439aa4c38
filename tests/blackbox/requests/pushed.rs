//! Pushed authorization requests (RFC 9126).

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Attempt, Authentication, Backend, Callback, Page, Person, RelyingParty, Server, Step,
    http, on_both_databases, rows,
};

use super::{claims, confidential, key, on, server, shared, signed_in};
use crate::support::{ALICE, presenting, public, seconds_pass};

const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// How many do the same thing at once.
const CROWD: usize = 64;

on_both_databases! {
    async fn a_pushed_request_is_carried_out(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let attempt = party.authorize_url(&[]);
        let pushed = push(&party, &attempt).await;
        assert_eq!(pushed.status, 201);
        assert_eq!(pushed.header("cache-control"), "no-store");
        assert_eq!(pushed.json["expires_in"], 60);
        assert_eq!(pushed.json.as_object().unwrap().len(), 2);
        // 256 random bits behind the name (RFC 9126 §7.1).
        let reference = pushed.json["request_uri"].as_str().unwrap();
        assert!(reference.starts_with(URN) && reference.len() > URN.len() + 43, "{reference}");
        let carried = party.carried(&attempt, reference);
        let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
        party.finish(&attempt, &callback).await;
    }

    async fn everybody_who_can_authenticate_can_push(backend) {
        let server = shared(backend);
        let confidential = confidential(server, "pushing-other").await;
        let posting = RelyingParty::demo_confidential(server.issuer()).await;
        let posting = presenting(&posting, Authentication::Post("demo-confidential-secret".into()));
        let public = public(server, "signing").await;
        for party in [confidential, posting, public] {
            let attempt = party.authorize_url(&[]);
            let reference = reference_of(&party, &attempt).await;
            let carried = party.carried(&attempt, &reference);
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            party.finish(&attempt, &callback).await;
        }
    }

    async fn a3_8_who_cannot_authenticate_cannot_push(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        for wrong in [
            Authentication::Public,
            Authentication::Basic("wrong".into()),
            Authentication::Post("wrong".into()),
        ] {
            let stranger = presenting(&party, wrong);
            let pushed = push(&stranger, &stranger.authorize_url(&[])).await;
            assert_eq!((pushed.status.as_u16(), pushed.error()), (401, "invalid_client"));
        }
        let mut other = party.clone();
        other.client_id = "nobody".into();
        let pushed = push(&other, &other.authorize_url(&[])).await;
        assert_eq!((pushed.status.as_u16(), pushed.error()), (401, "invalid_client"));
        // Another client_id in the form than in the header.
        let attempt = party.authorize_url(&[]).with("client_id", "pushing-other");
        let pushed = push_all(&party, &attempt.parameters()).await;
        assert!([400, 401].contains(&pushed.status.as_u16()), "{pushed:?}");
    }

    async fn what_is_wrong_with_a_request_the_client_is_told_when_it_pushes(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        for (name, value, error) in [
            ("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"),
            ("request_uri", "https://app.example/request", "invalid_request"),
            ("request", "a.b.c", "request_not_supported"),
            ("redirect_uri", "", "invalid_request"),
            ("redirect_uri", "https://evil.example/", "invalid_request"),
            ("response_type", "", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "code id_token", "unsupported_response_type"),
            ("response_mode", "pigeon", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("id_token_hint", "nonsense", "invalid_request"),
            ("claims", "[]", "invalid_request"),
            ("registration", "{}", "registration_not_supported"),
        ] {
            let pushed = push(&party, &party.authorize_url(&[(name, value)])).await;
            assert_eq!((pushed.status.as_u16(), pushed.error()), (400, error), "{name}={value}");
            assert!(pushed.json["error_description"].is_string(), "{pushed:?}");
        }
        let mut twice = party.authorize_url(&[]).parameters();
        twice.push(("nonce".into(), "again".into()));
        let pushed = push_all(&party, &twice).await;
        assert_eq!((pushed.status.as_u16(), pushed.error()), (400, "invalid_request"));
    }

    async fn only_post_is_answered_and_only_a_form(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let endpoint = party.endpoint("pushed_authorization_request_endpoint");
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = Answer::to(http().request(method.clone(), endpoint.clone())).await;
            assert_eq!(answer.status, 405, "{method}");
        }
        let json = http().post(endpoint.clone()).json(&json!({ "client_id": "pushing" }));
        assert!(Answer::to(json).await.status.is_client_error());
        let huge = http().post(endpoint).form(&[("state", "x".repeat(2_000_000))]);
        assert!(Answer::to(huge).await.status.is_client_error());
    }

    async fn a1_10_a_script_of_the_clients_own_origin_may_push(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let endpoint = party.endpoint("pushed_authorization_request_endpoint");
        for (origin, allowed) in [("http://127.0.0.1:5556", true), ("https://evil.example", false)] {
            let attempt = party.authorize_url(&[]);
            let request = http().post(endpoint.clone()).header("origin", origin);
            let answer = Answer::to(request.form(&attempt.parameters())).await;
            assert_eq!(answer.status, 201);
            let header = answer.header("access-control-allow-origin");
            assert_eq!(header == origin, allowed, "{origin}: {header}");
        }
    }

    async fn nothing_beside_a_reference_counts(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&party, &attempt).await;
        let carried = attempt.carrying(&[
            ("client_id", "pushing"),
            ("request_uri", &reference),
            ("state", "outside"),
            ("nonce", "outside"),
            ("redirect_uri", "https://evil.example/"),
            ("response_mode", "form_post"),
            ("scope", "openid email"),
        ]);
        let callback = browser.get(&carried.url).await.callback();
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(tokens.json["scope"], "openid");
        // What was not pushed is not there, even if it stands beside.
        let stateless = party.authorize_url(&[]).without("state");
        let reference = reference_of(&party, &stateless).await;
        let carried = stateless.carrying(&[
            ("client_id", "pushing"), ("request_uri", &reference), ("state", "outside"),
        ]);
        let callback = browser.get(&carried.url).await.callback();
        assert_eq!(callback.parameter("state"), None);
        assert!(!callback.code().is_empty());
    }

    async fn a3_8_a_reference_is_for_the_client_that_pushed(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let other = confidential(server, "pushing-other").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&party, &attempt).await;
        let stolen = other.carried(&attempt, &reference);
        refused_on_a_page(browser.get(&stolen.url).await);
        // And it is still good for its own.
        let own = party.carried(&attempt, &reference);
        let callback = browser.get(&own.url).await.callback();
        party.finish(&attempt, &callback).await;
    }

    async fn a_reference_that_is_none_is_refused(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let attempt = party.authorize_url(&[]);
        let good = reference_of(&party, &attempt).await;
        let another = if good.ends_with('A') { 'Q' } else { 'A' };
        let altered = format!("{}{another}", &good[..good.len() - 1]);
        let upper = good.to_uppercase();
        for bad in [&*altered, &upper, &good[..good.len() - 1], URN, "urn:x", "https://a.example/", "x"] {
            let carried = party.carried(&attempt, bad);
            refused_on_a_page(Person::new().get(&carried.url).await);
        }
        // A redirect URI beside it that is registered gets the error, and no other.
        let aside = |uri| {
            let parameters = [
                ("client_id", "pushing"), ("request_uri", altered.as_str()),
                ("redirect_uri", uri), ("state", "aside"),
            ];
            attempt.carrying(&parameters)
        };
        let callback = Person::new().get(&aside(&party.redirect_uri).url).await.callback();
        assert_eq!(callback.error(), "invalid_request_uri");
        assert_eq!(callback.parameter("state"), Some("aside"));
        refused_on_a_page(Person::new().get(&aside("https://evil.example/").url).await);
    }

    async fn a3_8_a_reference_expires(backend) {
        let server = server(backend, &[("SYMBOLON_REQUESTS_PUSHED_LIFETIME", "5s")]);
        let party = confidential(&server, "pushing").await;
        let browser = Person::new();
        let [late, begun] = [party.authorize_url(&[]), party.authorize_url(&[])];
        let reference_of_begun = reference_of(&party, &begun).await;
        let pushed = push(&party, &late).await;
        assert_eq!(pushed.json["expires_in"], 5);
        let page = browser.get(&party.carried(&begun, &reference_of_begun).url).await.page();
        seconds_pass(5).await;
        let carried = party.carried(&late, pushed.json["request_uri"].as_str().unwrap());
        refused_on_a_page(browser.get(&carried.url).await);
        // Who began in time may take their time.
        let callback = crate::support::type_in(&browser, &page, "alice", ALICE).await.callback();
        party.finish(&begun, &callback).await;
    }

    async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&party, &attempt).await;
        let carried = party.carried(&attempt, &reference);
        let first = browser.get(&carried.url).await.page();
        let second = browser.get(&carried.url).await.page();
        // Another browser is another person.
        refused_on_a_page(Person::new().get(&carried.url).await);
        let callback = crate::support::type_in(&browser, &second, "alice", ALICE).await.callback();
        party.finish(&attempt, &callback).await;
        // par-attempt-reuse-request_uri
        refused_on_a_page(browser.get(&carried.url).await);
        // Nor does the page that was left open lead to a second answer.
        let page = crate::support::type_in(&browser, &first, "alice", ALICE).await.page();
        assert!(page.status.is_client_error(), "{page:?}");
    }

    async fn a_request_that_the_person_denies_is_used_up(backend) {
        let server = server(backend, &[]);
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&party, &attempt).await;
        let carried = party.carried(&attempt, &reference);
        let answers = crate::support::denying("alice", ALICE);
        let callback = browser.walk(&carried.url, answers).await.callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "access_denied");
        refused_on_a_page(browser.get(&carried.url).await);
    }

    async fn a_request_that_is_answered_with_an_error_is_used_up(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing").await;
        let attempt = party.authorize_url(&[("prompt", "none")]);
        let reference = reference_of(&party, &attempt).await;
        let carried = party.carried(&attempt, &reference);
        let browser = Person::new();
        let callback = browser.get(&carried.url).await.callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "login_required");
        refused_on_a_page(browser.get(&carried.url).await);
    }

    async fn a3_8_who_has_to_push_cannot_do_without(backend) {
        let own = shared(backend);
        let party = confidential(own, "pushing").await;
        assert_eq!(party.metadata["require_pushed_authorization_requests"], false);
        refused_with_invalid_request(&party).await;
        let everybody = server(backend, &[("SYMBOLON_REQUESTS_REQUIRE_PUSHED", "true")]);
        let party = confidential(&everybody, "pushing-other").await;
        assert_eq!(party.metadata["require_pushed_authorization_requests"], true);
        refused_with_invalid_request(&party).await;
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&party, &attempt).await;
        let carried = party.carried(&attempt, &reference);
        let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
        party.finish(&attempt, &callback).await;
    }

    async fn a_request_object_can_be_pushed(backend) {
        let server = shared(backend);
        let party = confidential(server, "signing-strictly").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[]);
        let object = |changes| {
            let claims = claims(&party, &attempt, changes);
            key(symbolon_jose::Algorithm::ES256).sign("oauth-authz-req+jwt", &claims).unwrap()
        };
        let good = object(json!({}));
        let pushed = push_all(&party, &[("request".into(), good), ("state".into(), "outside".into())]).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let carried = party.carried(&attempt, pushed.json["request_uri"].as_str().unwrap());
        let callback = browser.get(&carried.url).await.callback();
        party.finish(&attempt, &callback).await;
        // ensure-unsigned-request-at-par-endpoint-fails
        let plain = push(&party, &attempt).await;
        assert_eq!((plain.status.as_u16(), plain.error()), (400, "invalid_request"));
        // par-authorization-request-containing-request_uri
        let nested = object(json!({ "request_uri": "urn:x" }));
        let pushed = push_all(&party, &[("request".into(), nested)]).await;
        assert_eq!((pushed.status.as_u16(), pushed.error()), (400, "invalid_request_object"));
        // ensure-request-object-without-redirect-uri-fails
        let placeless = object(json!({ "redirect_uri": Value::Null }));
        let pushed = push_all(&party, &[("request".into(), placeless)]).await;
        assert_eq!((pushed.status.as_u16(), pushed.error()), (400, "invalid_request"));
    }

    async fn neither_the_reference_nor_the_secret_of_the_client_is_stored(backend) {
        let url = backend.url();
        let server = on(&url, None, &[]);
        let party = confidential(&server, "pushing").await;
        let posting = presenting(&party, Authentication::Post(crate::requests::SECRET.into()));
        let attempt = party.authorize_url(&[]);
        let reference = reference_of(&posting, &attempt).await;
        let token = reference.strip_prefix(URN).unwrap();
        let rows = rows(&url);
        assert!(rows.iter().any(|row| row.contains(&attempt.state)), "nothing is stored");
        for row in rows {
            assert!(!row.contains(token) && !row.contains(crate::requests::SECRET), "{row}");
        }
    }

    async fn a9_6_of_64_who_come_to_two_servers_with_one_reference_one_is_answered(backend) {
        let pair = Pair::on(backend);
        let parties = pair.parties("pushing").await;
        // Signed in, so that the answer comes at once.
        let browser = signed_in(&pair.servers[0]).await;
        let attempt = parties[0].authorize_url(&[("prompt", "none")]);
        let reference = reference_of(&parties[0], &attempt).await;
        let answers = crowd(&parties, &reference, |_| browser.clone()).await;
        let callbacks = answered(answers);
        let [callback] = &callbacks[..] else {
            panic!("{callbacks:?}")
        };
        parties[1].finish(&attempt, callback).await;
    }

    async fn a9_6_of_64_browsers_that_come_to_two_servers_with_one_reference_one_is_asked(backend) {
        let pair = Pair::on(backend);
        let parties = pair.parties("pushing").await;
        let attempt = parties[0].authorize_url(&[]);
        let reference = reference_of(&parties[0], &attempt).await;
        let answers = crowd(&parties, &reference, |_| Person::new()).await;
        let asked = answers.into_iter().filter(|step| match step {
            Step::Page(page) => page.status == 200 && page.url.path().contains("/sign-in/"),
            Step::Callback(callback) => panic!("{callback:?}"),
        });
        assert_eq!(asked.count(), 1);
    }
}

/// Two servers that are one issuer.
struct Pair {
    servers: [Server; 2],
}

impl Pair {
    fn on(backend: Backend) -> Self {
        let database = backend.url();
        let first = on(&database, None, &[]);
        let second = on(&database, Some(first.issuer().to_owned()), &[]);
        Self {
            servers: [first, second],
        }
    }

    /// The client, once for each server.
    async fn parties(&self, client_id: &str) -> [RelyingParty; 2] {
        let party = confidential(&self.servers[0], client_id).await;
        [0, 1].map(|number| party.clone().through(self.servers[number].url()))
    }
}

/// Everybody opens the reference at once, half of them at each server.
async fn crowd(
    parties: &[RelyingParty; 2],
    reference: &str,
    browser: impl Fn(usize) -> Person,
) -> Vec<Step> {
    let all: Vec<_> = (0..CROWD)
        .map(|number| {
            let browser = browser(number);
            let mut url = parties[number % 2].endpoint("authorization_endpoint");
            let parameters = [
                ("client_id", &*parties[0].client_id),
                ("request_uri", reference),
            ];
            url.query_pairs_mut().extend_pairs(parameters);
            tokio::spawn(async move { browser.get(&url).await })
        })
        .collect();
    let mut steps = Vec::new();
    for one in all {
        steps.push(one.await.unwrap());
    }
    steps
}

/// The answers that the client gets; the others see a page that says why.
fn answered(steps: Vec<Step>) -> Vec<Callback> {
    let mut callbacks = Vec::new();
    for step in steps {
        match step {
            Step::Callback(callback) => callbacks.push(callback),
            page => refused_on_a_page(page),
        }
    }
    callbacks
}

fn refused_on_a_page(step: Step) {
    let page: Page = step.page();
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.words().contains("request_uri"), "{page:?}");
}

async fn refused_with_invalid_request(party: &RelyingParty) {
    let attempt = party.authorize_url(&[]);
    let callback = Person::new().get(&attempt.url).await.callback();
    party.check_callback(&attempt, &callback);
    assert_eq!(callback.error(), "invalid_request");
}

async fn reference_of(party: &RelyingParty, attempt: &Attempt) -> String {
    let pushed = push(party, attempt).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    pushed.json["request_uri"].as_str().unwrap().to_owned()
}

async fn push(party: &RelyingParty, attempt: &Attempt) -> Answer {
    party.push(attempt, &[]).await
}

async fn push_all(party: &RelyingParty, parameters: &[(String, String)]) -> Answer {
    let form: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    party
        .post("pushed_authorization_request_endpoint", &form)
        .await
}
