//! Scripts of other origins: who may read which answer (requirement A1.10).

use reqwest::{Method, RequestBuilder};
use symbolon_testkit::{Answer, http, on_both_databases};

use crate::support::{alice, public, shared};

/// The origin of the redirect URI of most clients.
const OWN: &str = "http://127.0.0.1:5556";

/// Origins that look like it, and some that do not.
const FOREIGN: [&str; 7] = [
    "https://evil.example",
    "http://127.0.0.1:555",
    "http://127.0.0.1:55566",
    "https://127.0.0.1:5556",
    "http://127.0.0.1",
    "null",
    "",
];

on_both_databases! {
    async fn a1_10_public_documents_are_for_everybody(backend) {
        let server = shared(backend);
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/oauth/v2/keys",
        ] {
            for origin in [OWN, FOREIGN[0], "null"] {
                let answer = Answer::to(from(http().get(server.at(path)), origin)).await;
                assert_eq!(allowed(&answer), "*", "{path} from {origin}");
            }
        }
    }

    async fn a1_10_the_token_endpoint_answers_the_origins_of_the_client(backend) {
        let party = public(shared(backend), "web").await;
        let request = || {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", "x"),
                ("client_id", "web"),
            ];
            http().post(party.endpoint("token_endpoint")).form(&form)
        };
        let answer = Answer::to(from(request(), OWN)).await;
        assert_eq!((allowed(&answer), answer.error()), (OWN, "invalid_grant"));
        assert!(answer.header("vary").contains("origin"), "{answer:?}");
        for origin in FOREIGN {
            let answer = Answer::to(from(request(), origin)).await;
            assert_eq!(allowed(&answer), "", "{origin}");
            assert!(
                answer.header("vary").contains("origin") || origin == "null",
                "{origin}: {answer:?}"
            );
        }
        let nobody = [("grant_type", "refresh_token"), ("client_id", "nobody")];
        let request = http().post(party.endpoint("token_endpoint")).form(&nobody);
        assert_eq!(allowed(&Answer::to(from(request, OWN)).await), "");
    }

    async fn a1_10_userinfo_and_revocation_answer_the_origins_of_the_client(backend) {
        let party = public(shared(backend), "web").await;
        let token = alice(&party).await.access_token;
        for (origin, expected) in [(OWN, OWN), (FOREIGN[0], ""), ("null", "")] {
            let request = http()
                .get(party.endpoint("userinfo_endpoint"))
                .bearer_auth(&token);
            let answer = Answer::to(from(request, origin)).await;
            assert_eq!(
                (allowed(&answer), answer.status.as_u16()),
                (expected, 200),
                "{origin}"
            );
            let form = [("token", "x"), ("client_id", "web")];
            let request = http()
                .post(party.endpoint("revocation_endpoint"))
                .form(&form);
            let answer = Answer::to(from(request, origin)).await;
            assert_eq!(
                (allowed(&answer), answer.status.as_u16()),
                (expected, 200),
                "{origin}"
            );
        }
    }

    async fn a1_10_a_browser_that_asks_first_may_try(backend) {
        let server = shared(backend);
        for path in [
            "/oauth/v2/token",
            "/oauth/v2/revoke",
            "/oidc/v1/userinfo",
            "/oauth/v2/keys",
        ] {
            let ask = |origin: &'static str| {
                let request = http().request(Method::OPTIONS, server.at(path));
                from(request, origin)
                    .header("access-control-request-method", "POST")
                    .header(
                        "access-control-request-headers",
                        "authorization,content-type",
                    )
            };
            let answer = Answer::to(ask(OWN)).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
            assert!([OWN, "*"].contains(&allowed(&answer)), "{path}: {answer:?}");
            assert!(
                answer
                    .header("access-control-allow-methods")
                    .contains("POST"),
                "{path}"
            );
            let headers = answer.header("access-control-allow-headers");
            assert!(
                headers.contains("authorization") && headers.contains("content-type"),
                "{path}"
            );
            assert_eq!(allowed(&Answer::to(ask("null")).await), "", "{path}");
        }
    }

    async fn a1_10_nothing_is_for_scripts_where_people_sign_in(backend) {
        let server = shared(backend);
        for path in [
            "/oauth/v2/authorize",
            "/oidc/v1/end_session",
            "/sign-in/x",
            "/consent/x",
            "/sign-out",
            "/",
            "/oauth/v2/introspect",
            "/metrics",
            "/healthz",
            "/nowhere",
        ] {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                let answer =
                    Answer::to(from(http().request(method.clone(), server.at(path)), OWN)).await;
                assert_eq!(allowed(&answer), "", "{method} {path}");
            }
        }
    }

    async fn a1_10_no_answer_is_for_scripts_with_cookies(backend) {
        let server = shared(backend);
        for path in [
            "/.well-known/openid-configuration",
            "/oauth/v2/keys",
            "/oauth/v2/token",
            "/oidc/v1/userinfo",
            "/oauth/v2/revoke",
            "/oauth/v2/authorize",
        ] {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                let answer = Answer::to(from(http().request(method, server.at(path)), OWN)).await;
                assert_eq!(
                    answer.header("access-control-allow-credentials"),
                    "",
                    "{path}"
                );
            }
        }
    }
}

fn from(request: RequestBuilder, origin: &str) -> RequestBuilder {
    request.header("origin", origin)
}

fn allowed(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}
