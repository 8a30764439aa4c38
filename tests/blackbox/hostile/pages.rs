//! The pages: forms that nobody's browser would send, and addresses that lead nowhere.

use symbolon_testkit::{Form, Person, Server, on_both_databases, rows};

use super::raw::send;
use super::{Add as _, Case, Fields, HOSTILE, Place, Request, broken_forms, check_manners, run};
use crate::support::{ALICE, sign_in_page};

on_both_databases! {
    async fn an_address_that_leads_nowhere_does_nothing(backend) {
        let place = Place::on(backend).await;
        let mut cases: Vec<Case> = Vec::new();
        for page in ["sign-in", "sign-up", "choose-account", "consent"] {
            for handle in [
                "x", "%00", "%ff", "%2e%2e", "..%2f..%2fetc%2fpasswd", "a%0d%0ax-injected:1", "%3Cscript%3Ealert(1)",
                "'%20OR%20'1'='1", &"A".repeat(43), &"A".repeat(8_000),
            ] {
                let path = format!("/{page}/{handle}");
                let start: String = path.chars().take(60).collect();
                cases.add(start.clone(), Request::get(path.clone()), "400 page");
                cases.add(start, Request::post(&path, "csrf=x&username=alice&password=x"), "400 page");
            }
            // Without a handle people sign in to the pages of the server itself.
            if page != "sign-in" {
                cases.add("no handle", Request::get(format!("/{page}")), "404 page");
            }
            cases.add("a longer path", Request::get(format!("/{page}/a/b")), "404 page");
            cases.add("another method", Request::get(format!("/{page}/a")).by("DELETE"), "405");
        }
        for path in [
            "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../Cargo.toml",
            "/static/%2e%2e/%2e%2e/Cargo.toml", "/static/..%2f..%2fCargo.toml", "/static//etc/passwd",
            "/static/%00", "/static/", "/static", "/oauth/v2/token/", "/oauth/v2//token",
            "/OAUTH/V2/TOKEN", "/.well-known/", "/.git/config", "/healthz/", "//evil.example/", "/\\evil.example",
        ] {
            cases.add(path, Request::get(path), "404");
        }
        cases.add("a file of bytes", Request::get("/static/%ff"), "400");
        cases.add("a path of bytes", Request::get(b"/\xff\xfe".to_vec()), "400");
        for cookie in ["symbolon=x", "symbolon=", "symbolon", "=;;;=", "symbolon=AAAAAAAAAAAAAAAAAAAAAA; symbolon=x"] {
            let request = Request::get("/sign-in/x").with(format!("cookie: {cookie}"));
            cases.add(cookie, request, "400 page");
            let request = Request::post("/sign-out", "decision=sign_out&csrf=x").with(format!("cookie: {cookie}"));
            cases.add(cookie, request, "403 page");
        }
        let request = Request::get("/sign-in/x").with(b"cookie: symbolon=\xff\xfe".as_slice());
        cases.add("a cookie of bytes", request, "400 page");
        let request = Request::get("/sign-in/x").with(format!("cookie: {}", "a=b; ".repeat(10_000)));
        cases.add("10,000 cookies", request, "400 page");
        cases.add("a sign-out nobody asked for", Request::post("/sign-out", ""), "403 page");
        place.survives(cases).await;
        place.still_works().await;
    }

    async fn a_form_that_is_not_ours_is_refused_and_writes_nothing(backend) {
        let place = Place::on(backend).await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &place.web).await;
        let (_, other) = sign_in_page(&browser, &place.web).await;
        let (_, strangers) = sign_in_page(&Person::new(), &place.web).await;
        let (form, other) = (page.form(), other.form());
        let before = rows(&place.database);

        let path = form.action.path();
        let line = cookie(&browser, &place.server);
        let csrf = form.hidden("csrf").unwrap();
        let good = Fields::of(&[("csrf", csrf), ("username", "alice"), ("password", ALICE)]);
        let mut cases: Vec<Case> = Vec::new();
        let mut add = |name: &str, request: Request, outcome| cases.add(name, request.with(&line), outcome);
        let post = |fields: &Fields| Request::post(path, fields.encoded());
        for (name, body) in broken_forms("csrf", csrf) {
            add(name, Request::post(path, body), "400 page");
        }
        let json = format!("{{\"csrf\":\"{csrf}\",\"username\":\"alice\",\"password\":\"{ALICE}\"}}");
        add("JSON", Request::post(path, json.clone()).of_type("application/json"), "400 page");
        add("JSON as plain text", Request::post(path, json.clone()).of_type("text/plain"), "400 page");
        add("JSON that claims to be a form", Request::post(path, json), "403 page");
        add("100 KB", post(&good.and("x", &"x".repeat(100_000))), "413 page");
        add("nothing", Request::post(path, ""), "403 page");
        add("everything in the query", Request::post(&format!("{path}?{}", good.encoded()), ""), "403 page");
        for (name, value) in good.0.clone() {
            add(&format!("a1_9 {name} twice"), post(&good.and(&name, &value)), "403 page");
        }
        for bad in ["", "x", &csrf[1..], &format!("{csrf}A"), other.hidden("csrf").unwrap(), strangers.form().hidden("csrf").unwrap()] {
            add("a6_4 another token", post(&good.set("csrf", bad)), "403 page");
        }
        for text in HOSTILE {
            add(text, post(&good.set("csrf", text)), "403 page");
            add(text, post(&good.set("username", text).set("password", "")), "400 page");
        }
        add("no username", post(&good.set("username", "")), "400 page");
        add("a blank username", post(&good.set("username", "  ")), "400 page");
        add("no password", post(&good.without("password")), "400 page");
        add("a5_1 a long password", post(&good.set("password", &"x".repeat(1_025))), "400 page");
        for step in ["consent", "choose-account"] {
            let path = path.replace("sign-in", step);
            add(step, Request::post(&path, good.and("decision", "allow").encoded()), "403 page");
        }
        add("sign-up", Request::post(&path.replace("sign-in", "sign-up"), good.encoded()), "403 page");
        run(&place.server, cases).await;

        let mut cases: Vec<Case> = Vec::new();
        cases.add("no cookie", post(&good), "400 page");
        let alices = cookie(&place.browser, &place.server);
        cases.add("a6_6 another browser", post(&good).with(alices), "400 page");
        run(&place.server, cases).await;

        assert_eq!(rows(&place.database), before);
        let done = browser.submit(&form, &[("username", "alice"), ("password", ALICE)]).await;
        assert!(!done.callback().code().is_empty(), "what was refused did no harm");
        place.still_works().await;
    }

    async fn a_hostile_name_is_a_wrong_name(backend) {
        let place = Place::on(backend).await;
        let browser = Person::new();
        let (_, page) = sign_in_page(&browser, &place.web).await;
        let before = without_attempts(&place.database);
        for name in HOSTILE {
            for (username, password) in [(name, "x"), ("alice", name)] {
                let reply = type_in(&place.server, &browser, &page.form(), username, password).await;
                let what = format!("{username} {password}");
                check_manners(&what, &reply);
                // After five of alice's it is 429.
                assert!(matches!(reply.outcome().as_str(), "401 page" | "429 page"), "{what}: {reply:?}");
                assert!(!reply.body.contains(password) || password == "x", "a password is shown: {what}");
            }
        }
        for username in ["x".repeat(255), "x".repeat(30_000), "ä".repeat(9_000)] {
            let reply = type_in(&place.server, &browser, &page.form(), &username, "x").await;
            check_manners("a long name", &reply);
            assert_eq!(reply.outcome(), "401 page");
        }
        assert_eq!(without_attempts(&place.database), before);
    }
}

async fn type_in(
    server: &Server,
    browser: &Person,
    form: &Form,
    username: &str,
    password: &str,
) -> super::Reply {
    let csrf = form.hidden("csrf").unwrap();
    let fields = Fields::of(&[
        ("csrf", csrf),
        ("username", username),
        ("password", password),
    ]);
    let request = Request::post(form.action.path(), fields.encoded());
    send(server, request.with(cookie(browser, server)).bytes()).await
}

/// A header line.
pub(super) fn cookie(browser: &Person, server: &Server) -> String {
    let cookies = browser.cookies(server.url()).into_iter();
    let pairs: Vec<_> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("cookie: {}", pairs.join("; "))
}

/// All rows but the counts of wrong passwords.
fn without_attempts(database: &str) -> Vec<String> {
    let all = rows(database).into_iter();
    all.filter(|row| !row.starts_with("attempt ")).collect()
}
