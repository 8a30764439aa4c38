//! The OpenAPI document, made of the operations.
#![doc(alias = "OpenAPI 3.1")]

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{BASE, input::LONGEST_PAGE, operation::Operation, problem::ProblemDocument};

/// Describes operations.
pub(crate) fn document(issuer: &str, operations: &[Operation]) -> Value {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut answers = settings.into_generator();
    let problem = answers.subschema_for::<ProblemDocument>();
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        let method = operation.method.as_str().to_ascii_lowercase();
        if let Some(path) = path.as_object_mut() {
            path.insert(method, described(operation, &mut answers));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Symbolon Management API",
            "version": "1",
            "description": "Organizations, people, machines, clients, APIs, roles and rules. \
                Protected by the rules that it manages: see docs/management-api.md.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": format!("{issuer}{BASE}") }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": answers.take_definitions(true),
            "responses": { "Problem": {
                "description": "What is wrong (RFC 9457).",
                "content": { "application/problem+json": { "schema": problem } },
            } },
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token that names the needed scope, or a personal access token.",
            } },
        },
    })
}

fn described(operation: &Operation, answers: &mut SchemaGenerator) -> Value {
    let shape = &operation.shape;
    let mut parameters = path_parameters(operation.path);
    parameters.extend(query_parameters(operation));
    if shape.conditional {
        parameters.push(json!({
            "name": "If-Match",
            "in": "header",
            "required": true,
            "description": "The ETag of what is changed.",
            "schema": { "type": "string" },
        }));
    }
    let mut answer = json!({ "description": operation.summary });
    if let Some(schema) = (shape.answer)(answers) {
        answer["content"] = json!({ "application/json": { "schema": schema } });
    }
    if shape.tagged {
        answer["headers"] = json!({ "ETag": {
            "description": "The version, to send as If-Match with a change.",
            "schema": { "type": "string" },
        } });
    }
    let needs = operation.needs.map(|needed| needed.as_str());
    let description = match (operation.description, needs) {
        ("", None) => String::new(),
        (text, None) => text.to_owned(),
        ("", Some(needs)) => format!("Needs the scope `{needs}`."),
        (text, Some(needs)) => format!("{text} Needs the scope `{needs}`."),
    };
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": description,
        "tags": [operation.path.split('/').nth(1).unwrap_or_default()],
        "parameters": parameters,
        "responses": {
            operation.status.as_str(): answer,
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    if let Some(needs) = needs {
        described["x-symbolon-scope"] = Value::from(needs);
    }
    let mut inputs = SchemaSettings::draft2020_12().for_deserialize();
    inputs.inline_subschemas = true;
    inputs.meta_schema = None;
    if let Some(schema) = (shape.body)(&mut inputs.into_generator()) {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema } },
        });
    }
    described
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    let parameter = |name| {
        json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        })
    };
    names.map(parameter).collect()
}

fn query_parameters(operation: &Operation) -> Vec<Value> {
    let mut settings = SchemaSettings::draft2020_12().for_deserialize();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let schema = (operation.shape.query)(&mut settings.into_generator());
    let required = schema.get("required").cloned().unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"));
        json!({
            "name": name,
            "in": "query",
            "required": required.as_array().is_some_and(|all| all.contains(&json!(name))),
            "description": description.unwrap_or_default(),
            "schema": schema,
        })
    };
    let mut all: Vec<_> = properties.into_iter().flatten().map(parameter).collect();
    if operation.shape.paged {
        all.push(json!({
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "How many at the most.",
            "schema": { "type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": 50 },
        }));
        all.push(json!({
            "name": "after",
            "in": "query",
            "required": false,
            "description": "`next` of the part before.",
            "schema": { "type": "string" },
        }));
    }
    all
}
