//! `POST /admin/v1/apis/import`: an API from its OpenAPI document.
//!
//! The scope of an operation is, in this order: its `x-symbolon-scope`; that of its path; the one
//! scope of its one security requirement, if that is a scope of an API; else derived from `prefix`,
//! the first fixed segment of the path and whether the method reads: `Invora.Invoices.Read`.
//! Paths of the `servers` are not looked at: whoever stands in front of the API sees the whole path,
//! and says so by `base_path`.
#![doc(alias = "OpenAPI 3.1")]

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use symbolon_core::{
    id::Id,
    policy::{
        api::{Api, Endpoint, ScopeDefinition},
        api_scope::ApiScope,
        template,
    },
};

use super::{Fields, View, add, made, view};
use crate::{
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// The longest document that is read, in bytes.
const LONGEST_DOCUMENT: usize = 8 * 1024 * 1024;

const EXTENSION: &str = "x-symbolon-scope";

/// The methods that an OpenAPI document has operations for. HEAD comes with GET.
const METHODS: [&str; 6] = ["get", "put", "post", "delete", "options", "patch"];

/// A new API, and where its endpoints are described.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Source {
    /// What the `aud` claim of its tokens says.
    #[schemars(with = "String")]
    audience: Id<Api>,
    /// What people call it; left out: the title of the document.
    name: Option<String>,
    /// What the scopes begin with that are made up, such as `Invora.Simple`.
    prefix: String,
    /// What stands before every path, such as `/api`.
    #[serde(default)]
    base_path: String,
    /// Whether only to show what would come of it.
    #[serde(default)]
    preview: bool,
    /// OpenAPI 3, as JSON.
    document: Map<String, Value>,
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiImport")]
struct Imported {
    /// The API, as it is now, or would be.
    api: View,
    /// The endpoints whose scope was made up: look at these.
    derived: Vec<String>,
    /// Whether it is there now.
    created: bool,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/apis/import",
        Some(Needed::ApisWrite),
        "import_api",
        import,
    )
    .about(
        "Protect an API as its OpenAPI document describes it",
        "The scope of an operation is its `x-symbolon-scope`, or that of its path, or its one \
         security scope, else one that is made up of `prefix`, the first segment of the path, and \
         `Read` or `Write`.",
    )
    .asks()
    .body_limit(LONGEST_DOCUMENT)
}

async fn import(call: Call, _: NoQuery, source: Json<Source>) -> Result<Reply<Imported>, Problem> {
    let Json(source) = source;
    call.guard.check(None, Needed::ApisWrite)?;
    let (fields, derived) = read(&source)?;
    let api = made(source.audience.clone(), fields)?;
    let api = if source.preview {
        symbolon_storage::Stored {
            value: api,
            version: 0,
            created_at: call.now,
        }
    } else {
        add(&call, "api.import", api).await?
    };
    Ok(Reply::of(Imported {
        api: view(api),
        derived,
        created: !source.preview,
    }))
}

fn read(source: &Source) -> Result<(Fields, Vec<String>), Problem> {
    let document = &source.document;
    let version = document.get("openapi").and_then(Value::as_str);
    if !version.is_some_and(|version| version.starts_with("3.")) {
        return Err(Problem::member(
            "/document/openapi",
            "is 3.x: the document is OpenAPI 3, as JSON",
        ));
    }
    let title = document.get("info").and_then(|info| info.get("title"));
    let name = source.name.as_deref().or(title.and_then(Value::as_str));
    let paths = document.get("paths").and_then(Value::as_object);
    let (mut endpoints, mut derived) = (Vec::new(), Vec::new());
    let mut described: BTreeMap<ApiScope, String> = BTreeMap::new();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let pointer = pointer(path, method);
            let wrong = |why: &dyn std::fmt::Display| Problem::member(&pointer, why);
            let (scope, is_derived) = scope(source, path, item, method, operation);
            let scope = ApiScope::parse(&scope)
                .map_err(|error| wrong(&format!("the scope {scope}: {error}")))?;
            let whole = format!("{}{path}", source.base_path);
            let template = template::PathTemplate::parse(&whole).map_err(|error| wrong(&error))?;
            let method = template::Method::parse(&method.to_ascii_uppercase())
                .map_err(|error| wrong(&error))?;
            if is_derived {
                derived.push(format!("{method} {whole}"));
            }
            let summary = operation.get("summary").and_then(Value::as_str);
            let words = described.entry(scope.clone()).or_default();
            if words.is_empty() {
                *words = summary.unwrap_or_default().chars().take(200).collect();
            }
            endpoints.push(Endpoint {
                method,
                template,
                scope,
            });
        }
    }
    let scopes: BTreeSet<_> = endpoints.iter().map(|own| own.scope.clone()).collect();
    let definition = |scope: ApiScope| ScopeDefinition {
        description: described.remove(&scope).unwrap_or_default(),
        scope,
    };
    let fields = Fields {
        name: name.unwrap_or_default().to_owned(),
        scopes: scopes.into_iter().map(definition).collect(),
        endpoints,
        resources: Vec::new(),
        instances: Vec::new(),
        authorization_details: Vec::new(),
    };
    Ok((fields, derived))
}

