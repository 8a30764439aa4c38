//! What callers send to look like somebody else, or to make the proxy and the API disagree.

use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{BAKER_ID, CONNECTOR_ID, LIST, Place, refused, request};
use crate::hostile::raw::send_to;

/// The names under which the API is told something.
const TOLD: [&str; 6] = [
    "x-auth-subject",
    "x-auth-organization",
    "x-auth-home-organization",
    "x-auth-roles",
    "x-auth-scope",
    "x-auth-client",
];

on_both_databases! {
    async fn what_a_caller_says_of_itself_does_not_reach_the_api(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let forged: Vec<_> = TOLD.iter().flat_map(|name| {
            // Once more in capitals, with an underscore, and in two lines.
            let upper = name.to_uppercase();
            let under = name.replace('-', "_");
            [format!("{name}: forged"), format!("{upper}: forged"), format!("{under}: forged")]
        }).collect();
        let mut forged: Vec<_> = forged.iter().map(String::as_str).collect();
        forged.extend(["x-auth-token: jwt", "x-auth-reason: forged"]);
        let called = place.call("GET", LIST, &token, &forged).await;
        assert!(!called.0.body.contains("forged"), "{called:?}");
        assert_eq!(called.seen_header("x-auth-subject"), BAKER_ID);
        assert_eq!(called.seen_header("x-auth-roles"), "accountant clerk");
        assert_eq!(called.seen_header("x-auth-client"), "baker");
        assert_eq!(called.seen_header("x-auth-token"), Value::Null);
    }

    async fn a_forged_header_does_not_survive_where_there_is_nothing_in_its_place(backend) {
        let place = Place::shared(backend);
        // A personal access token was given to no client.
        let token = place.personal("connector", &[]);
        let called = place.call("GET", LIST, &token, &["x-auth-client: forged"]).await;
        assert_eq!(called.seen_header("x-auth-client"), Value::Null);
        assert_eq!(called.seen_header("x-auth-subject"), CONNECTOR_ID);
    }

    async fn what_a_caller_says_of_the_request_changes_nothing(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let other = [
            "x-original-method: GET",
            "x-original-uri: /api/v1/simple/invoices",
            "x-forwarded-method: GET",
            "x-forwarded-uri: /api/v1/simple/invoices",
            "x-original-url: /api/v1/simple/invoices",
            "x-rewrite-url: /api/v1/simple/invoices",
            "x-http-method-override: GET",
        ];
        // It may list, and not create.
        let called = place.call("POST", LIST, &token, &other).await;
        assert_eq!(called.refusal(), refused(403, "no_rule_grants"));
        let called = place.call("GET", LIST, &token, &["x-http-method-override: POST", "x-original-url: /b", "x-forwarded-uri: /c"]).await;
        for name in ["x-http-method-override", "x-original-url", "x-forwarded-uri", "x-original-uri", "x-original-method"] {
            assert_eq!(called.seen_header(name), Value::Null, "{name}");
        }
    }

    async fn the_api_sees_the_organization_that_was_decided_about(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let called = place.call("GET", LIST, &token, &["X-Target-Org-Id: florist"]).await;
        assert_eq!(called.seen_header("x-target-org-id"), "florist");
        assert_eq!(called.seen_header("x-auth-roles"), "clerk");
        let called = place.call("GET", LIST, &token, &[]).await;
        assert_eq!(called.seen_header("x-target-org-id"), "platform");
        assert_eq!(called.seen_header("x-auth-organization"), "platform");
    }

    async fn a_target_organization_is_named_once_and_well_or_not_at_all(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let long = format!("x-target-org-id: {}", "a".repeat(300));
        for headers in [
            &["x-target-org-id: platform", "x-target-org-id: platform"][..],
            &["x-target-org-id: platform", "X-Target-Org-ID: bakery"],
            &["x-target-org-id:"],
            &["x-target-org-id: platform, bakery"],
            &["x-target-org-id: plat form"],
            &["x-target-org-id: \"platform\""],
            &["x-target-org-id: <script>alert(1)</script>"],
            &["x-target-org-id: \u{fc}"],
            &[long.as_str()],
        ] {
            let called = place.call("GET", LIST, &token, headers).await;
            assert_eq!(called.refusal(), refused(400, "acting_organization_malformed"), "{headers:?}");
        }
        for organization in ["PLATFORM", "platform/", "platform%00", "../platform", "platform#"] {
            let header = format!("x-target-org-id: {organization}");
            let called = place.call("GET", LIST, &token, &[&header]).await;
            assert_eq!(called.refusal(), refused(403, "no_role_in_organization"), "{organization}");
        }
    }

    async fn a2_11_a_token_is_presented_once_in_the_header_and_nowhere_else(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let missing = refused(401, "credentials_missing");
        let called = place.call("GET", LIST, "", &[]).await;
        assert_eq!(called.refusal(), missing);
        assert_eq!(called.challenge(), "Bearer realm=\"https://api.invora.example\"");
        let in_query = format!("{LIST}?access_token={token}");
        assert_eq!(place.call("GET", &in_query, "", &[]).await.refusal(), missing);
        let cookie = format!("cookie: access_token={token}");
        assert_eq!(place.call("GET", LIST, "", &[&cookie]).await.refusal(), missing);
        for header in [
            "authorization: Basic YTpi".to_owned(),
            "authorization: Bearer".to_owned(),
            format!("authorization: Bearer{token}"),
            format!("authorization: Bearer  {token}"),
            format!("authorization: Bearer {token}, Bearer {token}"),
            format!("authorization: {token}"),
            "authorization: Bearer \u{fc}".to_owned(),
        ] {
            let called = place.call("GET", LIST, "", &[&header]).await;
            assert_eq!(called.refusal(), refused(400, "credentials_malformed"), "{header}");
        }
        // Whether nginx or Symbolon says so, two are one too many.
        let again = format!("authorization: Bearer {token}");
        let called = place.call("GET", LIST, &token, &[&again]).await;
        assert_eq!(called.0.status, 400, "{called:?}");
    }

    async fn a3_6_enormous_headers_are_an_error_and_nothing_passes(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let huge = "a".repeat(20_000);
        for header in [
            format!("x-target-org-id: {huge}"),
            format!("x-{huge}: a"),
            format!("cookie: {huge}"),
        ] {
            let called = place.call("GET", LIST, &token, &[&header]).await;
            assert!((400..500).contains(&called.0.status), "{called:?}");
        }
        let called = place.call("GET", LIST, &huge, &[]).await;
        assert!((400..500).contains(&called.0.status), "{called:?}");
        // What fits through the proxy is refused as any other wrong token.
        let called = place.call("GET", LIST, &"a".repeat(7_000), &[]).await;
        assert_eq!(called.refusal(), refused(401, "token_not_live"));
        let some: Vec<_> = (0..40).map(|index| format!("x-header-{index}: a")).collect();
        let mut some: Vec<_> = some.iter().map(String::as_str).collect();
        let called = place.call("GET", LIST, &token, &some).await;
        assert_eq!(called.seen_header("x-auth-subject"), BAKER_ID);
        // More than Symbolon bears: the caller's fault, and not the proxy's.
        some.extend(["a: b"; 80]);
        let called = place.call("GET", LIST, &token, &some).await;
        assert_eq!(called.refusal(), refused(400, ""));
    }

    async fn a_body_is_not_read_before_the_call_is_decided_about(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let large = format!("content-length: {}", 500_000);
        // No byte of the body is ever sent.
        let refused_early = place.call("POST", LIST, &token, &[&large]).await;
        assert_eq!(refused_early.refusal(), refused(403, "no_rule_grants"));
        let chunked = request("POST", LIST, &token, &["transfer-encoding: chunked"]);
        let bytes = [&chunked.bytes()[..], b"5\r\nhello\r\n0\r\n\r\n"].concat();
        assert_eq!(send_to(place.nginx.url(), bytes).await.status, 403);
    }

    async fn hop_by_hop_headers_take_nothing_away(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        // To name a header in Connection has made proxies drop it.
        let drop = ["connection: close, x-auth-subject, x-original-uri, authorization, x-target-org-id"];
        let called = place.call("GET", LIST, &token, &drop).await;
        assert_eq!(called.seen_header("x-auth-subject"), BAKER_ID);
        assert_eq!(called.seen()["method"], json!("GET"));
    }
}
