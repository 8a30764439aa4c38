//! Who may begin what: every role and every operation. Which objects are reached is tested apart.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use symbolon_testkit::{Answer, http, on_both_databases};

use super::{World, problem};

/// The operation; super administrator, administrator of another organization, auditor in the system
/// organization. Somebody with no such role may nothing but `me`.
const MATRIX: &[(&str, &str, [bool; 3])] = &[
    ("GET", "/me", [true, true, true]),
    ("GET", "/organizations", [true, true, true]),
    ("POST", "/organizations", [true, false, false]),
    ("GET", "/organizations/{organization}", [true, true, true]),
    (
        "PATCH",
        "/organizations/{organization}",
        [true, false, false],
    ),
    (
        "DELETE",
        "/organizations/{organization}",
        [true, false, false],
    ),
    ("GET", "/relations", [true, true, true]),
    ("POST", "/relations", [true, false, false]),
    (
        "DELETE",
        "/relations/{manager}/{held}/{managed}/{acts_as}",
        [true, false, false],
    ),
    ("GET", "/users", [true, true, true]),
    ("POST", "/users", [true, true, false]),
    ("GET", "/users/{user}", [true, true, true]),
    ("PATCH", "/users/{user}", [true, true, false]),
    ("PUT", "/users/{user}/password", [true, true, false]),
    ("DELETE", "/users/{user}", [true, true, false]),
    ("GET", "/users/{user}/sessions", [true, true, true]),
    ("DELETE", "/users/{user}/sessions", [true, true, false]),
    (
        "GET",
        "/users/{user}/sessions/{session}",
        [true, true, true],
    ),
    (
        "DELETE",
        "/users/{user}/sessions/{session}",
        [true, true, false],
    ),
    ("GET", "/machines", [true, true, true]),
    ("POST", "/machines", [true, true, false]),
    ("GET", "/machines/{machine}", [true, true, true]),
    ("PATCH", "/machines/{machine}", [true, true, false]),
    ("DELETE", "/machines/{machine}", [true, true, false]),
    ("GET", "/machines/{machine}/keys", [true, true, true]),
    ("POST", "/machines/{machine}/keys", [true, true, false]),
    (
        "DELETE",
        "/machines/{machine}/keys/{key}",
        [true, true, false],
    ),
    ("GET", "/tokens", [true, true, true]),
    ("POST", "/tokens", [true, true, false]),
    ("GET", "/tokens/{token}", [true, true, true]),
    ("DELETE", "/tokens/{token}", [true, true, false]),
    ("GET", "/clients", [true, true, true]),
    ("POST", "/clients", [true, true, false]),
    ("GET", "/clients/{client}", [true, true, true]),
    ("PATCH", "/clients/{client}", [true, true, false]),
    ("DELETE", "/clients/{client}", [true, true, false]),
    ("GET", "/clients/{client}/secrets", [true, true, true]),
    ("POST", "/clients/{client}/secrets", [true, true, false]),
    (
        "DELETE",
        "/clients/{client}/secrets/{secret}",
        [true, true, false],
    ),
    ("GET", "/initial-access-tokens", [true, true, true]),
    ("POST", "/initial-access-tokens", [true, true, false]),
    ("GET", "/initial-access-tokens/{token}", [true, true, true]),
    (
        "DELETE",
        "/initial-access-tokens/{token}",
        [true, true, false],
    ),
    ("GET", "/apis", [true, false, true]),
    ("POST", "/apis", [true, false, false]),
    ("POST", "/apis/import", [true, false, false]),
    ("GET", "/apis/{audience}", [true, false, true]),
    ("PATCH", "/apis/{audience}", [true, false, false]),
    ("DELETE", "/apis/{audience}", [true, false, false]),
    ("GET", "/roles", [true, true, true]),
    ("POST", "/roles", [true, true, false]),
    ("GET", "/roles/{role}", [true, true, true]),
    ("PATCH", "/roles/{role}", [true, true, false]),
    ("DELETE", "/roles/{role}", [true, true, false]),
    ("GET", "/grants", [true, true, true]),
    (
        "PUT",
        "/grants/{organization}/{subject}/{role}",
        [true, true, false],
    ),
    (
        "DELETE",
        "/grants/{organization}/{subject}/{role}",
        [true, true, false],
    ),
    ("GET", "/scopes", [true, false, true]),
    ("GET", "/scopes/groups", [true, false, true]),
    ("GET", "/rules", [true, false, true]),
    ("GET", "/rules/matrix", [true, false, true]),
    ("PUT", "/rules", [true, false, false]),
    ("GET", "/rules/versions", [true, false, true]),
    ("GET", "/rules/versions/{version}", [true, false, true]),
    (
        "POST",
        "/rules/versions/{version}/restore",
        [true, false, false],
    ),
    ("GET", "/rules/compare", [true, false, true]),
    ("POST", "/rules/dry-run", [true, false, false]),
    ("POST", "/explain", [true, true, true]),
    ("GET", "/keys", [true, false, true]),
    ("POST", "/keys/rotate", [true, false, false]),
    ("GET", "/audit", [true, true, true]),
    ("GET", "/activity", [true, true, true]),
];

on_both_databases! {
    async fn a7_1_every_operation_is_for_its_roles_and_every_route_has_its_row(backend) {
        let world = World::start(backend);
        let document = Answer::to(http().get(world.server.at("/admin/v1/openapi.json"))).await;
        let documented: BTreeSet<(String, String)> = document.json["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
            })
            .collect();
        let rows: BTreeSet<(String, String)> = MATRIX
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        assert_eq!(documented, rows);

        let callers = [world.pat("admin"), world.pat("gina"), world.pat("audra")];
        let nobody = world.pat("alice");
        for (method, path, expected) in MATRIX {
            let concrete = path
                .split('/')
                .map(|part| if part.starts_with('{') { "no-such" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let method: Method = method.parse().unwrap();
            // No operation does anything with such a body.
            let body = matches!(method.as_str(), "POST" | "PUT" | "PATCH").then(|| json!([]));
            for (caller, may) in callers.iter().zip(expected) {
                let answer = caller.call(method.clone(), &concrete, body.clone(), None).await;
                let passed = !matches!(answer.status.as_u16(), 401 | 403);
                assert_eq!(passed, *may, "{method} {path}: {answer:?}");
                assert!(!answer.status.is_server_error(), "{method} {path}: {answer:?}");
                assert_ne!(answer.status, 405, "{method} {path}");
            }
            let answer = nobody.call(method.clone(), &concrete, body.clone(), None).await;
            assert_eq!(answer.status == 403, *path != "/me", "{method} {path}: {answer:?}");
            let url = world.server.at(&format!("/admin/v1{concrete}"));
            let answer = Answer::to(http().request(method.clone(), url)).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(problem(&answer), "unauthenticated");
        }
    }

    async fn what_there_is_not_is_a_problem_too(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let answer = admin.get("/nothing/here").await;
        assert_eq!((answer.status.as_u16(), problem(&answer)), (404, "not-found"));
        let answer = admin.delete("/me").await;
        assert_eq!((answer.status.as_u16(), problem(&answer)), (405, "method-not-allowed"));
    }
}