/// The scope of an operation, and whether it was made up.
fn scope(
    source: &Source,
    path: &str,
    item: &Value,
    method: &str,
    operation: &Value,
) -> (String, bool) {
    let own = operation.get(EXTENSION).or_else(|| item.get(EXTENSION));
    if let Some(own) = own.and_then(Value::as_str) {
        return (own.to_owned(), false);
    }
    let security = operation
        .get("security")
        .or_else(|| source.document.get("security"));
    if let Some(only) = only_scope(security) {
        return (only, false);
    }
    let noun = path
        .split('/')
        .find(|part| !part.is_empty() && !part.starts_with('{') && !is_version(part));
    let noun: String = noun
        .unwrap_or("All")
        .split(['-', '_', '.'])
        .map(titled)
        .collect();
    let verb = match method {
        "get" | "options" => "Read",
        _ => "Write",
    };
    (format!("{}.{noun}.{verb}", source.prefix), true)
}

/// The one scope of an API that a security requirement names.
fn only_scope(security: Option<&Value>) -> Option<String> {
    let [requirement] = security?.as_array()?.as_slice() else {
        return None;
    };
    let scopes = requirement.as_object()?.values();
    let all: Vec<_> = scopes.filter_map(Value::as_array).flatten().collect();
    let [Value::String(only)] = all.as_slice() else {
        return None;
    };
    ApiScope::parse(only).ok().map(|_| only.clone())
}

fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v');
    number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn titled(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn pointer(path: &str, method: &str) -> String {
    let path = path.replace('~', "~0").replace('/', "~1");
    format!("/document/paths/{path}/{method}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn source(paths: Value) -> Source {
        let source = json!({
            "audience": "https://api.example",
            "prefix": "Invora.Simple",
            "base_path": "/api",
            "document": { "openapi": "3.1.0", "info": { "title": "Invoices" }, "paths": paths },
        });
        serde_json::from_value(source).unwrap()
    }

    #[test]
    fn a_scope_comes_from_the_extension_the_security_or_the_path() {
        let (fields, derived) = read(&source(json!({
            "/v1/invoices/{id}": {
                "get": { "summary": "Read one" },
                "delete": { "x-symbolon-scope": "Invora.Simple.Invoices.v1.Delete" },
                "post": { "security": [{ "oauth": ["Invora.Simple.Invoices.v1.Create"] }] },
            },
            "/credit-notes": { "x-symbolon-scope": "Invora.Notes.Use", "get": {} },
            "/{anything}": { "parameters": [], "patch": {} },
        })))
        .unwrap();
        let lines: Vec<_> = fields
            .endpoints
            .iter()
            .map(|own| format!("{} {} {}", own.method, own.template, own.scope))
            .collect();
        for expected in [
            "GET /api/v1/invoices/{id} Invora.Simple.Invoices.Read",
            "DELETE /api/v1/invoices/{id} Invora.Simple.Invoices.v1.Delete",
            "POST /api/v1/invoices/{id} Invora.Simple.Invoices.v1.Create",
            "GET /api/credit-notes Invora.Notes.Use",
            "PATCH /api/{anything} Invora.Simple.All.Write",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{lines:?}");
        }
        assert_eq!(derived.len(), 2, "{derived:?}");
        assert!(made(Id::parse("https://api.example").unwrap(), fields).is_ok());
    }

    #[test]
    fn what_is_no_openapi_3_is_refused_and_so_is_a_path_that_no_gateway_matches() {
        let mut old = source(json!({}));
        old.document.insert("openapi".into(), json!("2.0"));
        assert!(read(&old).is_err());
        let odd = read(&source(json!({ "/a/{b}-{c}": { "get": {} } })));
        assert!(format!("{:?}", odd.err().unwrap()).contains("/document/paths/~1a~1{b}-{c}/get"));
    }
}
