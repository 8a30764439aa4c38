//! The OpenAPI document of the control API.

use serde_json::{Map, Value, json};

use super::{OPERATIONS, Operation};

pub(super) fn openapi() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for Operation(method, path, summary, _) in OPERATIONS {
        let body = matches!(*method, "PUT" | "POST" | "PATCH")
            .then(|| json!({ "content": { "application/json": { "schema": {} } } }));
        let mut operation = json!({
            "summary": summary,
            "responses": { "200": { "description": "Done." } },
        });
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        if path.contains("{name}") {
            operation["parameters"] = json!([{
                "name": "name", "in": "path", "required": true, "schema": { "type": "string" },
            }]);
        }
        let item = paths.entry((*path).to_owned()).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "symbolon-lab", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": "/lab/v1" }],
        "paths": paths,
    })
}
