//! Who may call what, in a declared state: APIs, roles of one organization, relations, rules, and
//! roles that end.

use std::time::{Duration, SystemTime};

use serde_json::json;
use symbolon_testkit::{
    Authentication, Backend, RelyingParty, Server, jwt_payload, on_both_databases,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{apply, binary, eventually, file, options, printed, run, symbolon};

/// A state with one of each.
const POLICY: &str = "
organizations:
  - { id: initech, name: Initech }
  - { id: initrode, name: Initrode }
roles:
  - { key: clerk, name: Clerk }
  - { key: consultant, name: Consultant, organization: initrode }
relations:
  - { manager: initech, held: clerk, managed: initrode, acts_as: consultant }
apis:
  - audience: https://reports.example
    name: Reports
    scopes:
      - { scope: Reports.v1.Read, description: read reports }
      - { scope: Reports.v1.Cover.Write }
    endpoints:
      - { method: GET, template: '/reports/{id}', scope: Reports.v1.Read }
      - { method: PUT, template: '/reports/{id}/cover', scope: Reports.v1.Cover.Write }
rules:
  - { role: clerk, pattern: Reports.*, effect: allow }
  - { role: consultant, pattern: Reports.v1.Cover.*, effect: deny, organization: initrode }
machine_users:
  - name: printer
    organization: initech
    roles: { initech: [clerk], initrode: [{ role: consultant, until: 2100-01-01T00:00:00Z }] }
clients:
  - client_id: reports
    client_name: Reports
    client_secret: a secret of the reports
    machine_user: printer
    grant_types: [client_credentials]
";

on_both_databases! {
    async fn a_plan_names_roles_relations_apis_and_rules(backend) {
        let database = backend.url();
        assert_eq!(
            planned(&database, POLICY),
            [
                "+ organization initech",
                "+ organization initrode",
                "+ role clerk",
                "+ role consultant",
                "+ relation clerk of initech as consultant in initrode",
                "+ api https://reports.example",
                "~ rules: version 2, 2 more and 0 less",
                "+ machine user printer",
                "~ machine user printer: roles in initech: clerk",
                "~ machine user printer: roles in initrode: consultant until 2100-01-01T00:00:00Z",
                "+ client reports",
            ]
        );
        apply(&database, POLICY);
        assert_eq!(planned(&database, POLICY), [""; 0]);
        for (from, to, line) in [
            ("name: Consultant,", "name: Adviser,", "~ role consultant"),
            ("description: read reports", "description: see", "~ api https://reports.example"),
            ("method: PUT", "method: POST", "~ api https://reports.example"),
            ("pattern: Reports.*", "pattern: Reports.v1.*", "~ rules: version 3, 1 more and 1 less"),
            (
                "until: 2100-01-01T00:00:00Z",
                "until: 2101-01-01T01:00:00+01:00",
                "~ machine user printer: roles in initrode: consultant until 2101-01-01T00:00:00Z",
            ),
            (
                "  - { manager: initech, held: clerk, managed: initrode, acts_as: consultant }\n",
                "  []\n",
                "- relation clerk of initech as consultant in initrode",
            ),
        ] {
            assert_eq!(planned(&database, &POLICY.replace(from, to)), [line], "{from}");
        }
    }

    async fn relations_and_rules_are_declared_as_a_whole_or_left_alone(backend) {
        let database = backend.url();
        let before = run(&["export", "--database", &database]);
        apply(&database, POLICY);
        let after = run(&["export", "--database", &database]);
        apply(&database, "roles: []");
        assert_eq!(run(&["export", "--database", &database]), after);
        apply(&database, "{ relations: [], rules: [] }");
        let emptied = run(&["export", "--database", &database]);
        assert!(emptied.contains("relations: []"), "{emptied}");
        // The rules for administrators are not meant by a file that does not name them.
        assert_eq!(rules(&emptied), rules(&before));
        assert!(rules(&emptied).contains("Symbolon.*"), "{emptied}");

        let own = "rules: [{ role: super_admin, pattern: Symbolon.*, effect: allow }]";
        apply(&database, own);
        let exported = run(&["export", "--database", &database]);
        assert_eq!(rules(&exported).matches("role:").count(), 1, "{exported}");
    }

    async fn an_export_has_the_policy_and_can_be_applied_elsewhere(backend) {
        let database = backend.url();
        apply(&database, POLICY);
        let exported = run(&["export", "--with-hashes", "--database", &database]);
        for other in [Backend::Sqlite, Backend::Postgres] {
            let copy = other.url();
            apply(&copy, &exported);
            assert_eq!(run(&["export", "--with-hashes", "--database", &copy]), exported);
            assert_eq!(planned(&copy, &exported), [""; 0]);
            assert_eq!(planned(&copy, POLICY), [""; 0]);
        }
    }

    async fn what_is_wrong_about_a_policy_is_named_and_nothing_is_applied(backend) {
        let database = backend.url();
        let before = run(&["export", "--database", &database]);
        for (from, to, told) in [
            ("organization: initrode }\nrel", "organization: nowhere }\nrel", &["role consultant", "nowhere"][..]),
            ("managed: initrode", "managed: nowhere", &["relation", "nowhere"]),
            ("held: clerk", "held: boss", &["relation", "boss"]),
            ("role: clerk, pattern", "role: boss, pattern", &["rule boss", "does not exist"]),
            ("pattern: Reports.*", "pattern: Rep*", &["rules"]),
            ("effect: allow", "effect: perhaps", &["perhaps"]),
            ("organization: initrode }\nmach", "organization: nowhere }\nmach", &["rule consultant", "nowhere"]),
            ("initech: [clerk]", "initech: [consultant]", &["printer", "initrode alone"]),
            ("initech: [clerk]", "initech: [clerk, clerk]", &["printer", "twice"]),
            ("2100-01-01T00:00:00Z", "tomorrow", &["machine_users"]),
            ("scope: Reports.v1.Read }\n      - { method: PUT", "scope: Reports.v2.Read }\n      - { method: PUT", &["Reports.v2.Read", "does not define"]),
            ("template: '/reports/{id}',", "template: 'reports/{id}',", &["apis"]),
            ("Reports.v1.Cover.Write", "Symbolon.Admin.v1.Users.Write", &["reserved"]),
            ("audience: https://reports.example", "audience: urn:symbolon:api", &["reserved"]),
            ("    name: Reports\n    scopes", "    nome: Reports\n    scopes", &["nome"]),
        ] {
            let wrong = POLICY.replace(from, to);
            assert_ne!(wrong, POLICY, "{from}");
            let state = file(&wrong);
            let path = state.path().to_str().unwrap();
            let output = symbolon(&["apply", "--database", &database, "-f", path]);
            let said = printed(&output);
            assert!(!output.status.success(), "{from} -> {to}: {said}");
            for word in told {
                assert!(said.contains(word), "{from} -> {to}: {word} is not in {said}");
            }
            assert_eq!(run(&["export", "--database", &database]), before, "{from}");
        }
    }

    async fn a_role_that_has_ended_is_in_no_token_any_more(backend) {
        let database = backend.url();
        let server = Server::start(binary(), options(database.clone()));
        apply(&database, POLICY);
        let secret = Authentication::Basic("a secret of the reports".to_owned());
        let reports = RelyingParty::new(server.issuer(), "reports", secret).await;
        let roles = async || {
            let answer = reports.client_credentials().await;
            (answer.status == 200).then(|| jwt_payload(&answer.tokens().access_token)["roles"].clone())
        };
        let both = json!({"initech": ["clerk"], "initrode": ["consultant"]});
        let one = json!({"initech": ["clerk"]});
        eventually("the client", || async { roles().await == Some(both.clone()) }).await;
        let end = soon().format(&Rfc3339).unwrap();
        apply(&database, &POLICY.replace("2100-01-01T00:00:00Z", &end));
        // Nobody writes anything: it is the clock alone that takes the role.
        eventually("the end", || async { roles().await == Some(one.clone()) }).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
fn soon() -> OffsetDateTime {
    OffsetDateTime::from(SystemTime::now() + Duration::from_secs(3))
}

/// What applying a state would do, a line each.
fn planned(database: &str, state: &str) -> Vec<String> {
    let state = file(state);
    let path = state.path().to_str().unwrap();
    let said = run(&["apply", "--plan", "--database", database, "-f", path]);
    let lines = said.lines().filter(|line| !line.starts_with("Nothing"));
    lines.map(str::to_owned).collect()
}

/// The rules of an exported state.
fn rules(exported: &str) -> &str {
    let (_, after) = exported.split_once("\nrules:\n").unwrap();
    let end = after.find("\nusers:").or(after.find("\nmachine_users:"));
    after[..end.unwrap_or(after.len())].trim_end()
}
