//! Applications: each kind is made by plain forms, and then used.

use symbolon_testkit::{
    Answer, Authentication, Page, Person, RelyingParty, Server, http, on_both_databases,
};

use super::{ADMIN, Visitor, world};
use crate::support::eventually;

const ALICE: &str = "correct horse battery staple";
const CALLBACK: &str = "http://127.0.0.1:5556/callback";
const INVOICES: &str = "https://invoices.example";
/// As long as a verifier has to be (RFC 7636 §4.1).
const VERIFIER: &str = "0123456789012345678901234567890123456789abc";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The secret that a page shows this once.
fn secret(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", page.words());
    assert_eq!(page.header("cache-control"), "no-store");
    let (_, rest) = page.body.split_once("id=\"secret\">").expect("a secret");
    rest.split('<').next().unwrap().to_owned()
}

/// The client that was made, with its secret.
async fn party(server: &Server, id: &str, secret: Option<&str>) -> RelyingParty {
    let authentication = secret.map_or(Authentication::Public, |secret| {
        Authentication::Basic(secret.to_owned())
    });
    RelyingParty::new(server.issuer(), id, authentication).await
}

/// What alice gets when she signs in to it.
async fn alice(party: &RelyingParty) -> symbolon_testkit::Tokens {
    let attempt = party.authorize_url(&[]);
    let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
    party.finish(&attempt, &callback).await
}

/// Makes a web application, and gives its secret.
async fn web(visitor: &Visitor<'_>, id: &str, organization: &str) -> String {
    let typed = [
        ("name", id),
        ("id", id),
        ("organization", organization),
        ("redirect_uris", CALLBACK),
        ("refresh", "on"),
    ];
    secret(&visitor.fill("/admin/applications/new/web", &typed).await)
}

