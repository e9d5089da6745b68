//! The API's definition: what the routes say of themselves, completed with what holds for all of them.
//!
//! Every operation can answer a problem; every POST takes an `Idempotency-Key`; operation ids are made
//! unique, because two domains may both have a `list`. The page for people is made from the same document.

mod page;
mod sample;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;
use utoipa::openapi::OpenApi;

use super::{Problem, ProblemBody};

/// The finished definition; empty until all routes are known. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Document {
    ready: Arc<OnceLock<Ready>>,
}

/// The definition in both its forms.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) json: Bytes,
    pub(super) html: String,
}

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

impl Document {
    /// Completes and publishes the definition; a second call changes nothing.
    pub(crate) fn publish(&self, routes: &OpenApi) -> Result<(), Problem> {
        let mut document = serde_json::to_value(routes).map_err(Problem::internal)?;
        complete(&mut document);
        let html = page::render(&document)?;
        let json = serde_json::to_vec(&document).map_err(Problem::internal)?.into();
        self.ready.get_or_init(|| Ready { json, html });
        Ok(())
    }

    pub(super) fn ready(&self) -> Result<&Ready, Problem> {
        self.ready
            .get()
            .ok_or_else(|| Problem::not_found("the definition is not ready yet"))
    }
}

/// Adds what holds for all operations.
fn complete(document: &mut Value) {
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Shackbox",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Times are RFC 3339 in UTC, frequencies whole hertz, names snake_case. \
            Lists page by an opaque cursor. Errors are application/problem+json with a stable `code`.",
        "license": { "name": "MIT OR Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    let components = object(document, "components");
    components.insert(
        "securitySchemes".to_owned(),
        json!({
            "session": {
                "type": "apiKey", "in": "cookie", "name": "__Host-session",
                "description": "A page's session; changes need its token in the X-CSRF-Token header too.",
            },
            "key": { "type": "http", "scheme": "bearer", "description": "An API key with the scope named." },
        }),
    );
    components.insert(
        "parameters".to_owned(),
        json!({ "idempotency_key": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "maxLength": 255 },
            "description": "The same key within 24 hours gets the stored answer instead of doing the work again.",
        }}),
    );
    let schemas = components.entry("schemas").or_insert_with(|| json!({}));
    schemas["Problem"] =
        serde_json::to_value(ProblemBody::schema()).unwrap_or_else(|_| json!({ "type": "object" }));
    schemas["FieldError"] =
        serde_json::to_value(super::FieldError::schema()).unwrap_or_else(|_| json!({ "type": "object" }));
    let mut ids = HashMap::new();
    for (path, method, operation) in operations(document) {
        complete_operation(&path, method, operation, &mut ids);
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value, ids: &mut HashMap<String, u32>) {
    let named = operation["operationId"].as_str().unwrap_or(method).to_owned();
    let seen = ids.entry(named.clone()).or_insert(0);
    *seen += 1;
    if *seen > 1 {
        let words = path
            .split(['/', '{', '}', '.', '-'])
            .filter(|word| !word.is_empty() && *word != "api" && *word != "v1");
        let place = words.collect::<Vec<_>>().join("_");
        operation["operationId"] = json!(format!("{method}_{place}"));
    }
    let problem = json!({
        "description": "Refused or failed.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    object(operation, "responses").entry("default").or_insert(problem);
    if method == "post" {
        let reference = json!({ "$ref": "#/components/parameters/idempotency_key" });
        match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(reference),
            None => operation["parameters"] = json!([reference]),
        }
    }
}

/// Every operation with its path and method, in the document's order.
fn operations(document: &mut Value) -> impl Iterator<Item = (String, &'static str, &mut Value)> {
    let paths = object(document, "paths").iter_mut();
    paths.flat_map(|(path, item)| {
        let entries = item.as_object_mut().into_iter().flat_map(Map::iter_mut);
        entries.filter_map(move |(name, operation)| {
            let method = METHODS.iter().find(|method| *method == name)?;
            Some((path.clone(), *method, operation))
        })
    })
}

fn object<'a>(value: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !value[name].is_object() {
        value[name] = json!({});
    }
    value[name].as_object_mut().expect("it was just made one")
}
