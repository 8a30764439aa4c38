//! `POST /admin/v1/explain`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        Question,
        api::Api,
        api_scope::ApiScope,
        decide,
        decision::{Limits, Reason},
        explain::explain,
        path::RequestPath,
        rule::Rule,
        standing::Held,
    },
    role::Roles,
    scope::Scope,
    subject::{Subject, SubjectKind},
};

use crate::{
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// May this subject do that there? Names either a scope or an endpoint.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Who: a `sub`.
    #[schemars(with = "String")]
    subject: Id<Subject>,
    /// Acting where.
    #[schemars(with = "String")]
    organization: Id<Organization>,
    /// The needed scope.
    #[schemars(with = "Option<String>")]
    scope: Option<ApiScope>,
    /// Or the endpoint that is called.
    endpoint: Option<Endpoint>,
    /// The scope of the token; left out: a token that names no scope of an API.
    #[schemars(with = "Option<String>")]
    token_scope: Option<String>,
}

/// An endpoint of an API.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    /// Which API; left out: whichever has it.
    #[schemars(with = "Option<String>")]
    audience: Option<Id<Api>>,
    method: String,
    /// With or without a query.
    path: String,
}

/// Why somebody may or may not do something.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explanation")]
struct View {
    /// Who, as it is called.
    who: String,
    subject: String,
    organization: String,
    /// The needed scope.
    scope: String,
    allow: bool,
    /// Why.
    #[schemars(schema_with = "reasons")]
    reason: Reason,
    /// The roles that counted, and why they did.
    #[schemars(schema_with = "schema::held")]
    roles: Vec<Held>,
    /// The rules that decided.
    #[schemars(schema_with = "schema::rules")]
    rules: Vec<Rule>,
    /// The version of the rules.
    version: u64,
    /// All of this in sentences, the answer last.
    sentences: Vec<String>,
}

fn reasons(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "enum": Reason::ALL.map(Reason::as_str) })
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/explain",
        Some(Needed::GrantsRead),
        "explain",
        answer,
    )
    .about(
        "Explain whether somebody may do something somewhere, and why",
        "By the rules in force now. For those who may see the grants in that organization.",
    )
    .asks()
}

async fn answer(call: Call, _: NoQuery, asked: Json<Asked>) -> Result<Reply<View>, Problem> {
    let Json(asked) = asked;
    call.guard
        .check(Some(&asked.organization), Needed::GrantsRead)?;
    let policy = &call.guard.caller.policy;
    let needed = match (&asked.scope, &asked.endpoint) {
        (Some(scope), None) => scope.clone(),
        (None, Some(endpoint)) => {
            let path = RequestPath::parse(&endpoint.path)
                .map_err(|refusal| Problem::member("/endpoint/path", refusal))?;
            let audience = endpoint.audience.as_ref();
            let located = policy.endpoint(audience, &endpoint.method, path);
            let located = located.map_err(|refusal| Problem::member("/endpoint", refusal))?;
            located.endpoint.scope.clone()
        }
        _ => return Err(Problem::member("", "give either a scope or an endpoint")),
    };
    let token_scope = Scope::parse(asked.token_scope.as_deref().unwrap_or_default())
        .map_err(|error| Problem::member("/token_scope", error))?;
    let seen = seen(&call, &asked).await?;
    let nothing = Roles::new();
    let who = seen
        .as_ref()
        .map_or(asked.subject.as_str(), Subject::display_name);
    let question = Question {
        acting: &asked.organization,
        granted: seen.as_ref().map_or(&nothing, |subject| &subject.roles),
        needed: &needed,
        token_scope: &token_scope,
        limits: Limits::default(),
    };
    let mut explanation = explain(who, &decide(policy, &question));
    if seen.as_ref().is_some_and(|subject| !subject.is_active()) {
        // Nobody gets as far as the question with a token of such a subject.
        explanation.allow = false;
        explanation.sentences.push(format!(
            "but {who}, or the organization of {who}, is disabled: no token is good"
        ));
    }
    Ok(Reply::of(View {
        who: explanation.who,
        subject: asked.subject.to_string(),
        organization: explanation.organization.to_string(),
        scope: explanation.scope.to_string(),
        allow: explanation.allow,
        reason: explanation.reason,
        roles: explanation.roles,
        rules: explanation.rules,
        version: explanation.version,
        sentences: explanation.sentences,
    }))
}

/// The subject, if it counts as anything in the organization or is at home where the caller may see
/// subjects. Any other is as one that does not exist: both have no role there.
async fn seen(call: &Call, asked: &Asked) -> Result<Option<Subject>, Problem> {
    let found = call.admin.storage.subject(&asked.subject, call.now).await?;
    let policy = &call.guard.caller.policy;
    Ok(found.filter(|subject| {
        let needed = match subject.kind {
            SubjectKind::Person(_) => Needed::UsersRead,
            SubjectKind::Machine { .. } => Needed::MachinesRead,
        };
        let counts = policy.organizations(&subject.roles);
        counts.contains(&asked.organization) || call.guard.may(Some(&subject.organization), needed)
    }))
}