on_both_databases! {
    async fn a_web_application_signs_people_in(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let secret = web(&admin, "shop", "globex").await;
        let page = admin.at("/admin/applications/shop").await;
        assert!(!page.body.contains(&secret), "it is shown this once");
        let party = party(&server, "shop", Some(&secret)).await.asking_for("openid email");
        let tokens = alice(&party).await;
        assert!(tokens.refresh_token.is_some());
        let refreshed = party.refresh(tokens.refresh_token()).await.tokens();
        assert_eq!(party.userinfo(&refreshed.access_token).await.status, 200);
        // Safe before anybody thought of it: without PKCE there is no code.
        let attempt = party.authorize_url(&[]).without("code_challenge");
        let refused = Person::new().get(&attempt.url).await.callback();
        assert_eq!(refused.error(), "invalid_request");
    }

    async fn an_application_in_a_browser_signs_people_in_and_reads_the_answer(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let typed = [
            ("name", "Board"),
            ("id", "board"),
            ("organization", "globex"),
            ("redirect_uris", "https://board.example/callback\r\n\r\nhttps://board.example/silent"),
            ("refresh", "on"),
        ];
        let page = admin.fill("/admin/applications/new/browser", &typed).await;
        assert_eq!(page.url.path(), "/admin/applications/board");
        assert!(page.words().contains("The application is made."), "{}", page.words());
        assert!(!page.words().contains("Client secrets"), "{}", page.words());
        let mut party = party(&server, "board", None).await;
        "https://board.example/silent".clone_into(&mut party.redirect_uri);
        let tokens = alice(&party).await;
        assert_eq!(party.userinfo(&tokens.access_token).await.status, 200);
        // A1.10: its script reads the answer, another's does not.
        for (origin, allowed) in [("https://board.example", true), ("https://evil.example", false)] {
            let form = [("grant_type", "authorization_code"), ("client_id", "board"), ("code", "x")];
            let request = http().post(party.endpoint("token_endpoint")).header("origin", origin);
            let answer = Answer::to(request.form(&form)).await;
            let told = answer.headers.get("access-control-allow-origin");
            assert_eq!(told.is_some_and(|told| told == origin), allowed, "{answer:?}");
        }
    }

    async fn an_installed_application_signs_people_in_and_connects_with_a_code(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let typed = [
            ("name", "Pocket"),
            ("id", "pocket"),
            ("organization", "globex"),
            ("redirect_uris", "com.example.pocket:/callback"),
            ("device", "on"),
        ];
        let page = admin.fill("/admin/applications/new/native", &typed).await;
        assert_eq!(page.url.path(), "/admin/applications/pocket", "{}", page.words());
        let mut party = party(&server, "pocket", None).await;
        "com.example.pocket:/callback".clone_into(&mut party.redirect_uri);
        let tokens = alice(&party).await;
        assert!(tokens.refresh_token.is_none(), "it was not asked for in the form");
        let form = [("client_id", "pocket"), ("scope", "openid")];
        let device = http().post(party.endpoint("device_authorization_endpoint")).form(&form);
        assert_eq!(Answer::to(device).await.status, 200);
    }

    async fn a_machine_gets_a_token_as_a_machine_user_of_its_own(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let new = "/admin/applications/new/machine";
        let typed = [
            ("name", "importer"),
            ("id", "importer"),
            ("organization", "globex"),
            ("machine", ""),
        ];
        let secret = secret(&admin.fill(new, &typed).await);
        let party = party(&server, "importer", Some(&secret)).await;
        let token = party.client_credentials().await.tokens().access_token;
        assert_eq!(symbolon_testkit::jwt_payload(&token)["org_id"], "globex");
        let machines = admin.at("/admin/machines?name=importer").await.words();
        assert!(machines.contains("importer"), "{machines}");
        // What was made for a client that is refused does not stay.
        let taken = [
            ("name", "orphan"),
            ("id", "importer"),
            ("organization", "globex"),
            ("machine", ""),
        ];
        let page = admin.fill(new, &taken).await;
        assert_eq!(page.status, 409, "{}", page.words());
        let machines = admin.at("/admin/machines?name=orphan").await.words();
        assert!(machines.contains("Nothing fits"), "{machines}");
    }

    async fn a_gateway_looks_into_tokens_and_exchanges_them(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let typed = [
            ("name", "desk"),
            ("id", "desk"),
            ("organization", ""),
            ("redirect_uris", CALLBACK),
            ("audience", INVOICES),
        ];
        let own = secret(&admin.fill("/admin/applications/new/web", &typed).await);
        let desk = party(&server, "desk", Some(&own)).await;
        let token = alice(&desk).await.access_token;
        let typed = [
            ("name", "gate"),
            ("id", "gate"),
            ("organization", ""),
            ("introspects", INVOICES),
        ];
        let own = secret(&admin.fill("/admin/applications/new/gateway", &typed).await);
        let gate = party(&server, "gate", Some(&own)).await;
        assert_eq!(gate.introspect(&token).await.json["active"], true);
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", &token),
            ("subject_token_type", ACCESS_TOKEN),
        ];
        let answer = gate.post("token_endpoint", &form).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = admin.at("/admin/applications/gate").await.words();
        assert!(page.contains("API gateway") && page.contains(INVOICES), "{page}");
    }

    async fn a_redirect_uri_is_refused_with_the_reason(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let german = Visitor::signed_in(&server, "admin", ADMIN).await;
        german.person.set_cookie(server.at("/"), "symbolon-language=de; Path=/");
        for (uri, reason, grund) in [
            ("/callback", "has to be whole", "vollständig"),
            ("https:/app.example", "has to be whole", "vollständig"),
            ("HTTPS://app.example/", "has to be whole", "vollständig"),
            ("http://app.example/cb", "http is for this machine alone", "nur für diesen Rechner"),
            ("https://app.example/cb#x", "no part after #", "keinen Teil hinter #"),
            ("https://user@app.example/cb", "no user name", "keinen Benutzernamen"),
            ("https://app.example\\@evil.example/", "backslashes", "Schrägstriche"),
            ("javascript:alert(1)", "runs code", "führt im Browser Code aus"),
            ("data:text/html,<script>alert(1)</script>", "runs code", "führt im Browser Code aus"),
            ("myapp:/callback", "domain name reversed", "umgedrehte"),
        ] {
            let both = format!("https://app.example/good\r\n{uri}");
            let typed = [
                ("name", "Bad"),
                ("id", "bad"),
                ("organization", "globex"),
                ("redirect_uris", &both),
            ];
            let path = "/admin/applications/new/web";
            let page = admin.fill(path, &typed).await;
            assert_eq!(page.status, 422, "{uri}");
            let words = page.words();
            assert!(words.contains(reason), "{uri}: {words}");
            assert!(words.contains(uri), "the line is named: {words}");
            assert!(!page.body.contains("<script>alert"), "what was typed is text");
            let page = german.fill(path, &typed).await;
            assert!(page.words().contains(grund), "{uri}: {}", page.words());
        }
        assert_eq!(admin.at("/admin/applications/bad").await.status, 404);
    }

    async fn a_secret_is_rotated_with_an_overlap_and_ended(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let first = web(&admin, "shop", "globex").await;
        let page = admin.fill("/admin/applications/shop/rotate", &[("overlap", "86400")]).await;
        let second = secret(&page);
        assert!(page.words().contains("The other secrets end at"), "{}", page.words());
        let status = async |secret: &str| {
            let party = party(&server, "shop", Some(secret)).await;
            // Whoever is known learns that this code is none (RFC 6749 §5.2).
            let answer = party.exchange("no-code", VERIFIER).await;
            answer.error().to_owned()
        };
        eventually("both are good", async || {
            status(&first).await == "invalid_grant" && status(&second).await == "invalid_grant"
        }).await;
        let page = admin.at("/admin/applications/shop").await;
        assert!(!page.body.contains(&first) && !page.body.contains(&second));
        // The older one stands first.
        let ends: Vec<_> = page.body.split("href=\"").filter_map(|rest| {
            let address = rest.split('"').next()?;
            address.ends_with("/end").then(|| address.to_owned())
        }).collect();
        assert_eq!(ends.len(), 2, "{}", page.words());
        // By which of the two has an end.
        let row = |address: &str| {
            let (before, _) = page.body.split_once(address).unwrap();
            before.rsplit("<tr").next().unwrap().to_owned()
        };
        let (never, old): (Vec<_>, Vec<_>) = ends.iter().partition(|address| row(address).contains("Never"));
        let page = admin.fill(old[0], &[]).await;
        assert!(page.words().contains("The secret is ended."), "{}", page.words());
        eventually("the old one is not", async || status(&first).await == "invalid_client").await;
        assert_eq!(status(&second).await, "invalid_grant");
        let page = admin.fill(never[0], &[]).await;
        assert_eq!(page.status, 409, "the last one stays: {}", page.words());
        let page = admin.fill("/admin/applications/shop/rotate", &[("overlap", "99999999")]).await;
        assert_eq!(page.status, 422, "{}", page.words());
    }

    async fn an_application_is_changed_disabled_enabled_and_deleted(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let secret = web(&admin, "shop", "globex").await;
        let party = party(&server, "shop", Some(&secret)).await;
        let tokens = alice(&party).await;
        let at = |what: &str| format!("/admin/applications/shop/{what}");
        let typed = [
            ("name", "Shop <b>two</b>"),
            ("redirect_uris", CALLBACK),
            ("refresh", "on"),
            ("access_token_lifetime", "60"),
        ];
        let stale = admin.at(&at("edit")).await;
        let page = admin.fill(&at("edit"), &typed).await;
        assert!(page.words().contains("Shop <b>two</b>"), "{}", page.words());
        assert!(!page.body.contains("<b>two"), "a name is text");
        let page = admin.person.submit(&stale.form(), &typed).await.page();
        assert_eq!(page.status, 412, "{}", page.words());
        let mut wrong = typed;
        wrong[3].1 = "soon";
        assert_eq!(admin.fill(&at("edit"), &wrong).await.status, 422);
        let mut without = typed;
        without[1].1 = "";
        assert_eq!(admin.fill(&at("edit"), &without).await.status, 422);
        eventually("its tokens are shorter", async || {
            alice(&party).await.json["expires_in"] == 60
        }).await;

        let page = admin.fill(&at("disable"), &[]).await;
        assert!(page.words().contains("Disabled"), "{}", page.words());
        eventually("it is shut out", async || {
            party.userinfo(&tokens.access_token).await.status == 401
                && party.exchange("no-code", VERIFIER).await.error() == "invalid_client"
        }).await;
        let page = admin.fill(&at("disable"), &[]).await;
        assert!(page.words().contains("Enabled."), "{}", page.words());
        eventually("it is let in", async || {
            party.exchange("no-code", VERIFIER).await.error() == "invalid_grant"
        }).await;

        let asked = admin.at(&at("delete")).await.words();
        assert!(asked.contains("All its tokens are good for nothing at once."), "{asked}");
        assert!(asked.contains("There is no way back."), "{asked}");
        let page = admin.fill(&at("delete"), &[]).await;
        assert_eq!(page.url.path(), "/admin/applications");
        assert_eq!(admin.at("/admin/applications/shop").await.status, 404);
        eventually("it is gone", async || {
            party.exchange("no-code", VERIFIER).await.error() == "invalid_client"
        }).await;
    }

    async fn applications_are_found_and_listed_a_page_at_a_time(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let form = admin.at("/admin/applications/new/browser").await.form();
        for number in 0..51 {
            let id = format!("many-{number:02}");
            let typed = [
                ("name", id.as_str()),
                ("id", &id),
                ("organization", "globex"),
                ("redirect_uris", "https://many.example/cb"),
            ];
            let page = admin.person.submit(&form, &typed).await.page();
            assert_eq!(page.status, 200, "{}", page.words());
        }
        let first = admin.at("/admin/applications?name=MANY-&organization=globex").await;
        assert!(first.words().contains("many-00") && !first.words().contains("many-50"));
        let (before, _) = first.body.split_once("Next page").expect("a next page");
        let next = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        let second = admin.at(&next.replace("&amp;", "&").replace("&#38;", "&")).await.words();
        assert!(second.contains("many-50") && !second.contains("many-49"), "{second}");
        assert!(!second.contains("Next page"), "{second}");
        admin.fill("/admin/applications/many-07/disable", &[]).await;
        let disabled = admin.at("/admin/applications?disabled=true").await.words();
        assert!(disabled.contains("many-07") && !disabled.contains("many-08"), "{disabled}");
        let none = admin.at("/admin/applications?name=%22%3Cnobody").await.words();
        assert!(none.contains("Nothing fits"), "{none}");
    }

    async fn the_guide_ends_with_a_sign_in_and_code_to_copy(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let start = admin.at("/admin/first-application").await;
        for (library, has_secret) in [
            ("axum", true),
            ("node", true),
            ("python", true),
            ("go", true),
            ("java", true),
            ("browser", false),
            ("flutter", false),
        ] {
            let path = format!("/admin/first-application/{library}");
            assert!(start.body.contains(&format!("href=\"{path}\"")), "{library}");
            let form = admin.at(&path).await;
            let (_, rest) = form.body.split_once("<textarea").unwrap();
            let uri = rest.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
            let typed = [("name", library), ("redirect_uris", &uri), ("organization", "globex")];
            let made = admin.fill(&path, &typed).await;
            assert_eq!(made.status, 200, "{library}: {}", made.words());
            let secret = has_secret.then(|| secret(&made));
            assert_eq!(made.body.contains("id=\"secret\""), has_secret, "{library}");
            let (_, rest) = made.body.split_once(&format!("href=\"{path}/")).unwrap();
            let id = rest.split('/').next().unwrap().to_owned();
            let code = admin.at(&format!("{path}/{id}/code")).await;
            let words = code.words();
            for value in [server.issuer(), &id, &uri] {
                assert!(words.contains(value), "{library} {value}: {words}");
            }
            if let Some(secret) = &secret {
                assert!(!code.body.contains(secret), "it was shown once");
            }
            let last = admin.at(&format!("{path}/{id}/sign-in")).await;
            assert_eq!(last.status, 200, "{}", last.words());

            let mut party = party(&server, &id, secret.as_deref()).await;
            party.redirect_uri = uri;
            let tokens = alice(&party).await;
            assert_eq!(party.userinfo(&tokens.access_token).await.status, 200, "{library}");
        }
        assert_eq!(admin.at("/admin/first-application/cobol").await.status, 404);
    }

    async fn code_to_copy_has_nothing_in_it_that_somebody_else_wrote(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        for (number, uri) in [
            "https://x.example/\"+evil()+\"",
            "https://x.example/'+evil()+'",
            "https://x.example/${evil()}",
            "https://x.example/`evil()`",
        ].into_iter().enumerate() {
            for (kind, libraries) in [
                ("web", &["axum", "node", "python", "go", "java"][..]),
                ("browser", &["browser", "flutter"][..]),
            ] {
                let id = format!("{kind}-{number}");
                let typed = [
                    ("name", id.as_str()),
                    ("id", &id),
                    ("organization", "globex"),
                    ("redirect_uris", uri),
                ];
                let made = admin.fill(&format!("/admin/applications/new/{kind}"), &typed).await;
                assert_eq!(made.status, 200, "{}", made.words());
                for library in libraries {
                    let path = format!("/admin/applications/{id}/code?library={library}");
                    let page = admin.at(&path).await;
                    assert_eq!(page.status, 200, "{path}");
                    assert!(page.words().contains(&id), "{path}");
                    assert!(!page.words().contains("evil"), "{path}: {}", page.words());
                }
            }
        }
    }
}
