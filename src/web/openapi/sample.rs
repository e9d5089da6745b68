//! Makes a sample value from a schema, so that people see the shape of a body at a glance.
//!
//! Follows references within the document, to a depth that ends recursive types. An example given in the
//! schema is taken as it is.

use serde_json::{Map, Value, json};

/// References and containers are followed so deep.
const DEEPEST: u8 = 8;

/// A sample of `schema`, whose references point into `document`.
pub(super) fn sample(document: &Value, schema: &Value) -> Value {
    build(document, schema, DEEPEST)
}

/// What kind of value a schema takes, in a few words.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    if let Some(target) = resolve(document, schema) {
        return kind(document, target);
    }
    if let Some(choices) = schema["enum"].as_array() {
        let words: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        return words.join(" | ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("{}, repeated", kind(document, &schema["items"])),
        Value::String(name) => schema["format"]
            .as_str()
            .map_or_else(|| name.clone(), |format| format!("{name} ({format})")),
        Value::Array(names) => {
            let words: Vec<&str> = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "null")
                .collect();
            words.join(" | ")
        }
        _ => "any".to_owned(),
    }
}

fn build(document: &Value, schema: &Value, depth: u8) -> Value {
    for given in ["example", "default"] {
        if let Some(value) = schema.get(given) {
            return value.clone();
        }
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Value::Null;
    };
    if let Some(target) = resolve(document, schema) {
        return build(document, target, depth);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|choices| choices.first()) {
        return first.clone();
    }
    for any in ["oneOf", "anyOf"] {
        let choices = schema[any].as_array().into_iter().flatten();
        if let Some(choice) = choices.into_iter().find(|choice| choice["type"] != "null") {
            return build(document, choice, depth);
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut merged = Map::new();
        for part in all {
            if let Value::Object(fields) = build(document, part, depth) {
                merged.extend(fields);
            }
        }
        return Value::Object(merged);
    }
    plain(document, schema, depth)
}

fn plain(document: &Value, schema: &Value, depth: u8) -> Value {
    let name = match &schema["type"] {
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        other => other.as_str(),
    };
    match name {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(
                fields
                    .map(|(name, field)| (name.clone(), build(document, field, depth)))
                    .collect(),
            )
        }
        Some("array") => json!([build(document, &schema["items"], depth)]),
        Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(0)),
        Some("number") => json!(0.0),
        Some("boolean") => json!(false),
        Some("string") if schema["format"] == "date-time" => json!("2026-01-31T12:00:00Z"),
        Some("string") => json!("text"),
        _ => Value::Null,
    }
}

fn resolve<'a>(document: &'a Value, schema: &Value) -> Option<&'a Value> {
    document.pointer(schema["$ref"].as_str()?.strip_prefix('#')?)
}
